package workspace_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/tickets"
)

func TestANoteNamesAColleagueWithOrWithoutAScript(t *testing.T) {
	w := newWorld(t)
	maria, nour, lex := w.hire("Maria Holm", w.team), w.hire("Nour Ali", w.team), w.hire("Lex Law", w.other)
	id := w.letterFrom("farid@persons.example", w.team)
	page := maria.get(200, path(id, ""))
	w.has(page, `data-name="Nour Ali"`)
	w.lacks(page, `data-name="Lex Law"`, `data-name="Maria Holm"`)
	w.lacks(page, `class="n" aria-hidden`)

	// By a box, and by an @ in whichever case.
	maria.press(303, page, path(id, "/note"), "note", "please look", "client", "n1", "named", string(nour.id))
	maria.post(303, path(id, ""), path(id, "/note"), "note", "and you, @nour ali?", "client", "n2")
	you := nour.get(200, "/w/you")
	w.has(you, "Maria Holm", "named you in a note", "R-1", "A letter")
	w.has(nour.get(200, "/w/queue"), "2 things wait for you by name")
	w.lacks(you, "please look", "and you,") // what was said stands in the note alone
	w.has(nour.get(200, path(id, "")), "please look", "Nour Ali")
	w.has(nour.get(200, "/w/you/count?n=2", "HX-Request", "true"), "0 things")
	message := regexp.MustCompile(`name="message" value="([^"]+)"`).FindStringSubmatch(you)[1]
	nour.press(303, nour.get(200, "/w/you"), "/w/you/clear", "message", message)
	w.has(nour.get(200, "/w/you"), "named you in a note")

	// Who can't read it is asked about first, and the words are not lost.
	ask := maria.post(422, path(id, ""), path(id, "/note"), "note", "does @Lex Law know?", "client", "n3")
	w.has(ask, "can&#39;t read this conversation", "does @Lex Law know?", "Save the note as it is", `value="user:`+string(lex.id))
	lex.get(404, path(id, ""))
	w.lacks(maria.get(200, path(id, "/history")), "\u2068Lex Law")
	maria.press(303, ask, path(id, "/note"), "note", "does @Lex Law know?", "client", "n3", "anyway", "1")
	w.has(lex.get(200, "/w/you"), "Nothing waits for you by name")
	lex.get(404, path(id, ""))
}

func TestAColleagueIsAskedAnswersAndIsDone(t *testing.T) {
	w := newWorld(t)
	maria, lex, far := w.hire("Maria Holm", w.team), w.hire("Lex Law", w.other), w.hire("Far Away", w.other)
	id := w.letterFrom("farid@persons.example", w.team)
	w.letterFrom("other@persons.example", w.team)
	page := maria.get(200, path(id, ""))
	w.has(page, "Advice from a colleague", "Lex Law")
	maria.press(303, page, path(id, "/consult"), "whom", "user:"+string(lex.id), "question", "is an appeal possible?", "stay", "day", "client", "q1")
	maria.press(303, page, path(id, "/consult"), "whom", "user:"+string(lex.id), "question", "is an appeal possible?", "stay", "day", "client", "q1")
	maria.press(422, page, path(id, "/consult"), "whom", "user:"+string(lex.id), "question", "again?", "stay", "day", "client", "q2")
	maria.press(422, page, path(id, "/consult"), "whom", "nobody", "question", "x", "stay", "day", "client", "q3")
	maria.press(422, page, path(id, "/consult"), "whom", "user:"+string(lex.id), "question", "x", "stay", "year", "client", "q4")

	w.has(lex.get(200, "/w/queue"), "1 thing waits for you by name")
	w.has(lex.get(200, "/w/you"), "You are asked for advice", "Maria Holm", "R-1")
	open := lex.get(200, path(id, ""))
	w.has(open, "asks for your advice", "is an appeal possible?", "Please help", `action="`+path(id, "/note")+`"`)
	w.lacks(open, `action="`+path(id, "/answer")+`"`, `action="`+path(id, "/take")+`"`, `action="`+path(id, "/close")+`"`)
	far.get(404, path(id, ""))
	far.force(404, "/w/t/:id/unconsult", path(id, "/unconsult"), "consult", string(id))

	lex.press(303, open, path(id, "/note"), "note", "yes, until Friday", "client", "n1")
	w.has(maria.get(200, "/w/you"), "You asked for advice", "has answered")
	consult := regexp.MustCompile(`name="consult" value="([^"]+)"`).FindStringSubmatch(open)[1]
	lex.press(303, lex.get(200, path(id, "")), path(id, "/unconsult"), "consult", consult)
	lex.get(404, path(id, ""))
	w.has(lex.get(200, "/w/you"), "Nothing waits for you by name")
	story := maria.get(200, path(id, "/history"))
	w.has(story, "\u2068Maria Holm\u2069 asked \u2068Lex Law\u2069 for advice", "\u2068Lex Law\u2069 closed the question to \u2068Lex Law\u2069")
	w.lacks(story, "yes, until Friday", "is an appeal possible?")
	w.has(maria.get(200, path(id, "")), "yes, until Friday", "Lex Law was asked for advice")
}

