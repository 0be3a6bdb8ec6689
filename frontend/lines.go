package frontend

import (
	"context"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
)

// Timing of live connections.
const (
	lineWrite   = 10 * time.Second // a browser that takes longer for a few words has gone
	linePing    = 25               // seconds; below the idle limits of phones' networks
	lineSilence = 70 * time.Second // two pings unanswered
	lineCheck   = 12               // every how many pings the session is looked up
	lineRunners = 128              // goroutines that act and write, for all lines together
	linesEach   = 4                // for one session: tabs, and what a lost net left behind
)

// closeEnded tells the page that its session has ended (4000-4999 are ours to
// use, RFC 6455 section 7.4.2).
const closeEnded = 4401

// lines are the live connections of this process: doorbells and talks. An idle
// one costs its reader's goroutine and little else. Whatever is to be done for
// a line, whoever wants it, is done by one of a few runners, by one at a time:
// so no two write to one connection, and a slow browser holds up itself.
type lines struct {
	site *Site

	mu      sync.Mutex
	open    map[*line]bool        // value: its websocket is up
	of      map[helpdesk.ID]*line // the newest of each session; older ones hang on it
	count   [2]int                // by kind
	begun   int
	born    time.Time // from which the wheel's clock counts: shorter than an instant in each line
	wheel   bool
	done    bool
	queue   []*line
	runners int

	stop chan struct{}
	wait sync.WaitGroup
}

// kind tells who hangs on a line.
type kind int

const (
	deskLine kind = iota
	personLine
)

// actor is what a line does. It is called by one goroutine at a time.
type actor interface {
	// act answers what rang and what the browser sent (nil for nothing).
	// What it returns is sent in order; errEnded closes the line.
	act(ctx context.Context, rang []bus.Event, in []byte, check bool) (out [][]byte, err error)
}

// line is one live connection. Fields below queued belong to lines.mu.
type line struct {
	of      *lines
	kind    kind
	session helpdesk.ID
	actor   actor
	ws      *websocket.Conn
	ear     *bus.Listener

	next    *line         // an older one of the same session
	taken   chan struct{} // the runner has dealt with in; made for each frame, because most lines say nothing
	in      []byte
	heard   time.Duration // by the wheel's clock
	turn    uint8         // its second on the wheel
	pings   uint8         // since the session was last looked up
	queued  bool          // waits for a runner, or has one
	rung    bool
	ping    bool
	check   bool
	closing bool
}

func newLines(s *Site) *lines {
	return &lines{site: s, open: map[*line]bool{}, of: map[helpdesk.ID]*line{}, born: time.Now(), stop: make(chan struct{})}
}

func (h *lines) clock() time.Duration { return time.Since(h.born) }

// admit takes a place, so that live connections never use up the descriptors
// that pages and mail need. The oldest of too many of one session gives way: a
// phone that comes back must not wait for what it left behind.
func (h *lines) admit(k kind, session helpdesk.ID, a actor) (*line, bool) {
	h.mu.Lock()
	if h.done || h.count[k] >= h.site.mostLines(k) {
		h.mu.Unlock()
		return nil, false
	}
	l := &line{of: h, kind: k, session: session, actor: a, turn: uint8(h.begun % linePing), heard: h.clock(), next: h.of[session]}
	h.begun++
	h.open[l] = false
	h.of[session] = l
	h.count[k]++
	if !h.wheel {
		h.wheel = true
		h.wait.Add(1)
		go h.turnWheel()
	}
	oldest := l
	for n := 0; n < linesEach && oldest != nil; n++ {
		oldest = oldest.next
	}
	h.mu.Unlock()
	if oldest != nil {
		oldest.hangUp(websocket.ClosePolicyViolation)
	}
	return l, true
}

// forget gives a place back; twice is once.
func (h *lines) forget(l *line) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, there := h.open[l]; !there {
		return
	}
	delete(h.open, l)
	h.count[l.kind]--
	if h.of[l.session] == l {
		if h.of[l.session] = l.next; l.next == nil {
			delete(h.of, l.session)
		}
		return
	}
	for at := h.of[l.session]; at != nil; at = at.next {
		if at.next == l {
			at.next = l.next
			return
		}
	}
}

// serve reads until the browser leaves, its session ends or the house closes.
func (l *line) serve(ws *websocket.Conn, rings []bus.Ring) {
	defer ws.Close()
	defer l.of.forget(l)
	l.ws = ws
	if !l.enter() {
		goodbye(ws, websocket.CloseGoingAway)
		return
	}
	defer l.of.wait.Done()
	// Under the lock, so that whoever is woken by the first ring finds the ear.
	l.of.mu.Lock()
	l.ear = l.of.site.Bus.Listen(func() { l.want(func() { l.rung = true }) }, rings...)
	l.of.mu.Unlock()
	defer l.ear.Close()
	l.read()
	l.of.mu.Lock()
	l.closing = true
	l.of.mu.Unlock()
}

// enter counts a line that is up, unless the house is closing or its place was
// taken meanwhile.
func (l *line) enter() bool {
	h := l.of
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, there := h.open[l]; !there || h.done || l.closing {
		return false
	}
	h.open[l] = true
	l.heard = h.clock()
	h.wait.Add(1)
	return true
}

