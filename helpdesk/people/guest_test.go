package people_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

func TestWhoWritesForTheFirstTimeHasAKeyAndASession(t *testing.T) {
	each(t, func(w *world) {
		cookie, g := w.begin(false)
		again := w.guest(cookie)
		if !same(g, again) || again.ID != g.ID || again.Code != people.NoCode || again.MustShowCode || again.Conversation != "" {
			t.Errorf("began %+v", again)
		}
		key, err := w.people.PersonKey(w.ctx, w.db, g.Person)
		w.must(err)
		wrap, err := key.Wrap(vault.At("test"), vault.NewKey())
		w.must(err)
		if _, err := again.Pair().Unwrap(vault.At("test"), wrap); err != nil {
			t.Errorf("what is sealed to the person does not open: %v", err)
		}
		w.must(w.people.Person(w.ctx, w.db, g.Person))
		for _, bad := range []string{"", "x", cookie + "A", vault.NewSessionKey().Cookie()} {
			w.denied(bad)
		}
	})
}

func TestNothingIsKeptOfAFirstMessageThatFailed(t *testing.T) {
	each(t, func(w *world) {
		var cookie string
		stop := errors.New("stop")
		err := w.write(func(tx *store.Tx) (err error) {
			cookie, _, err = w.people.Begin(w.ctx, tx, false)
			w.must(err)
			return stop
		})
		w.fails(err, stop)
		w.denied(cookie)
		if n := w.count(`SELECT COUNT(*) FROM people_key`) + w.count(`SELECT COUNT(*) FROM people_person`); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestAPersonKnownByMailGetsTheirPairOnce(t *testing.T) {
	each(t, func(w *world) {
		var person helpdesk.ID
		begin := func() error {
			return w.write(func(tx *store.Tx) error {
				_, g, err := w.people.BeginAs(w.ctx, tx, person, false)
				if err == nil && g.Person != person {
					t.Error("somebody else began")
				}
				return err
			})
		}
		w.fails(begin(), helpdesk.ErrNotFound)
		w.must(w.write(func(tx *store.Tx) (err error) {
			person, err = w.people.NewPerson(w.ctx, tx)
			return err
		}))
		_, err := w.people.PersonKey(w.ctx, w.db, person)
		w.fails(err, helpdesk.ErrNotFound)
		w.must(begin())
		w.fails(begin(), helpdesk.ErrConflict)
	})
}

func TestASessionEndsByIdleness(t *testing.T) {
	for name, c := range map[string]struct {
		shared bool
		idle   time.Duration
	}{"own computer": {false, 10 * time.Minute}, "shared computer": {true, 5 * time.Minute}} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.t = t
				cookie, g := w.begin(c.shared)
				heard := w.ended()
				if !g.Ends.Equal(w.clock.now().Add(c.idle)) || !g.Warn.Equal(g.Ends.Add(-2*time.Minute)) || g.Shared != c.shared {
					t.Errorf("ends %v, warned %v", g.Ends, g.Warn)
				}
				w.clock.pass(c.idle - time.Second)
				w.guest(cookie) // an action of their own
				w.clock.pass(c.idle - time.Second)
				for range 3 { // polls are none
					if _, err := w.people.Guest(w.ctx, cookie, true); err != nil {
						t.Fatal(err)
					}
				}
				w.clock.pass(2 * time.Second)
				w.denied(cookie)
				if got := heard(); !slices.Equal(got, []helpdesk.ID{g.ID}) {
					t.Errorf("ended: %v", got)
				}
				if n := w.count(`SELECT COUNT(*) FROM people_guest WHERE seed IS NOT NULL`); n != 0 {
					t.Error("the seed is still there")
				}
				w.clock.pass(-time.Minute)
				w.denied(cookie) // what ended stays ended
			})
		})
	}
}

func TestWhoSaysTheyAreStillHereIs(t *testing.T) {
	each(t, func(w *world) {
		cookie, g := w.begin(true)
		w.clock.pass(4 * time.Minute)
		w.must(w.people.Awake(w.ctx, g))
		if !g.Ends.Equal(w.clock.now().Add(5*time.Minute)) || !g.Warn.Equal(w.clock.now().Add(3*time.Minute)) {
			t.Errorf("ends %v", g.Ends)
		}
		w.clock.pass(4 * time.Minute)
		w.guest(cookie)
	})
}

