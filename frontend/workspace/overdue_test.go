package workspace_test

import "testing"

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
