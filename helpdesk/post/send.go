package post

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/store"
)

const (
	senders  = 4                // letters on their way at once
	leaseFor = 20 * time.Second // a worker that says nothing for so long is gone
	giveUp   = 48 * time.Hour   // RFC 5321 section 4.5.4.1 asks for 4-5 days; a person who waits must hear of it sooner
	firstTry = time.Minute      // until the second one; then twice as long each time
	longest  = 4 * time.Hour
	recheck  = 30 * time.Second // looks this often even when no bell rings: bells may be lost
	farewell = 10 * time.Second // for the letter in hand when the house closes
)

// Run delivers what is due until ctx ends, and finishes the letters in hand.
// It sleeps until the next letter is due or a bell rings.
func (p *Postroom) Run(ctx context.Context) error {
	var group errgroup.Group
	for range senders {
		group.Go(func() error {
			bells, done := p.bus.Subscribe(TopicOutbox)
			defer done()
			for ctx.Err() == nil {
				worked, err := p.sendNext(ctx)
				if err != nil && ctx.Err() == nil {
					// The database is away: try again, the letters wait.
					p.log.ErrorContext(ctx, "the outbox stands still", "err", err)
				}
				if worked {
					continue
				}
				p.rest(ctx, bells, err == nil)
			}
			return nil
		})
	}
	return group.Wait()
}

// rest waits until a letter is due, a bell rings or recheck is over.
func (p *Postroom) rest(ctx context.Context, bells <-chan bus.Event, well bool) {
	pause := recheck
	if well {
		var due int64
		if err := p.db.QueryRow(ctx, selectNext).Scan(&due); err == nil && due > 0 {
			pause = max(min(pause, time.UnixMicro(due).Sub(p.now())), 0)
		}
	} else {
		pause = time.Second
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-bells:
	}
}

// sendNext delivers one letter that is due; false when there is none.
func (p *Postroom) sendNext(ctx context.Context) (bool, error) {
	due, err := p.due(ctx)
	if err != nil || len(due) == 0 {
		return false, err
	}
	// Several workers look at once; each begins elsewhere, so they rarely
	// meet, and who comes second finds nothing to claim.
	for _, i := range rand.Perm(len(due)) {
		job, err := p.claim(ctx, due[i])
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		if err := p.carry(ctx, job); !errors.Is(err, helpdesk.ErrConflict) {
			return true, err
		}
		p.log.WarnContext(ctx, "a lease ran out before its letter was recorded", "letter", string(job.id))
		return true, nil
	}
	return true, nil // others took them all; look again
}

func (p *Postroom) due(ctx context.Context) ([]helpdesk.ID, error) {
	rows, err := p.db.Query(ctx, selectDue, p.now().UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("look into the outbox: %w", err)
	}
	defer rows.Close()
	var out []helpdesk.ID
	for rows.Next() {
		var id helpdesk.ID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("look into the outbox: %w", err)
		}
		out = append(out, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look into the outbox: %w", err)
	}
	return out, nil
}

// job is a letter a worker holds.
type job struct {
	outgoing
	proven   bool // our own MAC stands on the row
	lease    string
	made     time.Time
	attempts int
	mail     []byte // sealed
}

// claim takes a letter for leaseFor; ErrNotFound when somebody else has it.
func (p *Postroom) claim(ctx context.Context, id helpdesk.ID) (*job, error) {
	now := p.now()
	j := &job{lease: string(helpdesk.NewID())}
	err := p.db.Write(ctx, "claim a letter", func(tx *store.Tx) error {
		var made int64
		var index []byte
		err := tx.QueryRow(ctx, claimOutbox, j.lease, now.Add(leaseFor).UnixMicro(), id, now.UnixMicro()).
			Scan(append(j.dest(), &index, &j.mail, &made, &j.attempts)...)
		j.made = time.UnixMicro(made)
		j.proven = p.secrets.Vouched(j.mac, j.origin(index))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim letter %s: %w", id, err)
	}
	return j, nil
}

// carry delivers a claimed letter to those who still wait for it and writes
// down what became of it. Killed in between, the lease ends and the same bytes
// go again, with the same Message-ID.
func (p *Postroom) carry(ctx context.Context, j *job) error {
	// What was begun is finished, also when the house closes.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(farewell, cancel) })()

	waiting, err := p.waiting(work, j.id)
	if err != nil {
		return err
	}
	outcomes, err := p.tryDelivery(work, j, waiting)
	if err != nil {
		return err
	}
	return p.record(work, j, outcomes)
}
