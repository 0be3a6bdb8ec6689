package tickets_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// closedTeam makes a restricted team.
func (h *house) closedTeam(t testing.TB) helpdesk.ID {
	t.Helper()
	h.made++
	team, err := h.staff.AddTeam(t.Context(), h.staff.Console(), staff.NewTeam{Name: fmt.Sprintf("team %d", h.made), Restricted: true}, h.ada)
	h.ok(t, err)
	return team.ID
}

// bare checks that a row says team and state, and nothing else that anybody
// could tell it by.
func (h *house) bare(t *testing.T, when string, ticket helpdesk.ID) {
	t.Helper()
	var said string
	var priority, due, opened, waiting, last, number int64
	h.ok(t, h.db.QueryRow(t.Context(), `SELECT channel || language, priority, due_day, opened_at, waiting_since, last_at, number
		FROM tickets_ticket WHERE id = $1`, ticket).Scan(&said, &priority, &due, &opened, &waiting, &last, &number))
	if said != "" || priority+due+opened+waiting+last != 0 || number < 1_000_000_000 {
		t.Errorf("%s: the row says %q %d %d %d %d %d %d", when, said, priority, due, opened, waiting, last, number)
	}
	if n := h.number(t, `SELECT COUNT(*) FROM tickets_message WHERE (at <> 0 OR before_waiting <> 0) AND conversation IN
		(SELECT id FROM tickets_conversation WHERE ticket = $1)`, ticket); n != 0 {
		t.Errorf("%s: %d messages say when", when, n)
	}
}

func (h *house) facts(t *testing.T, s *staff.Session, ticket helpdesk.ID) tickets.Ticket {
	t.Helper()
	out, err := h.desk.Facts(t.Context(), s, ticket)
	h.ok(t, err)
	return out
}

