package directory

import (
	"math"
	"testing"
	"time"
)

func TestPlacesAreFoundHoweverTheyAreWritten(t *testing.T) {
	if n := len(places()); n < 800 {
		t.Fatalf("only %d places", n)
	}
	for ask, want := range map[string]string{
		"Flen": "Flen, Flens Kommun", "FLEN": "Flen, Flens Kommun", "goteborg": "Göteborg, Göteborgs stad", "Gothenburg": "Göteborg, Göteborgs stad",
		"marsta": "Märsta, Sigtuna Kommun", "sigtuna": "Sigtuna, Sigtuna Kommun", "Ås, Sollefteå": "Ås, Sollefteå Kommun", "as, jamtland": "Ås, Krokoms Kommun",
		"stockh": "Stockholm, Stockholms Kommun", "mal": "Malmö, Malmö", "Norrko": "Norrköping, Norrköpings Kommun", " kallered ": "Kållered, Mölndals kommun",
		"Atlantis": "", "": "", ",": "",
	} {
		got := ""
		if found := Places(ask, 5); len(found) > 0 {
			got = found[0].String()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", ask, got, want)
		}
	}
	if n := len(Places("s", 7)); n != 7 {
		t.Errorf("%d places, want 7", n)
	}
	for _, p := range places() {
		if !p.sound() || p.Lat < 55 || p.Lat > 69.1 || p.Lon < 10.9 || p.Lon > 24.2 {
			t.Errorf("%s lies at %v", p, p.Point)
		}
	}
}

func TestDistancesAreOnTheGlobe(t *testing.T) {
	stockholm, goteborg, kiruna := Point{59.3294, 18.0687}, Point{57.7072, 11.9668}, Point{67.8557, 20.2253}
	for _, c := range []struct {
		a, b Point
		want float64
	}{{stockholm, goteborg, 398}, {stockholm, kiruna, 954}, {stockholm, stockholm, 0}, {Point{0, 179.5}, Point{0, -179.5}, 111.2}, {Point{90, 0}, Point{-90, 0}, 20015}} {
		if got := c.a.km(c.b); math.Abs(got-c.want) > c.want*0.003+0.01 {
			t.Errorf("%v to %v: %.1f km, want %.1f", c.a, c.b, got, c.want)
		}
	}
}

