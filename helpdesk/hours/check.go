package hours

import (
	"slices"
	"sort"
	"time"

	"returnsupport/helpdesk"
)

// The kinds of Gap.
const (
	GapFew     = "few"     // open with fewer rostered than needed
	GapAlone   = "alone"   // one person alone in the house in late hours
	GapPromise = "promise" // what is asked From..To is promised by Due, and nobody is rostered till then
	GapNoLine  = "no_line" // the roster, an exception or a closure names a line the plan does not have
)

// Gap is one thing the roster cannot keep.
type Gap struct {
	Kind       string
	Line       string
	From, To   time.Time
	Have, Need int
	Who        []helpdesk.ID // those who are rostered, in order
	Due        time.Time     // GapPromise: when the last question of the gap is due
}

// Check holds what the pages show and promise between two instants against the
// roster, lines in the plan's order, then time's.
func Check(p Plan, from, to time.Time) []Gap {
	var gaps []Gap
	in := Span{from, to}
	everybody := map[string][]Duty{}
	for _, l := range p.Lines {
		everybody[l.Key] = p.duties(l, in)
	}
	for _, l := range p.Lines {
		gaps = append(gaps, p.short(l, in, everybody)...)
		gaps = append(gaps, p.unkept(l, in)...)
	}
	for _, key := range p.strangers() {
		gaps = append(gaps, Gap{Kind: GapNoLine, Line: key, From: from, To: to})
	}
	return gaps
}

// short cuts the line's open time wherever a duty or the late hours begin or
// end, and looks at each piece.
func (p Plan) short(l Line, in Span, everybody map[string][]Duty) []Gap {
	var gaps []Gap
	add := func(g Gap) {
		for i := len(gaps) - 1; i >= 0; i-- {
			if o := gaps[i]; o.Kind == g.Kind {
				if o.To.Equal(g.From) && o.Need == g.Need && slices.Equal(o.Who, g.Who) {
					gaps[i].To = g.To
					return
				}
				break
			}
		}
		gaps = append(gaps, g)
	}
	zone := p.zone(l)
	for _, s := range p.open(l, in) {
		for _, piece := range pieces(s, p.edges(l, s, everybody)) {
			on := who(everybody[l.Key], piece)
			need := p.staffed(l, piece.From)
			g := Gap{Line: l.Key, From: piece.From.In(zone), To: piece.To.In(zone), Have: len(on), Need: need, Who: on}
			if len(on) < need {
				g.Kind = GapFew
				add(g)
			}
			if len(on) == 1 && p.late(zone, piece.From) && p.alone(everybody, piece) {
				g.Kind, g.Need = GapAlone, 2
				add(g)
			}
		}
	}
	return gaps
}

func (p Plan) edges(l Line, s Span, everybody map[string][]Duty) []time.Time {
	var edges []time.Time
	for _, duties := range everybody {
		for _, d := range duties {
			edges = append(edges, d.From, d.To)
		}
	}
	if p.Late != (Interval{}) {
		for _, x := range expand(p.zone(l), s, []Interval{p.Late}, func(Date) bool { return true }) {
			edges = append(edges, x.From, x.To)
		}
	}
	sort.Slice(edges, func(i, j int) bool { return edges[i].Before(edges[j]) })
	return edges
}

// pieces cuts a span at edges, which are in order.
func pieces(s Span, edges []time.Time) []Span {
	var all []Span
	for _, e := range edges {
		if e.After(s.From) && e.Before(s.To) {
			all = append(all, Span{s.From, e})
			s.From = e
		}
	}
	return append(all, s)
}

// who is on duty all through a piece, once each, in order.
func who(duties []Duty, piece Span) []helpdesk.ID {
	var ids []helpdesk.ID
	for _, d := range duties {
		if d.Has(piece.From) && !d.To.Before(piece.To) {
			ids = append(ids, d.Who)
		}
	}
	return ordered(ids)
}

// alone tells whether all lines together have one person on duty.
func (p Plan) alone(everybody map[string][]Duty, piece Span) bool {
	var ids []helpdesk.ID
	for _, duties := range everybody {
		ids = append(ids, who(duties, piece)...)
	}
	return len(ordered(ids)) == 1
}

// unkept finds the questions whose answer nobody is rostered to write before
// it is due. Due never moves back as time goes on, so in each stretch without
// anybody they are those asked from its beginning up to the last one that is
// due before its end.
func (p Plan) unkept(l Line, in Span) []Gap {
	if l.Answer <= 0 {
		return nil
	}
	last, ok := p.Due(l.Key, in.To)
	if !ok {
		last = in.To.AddDate(0, 0, horizon)
	}
	whole := Span{in.From, last}
	nobody := minus([]Span{whole}, p.covered(l, whole))
	zone := p.zone(l)
	var gaps []Gap
	for _, hole := range nobody {
		asked, ok := p.askedBy(l, hole)
		if !ok || asked.Before(hole.From) || !hole.From.Before(in.To) {
			continue
		}
		if in.To.Before(asked) {
			asked = in.To
		}
		due, _ := p.Due(l.Key, asked)
		gaps = append(gaps, Gap{Kind: GapPromise, Line: l.Key, From: hole.From.In(zone), To: asked.In(zone), Need: 1, Due: due})
	}
	return gaps
}

// askedBy is the last instant in a hole at which a question is due no later
// than the hole's end: the line's Answer counted backwards in open time.
func (p Plan) askedBy(l Line, hole Span) (time.Time, bool) {
	open := p.open(l, hole)
	left := l.Answer
	for i := len(open) - 1; i >= 0; i-- {
		length := open[i].To.Sub(open[i].From)
		if left <= length {
			return open[i].To.Add(-left), true
		}
		left -= length
	}
	return time.Time{}, false
}

// strangers are the keys of lines that are named and do not exist.
func (p Plan) strangers() []string {
	named := map[string]bool{}
	for _, s := range p.Roster.Shifts {
		named[s.Line] = true
	}
	for _, e := range p.Exceptions {
		named[e.Line] = true
	}
	for _, c := range p.Closures {
		named[c.Line] = true
	}
	delete(named, "")
	for _, l := range p.Lines {
		delete(named, l.Key)
	}
	keys := make([]string, 0, len(named))
	for k := range named {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
