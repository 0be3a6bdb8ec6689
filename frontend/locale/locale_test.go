package locale

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func loaded(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryLanguageHasTheSameSentences(t *testing.T) {
	c := loaded(t)
	want := c.Keys("sv")
	if len(want) < 300 {
		t.Fatalf("only %d sentences", len(want))
	}
	for _, l := range Languages {
		got := c.Keys(l.Tag)
		for _, k := range want {
			if !slices.Contains(got, k) {
				t.Errorf("%s lacks %s", l.Tag, k)
			}
		}
		for _, k := range got {
			if !slices.Contains(want, k) {
				t.Errorf("%s has %s, sv has not", l.Tag, k)
			}
		}
	}
}

func TestEverySentenceTakesTheSameArguments(t *testing.T) {
	c := loaded(t)
	for _, k := range c.Keys("sv") {
		for _, l := range Languages {
			for _, hole := range []string{"{0}", "{1}", "{2}"} {
				// Two and one choose different forms; a form may leave its number out.
				sv, other := c.Say("sv", k, 2), c.Say(l.Tag, k, 2)
				if hole != "{0}" && strings.Contains(sv, hole) != strings.Contains(other, hole) {
					t.Errorf("%s: %s takes %s, sv does not, or the other way round", k, l.Tag, hole)
				}
			}
			for _, n := range []int{0, 1, 2, 5, 21} {
				if s := c.Say(l.Tag, k, n); s == "" || strings.Contains(s, "⟦") {
					t.Errorf("%s in %s says %q of %d", k, l.Tag, s, n)
				}
			}
			if s := c.Say(l.Tag, k); s == "" || strings.Contains(s, "⟦") {
				t.Errorf("%s in %s says %q", k, l.Tag, s)
			}
		}
	}
}

func TestSay(t *testing.T) {
	c := loaded(t)
	for _, row := range []struct {
		lang, key string
		args      []any
		want      string
	}{
		{"en", "span.hours", []any{1}, "1 hour"},
		{"en", "span.hours", []any{2}, "2 hours"},
		{"sv", "span.days", []any{int64(1)}, "1 dag"},
		{"sv", "span.days", []any{int64(5)}, "5 dagar"},
		{"sv", "words.ask", []any{1}, "Ord nummer 1"},
		{"en", "post.address", []any{"to", 1}, "Recipient 1 is no mail address."},
		{"xx", "signin.title", nil, "Sign in"},
		{"sv", "no.such.key", nil, "⟦no.such.key⟧"},
		{"en", "ticket.new", []any{"{0} {{.}} <b>"}, "A new letter came: {0} {{.}} <b>"},
	} {
		if got := c.Say(row.lang, row.key, row.args...); got != row.want {
			t.Errorf("Say(%s, %s, %v) = %q, want %q", row.lang, row.key, row.args, got, row.want)
		}
	}
}

func TestTimesNearNowAreSaidInWords(t *testing.T) {
	c := loaded(t)
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 14, 0, 0, 0, zone) // a Tuesday
	sv, en := c.Words("sv", now, zone), c.Words("en", now, zone)
	for _, row := range []struct {
		at     time.Time
		sv, en string
	}{
		{at: now.Add(20 * time.Second), sv: "nu", en: "now"},
		{at: now.Add(2 * time.Hour), sv: "om 2 timmar", en: "in 2 hours"},
		{at: now.Add(-90 * time.Minute), sv: "för 1 timme sedan", en: "1 hour ago"},
		{at: now.Add(-13 * time.Hour), sv: "i dag 01:00", en: "today 01:00"},
		{at: now.Add(-24 * time.Hour), sv: "i går 14:00", en: "yesterday 14:00"},
		{at: now.Add(24 * time.Hour), sv: "i morgon 14:00", en: "tomorrow 14:00"},
		{at: now.Add(-72 * time.Hour), sv: "lör 14:00", en: "Sat 14:00"},
		{at: now.Add(-30 * 24 * time.Hour), sv: "25 okt.", en: "25 Oct"},
		{at: time.Date(2025, 1, 2, 3, 4, 0, 0, zone), sv: "2 jan. 2025", en: "2 Jan 2025"},
		{at: time.Time{}, sv: "", en: ""},
	} {
		if got := sv.Near(row.at); got != row.sv {
			t.Errorf("sv %v: %q, want %q", row.at, got, row.sv)
		}
		if got := en.Near(row.at); got != row.en {
			t.Errorf("en %v: %q, want %q", row.at, got, row.en)
		}
	}
	if got := sv.Exact(now); got != "tisdag 24 nov. 2026, 14:00" {
		t.Error(got)
	}
	if got := en.Size(1_250_000); got != "1.3 MB" {
		t.Error(got)
	}
	// The night the clocks go back has 25 hours and is still one day.
	before := c.Words("en", time.Date(2026, 10, 24, 23, 30, 0, 0, zone), zone)
	if got := before.Near(time.Date(2026, 10, 25, 22, 30, 0, 0, zone)); got != "tomorrow 22:30" {
		t.Error(got)
	}
}
