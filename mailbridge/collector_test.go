package mailbridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

// house is a Receiver that remembers letters by content, as the postroom does.
type house struct {
	mu     sync.Mutex
	marks  map[string]Mark
	begun  map[string]Mark
	known  map[string]bool // by content, "" + mailbox
	got    []Arrival       // first time only
	again  int             // letters offered that were known
	behind int             // letters offered behind the bookmark
	ahead  int             // letters offered while older ones waited
	gaps   int
	refuse func(Arrival) error
	bell   chan struct{}
}

func newHouse() *house {
	return &house{marks: map[string]Mark{}, begun: map[string]Mark{}, known: map[string]bool{}, bell: make(chan struct{}, 1<<16)}
}

func (h *house) Bookmark(_ context.Context, box string) (Mark, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.marks[box], nil
}

func (h *house) Begin(_ context.Context, box string, at Mark) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.marks[box], h.begun[box] = at, at
	return nil
}

func (h *house) Gap(_ context.Context, box string, old, now uint32) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.marks[box].UIDValidity != old || old == now {
		return fmt.Errorf("gap from %d to %d, bookmark at %d", old, now, h.marks[box].UIDValidity)
	}
	h.gaps++
	return nil
}

func (h *house) Receive(_ context.Context, box string, a Arrival) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse != nil {
		if err := h.refuse(a); err != nil {
			return err
		}
	}
	if a.Ahead {
		h.ahead++
	} else if m := h.marks[box]; m.UIDValidity == a.Mark.UIDValidity && a.Mark.UID <= m.UID {
		h.behind++ // the bookmark never goes back
	} else {
		h.marks[box] = a.Mark
	}
	if key := box + "\x00" + string(a.Raw); h.known[key] {
		h.again++
	} else {
		h.known[key] = true
		h.got = append(h.got, a)
	}
	h.bell <- struct{}{}
	return nil
}

func (h *house) Received(_ context.Context, _ string, validity, from, to uint32) (uids []uint32, _ error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.got {
		if m := a.Mark; a.Whole() && m.UIDValidity == validity && m.UID >= from && m.UID <= to {
			uids = append(uids, m.UID)
		}
	}
	return uids, nil
}

func (h *house) subjects() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []string
	for _, a := range h.got {
		_, rest, _ := strings.Cut(string(a.Raw), "Subject: ")
		subject, _, _ := strings.Cut(rest, "\r\n")
		all = append(all, subject)
	}
	return all
}

// waitFor waits until n letters were offered in all.
func (h *house) waitFor(t *testing.T, n int) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for i := range n {
		select {
		case <-h.bell:
		case <-limit:
			t.Fatalf("%d letters of %d came", i, n)
		}
	}
}

func mail(subject string) []byte {
	return []byte("From: a@persons.test\r\nTo: house@return.test\r\nSubject: " + subject + "\r\n\r\nhello\r\n")
}

var silent = slog.New(slog.NewTextHandler(io.Discard, nil))

func at(address string) Server {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		panic(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		panic(err)
	}
	return Server{Scheme: "imap", Host: host, Port: n, User: "house@return.test", Password: "secret"}
}

func world(t *testing.T, o mailtest.Options) *mailtest.World {
	t.Helper()
	w := mailtest.Test(t, o)
	if err := w.AddUser("house@return.test", "secret"); err != nil {
		t.Fatal(err)
	}
	return w
}

func put(t *testing.T, w *mailtest.World, subjects ...string) {
	t.Helper()
	for _, s := range subjects {
		if err := w.Append("house@return.test", "INBOX", mail(s), nil, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
}

// collect runs a Collector until the test ends; the returned function ends it
// earlier.
func collect(t *testing.T, r Receiver, boxes []Mailbox, opts ...Option) (*Collector, func()) {
	t.Helper()
	opts = append([]Option{WithTimeout(5 * time.Second)}, opts...)
	c := NewCollector(boxes, r, silent, opts...)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := c.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	end := func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
			t.Error("the collector does not end")
		}
	}
	t.Cleanup(end)
	return c, end
}

// quick makes pauses after trouble short.
var quick = WithClock(time.Now, func(d time.Duration) <-chan time.Time { return time.After(min(d, 20*time.Millisecond)) })

// eventually waits for a state of the outside world.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("never: " + what)
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func TestWhatLiesThereComesInOrderAndWhatArrivesIsPushed(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	put(t, w, "one", "two", "three")
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}})
	h.waitFor(t, 3)
	eventually(t, "listening", func() bool { return c.Status()[0].State == Listening })
	began := time.Now()
	put(t, w, "four")
	h.waitFor(t, 1)
	if d := time.Since(began); d > time.Second {
		t.Errorf("a push took %v", d)
	}
	expect(t, h.subjects(), "one", "two", "three", "four")
	eventually(t, "well and up to date", func() bool {
		s := c.Status()[0]
		return s.Connected() && s.Received == 4 && s.Waiting == 0 && s.Trouble == ""
	})
}

func TestWithoutIdleTheServerIsAsked(t *testing.T) {
	w, h := world(t, mailtest.Options{NoIdle: true}), newHouse()
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}}, WithPoll(30*time.Millisecond))
	eventually(t, "polling", func() bool { return c.Status()[0].State == Polling })
	put(t, w, "one")
	h.waitFor(t, 1)
}

func TestALetterTheHouseCannotStoreIsOfferedAgainAndNothingIsSkipped(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	put(t, w, "one", "two", "three")
	tries := 0
	h.refuse = func(a Arrival) error {
		if a.Mark.UID != 2 {
			return nil
		}
		if tries++; tries == 2 {
			panic("the store is gone")
		}
		if tries < 4 {
			return errors.New("disk full")
		}
		return nil
	}
	collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}}, quick)
	h.waitFor(t, 3)
	expect(t, h.subjects(), "one", "two", "three")
	if tries != 4 {
		t.Errorf("%d tries", tries)
	}
}
