package routing

import (
	"math/rand/v2"
	"testing"
	"time"

	"returnsupport/helpdesk/hours"
)

// some draws conditions over few values, so that shapes meet often.
func some(r *rand.Rand) []Condition {
	var all []Condition
	for range r.IntN(4) {
		c := Condition{Not: r.IntN(3) == 0}
		switch r.IntN(5) {
		case 0:
			c.Fact, c.Values = FactChild, []string{yesNo[r.IntN(2)]}
		case 1:
			c.Fact, c.Values = FactAudience, []string{fields[1].values[r.IntN(4)], fields[1].values[r.IntN(4)]}
		case 2:
			c.Fact, c.Values = FactLanguage, []string{[]string{"sv", "prs", none}[r.IntN(3)]}
		case 3:
			c.Fact, c.Values = FactTopic, []string{[]string{"law", "process", none}[r.IntN(3)]}
		case 4:
			c = Condition{Fact: FactWaited, Over: time.Duration(r.IntN(3)) * time.Hour, Under: time.Duration(r.IntN(4)) * time.Hour}
		}
		all = append(all, c)
	}
	return all
}

// points are all facts those conditions can tell apart.
func points() []point {
	s := Ready(House{Topics: []Topic{{Key: "law"}, {Key: "process"}}})
	var all []point
	for _, language := range []string{"", "sv", "prs", "other"} {
		for _, topic := range []string{"", "law", "process"} {
			for _, audience := range fields[1].values {
				for _, child := range []bool{false, true} {
					for waited := range 4 {
						f := Facts{Language: language, Topic: topic, Child: child, Waited: time.Duration(waited)*time.Hour + time.Minute}
						f.Audience = hours.Audience(audience)
						all = append(all, s.pointOf(&f))
					}
				}
			}
		}
	}
	return all
}

// What is said about shapes without any facts holds for all facts: compared
// with asking each.
func TestShapesAreWhatTheirFactsAre(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2026))
	every := points()
	holds := func(s *shape) (n int, at []bool) {
		at = make([]bool, len(every))
		for i := range every {
			if at[i] = s.holds(&every[i]); at[i] {
				n++
			}
		}
		return n, at
	}
	empties, ins, covers := 0, 0, 0
	for range 4000 {
		a, b, c := shapeOf(some(r)), shapeOf(some(r)), shapeOf(some(r))
		n, inA := holds(&a)
		_, inB := holds(&b)
		_, inC := holds(&c)
		both := a.and(&b)
		shared, inBoth := holds(&both)
		within, coveredByFacts := true, true
		for i := range every {
			if inBoth[i] != (inA[i] && inB[i]) {
				t.Fatalf("and: %+v and %+v is %+v", a, b, both)
			}
			within = within && (!inA[i] || inB[i])
			coveredByFacts = coveredByFacts && (!inA[i] || inB[i] || inC[i])
		}
		if a.empty() && n > 0 || both.empty() && shared > 0 {
			t.Fatalf("empty, and %d facts have it: %+v", n, a)
		}
		if a.full() && n < len(every) {
			t.Fatalf("full, and only %d facts have it: %+v", n, a)
		}
		if a.in(&b) && !within {
			t.Fatalf("%+v is not in %+v", a, b)
		}
		// The facts here are a few of all languages and waits, so what they
		// show covered need not be; what is said to be covered must.
		if covered(a, []*shape{&b, &c}) {
			covers++
			if !coveredByFacts {
				t.Fatalf("%+v is not covered by %+v and %+v", a, b, c)
			}
		} else if coveredByFacts && n > 0 && a.under == 0 && b.under == 0 && c.under == 0 && a.over+b.over+c.over == 0 && !topics(a, b, c) {
			t.Fatalf("%+v is covered by %+v and %+v", a, b, c)
		}
		empties += count(a.empty())
		ins += count(a.in(&b))
	}
	if empties == 0 || ins == 0 || covers == 0 {
		t.Errorf("%d empty, %d inside, %d covered: the conditions meet too seldom", empties, ins, covers)
	}
}

// topics tells whether one of them asks about topics: the house of this test
// has two, and shapes know of more.
func topics(all ...shape) bool {
	for _, s := range all {
		if !s.sets[openTopic].full() {
			return true
		}
	}
	return false
}

func TestFieldsLieBesideEachOther(t *testing.T) {
	var seen uint64
	for _, f := range fields {
		if seen&f.all() != 0 {
			t.Errorf("%s lies on another", f.fact)
		}
		seen |= f.all()
		for _, v := range f.values {
			if f.bit(v) == 0 {
				t.Errorf("%s has no %s", f.fact, v)
			}
		}
	}
	if seen != everything {
		t.Error("everything is not everything")
	}
	if f, _ := fieldOf(FactOpen); f.bit("museum") != 0 {
		t.Error("a value that is none has a bit")
	}
}

// The order in which a point's values are laid is that of the fields.
func TestEveryFactOfAPointIsWhereItsConditionLooks(t *testing.T) {
	s := Ready(House{})
	for _, c := range []struct {
		fact  Fact
		value string
		f     Facts
	}{
		{FactChannel, "phone", Facts{Channel: "phone"}}, {FactChannel, none, Facts{}}, {FactChannel, none, Facts{Channel: "fax"}},
		{FactAudience, "detained", Facts{Audience: "detained"}}, {FactAudience, "everyone", Facts{}}, {FactAudience, "everyone", Facts{Audience: "ghosts"}},
		{FactWish, "woman", Facts{Wish: Woman}}, {FactWish, none, Facts{}},
		{FactUrgent, yes, Facts{Urgent: true}}, {FactUrgent, no, Facts{}},
		{FactChild, yes, Facts{Child: true}}, {FactChild, yes, Facts{Audience: "child"}}, {FactChild, no, Facts{}},
		{FactKnown, yes, Facts{Earlier: "x"}}, {FactKnown, no, Facts{}},
		{FactCommunity, yes, Facts{NotOwnCommunity: true}}, {FactCommunity, no, Facts{}},
		{FactInterpreter, yes, Facts{Interpreter: true}}, {FactInterpreter, no, Facts{}},
		{FactOpen, no, Facts{OutOfHours: true}}, {FactOpen, yes, Facts{}},
		{FactMailbox, "m", Facts{Mailbox: "m"}}, {FactTeam, "t", Facts{Team: "t"}}, {FactLanguage, "sv", Facts{Language: "sv"}},
		{FactLanguage, none, Facts{}}, {FactTopic, none, Facts{Topic: "unknown"}},
	} {
		p := s.pointOf(&c.f)
		shape := shapeOf([]Condition{{Fact: c.fact, Values: []string{c.value}}})
		other := shapeOf([]Condition{{Fact: c.fact, Not: true, Values: []string{c.value}}})
		if !shape.holds(&p) || other.holds(&p) {
			t.Errorf("%s %s does not hold", c.fact, c.value)
		}
	}
}
