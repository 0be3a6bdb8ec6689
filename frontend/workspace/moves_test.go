package workspace_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
)

func TestATalkIsHandedOverWarmAndCold(t *testing.T) {
	w, maria, bo, b := begin(t)
	maria.post(303, "/w/chats", at(b, "/sit"))
	maria.post(303, at(b, ""), at(b, "/over"), "to", string(bo.id), "how", "warm")
	w.has(maria.get(200, at(b, "")), "Stay until they come")
	w.has(bo.get(200, "/w/chats"), "Maria Holm asks you to take over")
	bo.post(303, at(b, ""), at(b, "/sit"))
	if got := w.tableOf(bo, b); got.Taken != bo.id {
		t.Errorf("taken by %s", got.Taken)
	}
	w.lacks(maria.get(200, at(b, "")), `action="`+at(b, "/over")+`"`)
	bo.post(303, at(b, ""), at(b, "/over"), "to", "", "how", "cold")
	if got := w.tableOf(bo, b); got.State != chat.Waiting {
		t.Errorf("state %s", got.State)
	}
	w.has(maria.get(200, at(b, "")), "Handed over to whoever is free", "Take and talk")
	// Somebody outside the team is no one to hand it to.
	maria.post(303, "/w/chats", at(b, "/sit"))
	eva := w.hire("Eva Ny", w.other)
	maria.post(422, at(b, ""), at(b, "/over"), "to", string(eva.id), "how", "warm")
}

func TestAnInterpreterReadsAlongUntilTheirTimeIsOver(t *testing.T) {
	w, maria, _, b := begin(t)
	eva := w.hire("Eva Ny", w.other)
	maria.post(303, "/w/chats", at(b, "/sit"))
	maria.post(422, at(b, ""), at(b, "/bring"), "user", string(eva.id), "role", "interpreter", "stay", "for ever")
	maria.post(422, at(b, ""), at(b, "/bring"), "user", string(eva.id), "role", "boss", "stay", "hour")
	maria.post(303, at(b, ""), at(b, "/bring"), "user", string(eva.id), "role", "interpreter", "stay", "hour")
	w.has(maria.get(200, at(b, "")), "Eva Ny until in 1 hour", "joined the talk as interpreter")
	page := eva.get(200, at(b, ""))
	w.has(page, "I need somebody to talk to")
	eva.press(303, page, at(b, "/say"), "client", "e1", "text", "Salam, I translate")
	w.has(maria.get(200, at(b, "")), "Salam, I translate")
	w.has(eva.get(200, "/w/queue"), `class="talkrow"`)
	maria.post(303, at(b, ""), at(b, "/part"), "user", string(eva.id))
	eva.get(404, at(b, ""))
	// And again, until the hour is over.
	maria.post(303, at(b, ""), at(b, "/bring"), "user", string(eva.id), "role", "colleague", "stay", "hour")
	eva.get(200, at(b, ""))
	w.clock.pass(61 * time.Minute)
	w.hourLater(maria, eva)
	eva.get(404, at(b, ""))
}

// hourLater signs colleagues in again: idle sessions have ended.
func (w *world) hourLater(all ...*colleague) {
	for _, c := range all {
		*c = *w.browser(c.id, c.login, c.words)
	}
}

func TestATalkEndsWithNoteAndTopicAndAnAnswerStillReaches(t *testing.T) {
	w, maria, _, b := begin(t)
	maria.post(303, "/w/chats", at(b, "/sit"))
	maria.post(303, at(b, ""), at(b, "/end"), "end-note", "Was calm at the end", "topic", "appeal")
	page := maria.get(200, at(b, ""))
	w.has(page, "We ended the talk", "Was calm at the end", "appeal", "In the conversation", "not by mail")
	maria.press(303, page, at(b, "/say"), "client", "later", "text", "One thing more")
	g, err := w.people.Guest(t.Context(), b.Cookie, false)
	w.ok(err)
	news, err := w.room.Hear(t.Context(), g, b.Conversation, 0)
	w.ok(err)
	if last := news.Said[len(news.Said)-1]; last.Content.Text != "One thing more" {
		t.Errorf("the person hears %q", last.Content.Text)
	}
	for _, m := range news.Said {
		if strings.Contains(m.Content.Text, "calm") {
			t.Error("the person reads our note")
		}
	}
}

