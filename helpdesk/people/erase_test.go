package people_test

import (
	"slices"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

func (w *world) askErase(g *people.Guest) error {
	return w.write(func(tx *store.Tx) error { return w.people.AskErase(w.ctx, tx, g) })
}

func (w *world) undoErase(g *people.Guest) error {
	return w.write(func(tx *store.Tx) error { return w.people.UndoErase(w.ctx, tx, g) })
}

func (w *world) forget(person helpdesk.ID) error {
	return w.write(func(tx *store.Tx) error { return w.people.Forget(w.ctx, tx, person) })
}

func (w *world) due() []helpdesk.ID {
	w.t.Helper()
	due, err := w.people.EraseDue(w.ctx, w.clock.now())
	w.must(err)
	return due
}

// rowsOf counts what is left of a person.
func (w *world) rowsOf(person helpdesk.ID) int {
	w.t.Helper()
	n := w.count(`SELECT COUNT(*) FROM people_person WHERE id = $1`, string(person))
	for _, table := range []string{"key", "guest", "late", "late_file", "notice", "voice"} {
		n += w.count(`SELECT COUNT(*) FROM people_`+table+` WHERE person = $1`, string(person))
	}
	return n
}

func TestEverythingIsErasedAfterThreeDays(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, code := w.withCode()
		other, _ := w.begin(false)
		second, _, _ := w.comeBack(code)
		w.must(w.people.SetNotice(w.ctx, g, evening))
		w.must(w.people.KeepLate(w.ctx, g.Person, "", "x", people.LateFile{Name: "x.txt", Type: "text/plain", Data: []byte("x")}))
		heard := w.ended()
		w.must(w.askErase(g))
		// Who stands behind them has nothing to read on in.
		for _, c := range []string{cookie, second} {
			w.denied(c)
			_, err := w.people.Author(w.ctx, c)
			w.fails(err, helpdesk.ErrDenied)
		}
		if len(heard()) != 2 || !g.Erasing.Equal(w.clock.now().Add(72*time.Hour)) {
			t.Errorf("erasing %v", g.Erasing)
		}
		if n := w.rowsOf(g.Person); n != 2 {
			t.Errorf("%d rows, want person and key", n)
		}
		w.clock.pass(72*time.Hour - time.Second)
		if len(w.due()) != 0 {
			t.Error("due too early")
		}
		w.fails(w.forget(g.Person), helpdesk.ErrConflict)
		w.clock.pass(time.Second)
		if due := w.due(); !slices.Equal(due, []helpdesk.ID{g.Person}) {
			t.Errorf("due %v", due)
		}
		_, _, _, err := w.people.Return(w.ctx, code, false)
		w.refused(err, "code.wrong") // from the moment, not from the sweep
		w.must(w.forget(g.Person))
		if n := w.rowsOf(g.Person); n != 0 || len(w.due()) != 0 {
			t.Errorf("%d rows are left", n)
		}
		w.fails(w.forget(g.Person), helpdesk.ErrNotFound)
		_, _, _, err = w.people.Return(w.ctx, code, false)
		w.refused(err, "code.wrong")
		if n := w.count(`SELECT COUNT(*) FROM people_guest`); n != 1 {
			t.Errorf("%d sessions, want that of somebody else", n)
		}
		_, _ = w.people.Guest(w.ctx, other, true)
	})
}

func TestTheCodeAloneUndoesAnErasure(t *testing.T) {
	each(t, func(w *world) {
		_, g, code := w.withCode()
		w.must(w.askErase(g))
		w.clock.pass(71 * time.Hour)
		_, back, _ := w.comeBack(code)
		if !back.Erasing.Equal(g.Erasing) {
			t.Errorf("the page does not know: %v", back.Erasing)
		}
		w.must(w.undoErase(back))
		w.must(w.undoErase(back)) // twice is once
		if !back.Erasing.IsZero() {
			t.Error("still erasing")
		}
		w.clock.pass(10 * 24 * time.Hour)
		if len(w.due()) != 0 {
			t.Error("still due")
		}
		w.fails(w.forget(g.Person), helpdesk.ErrConflict)
		_, back, _ = w.comeBack(code)
		if !back.Erasing.IsZero() {
			t.Error("still erasing")
		}
	})
}

func TestAskingTwiceDoesNotMoveTheHour(t *testing.T) {
	each(t, func(w *world) {
		_, g, code := w.withCode()
		w.must(w.askErase(g))
		w.clock.pass(time.Hour)
		_, back, _ := w.comeBack(code)
		w.must(w.askErase(back))
		if !back.Erasing.Equal(g.Erasing) {
			t.Errorf("erasing %v, first %v", back.Erasing, g.Erasing)
		}
	})
}

func TestThereIsNoUndoingAfterThreeDays(t *testing.T) {
	each(t, func(w *world) {
		_, g, code := w.withCode()
		w.must(w.askErase(g))
		w.clock.pass(71 * time.Hour)
		cookie, back, _ := w.comeBack(code)
		w.must(w.write(func(tx *store.Tx) error { return w.people.Hold(w.ctx, tx, back.ID, true) }))
		w.clock.pass(59 * time.Minute)
		w.guest(cookie)
		w.clock.pass(time.Minute)
		w.refused(w.undoErase(back), "erase.over")
		w.denied(cookie) // also what is open closes
	})
}

func TestWhileErasingNobodyHandsOutACode(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		w.must(w.askErase(g))
		_, err := w.tryReissue(w.ada(), g.Person, w.team)
		w.refused(err, "code.erasing")
	})
}