func TestATicketOfARestrictedTeamIsWorkedLikeAnyOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		closed := h.closedTeam(t)
		anna, bo := h.session(t, closed), h.session(t, closed)
		open := func(title string, o tickets.Opening) *tickets.Conversation {
			h.clock.pass(time.Hour)
			o.Team, o.Title = closed, title
			return h.arriveAs(t, o, h.letter(title))
		}
		day := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
		low := open("low", tickets.Opening{Language: "ti", Channel: "chat"})
		high := open("high", tickets.Opening{Language: "sv", Priority: 2, DueDay: day})
		child := open("child", tickets.Opening{Language: "sv", Facts: tickets.Facts{Topic: "law", Child: true}, Priority: 2})
		came := h.clock.now()
		team := tickets.Filter{Queue: tickets.QueueTeam}
		for range 2 { // from the heads, and from what they left behind
			for _, c := range []struct {
				what   string
				filter tickets.Filter
				want   []string
			}{
				{"in order", team, []string{"high", "child", "low"}},
				{"language", tickets.Filter{Queue: tickets.QueueTeam, Language: "sv"}, []string{"high", "child"}},
				{"channel", tickets.Filter{Queue: tickets.QueueTeam, Channel: "chat"}, []string{"low"}},
				{"priority", tickets.Filter{Queue: tickets.QueueWaiting, Priority: 2}, []string{"high", "child"}},
				{"due", tickets.Filter{Queue: tickets.QueueTeam, DueFrom: "2026-03-05", DueUntil: "2026-03-05"}, []string{"high"}},
				{"not due", tickets.Filter{Queue: tickets.QueueTeam, DueUntil: "2026-03-04"}, nil},
				{"waited", tickets.Filter{Queue: tickets.QueueTeam, Waited: 2}, []string{"low"}},
				{"nobody's", tickets.Filter{Queue: tickets.QueueTeam, Owner: tickets.Nobody}, []string{"high", "child", "low"}},
				{"mine", tickets.Filter{Queue: tickets.QueueMine}, nil},
				{"answered", tickets.Filter{Queue: tickets.QueueAnswered}, nil},
				{"topic", tickets.Filter{Queue: tickets.QueueTeam, Topic: "law", Language: "sv"}, []string{"child"}},
				{"children", tickets.Filter{Queue: tickets.QueueChildren}, []string{"child"}},
				{"words", tickets.Filter{Queue: tickets.QueueTeam, Words: "LO"}, []string{"low"}},
			} {
				same(t, c.what, h.list(t, anna, c.filter), c.want)
				n, err := h.desk.Count(t.Context(), anna, c.filter)
				h.ok(t, err)
				same(t, "count of "+c.what, n, tickets.Count{N: int64(len(c.want))})
			}
		}
		first, err := h.desk.Queue(t.Context(), anna, team, "", 2)
		h.ok(t, err)
		second, err := h.desk.Queue(t.Context(), anna, team, first.Next, 2)
		h.ok(t, err)
		same(t, "page by page", append(titles(first), titles(second)...), []string{"high", "child", "low"})
		same(t, "the end", second.Next, tickets.Cursor(""))

		// Taking, and what the counts say of it.
		elsewhere := h.replica() // another process, which keeps what it saw
		_, err = elsewhere.Overview(t.Context(), bo)
		h.ok(t, err)
		id, err := h.desk.TakeNext(t.Context(), anna, "", nil)
		h.ok(t, err)
		same(t, "next", id, high.Ticket)
		h.ok(t, h.desk.Take(t.Context(), bo, low.Ticket, h.version(t, bo, low.Ticket)))
		same(t, "taken over unseen", errors.Is(h.desk.Take(t.Context(), anna, low.Ticket, 0), helpdesk.ErrConflict), true)
		id, err = h.desk.TakeNext(t.Context(), bo, closed, func(x tickets.Ticket, head tickets.Head) bool {
			return x.Language == "sv" && head.Facts.Child
		})
		h.ok(t, err)
		same(t, "next that suits", id, child.Ticket)
		_, err = h.desk.TakeNext(t.Context(), bo, "", nil)
		same(t, "nothing is left", errors.Is(err, helpdesk.ErrNotFound), true)
		for range 2 {
			kept, err := elsewhere.Overview(t.Context(), bo)
			h.ok(t, err)
			same(t, "counts elsewhere", kept.Teams[closed], tickets.Counts{Mine: 2, Team: 3, Waiting: 3})
		}
		counts, err := h.desk.Overview(t.Context(), bo)
		h.ok(t, err)
		same(t, "counts", counts.Teams[closed], tickets.Counts{Mine: 2, Team: 3, Waiting: 3})
		same(t, "bo's", h.list(t, bo, tickets.Filter{Queue: tickets.QueueMine}), []string{"child", "low"})
		same(t, "anna's", h.list(t, bo, tickets.Filter{Queue: tickets.QueueTeam, Owner: anna.User.ID}), []string{"high"})

		// An answer, a letter by night, and an answer taken back.
		sent := h.reply(t, bo, child.ID, "yes")
		same(t, "answered", h.list(t, bo, tickets.Filter{Queue: tickets.QueueAnswered}), []string{"child"})
		h.clock.pass(time.Hour)
		h.later(t, child.ID, h.letter("thanks"))
		night := h.clock.now()
		h.later(t, child.ID, h.letter("and one more"))
		got := h.facts(t, anna, child.Ticket)
		same(t, "waits again", []any{got.State, got.WaitingSince, got.LastAt, got.Owner}, []any{tickets.StateOpen, night.Truncate(time.Microsecond), night.Truncate(time.Microsecond), bo.User.ID})
		same(t, "before who came later", h.list(t, bo, tickets.Filter{Queue: tickets.QueueMine}), []string{"child", "low"})
		h.clock.pass(time.Hour)
		last := h.reply(t, bo, child.ID, "no")
		h.write(t, func(tx *store.Tx) error { return h.desk.Withdraw(t.Context(), tx, bo, last) })
		got = h.facts(t, anna, child.Ticket)
		same(t, "as before", []any{got.State, got.WaitingSince}, []any{tickets.StateOpen, night.Truncate(time.Microsecond)})
		for _, c := range []*tickets.Conversation{low, high, child} {
			h.bare(t, "at work", c.Ticket)
		}
		_, _ = sent, came

		// Dates: in the list of who works, and for the watch, which knows no ticket.
		dated, err := h.desk.Dated(t.Context(), anna, "", tickets.OfMine, time.Time{}, 5)
		h.ok(t, err)
		same(t, "due", []any{len(dated.Rows), dated.Rows[0].Ticket.DueDay}, []any{1, day})
		dated, err = h.desk.Dated(t.Context(), bo, closed, tickets.OfMine, time.Time{}, 5)
		h.ok(t, err)
		same(t, "bo's dates", len(dated.Rows), 0)
		watched, err := h.desk.DueBy(t.Context(), closed, day, "")
		h.ok(t, err)
		same(t, "watched", []any{len(watched), watched[0].Owner, watched[0].DueDay, watched[0].ID == high.Ticket}, []any{1, anna.User.ID, day, false})
		watched, err = h.desk.DueBy(t.Context(), closed, day, watched[0].ID)
		h.ok(t, err)
		same(t, "watched once", len(watched), 0)
		watched, err = h.desk.WaitingBefore(t.Context(), closed, h.clock.now(), "")
		h.ok(t, err)
		same(t, "who waits, by the day", []any{len(watched), watched[0].WaitingSince}, []any{3, monday.Truncate(24 * time.Hour)})
		waited, err := h.desk.Waited(t.Context(), bo, "", tickets.OfMine, came, 5)
		h.ok(t, err)
		same(t, "who has waited for bo", titlesOf(waited.Rows), []string{"low"})
		h.ok(t, h.desk.Prioritise(t.Context(), anna, high.Ticket, h.version(t, anna, high.Ticket), 0, time.Time{}))
		watched, err = h.desk.DueBy(t.Context(), closed, day, "")
		h.ok(t, err)
		same(t, "no longer due", len(watched), 0)

		// Closed, found again, opened again.
		h.close(t, bo, low.Ticket)
		same(t, "closed", h.list(t, anna, tickets.Filter{Queue: tickets.QueueClosed}), []string{"low"})
		same(t, "closed, in Tigrinya", h.list(t, anna, tickets.Filter{Queue: tickets.QueueClosed, Language: "ti"}), []string{"low"})
		same(t, "closed, in Swedish", h.list(t, anna, tickets.Filter{Queue: tickets.QueueClosed, Language: "sv"}), []string(nil))
		h.bare(t, "closed", low.Ticket)
		h.later(t, low.ID, h.letter("once more"))
		got = h.facts(t, anna, low.Ticket)
		same(t, "open again", []any{got.State, got.Owner, got.Channel, got.Language}, []any{tickets.StateOpen, bo.User.ID, "chat", "ti"})

		// Named in a note: by whom and when stands in the note alone.
		_, err = h.desk.Note(t.Context(), anna, low.Ticket, "look at this", "one", bo.User.ID)
		h.ok(t, err)
		named, err := h.desk.Mentions(t.Context(), bo)
		h.ok(t, err)
		same(t, "named", []any{len(named), named[0].By, named[0].At}, []any{1, anna.User.ID, h.clock.now().Truncate(time.Microsecond)})

		// Two in one, and apart again.
		h.ok(t, h.desk.Join(t.Context(), anna, low.Ticket, high.Ticket))
		same(t, "joined", h.list(t, anna, team), []string{"child", "high"})
		h.clock.pass(time.Minute)
		h.later(t, low.ID, h.letter("to the joined one"))
		h.ok(t, h.desk.Unjoin(t.Context(), anna, low.Ticket))
		got = h.facts(t, anna, low.Ticket)
		same(t, "taken out", []any{got.State, got.WaitingSince}, []any{tickets.StateOpen, h.clock.now().Truncate(time.Microsecond)})
		h.bare(t, "taken out", low.Ticket)
	})
}

