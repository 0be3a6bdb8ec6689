package routing

import (
	"slices"

	"returnsupport/helpdesk"
)

// The kinds of Finding.
const (
	FindContradict     = "contradict"      // Rule and Other hold at once and say different things about What: their order decides
	FindEverything     = "everything"      // Rule holds for every ticket
	FindNothing        = "nothing"         // Rule never holds: its conditions exclude each other
	FindShadowed       = "shadowed"        // what Rule says about What was always said before, by Other or by several
	FindNoTeam         = "no_team"         // Rule names a team, What, that is not there
	FindNoKind         = "no_kind"         // Rule names a kind, What, that no team has
	FindNoOwner        = "no_owner"        // Rule gives to What, who does not work here
	FindOwnerElsewhere = "owner_elsewhere" // Rule gives to What, who is in no team that Rule names
	FindNoSkill        = "no_skill"        // Rule asks for What, which nobody knows
	FindNoBoth         = "no_both"         // Rule and Other hold at once, and nobody knows all that both ask for
	FindNoTopic        = "no_topic"        // Rule asks about the topic What, which is not there
	FindNoMailbox      = "no_mailbox"      // Rule asks about the mailbox What, which is not there
	FindTopicNoTeam    = "topic_no_team"   // the topic What goes to a kind that no team has
	FindNoChildren     = "no_children"     // no team is for children
	FindNoFallback     = "no_fallback"     // nobody was named to take what the children's team, What, cannot
	FindFallbackGone   = "fallback_gone"   // the team What falls back to one that is not there
	FindFallbackOpen   = "fallback_open"   // the restricted team What, not the children's, falls back to one that is not
	FindNoMembers      = "no_members"      // nobody works in the team What
	FindSubstitute     = "substitute_gone" // whoever stands in for What does not work here
)

// Finding is one thing about a house or its rules to be said before it is
// saved. It forbids nothing.
type Finding struct {
	Kind  string
	Rule  string // by name; "" where it is about the house
	Other string // by name
	What  string // an id, a key, or team, owner, skill
}

// Say is the finding as a key, "routing.finding." and its kind, and its three
// arguments: Rule, Other, What.
func (f Finding) Say() Reason {
	return Reason{"routing.finding." + f.Kind, []any{f.Rule, f.Other, f.What}}
}

// Check finds what a house's rules cannot do: rules in their order, then the
// house. Rules that are off are not asked.
func Check(h House) []Finding {
	c := checker{s: Ready(h)}
	for i := range c.s.rules {
		c.rule(i)
	}
	c.house()
	return c.found
}

type checker struct {
	s     *Switchboard
	found []Finding
}

func (c *checker) add(kind string, r *Rule, other, what string) {
	f := Finding{Kind: kind, Other: other, What: what}
	if r != nil {
		f.Rule = r.Name
	}
	c.found = append(c.found, f)
}

func (c *checker) rule(i int) {
	r := &c.s.rules[i]
	c.words(r.rule)
	if r.shape.empty() {
		c.add(FindNothing, r.rule, "", "")
		return
	}
	if r.shape.full() {
		c.add(FindEverything, r.rule, "", "")
	}
	for _, e := range r.rule.Then {
		if d, ok := e.decides(); ok {
			c.decision(i, d, e)
		}
	}
	c.skills(i)
}

// words looks for what a rule names.
func (c *checker) words(r *Rule) {
	for _, w := range r.When {
		for _, v := range w.Values {
			switch {
			case v == none:
			case w.Fact == FactTopic && !slices.ContainsFunc(c.s.house.Topics, func(t Topic) bool { return t.Key == v }):
				c.add(FindNoTopic, r, "", v)
			case w.Fact == FactTeam && !c.isTeam(v):
				c.add(FindNoTeam, r, "", v)
			case w.Fact == FactMailbox && c.s.house.Mailboxes != nil && !slices.Contains(c.s.house.Mailboxes, helpdesk.ID(v)):
				c.add(FindNoMailbox, r, "", v)
			}
		}
	}
	for _, e := range r.Then {
		switch {
		case e.Deed == DeedTeam && !c.isTeam(e.Value):
			c.add(FindNoTeam, r, "", e.Value)
		case e.Deed == DeedKind && len(c.s.kinds[e.Value]) == 0:
			c.add(FindNoKind, r, "", e.Value)
		case e.Deed == DeedSkill && !c.somebody(e.Value):
			c.add(FindNoSkill, r, "", e.Value)
		case e.Deed == DeedOwner:
			c.owner(r, e)
		}
	}
}

func (c *checker) isTeam(id string) bool {
	_, ok := c.s.teams[helpdesk.ID(id)]
	return ok
}

