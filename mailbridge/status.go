package mailbridge

import (
	"sync"
	"time"
)

// State is what a mailbox is doing.
type State string

// The states of a mailbox.
const (
	Connecting State = "connecting"
	Collecting State = "collecting"
	Listening  State = "listening" // IDLE: the server rings
	Polling    State = "polling"   // no IDLE: we ask now and then
	Resting    State = "resting"   // after trouble, until NextTry
	Stopped    State = "stopped"
)

// Status is how one mailbox is doing; it holds codes and counts only.
type Status struct {
	Mailbox  string
	State    State
	Since    time.Time // of State
	LastLook time.Time // when the folder was last known to be fully collected
	LastMail time.Time // when a letter was last received
	Received int       // letters since the Collector began
	Waiting  int       // letters listed and not yet received
	Taken    int       // letters received of what waited since Begun
	Begun    time.Time // when something began to wait; zero once the folder is fully collected
	Skipped  int       // letters too old for Since, at the first connection

	Trouble  Code      // what last went wrong; empty once all is well again
	Troubled time.Time // since when
	Failures int       // connections in a row that ended without progress
	NextTry  time.Time // while Resting
}

// Connected reports whether the mailbox is signed in.
func (s Status) Connected() bool {
	return s.State == Collecting || s.State == Listening || s.State == Polling
}

// Left is about how long what waits will take, by the pace so far; zero when
// nothing waits or nobody can tell yet.
func (s Status) Left(now time.Time) time.Duration {
	if s.Begun.IsZero() || s.Taken < 2*batchMails {
		return 0
	}
	return now.Sub(s.Begun) / time.Duration(s.Taken) * time.Duration(s.Waiting)
}

// board holds the Status of one mailbox for readers of any goroutine.
type board struct {
	mu sync.Mutex
	s  Status
}

func (b *board) change(f func(*Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.s)
}

func (b *board) read() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.s
}

func (b *board) enter(state State, now time.Time) {
	b.change(func(s *Status) {
		if s.State != state {
			s.State, s.Since = state, now
		}
	})
}
