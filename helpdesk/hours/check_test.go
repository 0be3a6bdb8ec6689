package hours_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

func tell(g hours.Gap) string {
	out := fmt.Sprintf("%s %s %s..%s %d/%d", g.Line, g.Kind, g.From.In(stockholm).Format("02 15:04"), g.To.In(stockholm).Format("02 15:04"), g.Have, g.Need)
	if !g.Due.IsZero() {
		out += " due " + g.Due.In(stockholm).Format("02 15:04")
	}
	return out
}

func TestWhatTheRosterCannotKeepIsListed(t *testing.T) {
	p := plan(t)
	p.Lines = slices.DeleteFunc(p.Lines, func(l hours.Line) bool {
		return !slices.Contains([]string{"chat_everyone", "chat_detained", "mail", "advice_phone"}, l.Key)
	})
	p.Closures = nil
	var got []string
	for _, g := range hours.Check(p, wall("2026-11-23 00:00"), wall("2026-11-30 00:00")) {
		got = append(got, tell(g))
	}
	want := []string{
		"advice_phone few 25 13:00..25 15:00 0/1",
		"chat_everyone few 27 12:00..27 16:00 1/2",
		"chat_detained few 28 20:00..28 21:00 1/2",
		"chat_detained alone 28 20:00..28 21:00 1/2",
		"chat_detained few 29 20:00..29 21:00 1/2",
		"chat_detained alone 29 20:00..29 21:00 1/2",
		"mail promise 23 12:00..24 10:00 0/1 due 24 16:00",
		"general_line no_line 23 00:00..30 00:00 0/0",
		"night no_line 23 00:00..30 00:00 0/0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestALineClosedForCapacityNeedsNobody(t *testing.T) {
	p := plan(t)
	p.Closures = []hours.Closure{{Line: "chat_everyone", From: wall("2026-11-27 12:00"), Until: wall("2026-11-27 15:00"), Reason: "illness"}}
	for _, g := range hours.Check(p, wall("2026-11-27 00:00"), wall("2026-11-28 00:00")) {
		if g.Line == "chat_everyone" && tell(g) != "chat_everyone few 27 15:00..27 16:00 1/2" {
			t.Error(tell(g))
		}
	}
}

func TestAloneIsOneInTheWholeHouse(t *testing.T) {
	p := plan(t)
	roster := func(rows string) []string {
		t.Helper()
		var err error
		if p.Roster, err = hours.ReadRoster(rows); err != nil {
			t.Fatal(err)
		}
		var alone []string
		for _, g := range hours.Check(p, wall("2026-11-27 00:00"), wall("2026-11-28 12:00")) {
			if g.Kind == hours.GapAlone {
				alone = append(alone, tell(g))
			}
		}
		return alone
	}
	one := fmt.Sprintf("shift %s chat_detained daily 18:00-21:00\n", anna)
	if got := roster(one); !slices.Equal(got, []string{"chat_detained alone 27 18:00..27 21:00 1/2"}) {
		t.Error(got)
	}
	if got := roster(one + fmt.Sprintf("shift %s always daily 19:00-21:00\n", bilal)); !slices.Equal(got, []string{"chat_detained alone 27 18:00..27 19:00 1/2"}) {
		t.Error(got)
	}
	if got := roster(one + fmt.Sprintf("shift %s always daily 19:00-21:00\n", anna)); len(got) != 2 {
		t.Errorf("the same person twice is still alone: %v", got)
	}
	p.Late = hours.Interval{}
	if got := roster(one); len(got) != 0 {
		t.Errorf("no hours are late: %v", got)
	}
}

// TestCheckAgreesWithLookingAtEveryMinute draws rosters and holds what Check
// lists against the plain meaning of it.
func TestCheckAgreesWithLookingAtEveryMinute(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	for round := range 4 {
		p := plan(t)
		p.Roster.Shifts = nil
		for i := range p.Lines {
			if p.Lines[i].Key == "mail" {
				p.Lines[i].Answer = time.Duration(2+round) * time.Hour
			}
		}
		for range 6 {
			from := hours.Clock(random.IntN(20) * 60)
			p.Roster.Shifts = append(p.Roster.Shifts, hours.Shift{
				Who: []helpdesk.ID{anna, bilal, cilla}[random.IntN(3)], Line: []string{"chat_detained", "mail", "night"}[random.IntN(3)],
				Days: hours.Week(1 + random.IntN(127)), At: []hours.Interval{{From: from, To: from + hours.Clock(30+random.IntN(200))}},
			})
		}
		from, to := wall("2026-10-24 00:00"), wall("2026-10-29 00:00")
		gaps := hours.Check(p, from, to)
		listed := func(kind, line string, at time.Time) bool {
			return slices.ContainsFunc(gaps, func(g hours.Gap) bool {
				end := at.Before(g.To) || kind == hours.GapPromise && at.Equal(g.To)
				return g.Kind == kind && g.Line == line && !at.Before(g.From) && end
			})
		}
		for at := from; at.Before(to); at = at.Add(10 * time.Minute) {
			for _, line := range []string{"chat_detained", "night"} {
				l, _ := p.Line(line)
				open := len(p.Open(line, at, at.Add(time.Minute))) > 0
				need := 1
				if l.Present == hours.House {
					need = 2
				}
				if line == "night" {
					need = 1 // present 0: one at the other end
				}
				if want := open && len(p.Rostered(line, at)) < need; listed(hours.GapFew, line, at) != want {
					t.Fatalf("round %d: %s at %s: %d rostered, open %v, listed %v", round, line, at, len(p.Rostered(line, at)), open, !want)
				}
			}
			due, ok := p.Due("mail", at)
			if !ok {
				t.Fatal("no due")
			}
			kept := false
			for x := at; x.Before(due) && !kept; x = x.Add(10 * time.Minute) {
				kept = len(p.Open("mail", x, x.Add(time.Minute))) > 0 && len(p.Rostered("mail", x)) > 0
			}
			if listed(hours.GapPromise, "mail", at) == kept {
				t.Fatalf("round %d: asked %s, due %s, kept %v; %v", round, at, due, kept, gaps)
			}
		}
	}
}

func TestPreviewShowsTwoWeeks(t *testing.T) {
	p := plan(t)
	all := p.Preview(hours.Date{Year: 2026, Month: time.December, Day: 21}, hours.Fortnight)
	if len(all) != hours.Fortnight*len(p.Lines) {
		t.Fatalf("%d rows", len(all))
	}
	find := func(day int, line string) hours.Preview {
		for _, v := range all {
			if v.Date.Day == day && v.Line == line {
				return v
			}
		}
		t.Fatalf("no %s on %d", line, day)
		return hours.Preview{}
	}
	if v := find(24, "chat_everyone"); v.Holiday != "christmas_eve" || len(v.Hours) != 0 || len(v.Duties) != 0 || len(v.Gaps) != 0 {
		t.Errorf("%+v", v)
	}
	if v := find(24, "chat_detained"); v.Holiday != "christmas_eve" || len(v.Hours) != 1 || len(v.Duties) != 2 || len(v.Gaps) != 0 {
		t.Errorf("%+v", v)
	}
	if v := find(25, "mail"); v.Except == nil || v.Except.Reason != "practical" || len(v.Hours) != 1 {
		t.Errorf("%+v", v)
	}
	if v := find(26, "chat_detained"); len(v.Gaps) != 2 || v.Gaps[0].Kind != hours.GapFew || v.Gaps[1].Kind != hours.GapAlone {
		t.Errorf("%+v", v)
	}
	p.Closures = []hours.Closure{{Line: "mail", From: wall("2026-12-21 11:00"), Until: wall("2026-12-22 11:00"), Reason: "illness"}}
	v := p.Preview(hours.Date{Year: 2026, Month: time.December, Day: 21}, 1)
	for _, v := range v {
		if v.Line == "mail" && (len(v.Closed) != 1 || !v.Closed[0].From.Equal(wall("2026-12-21 11:00")) || !v.Closed[0].To.Equal(wall("2026-12-21 16:00"))) {
			t.Errorf("%+v", v)
		}
	}
	week := p.Week("mail", wall("2026-12-21 03:00"))
	if len(week[0]) != 1 || !week[0][0].To.Equal(wall("2026-12-21 11:00")) || len(week[3]) != 0 || len(week[4]) != 1 || len(week[5]) != 0 {
		t.Errorf("%v", week)
	}
}

func TestLateHoursReachPastMidnight(t *testing.T) {
	p := plan(t)
	for at, want := range map[string]bool{
		"2026-11-24 16:59": false, "2026-11-24 17:00": true, "2026-11-24 23:59": true, "2026-11-25 00:00": true,
		"2026-11-25 07:59": true, "2026-11-25 08:00": false,
	} {
		if got := p.LateAt("", wall(at)); got != want {
			t.Errorf("%s: late %v", at, got)
		}
	}
	if !p.LateAt("helsinki", wall("2026-11-24 16:30")) {
		t.Error("a site's own clocks are not looked at")
	}
}
