package hours_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

const (
	anna  = helpdesk.ID("aaaaaaaaaaaaaaaaaaaaaaaaaa")
	bilal = helpdesk.ID("bbbbbbbbbbbbbbbbbbbbbbbbbb")
	cilla = helpdesk.ID("cccccccccccccccccccccccccc")
)

// more is what the tables need besides the shipped lines.
const more = `
line night chat everyone
  open fri-sat 22:00-02:00

line summer phone everyone
  number 1
  open daily 09:00-10:00 from 2026-06-29 to 2026-08-14

line children chat child
  open tue 14:00-15:00

line partners phone partner
  number 2
  open mon-fri 08:00-17:00

line always phone everyone
  number 112
  open daily 00:00-24:00
  holidays open

line small visit everyone
  open sun 01:30-02:30 02:45-03:30

line helsinki visit everyone
  at helsinki
  open mon-fri 09:00-10:00
`

func plan(t testing.TB) hours.Plan {
	t.Helper()
	p, err := hours.Read(strings.Replace(hours.Default, "\neves", "\nsite helsinki Europe/Helsinki\neves", 1) + more)
	if err != nil {
		t.Fatal(err)
	}
	p.Needed = 2
	p.Exceptions, err = hours.ReadExceptions(`
2026-11-25 advice_phone 13:00-15:00 training
2026-11-26 all closed event
2026-11-26 chat_everyone 10:00-11:00 short_staffed
2026-12-25 mail 12:00-13:00 practical
2026-12-28..2026-12-30 general_line closed illness
2026-11-28 night 23:00-01:00 event
`)
	if err != nil {
		t.Fatal(err)
	}
	p.Roster, err = hours.ReadRoster(fmt.Sprintf(`
shift %[1]s chat_everyone mon-fri 10:00-16:00
shift %[2]s chat_everyone mon-thu 10:00-16:00
shift %[3]s chat_everyone 2026-11-27 10:00-12:00
shift %[1]s chat_detained daily 18:00-21:00
shift %[2]s chat_detained mon-fri 18:00-21:00
shift %[3]s chat_detained sat-sun 18:00-20:00
shift %[1]s mail mon,wed,fri 10:00-12:00
absent %[2]s 2026-12-01..2026-12-02
absent %[1]s 2026-12-03 10:00-11:00
`, anna, bilal, cilla))
	if err != nil {
		t.Fatal(err)
	}
	p.Closures = []hours.Closure{
		{Line: "general_line", From: wall("2026-11-23 10:30"), Until: wall("2026-11-23 11:00"), Reason: "many_waiting"},
		{Line: "chat_everyone", From: wall("2026-12-09 12:00"), Until: wall("2026-12-10 11:00"), Reason: "illness"},
		{Line: "partners", From: wall("2026-12-09 09:00"), Until: wall("2026-12-09 10:00"), Reason: "technical"},
		{Line: "partners", From: wall("2026-12-09 10:00"), Until: wall("2026-12-09 12:00"), Reason: "many_waiting"},
	}
	return p
}

var stockholm = func() *time.Location {
	z, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return z
}()

// wall reads 2026-11-23 10:30 as Stockholm's clocks show it, or, ending in Z,
// as UTC.
func wall(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	layout, zone := "2006-01-02 15:04", stockholm
	if s[len(s)-1] == 'Z' {
		layout, zone = "2006-01-02 15:04Z", time.UTC
	}
	t, err := time.ParseInLocation(layout, s, zone)
	if err != nil {
		panic(err)
	}
	return t
}

