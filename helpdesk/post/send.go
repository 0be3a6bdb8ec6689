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
	senders  = 8                // letters on their way at once, of all mailboxes; see perMailbox
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
		full := p.lanes.full()
		if err := p.db.QueryRow(ctx, selectNext+store.Places(len(full), 1)+`)`, full...).Scan(&due); err == nil && due > 0 {
			least := time.Duration(0)
			if p.stale() == 0 {
				least = time.Second // what is due may be what is left alone
			}
			pause = max(min(pause, time.UnixMicro(due).Sub(p.now())), least)
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
func (p *Postroom) sendNext(ctx context.Context) (worked bool, err error) {
	defer func() {
		if away(err) {
			p.shaken.Store(p.now().UnixMicro())
		}
	}()
	due, err := p.due(ctx)
	if err != nil {
		return false, err
	}
	if len(due) == 0 {
		return p.clockWentBack(ctx)
	}
	// Several workers look at once; each begins elsewhere, so they rarely
	// meet, and who comes second finds nothing to claim.
	tried := false
	for _, i := range rand.Perm(len(due)) {
		if !p.lanes.enter(due[i]) {
			continue
		}
		tried = true
		took, err := p.sendOne(ctx, due[i].id)
		p.lanes.leave(due[i])
		if took || err != nil {
			return took, err
		}
	}
	if !tried { // all of them are in this process's hands
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	return true, nil // others took them all; look again
}

// skew is how far apart the clocks of our processes may be.
const skew = 2 * time.Minute

// clockWentBack lets the letters go that a clock of later holds: their authors
// would wait for as long as it went back.
func (p *Postroom) clockWentBack(ctx context.Context) (bool, error) {
	var n int64
	now := p.now()
	limit := now.Add(skew).UnixMicro()
	if err := p.db.QueryRow(ctx, selectAhead, limit).Scan(&n); err != nil || n == 0 {
		return false, err
	}
	err := p.db.Write(ctx, "let letters of a later clock go", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, bringBack, now.UnixMicro(), limit)
		return err
	})
	return err == nil, err
}

// sendOne delivers a letter, if nobody else has it.
func (p *Postroom) sendOne(ctx context.Context, id helpdesk.ID) (took bool, err error) {
	job, err := p.claim(ctx, id)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return false, nil
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

// dueLetter is one that waits for a worker.
type dueLetter struct{ id, mailbox helpdesk.ID }

func (p *Postroom) due(ctx context.Context) ([]dueLetter, error) {
	full := p.lanes.full()
	rows, err := p.db.Query(ctx, selectDue+store.Places(len(full), 3)+selectDueOrder, append([]any{p.now().UnixMicro(), p.stale()}, full...)...)
	if err != nil {
		return nil, fmt.Errorf("look into the outbox: %w", err)
	}
	defer rows.Close()
	var out []dueLetter
	for rows.Next() {
		var d dueLetter
		if err := rows.Scan(&d.id, &d.mailbox); err != nil {
			return nil, fmt.Errorf("look into the outbox: %w", err)
		}
		out = append(out, d)
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
		err := tx.QueryRow(ctx, claimOutbox, j.lease, now.Add(leaseFor).UnixMicro(), id, now.UnixMicro(), p.stale()).
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
// go again, with the same Message-ID: SMTP has no question whether a letter was
// taken (RFC 1047), and who gets an answer twice loses less than who waits for
// one that nobody sends.
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
	return p.writeDown(work, j, outcomes)
}
