package tasks

import (
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
)

func on(s string) hours.Date {
	d, err := ParseDay(s)
	if err != nil {
		panic(s)
	}
	return d
}

func plan(t testing.TB, text string) hours.Plan {
	t.Helper()
	p, err := hours.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLastDaysAreCounted(t *testing.T) {
	p := plan(t, hours.Default)
	for _, c := range []struct {
		received string
		days     int
		day      string
		moved    string
		why      string
	}{
		{"2026-02-09", 21, "2026-03-02", "", ""},
		{"2028-02-08", 21, "2028-02-29", "", ""},                        // ends on a leap day
		{"2027-02-08", 21, "2027-03-01", "", ""},                        // which this year does not have
		{"2028-02-29", 21, "2028-03-21", "", ""},                        // begins on one
		{"2026-03-16", 21, "2026-04-06", "2026-04-07", "easter_monday"}, // over the clocks going forward, to Easter Monday
		{"2026-10-13", 21, "2026-11-03", "", ""},                        // over the clocks going back
		{"2026-03-08", 21, "2026-03-29", "2026-03-30", "weekend"},       // ends on the very day of 23 hours
		{"2026-10-04", 21, "2026-10-25", "2026-10-26", "weekend"},       // and on that of 25
		{"2026-12-04", 21, "2026-12-25", "2026-12-28", "christmas_day"}, // a Friday, then a weekend
		{"2026-05-29", 21, "2026-06-19", "2026-06-22", "midsummer_eve"}, // an eve counts as a day off
		{"2026-12-10", 21, "2026-12-31", "2027-01-04", "new_years_eve"}, // new year's eve, Friday off, weekend
		{"2026-02-28", 1, "2026-03-01", "2026-03-02", "weekend"},        // no 29th
		{"2028-02-28", 1, "2028-02-29", "", ""},                         // a 29th
		{"2026-11-22", 365, "2027-11-22", "", ""},                       // over both changes
		{"2026-04-10", 21, "2026-05-01", "2026-05-04", "first_of_may"},  // the first of May, a Friday
	} {
		got := ProposeAppeal(p, on(c.received), c.days)
		if got.Day != on(c.day) || got.Kind != tickets.DateAppeal || got.From != on(c.received) {
			t.Errorf("%s and %d days: %s", c.received, c.days, got.Day)
		}
		moved := ""
		if !got.Moved.Zero() {
			moved = got.Moved.String()
		}
		if moved != c.moved || got.Why != c.why {
			t.Errorf("%s and %d days end on %s: moved to %s because of %q", c.received, c.days, got.Day, moved, got.Why)
		}
	}
	for weeks, want := range map[int]string{2: "2028-02-29", 4: "2028-03-14"} {
		if got := ProposeLeave(p, on("2028-02-15"), weeks); got.Day != on(want) || got.Kind != tickets.DateLeaveBy {
			t.Errorf("%d weeks: %s", weeks, got.Day)
		}
	}
}

func TestADayIsADayWhateverTheClocksDo(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2026-03-28", "2026-03-29", 1}, {"2026-03-29", "2026-03-30", 1}, {"2026-03-22", "2026-03-29", 7},
		{"2026-10-24", "2026-10-25", 1}, {"2026-10-25", "2026-10-26", 1}, {"2026-10-25", "2026-10-18", -7},
		{"2028-02-28", "2028-03-01", 2}, {"2027-02-28", "2027-03-01", 1}, {"2026-01-01", "2026-01-01", 0},
		{"2027-12-31", "2029-01-01", 367},
	} {
		if got := Days(on(c.from), on(c.to)); got != c.want {
			t.Errorf("%s to %s: %d", c.from, c.to, got)
		}
	}
}

func TestByThursday(t *testing.T) {
	for today, want := range map[string]string{
		"2026-11-22": "2026-11-26", // a Sunday
		"2026-11-25": "2026-11-26",
		"2026-11-26": "2026-12-03", // said on a Thursday it is the next one
		"2026-11-27": "2026-12-03",
		"2028-02-26": "2028-03-02", // over the leap day
		"2026-03-27": "2026-04-02", // over the clocks going forward
		"2026-10-23": "2026-10-29", // and back
	} {
		if got := Next(on(today), time.Thursday); got != on(want) {
			t.Errorf("on %s by Thursday: %s", today, got)
		}
	}
}

