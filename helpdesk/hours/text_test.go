package hours_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

func TestTheShippedHours(t *testing.T) {
	p, err := hours.Read(hours.Default)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range p.Lines {
		got = append(got, fmt.Sprintf("%s %s %s %q %v", l.Key, l.Channel, l.Audience, l.Number, l.Rules))
	}
	want := []string{
		`advice_phone phone everyone "020-41 50 00" [{wed [09:00-12:00] 0000-00-00 0000-00-00}]`,
		`general_line phone everyone "0771-19 95 00" [{mon-fri [10:00-12:00 13:00-16:00] 0000-00-00 0000-00-00}]`,
		`chat_everyone chat everyone "" [{mon-fri [10:00-16:00] 0000-00-00 0000-00-00}]`,
		`chat_detained chat detained "" [{daily [18:00-21:00] 0000-00-00 0000-00-00}]`,
		`mail mail everyone "" [{mon-fri [10:00-16:00] 0000-00-00 0000-00-00}]`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if fmt.Sprint(p.Eves) != "[midsummer_eve christmas_eve new_years_eve]" || p.Sites[0].Zone.String() != "Europe/Stockholm" {
		t.Errorf("%v %v", p.Eves, p.Sites)
	}
	if l, ok := p.AnswerLine(hours.Detained); !ok || l.Key != "mail" || l.Answer != 6*time.Hour {
		t.Errorf("%+v", l)
	}
	for _, key := range []string{"chat_everyone", "chat_detained"} {
		if l, _ := p.Line(key); l.Present != hours.House {
			t.Errorf("%s opens without the house's number of counsellors", key)
		}
	}
}

// refused checks key and row.
func refused(t *testing.T, what string, err error, key string, row int) {
	t.Helper()
	var r helpdesk.Refusal
	if !errors.As(err, &r) || r.Key != "hours.text."+key || len(r.Args) != 1 || r.Args[0] != row {
		t.Errorf("%q: want %s in row %d, got %#v", what, key, row, err)
	}
}

func TestHoursThatAreNotUnderstoodAreRefusedWithTheirRow(t *testing.T) {
	const head = "site main Europe/Stockholm\n"
	const line = head + "line a chat everyone\n"
	for _, c := range []struct {
		text, key string
		row       int
	}{
		{"", "no_site", 1},
		{"# nothing\n\n", "no_site", 1},
		{"open mon 10:00-11:00", "word", 1},
		{head + "\nopens mon 10:00-11:00", "word", 3},
		{"site main Europe/Stockholm extra", "site", 1},
		{"site Main Europe/Stockholm", "site", 1},
		{"site all Europe/Stockholm", "site", 1},
		{"site main Europe/Atlantis", "zone", 1},
		{"site main Local", "zone", 1},
		{"site main ../../etc/passwd", "zone", 1},
		{head + head, "twice", 2},
		{line + head, "order", 3},
		{line + "eves none", "order", 3},
		{line + "late none", "order", 3},
		{head + "eves", "eve", 2},
		{head + "eves easter", "eve", 2},
		{head + "eves easter_eve easter_eve", "twice", 2},
		{head + "eves none\neves none", "twice", 3},
		{head + "late 17:00", "interval", 2},
		{head + "late 17:00-08:00 x", "interval", 2},
		{head + "line a chat", "line", 2},
		{head + "line 1 chat everyone", "line", 2},
		{head + "line none chat everyone", "line", 2},
		{head + "line a fax everyone", "channel", 2},
		{head + "line a chat me", "audience", 2},
		{line + "line a chat everyone", "twice", 3},
		{head + "line a phone everyone\nopen mon 10:00-11:00", "no_number", 2},
		{line + "number 1", "number", 3},
		{head + "line a phone everyone\nnumber call us", "number", 3},
		{head + "line a phone everyone\nnumber 1\nnumber 2", "twice", 4},
		{line + "at elsewhere", "site", 2},
		{line + "open", "word", 3},
		{line + "open monday 10:00-11:00", "days", 3},
		{line + "open fri-mon 10:00-11:00", "days", 3},
		{line + "open mon,, 10:00-11:00", "days", 3},
		{line + "open mon", "interval", 3},
		{line + "open mon 10-11", "interval", 3},
		{line + "open mon 10:00", "interval", 3},
		{line + "open mon 10:00-10:00", "interval", 3},
		{line + "open mon 24:00-02:00", "interval", 3},
		{line + "open mon 10:00-00:00", "interval", 3},
		{line + "open mon 10:00-24:01", "interval", 3},
		{line + "open mon 10:60-11:00", "interval", 3},
		{line + "open mon 9:00-11:00", "interval", 3},
		{line + "open mon ٠٩:00-11:00", "interval", 3},
		{line + "open mon 10:00-11:00 until 2026-01-01", "word", 3},
		{line + "open mon 10:00-11:00 from", "date", 3},
		{line + "open mon 10:00-11:00 from 2026-02-29", "date", 3},
		{line + "open mon 10:00-11:00 from 1999-01-01", "date", 3},
		{line + "open mon 10:00-11:00 from 2026-02-02 to 2026-02-01", "date", 3},
		{line + "open mon 10:00-11:00 to 2026-02-02 from 2026-02-01", "word", 3},
		{line + "open mon" + strings.Repeat(" 10:00-11:00", 13), "too_many", 3},
		{line + strings.Repeat("open mon 10:00-11:00\n", 51), "too_many", 53},
		{line + "holidays sometimes", "holidays", 3},
		{line + "answer soon", "answer", 3},
		{line + "answer 0h", "answer", 3},
		{line + "answer -1h", "answer", 3},
		{line + "answer 2001h", "answer", 3},
		{line + "answer 99999999999999999999min", "answer", 3},
		{line + "answer 6h 30min", "word", 3},
		{line + "present two", "people", 3},
		{line + "present 21", "people", 3},
		{line + "present 02", "people", 3},
		{line + "rostered house", "people", 3},
		{line + "present", "word", 3},
		{line + "closed mon", "word", 3},
		{line + "open mon 10:00-11:00 # why", "word", 3},
		{line + "open mon\x0010:00-11:00", "characters", 3},
		{line + "open \xff", "characters", 3},
		{line + "#" + strings.Repeat("x", 600), "too_long", 3},
		{strings.Repeat("\n", 300_000), "too_long", 1},
	} {
		_, err := hours.Read(c.text)
		refused(t, c.text[max(0, len(c.text)-60):], err, c.key, c.row)
	}
}

func TestExceptionsAndShiftsThatAreNotUnderstoodAreRefusedWithTheirRow(t *testing.T) {
	for _, c := range []struct{ text, key string }{
		{"2026-12-23 chat closed", "exception"},
		{"2026-12-32 chat closed event", "date"},
		{"2026-12-23..2026-12-22 chat closed event", "date"},
		{"23/12 chat closed event", "date"},
		{"2026-12-23 Chat closed event", "line"},
		{"2026-12-23 chat shut event", "interval"},
		{"2026-12-23 chat closed because", "reason"},
		{"2026-12-23 chat closed event really", "reason"},
		{"2026-12-23 chat 10:00-11:00 12:00-13:00", "reason"},
		{"2026-12-23 chat 10:00-11:00 closed event", "reason"},
	} {
		_, err := hours.ReadExceptions("# one\n" + c.text)
		refused(t, c.text, err, c.key, 2)
	}
	_, err := hours.ReadExceptions("2026-12-22..2026-12-24 chat closed event\n2026-12-24..2026-12-25 chat closed event")
	refused(t, "twice", err, "twice", 2)
	if list, err := hours.ReadExceptions("2026-12-24 chat closed event\r\n2026-12-24 all closed event\r\n"); err != nil || len(list) != 2 {
		t.Errorf("one for all beside the line's own: %v %v", list, err)
	}
	for _, c := range []struct{ text, key string }{
		{"shift x", "word"},
		{"shift x chat mon 10:00-11:00", "who"},
		{"SHIFT " + string(anna) + " chat mon 10:00-11:00", "word"},
		{"shift " + string(anna) + " chat mon", "interval"},
		{"shift " + string(anna) + " all mon 10:00-11:00", "line"},
		{"shift " + string(anna) + " chat monday 10:00-11:00", "days"},
		{"shift " + string(anna) + " chat 2026-11-23 from 2026-11-23", "interval"},
		{"shift " + string(anna) + " chat 2026-11-23 10:00-11:00 to 2026-11-23", "interval"},
		{"absent " + string(anna) + " mon", "date"},
		{"absent " + string(anna) + " 2026-11-23 sick", "word"},
		{"absent " + string(anna) + " 2026-11-23 10:00-10:00", "interval"},
	} {
		_, err := hours.ReadRoster("\n" + c.text)
		refused(t, c.text, err, c.key, 2)
	}
}

// same compares two plans from texts; zones are compared by name.
func same(a, b hours.Plan) bool {
	for _, p := range []*hours.Plan{&a, &b} {
		sites := make([]hours.Site, len(p.Sites))
		for i, s := range p.Sites {
			sites[i].Key = s.Key + " " + s.Zone.String()
		}
		p.Sites = sites
	}
	return reflect.DeepEqual(a, b)
}

func TestWhatIsWrittenReadsBackTheSame(t *testing.T) {
	p := plan(t)
	back, err := hours.Read(hours.Write(p))
	if err != nil {
		t.Fatalf("%v in\n%s", err, hours.Write(p))
	}
	list, err := hours.ReadExceptions(hours.WriteExceptions(p.Exceptions))
	if err != nil || !reflect.DeepEqual(list, p.Exceptions) {
		t.Errorf("%v\n%v, %v", p.Exceptions, list, err)
	}
	roster, err := hours.ReadRoster(hours.WriteRoster(p.Roster))
	if err != nil || !reflect.DeepEqual(roster, p.Roster) {
		t.Errorf("%v\n%v, %v", p.Roster, roster, err)
	}
	p.Exceptions, p.Closures, p.Roster, p.Needed = nil, nil, hours.Roster{}, 0
	if !same(p, back) {
		t.Errorf("%+v\n%+v", p, back)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(hours.Default)
	f.Add("site a UTC\nlate 22:00-06:00\nline b visit child\nopen daily 00:00-24:00 from 2026-01-01\npresent 3\nrostered 0\nanswer 90min\n" + more)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := hours.Read(text)
		if err != nil {
			if r := (helpdesk.Refusal{}); !errors.As(err, &r) {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		back, err := hours.Read(hours.Write(p))
		if err != nil || !same(p, back) {
			t.Fatalf("%v\n%+v\n%+v", err, p, back)
		}
		// Whatever was understood can be asked.
		for _, l := range p.Lines[:min(3, len(p.Lines))] {
			s := p.At(l.Key, wall("2026-10-25 00:30Z"), nil)
			if s.State == hours.Open && !s.Until.After(wall("2026-10-25 00:30Z")) {
				t.Fatalf("open until the past: %+v", s)
			}
		}
	})
}

func FuzzReadLists(f *testing.F) {
	f.Add("2026-12-22..2026-12-24 all closed event\n2026-12-23 chat 10:00-11:00 22:00-02:00 training")
	f.Add("shift " + string(anna) + " chat mon,wed-fri 10:00-11:00 from 2026-01-01\nabsent " + string(bilal) + " 2026-01-01..2026-01-02 10:00-11:00")
	f.Fuzz(func(t *testing.T, text string) {
		if list, err := hours.ReadExceptions(text); err == nil {
			if back, err := hours.ReadExceptions(hours.WriteExceptions(list)); err != nil || !reflect.DeepEqual(list, back) {
				t.Fatalf("%v\n%v\n%v", err, list, back)
			}
		} else if r := (helpdesk.Refusal{}); !errors.As(err, &r) {
			t.Fatal(err)
		}
		if list, err := hours.ReadRoster(text); err == nil {
			if back, err := hours.ReadRoster(hours.WriteRoster(list)); err != nil || !reflect.DeepEqual(list, back) {
				t.Fatalf("%v\n%v\n%v", err, list, back)
			}
		} else if r := (helpdesk.Refusal{}); !errors.As(err, &r) {
			t.Fatal(err)
		}
	})
}
