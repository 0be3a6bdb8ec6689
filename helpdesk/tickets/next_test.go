package tickets_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestTheNextIsTheMostUrgentThatSuits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna, bo := h.session(t, a, b), h.session(t, b)
		titles := map[helpdesk.ID]string{}
		open := func(team helpdesk.ID, title string, priority int, f tickets.Facts) {
			h.clock.pass(time.Minute)
			c := h.arriveAs(t, tickets.Opening{Team: team, Title: title, Priority: priority, Facts: f}, h.letter(title))
			titles[c.Ticket] = title
		}
		for i := range 15 { // more than are read at a time
			open(a, fmt.Sprint("for a man ", i), 3, tickets.Facts{Wish: "man"})
		}
		open(b, "second", 0, tickets.Facts{})
		open(a, "third", 0, tickets.Facts{})
		open(b, "first", 2, tickets.Facts{})
		next := func(s *staff.Session, team helpdesk.ID, suits func(tickets.Ticket, tickets.Head) bool) string {
			t.Helper()
			id, err := h.desk.TakeNext(t.Context(), s, team, suits)
			if errors.Is(err, helpdesk.ErrNotFound) {
				return "none"
			}
			h.ok(t, err)
			same(t, "owner", h.page(t, s, id).Ticket.Owner, s.User.ID)
			return titles[id]
		}
		woman := func(_ tickets.Ticket, h tickets.Head) bool { return h.Facts.Wish != "man" }
		for _, want := range []string{"first", "second", "third", "none"} {
			same(t, "next", next(anna, "", woman), want)
		}
		same(t, "another's team", next(bo, "", nil), "none")
		for i := range 15 {
			same(t, "the rest", next(anna, a, nil), fmt.Sprint("for a man ", i))
		}
		same(t, "nothing left", next(anna, "", nil), "none")
	})
}

// Whoever works for the one is not handed the other, however urgent: and does
// not stop at it.
func TestTheNextPassesOverWhomOneWorksAgainst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		for name, team := range map[string]helpdesk.ID{"in plain": h.team(t), "restricted": h.closedTeam(t)} {
			t.Run(name, func(t *testing.T) {
				anna, bo := h.session(t, team), h.session(t, team)
				wife, husband := h.begin(t, team, "hers"), h.begin(t, team, "his")
				h.ok(t, h.desk.Take(t.Context(), anna, wife.talk.Ticket, h.version(t, anna, wife.talk.Ticket)))
				h.ok(t, h.desk.SetConflict(t.Context(), anna, wife.talk.Ticket, husband.talk.Ticket, ""))
				h.clock.pass(time.Hour)
				behind := h.arrive(t, team, "somebody else's")

				got, err := h.desk.TakeNext(t.Context(), anna, team, nil)
				h.ok(t, err)
				same(t, "hers next", got, behind.Ticket)
				if _, err := h.desk.TakeNext(t.Context(), anna, team, nil); !errors.Is(err, helpdesk.ErrNotFound) {
					t.Errorf("the other side: %v", err)
				}
				got, err = h.desk.TakeNext(t.Context(), bo, team, nil)
				h.ok(t, err)
				same(t, "a colleague's", got, husband.talk.Ticket)
			})
		}
	})
}

func TestEightWhoTakeTheNextAtOnceGetEachTicketOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		const claimants, many = 8, 300
		for range many {
			h.arrive(t, team, "letter")
		}
		desks := []*tickets.Desk{h.desk, h.replica()} // two processes
		took := make([][]helpdesk.ID, claimants)
		var wait sync.WaitGroup
		for i := range claimants {
			s := h.session(t, team)
			wait.Go(func() {
				for {
					id, err := desks[i%2].TakeNext(background, s, "", nil)
					if errors.Is(err, helpdesk.ErrNotFound) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					took[i] = append(took[i], id)
				}
			})
		}
		wait.Wait()
		seen := map[helpdesk.ID]bool{}
		for _, ids := range took {
			for _, id := range ids {
				if seen[id] {
					t.Errorf("%s was taken twice", id)
				}
				seen[id] = true
			}
		}
		// Whoever finds the last ones just being taken has nothing left to wait for.
		same(t, "taken", len(seen), many)
		same(t, "left", h.number(t, "SELECT COUNT(*) FROM tickets_ticket WHERE owner = ''"), 0)
		same(t, "counted", h.number(t, "SELECT CAST(SUM(n) AS BIGINT) FROM tickets_tally WHERE owner = ''"), 0)
		same(t, "journal", h.number(t, "SELECT COUNT(*) FROM journal_entry WHERE verb = 'ticket.take'"), many)
	})
}
