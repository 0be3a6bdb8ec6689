package workspace_test

import (
	"regexp"
	"testing"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

// mailbox gives the team an address to answer from.
func (w *world) mailbox() {
	w.Helper()
	_, err := w.office.AddMailbox(w.Context(), w.ada, office.Mailbox{
		Team: w.team, Address: "stod@help.example", Name: "Samtalsstöd", IMAP: "imap+insecure://stod@127.0.0.1:1/",
		SMTP: "smtp+insecure://127.0.0.1:1", Password: "secret", After: office.AfterMove, AfterFolder: "Archive", State: office.Collecting,
	})
	w.ok(err)
}

var chosenWay = regexp.MustCompile(`name="how" value="([a-z]+)" checked`)

func (w *world) way(html, want string) {
	w.Helper()
	found := chosenWay.FindStringSubmatch(html)
	if found == nil || found[1] != want {
		w.Errorf("the next answer goes by %q, want %s", found, want)
	}
}

func TestAnAnswerGoesTheWayTheLastOneWent(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	w.mailbox()
	ticket := w.letterFrom("person@x.example", w.team)
	path := "/w/t/" + string(ticket)
	page := maria.get(200, path)
	w.way(page, "plain")
	w.lacks(page, `value="here"`) // nobody reads it here yet

	maria.press(303, page, path+"/answer", "to", "person@x.example", "text", "The court wrote", "how", "secure", "seen", "1", "client", "c1")
	page = maria.get(200, path)
	w.has(page, "The court wrote", "secure, behind a link")
	w.way(page, "secure")
	// More than one who opens one link is refused, with all that was typed.
	page = maria.press(422, page, path+"/answer", "to", "person@x.example, other@x.example", "text", "To both", "how", "secure", "seen", "9", "client", "c2")
	w.has(page, "To both", "other@x.example")
	w.way(page, "secure")
	// Plain mail is a choice again, and the next one follows it.
	maria.press(303, page, path+"/answer", "to", "person@x.example", "text", "In plain mail", "how", "plain", "seen", "9", "client", "c3")
	w.way(maria.get(200, path), "plain")
}

func TestAnAnswerStandsInTheConversationAndTheNextOneToo(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	w.mailbox()
	ticket := w.letterFrom("person@x.example", w.team)
	path := "/w/t/" + string(ticket)
	made, err := w.room.Recode(t.Context(), w.session(maria.login, maria.words), ticket)
	w.ok(err)
	cookie, _, _, err := w.people.Return(t.Context(), made.Code, false)
	w.ok(err)
	page := maria.get(200, path)
	w.way(page, "plain")
	maria.press(303, page, path+"/answer", "to", "person@x.example", "text", "Read this here", "how", "here", "seen", "9", "client", "c1")
	page = maria.get(200, path)
	w.way(page, "here")
	g, err := w.people.Guest(t.Context(), cookie, true)
	w.ok(err)
	threads, err := w.tickets.Mine(t.Context(), g)
	w.ok(err)
	said, _, err := w.tickets.Heard(t.Context(), g, threads[0].Conversation, 0, 50)
	w.ok(err)
	if last := said[len(said)-1]; last.Content.Text != "Read this here" || last.Kind != tickets.KindChat {
		t.Errorf("the person reads %q", last.Content.Text)
	}
	// Nothing written is refused beside the field.
	w.has(maria.press(422, page, path+"/answer", "to", "person@x.example", "text", " ", "how", "here", "client", "c2"), `aria-invalid="true"`)
}

func TestACodeIsRefusedToWhoDecidesNothingHere(t *testing.T) {
	w, maria, _, b := begin(t)
	far := w.hire("Far Away", w.other)
	far.force(404, "/w/t/:id/code", at(b, "/code"))
	page := maria.get(200, at(b, ""))
	w.has(maria.press(200, page, at(b, "/code")), "R-")
	// While everything waits to be erased no code is given: it would stop what
	// the person's own code alone may stop.
	other, g := w.knock(chat.First{})
	_, err := w.people.NewCode(t.Context(), g)
	w.ok(err)
	w.ok(w.room.Erase(t.Context(), g))
	maria.force(404, "/w/t/:id/code", at(other, "/code"))
}
