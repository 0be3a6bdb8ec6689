package routing

// coverSteps bounds the work of covered: a coordinator waits for it.
const coverSteps = 20_000

// covered tells whether every fact of a shape has one of the others, too. A
// shape that would take too long counts as not covered.
func covered(s shape, by []*shape) bool {
	steps := coverSteps
	return cover(s, by, &steps)
}

func cover(s shape, by []*shape, steps *int) bool {
	if s.empty() {
		return true
	}
	for i, t := range by {
		both := s.and(t)
		if both.empty() {
			continue
		}
		for _, piece := range s.without(t) {
			if *steps--; *steps < 0 || !cover(piece, by[i+1:], steps) {
				return false
			}
		}
		return true
	}
	return false
}

// without cuts t out of s. The pieces do not overlap: each lies in t in the
// facts before the one it was cut by.
func (s shape) without(t *shape) []shape {
	var pieces []shape
	keep := func(p shape) {
		p.children()
		if !p.empty() {
			pieces = append(pieces, p)
		}
	}
	for _, f := range fields {
		out := s
		out.mask &^= t.mask & f.all()
		keep(out)
		s.mask &= t.mask | ^f.all()
	}
	for i := range s.sets {
		out := s
		out.sets[i] = s.sets[i].and(set{!t.sets[i].not, t.sets[i].values})
		keep(out)
		s.sets[i] = s.sets[i].and(t.sets[i])
	}
	if t.over > s.over {
		out := s
		if out.under == 0 || out.under > t.over {
			out.under = t.over
		}
		keep(out)
		s.over = t.over
	}
	if t.under > 0 && (s.under == 0 || s.under > t.under) {
		out := s
		out.over = max(out.over, t.under)
		keep(out)
	}
	return pieces
}
