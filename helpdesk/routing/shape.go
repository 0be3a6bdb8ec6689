package routing

import (
	"slices"
	"time"

	"returnsupport/helpdesk/hours"
)

// shape is what a rule's conditions together allow: every fact with few values
// is a stretch of bits in one mask, one bit a value; those with many are sets.
// So a rule is asked with one comparison, and two rules can be compared without
// any facts.
type shape struct {
	mask        uint64
	sets        [opens]set
	over, under time.Duration // under 0: no limit
}

// field is a fact with few values.
type field struct {
	fact   Fact
	values []string
	shift  uint
}

func (f field) all() uint64 { return (1<<len(f.values) - 1) << f.shift }

func (f field) bit(value string) uint64 {
	if i := slices.Index(f.values, value); i >= 0 {
		return 1 << (uint(i) + f.shift)
	}
	return 0
}

const (
	none = "none" // as a value: nothing is known
	yes  = "yes"
	no   = "no"
)

var yesNo = []string{no, yes}

// fields lie side by side in the mask.
var fields = lay([]field{
	{fact: FactChannel, values: []string{string(hours.Chat), string(hours.Mail), string(hours.Phone), string(hours.Visit), none}},
	{fact: FactAudience, values: []string{string(hours.Everyone), string(hours.Detained), string(hours.Child), string(hours.Partner)}},
	{fact: FactWish, values: []string{none, string(Woman), string(Man)}},
	{fact: FactUrgent, values: yesNo},
	{fact: FactChild, values: yesNo},
	{fact: FactKnown, values: yesNo},
	{fact: FactCommunity, values: yesNo},
	{fact: FactInterpreter, values: yesNo},
	{fact: FactOpen, values: yesNo},
})

func lay(all []field) []field {
	shift := uint(0)
	for i := range all {
		all[i].shift = shift
		shift += uint(len(all[i].values))
	}
	return all
}

// everything is the mask that allows all values.
var everything = func() (mask uint64) {
	for _, f := range fields {
		mask |= f.all()
	}
	return mask
}()

func fieldOf(fact Fact) (field, bool) {
	for _, f := range fields {
		if f.fact == fact {
			return f, true
		}
	}
	return field{}, false
}

// The facts with many values.
const (
	openMailbox = iota
	openTeam
	openLanguage
	openTopic
	opens
)

var openFacts = [opens]Fact{FactMailbox, FactTeam, FactLanguage, FactTopic}

// set is values, or with not everything but them; "" stands for not known.
type set struct {
	not    bool
	values []string
}

func (s set) has(value string) bool { return slices.Contains(s.values, value) != s.not }

func (s set) empty() bool { return !s.not && len(s.values) == 0 }

func (s set) full() bool { return s.not && len(s.values) == 0 }

// and is what lies in both.
func (s set) and(o set) set {
	switch {
	case s.not && o.not:
		return set{true, append(slices.Clone(s.values), o.values...)}
	case s.not:
		s, o = o, s
	}
	var out set
	for _, v := range s.values {
		if o.has(v) {
			out.values = append(out.values, v)
		}
	}
	return out
}

// in tells whether all of s lies in o.
func (s set) in(o set) bool {
	if !s.not {
		for _, v := range s.values {
			if !o.has(v) {
				return false
			}
		}
		return true
	}
	if !o.not {
		return false // there is always a value nobody wrote down
	}
	return set{false, o.values}.in(set{false, s.values})
}

// shapeOf is what conditions together allow.
func shapeOf(when []Condition) shape {
	s := shape{mask: everything}
	for i := range s.sets {
		s.sets[i].not = true
	}
	for _, c := range when {
		if f, ok := fieldOf(c.Fact); ok {
			var bits uint64
			for _, v := range c.Values {
				bits |= f.bit(v)
			}
			if c.Not {
				bits = f.all() &^ bits
			}
			s.mask &= bits | ^f.all()
			continue
		}
		if i := slices.Index(openFacts[:], c.Fact); i >= 0 {
			o := set{not: c.Not}
			for _, v := range c.Values {
				if v == none {
					v = ""
				}
				o.values = append(o.values, v)
			}
			s.sets[i] = s.sets[i].and(o)
			continue
		}
		s.over = max(s.over, c.Over)
		if c.Under > 0 && (s.under == 0 || c.Under < s.under) {
			s.under = c.Under
		}
	}
	s.children()
	return s
}

// children joins two ways to say the same: who is of the audience of children
// is a child.
func (s *shape) children() {
	child, _ := fieldOf(FactChild)
	audience, _ := fieldOf(FactAudience)
	if s.mask&audience.all() == audience.bit(string(hours.Child)) {
		s.mask &^= child.bit(no)
	}
	if s.mask&child.all() == child.bit(no) {
		s.mask &^= audience.bit(string(hours.Child))
	}
}

// empty tells whether no facts have this shape.
func (s *shape) empty() bool {
	for _, f := range fields {
		if s.mask&f.all() == 0 {
			return true
		}
	}
	for _, o := range s.sets {
		if o.empty() {
			return true
		}
	}
	return s.under > 0 && s.over >= s.under
}

// full tells whether all facts have it.
func (s *shape) full() bool {
	for _, o := range s.sets {
		if !o.full() {
			return false
		}
	}
	return s.mask == everything && s.over == 0 && s.under == 0
}

// in tells whether all facts of shape s have shape o, too.
func (s *shape) in(o *shape) bool {
	if s.mask&^o.mask != 0 || s.over < o.over || o.under > 0 && (s.under == 0 || s.under > o.under) {
		return false
	}
	for i := range s.sets {
		if !s.sets[i].in(o.sets[i]) {
			return false
		}
	}
	return true
}

// and is the shape of facts that have both.
func (s *shape) and(o *shape) shape {
	out := shape{mask: s.mask & o.mask, over: max(s.over, o.over), under: s.under}
	if o.under > 0 && (out.under == 0 || o.under < out.under) {
		out.under = o.under
	}
	for i := range s.sets {
		out.sets[i] = s.sets[i].and(o.sets[i])
	}
	out.children()
	return out
}
