package hours_test

import (
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk/hours"
)

// differs is a list as a page would say it.
func differs(before, after hours.Plan, from string, days int) string {
	var all []string
	for _, d := range hours.Differ(before, after, hours.DateOf(wall(from+" 12:00")), days) {
		s := d.Line + " " + d.Date.String()[5:]
		if d.Asked.IsZero() {
			s += " open" + spans(d.Was) + " now" + spans(d.Is)
		} else {
			s += d.Asked.Format(" asked 15:04")
			for _, at := range []struct {
				what string
				zero bool
				text string
			}{{" by ", d.Before.IsZero(), d.Before.Format("01-02 15:04")}, {" now ", d.After.IsZero(), d.After.Format("01-02 15:04")}} {
				if s += at.what; at.zero {
					s += "never"
				} else {
					s += at.text
				}
			}
		}
		if d.Broken() {
			s += "!"
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}

func spans(all []hours.Span) string {
	if len(all) == 0 {
		return " closed"
	}
	s := ""
	for _, x := range all {
		s += x.From.Format(" 15:04") + x.To.Format("-15:04")
	}
	return s
}

func TestWhatAChangePromisesOtherwise(t *testing.T) {
	base := func(rosterText string) hours.Plan {
		p, err := hours.Read(hours.Default)
		if err != nil {
			t.Fatal(err)
		}
		p.Needed = 1
		if p.Roster, err = hours.ReadRoster(rosterText); err != nil {
			t.Fatal(err)
		}
		return p
	}
	usual := fmt.Sprintf("shift %[1]s mail mon-fri 10:00-16:00\nshift %[1]s chat_everyone mon-fri 10:00-16:00\nshift %[1]s chat_detained daily 18:00-21:00\nshift %[2]s chat_detained daily 18:00-21:00\n", anna, bilal)
	for _, c := range []struct {
		what   string
		change func(*hours.Plan)
		days   int
		want   string
	}{
		{"nothing", func(*hours.Plan) {}, 14, ""},
		{"a day of training moves what is asked the day before most", func(p *hours.Plan) {
			p.Exceptions, _ = hours.ReadExceptions("2026-11-24 mail closed training")
		}, 3, "mail 11-23 asked 11:00 by 11-24 11:00 now 11-25 11:00!; mail 11-24 asked 00:00 by 11-24 16:00 now 11-25 16:00!"},
		{"in late hours nobody is there alone", func(p *hours.Plan) {
			p.Roster.Shifts = p.Roster.Shifts[:3]
		}, 1, "chat_detained 11-23 open 18:00-21:00 now closed!"},
		{"two must be there, and one is", func(p *hours.Plan) { p.Needed = 2 }, 1,
			"chat_everyone 11-23 open 10:00-16:00 now closed!"},
		{"leave takes the answers with it", func(p *hours.Plan) {
			p.Roster.Absences = []hours.Absence{{Who: anna, From: hours.Date{Year: 2026, Month: 11, Day: 23}, To: hours.Date{Year: 2028, Month: 12, Day: 1}}}
		}, 1, "chat_everyone 11-23 open 10:00-16:00 now closed!; chat_detained 11-23 open 18:00-21:00 now closed!; mail 11-23 asked 00:00 by 11-23 16:00 now never!"},
		{"an hour more of chat", func(p *hours.Plan) {
			p.Exceptions, _ = hours.ReadExceptions("2026-11-23 chat_everyone 10:00-17:00 event")
			p.Roster.Shifts[1].At[0].To += 60
		}, 1, "chat_everyone 11-23 open 10:00-16:00 now 10:00-17:00"},
		{"a quicker answer", func(p *hours.Plan) { p.Lines[4].Answer /= 2 }, 1, "mail 11-23 asked 11:00 by 11-24 11:00 now 11-23 14:00"},
		{"a line that goes", func(p *hours.Plan) { p.Lines = p.Lines[:4] }, 1, "mail 11-23 asked 00:00 by 11-23 16:00 now never!"},
	} {
		after := base(usual)
		c.change(&after)
		if got := differs(base(usual), after, "2026-11-23", c.days); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.what, got, c.want)
		}
	}
	// A line that comes.
	before := base(usual)
	before.Lines = before.Lines[:3]
	if got, want := differs(before, base(usual), "2026-11-23", 1), "chat_detained 11-23 open closed now 18:00-21:00; mail 11-23 asked 00:00 by never now 11-23 16:00"; got != want {
		t.Errorf("%s", got)
	}
}

// The nights in which clocks change have 23 and 25 hours, and each is asked once.
func TestDifferencesOnDaysWhoseClocksChange(t *testing.T) {
	p := plan(t)
	q := p
	q.Roster = hours.Roster{}
	for _, day := range []string{"2026-10-25", "2027-03-28", "2028-02-29"} {
		for _, d := range hours.Differ(p, q, hours.DateOf(wall(day+" 12:00")), 1) {
			if d.Date.String() != day || !d.Asked.IsZero() && d.Asked.Format("2006-01-02") != day {
				t.Errorf("%+v", d)
			}
		}
	}
}

func BenchmarkDiffer(b *testing.B) {
	p := plan(b)
	q := p
	q.Needed = 3
	for b.Loop() {
		hours.Differ(p, q, hours.DateOf(wall("2026-11-23 12:00")), hours.Fortnight)
	}
}
