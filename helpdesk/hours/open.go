package hours

import "time"

// horizon is how far ahead a next opening or a due instant is looked for.
const horizon = 400

// day is what one date holds for a line.
type day struct {
	at      []Interval
	holiday string     // the key of the holiday that closes it
	except  *Exception // what replaces the weekly hours
}

func (p Plan) day(l Line, d Date) day {
	if e := p.exception(l.Key, d); e != nil {
		return day{at: e.At, except: e}
	}
	if !l.Holidays {
		if key := p.Holiday(d); key != "" {
			return day{holiday: key}
		}
	}
	return day{at: l.weekly(d)}
}

func (p Plan) exception(line string, d Date) *Exception {
	var found *Exception
	for i := range p.Exceptions {
		e := &p.Exceptions[i]
		if !d.within(e.From, e.To) {
			continue
		}
		if e.Line == line {
			return e
		}
		if e.Line == "" && found == nil {
			found = e
		}
	}
	return found
}

func (l Line) weekly(d Date) []Interval {
	var all []Interval
	for _, r := range l.Rules {
		if r.Days.Has(d.Weekday()) && d.within(r.From, r.To) {
			all = append(all, r.At...)
		}
	}
	return all
}

// hours are the line's hours between two instants, joined where they touch,
// without a look at capacity.
func (p Plan) hours(l Line, in Span) []Span {
	zone := p.zone(l)
	var all []Span
	// The day before may reach past midnight into the first.
	last := DateOf(in.To.In(zone))
	for d := DateOf(in.From.In(zone)).Add(-1); !last.Before(d); d = d.Add(1) {
		for _, i := range p.day(l, d).at {
			if s, ok := i.on(zone, d); ok {
				all = append(all, s)
			}
		}
	}
	return within(union(all), in)
}

func (p Plan) closures(line string) []Span {
	var all []Span
	for _, c := range p.Closures {
		if c.Line == line {
			all = append(all, Span{c.From, c.Until})
		}
	}
	return union(all)
}

// Open lists when a line is open between two instants: its hours, without
// what is closed for capacity. Spans that touch are one.
func (p Plan) Open(line string, from, to time.Time) []Span {
	l, ok := p.Line(line)
	if !ok {
		return nil
	}
	return p.open(l, Span{from, to})
}

func (p Plan) open(l Line, in Span) []Span {
	return minus(p.hours(l, in), p.closures(l.Key))
}

// stretch finds the first open span at or after t, whole at its end, as far
// as the horizon reaches. It looks a day ahead, then twice as far each time:
// most answers lie near, a line closed all summer does not.
func (p Plan) stretch(l Line, t time.Time) (Span, bool) {
	var found Span
	from := t
	for days := 1; from.Before(t.AddDate(0, 0, horizon)); days *= 2 {
		to := t.AddDate(0, 0, min(2*days-1, horizon))
		for _, s := range p.open(l, Span{from, to}) {
			switch {
			case found.empty():
				found = s
			case found.To.Equal(s.From):
				found.To = s.To
			default:
				return found, true
			}
		}
		if !found.empty() && found.To.Before(to) {
			return found, true
		}
		from = to
	}
	return found, !found.empty()
}

// LateAt tells whether t lies in the hours in which nobody works alone, as the
// clocks of a line's site show them; line "" means the house's own.
func (p Plan) LateAt(line string, t time.Time) bool { return p.late(p.Zone(line), t) }

// late tells whether t lies in the house's late hours in a zone.
func (p Plan) late(zone *time.Location, t time.Time) bool {
	if p.Late == (Interval{}) {
		return false
	}
	today := DateOf(t.In(zone))
	for _, d := range []Date{today.Add(-1), today} {
		if s, ok := p.Late.on(zone, d); ok && s.Has(t) {
			return true
		}
	}
	return false
}
