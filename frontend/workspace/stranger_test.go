package workspace_test

import (
	"errors"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// forwarded has somebody open an answer's link in a case of another person.
func (w *world) forwarded(c *colleague, b chat.Begun) (cookie string) {
	w.Helper()
	s := w.session(c.login, c.words)
	link, err := w.tickets.NewLink(w.Context())
	w.ok(err)
	w.ok(w.db.Write(w.Context(), "test", func(tx *store.Tx) error {
		open, err := w.tickets.With(w.Context(), tx, s, b.Conversation)
		if err != nil {
			return err
		}
		m := tickets.Message{ID: helpdesk.NewID(), OwnKey: true, Kind: tickets.KindAnswer, Direction: tickets.Out, Author: s.User.ID,
			Content: tickets.Content{Text: "The court wrote", Secure: true}}
		if _, err := open.Append(w.Context(), tx, m); err != nil {
			return err
		}
		_, err = w.tickets.MakeLink(w.Context(), tx, open, m.ID, link)
		return err
	}))
	cookie, waits, err := w.room.OpenLink(w.Context(), nil, link.Fragment(), false)
	w.ok(err)
	if !waits {
		w.Fatal("a stranger walked in")
	}
	return cookie
}

func TestAStrangerJoinsACaseByACounsellorsYes(t *testing.T) {
	w, maria, bo, b := begin(t)
	cookies := []string{w.forwarded(maria, b), w.forwarded(maria, b)}
	const asks = "Somebody else opened a link to an answer here."
	for i, answer := range []string{"no", "yes"} {
		page := maria.get(200, at(b, ""))
		w.has(page, asks, "They wait for a yes or a no")
		g, err := w.people.Guest(w.Context(), cookies[i], false)
		w.ok(err)
		w.has(page, `value="`+string(g.Person)+`"`)
		maria.press(303, page, at(b, "/stranger"), "person", string(g.Person), "do", answer)
		_, _, err = w.tickets.Heard(w.Context(), g, b.Conversation, 0, 10)
		if joined := err == nil; joined != (answer == "yes") || err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("%s: %v", answer, err)
		}
		// Pressed twice, or by a colleague at the same moment.
		bo.force(404, "/w/t/:id/stranger", at(b, "/stranger"), "person", string(g.Person), "do", "yes")
	}
	w.lacks(maria.get(200, at(b, "")), asks)
	far := w.hire("Far Away", w.other)
	g, err := w.people.Guest(w.Context(), w.forwarded(maria, b), false)
	w.ok(err)
	far.force(404, "/w/t/:id/stranger", at(b, "/stranger"), "person", string(g.Person), "do", "yes")
}