func TestSchedulesSayWhenItIsOpen(t *testing.T) {
	home, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		got, err := time.ParseInLocation("2006-01-02 15:04", s, home)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	type f = map[string]string
	hours := func(more f) f {
		out := f{"opens_at": "10:00", "closes_at": "12:00", "freq": "WEEKLY"}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	cases := []struct {
		what string
		f    f
		when string
		want OpenState
	}{
		{"a weekday", hours(f{"byday": "MO,WE"}), "2026-03-02 11:00", OpenNow},
		{"another", hours(f{"byday": "MO,WE"}), "2026-03-03 11:00", ClosedNow},
		{"before it opens", hours(f{"byday": "MO"}), "2026-03-02 09:59", ClosedNow},
		{"as it opens", hours(f{"byday": "MO"}), "2026-03-02 10:00", OpenNow},
		{"as it closes", hours(f{"byday": "MO"}), "2026-03-02 12:00", ClosedNow},
		{"over midnight, before", hours(f{"byday": "FR", "opens_at": "22:00:00", "closes_at": "02:00:00"}), "2026-03-06 23:30", OpenNow},
		{"over midnight, after", hours(f{"byday": "FR", "opens_at": "22:00:00", "closes_at": "02:00:00"}), "2026-03-07 01:30", OpenNow},
		{"over midnight, the night before", hours(f{"byday": "FR", "opens_at": "22:00:00", "closes_at": "02:00:00"}), "2026-03-06 01:30", ClosedNow},
		{"every other week", hours(f{"byday": "MO", "dtstart": "2026-03-02", "interval": "2"}), "2026-03-16 11:00", OpenNow},
		{"the week between", hours(f{"byday": "MO", "dtstart": "2026-03-02", "interval": "2"}), "2026-03-09 11:00", ClosedNow},
		{"a week that starts on Sunday", hours(f{"byday": "SU", "dtstart": "2026-03-03", "interval": "2", "wkst": "SU"}), "2026-03-15 11:00", OpenNow},
		{"the same from Monday on", hours(f{"byday": "SU", "dtstart": "2026-03-03", "interval": "2", "wkst": "MO"}), "2026-03-15 11:00", ClosedNow},
		{"before its first day", hours(f{"byday": "MO", "dtstart": "2026-03-03"}), "2026-03-02 11:00", ClosedNow},
		{"after its last", hours(f{"byday": "MO", "until": "2026-03-01"}), "2026-03-02 11:00", ClosedNow},
		{"no longer valid", hours(f{"byday": "MO", "valid_to": "2026-03-01"}), "2026-03-02 11:00", ClosedNow},
		{"the third of three", hours(f{"byday": "MO", "dtstart": "2026-03-02", "count": "3"}), "2026-03-16 11:00", OpenNow},
		{"the fourth of three", hours(f{"byday": "MO", "dtstart": "2026-03-02", "count": "3"}), "2026-03-23 11:00", ClosedNow},
		{"the second Monday", hours(f{"freq": "MONTHLY", "byday": "2MO"}), "2026-03-09 11:00", OpenNow},
		{"not the first", hours(f{"freq": "MONTHLY", "byday": "2MO"}), "2026-03-02 11:00", ClosedNow},
		{"the last Friday", hours(f{"freq": "MONTHLY", "byday": "-1FR"}), "2026-03-27 11:00", OpenNow},
		{"the last day of a month", hours(f{"freq": "MONTHLY", "bymonthday": "-1"}), "2026-02-28 11:00", OpenNow},
		{"every quarter from a day", hours(f{"freq": "MONTHLY", "dtstart": "2026-01-15", "interval": "3"}), "2026-04-15 11:00", OpenNow},
		{"a day of the year", hours(f{"freq": "YEARLY", "byyearday": "61"}), "2026-03-02 11:00", OpenNow},
		{"weeks of the year", hours(f{"byday": "MO", "byweekno": "10,12"}), "2026-03-02 11:00", OpenNow},
		{"another week", hours(f{"byday": "MO", "byweekno": "11"}), "2026-03-02 11:00", ClosedNow},
		{"UTC when it says so", hours(f{"byday": "MO", "opens_at": "10:00Z", "closes_at": "12:00Z"}), "2026-03-02 12:30", OpenNow},
		{"an offset in its own column", hours(f{"byday": "MO", "timezone": "3"}), "2026-03-02 08:30", OpenNow},
		{"summer time begins", hours(f{"byday": "SU", "opens_at": "01:00", "closes_at": "04:00"}), "2026-03-29 03:30", OpenNow},
		{"a public holiday", hours(f{"byday": "WE"}), "2026-01-06 11:00", ClosedNow},
		{"a public holiday on its day", hours(f{"byday": "TU"}), "2026-01-06 11:00", HolidayNow},
		{"no hours", f{"byday": "MO"}, "2026-03-02 11:00", UnknownOpen},
		{"no days", f{"opens_at": "10:00", "closes_at": "12:00"}, "2026-03-02 11:00", UnknownOpen},
		{"days nobody knows", hours(f{"byday": "XX"}), "2026-03-02 11:00", UnknownOpen},
		{"counted from nowhere", hours(f{"byday": "MO", "interval": "2"}), "2026-03-02 11:00", UnknownOpen},
	}
	for _, c := range cases {
		var all []timing
		if got, ok := readTiming(c.f, home); ok {
			all = append(all, got)
		}
		if got, _ := openAt(all, at(c.when), home, false); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

func TestLanguagesHaveOneTag(t *testing.T) {
	for _, c := range [][3]string{{"prs", "", "prs"}, {"fa-AF", "", "prs"}, {"", "Dari", "prs"}, {"swe", "", "sv"}, {"en-GB", "", "en"}, {"", "Tigrinja", "ti"},
		{"ur", "Urdu", "ur"}, {"ku", "", "kmr"}, {"", "Urdu", ""}, {"?", "", ""}, {"sv; drop", "", ""}} {
		if got := languageTag(c[0], c[1]); got != c[2] {
			t.Errorf("%q %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestEveryShapeHangsTogether(t *testing.T) {
	for i := range shapes {
		s := &shapes[i]
		seen := map[string]bool{"id": true}
		for _, name := range s.header()[1:] {
			if seen[name] {
				t.Errorf("%s has %s twice", s.kind, name)
			}
			seen[name] = true
		}
		for name := range s.lists {
			kind, column := s.list(name)
			if byKind[kind] == nil {
				t.Errorf("%s.%s: no shape %s", s.kind, name, kind)
				continue
			}
			if u, ok := byKind[kind].up(column); !ok || u.kind != s.kind {
				t.Errorf("%s.%s: %s has no column %s", s.kind, name, kind, column)
			}
		}
		for _, u := range s.ups {
			if u.kind != "" && byKind[u.kind] == nil {
				t.Errorf("%s.%s: no shape %s", s.kind, u.column, u.kind)
			}
		}
	}
}
