package tickets_test

import (
	"slices"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// What a team gave away and goes on reading is among what its members may
// open, and so in their export.
func TestAllIsWhatTheSessionMayOpenAlsoOfOtherTeams(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna, bo := h.session(t, a), h.session(t, b)
		mine, stays, gone := h.arrive(t, a, "mine"), h.arrive(t, a, "stays"), h.arrive(t, a, "gone")
		h.arrive(t, b, "never theirs")
		h.ok(t, h.desk.Give(t.Context(), anna, stays.Ticket, h.page(t, anna, stays.Ticket).Ticket.Version, tickets.To{Team: b, Stay: true}))
		h.ok(t, h.desk.Give(t.Context(), anna, gone.Ticket, h.page(t, anna, gone.Ticket).Ticket.Version, tickets.To{Team: b}))
		all, err := h.desk.All(t.Context(), anna, "")
		h.ok(t, err)
		if len(all) != 2 || !slices.Contains(all, mine.Ticket) || !slices.Contains(all, stays.Ticket) {
			t.Errorf("%d tickets", len(all))
		}
		if all, err = h.desk.All(t.Context(), bo, ""); err != nil || len(all) != 3 {
			t.Errorf("the other team: %d tickets, %v", len(all), err)
		}
	})
}
