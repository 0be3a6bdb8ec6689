package routing

import "returnsupport/helpdesk"

// Switchboard is a house made ready for many decisions: keep it while rules,
// teams and topics stand, and ask Now for each decision. It may be used from
// many goroutines.
type Switchboard struct {
	house   House
	rules   []readyRule
	teams   map[helpdesk.ID]int
	who     map[helpdesk.ID]int
	members [][]int32 // of each team: counsellors who work here
	kinds   map[string][]int
	topics  map[string]string // kind by key
}

type readyRule struct {
	shape shape
	rule  *Rule
	teams []int // the team it says, or the teams of that kind; nil for none
}

// Ready prepares a house. Rules that name a team or kind the house does not
// have leave the team to the next one.
func Ready(h House) *Switchboard {
	s := &Switchboard{
		house: h, rules: make([]readyRule, 0, len(h.Rules)),
		teams: make(map[helpdesk.ID]int, len(h.Teams)), kinds: map[string][]int{}, topics: make(map[string]string, len(h.Topics)),
	}
	for i, t := range h.Teams {
		s.teams[t.ID] = i
		if t.Kind != "" {
			s.kinds[t.Kind] = append(s.kinds[t.Kind], i)
		}
	}
	s.staff(h.Counsellors)
	for _, t := range h.Topics {
		s.topics[t.Key] = t.Kind
	}
	for i := range h.Rules {
		r := &h.Rules[i]
		if r.Off {
			continue
		}
		s.rules = append(s.rules, readyRule{shapeOf(r.When), r, s.sayTeams(r)})
	}
	return s
}

// Now is the same house with its counsellors as they stand now: rules, teams
// and topics stay ready.
func (s *Switchboard) Now(list []Counsellor) *Switchboard {
	now := *s
	now.staff(list)
	return &now
}

func (s *Switchboard) staff(list []Counsellor) {
	s.house.Counsellors = list
	s.who, s.members = make(map[helpdesk.ID]int, len(list)), make([][]int32, len(s.house.Teams))
	for i := range list {
		c := &list[i]
		s.who[c.ID] = i
		if c.Gone {
			continue
		}
		for _, team := range c.Teams {
			if t, ok := s.teams[team]; ok {
				s.members[t] = append(s.members[t], int32(i))
			}
		}
	}
}

// sayTeams are the teams a rule's first word on teams means.
func (s *Switchboard) sayTeams(r *Rule) []int {
	for _, e := range r.Then {
		switch e.Deed {
		case DeedTeam:
			if t, ok := s.teams[e.id()]; ok {
				return []int{t}
			}
		case DeedKind:
			if all := s.kinds[e.Value]; len(all) > 0 {
				return all
			}
		}
	}
	return nil
}

// Decide is Ready and one decision.
func Decide(f Facts, h House) Choice { return Ready(h).Decide(f) }

// heard is what the rules say about a ticket.
type heard struct {
	teams     []int  // nil when no rule says a team
	teamRule  string // by which rule
	owner     *Effect
	ownerRule string
	skills    []string
	priority  int
	raised    string // the rule that asked for priority
}

// hear asks all rules in their order.
func (s *Switchboard) hear(f *Facts) heard {
	p := s.pointOf(f)
	h := heard{skills: f.Skills[:len(f.Skills):len(f.Skills)], priority: f.priority()}
	for i := range s.rules {
		r := &s.rules[i]
		if !r.shape.holds(&p) {
			continue
		}
		if h.teams == nil && r.teams != nil {
			h.teams, h.teamRule = r.teams, r.rule.Name
		}
		for j := range r.rule.Then {
			e := &r.rule.Then[j]
			switch e.Deed {
			case DeedOwner, DeedNobody:
				if h.owner == nil {
					h.owner, h.ownerRule = e, r.rule.Name
				}
			case DeedSkill:
				h.skills = append(h.skills, e.Value)
			case DeedPriority:
				if n := min(e.N, MaxPriority); n > h.priority {
					h.priority, h.raised = n, r.rule.Name
				}
			}
		}
	}
	return h
}

// Decide chooses team, owner and priority.
func (s *Switchboard) Decide(f Facts) Choice {
	h := s.hear(&f)
	c := Choice{Priority: h.priority, Skills: h.skills, Reasons: make([]Reason, 0, 8)}
	team := s.chooseTeam(&f, &h, &c)
	if team < 0 {
		c.Reasons = append(c.Reasons, why("no_teams"))
		return c
	}
	c.Team = s.house.Teams[team].ID
	s.chooseOwner(team, &f, &h, &c)
	return c
}
