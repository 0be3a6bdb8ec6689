package bus

import (
	"context"
	"time"
)

const (
	step     = 100 * time.Millisecond
	round    = 2 * time.Second // while events may be lost, everybody is told to ask the store this often
	together = 64              // told at one step after a loss; more would ask the store all at once
)

// doubtAll has every listener told, within a round, that something was missed.
func (r *Redis) doubtAll() { r.doubtful.Store(true) }

// watch looks every step whether our pulse comes back, and tells listeners to
// ask the store: everybody once in a round, spread evenly, so that fifteen
// thousand do not ask in the same moment.
func (r *Redis) watch(ctx context.Context) {
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	const steps = int(round / step)
	owed, due, beat := false, 0, time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if now.Sub(beat) >= pulse {
				beat = now
				r.out.beat()
			}
		}
		r.link.overdue()
		if r.doubtful.Swap(false) {
			owed = true
			r.restart()
		}
		n, size := 0, r.size()
		if owed {
			n = max(together, size/steps+1)
		}
		if r.link.asking() {
			due += size
			n = max(n, due/steps)
			due %= steps
		}
		if n > 0 && r.sweep(n) {
			owed = false
		}
	}
}