func TestHowALineStands(t *testing.T) {
	p := plan(t)
	all := []helpdesk.ID{anna, bilal, cilla}
	for _, c := range []struct {
		line, at    string
		state       hours.State
		until, next string
		why         string
		args        []any
	}{
		// The shipped hours. 2026-11-23 is a Monday.
		{"advice_phone", "2026-11-18 08:59", hours.Closed, "", "2026-11-18 09:00", "outside", nil},
		{"advice_phone", "2026-11-18 09:00", hours.Open, "2026-11-18 12:00", "", "", nil},
		{"advice_phone", "2026-11-18 11:59", hours.Open, "2026-11-18 12:00", "", "", nil},
		{"advice_phone", "2026-11-18 12:00", hours.Closed, "", "2026-11-25 13:00", "outside", nil},
		{"advice_phone", "2026-11-19 19:00", hours.Closed, "", "2026-11-25 13:00", "outside", nil},
		{"general_line", "2026-11-20 11:00", hours.Open, "2026-11-20 12:00", "", "", nil},
		{"general_line", "2026-11-20 12:30", hours.Closed, "", "2026-11-20 13:00", "outside", nil},
		{"general_line", "2026-11-20 15:59", hours.Open, "2026-11-20 16:00", "", "", nil},
		{"general_line", "2026-11-20 16:00", hours.Closed, "", "2026-11-23 10:00", "outside", nil},
		{"general_line", "2026-11-21 11:00", hours.Closed, "", "2026-11-23 10:00", "outside", nil},
		{"chat_everyone", "2026-11-24 12:00", hours.Open, "2026-11-24 16:00", "", "", nil},
		{"chat_everyone", "2026-11-24 16:00", hours.Closed, "", "2026-11-25 10:00", "outside", nil},
		{"chat_detained", "2026-11-24 19:00", hours.Open, "2026-11-24 21:00", "", "", nil},
		{"chat_detained", "2026-11-24 17:59", hours.Closed, "", "2026-11-24 18:00", "outside", nil},
		{"chat_detained", "2026-11-22 19:00", hours.Open, "2026-11-22 21:00", "", "", nil}, // a Sunday
		{"mail", "2026-11-24 15:00", hours.Open, "2026-11-24 16:00", "", "", nil},
		// Too few of those rostered are present; others do not count.
		{"chat_everyone", "2026-11-27 13:00", hours.Few, "2026-11-27 16:00", "2026-11-30 10:00", "few", []any{1, 2}},
		{"chat_everyone", "2026-11-27 11:00", hours.Open, "2026-11-27 16:00", "", "", nil},
		{"chat_everyone", "2026-12-01 11:00", hours.Few, "2026-12-01 16:00", "2026-12-02 10:00", "few", []any{1, 2}},
		{"chat_everyone", "2026-12-03 10:30", hours.Few, "2026-12-03 16:00", "2026-12-04 10:00", "few", []any{1, 2}},
		{"chat_everyone", "2026-12-03 11:00", hours.Open, "2026-12-03 16:00", "", "", nil},
		{"chat_detained", "2026-11-22 20:30", hours.Few, "2026-11-22 21:00", "2026-11-23 18:00", "few", []any{1, 2}},
		// Closed for capacity, within hours and only there.
		{"general_line", "2026-11-23 10:29", hours.Open, "2026-11-23 10:30", "", "", nil},
		{"general_line", "2026-11-23 10:30", hours.Capacity, "2026-11-23 11:00", "2026-11-23 11:00", "capacity", []any{"many_waiting", "2026-11-23 11:00"}},
		{"general_line", "2026-11-23 11:00", hours.Open, "2026-11-23 12:00", "", "", nil},
		{"chat_everyone", "2026-12-09 15:00", hours.Capacity, "2026-12-10 11:00", "2026-12-10 11:00", "capacity", []any{"illness", "2026-12-10 11:00"}},
		{"chat_everyone", "2026-12-09 20:00", hours.Closed, "", "2026-12-10 11:00", "outside", nil},
		{"chat_everyone", "2026-12-10 10:30", hours.Capacity, "2026-12-10 11:00", "2026-12-10 11:00", "capacity", []any{"illness", "2026-12-10 11:00"}},
		{"partners", "2026-12-09 09:30", hours.Capacity, "2026-12-09 12:00", "2026-12-09 12:00", "capacity", []any{"technical", "2026-12-09 12:00"}},
		// Exceptions: other hours, all lines, and one line of all.
		{"advice_phone", "2026-11-25 10:00", hours.Closed, "", "2026-11-25 13:00", "exception", []any{"training"}},
		{"advice_phone", "2026-11-25 14:00", hours.Open, "2026-11-25 15:00", "", "", nil},
		{"advice_phone", "2026-11-25 15:00", hours.Closed, "", "2026-12-02 09:00", "exception", []any{"training"}},
		{"general_line", "2026-11-26 11:00", hours.Closed, "", "2026-11-27 10:00", "exception", []any{"event"}},
		{"chat_everyone", "2026-11-26 10:30", hours.Open, "2026-11-26 11:00", "", "", nil},
		{"chat_everyone", "2026-11-26 12:00", hours.Closed, "", "2026-11-27 10:00", "exception", []any{"short_staffed"}},
		{"general_line", "2026-12-29 11:00", hours.Closed, "", "2027-01-04 10:00", "exception", []any{"illness"}},
		{"mail", "2026-12-25 12:30", hours.Open, "2026-12-25 13:00", "", "", nil},
		// Holidays and eves, by name; the detained's evenings go on.
		{"general_line", "2026-01-01 11:00", hours.Closed, "", "2026-01-02 10:00", "holiday", []any{"new_years_day"}},
		{"general_line", "2026-01-05 11:00", hours.Open, "2026-01-05 12:00", "", "", nil}, // an eve that does not count
		{"general_line", "2026-01-06 11:00", hours.Closed, "", "2026-01-07 10:00", "holiday", []any{"epiphany"}},
		{"general_line", "2026-04-02 15:00", hours.Open, "2026-04-02 16:00", "", "", nil},
		{"general_line", "2026-04-03 11:00", hours.Closed, "", "2026-04-07 10:00", "holiday", []any{"good_friday"}},
		{"general_line", "2026-04-05 11:00", hours.Closed, "", "2026-04-07 10:00", "holiday", []any{"easter_day"}},
		{"general_line", "2026-04-06 11:00", hours.Closed, "", "2026-04-07 10:00", "holiday", []any{"easter_monday"}},
		{"general_line", "2026-04-30 15:30", hours.Open, "2026-04-30 16:00", "", "", nil},
		{"general_line", "2026-05-01 11:00", hours.Closed, "", "2026-05-04 10:00", "holiday", []any{"first_of_may"}},
		{"general_line", "2026-05-14 11:00", hours.Closed, "", "2026-05-15 10:00", "holiday", []any{"ascension_day"}},
		{"general_line", "2026-05-24 11:00", hours.Closed, "", "2026-05-25 10:00", "holiday", []any{"pentecost"}},
		{"general_line", "2025-06-06 11:00", hours.Closed, "", "2025-06-09 10:00", "holiday", []any{"national_day"}},
		{"general_line", "2026-06-19 11:00", hours.Closed, "", "2026-06-22 10:00", "holiday", []any{"midsummer_eve"}},
		{"general_line", "2026-06-20 11:00", hours.Closed, "", "2026-06-22 10:00", "holiday", []any{"midsummer_day"}},
		{"general_line", "2026-10-30 11:00", hours.Open, "2026-10-30 12:00", "", "", nil},
		{"general_line", "2026-10-31 11:00", hours.Closed, "", "2026-11-02 10:00", "holiday", []any{"all_saints_day"}},
		{"chat_everyone", "2026-12-24 11:00", hours.Closed, "", "2026-12-28 10:00", "holiday", []any{"christmas_eve"}},
		{"chat_everyone", "2026-12-25 11:00", hours.Closed, "", "2026-12-28 10:00", "holiday", []any{"christmas_day"}},
		{"chat_everyone", "2026-12-26 11:00", hours.Closed, "", "2026-12-28 10:00", "holiday", []any{"boxing_day"}},
		{"chat_everyone", "2026-12-31 11:00", hours.Closed, "", "2027-01-04 10:00", "holiday", []any{"new_years_eve"}},
		{"chat_detained", "2026-12-24 19:00", hours.Open, "2026-12-24 21:00", "", "", nil},
		// Past midnight: the tail belongs to the day it began on.
		{"night", "2026-11-20 21:59", hours.Closed, "", "2026-11-20 22:00", "outside", nil},
		{"night", "2026-11-20 23:00", hours.Open, "2026-11-21 02:00", "", "", nil},
		{"night", "2026-11-21 01:59", hours.Open, "2026-11-21 02:00", "", "", nil},
		{"night", "2026-11-21 02:00", hours.Closed, "", "2026-11-21 22:00", "outside", nil},
		{"night", "2026-11-22 01:00", hours.Open, "2026-11-22 02:00", "", "", nil},
		{"night", "2026-11-22 23:00", hours.Closed, "", "2026-11-27 22:00", "outside", nil},
		{"night", "2026-06-19 01:00", hours.Closed, "", "2026-06-26 22:00", "holiday", []any{"midsummer_eve"}},
		{"night", "2026-11-28 22:30", hours.Closed, "", "2026-11-28 23:00", "exception", []any{"event"}},
		{"night", "2026-11-29 00:59", hours.Open, "2026-11-29 01:00", "", "", nil},
		// Valid from and to.
		{"summer", "2026-06-28 09:30", hours.Closed, "", "2026-06-29 09:00", "outside", nil},
		{"summer", "2026-06-29 09:30", hours.Open, "2026-06-29 10:00", "", "", nil},
		{"summer", "2026-08-14 09:30", hours.Open, "2026-08-14 10:00", "", "", nil},
		{"summer", "2026-08-14 10:00", hours.Closed, "", "", "outside", nil},
		{"summer", "2026-08-15 09:30", hours.Closed, "", "", "outside", nil},
		// Other audiences, another zone, and one that never closes.
		{"children", "2026-11-24 14:30", hours.Open, "2026-11-24 15:00", "", "", nil},
		{"partners", "2026-11-24 08:00", hours.Open, "2026-11-24 17:00", "", "", nil},
		{"helsinki", "2026-11-24 07:59", hours.Closed, "", "2026-11-24 08:00", "outside", nil},
		{"helsinki", "2026-11-24 08:30", hours.Open, "2026-11-24 09:00", "", "", nil},
		{"always", "2026-11-24 03:00", hours.Open, "2026-11-26 00:00", "", "", nil},
		{"nobody", "2026-11-24 03:00", hours.Closed, "", "", "no_line", []any{"nobody"}},
		// Clocks go forward on 29 March 2026, 02:00 to 03:00 (01:00Z).
		{"night", "2026-03-29 01:30", hours.Open, "2026-03-29 01:00Z", "", "", nil},
		{"night", "2026-03-29 03:00", hours.Closed, "", "2026-04-04 22:00", "outside", nil},
		{"small", "2026-03-29 00:45Z", hours.Open, "2026-03-29 01:30Z", "", "", nil},
		{"small", "2026-03-29 01:15Z", hours.Open, "2026-03-29 01:30Z", "", "", nil},
		// Clocks go back on 25 October 2026, 03:00 to 02:00 (01:00Z).
		{"night", "2026-10-24 23:59Z", hours.Open, "2026-10-25 00:00Z", "", "", nil},
		{"night", "2026-10-25 00:00Z", hours.Closed, "", "2026-10-30 22:00", "outside", nil},
		{"night", "2026-10-25 01:00Z", hours.Closed, "", "2026-10-30 22:00", "outside", nil},
		{"small", "2026-10-25 00:15Z", hours.Open, "2026-10-25 00:30Z", "", "", nil},
		{"small", "2026-10-25 00:30Z", hours.Closed, "", "2026-10-25 00:45Z", "outside", nil},
		{"small", "2026-10-25 01:15Z", hours.Open, "2026-10-25 02:30Z", "", "", nil},
		{"general_line", "2026-10-26 08:59Z", hours.Closed, "", "2026-10-26 09:00Z", "outside", nil},
		{"general_line", "2026-10-23 08:00Z", hours.Open, "2026-10-23 10:00Z", "", "", nil},
	} {
		t.Run(c.line+" "+c.at, func(t *testing.T) {
			s := p.At(c.line, wall(c.at), all)
			if s.State != c.state || s.Line != c.line {
				t.Fatalf("%s is %s, want %s; until %s next %s why %v", s.Line, s.State, c.state, s.Until, s.Next, s.Why)
			}
			if !s.Until.Equal(wall(c.until)) || s.Until.IsZero() != (c.until == "") {
				t.Errorf("until %s, want %s", s.Until, c.until)
			}
			if !s.Next.Equal(wall(c.next)) {
				t.Errorf("next %s, want %s", s.Next, c.next)
			}
			why, want := say(s.Why), "- []"
			if c.why != "" {
				want = say(hours.Fact{Key: "hours.why." + c.why, Args: c.args})
			}
			if why != want {
				t.Errorf("why %s, want %s", why, want)
			}
		})
	}
}

