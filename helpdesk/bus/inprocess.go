package bus

import (
	"sync"

	"returnsupport/helpdesk"
)

// pendingMost bounds what waits for one subscriber: names of things that
// changed, so a thousand and some is an hour's work of a whole team.
const pendingMost = 1024

type inProcess struct {
	mu        sync.RWMutex
	listeners map[Topic]map[*listener]struct{}
}

// InProcess returns the bus of a single process.
func InProcess() Bus {
	return &inProcess{listeners: map[Topic]map[*listener]struct{}{}}
}

func (b *inProcess) Publish(e Event) {
	if !e.nameable() {
		return
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	for l := range b.listeners[e.Topic] {
		l.add(e)
	}
}

func (b *inProcess) Subscribe(topics ...Topic) (<-chan Event, func()) {
	l := &listener{
		pending: map[key]int64{}, wake: make(chan struct{}, 1),
		gone: make(chan struct{}), out: make(chan Event),
	}
	b.mu.Lock()
	for _, t := range topics {
		if b.listeners[t] == nil {
			b.listeners[t] = map[*listener]struct{}{}
		}
		b.listeners[t][l] = struct{}{}
	}
	b.mu.Unlock()
	go l.deliver()
	var once sync.Once
	return l.out, func() {
		once.Do(func() {
			b.mu.Lock()
			for _, t := range topics {
				delete(b.listeners[t], l)
				if len(b.listeners[t]) == 0 {
					delete(b.listeners, t)
				}
			}
			b.mu.Unlock()
			close(l.gone)
		})
	}
}

type key struct {
	topic   Topic
	subject helpdesk.ID
}

// listener is one subscription: what waits in order of arrival, each thing
// once.
type listener struct {
	mu      sync.Mutex
	pending map[key]int64
	order   []key

	wake chan struct{} // holds a token while something may be pending
	gone chan struct{} // closed when the subscription ends
	out  chan Event
}

func (l *listener) add(e Event) {
	k := key{e.Topic, e.Subject}
	l.mu.Lock()
	if old, waits := l.pending[k]; !waits {
		if len(l.order) == pendingMost {
			delete(l.pending, l.order[0])
			l.order = l.order[1:]
		}
		l.order = append(l.order, k)
		l.pending[k] = e.Number
	} else if e.Number > old {
		l.pending[k] = e.Number
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default: // a token lies there already
	}
}

func (l *listener) next() (Event, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.order) == 0 {
		return Event{}, false
	}
	k := l.order[0]
	l.order = l.order[1:]
	e := Event{Topic: k.topic, Subject: k.subject, Number: l.pending[k]}
	delete(l.pending, k)
	return e, true
}

// deliver is the subscription's own goroutine; it alone closes out.
func (l *listener) deliver() {
	defer close(l.out)
	for {
		e, ok := l.next()
		if !ok {
			select {
			case <-l.wake:
				continue
			case <-l.gone:
				return
			}
		}
		select {
		case l.out <- e:
		case <-l.gone:
			return
		}
	}
}
