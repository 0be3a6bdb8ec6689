package workspace_test

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
)

func TestATicketsHistoryReadsAsAStory(t *testing.T) {
	w := newWorld(t)
	maria, nour := w.hire("Maria Holm", w.team), w.hire("نور علي", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	w.clock.pass(time.Minute)
	maria.post(303, path(id, ""), path(id, "/take"), "version", versionIn(t, maria.get(200, path(id, ""))))
	w.clock.pass(time.Minute)
	maria.post(303, path(id, ""), path(id, "/note"), "note", "secret words", "client", "n1")
	w.clock.pass(time.Minute)
	nour.post(303, path(id, ""), path(id, "/close"), "version", versionIn(t, nour.get(200, path(id, ""))))
	w.has(maria.get(200, path(id, "")), `href="`+path(id, "/history")+`"`)
	page := maria.get(200, path(id, "/history"))
	at := -1
	for _, line := range []string{"began", "\u2068Maria Holm\u2069 took the ticket", "\u2068Maria Holm\u2069 wrote a note", "\u2068نور علي\u2069 closed the ticket"} {
		next := strings.Index(page, line)
		if next < 0 {
			t.Errorf("the story lacks %q:\n%s", line, words(page))
		}
		if next < at {
			t.Errorf("%q comes too early", line)
		}
		at = next
	}
	w.lacks(page, "secret words")
}

// TestALentReaderReadsNoHistory: who opened and decided is the team's own.
func TestALentReaderReadsNoHistory(t *testing.T) {
	w := newWorld(t)
	maria, eva, bo := w.hire("Maria Holm", w.team), w.hire("Eva Ny", w.other), w.hire("Bo Ek", w.other)
	b, _ := w.knock(chat.First{})
	w.ok(w.tickets.AddReader(t.Context(), w.session(maria.login, maria.words), b.Ticket, eva.id, w.clock.now().Add(time.Hour)))
	eva.get(403, path(b.Ticket, "/history"))
	bo.get(404, path(b.Ticket, "/history"))
}
