package tasks_test

import (
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tasks"
)

// coordinator is another one.
func (w *world) coordinator(login string) {
	w.t.Helper()
	token, err := w.staff.Invite(w.ctx, w.staff.Console(), login, login, login+"@staff.example", staff.Coordinator)
	w.ok(err)
	_, _, err = w.staff.Accept(w.ctx, token, "en")
	w.ok(err)
}

// Secrets that came back by two sheets: a command did it, and the process that
// runs next tells every coordinator, once, however many look and also when the
// first attempt was cut short; a counsellor is told nothing.
func TestEveryCoordinatorIsToldOnceOfWhatOpensEverything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		w.hire("kim")
		w.ok(w.room.TellGrave(w.ctx))
		if rung := w.bell.heard(); rung != "" {
			t.Fatalf("told of nothing: %s", rung)
		}
		w.coordinator("bo") // may be the second who opens everything
		w.ok(w.room.TellGrave(w.ctx))
		if rung := w.bell.heard(); rung != "ada grave, bo grave" {
			t.Errorf("of another coordinator rung: %s", rung)
		}
		w.clock.Pass(time.Minute)
		w.ok(w.staff.NoteSecretsBack(w.ctx))
		w.bell.fails = errors.New("killed")
		if w.room.TellGrave(w.ctx) == nil {
			t.Fatal("the killed one told")
		}
		w.bell.fails = nil
		other := w.replica()
		w.ok(other.TellGrave(w.ctx))
		w.ok(w.room.TellGrave(w.ctx))
		if rung := w.bell.heard(); rung != "ada grave, bo grave" {
			t.Errorf("rung: %s", rung)
		}
		shown, err := w.room.Graves(w.ctx)
		w.ok(err)
		if len(shown) != 2 || shown[0].Verb != staff.VerbSecretsBack || !shown[0].At.Equal(w.clock.Now()) {
			t.Errorf("the page shows %v", shown)
		}
		w.clock.Pass(31 * 24 * time.Hour)
		w.ok(w.room.TellGrave(w.ctx))
		if shown, err = w.room.Graves(w.ctx); err != nil || len(shown) > 0 || w.bell.heard() != "" {
			t.Errorf("after a month the page shows %v, %v", shown, err)
		}
	})
}

func TestSecretsOlderThanAYearAreToldMonthlyUntilTheyAreDrawnAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		told := func(want string) {
			t.Helper()
			w.ok(w.room.TellGrave(w.ctx))
			old, err := w.room.SecretsOld(w.ctx)
			w.ok(err)
			if rung := w.bell.heard(); rung != want {
				t.Errorf("on %s rung %q, want %q", w.clock.Now().Format(time.DateOnly), rung, want)
			}
			if !old && want != "" {
				t.Error("told of what is not so")
			}
		}
		ring := "ada " + string(tasks.NoticeGrave)
		w.clock.Pass(365*24*time.Hour - time.Hour)
		told("")
		w.clock.Pass(2 * time.Hour)
		told(ring)
		w.clock.Pass(24 * time.Hour)
		told("")
		w.clock.Pass(31 * 24 * time.Hour)
		told(ring)
		w.ok(w.staff.CopySecrets(w.ctx)) // as rotate does
		w.clock.Pass(31 * 24 * time.Hour)
		told("")
		w.clock.Pass(365 * 24 * time.Hour)
		told(ring)
	})
}
