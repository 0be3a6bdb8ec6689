package staff

import (
	"context"
	"sync"
	"time"
)

const (
	freeFailures = 3 // without any delay: people mistype
	maxDelay     = 5 * time.Second
	failureLife  = 15 * time.Minute
	maxFailures  = 10000 // logins remembered
)

// delays slows guessing at one login down and never locks it: who knows the
// words gets in after a few seconds at most. Known and unknown logins are
// slowed alike. It lives in memory, because a table of failed logins could be
// filled from outside.
type delays struct {
	now   func() time.Time
	pause func(context.Context, time.Duration) error

	mu     sync.Mutex
	failed map[string]failure
}

type failure struct {
	count int
	last  time.Time
}

func newDelays(now func() time.Time) *delays {
	return &delays{now: now, pause: pause, failed: map[string]failure{}}
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait holds a caller back for as long as the login's failures ask.
func (d *delays) wait(ctx context.Context, login string) error {
	d.mu.Lock()
	f := d.failed[login]
	if d.now().Sub(f.last) > failureLife {
		f.count = 0
	}
	d.mu.Unlock()
	return d.pause(ctx, delayAfter(f.count))
}

func delayAfter(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	return min(500*time.Millisecond<<min(failures-freeFailures, 10), maxDelay)
}

// failure counts one, and says how many those are by now.
func (d *delays) failure(login string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if len(d.failed) >= maxFailures {
		for k, f := range d.failed {
			if now.Sub(f.last) > failureLife {
				delete(d.failed, k)
			}
		}
		for k := range d.failed { // any: a flood of names must not grow the map
			if len(d.failed) < maxFailures {
				break
			}
			delete(d.failed, k)
		}
	}
	f := d.failed[login]
	if now.Sub(f.last) > failureLife {
		f.count = 0
	}
	d.failed[login] = failure{count: f.count + 1, last: now}
	return f.count + 1
}

// success forgets the failures, and says how many those were.
func (d *delays) success(login string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.failed[login]
	delete(d.failed, login)
	if d.now().Sub(f.last) > failureLife {
		return 0
	}
	return f.count
}
