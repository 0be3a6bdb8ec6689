package referrals

import "time"

// Time in which a recipient answers, by priority, counted on their working days
// alone.
var answerIn = map[Priority]time.Duration{
	Emergency: 24 * time.Hour,
	Urgent:    72 * time.Hour,
	Normal:    14 * 24 * time.Hour,
}

// Weekends that are not Saturday and Sunday, by country (ISO 3166-1); those of
// the countries people return to from here. Public holidays abroad are not known
// and count as working days: better a reminder too early than none.
var weekends = map[string][]time.Weekday{
	"AF": {time.Thursday, time.Friday},
	"BD": {time.Friday, time.Saturday},
	"DJ": {time.Friday},
	"DZ": {time.Friday, time.Saturday},
	"EG": {time.Friday, time.Saturday},
	"IQ": {time.Friday, time.Saturday},
	"IR": {time.Friday},
	"JO": {time.Friday, time.Saturday},
	"KW": {time.Friday, time.Saturday},
	"LY": {time.Friday, time.Saturday},
	"PS": {time.Friday, time.Saturday},
	"SD": {time.Friday, time.Saturday},
	"SO": {time.Friday},
	"SY": {time.Friday, time.Saturday},
	"YE": {time.Friday, time.Saturday},
}

// Workday tells whether people in a country work on a day, by the week alone.
func Workday(country string, day time.Weekday) bool {
	free, known := weekends[country]
	if !known {
		return day != time.Saturday && day != time.Sunday
	}
	for _, f := range free {
		if f == day {
			return false
		}
	}
	return true
}

// AnswerDue is when an answer is due that was asked for at an instant: so much
// time later as the priority gives, in which only the hours of the recipient's
// working days count. zone is where their days begin and end; closed tells of
// their public holidays.
func AnswerDue(p Priority, asked time.Time, country string, zone *time.Location, closed func(day time.Time) bool) time.Time {
	left, at := answerIn[p], asked.In(zone)
	for range 400 { // a year, whatever the calendar says
		next := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, zone)
		if Workday(country, at.Weekday()) && !closed(at) {
			day := next.Sub(at)
			if left <= day {
				return at.Add(left).UTC()
			}
			left -= day
		}
		at = next
	}
	return at.UTC()
}
