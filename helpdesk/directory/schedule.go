package directory

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/helpdesk/hours"
)

// OpenState is what a place's own schedules say about an instant.
type OpenState string

const (
	OpenNow     OpenState = "open"
	ClosedNow   OpenState = "closed"
	HolidayNow  OpenState = "holiday" // its hours say open, but it is a public holiday here: ring first
	UnknownOpen OpenState = "unknown" // no schedule we can read
)

// timing is one row of HSDS' schedule: an RRULE (RFC 5545, 3.3.10) of days, and
// the hours on each of them.
type timing struct {
	from, to     string // valid on these days, both included; "" for no limit
	start, until string
	freq         string
	interval     int
	count        int
	weekStart    time.Weekday
	days         []nthDay
	weeks        []int
	monthDays    []int
	yearDays     []int
	opens        time.Duration // since midnight
	closes       time.Duration // at or before opens: on the next day
	zone         *time.Location
}

// nthDay is a weekday, or with n the nth of a month, from its end when negative.
type nthDay struct {
	day time.Weekday
	n   int
}

var weekdays = map[string]time.Weekday{"MO": time.Monday, "TU": time.Tuesday, "WE": time.Wednesday, "TH": time.Thursday, "FR": time.Friday, "SA": time.Saturday, "SU": time.Sunday}

// readTiming reads a schedule. ok is false for one that says no hours or no
// days, which then says nothing about now. HSDS takes hours without a zone for
// UTC; whoever writes 10:00 on a Swedish door means the clock above it.
func readTiming(f map[string]string, home *time.Location) (timing, bool) {
	opens, okOpens := readClock(f["opens_at"])
	closes, okCloses := readClock(f["closes_at"])
	if !okOpens || !okCloses || f["byday"]+f["bymonthday"]+f["byyearday"]+f["dtstart"] == "" {
		return timing{}, false
	}
	t := timing{from: day(f["valid_from"]), to: day(f["valid_to"]), start: day(f["dtstart"]), until: day(f["until"]), freq: strings.ToUpper(f["freq"]),
		interval: 1, weekStart: time.Monday, opens: opens.at, closes: closes.at, zone: home}
	if t.freq == "" {
		t.freq = "WEEKLY"
	}
	if opens.zoned {
		t.zone = time.FixedZone("", int(opens.offset.Seconds()))
	} else if offset, err := strconv.ParseFloat(f["timezone"], 64); err == nil && offset >= -14 && offset <= 14 {
		t.zone = time.FixedZone("", int(offset*3600))
	}
	if n, err := strconv.Atoi(f["interval"]); err == nil && n > 0 {
		t.interval = n
	}
	if n, err := strconv.Atoi(f["count"]); err == nil && n > 0 {
		t.count = n
	}
	if d, ok := weekdays[strings.ToUpper(f["wkst"])]; ok {
		t.weekStart = d
	}
	ok := true
	for _, part := range list(f["byday"]) {
		d, known := weekdays[part[max(0, len(part)-2):]]
		n, err := strconv.Atoi(strings.TrimSuffix(part, part[max(0, len(part)-2):]))
		if ok = ok && known && (err == nil || len(part) == 2); ok {
			t.days = append(t.days, nthDay{d, n})
		}
	}
	for column, into := range map[string]*[]int{"byweekno": &t.weeks, "bymonthday": &t.monthDays, "byyearday": &t.yearDays} {
		for _, part := range list(f[column]) {
			n, err := strconv.Atoi(part)
			ok = ok && err == nil && n != 0
			*into = append(*into, n)
		}
	}
	// An interval or a count without a beginning cannot be counted.
	return t, ok && (t.start != "" || t.interval == 1 && t.count == 0)
}

func list(s string) []string {
	return strings.FieldsFunc(strings.ToUpper(s), func(c rune) bool { return c == ',' || c == ' ' || c == ';' })
}

// day is the date at the start of a date or a moment.
func day(s string) string {
	if len(s) < len(time.DateOnly) {
		return ""
	}
	return s[:len(time.DateOnly)]
}

// at tells whether the schedule is open at an instant, and until when.
func (t timing) at(now time.Time) (until time.Time, open bool) {
	now = now.In(t.zone)
	// Hours over midnight belong to the day on which they began.
	for _, back := range []int{0, 1} {
		midnight := time.Date(now.Year(), now.Month(), now.Day()-back, 0, 0, 0, 0, t.zone)
		closes := t.closes
		if closes <= t.opens {
			closes += 24 * time.Hour
		}
		opensAt, closesAt := wall(midnight, t.opens), wall(midnight, closes)
		if !now.Before(opensAt) && now.Before(closesAt) && t.on(midnight) {
			return closesAt, true
		}
	}
	return time.Time{}, false
}

