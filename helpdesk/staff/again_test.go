package staff_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestASessionServesAgainForAMomentOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		s := w.ada()
		w.clock.Pass(29 * time.Second)
		again, ok := s.Again(w.ctx)
		if !ok || again.ID != s.ID || !again.Member(w.team) {
			t.Fatal("not after half a minute")
		}
		if _, err := again.TeamPair(w.team, 0); err != nil {
			t.Fatal(err)
		}
		w.clock.Pass(time.Second)
		if _, ok := again.Again(w.ctx); ok {
			t.Error("serving again prolonged it")
		}
		if _, ok := w.desk.Console().Again(w.ctx); ok {
			t.Error("the console is no browser's session")
		}
	})
}

func TestASessionDoesNotServeAgainBeyondItsEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		cookie, _ := w.signIn("ada", w.init.Words)
		w.clock.Pass(30*time.Minute - 10*time.Second)
		s, err := w.desk.Session(w.ctx, cookie, true)
		w.must(err)
		w.clock.Pass(10 * time.Second)
		if _, ok := s.Again(w.ctx); ok {
			t.Error("idle for half an hour")
		}
	})
}
