package routing

import (
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

// Parts are what the office knows of a house: the rest is staff's, the
// tickets' and the clock's.
type Parts struct {
	Rules    []Rule
	Profiles []Profile
	Leave    []Leave
	Topics   []Topic
	Kinds    []TeamKind
}

// ahead is how far House looks for the next time somebody works.
const ahead = 14

// House joins the parts with the teams (ID and Restricted), the staff (ID,
// Teams, Open and Present) and the roster at an instant. Who has a profile and
// is not among the staff any more is Gone, and their substitute stands in.
//
// Reading the roster costs a millisecond: keep a house for as long as nothing
// about it changes.
func (p Parts) House(teams []Team, staff []Counsellor, plan hours.Plan, at time.Time) House {
	h := House{Rules: p.Rules, Topics: p.Topics, Teams: slices.Clone(teams), Counsellors: slices.Clone(staff)}
	for i := range h.Teams {
		t := &h.Teams[i]
		for _, k := range p.Kinds {
			if k.Team == t.ID {
				t.Kind, t.Fallback = k.Kind, k.Fallback
			}
		}
	}
	for _, profile := range p.Profiles {
		i := slices.IndexFunc(h.Counsellors, func(c Counsellor) bool { return c.ID == profile.Who })
		if i < 0 {
			h.Counsellors = append(h.Counsellors, Counsellor{ID: profile.Who, Gone: true, Substitute: profile.Substitute})
			continue
		}
		c := &h.Counsellors[i]
		c.Languages, c.Skills, c.Gender, c.Communities = profile.Languages, profile.Skills, profile.Gender, profile.Communities
		c.Capacity, c.Substitute = profile.Capacity, profile.Substitute
	}
	today := hours.DateOf(at.In(plan.Zone("")))
	now, next := onDuty(plan, at)
	for i := range h.Counsellors {
		c := &h.Counsellors[i]
		c.OnRoster, c.Next = now[c.ID], next[c.ID]
		c.away(today, p.Leave, plan.Roster.Absences)
	}
	return h
}

// onDuty lists who is rostered at an instant, and when the others are next.
func onDuty(plan hours.Plan, at time.Time) (now map[helpdesk.ID]bool, next map[helpdesk.ID]time.Time) {
	now, next = map[helpdesk.ID]bool{}, map[helpdesk.ID]time.Time{}
	for _, d := range plan.Duties(at, at.AddDate(0, 0, ahead)) {
		if !d.From.After(at) {
			now[d.Who] = true
			continue
		}
		if first, ok := next[d.Who]; !ok || d.From.Before(first) {
			next[d.Who] = d.From
		}
	}
	return now, next
}

// away notes who is on leave today, or absent all day.
func (c *Counsellor) away(today hours.Date, leave []Leave, absences []hours.Absence) {
	for _, l := range leave {
		if l.Who == c.ID && l.On(today) {
			c.Away = true
			if l.Substitute != "" {
				c.Substitute = l.Substitute
			}
		}
	}
	for _, a := range absences {
		if a.Who == c.ID && len(a.At) == 0 && !today.Before(a.From) && !a.To.Before(today) {
			c.Away = true
		}
	}
}
