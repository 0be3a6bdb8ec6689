package routing

// Trial is what rules that are not yet in force would have done.
type Trial struct {
	Choices []Choice // one of each ticket
	Changed []int    // which of them go elsewhere than by the rules in force, or to somebody else, or before others
	Hits    []Hit    // of each rule that is on, in their order
}

// Hit is how often a rule was heard.
type Hit struct {
	Rule     string
	Held     int // its conditions held
	Team     int // it said the team
	Owner    int // it said the owner, or nobody
	Priority int // it asked for the priority
}

// Try decides past tickets by other rules, so that a coordinator sees what
// they do before they are switched on. The house is as it stands now.
func Try(h House, rules []Rule, past []Facts) Trial {
	now := Ready(h)
	h.Rules = rules
	then := Ready(h)
	t := Trial{Choices: make([]Choice, 0, len(past)), Hits: make([]Hit, len(then.rules))}
	for i := range then.rules {
		t.Hits[i].Rule = then.rules[i].rule.Name
	}
	for n := range past {
		f := &past[n]
		was, is := now.Decide(*f), then.Decide(*f)
		t.Choices = append(t.Choices, is)
		if was.Team != is.Team || was.Owner != is.Owner || was.Priority != is.Priority {
			t.Changed = append(t.Changed, n)
		}
		p, said := then.pointOf(f), then.hear(f)
		for i := range then.rules {
			if !then.rules[i].shape.holds(&p) {
				continue
			}
			hit := &t.Hits[i]
			hit.Held++
			hit.Team += count(said.teamRule == hit.Rule)
			hit.Owner += count(said.ownerRule == hit.Rule)
			hit.Priority += count(said.raised == hit.Rule)
		}
	}
	return t
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