// want notes what is to be done for the line and sees that somebody does it.
// It never blocks: the bus calls it while somebody else's work is being done.
func (l *line) want(note func()) {
	h := l.of
	h.mu.Lock()
	defer h.mu.Unlock()
	if l.closing {
		return
	}
	note()
	if !l.queued {
		l.queued = true
		h.enqueue(l)
	}
}

// enqueue is called with h.mu held.
func (h *lines) enqueue(l *line) {
	h.queue = append(h.queue, l)
	if h.runners < lineRunners {
		h.runners++
		go h.run()
	}
}

// run does what waits until nothing does.
func (h *lines) run() {
	for {
		h.mu.Lock()
		if len(h.queue) == 0 {
			h.runners--
			h.queue = nil
			h.mu.Unlock()
			return
		}
		l := h.queue[0]
		h.queue[0] = nil
		h.queue = h.queue[1:]
		rung, ping, check, in, taken := l.rung, l.ping, l.check, l.in, l.taken
		l.rung, l.ping, l.check, l.in, l.taken = false, false, false, nil, nil
		h.mu.Unlock()
		l.do(rung, ping, check, in)
		if in != nil {
			close(taken)
		}
		h.mu.Lock()
		if l.rung || l.ping || l.check || l.in != nil {
			h.enqueue(l)
		} else {
			l.queued = false
		}
		h.mu.Unlock()
	}
}

func (l *line) do(rung, ping, check bool, in []byte) {
	defer func() {
		if r := recover(); r != nil {
			l.of.site.Log.Error("live connection panicked", "stack", string(debug.Stack()))
			l.hangUp(websocket.CloseInternalServerErr)
		}
	}()
	var rang []bus.Event
	if rung {
		for e, more := l.ear.Next(); more; e, more = l.ear.Next() {
			rang = append(rang, e)
		}
	}
	if len(rang) > 0 || in != nil || check {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		out, err := l.actor.act(ctx, rang, in, check)
		cancel()
		for _, b := range out {
			if !l.write(websocket.TextMessage, b) {
				return
			}
		}
		if err != nil {
			l.hangUp(l.of.site.closeFor(err))
			return
		}
	}
	if ping {
		if r, keeps := l.actor.(interface{ rest() }); keeps {
			r.rest()
		}
		l.write(websocket.PingMessage, nil)
	}
}

// write is called by the line's one runner alone.
func (l *line) write(kind int, b []byte) bool {
	var err error
	if kind == websocket.PingMessage {
		err = l.ws.WriteControl(kind, b, time.Now().Add(lineWrite))
	} else {
		l.ws.SetWriteDeadline(time.Now().Add(lineWrite))
		err = l.ws.WriteMessage(kind, b)
	}
	if err != nil {
		l.ws.Close() // the reader notices
	}
	return err == nil
}

// hangUp says why and closes; the reader then ends the line.
func (l *line) hangUp(code int) {
	l.of.mu.Lock()
	up, was := l.of.open[l], l.closing
	l.closing = true
	l.of.mu.Unlock()
	if up && !was {
		goodbye(l.ws, code)
		l.ws.Close()
	}
}

func goodbye(ws *websocket.Conn, code int) {
	ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
}

// turnWheel is the one clock of all lines: each has its second of 25 in which
// it is pinged, or hung up when it has long been silent.
func (h *lines) turnWheel() {
	defer h.wait.Done()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for second := 0; ; second = (second + 1) % linePing {
		select {
		case <-tick.C:
			h.turn(uint8(second), h.clock())
		case <-h.stop:
			return
		}
	}
}

func (h *lines) turn(second uint8, now time.Duration) {
	var due, silent []*line
	h.mu.Lock()
	for l, up := range h.open {
		switch {
		case l.turn != second:
		case now-l.heard > lineSilence: // or its handshake failed unseen
			silent = append(silent, l)
		case up:
			due = append(due, l)
		}
	}
	h.mu.Unlock()
	for _, l := range silent {
		l.hangUp(websocket.CloseGoingAway)
		h.forget(l)
	}
	for _, l := range due {
		l.want(func() {
			l.ping = true
			if l.pings++; l.pings == lineCheck {
				l.pings, l.check = 0, true
			}
		})
	}
}

// closeAll says goodbye to every line and waits for them.
func (h *lines) closeAll() {
	h.mu.Lock()
	if !h.done {
		h.done = true
		close(h.stop)
	}
	var up []*line
	for l, is := range h.open {
		if is {
			up = append(up, l)
		}
	}
	h.mu.Unlock()
	var all sync.WaitGroup
	// In shares: one browser that takes nothing more keeps nobody else waiting long.
	for share := range slices.Chunk(up, len(up)/64+1) {
		all.Go(func() {
			for _, l := range share {
				l.hangUp(websocket.CloseGoingAway)
			}
		})
	}
	all.Wait()
	h.wait.Wait()
}

// OpenLines counts the live connections of this process.
func (s *Site) OpenLines() (desk, persons int) {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	return s.lines.count[deskLine], s.lines.count[personLine]
}
