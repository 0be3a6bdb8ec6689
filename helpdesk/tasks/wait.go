package tasks

import (
	"slices"
	"time"

	"returnsupport/helpdesk/hours"
)

// Wait is how long somebody has waited for an answer, in the open hours that
// count for their audience.
type Wait struct {
	Line  string // whose hours count; "" where the house promises nothing
	Open  time.Duration
	Due   time.Time // when the promise is broken; zero without one
	Alarm time.Time // from when on the desk is told
}

// Alarming: it is time to answer before the promise is broken.
func (w Wait) Alarming(now time.Time) bool { return !w.Alarm.IsZero() && !now.Before(w.Alarm) }

// Late: the promise is broken, and the answer says so first.
func (w Wait) Late(now time.Time) bool { return !w.Due.IsZero() && !now.Before(w.Due) }

// WaitOf measures a wait since an instant. percent is how much of the promised
// open time may pass before the alarm.
func WaitOf(plan hours.Plan, a hours.Audience, since, now time.Time, percent int) Wait {
	line, ok := plan.AnswerLine(a)
	if !ok {
		return Wait{}
	}
	w := Wait{Line: line.Key}
	for _, s := range plan.Open(line.Key, since, now) {
		w.Open += s.To.Sub(s.From)
	}
	if due, ok := plan.Due(line.Key, since); ok {
		w.Due = due
		w.Alarm, _ = sooner(plan, percent).Due(line.Key, since)
	}
	return w
}

// sooner is a plan whose lines answer after a part of their time. The plan is
// shared, so its lines are copied.
func sooner(plan hours.Plan, percent int) hours.Plan {
	plan.Lines = slices.Clone(plan.Lines)
	for i := range plan.Lines {
		plan.Lines[i].Answer = plan.Lines[i].Answer * time.Duration(percent) / 100
	}
	return plan
}

// alarms are the plans' answer lines as the watch sees them. It does not know
// the audience of a ticket, which is sealed, and takes the earliest alarm of
// all: too early for some, too late for nobody.
type alarms struct {
	plan  hours.Plan
	lines []string
	least time.Duration // no alarm comes sooner after the question
}

func alarmsOf(plan hours.Plan, percent int) alarms {
	a := alarms{plan: sooner(plan, percent)}
	for _, audience := range []hours.Audience{hours.Everyone, hours.Detained, hours.Child, hours.Partner} {
		l, ok := a.plan.AnswerLine(audience)
		if !ok || l.Answer <= 0 || slices.Contains(a.lines, l.Key) {
			continue
		}
		a.lines = append(a.lines, l.Key)
		if a.least == 0 || l.Answer < a.least {
			a.least = l.Answer
		}
	}
	return a
}

// due tells whether one of the alarms for a question has come.
func (a alarms) due(since, now time.Time) bool {
	for _, l := range a.lines {
		if at, ok := a.plan.Due(l, since); ok && !now.Before(at) {
			return true
		}
	}
	return false
}
