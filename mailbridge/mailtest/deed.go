package mailtest

import (
	"bytes"
	"net"
	"sync"
)

// side is one direction of a session through a Proxy.
type side struct {
	to     net.Conn
	other  *side
	hangUp func()

	mu     sync.Mutex // both directions may write to the client
	fault  Fault
	passed int64
	mute   bool
}

// carry reads until the connection ends. With each, whole lines are handed to it;
// what comes without a line end waits for it.
func (s *side) carry(from net.Conn, each func([]byte) []byte) {
	var kept []byte
	for block := make([]byte, 16<<10); ; {
		n, err := from.Read(block)
		said := block[:n]
		if each != nil {
			kept = append(kept, said...)
			said = nil
			for {
				end := bytes.IndexByte(kept, '\n') + 1
				if end == 0 {
					break
				}
				said = append(said, each(kept[:end])...)
				kept = kept[end:]
			}
		}
		if !s.write(said) || err != nil {
			return
		}
	}
}

// write passes bytes on up to the fault, and tells whether the session goes on.
func (s *side) write(b []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if s.mute {
			return true
		}
		left := s.fault.After - s.passed
		if s.fault.Do == Nothing || int64(len(b)) <= left && s.fault.Do == Garble || int64(len(b)) < left {
			return s.pass(b)
		}
		if !s.pass(b[:left]) {
			return false
		}
		b = b[left:]
		done := s.fault
		s.fault = Fault{}
		switch done.Do {
		case Cut:
			s.hangUp()
			return false
		case Stall:
			s.mute = true
			s.other.silence()
		case Garble:
			b[0] ^= 0x55
		case Insert:
			if !s.pass([]byte(done.Text)) {
				return false
			}
		case Flood:
			for block := bytes.Repeat([]byte(done.Text), 4096/len(done.Text)+1); ; {
				if !s.pass(block) {
					return false
				}
			}
		}
	}
}

func (s *side) pass(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	n, err := s.to.Write(b)
	s.passed += int64(n)
	return err == nil
}

func (s *side) silence() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mute = true
}
