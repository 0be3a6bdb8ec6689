package tasks_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tasks"
)

// mailHour lets an hour pass in minutes and tells at which of them somebody heard
// what. works says of each minute which ways of the mailbox work.
func (w *world) mailHour(works func(minute int) (in, out bool)) string {
	w.t.Helper()
	begin := w.clock.Now()
	var heard []string
	goodIn, goodOut := begin, begin
	for minute := range 60 {
		in, out := works(minute)
		if in {
			goodIn = w.clock.Now()
		}
		if out {
			goodOut = w.clock.Now()
		}
		why := func(works bool, code string) string {
			if works {
				return ""
			}
			return code
		}
		w.lines = []tasks.Line{
			{Mailbox: "m", Address: "talk@desk.example", Way: tasks.In, Works: in, Good: goodIn, Why: why(in, "sign_in")},
			{Mailbox: "m", Address: "talk@desk.example", Way: tasks.Out, Works: out, Good: goodOut, Why: why(out, "timed_out")},
			{Mailbox: "n", Address: "good@desk.example", Way: tasks.In, Works: true},
		}
		w.ok(w.room.LookAtMail(w.ctx))
		if rung := w.bell.heard(); rung != "" {
			heard = append(heard, fmt.Sprintf("%d: %s", minute, rung))
		}
		w.clock.Pass(time.Minute)
	}
	return strings.Join(heard, "\n")
}

func (w *world) alarmed() []tasks.Alarm {
	w.t.Helper()
	all, err := w.room.Alarms(w.ctx)
	w.ok(err)
	return all["m"]
}

func TestWhoLooksAfterMailHearsOnceThatItStandsStillAndOnceThatItGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		w.hire("anna") // a counsellor hears nothing
		w.same("nothing is wrong", w.mailHour(func(int) (bool, bool) { return true, true }), "")
		w.same("nine minutes are none of it", w.mailHour(func(m int) (bool, bool) { return m < 5 || m > 13, true }), "")
		w.same("fetching stands still, and goes again", w.mailHour(func(m int) (bool, bool) { return m < 5 || m > 40, true }),
			"14: ada: talk@desk.example in since 14:04, password\n41: ada: talk@desk.example in again, stood still since 14:04")
		w.same("and so does sending", w.mailHour(func(m int) (bool, bool) { return true, m == 0 }), "10: ada: talk@desk.example out since 15:00, server")
		if a := w.alarmed(); len(a) != 1 || a[0].Way != tasks.Out || a[0].Why != "timed_out" || !a[0].Mailed || a[0].Since.Format("15:04") != "15:00" {
			t.Errorf("the page shows %+v", a)
		}
		// Another process, or this one begun anew, says nothing of what is said.
		w.room = w.replica()
		w.same("once", w.mailHour(func(int) (bool, bool) { return true, false }), "")
		w.same("over", w.mailHour(func(int) (bool, bool) { return true, true }), "0: ada: talk@desk.example out again, stood still since 15:00")
		if a := w.alarmed(); len(a) != 0 {
			t.Errorf("the page still shows %+v", a)
		}
	})
}

func TestTheAlarmsTimeIsASettingAndAPausedMailboxRaisesNone(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), "2026-03-02")
	w.ok(w.office.Set(w.ctx, "", office.MailAlarmMinutes, "30"))
	down := func(m int) (bool, bool) { return m == 0, true }
	w.same("half an hour", w.mailHour(down), "30: ada: talk@desk.example in since 12:00, password")
	w.lines = nil
	w.ok(w.room.LookAtMail(w.ctx))
	if a := w.alarmed(); len(a) != 0 || w.bell.heard() != "" {
		t.Errorf("paused: %+v", a)
	}
}

// TestWhereNoMailCanLeaveTheLogAndThePageSaySo: a mail about a broken server can't
// go through it.
func TestWhereNoMailCanLeaveTheLogAndThePageSaySo(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), "2026-03-02")
	w.bell.mute = true
	w.same("nobody hears", w.mailHour(func(m int) (bool, bool) { return true, m == 0 }), "")
	if a := w.alarmed(); len(a) != 1 || a[0].Mailed {
		t.Errorf("the page shows %+v", a)
	}
	if log := w.log.String(); strings.Count(log, "mail stands still") != 1 || !strings.Contains(log, "mailed=false") {
		t.Error("the log does not say so, or again and again")
	}
	w.bell.mute = false
	w.same("as soon as it can", w.mailHour(func(int) (bool, bool) { return true, true }), "0: ada: talk@desk.example out again, stood still since 12:00")
}

// TestAMailThatCantBeLaidDownRaisesNothing: the alarm stands if and only if it is told.
func TestAMailThatCantBeLaidDownRaisesNothing(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), "2026-03-02")
	w.lines = []tasks.Line{{Mailbox: "m", Way: tasks.In, Good: w.clock.Now(), Why: "timed_out"}}
	w.ok(w.room.LookAtMail(w.ctx))
	w.clock.Pass(10 * time.Minute)
	w.bell.fails = errors.New("disk full")
	if err := w.room.LookAtMail(w.ctx); err == nil || len(w.alarmed()) != 0 {
		t.Errorf("raised, and nobody told: %v", err)
	}
	w.bell.fails = nil
	w.ok(w.room.LookAtMail(w.ctx))
	if w.bell.heard() == "" || len(w.alarmed()) != 1 {
		t.Error("not told the next time")
	}
}

func TestOfManyProcessesOneTells(t *testing.T) {
	w := newWorld(t, storetest.Postgres(t), "2026-03-02")
	var rooms []*tasks.Room
	for range 6 {
		rooms = append(rooms, w.replica())
	}
	look := func() {
		var all sync.WaitGroup
		for _, r := range rooms {
			all.Go(func() {
				if err := r.LookAtMail(w.ctx); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	line := tasks.Line{Mailbox: helpdesk.ID("m"), Address: "talk@desk.example", Way: tasks.In, Good: w.clock.Now(), Why: "timed_out"}
	w.lines = []tasks.Line{line}
	look()
	w.clock.Pass(10 * time.Minute)
	look()
	w.same("raised", w.bell.heard(), "ada: talk@desk.example in since 12:00, server")
	line.Works = true
	w.lines = []tasks.Line{line}
	look()
	w.same("ended", w.bell.heard(), "ada: talk@desk.example in again, stood still since 12:00")
}
