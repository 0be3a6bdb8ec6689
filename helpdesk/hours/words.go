package hours

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
)

// What a text may hold at most.
const (
	maxText      = 256 << 10 // bytes
	maxRow       = 500       // bytes
	maxSites     = 20
	maxLines     = 50
	maxRules     = 50 // of one line
	maxIntervals = 12 // of one rule
	maxEntries   = 2000
)

// row is one row of a text, cut into words.
type row struct {
	n     int // counted from 1
	words []string
}

// refuse says what is wrong with a row: the key is hours.text. and what, its
// first argument the row's number.
func (r row) refuse(what string) error { return helpdesk.Refuse("hours.text."+what, r.n) }

// rows cuts a text; empty rows and those that begin with # are left out.
func rows(text string) ([]row, error) {
	if len(text) > maxText {
		return nil, row{n: 1}.refuse("too_long")
	}
	var all []row
	for i, s := range strings.Split(text, "\n") {
		r := row{n: i + 1}
		switch s = strings.TrimSuffix(s, "\r"); {
		case len(s) > maxRow:
			return nil, r.refuse("too_long")
		case !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' && c != '\t' }):
			return nil, r.refuse("characters")
		}
		r.words = strings.FieldsFunc(s, func(c rune) bool { return c == ' ' || c == '\t' })
		if len(r.words) > 0 && !strings.HasPrefix(r.words[0], "#") {
			all = append(all, r)
		}
	}
	return all, nil
}

// key is a name of the text's own: lower-case letters, digits and _.
func key(s string) bool {
	if len(s) == 0 || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return s != everyLine && s != none
}

const (
	everyLine = "all"
	none      = "none"
)

func digits(s string, length int) (int, bool) {
	if len(s) != length {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func readClock(s string) (Clock, bool) {
	h, m, ok := strings.Cut(s, ":")
	hour, okHour := digits(h, 2)
	minute, okMinute := digits(m, 2)
	c := Clock(hour*60 + minute)
	return c, ok && okHour && okMinute && minute < 60 && c <= 24*60
}

func readInterval(s string) (Interval, bool) {
	a, b, ok := strings.Cut(s, "-")
	from, okFrom := readClock(a)
	to, okTo := readClock(b)
	// A start of 24:00 and an end of 00:00 have a plainer spelling; equal ends
	// could mean nothing or a whole day.
	return Interval{from, to}, ok && okFrom && okTo && from < 24*60 && to > 0 && from != to
}

func isInterval(s string) bool { return strings.Contains(s, ":") }

// intervals reads the intervals at the head of words and returns the rest.
func (r row) intervals(words []string) ([]Interval, []string, error) {
	var all []Interval
	for len(words) > 0 && isInterval(words[0]) {
		i, ok := readInterval(words[0])
		if !ok {
			return nil, nil, r.refuse("interval")
		}
		if all = append(all, i); len(all) > maxIntervals {
			return nil, nil, r.refuse("too_many")
		}
		words = words[1:]
	}
	return all, words, nil
}

func readDate(s string) (Date, bool) {
	p := strings.Split(s, "-")
	if len(p) != 3 {
		return Date{}, false
	}
	y, okYear := digits(p[0], 4)
	m, okMonth := digits(p[1], 2)
	d, okDay := digits(p[2], 2)
	date := Date{y, time.Month(m), d}
	return date, okYear && okMonth && okDay && y >= firstYear && y <= lastYear && DateOf(date.noon()) == date
}

// readDates reads 2026-12-24 or 2026-12-22..2026-12-24.
func readDates(s string) (from, to Date, ok bool) {
	a, b, several := strings.Cut(s, "..")
	if !several {
		b = a
	}
	from, okFrom := readDate(a)
	to, okTo := readDate(b)
	return from, to, okFrom && okTo && !to.Before(from)
}

// limits reads "from 2026-01-01 to 2026-06-30", either or none, and nothing
// behind it.
func (r row) limits(words []string) (from, to Date, err error) {
	for _, w := range []struct {
		word string
		date *Date
	}{{"from", &from}, {"to", &to}} {
		if len(words) == 0 || words[0] != w.word {
			continue
		}
		if len(words) < 2 {
			return from, to, r.refuse("date")
		}
		var ok bool
		if *w.date, ok = readDate(words[1]); !ok {
			return from, to, r.refuse("date")
		}
		words = words[2:]
	}
	switch {
	case len(words) > 0:
		return from, to, r.refuse("word")
	case !from.Zero() && !to.Zero() && to.Before(from):
		return from, to, r.refuse("date")
	}
	return from, to, nil
}

// dayNames in the order people write a week.
var dayNames = []struct {
	name string
	day  time.Weekday
}{
	{"mon", time.Monday}, {"tue", time.Tuesday}, {"wed", time.Wednesday}, {"thu", time.Thursday},
	{"fri", time.Friday}, {"sat", time.Saturday}, {"sun", time.Sunday},
}

func readDay(s string) int {
	for i, d := range dayNames {
		if d.name == s {
			return i
		}
	}
	return -1
}

// readWeek reads daily, mon-fri, mon,wed or sat-sun,wed.
func readWeek(s string) (Week, bool) {
	if s == "daily" {
		return Daily, true
	}
	var w Week
	for _, part := range strings.Split(s, ",") {
		a, b, several := strings.Cut(part, "-")
		if !several {
			b = a
		}
		i, last := readDay(a), readDay(b)
		if i < 0 || last < i {
			return 0, false
		}
		for ; i <= last; i++ {
			w |= 1 << dayNames[i].day
		}
	}
	return w, true
}

// String is the set as readWeek reads it.
func (w Week) String() string {
	if w == Daily {
		return "daily"
	}
	var parts []string
	for i := 0; i < len(dayNames); i++ {
		if !w.Has(dayNames[i].day) {
			continue
		}
		last := i
		for last+1 < len(dayNames) && w.Has(dayNames[last+1].day) {
			last++
		}
		part := dayNames[i].name
		if last > i {
			part += "-" + dayNames[last].name
		}
		parts = append(parts, part)
		i = last
	}
	return strings.Join(parts, ",")
}

func writeDates(from, to Date) string {
	if from == to {
		return from.String()
	}
	return from.String() + ".." + to.String()
}

func writeIntervals(b *strings.Builder, at []Interval) {
	for _, i := range at {
		b.WriteString(" " + i.String())
	}
}

func writeLimits(b *strings.Builder, from, to Date) {
	if !from.Zero() {
		b.WriteString(" from " + from.String())
	}
	if !to.Zero() {
		b.WriteString(" to " + to.String())
	}
}

func isReason(s string) bool { return slices.Contains(Reasons, s) }
