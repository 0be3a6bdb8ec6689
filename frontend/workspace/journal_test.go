package workspace_test

import (
	"html"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/staff"
)

func TestTheJournalIsReadByCoordinatorsAndEverybodysOwnByThemselves(t *testing.T) {
	w := newWorld(t)
	secret, err := w.staff.AddTeam(w.Context(), w.staff.Console(), staff.NewTeam{Name: "shelter", Restricted: true}, w.ada)
	w.ok(err)
	maria, boss := w.hire("Maria Holm", w.team, secret.ID), w.hireAs(staff.Coordinator, "Cora Berg", w.team)
	open, closed := w.letterFrom("one@example.org", w.team), w.letterFrom("two@example.org", secret.ID)
	maria.get(200, "/w/t/"+string(open))
	maria.get(200, "/w/t/"+string(open)+"/person")
	maria.get(200, "/w/t/"+string(closed))
	maria.post(200, "/w/queue", "/w/queue/find", "q", "team", "words", "holm")

	page := boss.get(200, "/w/journal")
	w.has(page, "Maria Holm</bdi></strong> opened a conversation", "opened the page of the person", "R-1", "in a closed team", "searched for their own surname", "Perhaps it is a relative")
	w.lacks(page, string(closed))
	w.has(boss.get(200, "/w/journal?kind=opened"), "read the journal")
	w.lacks(boss.get(200, "/w/journal?kind=searched"), "opened a conversation")
	w.lacks(boss.get(200, "/w/journal?number=R-1&who="+string(boss.id)), "Maria Holm</bdi></strong> opened")
	w.has(boss.get(200, "/w/journal?number=R-1"), "Maria Holm</bdi></strong> opened a conversation")
	w.has(boss.get(200, "/w/journal?day=2020-01-01"), "No lines")
	for _, bad := range []string{"?number=R-99", "?number=x", "?day=tomorrow", "?who=x"} {
		w.has(boss.get(422, "/w/journal"+bad), `class="notice warn"`)
	}

	mine := maria.get(200, "/w/journal?who="+string(boss.id))
	w.has(mine, "Maria Holm</bdi></strong> opened a conversation", "searched for their own surname")
	w.lacks(mine, "Cora Berg</bdi></strong> signed in", "read the journal", `name="who"`, "Unusual in")
	w.has(boss.get(200, "/w/journal?view=mine"), "Cora Berg</bdi></strong> signed in")
}

func TestAnIncidentIsReportedByAnybodyAndClosedByACoordinator(t *testing.T) {
	w := newWorld(t)
	maria, dan, boss := w.hire("Maria Holm", w.team), w.hire("Dan Ek", w.team), w.hireAs(staff.Coordinator, "Cora Berg", w.team)
	w.has(maria.post(422, "/w/incidents", "/w/incidents", "what", "A list lay in the hall", "at", "2026-03-04T11:00"), "of which kind", "A list lay in the hall")
	maria.post(303, "/w/incidents", "/w/incidents", "what", "A list lay in the hall", "kind", "confidentiality", "at", "2026-03-04T11:00", "affected", "12")
	w.has(maria.get(200, "/w/incidents"), "A list lay in the hall", "authority by")
	w.lacks(dan.get(200, "/w/incidents"), "A list lay in the hall")
	w.clock.pass(20 * time.Minute)
	page := boss.get(200, "/w/incidents")
	_, after, _ := strings.Cut(page, `action="/w/incidents/`)
	id, _, _ := strings.Cut(after, `"`)
	path := "/w/incidents/" + id
	step := func(status int, fields ...string) string {
		t.Helper()
		return boss.press(status, boss.get(200, "/w/incidents"), path, fields...)
	}
	step(303, "do", "assess", "risk", "high", "consequences-"+id, "found", "measures-"+id, "taken back", "affected-"+id, "14")
	step(303, "do", "authority", "authority-"+id, "2026-03-04T11:40", "reference-"+id, "D-77")
	w.has(step(422, "do", "close"), "tell those affected first")
	step(303, "do", "persons", "persons-"+id, "", "how-"+id, "nobody could read it")
	step(303, "do", "close")
	w.has(maria.get(200, "/w/incidents"), "closed", "D-77", "nobody could read it", "14")
	maria.force(403, "/w/incidents/:id", path, "do", "close")

	maria.post(303, "/w/rights", "/w/rights", "kind", "access", "channel", "letter", "day", "2026-03-03", "who", "Nadia", "what", "all you have")
	w.has(boss.get(200, "/w/rights"), "Nadia", "all you have", "See what we have")
	w.lacks(dan.get(200, "/w/rights"), "Nadia")

	maria.get(403, "/w/records")
	w.has(boss.get(200, "/w/records"), "6(1)(a), 9(2)(a)", "24 months", "To be filled in by the organisation", "NOTE: nobody decided yet")
	w.has(boss.get(200, "/w/records/table.csv"), "Counselling,")
	w.has(boss.get(200, "/w/records/assessment"), "This is a draft", "______")
}

// Who answers for the personal data stands in the record and in the draft of the
// assessment; what nobody said yet is missing there, and leads to where it is
// said.
func TestTheRecordSaysWhoAnswersForItAndWhatIsMissing(t *testing.T) {
	w := newWorld(t)
	boss := w.hireAs(staff.Coordinator, "Cora Berg", w.team)
	said := []struct{ setting, value string }{
		{"controller", "Föreningen <Hjälp>"}, {"controller_address", "Box 7, 111 11 Stockholm"}, {"controller_contact", "data@help.example"},
		{"officer", "Olle Ombud"}, {"officer_contact", "0771-00 00 00"},
	}
	for _, path := range []string{"/w/records", "/w/records/assessment"} {
		page := boss.get(200, path)
		for _, s := range said {
			w.has(page, `<strong>Missing.</strong> <a class="unprinted" href="/w/office/`+s.setting+`"`)
		}
	}
	w.has(boss.get(200, "/w/records/table.csv"), "Controller,Missing.")
	for _, s := range said {
		boss.send(303, boss.get(200, "/w/office/"+s.setting), "/w/office/"+s.setting, "do", "save", "value", s.value)
	}
	for _, path := range []string{"/w/records", "/w/records/assessment"} {
		page := boss.get(200, path)
		for _, s := range said {
			w.has(page, html.EscapeString(s.value))
			w.lacks(page, `href="/w/office/`+s.setting+`"`)
		}
	}
	w.has(boss.get(200, "/w/records/table.csv"), "Data protection officer,Olle Ombud")
	boss.send(303, boss.get(200, "/w/office/officer"), "/w/office/officer", "do", "save", "value", "=1+cmd|x")
	w.has(boss.get(200, "/w/records/table.csv"), "Data protection officer,'=1+cmd|x") // text to a spreadsheet
}