func titlesOf(rows []tickets.Row) []string { return titles(tickets.Page{Rows: rows}) }

func TestATicketIsVeiledAndUnveiledAsItMoves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team, closed := h.team(t), h.closedTeam(t)
		anna, eva := h.session(t, team, closed), h.session(t, team)
		c := h.arriveAs(t, tickets.Opening{Team: team, Title: "mine", Language: "ti", Priority: 1, Owner: eva.User.ID,
			DueDay: time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)}, h.letter("x"))
		before := h.facts(t, anna, c.Ticket)
		h.reply(t, eva, c.ID, "y")
		h.clock.pass(time.Minute)
		h.later(t, c.ID, h.letter("z"))
		since := h.clock.now().Truncate(time.Microsecond)
		_, err := h.desk.Looking(t.Context(), eva, c.Ticket, true)
		h.ok(t, err)

		h.ok(t, h.desk.Give(t.Context(), anna, c.Ticket, h.version(t, anna, c.Ticket), tickets.To{Team: closed, User: anna.User.ID}))
		h.bare(t, "moved in", c.Ticket)
		same(t, "who looked", h.number(t, "SELECT COUNT(*) FROM tickets_looking WHERE ticket = $1", c.Ticket), 0)
		after := h.facts(t, anna, c.Ticket)
		same(t, "what it is", []any{after.Number, after.Language, after.Channel, after.Priority, after.DueDay, after.WaitingSince, after.OpenedAt, after.Owner},
			[]any{before.Number, "ti", "mail", 1, before.DueDay, since, before.OpenedAt, anna.User.ID})
		// To the others it does not exist.
		for _, q := range []tickets.Queue{tickets.QueueTeam, tickets.QueueUnassigned, tickets.QueueChildren, tickets.QueueLate} {
			same(t, "eva's "+string(q), h.list(t, eva, tickets.Filter{Queue: q}), []string(nil))
		}
		same(t, "a search", h.list(t, eva, tickets.Filter{Queue: tickets.QueueTeam, Words: "mine"}), []string(nil))
		counts, err := h.desk.Overview(t.Context(), eva)
		h.ok(t, err)
		same(t, "eva's counts", counts.Teams, map[helpdesk.ID]tickets.Counts{team: {}})
		_, err = h.desk.Facts(t.Context(), eva, c.Ticket)
		same(t, "its facts", errors.Is(err, helpdesk.ErrNotFound), true)
		_, err = h.desk.Knowing(t.Context(), eva, tickets.Ticket{ID: c.Ticket, Team: team})
		same(t, "who knows them, asked as another team's", errors.Is(err, helpdesk.ErrNotFound), true)
		_, err = h.desk.ByNumber(t.Context(), eva, before.Number)
		same(t, "by its number", errors.Is(err, helpdesk.ErrNotFound), true)

		h.clock.pass(time.Minute)
		h.later(t, c.ID, h.letter("in the closed team"))
		h.ok(t, h.desk.Give(t.Context(), anna, c.Ticket, h.version(t, anna, c.Ticket), tickets.To{Team: team}))
		back := h.facts(t, eva, c.Ticket)
		same(t, "given back", []any{back.Number, back.Language, back.Channel, back.Priority, back.DueDay, back.WaitingSince, back.OpenedAt, back.Owner, back.LastAt},
			[]any{before.Number, "ti", "mail", 1, before.DueDay, since, before.OpenedAt, helpdesk.ID(""), h.clock.now().Truncate(time.Microsecond)})
		same(t, "in the queue", h.list(t, eva, tickets.Filter{Queue: tickets.QueueUnassigned, Language: "ti"}), []string{"mine"})
		same(t, "days left behind", h.number(t, "SELECT COUNT(*) FROM tickets_day"), 0)
		counts, err = h.desk.Overview(t.Context(), anna)
		h.ok(t, err)
		same(t, "counts", counts.Teams, map[helpdesk.ID]tickets.Counts{team: {Unassigned: 1, Team: 1, Waiting: 1}, closed: {}})
	})
}

