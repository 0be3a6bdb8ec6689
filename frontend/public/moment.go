package public

import (
	"strconv"
	"time"

	"returnsupport/frontend/locale"
)

var dayKeys = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
var monthKeys = [12]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// moment says when something will be as people say it: "today at 16:00",
// "Friday at 10:00", with the date from a week on.
func moment(w locale.Words, t time.Time) string {
	t = t.In(w.Zone)
	clock, long := t.Format("15:04"), w.Say("weekday.long."+dayKeys[t.Weekday()])
	switch days := daysBetween(w.Now, t); {
	case days == 0:
		return w.Say("moment.today", clock)
	case days == 1:
		return w.Say("moment.tomorrow", clock)
	case days > 0 && days < 7:
		return w.Say("moment.weekday", long, clock)
	}
	date := w.Say("when.day", strconv.Itoa(t.Day()), w.Say("month."+monthKeys[t.Month()-1]))
	return w.Say("moment.date", long, date, clock)
}

// until says when something ends that goes on now: the clock alone today.
func until(w locale.Words, t time.Time) string {
	if t = t.In(w.Zone); daysBetween(w.Now, t) == 0 {
		return t.Format("15:04")
	}
	return moment(w, t)
}

// daysBetween counts calendar days, so a night's change of clocks is one day.
func daysBetween(from, to time.Time) int {
	y, m, d := from.In(to.Location()).Date()
	y2, m2, d2 := to.Date()
	return int(time.Date(y2, m2, d2, 0, 0, 0, 0, time.UTC).Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
}
