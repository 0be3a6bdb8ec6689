package post

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge"
)

// jumping is a mail server that takes its time: the clock jumps meanwhile, and
// every other worker looks for something to do.
type jumping struct {
	h       *house
	by      time.Duration
	jumped  atomic.Bool
	carried atomic.Int64
}

func (j *jumping) Deliver(ctx context.Context, srv mailbridge.Server, from string, to []string, raw []byte) (map[string]mailbridge.Outcome, error) {
	j.carried.Add(1)
	if !j.jumped.Swap(true) {
		j.h.clock.Pass(j.by)
		for range senders {
			if _, err := j.h.post.sendNext(ctx); err != nil {
				return nil, err
			}
		}
	}
	return j.h.server.Deliver(ctx, srv, from, to, raw)
}

// TestAClockThatJumpsAnHourLosesDoublesAndHoldsUpNothing: while a letter is held,
// while it is in a worker's hands, and between two letters of one person.
func TestAClockThatJumpsAnHourLosesDoublesAndHoldsUpNothing(t *testing.T) {
	for name, by := range map[string]time.Duration{"forward": time.Hour, "back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				h := newHouse(t, db)
				h.receive("a", write("from:anna id:m1", nil))
				h.reply(1, "hello", "anna@x.example")
				h.clock.Pass(by)
				h.deliverAll()
				h.clock.Pass(time.Minute)
				h.deliverAll()
				if n := len(h.server.taken); n != 1 {
					t.Fatalf("a minute after the jump %d letters have left, want 1", n)
				}

				// The same mail again and an answer to ours, by the new clock.
				h.receive("a", write("from:anna id:m1", nil))
				h.receive("a", write("from:anna id:m2 re:m1", nil))
				if n := h.count(`SELECT COUNT(*) FROM tickets_message WHERE kind = 'letter'`); n != 2 {
					t.Errorf("%d letters, want 2", n)
				}

				slow := &jumping{h: h, by: by}
				h.post.deliverer = slow
				h.reply(1, "again", "anna@x.example")
				h.clock.Pass(time.Minute)
				h.deliverAll()
				h.clock.Pass(time.Minute)
				h.deliverAll()
				if n := slow.carried.Load(); n != 1 {
					t.Errorf("a letter in hand was carried %d times", n)
				}
				if n := h.count(`SELECT COUNT(*) FROM post_outbox WHERE state <> 'gone'`); n != 0 {
					t.Errorf("%d letters are still on their way", n)
				}
			})
		})
	}
}

// TestASessionOutlivesAClockThatGoesBackAndEndsCalmlyWhenItRunsAhead.
func TestASessionOutlivesAClockThatGoesBackAndEndsCalmlyWhenItRunsAhead(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	look := func() error { _, err := h.staff.Session(h.ctx, h.cookie, false); return err }
	h.clock.Pass(-time.Hour)
	if err := look(); err != nil {
		t.Errorf("an hour back: %v", err)
	}
	h.clock.Pass(time.Hour)
	if err := look(); err != nil {
		t.Errorf("and forward again: %v", err)
	}
	h.clock.Pass(time.Hour)
	if err := look(); !errors.Is(err, helpdesk.ErrDenied) {
		t.Errorf("an hour ahead: %v", err)
	}
	h.session() // signs in again
	h.clock.Pass(-time.Hour)
	if err := look(); err != nil {
		t.Errorf("signed in by a clock that went back: %v", err)
	}
}
