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
	return musts(&c, &f, f.Skills)
}

// musts are a person's wishes and the skills a ticket asks for.
func musts(c *Counsellor, f *Facts, skills []string) (bool, Reason) {
	switch {
	case f.Wish != "" && c.Gender != f.Wish:
		return false, why("not." + string(f.Wish))
	case f.NotOwnCommunity && !outside(c, f):
		return false, why("not.community")
	}
	for _, s := range skills {
		if !slices.Contains(c.Skills, s) {
			return false, why("not.skill", s)
		}
	}
	return true, Reason{}
}

// wished tells whether the person's own wishes hold.
func wished(c *Counsellor, f *Facts) bool {
	ok, _ := musts(c, f, nil)
	return ok
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