func TestDangerLeadsStepByStepAndCallsASecondPerson(t *testing.T) {
	w, maria, bo, b := begin(t)
	// Nobody sits at a table: the steps are there, too.
	page := maria.get(200, at(b, ""))
	w.has(page, "Danger to life", "Call 112", "Where are you now?")
	maria.press(303, page, at(b, "/danger"), "step", "ask-where", "client", "d1", "remark", "in the shower room")
	maria.press(404, page, at(b, "/danger"), "step", "panic", "client", "d2")
	page = maria.get(200, at(b, ""))
	w.has(page, `id="danger" open`, "in the shower room", "A second person is called", "asked where the person is. in the shower room")
	w.has(bo.get(200, "/w/chats"), "Maria Holm asks for a second person", "colleague needs you")
	bo.post(303, at(b, ""), at(b, "/danger"), "step", "second-person", "client", "d3")
	w.lacks(bo.get(200, "/w/chats"), "asks for a second person")
	maria.post(303, at(b, ""), at(b, "/danger"), "step", "aftercare", "client", "d4")
	w.lacks(maria.get(200, at(b, "")), `id="danger" open`)
}

func TestWhatComesBeforeEverythingElseStandsOnTop(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	b, g := w.knock(chat.First{Facts: tickets.Facts{
		Child: true, Urgent: true, Spoken: "ti", Interpreter: true, NotOwnCommunity: true, Wish: "woman", CallBack: "070-1, after six",
	}})
	page := maria.get(200, at(b, ""))
	w.has(page, "what we must report", "Must travel within three days", "Tigrinya", "not from their own community", "a woman", "070-1, after six")
	maria.press(303, page, at(b, "/about"), "fact", "alone", "value", "parents")
	w.has(maria.get(200, at(b, "")), `<option value="parents" selected>`)
	maria.press(404, page, at(b, "/about"), "fact", "alone", "value", "maybe")
	maria.press(404, page, at(b, "/about"), "fact", "name", "value", "x")
	w.ok(w.room.Leave(t.Context(), g, b.Conversation, true))
	page = maria.get(200, at(b, ""))
	w.has(page, "Left quickly: do not write first by another way")
	maria.press(303, page, at(b, "/about"), "fact", "left")
	w.lacks(maria.get(200, at(b, "")), "Left quickly: do not write first")
}

var groups = regexp.MustCompile(`<span class="nowrap">(\d{4})</span>`)

func TestWhoLostTheirCodeGetsANewOneByPhone(t *testing.T) {
	w, maria, _, b := begin(t)
	html := maria.post(200, at(b, ""), at(b, "/code"))
	found := groups.FindAllStringSubmatch(html, -1)
	if len(found) != 5 {
		t.Fatalf("%d groups in\n%s", len(found), words(html))
	}
	var code string
	for _, g := range found {
		code += g[1]
	}
	w.has(html, "The code is shown only now")
	if _, err := w.people.Guest(t.Context(), b.Cookie, false); err == nil {
		t.Error("the old session lives on")
	}
	_, g, _, err := w.people.Return(t.Context(), code, false)
	w.ok(err)
	news, err := w.room.Hear(t.Context(), g, b.Conversation, 0)
	w.ok(err)
	if len(news.Said) == 0 || news.Said[0].Content.Text != "I need somebody to talk to" || !g.MustShowCode {
		t.Errorf("%d messages with the new code", len(news.Said))
	}
}

func TestSomebodyKnownByMailIsInvitedIntoTheConversation(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	page := maria.get(200, "/w/t/"+string(id))
	w.has(page, "Danger to life")
	w.lacks(page, `role="log"`)
	html := maria.press(200, page, "/w/t/"+string(id)+"/code")
	var code string
	for _, g := range groups.FindAllStringSubmatch(html, -1) {
		code += g[1]
	}
	if _, ok := people.Digits(code); !ok {
		t.Fatalf("%q is no code", code)
	}
	_, _, _, err := w.people.Return(t.Context(), code, false)
	w.ok(err)
}

func TestPhrasesOfThePersonsLanguageComeFirst(t *testing.T) {
	w, maria, _, b := begin(t)
	w.ok(w.office.Set(t.Context(), w.ada, "phrases", "sv: Hej hej\nen: Hello there\n"))
	maria.post(303, "/w/chats", at(b, "/sit"))
	page := maria.get(200, at(b, ""))
	if en, sv := strings.Index(page, "Hello there"), strings.Index(page, "Hej hej"); en < 0 || sv < en {
		t.Errorf("Hello at %d, Hej at %d", en, sv)
	}
}

func TestAHintComesQuietlyAndNothingIsCutOff(t *testing.T) {
	w, maria, _, b := begin(t)
	maria.post(303, "/w/chats", at(b, "/sit"))
	g, err := w.people.Guest(t.Context(), b.Cookie, false)
	w.ok(err)
	for i := range 19 {
		w.clock.pass(2 * time.Minute)
		if i%5 == 0 {
			maria.get(200, at(b, "")) // still here
		}
		_, err = w.room.Say(t.Context(), g, b.Conversation, chat.Words{ClientID: string(rune('a' + i)), Text: "and then"})
		w.ok(err)
	}
	page := maria.get(200, at(b, ""))
	w.has(page, "active minutes", "Nothing is cut off", "What will you do tonight?")
	maria.press(303, page, at(b, "/say"), "client", "h1", "text", "We can go on")
}
