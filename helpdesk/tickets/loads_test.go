package tickets_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestRestrictedTicketsWeighInALoadInStepsThatTellOfNoSingleOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		closed, open := h.closedTeam(t), h.team(t)
		anna, bo := h.session(t, closed, open), h.session(t, closed)
		o := office.New(office.House{DB: db, Secrets: h.secrets, Journal: h.journal, Now: h.clock.now, Log: h.logger()})
		router := tickets.NewRouter(o, h.staff, h.desk, nil)
		load := func(s *staff.Session) int {
			t.Helper()
			h.clock.pass(2 * time.Second)
			board, err := router.Now(t.Context())
			h.ok(t, err)
			c, _ := board.Counsellor(s.User.ID)
			return c.Open
		}
		take := func(s *staff.Session, n int) {
			t.Helper()
			for range n {
				c := h.arriveAs(t, tickets.Opening{Team: closed, Title: "title"}, h.letter("x"))
				h.ok(t, h.desk.Take(t.Context(), s, c.Ticket, h.version(t, s, c.Ticket)))
			}
		}
		take(anna, 2)
		same(t, "two", load(anna), 0)
		take(anna, 1)
		same(t, "three", load(anna), 5)
		take(bo, 8)
		same(t, "bo's eight", load(bo), 10)
		c := h.arriveAs(t, tickets.Opening{Team: open, Title: "title"}, h.letter("x"))
		h.ok(t, h.desk.Take(t.Context(), anna, c.Ticket, h.version(t, anna, c.Ticket)))
		same(t, "and one that anybody may know of", load(anna), 6)
		h.close(t, anna, c.Ticket)
		same(t, "closed", load(anna), 5)
	})
}
