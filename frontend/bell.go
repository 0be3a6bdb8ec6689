package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
)

// Timing of a doorbell.
const (
	bellWrite   = 10 * time.Second // a browser that takes longer for a few bytes has gone
	bellPing    = 25 * time.Second // below the idle limits of phones' networks
	bellSilence = 70 * time.Second // two pings unanswered
	bellCheck   = 30 * time.Second // how soon a bell follows its session's end
)

// closeEnded tells the page that its session has ended (4000-4999 are ours to
// use, RFC 6455 section 7.4.2).
const closeEnded = 4401

// Ring is one thing a bell listens to.
type Ring struct {
	Topic   bus.Topic
	Subject helpdesk.ID
}

// Bell mounts a doorbell: a websocket that says that something changed, never
// what. hears decides what this visitor's bell rings for; it must check their
// right to each subject.
func (s *Site) Bell(path string, may Permission, hears func(*Visit) ([]Ring, error)) {
	s.Route(fiber.MethodGet, path, may, func(v *Visit) error {
		rings, err := hears(v)
		if err != nil {
			return err
		}
		b, err := s.bells.admit(v.Cookie(), v.Session.ID)
		if err != nil {
			return err
		}
		err = s.upgrade(v.c, func(ws *websocket.Conn) { s.bells.serve(b, ws, rings) })
		if err != nil {
			s.bells.forget(b)
			return err
		}
		// A handshake that fails after this leaves nothing behind but its
		// place, which it gives back when its time is over.
		time.AfterFunc(bellPing, func() { s.bells.reclaim(b) })
		return nil
	})
}

// bells are all open doorbells of this process.
type bells struct {
	site *Site
	mu   sync.Mutex
	open map[*bell]bool // value: its websocket is up
	done bool
	stop chan struct{}
	wait sync.WaitGroup
}

type bell struct {
	cookie  string
	session helpdesk.ID
}

func newBells(s *Site) *bells {
	return &bells{site: s, open: map[*bell]bool{}, stop: make(chan struct{})}
}

// admit takes a place, so that bells never use up the descriptors that pages
// and mail need.
func (h *bells) admit(cookie string, session helpdesk.ID) (*bell, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.done || len(h.open) >= h.site.MaxBells {
		return nil, helpdesk.Refuse("bell.full")
	}
	b := &bell{cookie, session}
	h.open[b] = false
	return b, nil
}

func (h *bells) forget(b *bell) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, b)
}

func (h *bells) reclaim(b *bell) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if up, ok := h.open[b]; ok && !up {
		delete(h.open, b)
	}
}

// enter counts a served bell, unless the house is closing.
func (h *bells) enter(b *bell) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.done {
		return false
	}
	h.open[b] = true
	h.wait.Add(1)
	return true
}

func (h *bells) closeAll() {
	h.mu.Lock()
	if !h.done {
		h.done = true
		close(h.stop)
	}
	h.mu.Unlock()
	h.wait.Wait()
}

// serve rings until the browser leaves, its session ends or the house closes.
// It alone writes to ws. What waits for a slow browser is bounded by the bus,
// which makes several rings for one thing one.
func (h *bells) serve(b *bell, ws *websocket.Conn, rings []Ring) {
	defer ws.Close()
	if !h.enter(b) {
		goodbye(ws, websocket.CloseGoingAway)
		return
	}
	defer h.wait.Done()
	defer h.forget(b)
	events := h.site.Bus.Listen(nil, hears(append(rings, Ring{staff.TopicSession, b.session}))...)
	defer events.Close()
	gone := watch(ws)
	ping, check := time.NewTicker(bellPing), time.NewTicker(bellCheck)
	defer ping.Stop()
	defer check.Stop()
	for {
		var err error
		select {
		case <-events.Ready():
			var ended bool
			if ended, err = h.pass(b, ws, events); ended {
				goodbye(ws, closeEnded)
				return
			}
		case <-ping.C:
			err = ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(bellWrite))
		case <-check.C:
			if h.ended(b) {
				goodbye(ws, closeEnded)
				return
			}
		case <-h.stop:
			goodbye(ws, websocket.CloseGoingAway)
			return
		case <-gone:
			return
		}
		if err != nil {
			return
		}
	}
}

// pass tells the browser all that waits. A doubt (something may have been
// missed) rings like a change: the page then asks for what is new.
func (h *bells) pass(b *bell, ws *websocket.Conn, events *bus.Listener) (ended bool, err error) {
	for e, some := events.Next(); some; e, some = events.Next() {
		if e.Topic == staff.TopicSession {
			if h.ended(b) {
				return true, nil
			}
			continue
		}
		if err := ring(ws, e); err != nil {
			return false, err
		}
	}
	return false, nil
}

func hears(rings []Ring) []bus.Ring {
	all := make([]bus.Ring, len(rings))
	for i, r := range rings {
		all[i] = bus.Ring(r)
	}
	return all
}

// ended asks quietly: an open bell must not keep a session awake. A store that
// does not answer is no reason to close.
func (h *bells) ended(b *bell) bool {
	ctx, cancel := context.WithTimeout(context.Background(), bellWrite)
	defer cancel()
	_, err := h.site.Door.Session(ctx, b.cookie, true)
	return errors.Is(err, helpdesk.ErrDenied) || errors.Is(err, helpdesk.ErrNotFound)
}

// watch reads until the browser is gone: only so are pongs and closes noticed.
// A bell has nothing to say to us, so anything it says beyond a few bytes ends
// it.
func watch(ws *websocket.Conn) <-chan struct{} {
	gone := make(chan struct{})
	ws.SetReadLimit(64)
	ws.SetReadDeadline(time.Now().Add(bellSilence))
	ws.SetPongHandler(func(string) error { return ws.SetReadDeadline(time.Now().Add(bellSilence)) })
	go func() {
		defer close(gone)
		for {
			if _, _, err := ws.NextReader(); err != nil {
				return
			}
		}
	}()
	return gone
}

// rung is all a browser hears: names, never content.
type rung struct {
	Topic  bus.Topic   `json:"topic"`
	ID     helpdesk.ID `json:"id"`
	Number int64       `json:"n,omitempty"`
}

func ring(ws *websocket.Conn, e bus.Event) error {
	b, err := json.Marshal(rung{e.Topic, e.Subject, e.Number})
	if err != nil {
		return err
	}
	ws.SetWriteDeadline(time.Now().Add(bellWrite))
	return ws.WriteMessage(websocket.TextMessage, b)
}

func goodbye(ws *websocket.Conn, code int) {
	ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
}
