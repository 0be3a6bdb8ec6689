package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// side is one side of a talk with a bad net: what it has to say, one thing
// after the other and each again until it is acknowledged, and what it has
// heard.
type side struct {
	t     *cutTest
	talk  talk
	mark  string // "p" or "d"
	wires *wires
	http  *http.Client
	ways  []func(context.Context, string) error

	acked atomic.Int64 // how many of its own are known to be kept

	mu      sync.Mutex
	id      string // of what is being said
	tried   bool
	next    time.Time
	last    int64    // heard up to this number
	heard   []string // marks in the order they came
	strange int      // answers that contradict
}

// errLost ends one attempt; the side comes back.
var errLost = errors.New("lost")

// comeBack is the wait before a side tries again: at once after an attempt that
// brought something, else twice as long each time, as the pages' scripts do
// (bell.js, talk.js). Without that, four hundred sides that all come back at once
// keep a slow house from answering anybody.
func comeBack(failed int) time.Duration {
	return time.Duration(float64(250*time.Millisecond<<min(failed, 4)) * (0.5 + rand.Float64()/2))
}

// live talks until everything is said and heard, through cut after cut, each
// time by another way.
func (s *side) live(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go s.scissors(ctx)
	for failed := 0; ctx.Err() == nil && !s.done(); {
		before := s.reached()
		base, err := s.t.somewhere(ctx)
		if err != nil {
			return
		}
		way := s.ways[rand.IntN(len(s.ways))]
		life, end := context.WithTimeout(ctx, s.t.size.cut*3)
		err = way(life, base)
		end()
		var no refused
		if errors.As(err, &no) {
			s.t.wrong.add(fmt.Errorf("talk %d, side %s: %w", s.talk.n, s.mark, err))
			time.Sleep(time.Second)
		}
		if failed++; s.reached() > before {
			failed = 0
		}
		time.Sleep(comeBack(failed))
	}
	s.wires.cut()
}

// reached grows with everything that is acknowledged or heard.
func (s *side) reached() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int(s.acked.Load()) + len(s.heard)
}

// scissors cut at random.
func (s *side) scissors(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(rand.ExpFloat64() * float64(s.t.size.cut))):
			s.wires.cut()
			s.t.cutDone.Add(1)
		}
	}
}

// done: all of one's own is acknowledged and all of the other's is heard.
func (s *side) done() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int(s.acked.Load()) == s.t.size.each && len(s.heard) >= 2*s.t.size.each
}

// turn is what to say now, if anything: the same words and id until they are
// acknowledged.
func (s *side) turn() (id, text string, now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := int(s.acked.Load())
	if k >= s.t.size.each || time.Now().Before(s.next) {
		return "", "", false
	}
	if s.id == "" {
		s.id = clientID()
	} else if s.tried {
		s.t.resent.Add(1)
	}
	s.tried = true
	return s.id, fmt.Sprintf("mark-%s-%d-%d is what I say", s.mark, s.talk.n, k), true
}

// kept notes that what was said is acknowledged.
func (s *side) kept(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id != id || id == "" {
		return // of an attempt before
	}
	s.id, s.tried = "", false
	s.next = time.Now().Add(time.Duration(rand.ExpFloat64() * float64(s.t.size.pause)))
	s.acked.Add(1)
}

// hear takes messages after a number; what is known already is passed over.
func (s *side) hear(n int64, mark string) {
	if n <= s.last {
		return
	}
	s.last = n
	if mark != "" {
		s.heard = append(s.heard, mark)
	}
}

// odd counts an answer that contradicts an earlier one or itself.
func (s *side) odd(format string, args ...any) {
	s.strange++
	s.t.wrong.add(fmt.Errorf("talk %d, side %s: "+format, append([]any{s.talk.n, s.mark}, args...)...))
}

// refused is an answer that a net which breaks does not explain.
type refused struct {
	what   string
	status int
	text   string
}

func (r refused) Error() string { return fmt.Sprintf("%s: %d %.300s", r.what, r.status, r.text) }

// get and post are one request; statuses that are not wanted are refusals,
// those of a house in trouble a lost net.
func (s *side) ask(ctx context.Context, method, base, path, cookie string, form url.Values, wanted int, more ...string) (string, error) {
	status, text, err := ask(ctx, s.http, method, base+path, cookie, form, more...)
	if err != nil {
		return "", errors.Join(errLost, err)
	}
	if status != wanted {
		return "", refused{method + " " + path, status, text}
	}
	return text, nil
}