// say writes a fact so that two can be compared, instants as clocks show them.
func say(f hours.Fact) string {
	if f.Key == "" {
		return "- []"
	}
	out := f.Key
	for _, a := range f.Args {
		if at, ok := a.(time.Time); ok {
			a = at.In(stockholm).Format("2006-01-02 15:04")
		}
		out += fmt.Sprintf(" %v", a)
	}
	return out
}

func TestNobodyPresentOrNotRosteredKeepsAChatClosed(t *testing.T) {
	p := plan(t)
	at := wall("2026-11-24 12:00")
	for _, c := range []struct {
		here []helpdesk.ID
		want hours.State
		have int
	}{
		{nil, hours.Few, 0},
		{[]helpdesk.ID{anna}, hours.Few, 1},
		{[]helpdesk.ID{anna, anna}, hours.Few, 1},
		{[]helpdesk.ID{anna, cilla}, hours.Few, 1}, // cilla is not rostered
		{[]helpdesk.ID{anna, bilal}, hours.Open, 0},
	} {
		s := p.At("chat_everyone", at, c.here)
		if s.State != c.want || c.want == hours.Few && s.Why.Args[0] != c.have {
			t.Errorf("%v: %s %v", c.here, s.State, s.Why)
		}
	}
	p.Needed = 1
	if s := p.At("chat_everyone", at, []helpdesk.ID{anna}); s.State != hours.Open {
		t.Errorf("one is enough by day: %s %v", s.State, s.Why)
	}
	if s := p.At("chat_detained", wall("2026-11-24 19:00"), []helpdesk.ID{anna}); s.State != hours.Few {
		t.Errorf("nobody is alone in late hours: %s", s.State)
	}
}

