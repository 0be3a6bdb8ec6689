package tickets_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func titles(p tickets.Page) []string {
	var out []string
	for _, r := range p.Rows {
		if r.Broken || !r.Proven {
			out = append(out, "UNPROVEN")
			continue
		}
		out = append(out, r.Head.Title)
	}
	return out
}

func TestWhatIsLostIfMissedComesFirstThenTheLongestWait(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna := h.session(t, a, b)
		open := func(team helpdesk.ID, title string, priority int) *tickets.Conversation {
			h.clock.pass(time.Minute)
			return h.arriveAs(t, tickets.Opening{Team: team, Title: title, Priority: priority}, h.letter(title))
		}
		first := open(a, "first", 0)
		open(b, "second", 0)
		open(a, "urgent", 3)
		open(b, "third", 0)
		open(b, "urgent too", 3)
		open(a, "somewhat", 1)
		want := []string{"urgent", "urgent too", "somewhat", "first", "second", "third"}
		same(t, "unassigned", titles(h.queue(t, anna, tickets.QueueUnassigned)), want)
		same(t, "waiting", titles(h.queue(t, anna, tickets.QueueWaiting)), want)

		// Who was answered and writes again waits anew.
		h.clock.pass(time.Minute)
		h.reply(t, anna, first.ID, "an answer")
		same(t, "answered", titles(h.queue(t, anna, tickets.QueueAnswered)), []string{"first"})
		same(t, "team", titles(h.queue(t, anna, tickets.QueueTeam)),
			[]string{"urgent", "urgent too", "somewhat", "second", "third", "first"})
		h.clock.pass(time.Minute)
		h.later(t, first.ID, h.letter("again"))
		same(t, "after a new letter", titles(h.queue(t, anna, tickets.QueueUnassigned)),
			[]string{"urgent", "urgent too", "somewhat", "second", "third", "first"})

		page, err := h.desk.Queue(t.Context(), anna, tickets.Filter{Queue: tickets.QueueUnassigned, Team: b}, "", 50)
		h.ok(t, err)
		same(t, "one team", titles(page), []string{"urgent too", "second", "third"})
		same(t, "counts of one team", page.Counts.Unassigned, 3)
		same(t, "counts of all", h.queue(t, anna, tickets.QueueMine).Counts.Unassigned, 6)

		facts, err := h.desk.Facts(t.Context(), anna, first.Ticket)
		h.ok(t, err)
		h.ok(t, h.desk.Take(t.Context(), anna, first.Ticket, facts.Version))
		h.ok(t, h.desk.Prioritise(t.Context(), anna, first.Ticket, facts.Version+1, 3, monday.AddDate(0, 0, 3)))
		same(t, "mine", titles(h.queue(t, anna, tickets.QueueMine)), []string{"first"})
		same(t, "with a priority", titles(h.queue(t, anna, tickets.QueueTeam))[2], "first")
	})
}

func TestPagesFollowEachOtherWithoutGapOrOverlap(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna := h.session(t, a, b)
		for i := range 23 {
			if i%3 == 0 {
				h.clock.pass(time.Second) // others share an instant
			}
			team := a
			if i%2 == 0 {
				team = b
			}
			h.arriveAs(t, tickets.Opening{Team: team, Title: fmt.Sprint(i), Priority: i % 4}, h.letter("x"))
		}
		all := titles(h.queue(t, anna, tickets.QueueTeam))
		same(t, "all", len(all), 23)
		for _, size := range []int{1, 4, 7} {
			var got []string
			var at tickets.Cursor
			for {
				page, err := h.desk.Queue(t.Context(), anna, tickets.Filter{Queue: tickets.QueueTeam}, at, size)
				h.ok(t, err)
				got = append(got, titles(page)...)
				if at = page.Next; at == "" {
					break
				}
			}
			same(t, fmt.Sprintf("in pages of %d", size), got, all)
		}
		for _, bad := range []tickets.Cursor{"x", "1", "99999999999999999999.a", "1.'; DROP TABLE tickets_ticket"} {
			_, err := h.desk.Queue(t.Context(), anna, tickets.Filter{Queue: tickets.QueueTeam}, bad, 5)
			if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("cursor %q: %v", bad, err)
			}
		}
	})
}

