package grants

import (
	"time"

	"returnsupport/helpdesk"
)

// Defaults of the time limits.
const (
	AnswerDays = 30 // a question nobody answers lapses
	AgainDays  = 14 // we do not ask again before
	RefusedMax = 2  // after so many refusals we never ask again
)

// moves is the table of states: from, to.
var moves = map[State][]State{
	Unknown:   {Requested},
	Requested: {Given, Refused, Deferred, Expired},
	Given:     {Renewed, Withdrawn, Expired, Revoked, Invalidated},
	Renewed:   {Renewed, Withdrawn, Expired, Revoked, Invalidated},
	Refused:   {Requested},
	Deferred:  {Requested},
	Withdrawn: {Requested},
	Expired:   {Requested},
}

// Next moves a consent along the table; helpdesk.ErrConflict for a step that is
// not in it. Whether the person may be asked again is MayAsk's to say.
func Next(from, to State) (State, error) {
	for _, s := range moves[from] {
		if s == to {
			return to, nil
		}
	}
	return from, helpdesk.ErrConflict
}

// Last is the last state written down up to an instant.
func Last(events []Event, t time.Time) State {
	s := Unknown
	for _, e := range events {
		if !e.View && !e.At.After(t) {
			s = e.State
		}
	}
	return s
}

// Now is where a consent stands at an instant: what was written down, and what
// time has made of it since.
func Now(events []Event, t time.Time) State {
	var last Event
	for _, e := range events {
		if !e.View && !e.At.After(t) {
			last = e
		}
	}
	switch last.State {
	case Given, Renewed:
		if !t.Before(last.Until) {
			return Expired
		}
	case Requested:
		if !t.Before(last.At.AddDate(0, 0, AnswerDays)) {
			return Expired
		}
	}
	return last.State
}

// Void tells when a purpose or a notice was declared void; zero for never.
type Void struct{ Purpose, Notice time.Time }

func (v Void) by(t time.Time) bool {
	return !v.Purpose.IsZero() && !t.Before(v.Purpose) || !v.Notice.IsZero() && !t.Before(v.Notice)
}

// Valid tells whether a consent holds at an instant: the last event up to then
// is given or renewed, its time is not over, purpose and notice are not void,
// and for a child under 13 somebody spoke for it and it said its own view.
func Valid(events []Event, age Age, void Void, t time.Time) bool {
	if s := Now(events, t); s != Given && s != Renewed || void.by(t) {
		return false
	}
	return age != Under13 || guarded(events, t)
}

// guarded looks at the last question alone: who spoke for the child, and what
// the child said of it.
func guarded(events []Event, t time.Time) bool {
	var spoken, view bool
	for _, e := range events {
		switch {
		case e.At.After(t):
		case e.View:
			view = e.State == Given
		case e.State == Requested:
			spoken, view = false, false
		case e.State == Given || e.State == Renewed:
			r := Role(e.Outcome)
			spoken = r == Guardian || r == Representative || r == Conflict
		}
	}
	return spoken && view
}

// MayAsk tells whether we may ask on our own, and from when on (zero: never).
// events are those of all times this was asked. A person who starts it
// themselves may always be asked.
func MayAsk(events []Event, t time.Time) (bool, time.Time) {
	refused := 0
	var last Event
	for _, e := range events {
		if e.View || e.At.After(t) {
			continue
		}
		if e.State == Refused {
			refused++
		}
		last = e
	}
	if refused >= RefusedMax {
		return false, time.Time{}
	}
	var since time.Time
	switch last.State {
	case Refused, Deferred, Withdrawn, Expired:
		since = last.At
		if last.State == Expired && last.Outcome != OutcomeTime {
			return true, t // it was used, or what it was for is over: nobody was pressed
		}
	case Given, Renewed:
		if t.Before(last.Until) {
			return true, t
		}
		since = last.Until
	case Requested:
		lapsed := last.At.AddDate(0, 0, AnswerDays)
		if t.Before(lapsed) {
			return false, lapsed.AddDate(0, 0, AgainDays)
		}
		since = lapsed
	default:
		return true, t
	}
	from := since.AddDate(0, 0, AgainDays)
	return !t.Before(from), from
}
