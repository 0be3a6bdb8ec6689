package people_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// TestFlood: 200 wrong codes a second keep nobody from signing in, from
// talking on, or from getting a code.
func TestFlood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		cookie, g := w.begin(false)
		// A guess costs what it costs in earnest; the staff's words stay cheap,
		// because they are not what is measured.
		w.people = people.New(people.House{
			DB: w.db, Secrets: w.secrets, Bus: w.bus, Journal: w.book, Staff: w.staff, Now: w.clock.now, Cost: vault.CodeCost,
		})
		ctx, stop := context.WithCancel(w.ctx)
		var wrong, busy, other atomic.Int64
		var flood sync.WaitGroup
		flood.Go(func() {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				flood.Go(func() {
					_, _, _, err := w.people.Return(ctx, people.NewDigits(), false)
					var r helpdesk.Refusal
					switch {
					case errors.As(err, &r) && r.Key == "code.wrong":
						wrong.Add(1)
					case errors.As(err, &r) && r.Key == "code.busy":
						busy.Add(1)
					case ctx.Err() == nil:
						other.Add(1)
					}
				})
			}
		})
		deadline := time.Now().Add(5 * time.Second)
		for busy.Load() < 20 && time.Now().Before(deadline) { // until the line is full
			time.Sleep(10 * time.Millisecond)
		}

		var waits []time.Duration
		begin := time.Now()
		for n := 0; time.Since(begin) < 2*time.Second; n++ {
			start := time.Now()
			w.clock.pass(20 * time.Second)
			g := w.guest(cookie) // a living chat, which also writes
			if n%10 == 0 {
				w.must(w.people.Awake(w.ctx, g))
			}
			waits = append(waits, time.Since(start))
			if n%40 == 0 {
				w.ada()
			}
			time.Sleep(5 * time.Millisecond)
		}
		code, err := w.people.NewCode(w.ctx, g) // a line of its own
		if err != nil {
			t.Errorf("a new code: %v", err)
		}
		stop()
		flood.Wait()
		slices.Sort(waits)
		t.Logf("%d wrong, %d refused; a chat's request p50 %v, p99 %v", wrong.Load(), busy.Load(), waits[len(waits)/2], waits[len(waits)*99/100])
		if busy.Load() < 100 || wrong.Load() == 0 || other.Load() != 0 {
			t.Errorf("%d wrong, %d refused as busy, %d otherwise", wrong.Load(), busy.Load(), other.Load())
		}
		// Generous to a machine that does other things; without the line all
		// memory and cores would be gone and this be seconds.
		if p := waits[len(waits)*9/10]; p > 500*time.Millisecond {
			t.Errorf("nine of ten requests of a living chat took up to %v", p)
		}
		// And when it is over, the code leads in.
		if _, _, _, err := w.people.Return(w.ctx, code, false); err != nil {
			t.Errorf("after the flood: %v", err)
		}
	})
}

// A mistyped code costs no Argon2, and so no place in the line.
func TestATypoNeverWaits(t *testing.T) {
	each(t, func(w *world) {
		typo := strings.Repeat("1", 19) + "1"
		if _, ok := people.Digits(typo); ok {
			t.Fatal("that is no typo")
		}
		w.cost = vault.Cost{MiB: 64, Passes: 8}
		w.restart()
		start := time.Now()
		for range 200 {
			_, _, _, err := w.people.Return(w.ctx, typo, false)
			w.refused(err, "code.typo")
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("200 typos took %v", took)
		}
	})
}