// walkers does random things for a while; refusals and lost races are part of
// it.
func walk(t *testing.T, h *house, r *rand.Rand, teams []helpdesk.ID, all []*staff.Session, open *[]*tickets.Conversation) {
	t.Helper()
	s := all[r.IntN(len(all))]
	h.clock.pass(time.Duration(r.IntN(100)) * time.Minute)
	if len(*open) == 0 || r.IntN(6) == 0 {
		*open = append(*open, h.arrive(t, teams[r.IntN(len(teams))], "letter"))
		return
	}
	c := (*open)[r.IntN(len(*open))]
	f, err := h.desk.Facts(t.Context(), s, c.Ticket)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return
	}
	h.ok(t, err)
	switch ctx := t.Context(); r.IntN(10) {
	case 0:
		h.later(t, c.ID, h.letter("more"))
	case 1:
		err = h.desk.Take(ctx, s, f.ID, f.Version)
	case 2:
		err = h.desk.CloseTicket(ctx, s, f.ID, f.Version)
	case 3:
		err = h.desk.Reopen(ctx, s, f.ID, f.Version)
	case 4:
		h.reply(t, s, c.ID, "answer")
	case 5:
		id := h.reply(t, s, c.ID, "undone")
		err = h.db.Write(ctx, "test", func(tx *store.Tx) error { return h.desk.Withdraw(ctx, tx, s, id) })
	case 6:
		err = h.desk.Give(ctx, s, f.ID, f.Version, tickets.To{Team: teams[r.IntN(len(teams))], Stay: r.IntN(2) == 0})
	case 7:
		other := (*open)[r.IntN(len(*open))]
		err = h.desk.Join(ctx, s, f.ID, other.Ticket)
	case 8:
		err = h.desk.Unjoin(ctx, s, f.ID)
	case 9:
		err = h.desk.Prioritise(ctx, s, f.ID, f.Version, r.IntN(4), time.Time{})
	}
	var refusal helpdesk.Refusal
	if err != nil && !errors.Is(err, helpdesk.ErrConflict) && !errors.Is(err, helpdesk.ErrNotFound) && !errors.As(err, &refusal) {
		t.Fatal(err)
	}
}

func TestStandingCountsAreExactAfterAnyWalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		teams := []helpdesk.ID{h.team(t), h.team(t), h.team(t)}
		all := []*staff.Session{h.session(t, teams...), h.session(t, teams[0]), h.session(t, teams[1:]...)}
		const seed = 20260302
		r := rand.New(rand.NewPCG(seed, 1))
		var open []*tickets.Conversation
		for step := range 400 {
			walk(t, h, r, teams, all, &open)
			if step%40 != 39 {
				continue
			}
			wrong := h.number(t, `SELECT COUNT(*) FROM (
				SELECT team, owner, state, SUM(n) FROM tickets_tally GROUP BY team, owner, state HAVING SUM(n) <> 0
				EXCEPT SELECT team, owner, state, COUNT(*) FROM tickets_ticket GROUP BY team, owner, state) AS x`)
			missing := h.number(t, `SELECT COUNT(*) FROM (
				SELECT team, owner, state, COUNT(*) FROM tickets_ticket GROUP BY team, owner, state
				EXCEPT SELECT team, owner, state, SUM(n) FROM tickets_tally GROUP BY team, owner, state) AS x`)
			if wrong+missing > 0 {
				t.Fatalf("after %d steps %d cells are wrong and %d missing", step+1, wrong, missing)
			}
		}
		// Everything that was said is still read by somebody, and the queues
		// hold what the counts say.
		for _, s := range all {
			for _, q := range []tickets.Queue{tickets.QueueUnassigned, tickets.QueueMine, tickets.QueueTeam, tickets.QueueWaiting, tickets.QueueAnswered, tickets.QueueClosed} {
				page := h.queue(t, s, q)
				want := map[tickets.Queue]int64{
					tickets.QueueUnassigned: page.Counts.Unassigned, tickets.QueueMine: page.Counts.Mine, tickets.QueueTeam: page.Counts.Team,
					tickets.QueueWaiting: page.Counts.Waiting, tickets.QueueAnswered: page.Counts.Answered, tickets.QueueClosed: page.Counts.Closed,
				}[q]
				same(t, string(q), len(page.Rows), min(want, tickets.PageMost))
				for _, line := range page.Rows {
					if !line.Proven {
						t.Errorf("a line of %s is not proven", q)
					}
				}
			}
		}
		for _, c := range open {
			sheet, err := h.desk.Page(t.Context(), all[0], c.Ticket)
			h.ok(t, err)
			for _, m := range sheet.Messages {
				if m.Broken || !m.Proven {
					t.Errorf("message %d of %s is broken or not proven", m.Number, c.Ticket)
				}
			}
		}
	})
}

func TestEachTicketIsTakenExactlyOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		const claimants, many = 8, 200
		var ids []helpdesk.ID
		for range many {
			ids = append(ids, h.arrive(t, team, "letter").Ticket)
		}
		var took [claimants]int
		var wait sync.WaitGroup
		for i := range claimants {
			s := h.session(t, team)
			order := rand.Perm(many)
			wait.Go(func() {
				for _, n := range order {
					switch err := h.desk.Take(background, s, ids[n], 1); {
					case err == nil:
						took[i]++
					case !errors.Is(err, helpdesk.ErrConflict):
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		sum := 0
		for _, n := range took {
			sum += n
		}
		if sum != many {
			t.Errorf("taken %d times, want %d: %v", sum, many, took)
		}
		same(t, "left", h.number(t, "SELECT COUNT(*) FROM tickets_ticket WHERE owner = ''"), 0)
		same(t, "counted", h.number(t, "SELECT CAST(SUM(n) AS BIGINT) FROM tickets_tally WHERE owner = ''"), 0)
		same(t, "journal", h.number(t, "SELECT COUNT(*) FROM journal_entry WHERE verb = 'ticket.take'"), many)
	})
}
