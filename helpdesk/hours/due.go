package hours

import "time"

// Due is when a question asked at an instant must be answered: after the
// line's Answer, counted in its open time alone. ok is false when the line
// promises nothing or is not open long enough within 400 days.
func (p Plan) Due(line string, asked time.Time) (due time.Time, ok bool) {
	l, found := p.Line(line)
	if !found || l.Answer <= 0 {
		return time.Time{}, false
	}
	return p.count(l, asked, p.open)
}

// Promise is Due counted only in open time for which somebody is rostered: the
// instant a page may name. ok is false when the roster can keep none; the page
// then says that it does not know.
func (p Plan) Promise(line string, asked time.Time) (due time.Time, ok bool) {
	l, found := p.Line(line)
	if !found || l.Answer <= 0 {
		return time.Time{}, false
	}
	return p.count(l, asked, p.covered)
}

func (p Plan) count(l Line, asked time.Time, open func(Line, Span) []Span) (time.Time, bool) {
	left := l.Answer
	from := asked
	for _, days := range []int{14, 60, horizon} {
		to := asked.AddDate(0, 0, days)
		for _, s := range open(l, Span{from, to}) {
			length := s.To.Sub(s.From)
			if left <= length {
				return s.From.Add(left).In(p.zone(l)), true
			}
			left -= length
		}
		from = to
	}
	return time.Time{}, false
}

// covered is the open time for which at least one is rostered.
func (p Plan) covered(l Line, in Span) []Span {
	var all []Span
	for _, d := range p.duties(l, in) {
		all = append(all, d.Span)
	}
	return both(p.open(l, in), union(all))
}