func TestADoorTakesTheBestOfItsLines(t *testing.T) {
	p := plan(t)
	all := []helpdesk.ID{anna, bilal, cilla}
	for _, c := range []struct {
		channel hours.Channel
		who     hours.Audience
		at      string
		here    []helpdesk.ID
		state   hours.State
		line    string
		next    string
	}{
		{hours.Chat, hours.Everyone, "2026-11-24 12:00", all, hours.Open, "chat_everyone", ""},
		{hours.Chat, hours.Everyone, "2026-11-24 19:00", all, hours.Closed, "chat_everyone", "2026-11-25 10:00"},
		{hours.Chat, hours.Detained, "2026-11-24 19:00", all, hours.Open, "chat_detained", ""},
		{hours.Chat, hours.Detained, "2026-11-24 17:00", all, hours.Closed, "chat_detained", "2026-11-24 18:00"},
		{hours.Chat, hours.Detained, "2026-11-24 22:00", all, hours.Closed, "chat_everyone", "2026-11-25 10:00"},
		{hours.Chat, hours.Child, "2026-11-24 14:30", all, hours.Open, "chat_everyone", ""},
		{hours.Chat, hours.Child, "2026-11-24 14:30", nil, hours.Open, "children", ""},
		{hours.Chat, hours.Child, "2026-11-22 19:00", all, hours.Open, "chat_detained", ""},
		{hours.Chat, hours.Everyone, "2026-11-24 12:00", nil, hours.Few, "chat_everyone", "2026-11-25 10:00"},
		{hours.Chat, hours.Detained, "2026-11-24 12:00", nil, hours.Few, "chat_everyone", "2026-11-24 18:00"},
		{hours.Chat, hours.Everyone, "2026-12-09 15:00", all, hours.Capacity, "chat_everyone", "2026-12-10 11:00"},
		{hours.Chat, hours.Detained, "2026-12-09 15:00", all, hours.Capacity, "chat_everyone", "2026-12-09 18:00"},
		{hours.Phone, hours.Partner, "2026-11-24 08:30", nil, hours.Open, "always", ""},
		{hours.Visit, hours.Detained, "2026-11-24 12:00", nil, hours.Closed, "helsinki", "2026-11-25 08:00"},
	} {
		s := p.Door(c.channel, c.who, wall(c.at), c.here)
		if s.State != c.state || s.Line != c.line || !s.Next.Equal(wall(c.next)) {
			t.Errorf("%s for %s at %s: %s %s next %s, want %s %s next %s", c.channel, c.who, c.at, s.Line, s.State, s.Next, c.line, c.state, c.next)
		}
	}
	if s := (hours.Plan{}).Door(hours.Chat, hours.Everyone, wall("2026-11-24 12:00"), nil); s.State != hours.Closed || s.Line != "" || s.Why.Key != "hours.why.no_line" {
		t.Errorf("no line at all: %+v", s)
	}
}

