package hours_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/hours"
)

// TestWhenAnAnswerIsDue: six open hours of mail, weekdays 10-16.
func TestWhenAnAnswerIsDue(t *testing.T) {
	p := plan(t)
	for _, c := range []struct{ asked, due string }{
		{"2026-11-23 10:00", "2026-11-23 16:00"},
		{"2026-11-23 09:59", "2026-11-23 16:00"},
		{"2026-11-23 10:01", "2026-11-24 10:01"},
		{"2026-11-23 14:00", "2026-11-24 14:00"},
		{"2026-11-23 16:00", "2026-11-24 16:00"},
		{"2026-11-24 20:00", "2026-11-25 16:00"},
		{"2026-11-25 20:00", "2026-11-27 16:00"}, // the 26th is closed for an event
		{"2026-11-27 14:00", "2026-11-30 14:00"}, // a weekend
		{"2026-11-28 03:00", "2026-11-30 16:00"},
		{"2026-11-29 23:59", "2026-11-30 16:00"},
		{"2026-04-02 14:00", "2026-04-07 14:00"}, // Easter: Thursday to Tuesday
		{"2026-04-03 12:00", "2026-04-07 16:00"},
		{"2026-04-30 15:00", "2026-05-04 15:00"}, // the first of May and a weekend
		{"2026-05-13 13:00", "2026-05-15 13:00"}, // ascension day
		{"2026-06-18 12:00", "2026-06-22 12:00"}, // midsummer
		{"2026-12-23 15:00", "2026-12-28 14:00"}, // Christmas, one hour of it worked by exception
		{"2026-12-30 14:00", "2027-01-04 14:00"}, // the new year
		{"2026-03-27 14:00", "2026-03-30 14:00"}, // the clocks go forward meanwhile
		{"2026-10-23 14:00", "2026-10-26 14:00"}, // and back
		{"2026-10-25 00:30Z", "2026-10-26 15:00Z"},
	} {
		due, ok := p.Due("mail", wall(c.asked))
		if !ok || !due.Equal(wall(c.due)) {
			t.Errorf("asked %s: due %s %v, want %s", c.asked, due, ok, c.due)
		}
		if due.Location().String() != "Europe/Stockholm" {
			t.Errorf("asked %s: due in %s", c.asked, due.Location())
		}
	}
}

func TestOpenHoursAreCountedAsTheyPassNotAsClocksShowThem(t *testing.T) {
	p, err := hours.Read("site main Europe/Stockholm\nline mail mail everyone\nopen sun 00:00-06:00\nanswer 4h\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ asked, due string }{
		{"2026-03-28 12:00", "2026-03-29 03:00Z"}, // 05:00 summer time: an hour was jumped over
		{"2026-10-24 12:00", "2026-10-25 02:00Z"}, // 03:00 winter time: an hour came twice
		{"2026-11-07 12:00", "2026-11-08 04:00"},
	} {
		if due, ok := p.Due("mail", wall(c.asked)); !ok || !due.Equal(wall(c.due)) {
			t.Errorf("asked %s: due %s, want %s", c.asked, due.UTC(), c.due)
		}
	}
}

func TestAClosureForCapacityMovesWhatIsDue(t *testing.T) {
	p := plan(t)
	p.Closures = append(p.Closures, hours.Closure{Line: "mail", From: wall("2026-11-23 12:00"), Until: wall("2026-11-24 12:00"), Reason: "illness"})
	if due, ok := p.Due("mail", wall("2026-11-23 10:00")); !ok || !due.Equal(wall("2026-11-24 16:00")) {
		t.Errorf("due %s", due)
	}
}

// TestAPromiseIsCountedInRosteredTime: anna answers mail Monday, Wednesday and
// Friday 10-12.
func TestAPromiseIsCountedInRosteredTime(t *testing.T) {
	p := plan(t)
	for _, c := range []struct{ asked, promised string }{
		{"2026-11-23 09:00", "2026-11-27 12:00"}, // two hours each on Monday, Wednesday and Friday
		{"2026-11-27 12:00", "2026-12-04 12:00"},
		{"2026-12-23 12:00", "2027-01-04 12:00"},
	} {
		promised, ok := p.Promise("mail", wall(c.asked))
		if !ok || !promised.Equal(wall(c.promised)) {
			t.Errorf("asked %s: promised %s, want %s", c.asked, promised, c.promised)
		}
		if due, _ := p.Due("mail", wall(c.asked)); promised.Before(due) {
			t.Errorf("asked %s: promised %s before due %s", c.asked, promised, due)
		}
	}
	p.Roster = hours.Roster{}
	if promised, ok := p.Promise("mail", wall("2026-11-23 09:00")); ok {
		t.Errorf("nobody is rostered, and %s is promised", promised)
	}
}

func TestWhatPromisesNothingIsNeverDue(t *testing.T) {
	p := plan(t)
	for _, line := range []string{"chat_everyone", "nobody"} {
		if due, ok := p.Due(line, wall("2026-11-23 09:00")); ok {
			t.Errorf("%s: due %s", line, due)
		}
	}
	shut, err := hours.Read("site main Europe/Stockholm\nline mail mail everyone\nanswer 1h\n")
	if err != nil {
		t.Fatal(err)
	}
	if due, ok := shut.Due("mail", wall("2026-11-23 09:00")); ok {
		t.Errorf("never open, due %s", due)
	}
}

// TestEveryDueLiesInOpenTimeAndNeverMovesBack walks half a year in odd steps.
func TestEveryDueLiesInOpenTimeAndNeverMovesBack(t *testing.T) {
	p := plan(t)
	var before time.Time
	for asked := wall("2026-09-01 00:07"); asked.Before(wall("2027-02-01 00:00")); asked = asked.Add(67 * time.Minute) {
		due, ok := p.Due("mail", asked)
		if !ok || due.Before(before) {
			t.Fatalf("asked %s: due %s after %s", asked, due, before)
		}
		var open time.Duration
		for _, s := range p.Open("mail", asked, due) {
			open += s.To.Sub(s.From)
		}
		if open != 6*time.Hour {
			t.Fatalf("asked %s: due %s after %s of open time", asked, due, open)
		}
		before = due
	}
}
