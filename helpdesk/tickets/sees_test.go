package tickets_test

import (
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestAPersonSeesWhatWasSaidAndNotWhatTheHouseNotes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team, other := h.team(t), h.team(t)
		anna := h.session(t, team, other)
		p := h.begin(t, team, "hello")
		system := func(direction tickets.Direction, key string) {
			h.write(t, func(tx *store.Tx) error {
				c, err := h.desk.Blind(t.Context(), tx, p.talk.ID)
				if err != nil {
					return err
				}
				_, err = c.Append(t.Context(), tx, tickets.Message{Kind: tickets.KindSystem, Direction: direction, Content: tickets.Content{Key: key}})
				return err
			})
		}
		h.tell(t, anna, p.talk.ID, "hello you")
		before, err := h.desk.Facts(t.Context(), anna, p.talk.Ticket)
		h.ok(t, err)
		system(tickets.Out, "chat.ended")
		after, err := h.desk.Facts(t.Context(), anna, p.talk.Ticket)
		h.ok(t, err)
		same(t, "whose turn it is, after a fact for both", after.State, before.State)
		system(tickets.In, "post.undelivered")
		system(tickets.Inside, "ticket.whatever")
		h.ok(t, h.desk.Give(t.Context(), anna, p.talk.Ticket, h.page(t, anna, p.talk.Ticket).Ticket.Version, tickets.To{Team: other}))
		h.tell(t, anna, p.talk.ID, "and again")
		same(t, "heard", h.heard(t, p, 0), []string{"hello", "hello you", "chat.ended", tickets.SystemTeam, "and again"})
		h.ok(t, h.desk.Hide(t.Context(), p.Guest, p.talk.ID, 1, 3, 99))
		same(t, "with some hidden", h.heard(t, p, 0), []string{"hello you", tickets.SystemTeam, "and again"})
		h.ok(t, h.desk.Hide(t.Context(), p.Guest, p.talk.ID))
		same(t, "all hidden", len(h.heard(t, p, 0)), 0)
		same(t, "later", h.say(t, p, "still there"), 9)
		same(t, "what is new is not hidden", h.heard(t, p, 0), []string{"still there"})
		same(t, "the house sees all", len(h.page(t, anna, p.talk.Ticket).Messages), 9)
		h.ok(t, h.desk.Show(t.Context(), p.Guest, p.talk.ID))
		same(t, "shown again", h.heard(t, p, 0), []string{"hello", "hello you", "chat.ended", tickets.SystemTeam, "and again", "still there"})
	})
}
