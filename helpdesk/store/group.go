package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"
)

// How many writers share a commit at the most, and how long the first of them
// waits for the others' statements.
const (
	groupMost = 16
	groupWait = 4 * time.Millisecond
)

// group lets those who wait for SQLite's one writer share a commit: each runs
// its statements in turn, undone by itself when it fails, and whoever finds
// nobody waiting commits for all. A commit costs the disk's half a millisecond
// however much is in it, so a rush of small writes would else wait for little
// but the disk. Nobody is told that something is written before it is.
type group struct {
	write   *sql.DB
	turn    chan struct{} // held by the one whose statements run; first come, first served
	waiting atomic.Int32  // who wants the turn
	commits atomic.Int64
	open    *batch // held with the turn
}

// batch is a transaction of several writers.
type batch struct {
	tx     *sql.Tx
	joined int
	began  time.Time
	free   func()        // the context it was begun with
	done   chan struct{} // closed with the commit
	err    error         // of the commit
}

func newGroup(write *sql.DB) *group {
	return &group{write: write, turn: make(chan struct{}, 1)}
}

// once is DB.once with a commit that others may share.
func (g *group) once(ctx context.Context, what string, f func(tx *Tx) error) error {
	b, tx, err := g.run(ctx, what, f)
	if b != nil {
		<-b.done
		if b.err != nil {
			return fmt.Errorf("%s: commit: %w", what, fact(b.err))
		}
	}
	if err != nil {
		return err
	}
	for _, hook := range tx.after {
		hook()
	}
	return nil
}

// run runs f at its turn. Whoever fails is handed the batch, too, where they saw
// what others wrote in it: what they were refused for must be there for everybody
// before they hear so, or they look and find nothing.
func (g *group) run(ctx context.Context, what string, f func(tx *Tx) error) (shared *batch, _ *Tx, _ error) {
	if err := g.enter(ctx); err != nil {
		return nil, nil, fmt.Errorf("%s: begin: %w", what, fact(err))
	}
	defer g.leave()
	b, err := g.join(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: begin: %w", what, fact(err))
	}
	kept := false
	defer func() {
		if !kept && !g.undo(b) { // also for a panic and for a test's FailNow
			shared = nil
		}
	}()
	tx := &Tx{tx: b.tx}
	if err := f(tx); err != nil {
		return b, nil, err
	}
	if tx.failed != nil {
		return b, nil, fmt.Errorf("%s: a statement failed: %w", what, tx.failed)
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("%s: commit: %w", what, fact(err))
	}
	if b.joined > 1 {
		if _, err := b.tx.Exec("RELEASE member"); err != nil {
			return nil, nil, fmt.Errorf("%s: commit: %w", what, fact(err))
		}
	}
	kept = true
	return b, tx, nil
}

// enter waits for the turn. Who gives up still takes it, to commit what those
// before left to them.
func (g *group) enter(ctx context.Context) error {
	g.waiting.Add(1)
	select {
	case g.turn <- struct{}{}:
		g.waiting.Add(-1)
		return nil
	case <-ctx.Done():
		go func() {
			g.turn <- struct{}{}
			g.waiting.Add(-1)
			g.leave()
		}()
		return ctx.Err()
	}
}

// leave passes the turn on, after a commit where nobody else will do it.
func (g *group) leave() {
	if b := g.open; b != nil && (g.waiting.Load() == 0 || b.joined >= groupMost || time.Since(b.began) > groupWait) {
		g.close(b, b.tx.Commit())
	}
	<-g.turn
}

func (g *group) close(b *batch, err error) {
	b.err = err
	g.open = nil
	g.commits.Add(1)
	b.free()
	close(b.done)
}

// join begins a transaction, or joins the one that is open.
func (g *group) join(ctx context.Context) (*batch, error) {
	if b := g.open; b != nil {
		if _, err := b.tx.Exec("SAVEPOINT member"); err != nil {
			return nil, err
		}
		b.joined++
		return b, nil
	}
	// The transaction outlives the context of who began it: others join it.
	begin, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unbind := context.AfterFunc(ctx, cancel)
	tx, err := g.write.BeginTx(begin, nil)
	if !unbind() && err == nil {
		tx.Rollback() // it ended at this moment, and the transaction with it
		err = ctx.Err()
	}
	if err != nil {
		cancel()
		if ctx.Err() != nil {
			err = ctx.Err() // and not that of the context made from it
		}
		return nil, err
	}
	b := &batch{tx: tx, joined: 1, began: time.Now(), free: cancel, done: make(chan struct{})}
	g.open = b
	return b, nil
}

// undo takes back what the one at their turn did, and tells whether the batch
// goes on. SQLite itself gives up the whole transaction after some faults (a full
// disk); then those who were done run again.
func (g *group) undo(b *batch) bool {
	if b.joined == 1 {
		b.tx.Rollback()
		g.open = nil
		b.free()
		return false
	}
	if _, err := b.tx.Exec("ROLLBACK TO member; RELEASE member"); err != nil {
		b.tx.Rollback()
		g.close(b, &fault{facts: []error{ErrUnavailable, errRepeat}, code: "group"})
		return false
	}
	return true
}