func TestTurning18(t *testing.T) {
	for born, want := range map[string]string{
		"2008-02-29": "2026-02-28", // no 29th that year: the earlier day
		"2010-02-28": "2028-02-28",
		"2006-02-29": "",
		"2012-02-29": "2030-02-28",
		"2008-03-29": "2026-03-29",
		"2008-12-31": "2026-12-31",
	} {
		d, err := ParseDay(born)
		if want == "" {
			if err == nil {
				t.Errorf("%s is no day", born)
			}
			continue
		}
		if got := TurnsAdult(d); got != on(want) {
			t.Errorf("born %s: %s", born, got)
		}
	}
}

func TestWhatIsLostComesFirst(t *testing.T) {
	// Each of these is before the next.
	order := []struct {
		kind tickets.DateKind
		days int
	}{
		{tickets.DateAppeal, 20},
		{tickets.DateTravel, 1},
		{tickets.DatePromise, 0},
		{tickets.DateFollowUp, -30},
		{tickets.DateReporting, 3},
		{tickets.DateTalk, 2},
		{tickets.DateSnooze, 2},
		{tickets.DateLeaveBy, 7},
		{tickets.DatePromise, 6},
		{tickets.DateOther, 5},
		{tickets.DateAdult, 8},
		{tickets.DateTalk, 30},
		{tickets.DateFollowUp, 9},
	}
	for i := 1; i < len(order); i++ {
		a, b := order[i-1], order[i]
		if Rank(a.kind, a.days) >= Rank(b.kind, b.days) {
			t.Errorf("%s in %d days does not come before %s in %d", a.kind, a.days, b.kind, b.days)
		}
	}
	for days, want := range map[int]Step{
		-1: StepOverdue, 0: StepToday, 1: StepTomorrow, 2: StepThree, 3: StepThree, 4: StepWeek, 7: StepWeek, 8: StepLater,
	} {
		if got := StepOf(days); got != want {
			t.Errorf("%d days: %s", days, got)
		}
	}
}

func TestTheWatchEscalatesAtSevenThreeAndOne(t *testing.T) {
	var first, other string
	for days := 9; days >= -2; days-- {
		for priority, to := range map[int]*string{tickets.MaxPriority: &first, 1: &other} {
			if step, ok := stepAt(priority, days); ok {
				*to += fmt.Sprintf(" %d:%d", days, step)
			}
		}
	}
	if want := " 7:7 6:7 5:7 4:7 3:3 2:3 1:1 0:0 -1:-1 -2:-2"; first != want {
		t.Errorf("what can be lost: %s", first)
	}
	if want := " 0:0 -1:-1 -2:-2"; other != want {
		t.Errorf("the rest: %s", other)
	}
}

// waiting has answers written on weekdays, and for detained people every
// evening.
const waiting = `site main Europe/Stockholm
eves none
late none
line mail mail everyone
  open mon-fri 10:00-16:00
  answer 6h
line night mail detained
  open daily 18:00-22:00
  holidays open
  answer 4h
`

