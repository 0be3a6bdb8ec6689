package hours

import "time"

// Preview is one line on one day as the coordinator looks it over.
type Preview struct {
	Date    Date
	Line    string
	Holiday string     // key of the holiday or eve of that day, also where the line stays open
	Except  *Exception // what replaces the weekly hours
	Hours   []Span     // what begins on the day, in the line's zone
	Closed  []Span     // the parts of Hours that are closed for capacity
	Duties  []Duty     // who is rostered within Hours
	Gaps    []Gap      // what the roster lacks in them
}

// Fortnight previews two weeks.
const Fortnight = 14

// Preview lists every line on each of some days from a date on.
func (p Plan) Preview(from Date, days int) []Preview {
	var all []Preview
	for d := from; d != from.Add(days); d = d.Add(1) {
		for _, l := range p.Lines {
			all = append(all, p.preview(l, d))
		}
	}
	return all
}

func (p Plan) preview(l Line, d Date) Preview {
	zone := p.zone(l)
	on := p.day(l, d)
	v := Preview{Date: d, Line: l.Key, Holiday: p.Holiday(d), Except: on.except}
	for _, i := range on.at {
		if s, ok := i.on(zone, d); ok {
			v.Hours = append(v.Hours, s)
		}
	}
	v.Hours = union(v.Hours)
	if len(v.Hours) == 0 {
		return v
	}
	whole := Span{v.Hours[0].From, v.Hours[len(v.Hours)-1].To}
	v.Closed = both(v.Hours, p.closures(l.Key))
	for _, duty := range p.duties(l, whole) {
		if len(both(v.Hours, []Span{duty.Span})) > 0 {
			v.Duties = append(v.Duties, duty)
		}
	}
	everybody := map[string][]Duty{}
	for _, other := range p.Lines {
		everybody[other.Key] = p.duties(other, whole)
	}
	for _, g := range p.short(l, whole, everybody) {
		if len(both(v.Hours, []Span{{g.From, g.To}})) > 0 {
			v.Gaps = append(v.Gaps, g)
		}
	}
	return v
}

// Week lists what is open on a line on seven days, the first being the one from
// falls on: the hours that begin on each, without what capacity closes.
func (p Plan) Week(line string, from time.Time) [7][]Span {
	var week [7][]Span
	l, ok := p.Line(line)
	if !ok {
		return week
	}
	d := DateOf(from.In(p.zone(l)))
	for i := range week {
		v := p.preview(l, d.Add(i))
		week[i] = minus(v.Hours, v.Closed)
	}
	return week
}
