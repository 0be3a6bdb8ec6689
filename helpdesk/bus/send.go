package bus

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	outboxMost = 4096 // subjects that wait to leave; while Redis is away they stay
	batchMost  = 256  // events sent at once
	pulse      = time.Second
	shortest   = 50 * time.Millisecond // pause after the first failure
	longest    = 2 * time.Second       // and after many
)

// outbox is what the other processes have not been told yet.
type outbox struct {
	mu     sync.Mutex
	queue  queue
	missed bool // events were lost: the others must ask the store
	alive  bool
	mute   bool // the bus is closing

	wake  chan struct{} // holds a token while something may wait
	hurry chan struct{} // ends a pause: Redis is back
}

func (o *outbox) add(e Event) {
	o.mu.Lock()
	if !o.queue.add(e, outboxMost) {
		o.missed = true
	}
	o.mu.Unlock()
	token(o.wake)
}

// lastWords: no pulse keeps a closing bus awake.
func (o *outbox) lastWords() {
	o.mu.Lock()
	o.alive, o.mute = false, true
	o.mu.Unlock()
}

// beat lets the others, and ourselves, hear that we are here.
func (o *outbox) beat() {
	o.mu.Lock()
	o.alive = !o.mute
	o.mu.Unlock()
	token(o.wake)
}

// batch takes what leaves next.
type batch struct {
	events        []Event
	missed, alive bool
}

func (o *outbox) take() (batch, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := batch{missed: o.missed, alive: o.alive}
	o.missed, o.alive = false, false
	for len(b.events) < batchMost {
		e, ok := o.queue.next()
		if !ok {
			break
		}
		b.events = append(b.events, e)
	}
	return b, b.missed || b.alive || len(b.events) > 0
}

// putBack keeps what did not leave. A pulse is not kept: the next one comes.
func (o *outbox) putBack(b batch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.missed = o.missed || b.missed
	for _, e := range b.events {
		if !o.queue.add(e, outboxMost) {
			o.missed = true
		}
	}
}

func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // one lies there already
	}
}

// send carries the outbox to Redis until the bus closes. What failed is sent
// again: an event heard twice harms nobody.
func (r *Redis) send(ctx context.Context) {
	pause, closing, spoke := shortest, r.closing, false
	for {
		b, some := r.out.take()
		if !some && closing == nil {
			if spoke { // or nobody knows us
				r.publish(ctx, note{origin: r.me, kind: bye})
			}
			return
		}
		var err error
		if some {
			if err = r.publish(ctx, r.notes(b)...); err == nil {
				pause, spoke = shortest, true
				continue
			}
			r.out.putBack(b)
			r.link.sendingFailed(troubleOf(err))
		}
		if !r.rest(ctx, err, pause, &closing) {
			return
		}
		if err != nil {
			pause = min(2*pause, longest)
		}
	}
}

// rest waits for something to send, or after a failure for better times; false
// when the bus has ended. Of closing it tells once.
func (r *Redis) rest(ctx context.Context, failed error, pause time.Duration, closing *chan struct{}) bool {
	wake, hurry, timer := r.out.wake, (chan struct{})(nil), (<-chan time.Time)(nil)
	if failed != nil {
		wake, hurry, timer = nil, r.out.hurry, time.After(jitter(pause))
	}
	select {
	case <-wake:
	case <-hurry:
	case <-timer:
	case <-*closing:
		*closing = nil
		r.out.lastWords()
	case <-ctx.Done():
		return false
	}
	return true
}

// notes puts the doubt last: who hears it has then also heard the rest.
func (r *Redis) notes(b batch) []note {
	notes := make([]note, 0, len(b.events)+2)
	for _, e := range b.events {
		notes = append(notes, note{origin: r.me, kind: ringing, event: e})
	}
	if b.missed {
		notes = append(notes, note{origin: r.me, kind: missed})
	}
	if b.alive {
		notes = append(notes, note{origin: r.me, kind: alive})
	}
	return notes
}

func (r *Redis) publish(ctx context.Context, notes ...note) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	lines := r.client.Pipeline()
	for _, n := range notes {
		lines.Publish(ctx, r.channel(), n.encode())
	}
	_, err := lines.Exec(ctx)
	return err
}

// jitter keeps processes that lost Redis together from returning together.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }
