package routing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

// id makes a readable id: letters and digits of base32, filled up.
func id(name string) helpdesk.ID {
	return helpdesk.ID(name + strings.Repeat("a", 25-len(name)) + "q")
}

// The teams and people of every story.
var (
	returns, law, children, violence, general = id("returns"), id("law"), id("children"), id("violence"), id("general")

	anna  = id("anna")  // returns: Swedish, English, Dari; woman
	bilal = id("bilal") // returns: Arabic; man, of the Arabic-speaking community
	farid = id("farid") // returns: Dari, Pashto; man, of the Dari-speaking community
	cilla = id("cilla") // law: a lawyer; woman
	david = id("david") // law: a lawyer; man, Dari
	eva   = id("eva")   // children: woman
	gun   = id("gun")   // general
)

var names = map[helpdesk.ID]string{returns: "returns", law: "law", children: "children", violence: "violence", general: "general",
	anna: "anna", bilal: "bilal", farid: "farid", cilla: "cilla", david: "david", eva: "eva", gun: "gun", "": "nobody"}

var stockholm = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return zone
}()

// tomorrow is six in the morning after the stories' day.
var tomorrow = time.Date(2026, 11, 24, 6, 0, 0, 0, stockholm)

// day is a Monday at work: everybody is rostered and at their desk.
func day() routing.House {
	topics, err := routing.ReadTopics(routing.DefaultTopics)
	if err != nil {
		panic(err)
	}
	here := func(who helpdesk.ID, gender routing.Gender, team helpdesk.ID, languages, skills, communities string) routing.Counsellor {
		return routing.Counsellor{ID: who, Teams: []helpdesk.ID{team}, Gender: gender, Languages: strings.Fields(languages),
			Skills: strings.Fields(skills), Communities: strings.Fields(communities), Capacity: 20, OnRoster: true, Present: true}
	}
	return routing.House{
		Topics: topics,
		Teams: []routing.Team{
			{ID: returns, Kind: routing.KindReturn},
			{ID: law, Kind: routing.KindLaw, Fallback: general},
			{ID: children, Kind: routing.KindChildren, Restricted: true, Fallback: law},
			{ID: violence, Kind: "violence", Restricted: true},
			{ID: general, Kind: routing.KindGeneral},
		},
		Counsellors: []routing.Counsellor{
			here(anna, routing.Woman, returns, "sv en prs", "reintegration", ""),
			here(bilal, routing.Man, returns, "sv ar", "", "ar"),
			here(farid, routing.Man, returns, "sv prs ps", "", "prs"),
			here(cilla, routing.Woman, law, "sv en", "lawyer", ""),
			here(david, routing.Man, law, "sv prs", "lawyer", ""),
			here(eva, routing.Woman, children, "sv", "children", ""),
			here(gun, routing.Woman, general, "sv en", "", ""),
		},
	}
}

// with changes one counsellor.
func with(h routing.House, who helpdesk.ID, change func(*routing.Counsellor)) routing.House {
	h.Counsellors = append([]routing.Counsellor(nil), h.Counsellors...)
	for i := range h.Counsellors {
		if h.Counsellors[i].ID == who {
			change(&h.Counsellors[i])
		}
	}
	return h
}

// change is something that is different from the usual day.
type change func(routing.House) routing.House

func changes(who helpdesk.ID, f func(*routing.Counsellor)) change {
	return func(h routing.House) routing.House { return with(h, who, f) }
}

func all(list ...change) change {
	return func(h routing.House) routing.House {
		for _, f := range list {
			h = f(h)
		}
		return h
	}
}

func away(who helpdesk.ID) change { return changes(who, func(c *routing.Counsellor) { c.Away = true }) }

func gone(who helpdesk.ID) change { return changes(who, func(c *routing.Counsellor) { c.Gone = true }) }

// off: not at work now, but not away either.
func off(who helpdesk.ID) change {
	return changes(who, func(c *routing.Counsellor) { c.Present, c.OnRoster = false, false })
}

// out: at work, not at their desk.
func out(who helpdesk.ID) change {
	return changes(who, func(c *routing.Counsellor) { c.Present = false })
}

func open(who helpdesk.ID, n int) change {
	return changes(who, func(c *routing.Counsellor) { c.Open = n })
}

func substitute(who, by helpdesk.ID) change {
	return changes(who, func(c *routing.Counsellor) { c.Substitute = by })
}

func awayFor(who, by helpdesk.ID) change { return all(away(who), substitute(who, by)) }

func night(h routing.House) routing.House {
	for _, c := range h.Counsellors {
		h = off(c.ID)(h)
	}
	return h
}

func only(who helpdesk.ID) change {
	return func(h routing.House) routing.House {
		for _, c := range h.Counsellors {
			if c.ID != who {
				h = off(c.ID)(h)
			}
		}
		return h
	}
}

func rules(text string) change {
	return func(h routing.House) routing.House {
		list, err := routing.ReadRules(text)
		if err != nil {
			panic(fmt.Sprintf("%v in %s", err, text))
		}
		h.Rules = append(h.Rules[:len(h.Rules):len(h.Rules)], list...)
		return h
	}
}

// reasons reads like the line under a ticket: keys without their room, and
// arguments as people would see them.
func reasons(c routing.Choice) string {
	var all []string
	for _, r := range c.Reasons {
		s := strings.TrimPrefix(r.Key, "routing.why.")
		for _, a := range r.Args {
			switch a := a.(type) {
			case helpdesk.ID:
				s += " " + names[a]
			case time.Time:
				s += a.Format(" 15:04")
			default:
				s += fmt.Sprint(" ", a)
			}
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}

// story is one ticket on one day.
type story struct {
	what   string
	but    change // from the usual day; nil for none
	f      routing.Facts
	to     helpdesk.ID
	owner  helpdesk.ID
	prio   int
	reason string
}

func tell(t *testing.T, stories []story) {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range stories {
		t.Run(s.what, func(t *testing.T) {
			h := day()
			if s.but != nil {
				h = s.but(h)
			}
			c := routing.Decide(s.f, h)
			if c.Team != s.to || c.Owner != s.owner || c.Priority != s.prio || reasons(c) != s.reason {
				t.Errorf("\n got %s, %s, %d: %s\nwant %s, %s, %d: %s",
					names[c.Team], names[c.Owner], c.Priority, reasons(c), names[s.to], names[s.owner], s.prio, s.reason)
			}
			lawful(t, s.f, h, c)
		})
		if seen[s.what] {
			t.Errorf("%q is told twice", s.what)
		}
		seen[s.what] = true
	}
}

// lawful are the laws no story may break: who is given a ticket suits it, and
// nobody who could be asked is named who does not.
func lawful(t *testing.T, f routing.Facts, h routing.House, c routing.Choice) {
	t.Helper()
	f.Team, f.Skills = c.Team, c.Skills
	for _, who := range append([]helpdesk.ID{c.Owner}, c.Candidates...) {
		for _, x := range h.Counsellors {
			if ok, why := routing.Suits(x, f); x.ID == who && !ok {
				t.Errorf("%s does not suit: %v", names[who], why)
			}
		}
	}
	live := f.Channel != hours.Mail && f.Channel != ""
	for _, x := range h.Counsellors {
		if x.ID == c.Owner && live && !x.Present {
			t.Errorf("%s is not there, and somebody waits", names[x.ID])
		}
	}
	if c.Team == "" && len(h.Teams) > 0 {
		t.Error("turned away")
	}
	for _, k := range c.Reasons {
		if k.Key == "" {
			t.Error("an empty reason")
		}
	}
}
