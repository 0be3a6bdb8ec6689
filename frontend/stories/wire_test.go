package stories

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire is the net between one browser and the house, as real nets are: it can
// be cut, swallow what the house answers, refuse websockets, or let them begin
// and then carry nothing.
type wire struct {
	t    testing.TB
	ln   net.Listener
	to   string
	mu   sync.Mutex
	mood mood
	open map[net.Conn]bool
	all  sync.WaitGroup
	// sockets counts the websockets that somebody tried to open.
	sockets int
	masts   int // how often the way changed under what was open
}

type mood int

const (
	well      mood = iota
	cut            // nothing goes through, and what was open is gone
	swallowed      // what the browser sends arrives; no answer comes back
	noSockets      // a gateway that refuses websockets
	deafSockets
)

func newWire(t testing.TB, w *world) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	w.ok(err)
	n := &wire{t: t, ln: ln, to: strings.TrimPrefix(w.url, "http://"), open: map[net.Conn]bool{}}
	n.all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			n.all.Go(func() { n.carry(c) })
		}
	})
	t.Cleanup(func() { ln.Close(); n.set(cut); n.all.Wait() })
	return n
}

func (n *wire) url() string { return "http://" + n.ln.Addr().String() }

// set changes the net's mood. Whatever was open ends, but where answers are
// swallowed: there nobody is told.
func (n *wire) set(m mood) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mood = m
	if m == swallowed {
		return
	}
	for c := range n.open {
		c.Close()
	}
}

// moves makes whatever is open deaf and dumb for good, and tells nobody, as when
// a phone changes its mast or a router forgets: what opens from now on is well.
func (n *wire) moves() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.masts++
}

func (n *wire) mast() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.masts
}

func (n *wire) now() mood {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.mood
}

func (n *wire) tried() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sockets
}

// keep remembers a connection so that it can be cut; false when it is cut.
func (n *wire) keep(c net.Conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mood == cut {
		return false
	}
	n.open[c] = true
	return true
}

func (n *wire) drop(c net.Conn) {
	n.mu.Lock()
	delete(n.open, c)
	n.mu.Unlock()
	c.Close()
}

func (n *wire) carry(browser net.Conn) {
	defer n.drop(browser)
	if !n.keep(browser) {
		return
	}
	mast := n.mast()
	first := make([]byte, 16<<10)
	got, err := browser.Read(first)
	if err != nil {
		return
	}
	first = first[:got]
	deaf := false
	// A websocket has a connection of its own, which begins with its request.
	if line, _, _ := bytes.Cut(first, []byte("\r\n")); bytes.Contains(line, []byte("/talk/live ")) {
		n.mu.Lock()
		n.sockets++
		n.mu.Unlock()
		if n.now() == noSockets {
			io.WriteString(browser, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			return
		}
		deaf = n.now() == deafSockets
	}
	house, err := net.DialTimeout("tcp", n.to, 5*time.Second)
	if err != nil || !n.keep(house) {
		return
	}
	defer n.drop(house)
	if _, err := house.Write(first); err != nil {
		return
	}
	n.all.Go(func() {
		n.answers(browser, house, deaf, mast)
		if n.mast() == mast { // else nobody is told that the house hung up, either
			n.drop(browser)
		}
	})
	buffer := make([]byte, 16<<10)
	for {
		got, err := browser.Read(buffer)
		if err != nil {
			return
		}
		if deaf || n.mast() != mast {
			continue
		}
		if _, err := house.Write(buffer[:got]); err != nil {
			return
		}
	}
}

// answers carries what the house says. A deaf websocket gets its handshake.
func (n *wire) answers(browser, house net.Conn, deaf bool, mast int) {
	buffer := make([]byte, 16<<10)
	for first := true; ; first = false {
		got, err := house.Read(buffer)
		if err != nil {
			return
		}
		if n.now() == swallowed || deaf && !first || n.mast() != mast {
			continue
		}
		if _, err := browser.Write(buffer[:got]); err != nil {
			return
		}
	}
}
