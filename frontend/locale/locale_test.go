package locale

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
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

// alike compares catalogues, and finds fault with each key that one of them
// lacks or has alone.
func alike(t *testing.T, what string, want []string, catalogues map[string][]string) {
	t.Helper()
	for lang, got := range catalogues {
		for _, k := range want {
			if _, found := slices.BinarySearch(got, k); !found {
				t.Errorf("%s %s lacks %s", what, lang, k)
			}
		}
		for _, k := range got {
			if _, found := slices.BinarySearch(want, k); !found {
				t.Errorf("%s %s has %s, sv has not", what, lang, k)
			}
		}
	}
}

func TestEveryLanguageHasTheSameSentences(t *testing.T) {
	c := loaded(t)
	if len(c.public["sv"]) < 300 || len(c.desk["sv"]) < 300 {
		t.Fatalf("only %d and %d sentences", len(c.public["sv"]), len(c.desk["sv"]))
	}
	alike(t, "public", c.public["sv"], c.public)
	alike(t, "desk", c.desk["sv"], c.desk)
	for _, k := range c.desk["sv"] {
		if _, twice := slices.BinarySearch(c.public["sv"], k); twice {
			t.Errorf("%s stands in both catalogues", k)
		}
	}
}

// hole finds the places of arguments in a sentence.
var hole = regexp.MustCompile(`\{[0-9]\}`)

func holes(s string) []string {
	found := hole.FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEverySentenceTakesTheSameArguments(t *testing.T) {
	c := loaded(t)
	for _, l := range c.Choices(false) {
		for _, k := range append(c.Keys(l.Tag), c.DeskKeys(l.Tag)...) {
			sv, other := holes(c.Say("sv", k)), holes(c.Say(l.Tag, k))
			if c.formed(l.Tag, k) || c.formed("sv", k) {
				// A form may leave its number out: "one hour".
				sv, other = slices.DeleteFunc(sv, zeroth), slices.DeleteFunc(other, zeroth)
			}
			if !slices.Equal(sv, other) {
				t.Errorf("%s: %s takes %v, in sv %v", l.Tag, k, other, sv)
			}
		}
	}
}

// formed: the sentence has plural forms.
func (c *Catalogue) formed(lang, key string) bool {
	_, plain := c.speakers[lang].plain[key]
	return !plain
}

func zeroth(s string) bool { return s == "{0}" }

// Every number finds its form: Arabic has six, Russian four, Spanish one for
// millions.
func TestEveryNumberFindsItsForm(t *testing.T) {
	c := loaded(t)
	for _, l := range c.Choices(false) {
		for _, k := range append(c.Keys(l.Tag), c.DeskKeys(l.Tag)...) {
			if s := c.Say(l.Tag, k); s == "" || strings.Contains(s, "⟦") {
				t.Errorf("%s in %s says %q", k, l.Tag, s)
			}
			if !c.formed("sv", k) {
				continue
			}
			for _, n := range []int{0, 1, 2, 3, 5, 11, 21, 22, 25, 99, 100, 103, 1_000_000} {
				if s := c.Say(l.Tag, k, n); s == "" || strings.Contains(s, "⟦") {
					t.Errorf("%s in %s says %q of %d", k, l.Tag, s, n)
				}
			}
		}
	}
}

// What nobody who grew up with a language has read yet says so in its first
// line.
func TestATranslationSaysThatItNeedsNativeReview(t *testing.T) {
	for _, l := range loaded(t).Choices(false) {
		text, err := files.ReadFile("public/" + l.Tag + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		if !l.Desk && !(strings.HasPrefix(first, "#") && strings.Contains(strings.ToLower(first), "needs native review")) {
			t.Errorf("%s begins with %q", l.Tag, first)
		}
	}
}

// Our own tags find the plural rules of their languages.
func TestEveryLanguageHasPluralRules(t *testing.T) {
	every := fstest.MapFS{}
	for _, l := range Languages {
		every["public/"+l.Tag+".toml"] = &fstest.MapFile{Data: []byte("[span]\nx = { zero = \"{0}\", one = \"{0}\", two = \"{0}\", few = \"{0}\", many = \"{0}\", other = \"{0}\" }\n")}
		every[l.Tag+".toml"] = &fstest.MapFile{Data: []byte("[a]\nb = \"c\"\n")}
	}
	c, err := load(every)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(c.Choices(false)); got != 16 {
		t.Fatalf("%d languages", got)
	}
	if got := len(c.Choices(true)); got != 2 {
		t.Fatalf("%d languages of the desk", got)
	}
	for _, l := range Languages {
		for _, n := range []int{0, 1, 2, 5, 21, 100} {
			if got := c.Say(l.Tag, "span.x", n); got != strconv.Itoa(n) {
				t.Errorf("%s of %d: %q", l.Tag, n, got)
			}
		}
	}
	delete(every, "public/ka.toml")
	if c, err = load(every); err != nil || c.Has("ka") || !c.Has("mn") {
		t.Errorf("one that is not there yet: %v", err)
	}
	delete(every, "public/sv.toml")
	if _, err = load(every); err == nil {
		t.Error("Swedish may be absent")
	}
}

// A number keeps its order in a sentence that runs the other way.
func TestArgumentsAreIsolatedFromRightToLeft(t *testing.T) {
	if got := fill("{0} x {1}", []any{"020-41 50 00", 3}, true); got != "\u2068020-41 50 00\u2069 x 3" {
		t.Errorf("%q", got)
	}
	if got := fill("{0} x {1}", []any{"020-41 50 00", 3}, false); got != "020-41 50 00 x 3" {
		t.Errorf("%q", got)
	}
}

// A date in a sentence begins with its day, on the right.
func TestWhatWeSaidOurselvesKeepsTheReadersDirection(t *testing.T) {
	day := fill("{0} {1}", []any{"20", "فبراير"}, true)
	if got := fill("x {0}", []any{day}, true); got != "x \u2067\u206820\u2069 \u2068فبراير\u2069\u2069" {
		t.Errorf("%q", got)
	}
}

// What a stranger wrote is never read as a sentence of ours.
func TestAnArgumentStaysAnArgument(t *testing.T) {
	for text, want := range map[string]string{
		"{0} and {1}": "{1} and 7", "{1}{0}{2}": "7{1}{2}", "a {b} {": "a {b} {", "{": "{", "}{0": "}{0", "{-1}": "{-1}", "": "",
	} {
		if got := fill(text, []any{"{1}", int64(7)}, false); got != want {
			t.Errorf("%q became %q, wanted %q", text, got, want)
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
	// Mongolian puts the year first, then the month.
	if got := c.Words("mn", now, zone).Exact(now); got != "мягмар 2026 оны 11-р сарын 24, 14:00" {
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