func TestSay(t *testing.T) {
	p := plan(t)
	for at, want := range map[string]string{
		"2026-11-24 12:00": "hours.few 2026-11-24 16:00 2026-11-25 10:00",
		"2026-12-09 15:00": "hours.capacity 2026-12-10 11:00 2026-12-10 11:00",
		"2026-11-24 17:00": "hours.closed 2026-11-25 10:00",
	} {
		if got := say(p.At("chat_everyone", wall(at), nil).Say()); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	if got := say(p.At("summer", wall("2026-09-01 12:00"), nil).Say()); got != "hours.closed_long" {
		t.Error(got)
	}
	if got := say(p.At("general_line", wall("2026-11-24 11:00"), nil).Say()); got != "hours.open 2026-11-24 12:00" {
		t.Error(got)
	}
}

func TestALineThatNeverClosesHasNoEnd(t *testing.T) {
	p := plan(t)
	p.Exceptions, p.Needed = nil, 2
	s := p.At("always", wall("2026-11-24 03:00"), nil)
	if s.State != hours.Open || !s.Until.IsZero() || say(s.Say()) != "hours.open_always" {
		t.Errorf("%+v", s)
	}
	if s := p.Door(hours.Phone, hours.Everyone, wall("2026-11-25 10:00"), nil); s.Line != "always" {
		t.Errorf("%+v", s)
	}
	for i := range p.Lines {
		p.Lines[i].Present = 1
	}
	if s := p.At("always", wall("2026-11-24 12:00"), nil); s.State != hours.Few || !s.Until.IsZero() || !s.Next.IsZero() {
		t.Errorf("%+v", s)
	}
}