// wall is what the clock shows on a day, also where summer time begins or ends.
func wall(midnight time.Time, at time.Duration) time.Time {
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, 0, int(at.Seconds()), 0, midnight.Location())
}

// on tells whether the rule names a day.
func (t timing) on(d time.Time) bool {
	name := d.Format(time.DateOnly)
	if t.from != "" && name < t.from || t.to != "" && name > t.to || t.start != "" && name < t.start || t.until != "" && name > t.until {
		return false
	}
	if !t.matches(d) {
		return false
	}
	if t.count == 0 {
		return true
	}
	// Counted from the beginning; who counts further than eleven years is believed.
	first, err := time.ParseInLocation(time.DateOnly, t.start, d.Location())
	if err != nil {
		return false
	}
	n := 0
	for day := first; !day.After(d) && n <= t.count; day = day.AddDate(0, 0, 1) {
		if t.matches(day) {
			n++
		}
		if day.Sub(first) > 4000*24*time.Hour {
			return true
		}
	}
	return n <= t.count
}

// matches tells whether the rule names a day, leaving out how long it holds.
func (t timing) matches(d time.Time) bool {
	start, err := time.ParseInLocation(time.DateOnly, cmp.Or(t.start, "2001-01-01"), d.Location())
	if err != nil {
		return false
	}
	last := time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, d.Location()).Day()
	if len(t.weeks) > 0 {
		_, week := d.ISOWeek()
		_, weeks := time.Date(d.Year(), 12, 28, 0, 0, 0, 0, d.Location()).ISOWeek()
		if !slices.ContainsFunc(t.weeks, func(n int) bool { return n == week || n == week-weeks-1 }) {
			return false
		}
	}
	if len(t.monthDays) > 0 && !slices.ContainsFunc(t.monthDays, func(n int) bool { return n == d.Day() || n == d.Day()-last-1 }) {
		return false
	}
	if len(t.yearDays) > 0 {
		year := time.Date(d.Year(), 12, 31, 0, 0, 0, 0, d.Location()).YearDay()
		if !slices.ContainsFunc(t.yearDays, func(n int) bool { return n == d.YearDay() || n == d.YearDay()-year-1 }) {
			return false
		}
	}
	if len(t.days) > 0 && !slices.ContainsFunc(t.days, func(n nthDay) bool {
		return n.day == d.Weekday() && (n.n == 0 || t.freq != "MONTHLY" || n.n == (d.Day()+6)/7 || -n.n == (last-d.Day())/7+1)
	}) {
		return false
	}
	free := len(t.days) == 0 && len(t.monthDays) == 0 && len(t.yearDays) == 0
	switch t.freq {
	case "DAILY":
		return daysBetween(start, d)%t.interval == 0
	case "MONTHLY":
		months := (d.Year()-start.Year())*12 + int(d.Month()-start.Month())
		return months%t.interval == 0 && (!free || d.Day() == start.Day())
	case "YEARLY":
		return (d.Year()-start.Year())%t.interval == 0 && (!free || d.Month() == start.Month() && d.Day() == start.Day())
	}
	back := func(d time.Time) time.Time { return d.AddDate(0, 0, -int((d.Weekday()-t.weekStart+7)%7)) }
	return daysBetween(back(start), back(d))/7%t.interval == 0 && (!free || d.Weekday() == start.Weekday())
}

// daysBetween counts calendar days; an hour more or less of summer time is none.
func daysBetween(a, b time.Time) int {
	return int(b.Sub(a).Round(24*time.Hour) / (24 * time.Hour))
}

// swedish knows the public holidays and the eves that count as such.
var swedish = hours.Plan{Eves: []string{"midsummer_eve", "christmas_eve", "new_years_eve"}}

// openAt joins the schedules of one place. abroad leaves out our holidays.
func openAt(all []timing, now time.Time, home *time.Location, abroad bool) (OpenState, time.Time) {
	if len(all) == 0 {
		return UnknownOpen, time.Time{}
	}
	var until time.Time
	open := false
	for _, t := range all {
		if end, is := t.at(now); is {
			open = true
			if end.After(until) {
				until = end
			}
		}
	}
	switch {
	case !open:
		return ClosedNow, time.Time{}
	case !abroad && holiday(now.In(home)):
		return HolidayNow, until
	}
	return OpenNow, until
}

func holiday(now time.Time) bool {
	y, m, d := now.Date()
	return swedish.Holiday(hours.Date{Year: y, Month: m, Day: d}) != ""
}
