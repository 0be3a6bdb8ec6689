package people_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestAGuestServesAgainForAMomentOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		cookie, begun := w.begin(false)
		if _, ok := begun.Again(false); ok {
			t.Error("one that was never looked up serves again")
		}
		w.clock.pass(time.Minute)
		look := func(quiet bool) func(own bool) bool {
			g, err := w.people.Guest(t.Context(), cookie, quiet)
			w.must(err)
			return func(own bool) bool {
				again, ok := g.Again(own)
				if ok && (again.ID != g.ID || again.Pair() != g.Pair()) {
					t.Error("it is somebody else")
				}
				if ok {
					g = again
				}
				return ok
			}
		}
		if again := look(true); again(true) || !again(false) {
			t.Error("the idle clock is due, so a deed has to be written down, and a look not")
		}
		again := look(false)
		w.clock.pass(14 * time.Second)
		if !again(true) {
			t.Error("not after fourteen seconds")
		}
		w.clock.pass(time.Second)
		if again(true) {
			t.Error("the idle clock is due again")
		}
		w.clock.pass(14 * time.Second)
		if !again(false) {
			t.Error("not after half a minute")
		}
		w.clock.pass(time.Second)
		if again(false) {
			t.Error("serving again prolonged it")
		}
	})
}

func TestAGuestDoesNotServeAgainBeyondTheirEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		cookie, _ := w.begin(false)
		w.clock.pass(10*time.Minute - 5*time.Second)
		g, err := w.people.Guest(t.Context(), cookie, true)
		w.must(err)
		w.clock.pass(5 * time.Second)
		if _, ok := g.Again(false); ok {
			t.Error("idle for ten minutes")
		}
	})
}
