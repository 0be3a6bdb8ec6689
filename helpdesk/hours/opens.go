package hours

import (
	"slices"
	"time"
)

// Opens is when a line opens next, from an instant on, with as many rostered as
// must be there for it to show as open: the opening a page may name. ok is
// false when the roster keeps none within 60 days; the page then says that it
// does not know.
func (p Plan) Opens(line string, from time.Time) (at time.Time, ok bool) {
	l, found := p.Line(line)
	if !found {
		return time.Time{}, false
	}
	for _, days := range []int{14, 60} {
		in := Span{from, from.AddDate(0, 0, days)}
		for _, t := range p.changes(l, in) {
			if len(p.Rostered(line, t)) >= p.needed(l, t) {
				return t.In(p.zone(l)), true
			}
		}
	}
	return time.Time{}, false
}

// changes are the instants in open time at which more may be rostered than
// before, in order.
func (p Plan) changes(l Line, in Span) []time.Time {
	var all []time.Time
	duties := p.duties(l, in)
	for _, s := range p.open(l, in) {
		all = append(all, s.From)
		for _, d := range duties {
			if s.Has(d.From) {
				all = append(all, d.From)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}
