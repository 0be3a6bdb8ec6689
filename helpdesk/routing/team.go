package routing

import "slices"

// chooseTeam says why in c and returns the team's place, -1 in a house without
// teams. What lies with a restricted team stays there; else rules go first,
// then children to the children's line, topics to those who know them, and
// what nothing else says to where it came in.
func (s *Switchboard) chooseTeam(f *Facts, h *heard, c *Choice) int {
	came, known := s.teams[f.Team]
	if !known {
		came = -1
	}
	if f.Restricted && known {
		c.Reasons = append(c.Reasons, why("restricted"))
		return came
	}
	team := -1
	if h.teams != nil {
		team = s.among(h.teams, came, f, h)
		c.Reasons = append(c.Reasons, why("rule", h.teamRule))
	}
	if team < 0 && f.child() {
		if lines := s.kinds[KindChildren]; len(lines) > 0 {
			team = s.among(lines, came, f, h)
			c.Reasons = append(c.Reasons, why("child"))
		} else {
			c.Reasons = append(c.Reasons, why("child_no_line"))
		}
	}
	if team < 0 {
		if kind := s.topics[f.Topic]; kind != "" {
			if teams := s.kinds[kind]; len(teams) > 0 {
				team = s.among(teams, came, f, h)
				c.Reasons = append(c.Reasons, why("topic", f.Topic))
			} else {
				c.Reasons = append(c.Reasons, why("topic_no_team", f.Topic))
			}
		}
	}
	if team < 0 && known {
		team = came
		c.Reasons = append(c.Reasons, why("arrived"))
	}
	if team < 0 {
		if team = s.usual(); team < 0 {
			return -1
		}
		c.Reasons = append(c.Reasons, why("usual"))
	}
	return s.servedBy(team, came, f, h, c)
}

// among picks from teams that are equally right: where it came in, else the
// first that can serve now.
func (s *Switchboard) among(teams []int, came int, f *Facts, h *heard) int {
	if slices.Contains(teams, came) {
		return came
	}
	for _, t := range teams {
		if s.serves(t, f, h) {
			return t
		}
	}
	return teams[0]
}

// usual is the team for what nothing else says.
func (s *Switchboard) usual() int {
	if all := s.kinds[KindGeneral]; len(all) > 0 {
		return all[0]
	}
	if i := slices.IndexFunc(s.house.Teams, func(t Team) bool { return !t.Restricted }); i >= 0 {
		return i
	}
	return len(s.house.Teams[:min(1, len(s.house.Teams))]) - 1
}

// servedBy is the team itself when it can serve, else the one that was named
// to take what it cannot. A child is never turned away: without a named one
// any team that is not restricted takes them. Everybody else waits in their
// own team's queue, and so does what lies where only some may read.
func (s *Switchboard) servedBy(team, came int, f *Facts, h *heard, c *Choice) int {
	if s.serves(team, f, h) && s.everFits(team, f, h) {
		return team
	}
	reason := "fallback"
	if s.serves(team, f, h) {
		reason = "fallback_wish"
	}
	var been uint64 // of the first 64 teams; a longer circle ends with the list
	at := team
	for range s.house.Teams {
		next, ok := s.teams[s.house.Teams[at].Fallback]
		if !ok || next == team || next < 64 && been&(1<<next) != 0 {
			break
		}
		if next < 64 {
			been |= 1 << next
		}
		at = next
		if s.serves(at, f, h) && s.everFits(at, f, h) {
			c.Reasons = append(c.Reasons, why(reason, s.house.Teams[team].ID))
			return at
		}
	}
	if f.child() && reason == "fallback" {
		if open := s.anyOpen(came, f, h); open >= 0 {
			c.Reasons = append(c.Reasons, why("fallback_child", s.house.Teams[team].ID))
			return open
		}
	}
	if reason == "fallback" {
		c.Reasons = append(c.Reasons, why("nobody_now"))
	}
	return team
}

// anyOpen is any team that can serve a child now, none of them restricted: who
// writes to the children's line did not ask to be read by those.
func (s *Switchboard) anyOpen(came int, f *Facts, h *heard) int {
	if came >= 0 && !s.house.Teams[came].Restricted && s.serves(came, f, h) {
		return came
	}
	for t := range s.house.Teams {
		if !s.house.Teams[t].Restricted && s.serves(t, f, h) {
			return t
		}
	}
	return -1
}

// serves tells whether somebody of a team could take it, wishes aside: who
// waits at the other end needs somebody at their desk.
func (s *Switchboard) serves(team int, f *Facts, h *heard) bool {
	live := f.live()
	for _, i := range s.members[team] {
		if m := &s.house.Counsellors[i]; !m.out() && (m.Present || !live) {
			return true
		}
	}
	return false
}

// everFits tells whether anybody of a team fits the wishes at all, now or
// later; where nobody wishes anything, everybody does.
func (s *Switchboard) everFits(team int, f *Facts, h *heard) bool {
	if f.Wish == "" && !f.NotOwnCommunity {
		return true
	}
	for _, i := range s.members[team] {
		if unmet(&s.house.Counsellors[i], f) == "" {
			return true
		}
	}
	return false
}
