package main

import (
	"math/rand/v2"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

// Two years from one seed are the same year, and nobody is answered before
// they asked, twice, or by who does not suit them.
func TestAYearIsTheSameFromTheSameSeed(t *testing.T) {
	lived := func() *year {
		y := &year{service: newService(&bench{TB: t}, true)}
		all := y.people(rand.New(rand.NewPCG(1, 8)))
		if len(all) < yearMails+yearCalls+yearChats || all[0].asked > all[len(all)-1].asked {
			t.Fatalf("%d contacts", len(all))
		}
		y.live(all[:600])
		return y
	}
	one, other := lived(), lived()
	if len(one.done) < 500 || len(one.done) != len(other.done) || one.left != other.left || one.lost != other.lost {
		t.Fatalf("%d and %d answered", len(one.done), len(other.done))
	}
	seen := map[*contact]bool{}
	for i, c := range one.done {
		if c.answered != other.done[i].answered || c.answered < c.asked || seen[c] {
			t.Fatalf("contact %d: asked %d, answered %d and %d", i, c.asked, c.answered, other.done[i].answered)
		}
		seen[c] = true
	}
	if one.waiting != 600-len(one.done)-one.lost-one.talking() {
		t.Errorf("%d wait of 600, %d answered, %d lost", one.waiting, len(one.done), one.lost)
	}
}

// talking counts who has not been answered and waits for a line.
func (y *year) talking() int {
	n := 0
	for _, queue := range y.lines {
		n += len(queue)
	}
	for _, later := range y.tries {
		n += len(later)
	}
	return n
}

// What the year calls open is what the pages show as open.
func TestTheYearsOpeningsAreTheHouses(t *testing.T) {
	s := newService(&bench{TB: t}, true)
	draw, open := rand.New(rand.NewPCG(1, 9)), 0
	for range 400 {
		m, line := draw.IntN(minutes), liveLines[draw.IntN(2)]
		var here []helpdesk.ID
		for i := range s.staff {
			here = append(here, s.staff[i].ID)
		}
		shown := s.plan.At(line, s.time(m), here).State == hours.Open
		if shown != (int(s.opens[line][m]) == m) {
			t.Errorf("%s at %v: shown %v", line, s.time(m), shown)
		}
		if shown {
			open++
		}
	}
	if open == 0 {
		t.Error("nothing was ever open")
	}
	if found := routing.Check(s.parts.House(s.teams, s.staff, s.plan, s.begins)); len(found) > 2 {
		t.Errorf("%+v", found) // violence and persecution have no team here
	}
}

// Both rosters have the same hours in a week without holidays, or the year
// would compare more work with less.
func TestBothRostersHaveTheSameHours(t *testing.T) {
	var worked [2]int
	for i, evening := range []bool{true, false} {
		s := newService(&bench{TB: t}, evening)
		for m := 7 * 24 * 60; m < 14*24*60; m++ {
			for who := range s.staff {
				if s.on["mail"][who][m] || s.on["chat_detained"][who][m] {
					worked[i]++
				}
			}
		}
	}
	if worked[0] != worked[1] || worked[0] == 0 {
		t.Errorf("%d minutes with evenings, %d without", worked[0], worked[1])
	}
}
