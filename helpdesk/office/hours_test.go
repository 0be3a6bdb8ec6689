package office_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
)

// now is the world's clock: Monday 2 March 2026, nine in Stockholm.
var now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func (w *world) plan() hours.Plan {
	w.t.Helper()
	p, err := w.office.Hours(w.ctx)
	w.must(err)
	return p
}

func TestTheHouseShipsWithHours(t *testing.T) {
	each(t, func(w *world) {
		p := w.plan()
		if s := p.At("general_line", now.Add(90*time.Minute), nil); s.State != hours.Open {
			t.Errorf("%+v", s)
		}
		if p.Needed != 2 || len(p.Lines) != 5 || len(p.Closures) != 0 {
			t.Errorf("%+v", p)
		}
	})
}

func TestThePlanFollowsEveryChangeAlsoAnotherProcesss(t *testing.T) {
	each(t, func(w *world) {
		w.plan()
		first := w.office
		w.restart() // a second process on the same database
		who := helpdesk.NewID()
		w.must(w.office.Set(w.ctx, "actor", office.PresentMinimum, "3"))
		w.must(w.office.Set(w.ctx, "actor", office.Exceptions, "2026-03-03 all closed training"))
		w.must(w.office.Set(w.ctx, "actor", office.Roster, "shift "+string(who)+" mail mon 10:00-12:00"))
		w.must(w.office.CloseLine(w.ctx, "actor", hours.Closure{Line: "general_line", Until: now.Add(4 * time.Hour), Reason: "many_waiting"}, ""))
		w.must(w.office.Set(w.ctx, "actor", office.Hours, strings.Replace(hours.Default, "wed 09:00", "wed 08:00", 1)))
		for _, o := range []*office.Office{first, w.office} {
			w.office = o
			p := w.plan()
			if p.Needed != 3 || len(p.Exceptions) != 1 || len(p.Roster.Shifts) != 1 || len(p.Closures) != 1 || p.Lines[0].Rules[0].At[0].From != 8*60 {
				t.Errorf("%+v", p)
			}
			if s := p.At("general_line", now.Add(90*time.Minute), nil); s.State != hours.Capacity || !s.Until.Equal(now.Add(4*time.Hour)) {
				t.Errorf("%+v", s)
			}
		}
	})
}

func TestAPlanIsNotMadeAnewWhileNothingChanges(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.plan(), w.plan()
		if &a.Lines[0] != &b.Lines[0] {
			t.Error("made twice of the same versions")
		}
		w.must(w.office.Set(w.ctx, "actor", office.Funder, "A fund"))
		if c := w.plan(); &a.Lines[0] != &c.Lines[0] {
			t.Error("made anew for a setting it does not hold")
		}
		w.must(w.office.Set(w.ctx, "actor", office.PresentMinimum, "4"))
		if d := w.plan(); &a.Lines[0] == &d.Lines[0] || d.Needed != 4 {
			t.Error("not made anew")
		}
	})
}

