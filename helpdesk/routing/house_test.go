package routing_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

// parts are the office's texts for the stories' people.
func parts(t *testing.T, profiles, leave, kinds string) routing.Parts {
	t.Helper()
	var p routing.Parts
	var err error
	check := func(e error) {
		if e != nil {
			t.Fatal(e)
		}
	}
	p.Profiles, err = routing.ReadProfiles(profiles)
	check(err)
	p.Leave, err = routing.ReadLeave(leave)
	check(err)
	p.Kinds, err = routing.ReadTeamKinds(kinds)
	check(err)
	p.Topics, err = routing.ReadTopics(routing.DefaultTopics)
	check(err)
	return p
}

func roster(t *testing.T, text string) hours.Plan {
	t.Helper()
	plan, err := hours.Read(hours.Default)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Roster, err = hours.ReadRoster(text); err != nil {
		t.Fatal(err)
	}
	return plan
}

// monday is ten past ten on the stories' day.
var monday = time.Date(2026, 11, 23, 10, 10, 0, 0, stockholm)

func TestAHouseIsJoinedFromItsParts(t *testing.T) {
	p := parts(t, string(anna)+" | prs | lawyer | woman | ps | 9 | "+string(bilal)+"\n"+string(farid)+" | prs | - | - | - | - | "+string(bilal),
		string(anna)+" | 2026-11-23 | 2026-11-24 | "+string(cilla), string(law)+" | law | "+string(general))
	plan := roster(t, "shift "+string(bilal)+" chat_everyone mon 10:00-16:00\nshift "+string(anna)+" mail tue 12:00-14:00\nshift "+string(cilla)+" mail tue 10:00-16:00\nabsent "+string(bilal)+" 2026-11-24\nabsent "+string(cilla)+" 2026-11-23 09:00-10:00")
	teams := []routing.Team{{ID: law}, {ID: general}}
	staff := []routing.Counsellor{{ID: anna, Teams: []helpdesk.ID{law}, Open: 4, Present: true}, {ID: bilal}, {ID: cilla}}

	h := p.House(teams, staff, plan, monday)
	if h.Teams[0].Kind != "law" || h.Teams[0].Fallback != general || h.Teams[1].Kind != "" {
		t.Errorf("%+v", h.Teams)
	}
	a, b, c, gone := h.Counsellors[0], h.Counsellors[1], h.Counsellors[2], h.Counsellors[3]
	if !a.Away || a.Substitute != cilla || a.Capacity != 9 || a.Gender != routing.Woman || a.Open != 4 || !a.Present || a.OnRoster {
		t.Errorf("anna %+v", a)
	}
	if want := time.Date(2026, 11, 24, 12, 0, 0, 0, stockholm); !a.Next.Equal(want) {
		t.Errorf("anna is next %v", a.Next)
	}
	if !b.OnRoster || b.Away || c.Away || c.OnRoster {
		t.Errorf("bilal %+v, cilla %+v", b, c)
	}
	if !gone.Gone || gone.ID != farid || gone.Substitute != bilal {
		t.Errorf("farid %+v", gone)
	}
	if teams[0].Kind != "" || staff[0].Away {
		t.Error("what was handed in was changed")
	}

	h = p.House(teams, staff, plan, monday.AddDate(0, 0, 1))
	if !h.Counsellors[1].Away || !h.Counsellors[0].Away {
		t.Error("an absence of the roster is none, or leave ends too early")
	}
	h = p.House(teams, staff, plan, monday.AddDate(0, 0, 2))
	if a := h.Counsellors[0]; a.Away || a.Substitute != bilal {
		t.Errorf("after her leave: %+v", a)
	}
}

// A day is what the house's own clocks call one, also in the nights in which
// they change and at its very beginning and end.
func TestLeaveBeginsAndEndsAtMidnightOfTheHouse(t *testing.T) {
	for _, c := range []struct {
		from, to, at string
		away         bool
	}{
		{"2026-10-25", "2026-10-25", "2026-10-24T23:59:59+02:00", false},
		{"2026-10-25", "2026-10-25", "2026-10-25T00:00:00+02:00", true},
		{"2026-10-25", "2026-10-25", "2026-10-25T23:59:59+01:00", true},
		{"2026-10-25", "2026-10-25", "2026-10-25T23:00:00Z", false},
		{"2027-03-28", "2027-03-28", "2027-03-27T23:00:00Z", true},
		{"2027-03-28", "2027-03-28", "2027-03-28T22:00:00Z", false},
		{"2028-02-29", "2028-02-29", "2028-02-29T12:00:00+01:00", true},
		{"2028-02-29", "2028-02-29", "2028-03-01T00:00:00+01:00", false},
	} {
		p := parts(t, "", string(anna)+" | "+c.from+" | "+c.to, "")
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		h := p.House(nil, []routing.Counsellor{{ID: anna}}, roster(t, ""), at)
		if h.Counsellors[0].Away != c.away {
			t.Errorf("%s: away is %v", c.at, h.Counsellors[0].Away)
		}
	}
}

func TestLeaveIsAbsenceForTheHours(t *testing.T) {
	p := parts(t, "", string(anna)+" | 2026-11-23 | 2026-11-27", "")
	plan := roster(t, "shift "+string(anna)+" mail mon-fri 10:00-16:00")
	before, ok := plan.Promise("mail", monday)
	if !ok {
		t.Fatal("no promise at all")
	}
	plan.Roster.Absences = append(plan.Roster.Absences, routing.Absences(p.Leave)...)
	after, ok := plan.Promise("mail", monday)
	if !ok || !after.After(before.AddDate(0, 0, 5)) {
		t.Errorf("promised %v, and %v while nobody is there", before, after)
	}
}
