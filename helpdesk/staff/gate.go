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
	gateKnown   = 60 // how many may wait in browsers that are known: all who work here, on one morning
)

// Gate is a bounded line before Argon2id: guessing may not take the machine's
// memory, nor all places of the line for one name. Each use has a line of its
// own, so that a flood at one keeps nobody from the others.
type Gate struct {
	limit, each int
	busy        string
	work        chan struct{}

	mu     sync.Mutex
	inside int
	names  map[string]int
}

// NewGate makes a line: work at once, line waiting behind them, at most each
// of both under one name (0: as many as fit). busy is the Refusal's key when
// it is full.
func NewGate(work, line, each int, busy string) *Gate {
	if each == 0 {
		each = work + line
	}
	return &Gate{limit: work + line, each: each, busy: busy, work: make(chan struct{}, work), names: map[string]int{}}
}

func newGate() *Gate { return NewGate(gateWork, gateLine, gateAtLogin, "staff.busy") }

// Enter waits for a place at work, and refuses at once when the line is full.
func (g *Gate) Enter(ctx context.Context, name string) (leave func(), err error) {
	g.mu.Lock()
	if g.inside == g.limit || g.names[name] == g.each {
		g.mu.Unlock()
		return nil, helpdesk.Refuse(g.busy)
	}
	g.inside++
	g.names[name]++
	g.mu.Unlock()
	out := func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.inside--
		if g.names[name]--; g.names[name] == 0 {
			delete(g.names, name)
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