// A restricted team's closed tickets stand by the half of a year among those of
// other teams, and are opened as far as a page shows them.
func TestTheArchivesOfAllTeamsAreOneList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		open, closed := h.team(t), h.closedTeam(t)
		anna := h.session(t, open, closed)
		want := map[string]bool{}
		for i := range 24 {
			h.clock.pass(20 * 24 * time.Hour) // more than a year in all
			o := tickets.Opening{Team: open, Title: fmt.Sprint(i), Language: "ti", Channel: "mail"}
			if i%3 == 1 {
				o.Team = closed
			}
			if i%4 == 3 {
				o.Language = "sv"
			}
			c := h.arriveAs(t, o, h.letter("x"))
			h.close(t, anna, c.Ticket)
			if o.Language == "ti" {
				want[o.Title] = true
			}
		}
		for _, size := range []int{1, 3, 7, 50} {
			got := map[string]bool{}
			for at := tickets.Cursor(""); ; {
				page, err := h.desk.Queue(t.Context(), anna, tickets.Filter{Queue: tickets.QueueClosed, Language: "ti"}, at, size)
				h.ok(t, err)
				if len(page.Rows) < size && page.Next != "" && !page.Partly {
					t.Errorf("a page of %d instead of %d", len(page.Rows), size)
				}
				for _, title := range titles(page) {
					if got[title] {
						t.Errorf("in pages of %d, %s stands there twice", size, title)
					}
					got[title] = true
				}
				if at = page.Next; at == "" {
					break
				}
			}
			same(t, fmt.Sprint("in pages of ", size), got, want)
		}
	})
}
