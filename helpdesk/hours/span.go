package hours

import (
	"sort"
	"time"
)

// Span is a stretch of time: From included, To not.
type Span struct {
	From, To time.Time
}

// Has tells whether t lies in the span.
func (s Span) Has(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

func (s Span) empty() bool { return !s.From.Before(s.To) }

// cut is the part of s inside o.
func (s Span) cut(o Span) Span {
	if s.From.Before(o.From) {
		s.From = o.From
	}
	if o.To.Before(s.To) {
		s.To = o.To
	}
	return s
}

// union sorts spans and joins those that touch.
func union(all []Span) []Span {
	sort.Slice(all, func(i, j int) bool { return all[i].From.Before(all[j].From) })
	var out []Span
	for _, s := range all {
		if s.empty() {
			continue
		}
		if n := len(out); n > 0 && !out[n-1].To.Before(s.From) {
			if out[n-1].To.Before(s.To) {
				out[n-1].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// minus takes the spans of b out of a; both are unions.
func minus(a, b []Span) []Span {
	var out []Span
	for _, s := range a {
		for _, x := range b {
			if !x.From.Before(s.To) || !s.From.Before(x.To) {
				continue
			}
			if s.From.Before(x.From) {
				out = append(out, Span{s.From, x.From})
			}
			s.From = x.To
			if s.empty() {
				break
			}
		}
		if !s.empty() {
			out = append(out, s)
		}
	}
	return out
}

// both is what lies in a and in b; both are unions.
func both(a, b []Span) []Span {
	var out []Span
	for _, s := range a {
		for _, x := range b {
			if c := s.cut(x); !c.empty() {
				out = append(out, c)
			}
		}
	}
	return union(out)
}

// within cuts spans to one stretch.
func within(all []Span, o Span) []Span {
	var out []Span
	for _, s := range all {
		if c := s.cut(o); !c.empty() {
			out = append(out, c)
		}
	}
	return out
}