func TestWaitingInAQueueIsNeverIdle(t *testing.T) {
	each(t, func(w *world) {
		hold := func(id helpdesk.ID, held bool) {
			w.must(w.write(func(tx *store.Tx) error { return w.people.Hold(w.ctx, tx, id, held) }))
		}
		cookie, g := w.begin(true)
		for _, id := range []helpdesk.ID{g.ID, g.Person} {
			hold(id, true)
			w.clock.pass(90 * time.Minute)
			w.must(w.people.Sweep(w.ctx))
			g, err := w.people.Guest(w.ctx, cookie, true)
			w.must(err)
			if !g.Held || !g.Warn.IsZero() || !g.Ends.Equal(g.Expires) {
				t.Errorf("held %v, warned %v, ends %v", g.Held, g.Warn, g.Ends)
			}
			hold(id, false)
			w.clock.pass(4 * time.Minute) // the idle time begins anew
			w.guest(cookie)
		}
		w.clock.pass(6 * time.Minute)
		w.denied(cookie)
		// What has ended is not revived, whether the sweep has come or not.
		hold(g.ID, true)
		w.denied(cookie)
		cookie, g = w.begin(true)
		w.clock.pass(6 * time.Minute)
		hold(g.Person, true)
		w.denied(cookie)
	})
}

func TestOnlyTheSessionThatWaitsIsHeld(t *testing.T) {
	each(t, func(w *world) {
		left, _, code := w.withCode()
		w.clock.pass(time.Minute)
		waits, g, _ := w.comeBack(code)
		w.must(w.write(func(tx *store.Tx) error { return w.people.Hold(w.ctx, tx, g.Person, true) }))
		w.clock.pass(9*time.Minute - time.Second)
		if _, err := w.people.Guest(w.ctx, left, true); err != nil {
			t.Errorf("ended before its time: %v", err)
		}
		w.clock.pass(time.Minute)
		w.denied(left)
		w.clock.pass(time.Hour)
		w.guest(waits)
	})
}

func TestASessionEndsAfterTwelveHoursWhateverIsDone(t *testing.T) {
	each(t, func(w *world) {
		cookie, g := w.begin(false)
		w.must(w.write(func(tx *store.Tx) error { return w.people.Hold(w.ctx, tx, g.ID, true) }))
		w.clock.pass(12*time.Hour - time.Second)
		w.guest(cookie)
		w.clock.pass(time.Second)
		w.denied(cookie)
	})
}

func TestExitDeletesTheRow(t *testing.T) {
	each(t, func(w *world) {
		cookie, g := w.begin(false)
		other, _ := w.begin(false)
		heard := w.ended()
		w.must(w.people.Leave(w.ctx, cookie))
		if n := w.count(`SELECT COUNT(*) FROM people_guest WHERE id = $1`, string(g.ID)); n != 0 {
			t.Error("the row is still there")
		}
		if got := heard(); !slices.Equal(got, []helpdesk.ID{g.ID}) {
			t.Errorf("ended: %v", got)
		}
		w.denied(cookie)
		_, err := w.people.Author(w.ctx, cookie)
		w.fails(err, helpdesk.ErrDenied)
		w.guest(other)
		// Leaving always works.
		for _, cookie := range []string{cookie, "", "rubbish", vault.NewSessionKey().Cookie()} {
			w.must(w.people.Leave(w.ctx, cookie))
		}
		if len(heard()) != 0 {
			t.Error("somebody else's session ended")
		}
	})
}

func TestTheSweepEndsWhatNobodyComesBackTo(t *testing.T) {
	each(t, func(w *world) {
		_, idle := w.begin(true)
		cookie, awake := w.begin(false)
		heard := w.ended()
		w.clock.pass(6 * time.Minute)
		w.must(w.people.Sweep(w.ctx))
		if got := heard(); !slices.Equal(got, []helpdesk.ID{idle.ID}) {
			t.Errorf("ended %v, want %v and not %v", got, idle.ID, awake.ID)
		}
		w.guest(cookie)
		w.clock.pass(24*time.Hour + time.Second)
		w.must(w.people.Sweep(w.ctx))
		if n := w.count(`SELECT COUNT(*) FROM people_guest WHERE id = $1`, string(idle.ID)); n != 0 {
			t.Error("after a day the row is still there")
		}
	})
}

func TestTheSweepRunsUntilTheHouseStops(t *testing.T) {
	each(t, func(w *world) {
		ctx, stop := context.WithCancel(w.ctx)
		stop()
		w.must(w.people.Run(ctx))
	})
}

func TestTheConversationTheyAreInIsRemembered(t *testing.T) {
	each(t, func(w *world) {
		cookie, g := w.begin(false)
		id := helpdesk.NewID()
		w.must(w.write(func(tx *store.Tx) error { return w.people.TurnTo(w.ctx, tx, g, id) }))
		if got := w.guest(cookie).Conversation; got != id || g.Conversation != id {
			t.Errorf("in %q", got)
		}
	})
}

func TestAPersonKeyIsFoundInsideATransaction(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.write(func(tx *store.Tx) error {
			_, g, err := w.people.Begin(w.ctx, tx, false)
			w.must(err)
			key, err := w.people.PersonKey(w.ctx, tx, g.Person)
			w.must(err)
			if !bytes.Equal(key.Fingerprint(), g.Pair().Fingerprint()) {
				t.Error("another key")
			}
			return nil
		}))
	})
}
