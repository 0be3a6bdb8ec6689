package tickets_test

import (
	"errors"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

func TestEarlierConversationsAreThoseOfTheSamePersonAndTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p, stranger := h.begin(t, team, "first"), h.begin(t, team, "somebody else")
		var second *tickets.Conversation
		h.write(t, func(tx *store.Tx) (err error) {
			second, err = h.desk.Open(t.Context(), tx, tickets.Opening{
				Team: team, Channel: "chat", Person: p.Person, Title: "again", Readers: []*vault.Pair{p.Pair()},
			})
			if err != nil {
				return err
			}
			_, err = second.Append(t.Context(), tx, word("second"))
			return err
		})
		got, err := h.desk.Earlier(t.Context(), anna, second.Ticket)
		h.ok(t, err)
		if len(got) != 1 || got[0].Ticket.ID != p.talk.Ticket || got[0].Head.Title != "chat" {
			t.Errorf("%d tickets", len(got))
		}
		if got, err := h.desk.Earlier(t.Context(), anna, stranger.talk.Ticket); err != nil || len(got) != 0 {
			t.Error(got, err)
		}
		if _, err := h.desk.Earlier(t.Context(), anna, helpdesk.NewID()); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Error(err)
		}
	})
}
