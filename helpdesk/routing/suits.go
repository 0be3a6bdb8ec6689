package routing

import (
	"slices"
)

// Suits tells whether a counsellor may take a ticket, and if not, the first
// must that they fail: routing.why.not.gone, .away, .team, .woman, .man,
// .community or .skill (which). Capacity and presence are no musts: who asks
// for the next ticket is there and has room.
func Suits(c Counsellor, f Facts) (bool, Reason) {
	switch {
	case c.Gone:
		return false, why("not.gone")
	case c.Away:
		return false, why("not.away")
	case f.Team != "" && !slices.Contains(c.Teams, f.Team):
		return false, why("not.team", f.Team)
	}
	if wish := unmet(&c, &f); wish != "" {
		return false, why("not." + wish)
	}
	if skill := missing(&c, f.Skills); skill != "" {
		return false, why("not.skill", skill)
	}
	return true, Reason{}
}

// unmet is the first of the person's wishes that a counsellor does not meet,
// "" when they meet all.
func unmet(c *Counsellor, f *Facts) string {
	switch {
	case f.Wish != "" && c.Gender != f.Wish:
		return string(f.Wish)
	case f.NotOwnCommunity && !outside(c, f):
		return "community"
	}
	return ""
}

// missing is the first skill a counsellor lacks, "" for none.
func missing(c *Counsellor, skills []string) string {
	for _, s := range skills {
		if !slices.Contains(c.Skills, s) {
			return s
		}
	}
	return ""
}

// outside tells whether a counsellor is surely not from the person's own
// community. Where nothing tells which that is, only who named none is.
func outside(c *Counsellor, f *Facts) bool {
	if f.Community == "" && f.Language == "" {
		return len(c.Communities) == 0
	}
	return !(f.Community != "" && slices.Contains(c.Communities, f.Community) ||
		f.Language != "" && slices.Contains(c.Communities, f.Language))
}
