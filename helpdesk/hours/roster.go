package hours

import (
	"slices"
	"sort"
	"time"

	"returnsupport/helpdesk"
)

// Roster says who stands at which line when. Ids alone: names are staff's.
type Roster struct {
	Shifts   []Shift
	Absences []Absence
}

// Shift puts somebody on a line: every week on Days between two dates, or, with
// no Days, on each date from From to To.
type Shift struct {
	Who      helpdesk.ID
	Line     string
	Days     Week
	At       []Interval
	From, To Date // both included; zero: no limit, with Days alone
}

// Absence takes somebody off all lines: on whole days, or between the hours of
// At on each of them.
type Absence struct {
	Who      helpdesk.ID
	From, To Date // both included
	At       []Interval
}

// Duty is one stretch somebody is rostered for.
type Duty struct {
	Who  helpdesk.ID
	Line string
	Span
}

func (s Shift) on(d Date) bool {
	if s.Days == 0 {
		return !s.From.Zero() && !s.To.Zero() && d.within(s.From, s.To)
	}
	return s.Days.Has(d.Weekday()) && d.within(s.From, s.To)
}

// wholeDay is what an absence without hours takes.
var wholeDay = []Interval{{0, 24 * 60}}

func (p Plan) away(who helpdesk.ID, zone *time.Location, in Span) []Span {
	var all []Span
	for _, a := range p.Roster.Absences {
		if a.Who != who {
			continue
		}
		at := a.At
		if len(at) == 0 {
			at = wholeDay
		}
		all = append(all, expand(zone, in, at, func(d Date) bool { return d.within(a.From, a.To) })...)
	}
	return union(all)
}

// expand lays intervals on every day of in that counts.
func expand(zone *time.Location, in Span, at []Interval, counts func(Date) bool) []Span {
	var all []Span
	last := DateOf(in.To.In(zone))
	for d := DateOf(in.From.In(zone)).Add(-1); !last.Before(d); d = d.Add(1) {
		if !counts(d) {
			continue
		}
		for _, i := range at {
			if s, ok := i.on(zone, d); ok {
				all = append(all, s)
			}
		}
	}
	return within(all, in)
}

// duties of one line, absences taken out, each person's own joined where they
// touch; in order of their start.
func (p Plan) duties(l Line, in Span) []Duty {
	zone := p.zone(l)
	spans := map[helpdesk.ID][]Span{}
	for _, s := range p.Roster.Shifts {
		if s.Line == l.Key {
			spans[s.Who] = append(spans[s.Who], expand(zone, in, s.At, s.on)...)
		}
	}
	var all []Duty
	for who, on := range spans {
		for _, s := range minus(union(on), p.away(who, zone, in)) {
			all = append(all, Duty{who, l.Key, s})
		}
	}
	sort.Slice(all, func(i, j int) bool {
		if !all[i].From.Equal(all[j].From) {
			return all[i].From.Before(all[j].From)
		}
		return all[i].Who < all[j].Who
	})
	return all
}

// Rostered lists who stands at a line at t, in order of their ids.
func (p Plan) Rostered(line string, t time.Time) []helpdesk.ID {
	l, ok := p.Line(line)
	if !ok {
		return nil
	}
	var who []helpdesk.ID
	for _, d := range p.duties(l, Span{t, t.Add(time.Nanosecond)}) {
		who = append(who, d.Who)
	}
	return ordered(who)
}

// ordered sorts ids and drops doubles.
func ordered(ids []helpdesk.ID) []helpdesk.ID {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Duties lists what is rostered between two instants, lines in the plan's
// order, leaving out what falls wholly outside a line's hours: nobody comes to
// work on a holiday because the weekly pattern says Thursday.
func (p Plan) Duties(from, to time.Time) []Duty {
	var all []Duty
	for _, l := range p.Lines {
		hours := p.hours(l, Span{from, to})
		for _, d := range p.duties(l, Span{from, to}) {
			if len(both(hours, []Span{d.Span})) > 0 {
				all = append(all, d)
			}
		}
	}
	return all
}
