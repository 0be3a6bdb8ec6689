package workspace_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
)

// One sees on one page how each line stands, what the roster lacks and what
// comes in two weeks, and closes a line whose hands are full.
func TestTheHoursOfTwoWeeksAndALineThatIsFull(t *testing.T) {
	w, maria, bo, _ := begin(t)
	page := maria.get(200, "/w/hours")
	w.has(page, "Two weeks ahead", "16:00")
	w.lacks(page, "1 rostered, 2 needed.", "nobody is rostered until then")
	if n := strings.Count(page, `<section class="card day`); n != 14 {
		t.Errorf("%d days are shown", n)
	}
	maria.post(422, "/w/hours", "/w/hours/close", "line", "chat_everyone", "reason", "illness", "until", "2026-03-04T09:00", "note", "two at home")
	maria.post(303, "/w/hours", "/w/hours/close", "line", "chat_everyone", "reason", "illness", "until", "2026-03-04T15:30", "note", "two at home")
	page = bo.get(200, "/w/hours")
	w.has(page, "Maria Holm closed it: illness. Until 15:30.", "two at home")
	door, err := w.room.Door(w.Context(), "everyone")
	w.ok(err)
	if door.State != hours.Capacity {
		t.Errorf("the chat's door is %v while its line is closed", door.State)
	}
	bo.press(303, page, "/w/hours/reopen", "line", "chat_everyone")
	w.lacks(bo.get(200, "/w/hours"), "two at home")

	// With nobody rostered for the mail, what it promises is told to be missing.
	w.ok(w.office.Set(w.Context(), w.ada, office.Roster, "shift "+string(bo.id)+" chat_everyone daily 00:00-24:00\n"))
	w.has(maria.get(200, "/w/hours"), "1 rostered, 2 needed.", "nobody is rostered until then")
}

func TestOnesDutiesAndALinesHoursAreCalendars(t *testing.T) {
	w, maria, bo, _ := begin(t)
	w.ok(w.office.Set(w.Context(), w.ada, office.Roster, fmt.Sprintf("shift %s mail wed 13:00-15:00\nshift %s mail thu 09:00-10:00\n", maria.id, bo.id)))
	mine := maria.get(200, "/w/hours/mine.ics")
	w.has(mine, "BEGIN:VCALENDAR", "DTSTART:20260304T120000Z", "DTEND:20260304T140000Z")
	w.lacks(mine, "DTSTART:20260305", "Bo Ek", string(bo.id), string(maria.id))
	w.has(bo.get(200, "/w/hours/line.ics?line=chat_everyone"), "DTSTART:20260304T090000Z", "DTEND:20260304T150000Z")
	bo.get(404, "/w/hours/line.ics?line=none")

	// A day off changes what a calendar holds: its stamp moves, or a calendar
	// that fetches it again would keep the old.
	stamp := func() string {
		return regexp.MustCompile(`DTSTAMP:\S+`).FindString(maria.get(200, "/w/hours/mine.ics"))
	}
	before := stamp()
	w.clock.pass(time.Minute)
	w.ok(w.office.Set(w.Context(), w.ada, office.Leave, string(maria.id)+" | 2026-03-11 | 2026-03-11\n"))
	if after := stamp(); after == before || before == "" {
		t.Errorf("the stamp was %q and is %q", before, after)
	}
	w.lacks(maria.get(200, "/w/hours/mine.ics"), "DTSTART:20260311")
}
