package mailtest

import (
	"fmt"
	"net"
	"sync"
)

// Proxy stands before a real server and hurts its sessions at an exact byte.
type Proxy struct {
	listener *listener
	server   string
	script   func(n int) Script
	working  sync.WaitGroup

	mu      sync.Mutex
	began   int
	longest int64
}

// Script is what befalls one connection; the zero Script is a plain line.
type Script struct {
	Fault Fault
	// Answer replaces the server's answer to a line of the client, which the
	// server then never hears; false lets the line through.
	Answer func(line string) (said string, instead bool)
	// Say replaces a line of the server, line end included; also one within a
	// literal, whose length then has to stay.
	Say func(line string) string
}

// Fault happens to a session once so many bytes were let through.
type Fault struct {
	Do Deed
	// After counts the bytes of whoever is hurt: the server's, or with Client
	// the client's.
	After  int64
	Client bool
	// Text is what Flood repeats and Insert says once.
	Text string
}

// Deed is what a Fault does.
type Deed int

// The deeds.
const (
	Nothing Deed = iota
	Cut          // both sides are hung up on
	Stall        // nothing passes any more, and nobody is told
	Garble       // the next byte is another one
	Flood        // Text again and again until the client has enough
	Insert       // Text once, and on as before
)

// NewProxy opens a proxy before a server of this machine. script says what
// befalls the nth connection, from 0.
func NewProxy(server string, script func(n int) Script) (*Proxy, error) {
	l, err := listen()
	if err != nil {
		return nil, fmt.Errorf("open a proxy: %w", err)
	}
	p := &Proxy{listener: l, server: server, script: script}
	p.working.Go(p.serve)
	return p, nil
}

// TestProxy opens a proxy that ends with the test.
func TestProxy(t TB, server string, script func(n int) Script) *Proxy {
	t.Helper()
	p, err := NewProxy(server, script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// Addr is where clients reach the server through the proxy.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Connections counts the connections so far.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.began
}

// Longest is the most bytes a server said in one session.
func (p *Proxy) Longest() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.longest
}

// Close hangs up on everybody and waits for it.
func (p *Proxy) Close() {
	p.listener.Close()
	p.listener.cut()
	p.working.Wait()
}

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		n := p.began
		p.began++
		p.mu.Unlock()
		p.working.Go(func() { p.session(client, p.script(n)) })
	}
}

// session carries one connection until either side is done.
func (p *Proxy) session(client net.Conn, s Script) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	hangUp := sync.OnceFunc(func() { client.Close(); server.Close() })
	said := &side{to: client, hangUp: hangUp}
	heard := &side{to: server, hangUp: hangUp}
	said.other, heard.other = heard, said
	if s.Fault.Client {
		heard.fault = s.Fault
	} else {
		said.fault = s.Fault
	}
	var both sync.WaitGroup
	both.Go(func() { heard.carry(client, s.heard(said)); hangUp() })
	both.Go(func() { said.carry(server, s.said()); hangUp() })
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.longest = max(p.longest, said.passed)
}

// heard gives the client's lines to Answer. What it says goes to the client by
// the server's side, so that it counts there.
func (s Script) heard(said *side) func([]byte) []byte {
	if s.Answer == nil {
		return nil
	}
	return func(line []byte) []byte {
		answer, instead := s.Answer(string(line))
		if !instead {
			return line
		}
		said.write([]byte(answer))
		return nil
	}
}

func (s Script) said() func([]byte) []byte {
	if s.Say == nil {
		return nil
	}
	return func(line []byte) []byte { return []byte(s.Say(string(line))) }
}
