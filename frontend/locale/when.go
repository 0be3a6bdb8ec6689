package locale

import (
	"strconv"
	"time"
)

// Near says t in words near now ("in 2 hours", "yesterday 14:05") and as a
// date further away. The zero time is "".
func (w Words) Near(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(w.Zone)
	d := t.Sub(w.Now)
	switch {
	case d > -time.Minute && d < time.Minute:
		return w.Say("when.now")
	case d < 0 && d > -12*time.Hour:
		return w.Say("when.ago", w.Span(-d))
	case d > 0 && d < 12*time.Hour:
		return w.Say("when.in", w.Span(d))
	}
	clock := t.Format("15:04")
	switch days := w.daysTo(t); {
	case days == 0:
		return w.Say("when.today", clock)
	case days == -1:
		return w.Say("when.yesterday", clock)
	case days == 1:
		return w.Say("when.tomorrow", clock)
	case days > -6 && days < 6:
		return w.weekday(t, "short") + " " + clock
	}
	return w.Day(t)
}

// Exact says t to the minute, with weekday: for titles and print.
func (w Words) Exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(w.Zone)
	return w.weekday(t, "long") + " " + w.Say("when.year", w.date(t), strconv.Itoa(t.Year())) + ", " + t.Format("15:04")
}

// Short is weekday, date and clock as letters carry them: "Tue 24 Nov 09:12".
func (w Words) Short(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(w.Zone)
	return w.weekday(t, "short") + " " + w.Day(t) + " " + t.Format("15:04")
}

// Day is the date without a clock; the year only when it is another.
func (w Words) Day(t time.Time) string {
	t = t.In(w.Zone)
	if t.Year() == w.Now.Year() {
		return w.date(t)
	}
	return w.Say("when.year", w.date(t), strconv.Itoa(t.Year()))
}

// DayName is the day of the week and the date: "Monday 23 Nov".
func (w Words) DayName(t time.Time) string {
	t = t.In(w.Zone)
	return w.weekday(t, "long") + " " + w.Day(t)
}

// Clock is hours, minutes and seconds, for what happens within the hour.
func (w Words) Clock(t time.Time) string { return t.In(w.Zone).Format("15:04") }

// Machine is the datetime attribute of a <time>.
func (w Words) Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Span says a length of time in its largest fitting unit, rounded down: a
// wait is never said to be longer than it is.
func (w Words) Span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return w.Say("span.minutes", 1)
	case d < time.Hour:
		return w.Say("span.minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return w.Say("span.hours", int(d/time.Hour))
	default:
		return w.Say("span.days", int(d/(24*time.Hour)))
	}
}

// Since is the Span from t to now.
func (w Words) Since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.Span(max(w.Now.Sub(t), 0))
}

// Size says a number of bytes as people do.
func (w Words) Size(bytes int64) string {
	switch {
	case bytes < 1000:
		return w.Say("size.bytes", bytes)
	case bytes < 1000*1000:
		return w.Say("size.kilobytes", (bytes+500)/1000)
	default:
		tenths := (bytes + 50_000) / 100_000
		return strconv.FormatInt(tenths/10, 10) + w.Say("size.point") + strconv.FormatInt(tenths%10, 10) + " MB"
	}
}

var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
var months = [12]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

func (w Words) weekday(t time.Time, width string) string {
	return w.Say("weekday." + width + "." + weekdays[t.Weekday()])
}

func (w Words) date(t time.Time) string {
	return w.Say("when.day", strconv.Itoa(t.Day()), w.Say("month."+months[t.Month()-1]))
}

// daysTo counts calendar days, so a night's change of clocks does not matter.
func (w Words) daysTo(t time.Time) int {
	y, m, d := w.Now.Date()
	y2, m2, d2 := t.Date()
	return int(time.Date(y2, m2, d2, 0, 0, 0, 0, time.UTC).Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}
