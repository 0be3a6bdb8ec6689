package frontend

import (
	"context"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
)

// A long poll ends before networks between us lose patience, and before the
// request's own time is over.
const pollTime = 25 * time.Second

// mostPolls is how many wait for one conversation at once: two tabs. A phone
// that lost its net leaves polls behind that nobody reads, so the newest is
// served and the oldest answered with what there is.
const mostPolls = 2

// Wait is a long poll: it calls ask at once, and again whenever one of rings
// rings, until ask says that there is an answer, or for 25 seconds. The
// session is looked up afresh, quietly, each time after the first; when it has
// ended, so has the waiting, and the script is told (401). At most two wait
// for one conversation.
func (v *Visit) Wait(conversation helpdesk.ID, rings []bus.Ring, ask func(context.Context, *people.Guest) (answered bool, err error)) error {
	if v.Guest == nil {
		return errNoGuest
	}
	g := v.Guest
	// Listen first, ask then: nothing can happen unheard in between.
	l := v.site.Bus.Listen(nil, append([]bus.Ring{{Topic: people.TopicGuest, Subject: g.ID}}, rings...)...)
	defer l.Close()
	turn := v.site.waits.enter(conversation)
	defer v.site.waits.leave(conversation, turn)
	over := time.NewTimer(pollTime)
	defer over.Stop()
	for {
		answered, err := ask(v.Context, g)
		if err != nil || answered {
			return err
		}
		select {
		case <-l.Ready():
			for _, more := l.Next(); more; _, more = l.Next() {
			}
		case <-over.C:
			return nil
		case <-turn:
			return nil
		case <-v.Context.Done():
			return nil
		}
		if g, err = v.site.Guests.Guest(v.Context, v.guestCookie, true); err != nil {
			v.Guest = nil
			return err
		}
	}
}

// waits are the polls of this process by conversation, oldest first.
type waits struct {
	mu   sync.Mutex
	of   map[helpdesk.ID][]chan struct{}
	done bool
}

func newWaits() *waits { return &waits{of: map[helpdesk.ID][]chan struct{}{}} }

func (w *waits) enter(conversation helpdesk.ID) chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	turn := make(chan struct{})
	if w.done {
		close(turn)
		return turn
	}
	at := append(w.of[conversation], turn)
	if len(at) > mostPolls {
		close(at[0])
		at = at[1:]
	}
	w.of[conversation] = at
	return turn
}

func (w *waits) leave(conversation helpdesk.ID, turn chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := w.of[conversation]
	for i, t := range at {
		if t == turn {
			at = append(at[:i:i], at[i+1:]...)
			break
		}
	}
	if w.of[conversation] = at; len(at) == 0 {
		delete(w.of, conversation)
	}
}

// closeAll answers everybody who waits: the house stops.
func (w *waits) closeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	for _, at := range w.of {
		for _, turn := range at {
			close(turn)
		}
	}
	clear(w.of)
}