func TestWaitingIsCountedInOpenHours(t *testing.T) {
	p := plan(t, waiting)
	stockholm := p.Zone("")
	clock := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, stockholm)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct {
		audience   hours.Audience
		since, now string
		open       time.Duration
		due, alarm string
		is         string // what is so now
	}{
		{hours.Everyone, "2026-11-20 15:00", "2026-11-21 12:00", time.Hour, "2026-11-23 15:00", "2026-11-23 13:30", ""},
		{hours.Everyone, "2026-11-20 15:00", "2026-11-23 13:30", 270 * time.Minute, "2026-11-23 15:00", "2026-11-23 13:30", "alarm"},
		{hours.Everyone, "2026-11-20 15:00", "2026-11-23 15:00", 6 * time.Hour, "2026-11-23 15:00", "2026-11-23 13:30", "late"},
		{hours.Detained, "2026-11-20 23:00", "2026-11-21 21:00", 3 * time.Hour, "2026-11-21 22:00", "2026-11-21 21:00", "alarm"},
		// The day of 23 hours and that of 25: the open hours are those of the clock.
		{hours.Detained, "2026-03-28 20:00", "2026-03-29 19:00", 3 * time.Hour, "2026-03-29 20:00", "2026-03-29 19:00", "alarm"},
		{hours.Detained, "2026-10-24 20:00", "2026-10-25 18:30", 150 * time.Minute, "2026-10-25 20:00", "2026-10-25 19:00", ""},
		{hours.Child, "2028-02-28 15:00", "2028-02-29 11:00", 2 * time.Hour, "2028-02-29 15:00", "2028-02-29 13:30", ""},
	} {
		w := WaitOf(p, c.audience, clock(c.since), clock(c.now), 75)
		is := ""
		if now := clock(c.now); w.Late(now) {
			is = "late"
		} else if w.Alarming(now) {
			is = "alarm"
		}
		if w.Open != c.open || !w.Due.Equal(clock(c.due)) || !w.Alarm.Equal(clock(c.alarm)) || is != c.is {
			t.Errorf("%s since %s at %s: %v, due %v, alarm %v, %q", c.audience, c.since, c.now, w.Open, w.Due, w.Alarm, is)
		}
	}
	if l, _ := p.Line("mail"); l.Answer != 6*time.Hour {
		t.Errorf("the shared plan was changed: %v", l.Answer)
	}

	// Without the audience the watch takes the earliest alarm.
	a := alarmsOf(p, 75)
	for _, c := range []struct {
		now string
		due bool
	}{{"2026-11-20 20:59", false}, {"2026-11-20 21:00", true}, {"2026-11-22 03:00", true}} {
		if got := a.due(clock("2026-11-20 15:00"), clock(c.now)); got != c.due {
			t.Errorf("at %s: %v", c.now, got)
		}
	}
	if none := alarmsOf(plan(t, "site main Europe/Stockholm\neves none\nlate none\nline c chat everyone\n  open daily 10:00-12:00\n"), 75); len(none.lines) > 0 {
		t.Errorf("a house that promises nothing alarms for %v", none.lines)
	}
}

func TestListenFirst(t *testing.T) {
	facts := func(kind tickets.DateKind, day string) tickets.Facts {
		return tickets.Facts{Dates: []tickets.Date{{ID: "a", Kind: kind, Day: day}}}
	}
	for _, c := range []struct {
		kind  tickets.DateKind
		day   string
		first bool
		left  int
	}{
		{tickets.DateDecision, "2026-03-15", true, 0},
		{tickets.DateDecision, "2026-03-14", false, 0},
		{tickets.DateDecision, "2026-03-29", true, 14},
		{tickets.DateFinal, "2026-03-28", true, 13},
		{tickets.DateDecision, "2026-03-30", false, 0}, // not yet
		{tickets.DateTravel, "2026-03-28", false, 0},
	} {
		got := ListenTo(facts(c.kind, c.day), on("2026-03-29"), 14)
		if got.First != c.first || got.Left != c.left {
			t.Errorf("%s on %s: %+v", c.kind, c.day, got)
		}
		if got.Appeal.Key != "task.appeal.ask" {
			t.Errorf("does not ask who looks after the appeal: %s", got.Appeal.Key)
		}
	}
	f := facts(tickets.DateAppeal, "2026-04-01")
	f.Dates[0].Proposed = true
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, "{task.appeal.until [2026-04-01]}"},
		{func() { f.AppealBy = "Byrån" }, "{task.appeal.unconfirmed [2026-04-01 Byrån]}"},
		{func() { f.Dates[0].Confirmed, f.Dates[0].Proposed = "u", false }, "{task.appeal.known [2026-04-01 Byrån]}"},
		{func() { f.Dates[0].Done = time.Unix(1, 0) }, "{task.appeal.who [Byrån]}"},
	} {
		step.do()
		got := ListenTo(f, on("2026-03-29"), 14).Appeal
		if s := "{" + got.Key + " " + fmt.Sprint(got.Args) + "}"; s != step.want {
			t.Errorf("%s, want %s", s, step.want)
		}
	}
}

func TestLegalAdviceWarnsUnlessAllPapersWereSeen(t *testing.T) {
	for _, c := range []struct {
		papers string
		legal  bool
		want   string
	}{
		{"", true, "task.papers.unasked"}, {tickets.PapersNone, true, "task.papers.none"}, {tickets.PapersPart, true, "task.papers.part"},
		{tickets.PapersAll, true, ""}, {"", false, ""}, {tickets.PapersPart, false, ""},
	} {
		got, warns := Advice(tickets.Facts{Papers: c.papers}, c.legal)
		if got.Key != c.want || warns != (c.want != "") {
			t.Errorf("papers %q, legal %v: %q", c.papers, c.legal, got.Key)
		}
	}
}
