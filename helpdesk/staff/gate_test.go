package staff

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
)

func TestTheLineBeforeTheWordsIsBounded(t *testing.T) {
	g := newGate()
	ctx, cancel := context.WithCancel(context.Background())
	var leaves []func()
	for i := range gateWork {
		leave, err := g.Enter(ctx, string(rune('a'+i)))
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	var waiting sync.WaitGroup
	failed := make(chan error, gateLine)
	for i := range gateLine {
		waiting.Go(func() {
			_, err := g.Enter(ctx, string(rune('A'+i)))
			failed <- err
		})
	}
	full := func() bool { g.mu.Lock(); defer g.mu.Unlock(); return g.inside == gateWork+gateLine }
	for deadline := time.Now().Add(5 * time.Second); !full(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the line does not fill")
		}
	}
	var r helpdesk.Refusal
	if _, err := g.Enter(ctx, "z"); !errors.As(err, &r) || r.Key != "staff.busy" {
		t.Errorf("the twenty-first: %v", err)
	}
	cancel()
	waiting.Wait()
	for range gateLine {
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Errorf("gone while waiting: %v", err)
		}
	}
	for _, leave := range leaves {
		leave()
	}
	if g.inside != 0 || len(g.names) != 0 || len(g.work) != 0 {
		t.Errorf("left behind: %d inside, %d logins, %d at work", g.inside, len(g.names), len(g.work))
	}
}

func TestGuessingAtOneLoginLeavesPlacesForOthers(t *testing.T) {
	g := newGate()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	entered := make(chan func(), gateAtLogin)
	var all sync.WaitGroup
	for range gateAtLogin {
		all.Go(func() {
			if leave, err := g.Enter(ctx, "guessed"); err == nil {
				entered <- leave
			}
		})
	}
	full := func() bool { g.mu.Lock(); defer g.mu.Unlock(); return g.inside == gateAtLogin }
	for deadline := time.Now().Add(5 * time.Second); !full(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the line does not fill")
		}
	}
	var r helpdesk.Refusal
	if _, err := g.Enter(ctx, "guessed"); !errors.As(err, &r) {
		t.Errorf("one more at that login: %v", err)
	}
	done := make(chan error)
	go func() {
		leave, err := g.Enter(ctx, "other")
		if err == nil {
			leave()
		}
		done <- err
	}()
	for range gateAtLogin {
		(<-entered)()
	}
	all.Wait()
	if err := <-done; err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

func TestDelaysGrowAndEndAndNeverLock(t *testing.T) {
	now := time.Unix(1000, 0)
	d := newDelays(func() time.Time { return now })
	var slept time.Duration
	d.pause = func(_ context.Context, p time.Duration) error { slept = p; return nil }
	wait := func() time.Duration {
		if err := d.wait(context.Background(), "a"); err != nil {
			t.Fatal(err)
		}
		return slept
	}
	last := time.Duration(0)
	for i := range 40 {
		p := wait()
		if i < freeFailures && p != 0 || i >= freeFailures && p == 0 || p < last || p > maxDelay {
			t.Fatalf("after %d failures: %v", i, p)
		}
		last = p
		d.failure("a")
	}
	if last != maxDelay {
		t.Errorf("after forty failures: %v", last)
	}
	now = now.Add(failureLife + time.Second)
	if p := wait(); p != 0 {
		t.Errorf("long after: %v", p)
	}
	for range 5 {
		d.failure("a")
	}
	d.success("a")
	if p := wait(); p != 0 {
		t.Errorf("after the right words: %v", p)
	}
}

func TestAFloodOfNamesDoesNotGrowTheMemory(t *testing.T) {
	d := newDelays(time.Now)
	for i := range maxFailures + 500 {
		d.failure(string(rune(i)) + "x")
	}
	if len(d.failed) > maxFailures {
		t.Errorf("%d logins remembered", len(d.failed))
	}
}
