package workspace_test

import (
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

func path(id helpdesk.ID, more string) string { return "/w/t/" + string(id) + more }

func (w *world) factsOf(c *colleague, id helpdesk.ID) tickets.Facts {
	w.Helper()
	s := w.session(c.login, c.words)
	heads, err := w.tickets.Heads(w.Context(), s, []helpdesk.ID{id})
	w.ok(err)
	return heads[id].Facts
}

// lawyerIs makes a colleague the one who may confirm an appeal's last day.
func (w *world) lawyerIs(c *colleague) {
	w.Helper()
	w.ok(w.office.Set(w.Context(), w.ada, office.Profiles, string(c.id)+" | sv, en | lawyer | woman\n"))
}

func TestADecisionProposesALastDayThatALawyerConfirms(t *testing.T) {
	w := newWorld(t)
	maria, eva := w.hire("Maria Holm", w.team), w.hire("ليلى حسن", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	w.has(maria.get(200, path(id, "")), "No day is written here yet", "Ask: who looks after the appeal, until when?", "Papers seen: nobody has said")
	maria.post(303, path(id, ""), path(id, "/dates"), "do", "decision", "received", "2026-03-02")
	page := maria.get(200, path(id, ""))
	w.has(page, "Last day to appeal", "proposed", "No colleague is marked as a lawyer", "After this day the right to appeal is lost",
		`id="listen"`, "Listen first", "Nobody has said which papers")
	w.lacks(page, "Confirm the day", `name="do" value="done"`)
	date, ok := w.factsOf(maria, id).Appeal()
	if !ok || date.Day != "2026-03-23" || !date.Proposed {
		t.Fatalf("the last day is %+v", date)
	}
	w.lawyerIs(eva)
	w.has(maria.get(200, path(id, "")), "Only a lawyer may confirm this day: ليلى حسن")
	w.has(maria.force(422, "/w/t/:id/dates", path(id, "/dates"), "do", "confirm", "date", string(date.ID), "on", "2026-03-23"), "Only a lawyer may decide")
	w.has(maria.force(422, "/w/t/:id/dates", path(id, "/dates"), "do", "done", "date", string(date.ID)), "Only a lawyer may decide")
	page = eva.get(200, path(id, ""))
	w.has(page, "Confirm the day")
	eva.press(303, page, path(id, "/dates"), "do", "confirm", "date", string(date.ID), "on", "2026-03-22")
	w.has(maria.get(200, path(id, "")), "confirmed by ليلى حسن")
	if date, _ = w.factsOf(maria, id).Appeal(); date.Day != "2026-03-22" || date.Proposed {
		t.Errorf("confirmed as %+v", date)
	}
}

func TestTheOneQuestionIsAnsweredOnThePage(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	maria.post(303, path(id, ""), path(id, "/dates"), "do", "appeal", "appeal-by", "محامية نور", "appeal-until", "2026-03-20")
	page := maria.get(200, path(id, ""))
	w.has(page, "محامية نور looks after the appeal; its last day may be", "A lawyer has to confirm it")
	w.lacks(page, `id="listen"`) // no refusal was received
	w.has(maria.post(422, path(id, ""), path(id, "/dates"), "do", "appeal", "appeal-by", strings.Repeat("x", 201)), "at most 200 characters")
}

func TestAPromiseTheRosterCannotKeepIsMadeAllTheSame(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	page := maria.post(422, path(id, ""), path(id, "/dates"), "do", "promise", "by", "2026-03-05", "promised", "Ring & <tell>")
	w.has(page, "Nobody is rostered to answer until", "Promise it all the same", "Ring &amp; &lt;tell&gt;")
	if len(w.factsOf(maria, id).Dates) != 0 {
		t.Error("the promise stands before somebody insisted")
	}
	maria.press(303, page, path(id, "/dates"), "do", "promise", "anyway", "1", "promise-day", "", "by", "2026-03-05", "promised", "Ring & <tell>")
	w.has(maria.get(200, path(id, "")), "Promise", "Thursday", "Ring &amp; &lt;tell&gt;", "tomorrow")
	w.roster(maria)
	maria.post(303, path(id, ""), path(id, "/dates"), "do", "promise", "by", "", "promise-day", "2026-03-09", "promised", "Write")
	w.has(maria.post(422, path(id, ""), path(id, "/dates"), "do", "promise", "by", "2026-02-30"), "That day must exist")
}

func TestDatesAreWrittenSettledAndTakenBack(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	maria.post(303, path(id, ""), path(id, "/dates"), "do", "final", "final", "2026-03-01", "weeks", "4")
	for _, kind := range []string{"return_talk", "reporting", "travel", "turns_18", "follow_up"} {
		maria.post(303, path(id, ""), path(id, "/dates"), "do", "add", "kind", kind, "day", "2026-03-06", "at", "06:00", "date-note", "with "+kind)
	}
	page := maria.get(200, path(id, ""))
	w.has(page, "Final decision", "Time to leave ends", "Return talk", "Reporting duty", "Journey", "Turns 18", "Follow up", "06:00", "with travel", "Put off")
	maria.press(422, page, path(id, "/dates"), "do", "add", "kind", "decision_received", "day", "2026-03-06")
	maria.press(404, page, path(id, "/dates"), "do", "burn")
	maria.press(422, page, path(id, "/dates"), "do", "snooze", "until", "2026-03-04")
	maria.press(303, page, path(id, "/dates"), "do", "snooze", "until", "2026-03-09")
	var travel, follow helpdesk.ID
	for _, d := range w.factsOf(maria, id).Dates {
		switch d.Kind {
		case tickets.DateTravel:
			travel = d.ID
		case tickets.DateFollowUp:
			follow = d.ID
		}
	}
	maria.press(422, page, path(id, "/dates"), "do", "putoff", "date", string(travel), "on", "2026-03-12")
	maria.press(303, page, path(id, "/dates"), "do", "putoff", "date", string(follow), "on", "2026-03-12")
	maria.press(303, page, path(id, "/dates"), "do", "done", "date", string(travel))
	page = maria.get(200, path(id, ""))
	w.has(page, "Done dates", "Maria Holm, ", "Not done after all", "Look again", "Put off from")
	maria.press(303, page, path(id, "/dates"), "do", "undone", "date", string(travel))
	w.lacks(maria.get(200, path(id, "")), "Done dates")
	maria.press(303, page, path(id, "/dates"), "do", "papers", "seen", "part")
	w.has(maria.get(200, path(id, "")), "Papers seen: a part")
}

// TestAdviceOnIncompletePapersIsWarnedOfBesideTheComposer: the warning stands
// where a right to appeal can be lost, and goes once all papers were seen.
func TestAdviceOnIncompletePapersIsWarnedOfBesideTheComposer(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("farid@persons.example", w.team)
	warning := "Don&#39;t give legal advice"
	w.lacks(maria.get(200, path(id, "")), warning)
	maria.post(303, path(id, ""), path(id, "/dates"), "do", "decision", "received", "2026-02-01")
	w.has(maria.get(200, path(id, "")), warning)
	w.lacks(maria.get(200, path(id, "")), `id="listen"`) // more than listen_days ago
	maria.post(303, path(id, ""), path(id, "/dates"), "do", "papers", "seen", "all")
	w.lacks(maria.get(200, path(id, "")), warning)
}

// TestWhoHasATicketLentSeesItsDatesAndChangesNone: so does whoever is no
// colleague of its team.
func TestWhoHasATicketLentSeesItsDatesAndChangesNone(t *testing.T) {
	w := newWorld(t)
	maria, eva, bo := w.hire("Maria Holm", w.team), w.hire("Eva Ny", w.other), w.hire("Bo Ek", w.other)
	b, _ := w.knock(chat.First{})
	maria.post(303, path(b.Ticket, ""), path(b.Ticket, "/dates"), "do", "add", "kind", "travel", "day", "2026-03-06")
	w.ok(w.tickets.AddReader(t.Context(), w.session(maria.login, maria.words), b.Ticket, eva.id, w.clock.now().Add(3_600_000_000_000)))
	page := eva.get(200, path(b.Ticket, ""))
	w.has(page, "Journey")
	w.lacks(page, `action="`+path(b.Ticket, "/dates")+`"`)
	for _, c := range []*colleague{eva, bo} {
		want := 404
		if c == eva {
			want = 403
		}
		c.force(want, "/w/t/:id/dates", path(b.Ticket, "/dates"), "do", "add", "kind", "travel", "day", "2026-03-07")
		c.force(want, "/w/t/:id/dates", path(b.Ticket, "/dates"), "do", "papers", "seen", "all")
	}
	if len(w.factsOf(maria, b.Ticket).Dates) != 1 {
		t.Error("somebody else wrote a date")
	}
}
