package tasks

import (
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

// ParseDay reads 2026-03-02. Refusal "date.day".
func ParseDay(s string) (hours.Date, error) {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return hours.Date{}, helpdesk.Refuse("date.day")
	}
	return hours.DateOf(at), nil
}

// midnight is the day as it stands in plain: its midnight in UTC, whatever the
// clocks of the house do on it.
func midnight(d hours.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// Days counts the days from one to another; less than nothing backwards. A day
// on which the clocks change counts like any other.
func Days(from, to hours.Date) int {
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}

// Next is the day meant by "by Thursday": the first such day after today.
func Next(today hours.Date, w time.Weekday) hours.Date {
	return today.Add((int(w)-int(today.Weekday())+6)%7 + 1)
}

// TurnsAdult is the day somebody born on a day turns 18. Who was born on 29
// February does so, for us, on the 28th of a common year: the earlier of the
// days that are held to be theirs, because what ends with it must be done by
// then.
func TurnsAdult(born hours.Date) hours.Date {
	on := hours.Date{Year: born.Year + 18, Month: born.Month, Day: born.Day}
	if t := midnight(on); t.Month() != on.Month {
		return hours.DateOf(t.AddDate(0, 0, -1))
	}
	return on
}
