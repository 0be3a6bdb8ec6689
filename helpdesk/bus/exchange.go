package bus

import (
	"sync"
	"sync/atomic"

	"returnsupport/helpdesk"
)

// exchange hands events to the listeners of this process. Who listens to one
// subject costs nothing when another one rings.
type exchange struct {
	mu    sync.RWMutex
	about map[helpdesk.ID]*seat // the newest at each subject, whatever the topic: most listen to a subject for several
	wide  map[Topic]*seat       // the newest of those who listen to a whole topic
	all   []*Listener           // in no order; the sweep walks it from the end

	sweepAt   int // below it lie the listeners this round has not told yet
	published atomic.Uint64
	doubts    atomic.Uint64
}

func newExchange() *exchange {
	return &exchange{about: map[helpdesk.ID]*seat{}, wide: map[Topic]*seat{}}
}

// hand gives the event to who listens here.
func (x *exchange) hand(e Event) {
	var few [8]*Listener
	woken := few[:0]
	x.mu.RLock()
	if e.Subject != "" {
		for s := x.about[e.Subject]; s != nil; s = s.after {
			if s.ring.Topic == e.Topic && s.owner.add(e) {
				woken = append(woken, s.owner)
			}
		}
	}
	for s := x.wide[e.Topic]; s != nil; s = s.after {
		if s.owner.add(e) {
			woken = append(woken, s.owner)
		}
	}
	x.mu.RUnlock()
	for _, l := range woken {
		l.ring()
	}
}

// Listen implements Bus.
func (x *exchange) Listen(wake func(), rings ...Ring) *Listener {
	l := &Listener{at: x, wake: wake, seats: make([]seat, len(rings))}
	if wake == nil {
		l.ready = make(chan struct{}, 1)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for i, r := range rings {
		s := &l.seats[i]
		*s = seat{ring: r, owner: l, after: x.newest(r)}
		if s.after != nil {
			s.after.before = s
		}
		x.setNewest(r, s)
	}
	l.place = len(x.all)
	x.all = append(x.all, l)
	return l
}

func (x *exchange) newest(r Ring) *seat {
	if r.Subject == "" {
		return x.wide[r.Topic]
	}
	return x.about[r.Subject]
}

// setNewest keeps no place for nobody.
func (x *exchange) setNewest(r Ring, s *seat) {
	switch {
	case r.Subject == "" && s == nil:
		delete(x.wide, r.Topic)
	case r.Subject == "":
		x.wide[r.Topic] = s
	case s == nil:
		delete(x.about, r.Subject)
	default:
		x.about[r.Subject] = s
	}
}

// leave takes the listener's seats away, none of which needs to be looked for:
// fifteen thousand leave as fast as one.
func (x *exchange) leave(l *Listener) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range l.seats {
		s := &l.seats[i]
		if s.after != nil {
			s.after.before = s.before
		}
		switch {
		case s.before != nil:
			s.before.after = s.after
		default:
			x.setNewest(s.ring, s.after)
		}
		s.before, s.after = nil, nil
	}
	last := x.all[len(x.all)-1]
	x.all[l.place], last.place = last, l.place
	x.all[len(x.all)-1] = nil
	x.all = x.all[:len(x.all)-1]
}

// Subscribe implements Bus.
func (x *exchange) Subscribe(topics ...Topic) (<-chan Event, func()) {
	rings := make([]Ring, len(topics))
	for i, t := range topics {
		rings[i] = Ring{Topic: t}
	}
	l := x.Listen(nil, rings...)
	out, gone := make(chan Event), make(chan struct{})
	go l.deliver(out, gone)
	var once sync.Once
	return out, func() {
		once.Do(func() {
			l.Close()
			close(gone)
		})
	}
}

// deliver is a subscription's own goroutine; it alone closes out.
func (l *Listener) deliver(out chan<- Event, gone <-chan struct{}) {
	defer close(out)
	for {
		e, ok := l.Next()
		if !ok {
			select {
			case <-l.ready:
				continue
			case <-gone:
				return
			}
		}
		select {
		case out <- e:
		case <-gone:
			return
		}
	}
}

// size is how many listen.
func (x *exchange) size() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.all)
}

// restart begins a new round of the sweep.
func (x *exchange) restart() {
	x.mu.RLock()
	defer x.mu.RUnlock()
	x.sweepAt = len(x.all)
}

// sweep tells the next n listeners that something may have been missed, and
// reports the end of a round. It walks down: who joins stands above and has
// just asked the store, and who leaves is replaced by the topmost, who may be
// told twice. So a round forgets nobody. restart and sweep are for one
// goroutine.
func (x *exchange) sweep(n int) (ended bool) {
	woken := make([]*Listener, 0, n)
	x.mu.RLock()
	x.sweepAt = min(x.sweepAt, len(x.all))
	if x.sweepAt == 0 && n > 0 {
		x.sweepAt = len(x.all)
	}
	for ; n > 0 && x.sweepAt > 0; n-- {
		x.sweepAt--
		if l := x.all[x.sweepAt]; l.doubt() {
			woken = append(woken, l)
		}
	}
	ended = x.sweepAt == 0
	x.mu.RUnlock()
	for _, l := range woken {
		l.ring()
	}
	return ended
}