func TestALineIsClosedForCapacityAndReopened(t *testing.T) {
	each(t, func(w *world) {
		until := now.Add(26 * time.Hour)
		w.must(w.office.CloseLine(w.ctx, "actor", hours.Closure{Line: "chat_everyone", Until: until, Reason: "illness"}, "canarynote"))
		all, err := w.office.Closures(w.ctx)
		w.must(err)
		if len(all) != 1 || all[0].Line != "chat_everyone" || !all[0].From.Equal(now) || !all[0].Until.Equal(until) || all[0].Note != "canarynote" || all[0].By != "actor" || all[0].Version != 1 {
			t.Errorf("%+v", all)
		}
		w.must(w.office.ReopenLine(w.ctx, "actor", "chat_everyone"))
		w.must(w.office.ReopenLine(w.ctx, "actor", "chat_everyone")) // it is open already
		w.must(w.office.ReopenLine(w.ctx, "actor", "mail"))          // it never was closed
		if all, err = w.office.Closures(w.ctx); err != nil || len(all) != 0 || len(w.plan().Closures) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		if n := w.count(`SELECT COUNT(*) FROM office_closure`); n != 2 {
			t.Errorf("%d versions", n)
		}
		w.must(w.book.Chain(w.ctx))
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb IN ('line.closed', 'line.reopened')`); n != 2 {
			t.Errorf("%d lines in the journal", n)
		}
		for _, c := range []struct {
			closure hours.Closure
			note    string
			key     string
		}{
			{hours.Closure{Line: "nobody", Until: until, Reason: "illness"}, "", "closure.line"},
			{hours.Closure{Line: "mail", Until: until, Reason: "because"}, "", "closure.reason"},
			{hours.Closure{Line: "mail", Until: now, Reason: "illness"}, "", "closure.until"},
			{hours.Closure{Line: "mail", From: until, Until: until, Reason: "illness"}, "", "closure.until"},
			{hours.Closure{Line: "mail", Until: now.AddDate(1, 0, 0), Reason: "illness"}, "", "closure.until"},
			{hours.Closure{Line: "mail", Until: until, Reason: "illness"}, strings.Repeat("x", 301), "closure.note"},
		} {
			w.refused(w.office.CloseLine(w.ctx, "actor", c.closure, c.note), c.key)
		}
	})
}

func TestTwoWhoEditTheRosterDoNotOverwriteEachOther(t *testing.T) {
	each(t, func(w *world) {
		_, version, err := w.office.ReadRoster(w.ctx)
		w.must(err)
		mine := func(line string) hours.Roster {
			return hours.Roster{Shifts: []hours.Shift{{Who: helpdesk.NewID(), Line: line, Days: hours.Weekdays, At: []hours.Interval{{From: 600, To: 720}}}}}
		}
		w.must(w.office.WriteRoster(w.ctx, "actor", mine("mail"), version))
		if err := w.office.WriteRoster(w.ctx, "other", mine("mail"), version); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("the second: %v", err)
		}
		r, version, err := w.office.ReadRoster(w.ctx)
		w.must(err)
		if version != 1 || len(r.Shifts) != 1 {
			t.Errorf("version %d, %+v", version, r)
		}
		w.refused(w.office.WriteRoster(w.ctx, "actor", mine("nobody"), version), "hours.text.no_line")
		list, version, err := w.office.ReadExceptions(w.ctx)
		w.must(err)
		day := hours.Date{Year: 2026, Month: 3, Day: 3}
		list = append(list, hours.Exception{Line: "mail", From: day, To: day, Reason: "event"})
		w.must(w.office.WriteExceptions(w.ctx, "actor", list, version))
		if err := w.office.WriteExceptions(w.ctx, "actor", nil, version); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("the second: %v", err)
		}
		w.refused(w.office.Set(w.ctx, "actor", office.Exceptions, "2026-03-03 nobody closed event"), "hours.text.no_line")
	})
}

func TestALineMayGoBeforeItsShiftsAndTheCheckSaysSo(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.office.Set(w.ctx, "actor", office.Roster, "shift "+string(helpdesk.NewID())+" chat_detained daily 18:00-21:00"))
		w.must(w.office.Set(w.ctx, "actor", office.Hours, strings.Replace(hours.Default, "line chat_detained", "line chat_evening", 1)))
		for _, g := range hours.Check(w.plan(), now, now.Add(time.Hour)) {
			if g.Kind == hours.GapNoLine && g.Line == "chat_detained" {
				return
			}
		}
		t.Error("a shift on a line that is gone is not listed")
	})
}

func TestHoursThatAreNotUnderstoodChangeNothing(t *testing.T) {
	each(t, func(w *world) {
		err := w.office.Set(w.ctx, "actor", office.Hours, "site main Europe/Stockholm\nopen mon")
		var r helpdesk.Refusal
		if !errors.As(err, &r) || r.Key != "hours.text.word" || fmt.Sprint(r.Args) != "[2]" {
			t.Errorf("%v", err)
		}
		if v, err := w.office.Read(w.ctx, office.Hours); err != nil || v.Version != 0 || v.Value != hours.Default {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// TestDatabaseWriterOfHours: who can write to the database cannot open or close
// a line, nor put an old roster back.
func TestDatabaseWriterOfHours(t *testing.T) {
	for _, c := range []struct {
		name, alarm string
		change      func(w *world)
	}{
		{"a closure of another line", "closure_forged", func(w *world) {
			w.exec(`INSERT INTO office_closure (line, version, at, actor, sealed) SELECT 'mail', version, at, actor, sealed FROM office_closure WHERE version = 1`)
		}},
		{"a closure raised", "closure_forged", func(w *world) { w.exec(`UPDATE office_closure SET version = version + 1 WHERE version = 2`) }},
		{"a reopening removed", "closure_back", func(w *world) { w.exec(`DELETE FROM office_closure WHERE version = 2`) }},
		{"the roster exchanged", "setting_forged", func(w *world) {
			w.exec(`UPDATE office_setting SET sealed = (SELECT sealed FROM office_setting WHERE name = 'exceptions'), version = version + 1 WHERE name = 'roster'`)
		}},
		{"the roster put back", "setting_back", func(w *world) { w.exec(`DELETE FROM office_setting WHERE name = 'roster'`) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(w *world) {
				w.must(w.office.Set(w.ctx, "actor", office.Exceptions, "2026-03-03 all closed training"))
				w.must(w.office.Set(w.ctx, "actor", office.Roster, "shift "+string(helpdesk.NewID())+" mail mon 10:00-12:00"))
				w.must(w.office.CloseLine(w.ctx, "actor", hours.Closure{Line: "general_line", Until: now.Add(time.Hour), Reason: "illness"}, ""))
				w.must(w.office.ReopenLine(w.ctx, "actor", "general_line"))
				w.plan()
				c.change(w)
				if p, err := w.office.Hours(w.ctx); err == nil {
					w.t.Errorf("the plan stands: %+v", p)
				}
				w.alarmed(c.alarm)
			})
		})
	}
}

func TestManyAskForThePlanWhileItChanges(t *testing.T) {
	each(t, func(w *world) {
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				for n := range 15 {
					if i == 0 {
						if err := w.office.Set(w.ctx, "actor", office.PresentMinimum, fmt.Sprint(1+n%3)); err != nil {
							t.Error(err)
						}
					}
					if _, err := w.office.Hours(w.ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		if p := w.plan(); p.Needed != 3 {
			t.Errorf("needed %d", p.Needed)
		}
	})
}
