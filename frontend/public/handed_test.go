package public_test

import (
	"net/url"
	"regexp"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// secure answers in a conversation behind a link, with a paper.
func (h *house) secure(t *testing.T, s *staff.Session, conversation helpdesk.ID, text string) (fragment string) {
	t.Helper()
	link, err := h.tickets.NewLink(t.Context())
	ok(t, err)
	ok(t, h.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		c, err := h.tickets.With(t.Context(), tx, s, conversation)
		if err != nil {
			return err
		}
		m := tickets.Message{ID: helpdesk.NewID(), OwnKey: true, Kind: tickets.KindAnswer, Direction: tickets.Out, Author: s.User.ID,
			Content: tickets.Content{Text: text}, Files: []tickets.Upload{{Name: "note.txt", Type: "text/plain", Data: []byte("the paper of " + text)}}}
		if _, err := c.Append(t.Context(), tx, m); err != nil {
			return err
		}
		_, err = h.tickets.MakeLink(t.Context(), tx, c, m.ID, link)
		return err
	}))
	return link.Fragment()
}

func TestAForwardedLinkOpensOneAnswerAndTheRestWaitsForAYes(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	amina, uncle, second := h.browser(t), h.browser(t), h.browser(t)
	amina.begins("I am afraid of my uncle")
	threads, err := h.tickets.Mine(t.Context(), h.guestOf(t, amina))
	ok(t, err)
	conversation, ticket := threads[0].Conversation, threads[0].Ticket
	fragment := h.secure(t, maria, conversation, "The court wrote")
	uncle.post("/en/l", url.Values{"key": {fragment}}).isAt("/en/l/read").
		sees("The court wrote", "A counsellor must say yes", "Use your code").seesNot("afraid of my uncle")
	if file := regexp.MustCompile(`/en/l/file/[a-z2-7]{26}/0`).FindString(uncle.page); file == "" {
		t.Error("the paper is not there")
	} else if uncle.get(file); uncle.page != "the paper of The court wrote" {
		t.Errorf("the paper: %d %q", uncle.code, uncle.page)
	} else if second.get(file); second.page == "the paper of The court wrote" {
		t.Error("somebody else has the paper")
	}
	uncle.get("/en/talk").isAt("/en/l/read")
	uncle.get("/en/talk/log").seesNot("afraid of my uncle", "The court wrote")
	// Their own conversation goes on beside it.
	second.begins("another matter").post("/en/l", url.Values{"key": {h.secure(t, maria, conversation, "And the lawyer wrote")}}).isAt("/en/l/read")
	second.get("/en/talk").isAt("/en/talk").sees("A message for you", `href="/en/l/read"`)

	decide := func(b *browser, yes bool) {
		ok(t, h.db.Write(t.Context(), "test", func(tx *store.Tx) error {
			if yes {
				return h.tickets.Welcome(t.Context(), tx, maria, ticket, h.guestOf(t, b).Person)
			}
			return h.tickets.TurnAway(t.Context(), tx, maria, ticket, h.guestOf(t, b).Person)
		}))
	}
	decide(second, false)
	second.get("/en/l/read").sees("And the lawyer wrote", "You cannot read more here").seesNot("must say yes")
	decide(uncle, true)
	uncle.get("/en/l/read").isAt("/en/talk")
	uncle.press("/en/talk/say", "text", "hello all").isAt("/en/talk")
	uncle.get("/en/talk/log").sees("The court wrote", "hello all").seesNot("afraid of my uncle")
}
