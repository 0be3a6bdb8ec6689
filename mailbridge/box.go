package mailbridge

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// box collects one mailbox.
type box struct {
	Mailbox
	*Collector
	board   board
	kept    withheld
	ahead   ahead
	wake    chan struct{}
	stop    context.CancelFunc
	started bool
	ended   chan struct{}
}

func newBox(c *Collector, m Mailbox) *box {
	b := &box{Mailbox: m, Collector: c, wake: make(chan struct{}, 1), stop: func() {}, ended: make(chan struct{})}
	b.board.s = Status{Mailbox: m.ID, State: Stopped, Since: c.now()}
	return b
}

// run connects again and again until ctx ends.
func (b *box) run(ctx context.Context) {
	defer func() { b.board.enter(Stopped, b.now()) }()
	for failures := 0; ; failures++ {
		progress, err := b.connection(ctx)
		if ctx.Err() != nil {
			return
		}
		if progress {
			failures = 0
		}
		pause := backoff(failures)
		switch CodeOf(err) {
		case Bookkeeping: // no server was asked
			pause = min(pause, houseDelay)
		case Receiving:
			pause = min(pause, storeDelay)
		}
		b.fail(err, failures+1, pause)
		select {
		case <-b.after(pause):
		case <-b.wake:
		case <-ctx.Done():
			return
		}
	}
}

func (b *box) fail(err error, failures int, pause time.Duration) {
	code := cmp.Or(CodeOf(err), Closed)
	now := b.now()
	b.board.change(func(s *Status) {
		s.State, s.Since = Resting, now
		if s.Trouble == "" {
			s.Troubled = now
		}
		s.Trouble, s.Failures, s.NextTry = code, failures, now.Add(pause)
	})
	facts := []any{"mailbox", b.ID, "code", string(code), "failures", failures, "pause", pause.Round(time.Millisecond)}
	if code == Receiving || code == Bookkeeping {
		facts = append(facts, "error", errors.Unwrap(err)) // the house's own words; a server's are never logged
	}
	b.log.Warn("mailbox rests after trouble", facts...)
}

// well forgets trouble; the caller just saw the folder fully collected.
func (b *box) well() {
	now := b.now()
	b.board.change(func(s *Status) {
		s.LastLook, s.Waiting, s.Taken, s.Begun, s.Failures, s.NextTry = now, 0, 0, time.Time{}, 0, time.Time{}
		if s.Trouble != AfterFailed {
			s.Trouble, s.Troubled = "", time.Time{}
		}
	})
}

// connection lives from one connect to the next trouble. progress reports
// whether it got anywhere, so that the next one may be tried soon.
func (b *box) connection(ctx context.Context) (progress bool, err error) {
	b.board.enter(Connecting, b.now())
	// While the house can't say where it stands there is nothing to sign in for.
	if _, err := b.receiver.Bookmark(ctx, b.ID); err != nil {
		return false, trouble(Bookkeeping, err)
	}
	s, err := open(ctx, b.IMAP, b.dial, b.timeout)
	if err != nil {
		return false, err
	}
	defer s.close()
	if b.Largest > 0 {
		s.largest = b.Largest
	}
	s.keeps = b.keeps
	round, err := b.beginRound(ctx, s)
	if err != nil {
		return false, err
	}
	connected := b.now()
	// A server that lets us in and hangs up at once is no progress.
	lasting := func() bool { return round.received > 0 || b.now().Sub(connected) > time.Minute }

	for rang := false; ; {
		b.board.enter(Collecting, b.now())
		before := round.received
		if err := round.collect(ctx); err != nil {
			return lasting(), err
		}
		b.well()
		if ctx.Err() != nil {
			return true, ctx.Err()
		}
		if rang && round.received == before {
			// A server that announces what is not there must not make us spin.
			nap(ctx, time.After, fruitless, nil)
		}
		if rang = s.rung; rang {
			continue // announced while we were collecting
		}
		if !s.has("IDLE") {
			b.board.enter(Polling, b.now())
			nap(ctx, b.after, b.poll, b.wake)
			if err := s.simple("NOOP"); err != nil {
				return lasting(), err
			}
			continue
		}
		b.board.enter(Listening, b.now())
		glance := time.Duration(0)
		if b.IMAP.loopback() {
			glance = b.glance
		}
		switch err := s.listen(ctx, b.wake, glance); {
		case CodeOf(err) == Declined:
			delete(s.caps, "IDLE") // offered and not meant
		case err != nil:
			return lasting(), err
		}
		rang = s.rung
	}
}

// fruitless is the pause after an announcement without a new mail.
const fruitless = 50 * time.Millisecond

// errStopped ends a round because the Collector ends.
var errStopped = errors.New("collecting stops")
