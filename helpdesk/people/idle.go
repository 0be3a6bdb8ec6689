package people

import (
	"context"
	"time"
)

// Idle is how long a session lasts without a deed of the person's own.
type Idle struct {
	Own    time.Duration
	Shared time.Duration // where others use the computer too
}

var usualIdle = Idle{Own: 10 * time.Minute, Shared: 5 * time.Minute}

// idleKept is how long an answer is used again: every request of a person needs
// it, and the house changes it once a year.
const idleKept = 10 * time.Second

type keptIdle struct {
	Idle
	at time.Time
}

// idle is how long somebody may do nothing now. When the house can't say, what
// it said last counts.
func (p *Registry) idle(ctx context.Context) Idle {
	if p.askIdle == nil {
		return usualIdle
	}
	now, kept := p.now(), p.kept.Load()
	if kept != nil && now.Sub(kept.at) < idleKept && !now.Before(kept.at) {
		return kept.Idle
	}
	idle, err := p.askIdle(ctx)
	switch {
	case err == nil:
		p.kept.Store(&keptIdle{idle, now})
		return idle
	case kept != nil:
		return kept.Idle
	}
	return usualIdle
}
