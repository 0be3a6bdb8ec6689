package hours_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

func feed() hours.Feed {
	return hours.Feed{
		Name: "Rota; chat, mail", Host: "desk.example", Product: "-//Returnsupport//Hours//EN",
		Stamp: wall("2026-11-22 08:00"),
		Line:  func(key string) string { return "Line " + key },
		Who: func(id helpdesk.ID) string {
			return map[helpdesk.ID]string{anna: "Anna", bilal: "Bilal", cilla: "Cilla"}[id]
		},
	}
}

// unfold reads a calendar back by the rules of RFC 5545 §3.1 and refuses what
// breaks them.
func unfold(t *testing.T, text string) []string {
	t.Helper()
	if !strings.HasSuffix(text, "\r\n") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
		t.Fatal("lines do not end in CRLF")
	}
	var lines []string
	for _, l := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(l) > 75 || !utf8.ValidString(l) {
			t.Errorf("%d octets, or cut within a character: %q", len(l), l)
		}
		if strings.HasPrefix(l, " ") {
			lines[len(lines)-1] += l[1:]
		} else {
			lines = append(lines, l)
		}
	}
	return lines
}

func values(lines []string, name string) []string {
	var all []string
	for _, l := range lines {
		if v, ok := strings.CutPrefix(l, name+":"); ok {
			all = append(all, v)
		}
	}
	return all
}

func duties(t *testing.T, f hours.Feed, who helpdesk.ID, from, to string) []string {
	t.Helper()
	var b strings.Builder
	if err := plan(t).WriteDuties(&b, f, who, wall(from), wall(to)); err != nil {
		t.Fatal(err)
	}
	return unfold(t, b.String())
}

func TestACounsellorsShiftsAsCalendar(t *testing.T) {
	lines := duties(t, feed(), bilal, "2026-11-23 00:00", "2026-11-25 00:00")
	if got := values(lines, "DTSTART"); fmt.Sprint(got) != "[20261123T090000Z 20261124T090000Z 20261123T170000Z 20261124T170000Z]" {
		t.Error(got)
	}
	if got := values(lines, "DTEND"); fmt.Sprint(got) != "[20261123T150000Z 20261124T150000Z 20261123T200000Z 20261124T200000Z]" {
		t.Error(got)
	}
	if got := values(lines, "SUMMARY"); got[0] != "Line chat_everyone" {
		t.Error(got)
	}
	if got := values(lines, "DTSTAMP"); got[0] != "20261122T070000Z" {
		t.Error(got)
	}
	if lines[0] != "BEGIN:VCALENDAR" || lines[1] != "VERSION:2.0" || lines[len(lines)-1] != "END:VCALENDAR" {
		t.Errorf("%s … %s", lines[:2], lines[len(lines)-1])
	}
	if got := values(lines, "X-WR-CALNAME"); got[0] != `Rota\; chat\, mail` {
		t.Error(got)
	}
}

func TestSummerTimeMovesTheInstantNotTheWallClock(t *testing.T) {
	lines := duties(t, feed(), bilal, "2026-10-22 00:00", "2026-10-27 00:00")
	if got := fmt.Sprint(values(lines, "DTSTART")); got != "[20261022T080000Z 20261026T090000Z 20261022T160000Z 20261023T160000Z 20261026T170000Z]" {
		t.Error(got)
	}
}

func TestAShiftKeepsItsUIDWhereverTheFeedIsCut(t *testing.T) {
	whole := values(duties(t, feed(), "", "2026-11-23 00:00", "2026-11-28 00:00"), "UID")
	seen := map[string]bool{}
	for _, u := range whole {
		if seen[u] || !strings.HasSuffix(u, "@desk.example") {
			t.Errorf("UID %s", u)
		}
		seen[u] = true
	}
	part := values(duties(t, feed(), "", "2026-11-24 12:00", "2026-11-25 19:00"), "UID")
	if len(part) == 0 || len(part) >= len(whole) {
		t.Fatalf("%d of %d", len(part), len(whole))
	}
	for _, u := range part {
		if !seen[u] {
			t.Errorf("%s is new in a feed cut elsewhere", u)
		}
	}
}

func TestACalendarTellsNoIDsAndOnlyTheNamesItWasGiven(t *testing.T) {
	lines := duties(t, feed(), "", "2026-11-23 00:00", "2026-11-28 00:00")
	text := strings.Join(lines, "\n")
	for _, id := range []helpdesk.ID{anna, bilal, cilla} {
		if strings.Contains(text, string(id)) {
			t.Errorf("%s shows", id)
		}
	}
	if !strings.Contains(text, "SUMMARY:Line chat_everyone: Anna") {
		t.Error("everybody's feed does not say who")
	}
	if own := strings.Join(duties(t, feed(), anna, "2026-11-23 00:00", "2026-11-28 00:00"), "\n"); strings.Contains(own, "Anna") || strings.Contains(own, "Bilal") {
		t.Error("one's own feed names people")
	}
}

func TestNoTitleBeginsAPropertyOfItsOwn(t *testing.T) {
	f := feed()
	f.Line = func(string) string {
		return "a\r\nATTENDEE:mailto:x@y.example\x00\x7f;,\\" + strings.Repeat("ጽ", 60) + "\xff"
	}
	lines := duties(t, f, anna, "2026-11-23 00:00", "2026-11-24 00:00")
	if len(values(lines, "ATTENDEE")) > 0 {
		t.Error("a title wrote a property")
	}
	want := `a\nATTENDEE:mailto:x@y.example\;\,\\` + strings.Repeat("ጽ", 60) + "\uFFFD"
	if got := values(lines, "SUMMARY"); got[0] != want {
		t.Errorf("%q", got[0])
	}
}

func TestOpenHoursAsCalendar(t *testing.T) {
	p := plan(t)
	var b strings.Builder
	if err := p.WriteOpen(&b, feed(), "general_line", hours.Date{Year: 2026, Month: time.November, Day: 23}, 2); err != nil {
		t.Fatal(err)
	}
	lines := unfold(t, b.String())
	// Monday's first stretch is cut by a closure.
	if got := fmt.Sprint(values(lines, "DTSTART"), values(lines, "DTEND")); got != "[20261123T090000Z 20261123T100000Z 20261123T120000Z 20261124T090000Z 20261124T120000Z] [20261123T093000Z 20261123T110000Z 20261123T150000Z 20261124T110000Z 20261124T150000Z]" {
		t.Error(got)
	}
	if len(values(lines, "TRANSP")) != 5 {
		t.Error("open hours block the reader's own time")
	}
	stamp := regexp.MustCompile(`^\d{8}T\d{6}Z$`)
	for _, name := range []string{"DTSTAMP", "DTSTART", "DTEND"} {
		for _, v := range values(lines, name) {
			if !stamp.MatchString(v) {
				t.Errorf("%s %s", name, v)
			}
		}
	}
}
