package tickets_test

import (
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// A sheet reads messages first and their blind wraps then; who settles between
// the two has taken the wraps away.
func TestALetterThatIsSettledWhileAPageIsReadIsNotBroken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		c := h.arrive(t, team, "one")
		h.later(t, c.ID, h.letter("two"))
		settled := false
		got, err := tickets.BeforeItsWraps(t.Context(), h.desk, anna, c.Ticket, func() {
			h.ok(t, h.desk.Settle(t.Context(), bo, h.page(t, bo, c.Ticket).Settle))
			settled = true
		})
		h.ok(t, err)
		same(t, "settled in between", settled, true)
		same(t, "read", texts(got), []string{"one", "two"})
		for _, m := range got {
			if m.Broken || !m.Proven {
				t.Errorf("message %d: broken %v, proven %v", m.Number, m.Broken, m.Proven)
			}
		}
		same(t, "blind wraps left", h.number(t, "SELECT COUNT(*) FROM tickets_letterkey"), 0)
	})
}
