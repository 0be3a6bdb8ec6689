package bus

import "sync"

// Listener is one who listens: what waits for them, each thing once. Who reads
// slowly holds up nobody; past a bound, what waited becomes one doubt.
type Listener struct {
	at    *exchange
	seats []seat
	place int // in exchange.all
	wake  func()
	ready chan struct{}

	mu     sync.Mutex
	queue  queue
	doubts int  // seats still to be told that something was missed
	told   bool // wake was called and Next has not yet said "nothing"
	closed bool
}

// seat is a listener's place at one ring, beside the others' at its subject.
type seat struct {
	ring  Ring
	owner *Listener
	// The seats hang on each other: most subjects have few, and a list of its
	// own would cost more than the seat.
	before, after *seat
}

// Ready holds a token while something may wait. It is nil where Listen was
// given a wake function.
func (l *Listener) Ready() <-chan struct{} { return l.ready }

// Next returns what waits, doubts first; false when nothing does.
func (l *Listener) Next() (Event, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.doubts > 0 {
		l.doubts--
		r := l.seats[l.doubts].ring
		return Event{Topic: r.Topic, Subject: r.Subject, Missed: true}, true
	}
	e, ok := l.queue.next()
	if !ok {
		l.told = false
	}
	return e, ok
}

// Close ends the listening and drops what waits. It may be called twice.
func (l *Listener) Close() {
	l.mu.Lock()
	was := l.closed
	l.closed, l.doubts = true, 0
	l.queue.clear()
	l.mu.Unlock()
	if !was {
		l.at.leave(l)
	}
}

// add reports whether the listener must be woken.
func (l *Listener) add(e Event) (wake bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	if !l.queue.add(e, pendingMost) {
		l.doubts = len(l.seats)
		l.at.doubts.Add(1)
	}
	return l.tell()
}

// doubt tells the listener to ask the store for all it listens to.
func (l *Listener) doubt() (wake bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.seats) == 0 {
		return false
	}
	l.doubts = len(l.seats)
	l.at.doubts.Add(1)
	return l.tell()
}

func (l *Listener) tell() bool {
	was := l.told
	l.told = true
	return !was
}

// ring wakes the listener; without any lock held, because wake may call us.
func (l *Listener) ring() {
	if l.wake != nil {
		l.wake()
		return
	}
	select {
	case l.ready <- struct{}{}:
	default: // a token lies there already
	}
}
