package routing

import (
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

// chooseOwner fills in owner, candidates, what a wish costs, and why.
func (s *Switchboard) chooseOwner(team int, f *Facts, h *heard, c *Choice) {
	b := s.best(team, f, h, &c.Wait)
	c.Candidates = b.ids()
	owner, own := s.owner(team, f, h, &b)
	if owner != nil {
		c.Owner = owner.ID
	}
	c.Reasons = language(owner, f, &b, c.Reasons)
	c.Reasons = urgency(f, h, c.Reasons)
	c.Reasons = wish(f, &c.Wait, c.Reasons)
	for _, skill := range h.skills {
		key := "skill"
		if b.n == 0 {
			key = "skill_nobody"
		}
		c.Reasons = append(c.Reasons, why(key, skill))
	}
	c.Reasons = append(c.Reasons, own...)
}

// owner is whom a rule names, else who knows the person, else the best one who
// is here; nil when it waits in the queue.
func (s *Switchboard) owner(team int, f *Facts, h *heard, b *ranking) (owner *Counsellor, own []Reason) {
	known := f.Earlier
	if h.owner != nil {
		if h.owner.Deed == DeedNobody {
			return nil, []Reason{why("take_next", h.ownerRule)}
		}
		if owner, own = s.meant(team, h.owner.id(), f, h, b, own); owner != nil {
			return owner, append(own, why("rule_owner", h.ownerRule))
		}
		if h.owner.id() == known {
			known = ""
		}
	}
	if known != "" {
		if owner, own = s.meant(team, known, f, h, b, own); owner != nil {
			if owner.ID == known {
				own = append(own, why("known"))
			}
			return owner, own
		}
	}
	return b.owner(f, own)
}

// meant is somebody a rule or the person's own past names, or whoever stands in
// for them, also when they have much already. Who waits at the other end, or
// can't wait, gets somebody who is here.
func (s *Switchboard) meant(team int, id helpdesk.ID, f *Facts, h *heard, b *ranking, own []Reason) (*Counsellor, []Reason) {
	owner, own := s.named(team, id, f, h, own)
	if owner != nil && !here(owner, f) && (f.live() || f.Urgent && b.here > 0) {
		return nil, append(own, why("absent", owner.ID))
	}
	if owner != nil && owner.full() {
		own = append(own, why("full", owner.Open))
	}
	return owner, own
}

// substitutesMost is how far a row of substitutes is followed.
const substitutesMost = 5

// named finds somebody meant by name, or the named substitute of who is away,
// among those of the team who fit.
func (s *Switchboard) named(team int, id helpdesk.ID, f *Facts, h *heard, own []Reason) (*Counsellor, []Reason) {
	first := id
	for range substitutesMost {
		i, ok := s.who[id]
		if !ok {
			return nil, append(own, why("gone", id))
		}
		c := &s.house.Counsellors[i]
		if !c.out() {
			if !slices.Contains(c.Teams, s.house.Teams[team].ID) {
				return nil, append(own, why("other_team", id))
			}
			if unmet(c, f) != "" || missing(c, h.skills) != "" {
				return nil, append(own, why("unfit", id))
			}
			if id != first {
				own = append(own, why("substitute", first))
			}
			return c, own
		}
		if c.Substitute == "" || c.Substitute == first {
			break
		}
		id = c.Substitute
	}
	if i, ok := s.who[first]; ok && s.house.Counsellors[i].Gone {
		return nil, append(own, why("gone", first))
	}
	return nil, append(own, why("away", first))
}

// here tells whether a counsellor could begin now: with somebody at the other
// end they must be at their desk, else it is enough that they are at work.
func here(c *Counsellor, f *Facts) bool { return c.Present || c.OnRoster && !f.live() }

// language says in which language they will be understood.
func language(owner *Counsellor, f *Facts, b *ranking, out []Reason) []Reason {
	switch {
	case f.Interpreter:
		return append(out, why("interpreter_wished", f.Language))
	case f.Language == "":
		return out
	case owner != nil && slices.Contains(owner.Languages, f.Language), owner == nil && b.speakers > 0:
		return append(out, why("language", f.Language))
	case b.speakers > 0:
		return append(out, why("language_later", f.Language, b.speakers))
	}
	return append(out, why("interpreter", f.Language))
}

// urgency says why it comes before others.
func urgency(f *Facts, h *heard, out []Reason) []Reason {
	switch {
	case !f.Travels.IsZero():
		out = append(out, why("travels", f.Travels))
	case f.Urgent:
		out = append(out, why("urgent"))
	case f.child():
		out = append(out, why("child_first"))
	case f.Audience == hours.Detained:
		out = append(out, why("detained"))
	}
	if h.raised != "" {
		out = append(out, why("rule_priority", h.raised))
	}
	return out
}

// wish says that a wish is kept, and what it costs.
func wish(f *Facts, w *WishWait, out []Reason) []Reason {
	if !w.Wished {
		return out
	}
	switch {
	case w.Suit == 0:
		return append(out, why("wish_nobody"))
	case w.Costs() && !w.Next.IsZero():
		out = append(out, why("wish_next", w.Suit, w.Next))
	case w.Costs():
		out = append(out, why("wish_waits", w.Suit))
	}
	if f.Wish != "" {
		out = append(out, why(string(f.Wish)))
	}
	if f.NotOwnCommunity {
		out = append(out, why("community"))
	}
	return out
}