// somebody tells whether one counsellor who works here knows all skills.
func (c *checker) somebody(skills ...string) bool {
	return slices.ContainsFunc(c.s.house.Counsellors, func(w Counsellor) bool { return !w.Gone && missing(&w, skills) == "" })
}

func (c *checker) owner(r *Rule, e Effect) {
	i, ok := c.s.who[e.id()]
	if !ok || c.s.house.Counsellors[i].Gone {
		c.add(FindNoOwner, r, "", e.Value)
		return
	}
	teams := c.s.sayTeams(r)
	if teams != nil && !slices.ContainsFunc(teams, func(t int) bool { return slices.Contains(c.s.members[t], int32(i)) }) {
		c.add(FindOwnerElsewhere, r, "", e.Value)
	}
}

// The names of decisions as findings say them.
var decisionNames = [decisions]string{ofTeam: "team", ofOwner: "owner"}

// decision holds what a rule says against the rules before it. An exception
// before its rule is how a list is meant to be written; two that overlap
// otherwise decide by their order alone.
func (c *checker) decision(i int, d decision, says Effect) {
	r := &c.s.rules[i]
	what := decisionNames[d]
	var before []*shape
	for j := range c.s.rules[:i] {
		o := &c.s.rules[j]
		k := slices.IndexFunc(o.rule.Then, func(e Effect) bool { x, ok := e.decides(); return ok && x == d })
		if k < 0 || d == ofTeam && o.teams == nil || o.shape.empty() {
			continue
		}
		same := c.same(o.rule.Then[k], says)
		both := r.shape.and(&o.shape)
		switch {
		case both.empty():
		case !same && r.shape.in(&o.shape) && o.shape.in(&r.shape):
			c.add(FindContradict, r.rule, o.rule.Name, what)
			return
		case r.shape.in(&o.shape):
			c.add(FindShadowed, r.rule, o.rule.Name, what)
			return
		case !same && !o.shape.in(&r.shape):
			c.add(FindContradict, r.rule, o.rule.Name, what)
		}
		before = append(before, &o.shape)
	}
	if len(before) > 1 && covered(r.shape, before) {
		c.add(FindShadowed, r.rule, "", what)
	}
}

// same tells whether two effects come to the same.
func (c *checker) same(a, b Effect) bool {
	if a == b {
		return true
	}
	if a.Deed == b.Deed || a.Deed == DeedNobody || b.Deed == DeedNobody || a.Deed == DeedOwner {
		return false
	}
	one, other := c.s.sayTeams(&Rule{Then: []Effect{a}}), c.s.sayTeams(&Rule{Then: []Effect{b}})
	return one != nil && slices.Equal(one, other)
}

// skills finds rules that hold at once and together ask for what nobody knows.
func (c *checker) skills(i int) {
	mine := asked(c.s.rules[i].rule)
	if len(mine) == 0 || !c.somebody(mine...) {
		return
	}
	for j := range c.s.rules[:i] {
		theirs := asked(c.s.rules[j].rule)
		if len(theirs) == 0 || !c.somebody(theirs...) || c.somebody(append(theirs, mine...)...) {
			continue
		}
		if both := c.s.rules[i].shape.and(&c.s.rules[j].shape); !both.empty() {
			c.add(FindNoBoth, c.s.rules[i].rule, c.s.rules[j].rule.Name, "skill")
		}
	}
}

func asked(r *Rule) []string {
	var all []string
	for _, e := range r.Then {
		if e.Deed == DeedSkill {
			all = append(all, e.Value)
		}
	}
	return all
}

// house looks at teams, topics and substitutes.
func (c *checker) house() {
	h := &c.s.house
	for _, t := range h.Topics {
		if t.Kind != "" && len(c.s.kinds[t.Kind]) == 0 {
			c.add(FindTopicNoTeam, nil, "", t.Key)
		}
	}
	if len(c.s.kinds[KindChildren]) == 0 {
		c.add(FindNoChildren, nil, "", "")
	}
	for i, t := range h.Teams {
		fallback, there := c.s.teams[t.Fallback]
		switch {
		case t.Fallback == "" && t.Kind == KindChildren:
			c.add(FindNoFallback, nil, "", string(t.ID))
		case t.Fallback != "" && !there:
			c.add(FindFallbackGone, nil, "", string(t.ID))
		case there && t.Restricted && t.Kind != KindChildren && !h.Teams[fallback].Restricted:
			c.add(FindFallbackOpen, nil, "", string(t.ID))
		}
		if len(c.s.members[i]) == 0 {
			c.add(FindNoMembers, nil, "", string(t.ID))
		}
	}
	for _, w := range h.Counsellors {
		if w.Gone || w.Substitute == "" {
			continue
		}
		if i, ok := c.s.who[w.Substitute]; !ok || h.Counsellors[i].Gone {
			c.add(FindSubstitute, nil, "", string(w.ID))
		}
	}
}
