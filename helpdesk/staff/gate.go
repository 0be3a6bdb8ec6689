package staff

import (
	"context"
	"sync"

	"returnsupport/helpdesk"
)

const (
	gateWork    = 2  // guesses computed at once, 64 MiB each
	gateLine    = 20 // how many more may wait
	gateAtLogin = 4  // of both, for one login
)

// gate is the bounded line before Argon2id: guessing may not take the
// machine's memory, nor all places of the line at one login.
type gate struct {
	work chan struct{}

	mu     sync.Mutex
	inside int
	logins map[string]int
}

func newGate() *gate {
	return &gate{work: make(chan struct{}, gateWork), logins: map[string]int{}}
}

// enter waits for a place at work. When the line is full it refuses at once
// with staff.busy.
func (g *gate) enter(ctx context.Context, login string) (leave func(), err error) {
	g.mu.Lock()
	if g.inside == gateWork+gateLine || g.logins[login] == gateAtLogin {
		g.mu.Unlock()
		return nil, helpdesk.Refuse("staff.busy")
	}
	g.inside++
	g.logins[login]++
	g.mu.Unlock()
	out := func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.inside--
		if g.logins[login]--; g.logins[login] == 0 {
			delete(g.logins, login)
		}
	}
	select {
	case g.work <- struct{}{}:
		return func() { <-g.work; out() }, nil
	case <-ctx.Done():
		out()
		return nil, ctx.Err()
	}
}
