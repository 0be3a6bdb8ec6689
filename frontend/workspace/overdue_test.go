package workspace_test

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// Whoever looks how the house stands sees that a time of the law is over, and
// nothing of what it is about.
func TestWhatTheLawSetsATimeForStandsOnTheStatusPage(t *testing.T) {
	w := newWorld(t)
	maria, dan := w.hire("Maria Holm", w.team), w.hire("Dan Ek", w.team)
	const incident, request = "72 hours are over", "has waited longer than the law allows"
	maria.post(303, "/w/incidents", "/w/incidents", "what", "A list lay in the hall", "kind", "confidentiality", "at", "2026-03-04T11:00", "affected", "12")
	maria.post(303, "/w/rights", "/w/rights", "kind", "access", "channel", "letter", "day", "2026-03-03", "who", "Nadia", "what", "all you have")
	w.lacks(dan.get(200, "/w/mail"), incident, request)
	maria.post(303, "/w/incidents", "/w/incidents", "what", "A telephone was lost", "kind", "confidentiality", "at", "2026-02-20T11:00", "affected", "1")
	maria.post(303, "/w/rights", "/w/rights", "kind", "access", "channel", "letter", "day", "2025-12-01", "who", "Omar", "what", "all you have")
	page := dan.get(200, "/w/mail")
	w.has(page, incident, request, `href="/w/incidents"`, `href="/w/rights"`)
	w.lacks(page, "telephone", "Omar", "Nadia")
}

// Within its last two weeks a request by law stands on the coordinators' page:
// one that came by letter, and one asked on a person's own page. Answered, it is
// gone.
func TestARequestByLawIsPointedOutBeforeItIsLate(t *testing.T) {
	w := newWorld(t)
	dan, boss := w.hire("Dan Ek", w.team), w.hireAs(staff.Coordinator, "Cora Berg", w.team)
	day := func(ago int) string { return w.clock.now().AddDate(0, 0, -ago).Format(time.DateOnly) }
	ask := func(who string, ago int) {
		t.Helper()
		boss.post(303, "/w/rights", "/w/rights", "kind", "erasure", "channel", "letter", "day", day(ago), "who", who, "what", "all of it")
	}
	ask("Omar", 2)
	w.lacks(boss.get(200, "/w/mail"), "within two weeks")
	ask("Nadia", 20)
	w.has(boss.get(200, "/w/mail"), "1 request by law is due within two weeks", `href="/w/rights"`)

	begun, guest := w.knock(chat.First{Lang: "en", ClientID: "first", Text: "hello"})
	w.ok(w.tickets.AskRight(w.Context(), guest, begun.Conversation, tickets.DateNotes, w.clock.now().AddDate(0, 0, -20)))
	page := boss.get(200, "/w/mail")
	w.has(page, "2 requests by law are due within two weeks")
	w.lacks(page, "Nadia", "R-1")
	w.lacks(dan.get(200, "/w/mail"), "within two weeks")

	_, after, _ := strings.Cut(boss.get(200, "/w/rights"), `action="/w/rights/`) // what is most pressing stands first
	id, _, _ := strings.Cut(after, `"`)
	boss.press(303, boss.get(200, "/w/rights"), "/w/rights/"+id, "do", "answer", "text-"+id, "It is erased.")
	w.has(boss.get(200, "/w/mail"), "1 request by law is due within two weeks")
}
