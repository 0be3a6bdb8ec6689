package tasks

import "returnsupport/helpdesk/tickets"

// Step is how near a day is, as it escalates.
type Step string

// The steps.
const (
	StepOverdue  Step = "overdue"
	StepToday    Step = "today"
	StepTomorrow Step = "tomorrow" // one day
	StepThree    Step = "three"    // three days or two
	StepWeek     Step = "week"     // seven days to four
	StepLater    Step = "later"
)

// StepOf is the step of a date so many days away.
func StepOf(days int) Step {
	switch {
	case days < 0:
		return StepOverdue
	case days == 0:
		return StepToday
	case days <= 1:
		return StepTomorrow
	case days <= 3:
		return StepThree
	case days <= 7:
		return StepWeek
	}
	return StepLater
}

// Alarming steps are those that a page shows at first sight.
func (s Step) Alarming() bool { return s != StepLater && s != StepWeek }

// What is lost by missing a date, the gravest first. The kinds of one row weigh
// the same; the day decides.
const (
	lossRight   = iota // for ever
	lossFreedom        // or a journey, or protection
	lossTrust
	lossOrder
)

func loss(k tickets.DateKind) int {
	switch k {
	case tickets.DateAppeal:
		return lossRight
	case tickets.DateLeaveBy, tickets.DateReporting, tickets.DateTravel, tickets.DateAdult:
		return lossFreedom
	case tickets.DatePromise, tickets.DateTalk, tickets.DateNotes, tickets.DateCorrect, tickets.DateRestrict:
		return lossTrust
	}
	return lossOrder
}

// Rank orders dates by what is lost if they are missed, the smallest first: an
// appeal before everything, however far its day; then what ends within a day,
// within three, within seven and later, and of what is equally near the graver
// loss.
func Rank(k tickets.DateKind, days int) int {
	if loss(k) == lossRight {
		return 0
	}
	return rank(loss(k), days)
}

func rank(loss, days int) int {
	near := 3
	switch StepOf(days) {
	case StepOverdue, StepToday, StepTomorrow:
		near = 0
	case StepThree:
		near = 1
	case StepWeek:
		near = 2
	}
	return 1 + near*4 + loss
}

// Why says what is lost if a date is missed.
func Why(k tickets.DateKind) Fact { return Fact{Key: "task.why." + string(k)} }

// When says how near a day is: task.when.overdue (days since), .today, .tomorrow
// or .days (days left).
func When(days int) Fact {
	switch {
	case days < 0:
		return Fact{"task.when.overdue", []any{-days}}
	case days == 0:
		return Fact{Key: "task.when.today"}
	case days == 1:
		return Fact{Key: "task.when.tomorrow"}
	}
	return Fact{"task.when.days", []any{days}}
}
