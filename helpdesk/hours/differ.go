package hours

import (
	"slices"
	"time"
)

// Difference is one promise that changes with a plan: of a line where people
// talk, when it is open with as many rostered as must be there; of a line that
// answers, until when what is asked on a day will be answered.
type Difference struct {
	Line string
	Date Date
	// Was and Is are the open times that begin on Date; empty where nobody
	// promises any.
	Was, Is []Span
	// Asked is the hour of Date whose answer moves most, Before and After until
	// when it is promised; zero where nobody promises one. Asked is zero when
	// Was and Is differ.
	Asked, Before, After time.Time
}

// Broken tells whether somebody who relies on the old promise is let down.
func (d Difference) Broken() bool {
	if d.Asked.IsZero() {
		return len(minus(slices.Clone(d.Was), d.Is)) > 0
	}
	return !d.Before.IsZero() && (d.After.IsZero() || d.Before.Before(d.After))
}

// Differ lists what changes between two plans on some days from a date on:
// lines in the first plan's order, then those only the second has, then dates.
func Differ(before, after Plan, from Date, days int) []Difference {
	var all []Difference
	lines := slices.Clone(before.Lines)
	for _, l := range after.Lines {
		if _, there := before.Line(l.Key); !there {
			lines = append(lines, l)
		}
	}
	for _, l := range lines {
		for d := from; d != from.Add(days); d = d.Add(1) {
			if was, is := before.kept(l.Key, d), after.kept(l.Key, d); !slices.EqualFunc(was, is, Span.equal) {
				all = append(all, Difference{Line: l.Key, Date: d, Was: was, Is: is})
			}
			if c, ok := moved(before, after, l.Key, d); ok {
				all = append(all, c)
			}
		}
	}
	return all
}

func (s Span) equal(o Span) bool { return s.From.Equal(o.From) && s.To.Equal(o.To) }

// kept is when a line that begins on a date is open with as many rostered as
// must be there. Mail keeps its promise by answering.
func (p Plan) kept(line string, d Date) []Span {
	l, ok := p.Line(line)
	if !ok || l.Channel == Mail {
		return nil
	}
	zone := p.zone(l)
	var on []Span
	for _, i := range p.day(l, d).at {
		if s, ok := i.on(zone, d); ok {
			on = append(on, s)
		}
	}
	var all []Span
	for _, s := range minus(union(on), p.closures(line)) {
		duties := p.duties(l, s)
		var edges []time.Time
		for _, duty := range duties {
			edges = append(edges, duty.From, duty.To)
		}
		slices.SortFunc(edges, time.Time.Compare)
		for _, piece := range pieces(s, edges) {
			if len(who(duties, piece)) >= p.needed(l, piece.From) {
				all = append(all, Span{piece.From.In(zone), piece.To.In(zone)})
			}
		}
	}
	return union(all)
}

// moved finds the hour of a day whose promised answer moves most.
func moved(before, after Plan, line string, d Date) (Difference, bool) {
	had, _ := before.Line(line)
	has, _ := after.Line(line)
	if had.Answer <= 0 && has.Answer <= 0 {
		return Difference{}, false
	}
	zone := after.Zone(line)
	var worst Difference
	var most time.Duration
	end := d.Add(1).midnight(zone)
	for asked := d.midnight(zone); asked.Before(end); asked = asked.Add(time.Hour) {
		was, kept := before.Promise(line, asked)
		is, keeps := after.Promise(line, asked)
		by := is.Sub(was).Abs()
		if kept != keeps {
			by = 1<<63 - 1
		}
		if by > most {
			most, worst = by, Difference{Line: line, Date: d, Asked: asked, Before: was, After: is}
		}
	}
	return worst, most > 0
}

// midnight is the first instant of a day in a zone.
func (d Date) midnight(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}
