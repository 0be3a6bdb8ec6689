package tickets_test

import (
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// Moving a ticket between our own teams is no referral, but the person is told
// (CONSENT.md): in each of their conversations, with no team named, and nothing
// else of the ticket changes by it.
func TestThePersonIsToldThatTheirTicketWentToAnotherTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna, ada, bo := h.session(t, a), h.session(t, a), h.session(t, b)
		p := h.begin(t, a, "hello")
		told := func() (n int) {
			t.Helper()
			said, _, err := h.desk.Heard(t.Context(), p.Guest, p.talk.ID, 0, tickets.HeardMost)
			h.ok(t, err)
			for _, s := range said {
				if s.Content.Key == tickets.SystemTeam {
					if n++; len(s.Content.Args) > 0 || !s.Proven {
						t.Errorf("they are told %v, proven: %v", s.Content.Args, s.Proven)
					}
				} else if s.Kind == tickets.KindSystem {
					t.Errorf("they read %s", s.Content.Key)
				}
			}
			return n
		}
		give := func(to tickets.To) {
			t.Helper()
			before, err := h.desk.Facts(t.Context(), anna, p.talk.Ticket)
			h.ok(t, err)
			h.ok(t, h.desk.Give(t.Context(), anna, p.talk.Ticket, before.Version, to))
		}
		give(tickets.To{User: ada.User.ID})
		same(t, "told of a colleague of the same team", told(), 0)
		give(tickets.To{Team: b})
		same(t, "told of another team", told(), 1)
		after, err := h.desk.Facts(t.Context(), bo, p.talk.Ticket)
		h.ok(t, err)
		same(t, "it still waits for us", after.State, tickets.StateOpen)
		if after.WaitingSince.IsZero() {
			t.Error("nobody waits any more")
		}
	})
}
