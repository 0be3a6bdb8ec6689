package hours

import (
	"slices"
	"time"

	"returnsupport/helpdesk"
)

// State is how a line stands.
type State string

// The states. Capacity and Few happen within a line's hours only.
const (
	Open     State = "open"
	Closed   State = "closed"
	Capacity State = "capacity" // closed because it can't take more
	Few      State = "few"      // too few counsellors are present to show it as open
)

// Status answers for one line, or for the best of several.
type Status struct {
	State State
	Line  string
	Until time.Time // Open and Few: when its hours end; zero when not within 400 days. Capacity: when the closure ends. Else zero
	Next  time.Time // when it opens next; zero when Open, and when not within 400 days. Few: after Until
	Why   Fact      // why it is not open; empty when Open
}

// Say is the status as one fact: hours.open (until), hours.open_always,
// hours.closed (next),
// hours.closed_long, hours.capacity (until, next), hours.few (until, next).
func (s Status) Say() Fact {
	switch {
	case s.State == Open && s.Until.IsZero():
		return Fact{"hours.open_always", nil}
	case s.State == Open:
		return Fact{"hours.open", []any{s.Until}}
	case s.State == Few:
		return Fact{"hours.few", []any{s.Until, s.Next}}
	case s.State == Capacity:
		return Fact{"hours.capacity", []any{s.Until, s.Next}}
	case s.Next.IsZero():
		return Fact{"hours.closed_long", nil}
	}
	return Fact{"hours.closed", []any{s.Next}}
}

// At tells how a line stands at t while the counsellors of here are present;
// only those rostered on the line at t count. Instants come in the line's zone.
//
// Why is hours.why.outside, hours.why.holiday (key of the day),
// hours.why.exception (reason), hours.why.capacity (reason, until),
// hours.why.few (present, needed) or hours.why.no_line.
func (p Plan) At(line string, t time.Time, here []helpdesk.ID) Status {
	l, ok := p.Line(line)
	if !ok {
		return Status{State: Closed, Line: line, Why: Fact{"hours.why.no_line", []any{line}}}
	}
	zone := p.zone(l)
	t = t.In(zone)
	s := Status{Line: line}
	now := p.now(l, t)
	switch closure, closed := p.closure(line, t); {
	case now.empty():
		s.State, s.Why = Closed, p.why(l, t)
	case closed:
		s.State, s.Until = Capacity, closure.Until.In(zone)
		s.Why = Fact{"hours.why.capacity", []any{closure.Reason, s.Until}}
	default:
		s.State, s.Until = Open, p.openUntil(l, t)
		if have, need := p.present(line, t, here), p.needed(l, t); have < need {
			s.State, s.Why = Few, Fact{"hours.why.few", []any{have, need}}
		}
	}
	if s.State == Open {
		return s
	}
	after := t
	if s.State == Few {
		if after = s.Until; after.IsZero() {
			return s
		}
	}
	if next, ok := p.stretch(l, after); ok {
		s.Next = next.From.In(zone)
	}
	return s
}

// now is the stretch of the line's hours around t, empty outside.
func (p Plan) now(l Line, t time.Time) Span {
	for _, s := range p.hours(l, Span{t, t.AddDate(0, 0, 1)}) {
		if s.Has(t) {
			return s
		}
	}
	return Span{}
}

func (p Plan) openUntil(l Line, t time.Time) time.Time {
	s, _ := p.stretch(l, t)
	if !s.To.Before(t.AddDate(0, 0, horizon)) {
		return time.Time{}
	}
	return s.To.In(p.zone(l))
}

// closure is the one that holds at t, its end stretched over those that join it.
func (p Plan) closure(line string, t time.Time) (Closure, bool) {
	for _, c := range p.Closures {
		if c.Line != line || !(Span{c.From, c.Until}).Has(t) {
			continue
		}
		for _, s := range p.closures(line) {
			if s.Has(t) {
				c.From, c.Until = s.From, s.To
			}
		}
		return c, true
	}
	return Closure{}, false
}

// why a line is closed at t, outside its hours.
func (p Plan) why(l Line, t time.Time) Fact {
	switch d := p.day(l, DateOf(t)); {
	case d.holiday != "":
		return Fact{"hours.why.holiday", []any{d.holiday}}
	case d.except != nil:
		return Fact{"hours.why.exception", []any{d.except.Reason}}
	}
	return Fact{"hours.why.outside", nil}
}

// Door answers for all lines of a channel that an audience may use: the one
// open longest; else the one that is nearest to it (short of counsellors,
// closed for capacity, opening first). Line is "" when there is none.
func (p Plan) Door(c Channel, a Audience, t time.Time, here []helpdesk.ID) Status {
	best := Status{State: Closed, Why: Fact{"hours.why.no_line", []any{string(c)}}}
	for _, key := range p.For(c, a) {
		if s := p.At(key, t, here); best.Line == "" || s.beats(best) {
			next := best.Next
			best = s
			if s.State != Open {
				best.Next = sooner(next, s.Next)
			}
		} else if best.State != Open {
			best.Next = sooner(best.Next, s.Next)
		}
	}
	return best
}

var nearness = []State{Open, Few, Capacity, Closed}

func (s Status) beats(o Status) bool {
	if a, b := slices.Index(nearness, s.State), slices.Index(nearness, o.State); a != b {
		return a < b
	}
	switch s.State {
	case Open:
		return s.Until.IsZero() && !o.Until.IsZero() || !o.Until.IsZero() && s.Until.After(o.Until)
	case Closed:
		return o.Next.IsZero() && !s.Next.IsZero() || !s.Next.IsZero() && s.Next.Before(o.Next)
	}
	return false
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