func TestWhoIsAskedDuringATalkDoesNotSpeakInIt(t *testing.T) {
	w := newWorld(t)
	maria, lex := w.hire("Maria Holm", w.team), w.hire("Lex Law", w.other)
	w.roster(maria)
	b, _ := w.knock(chat.First{})
	maria.post(303, path(b.Ticket, ""), path(b.Ticket, "/consult"), "whom", "user:"+string(lex.id), "question", "what now?", "stay", "day", "client", "q1")
	open := lex.get(200, path(b.Ticket, ""))
	w.has(open, "I need somebody to talk to", "what now?")
	w.lacks(open, `action="`+path(b.Ticket, "/say")+`"`)
	lex.force(403, "/w/t/:id/say", path(b.Ticket, "/say"), "text", "hello", "client", "s1")
}

func TestAPageSaysWhoElseLooksAndWhoTypes(t *testing.T) {
	w := newWorld(t)
	maria, nour := w.hire("Maria Holm", w.team), w.hire("Nour Ali", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	w.lacks(nour.get(200, path(id, "")), "Maria Holm is")
	maria.force(204, "/w/t/:id/looking", path(id, "/looking"))
	w.has(nour.get(200, path(id, "")), "Maria Holm is looking now")
	maria.force(204, "/w/t/:id/looking", path(id, "/looking"), "typing", "1")
	w.has(nour.get(200, path(id, "")), "Maria Holm is typing now")
	w.lacks(maria.get(200, path(id, "")), "Maria Holm is")
}

func TestBeforeAHandOverThePageAsksWhatIsForgottenMost(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	page := maria.get(200, path(id, ""))
	list, give, team := strings.Index(page, `id="handover"`), strings.Index(page, path(id, "/give")), strings.Index(page, path(id, "/team"))
	if list < 0 || give < list || team < list {
		t.Fatalf("the questions stand at %d, the ways to hand over at %d and %d", list, give, team)
	}
	w.has(page[list:give], "a note that says what comes next?", "every date written down", "what was promised, and by when?",
		"which papers we have seen?", "know that somebody else will answer?")
}

func TestAHandOverTakesTheDraftAlongAndBack(t *testing.T) {
	w := newWorld(t)
	maria, nour := w.hire("Maria Holm", w.team), w.hire("Nour Ali", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	page := maria.get(200, path(id, ""))
	w.lacks(page, "What you have begun to write goes along")
	_, err := w.tickets.SaveDraft(t.Context(), w.session(maria.login, maria.words), id, tickets.Draft{Kind: tickets.KindAnswer, Text: "Dear Farid, so far"})
	w.ok(err)
	page = maria.get(200, path(id, ""))
	w.has(page, "What you have begun to write goes along", "Is there a note that says what comes next?")
	maria.press(303, page, path(id, "/give"), "version", versionIn(t, page), "to", string(nour.id))
	given := maria.get(200, path(id, "?said=given"))
	w.has(given, "Your draft lies with", path(id, "/ungive"))
	theirs := nour.get(200, path(id, ""))
	w.has(theirs, "Maria Holm\u2069&#39;s draft of an answer", "Dear Farid, so far", "Take it over")
	w.has(nour.get(200, "/w/you"), "Drafts handed to you", "R-1")

	maria.press(303, given, path(id, "/ungive"))
	drafted := func(c *colleague) string {
		d, err := w.tickets.Draft(t.Context(), w.session(c.login, c.words), id, tickets.KindAnswer)
		w.ok(err)
		return d.Text
	}
	if got := drafted(maria); got != "Dear Farid, so far" {
		t.Errorf("her draft is %q", got)
	}
	w.lacks(nour.get(200, path(id, "")), "Dear Farid")
	maria.press(409, given, path(id, "/ungive"))

	page = maria.get(200, path(id, ""))
	maria.press(303, page, path(id, "/give"), "version", versionIn(t, page), "to", string(nour.id))
	theirs = nour.get(200, path(id, ""))
	draft := regexp.MustCompile(`name="draft" value="([^"]+)"`).FindStringSubmatch(theirs)[1]
	nour.press(303, theirs, path(id, "/passed"), "draft", draft, "do", "take")
	if got := drafted(nour); got != "Dear Farid, so far" {
		t.Errorf("the draft taken over is %q", got)
	}
	nour.press(404, theirs, path(id, "/passed"), "draft", draft, "do", "take")
	maria.force(404, "/w/t/:id/passed", path(id, "/passed"), "draft", draft, "do", "take")
	w.has(maria.get(200, path(id, "/history")), "\u2068Nour Ali\u2069 took over a draft")
}

func TestAfterAHardTalkSomebodyListens(t *testing.T) {
	w := newWorld(t)
	maria, nour := w.hire("Maria Holm", w.team), w.hire("Nour Ali", w.team)
	ada := w.browser(w.ada, "ada", w.words)
	page := maria.get(200, "/w/you")
	w.has(page, "Any coordinator", "Nour Ali")
	maria.press(422, page, "/w/you/debrief", "to", "", "when", "today", "words", strings.Repeat("x", 501))
	maria.press(303, page, "/w/you/debrief", "to", "", "when", "today", "words", "after four")
	w.has(maria.get(200, "/w/you"), "You asked to talk")
	w.lacks(nour.get(200, "/w/you"), "after four")
	list := ada.get(200, "/w/you")
	w.has(list, "Maria Holm", "would like to talk today", "after four", "I will talk with you")
	debrief := regexp.MustCompile(`name="debrief" value="([^"]+)"`).FindStringSubmatch(list)[1]
	nour.force(404, "/w/you/debrief/settle", "/w/you/debrief/settle", "debrief", debrief, "do", "take")
	ada.press(303, list, "/w/you/debrief/settle", "debrief", debrief, "do", "take")
	theirs := maria.get(200, "/w/you")
	w.has(theirs, "Ada Lind\u2069 will talk with you", "We have talked")
	maria.press(303, theirs, "/w/you/debrief/settle", "debrief", debrief, "do", "end")
	w.lacks(ada.get(200, "/w/you"), "after four")
	w.has(maria.get(200, "/w/you"), "Any coordinator")
}

// A word about one's own load is quiet, and nothing is held back for it.
func TestALongDayIsSaidAndHoldsNothingBack(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	w.lacks(maria.get(200, "/w/queue"), "without a longer pause")
	for range 12 {
		w.clock.pass(26 * time.Minute)
		maria.get(200, "/w/queue")
	}
	page := maria.get(200, "/w/queue")
	w.has(page, "You have been here since", "without a longer pause")
	w.lacks(maria.get(200, path(id, "")), "without a longer pause")
	maria.post(303, path(id, ""), path(id, "/take"), "version", versionIn(t, maria.get(200, path(id, ""))))
}
