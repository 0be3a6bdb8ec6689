package hours

import (
	"fmt"
	"time"
)

// Clock is a wall clock's time in minutes after midnight, 0 to 1440.
type Clock int

// String is 09:30; the end of a day is 24:00.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// Interval is a stretch of a day. To at or before From lies on the day after:
// 22:00-02:00 belongs wholly to the day on which it starts.
type Interval struct {
	From, To Clock
}

// String is 22:00-02:00.
func (i Interval) String() string { return i.From.String() + "-" + i.To.String() }

// Date is a day in the calendar, of no zone. The zero Date is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day t falls on in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String is 2026-11-23.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// Zero tells whether d is no day.
func (d Date) Zero() bool { return d == Date{} }

// Before compares two days.
func (d Date) Before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// Add is the day n days later.
func (d Date) Add(n int) Date { return DateOf(d.noon().AddDate(0, 0, n)) }

// Weekday is d's day of the week.
func (d Date) Weekday() time.Weekday { return d.noon().Weekday() }

// noon in UTC, where every day has one.
func (d Date) noon() time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }

// within tells whether d lies between two days, both included; a zero one is
// no limit.
func (d Date) within(from, to Date) bool {
	return (from.Zero() || !d.Before(from)) && (to.Zero() || !to.Before(d))
}

// Week is a set of weekdays: bit n is time.Weekday n.
type Week uint8

// The usual sets.
const (
	Weekdays Week = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday
	Daily    Week = Weekdays | 1<<time.Saturday | 1<<time.Sunday
)

// Has tells whether a weekday is in the set.
func (w Week) Has(d time.Weekday) bool { return w&(1<<d) != 0 }

// at is the instant at which a wall clock in zone shows c on day d. A time
// shown twice, when the clocks go back, is its first showing; one never shown,
// when they go forward, is the moment they do. time.Date promises neither.
func at(zone *time.Location, d Date, c Clock) time.Time {
	wall := time.Date(d.Year, d.Month, d.Day, 0, int(c), 0, 0, time.UTC)
	// The same wall time under the offsets that hold a day before and after:
	// whatever zone changed in between, one of them is right.
	_, before := wall.Add(-36 * time.Hour).In(zone).Zone()
	_, after := wall.Add(36 * time.Hour).In(zone).Zone()
	early := wall.Add(-time.Duration(max(before, after)) * time.Second)
	late := wall.Add(-time.Duration(min(before, after)) * time.Second)
	for _, t := range []time.Time{early, late} {
		if shows(zone, t, wall) {
			return t.In(zone)
		}
	}
	// Never shown: between early and late the clocks jump over it.
	_, end := early.In(zone).ZoneBounds()
	return end.In(zone)
}

func shows(zone *time.Location, t, wall time.Time) bool {
	_, offset := t.In(zone).Zone()
	return t.Add(time.Duration(offset) * time.Second).Equal(wall)
}

// on makes an interval of day d a span of instants; ok is false when the
// clocks jump over all of it.
func (i Interval) on(zone *time.Location, d Date) (Span, bool) {
	s := Span{From: at(zone, d, i.From), To: at(zone, d, i.To)}
	if i.To <= i.From {
		s.To = at(zone, d.Add(1), i.To)
	}
	return s, s.From.Before(s.To)
}
