package mailbridge

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Collector keeps any number of mailboxes collected, each in its own
// goroutine, so that a slow or hostile server delays nobody else.
type Collector struct {
	receiver Receiver
	log      *slog.Logger
	dial     DialFunc
	poll     time.Duration
	glance   time.Duration
	timeout  time.Duration
	keeps    int // mails remembered of one listing
	now      func() time.Time
	after    func(time.Duration) <-chan time.Time

	mu      sync.Mutex
	ctx     context.Context // of Run; nil before
	boxes   map[string]*box
	working sync.WaitGroup
}

// Option changes a Collector's ways.
type Option func(*Collector)

// WithPoll sets how often a server without IDLE is asked; 60 s by default.
func WithPoll(d time.Duration) Option { return func(c *Collector) { c.poll = d } }

// WithGlance sets how often a server on this machine is made to look for new
// mail even while it could ring; 200 ms by default, never when 0. Servers
// elsewhere are not bothered.
func WithGlance(d time.Duration) Option { return func(c *Collector) { c.glance = d } }

// WithTimeout sets how long a server may be silent within a command; 30 s by
// default. Whole commands may take a small multiple of it.
func WithTimeout(d time.Duration) Option { return func(c *Collector) { c.timeout = d } }

// WithDial replaces the TCP dialer.
func WithDial(d DialFunc) Option { return func(c *Collector) { c.dial = d } }

// WithClock replaces time for pauses and Status. Deadlines of connections
// stay real.
func WithClock(now func() time.Time, after func(time.Duration) <-chan time.Time) Option {
	return func(c *Collector) { c.now, c.after = now, after }
}

// NewCollector prepares to collect boxes into r; Run does it.
func NewCollector(boxes []Mailbox, r Receiver, log *slog.Logger, opts ...Option) *Collector {
	c := &Collector{
		receiver: r, log: log, poll: time.Minute, keeps: listKept,
		glance: 200 * time.Millisecond, timeout: 30 * time.Second, now: time.Now, after: time.After, boxes: map[string]*box{},
	}
	for _, o := range opts {
		o(c)
	}
	c.Set(boxes)
	return c
}

// Run collects until ctx ends, then waits for the letters in hand (at most
// ten seconds) and answers nil. It is called once.
func (c *Collector) Run(ctx context.Context) error {
	c.mu.Lock()
	c.ctx = ctx
	for _, b := range c.boxes {
		c.start(b, nil)
	}
	c.mu.Unlock()
	<-ctx.Done()
	// Set starts nothing once ctx is over, so no Add can meet this Wait.
	c.mu.Lock()
	c.boxes = map[string]*box{}
	c.mu.Unlock()
	c.working.Wait()
	return nil
}

// Set replaces the mailboxes, by ID: new ones start, missing ones stop,
// changed ones restart, the others do not notice. It works before Run and
// while it runs.
func (c *Collector) Set(boxes []Mailbox) {
	c.mu.Lock()
	defer c.mu.Unlock()
	keep := map[string]bool{}
	for _, m := range boxes {
		keep[m.ID] = true
		old := c.boxes[m.ID]
		if old != nil && old.Mailbox == m {
			continue
		}
		b := newBox(c, m)
		c.boxes[m.ID] = b
		if old != nil {
			old.stop()
		}
		c.start(b, old)
	}
	for id, b := range c.boxes {
		if !keep[id] {
			b.stop()
			delete(c.boxes, id)
		}
	}
}

// start runs a box once its predecessor has let go of the mailbox. The caller
// holds c.mu.
func (c *Collector) start(b, predecessor *box) {
	if c.ctx == nil || c.ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithCancel(c.ctx)
	b.stop = cancel
	b.started = true
	c.working.Add(1)
	go func() {
		defer c.working.Done()
		defer close(b.ended)
		defer cancel()
		if predecessor != nil && predecessor.started {
			<-predecessor.ended
		}
		b.run(ctx)
	}()
}

// Wake makes a mailbox look now: it cuts short a pause after trouble, a
// polling interval or an IDLE. An unknown id is ignored.
func (c *Collector) Wake(mailbox string) {
	c.mu.Lock()
	b := c.boxes[mailbox]
	c.mu.Unlock()
	if b == nil {
		return
	}
	select {
	case b.wake <- struct{}{}:
	default: // somebody woke it already
	}
}

// Status tells how every mailbox is doing, by id.
func (c *Collector) Status() []Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]Status, 0, len(c.boxes))
	for _, b := range c.boxes {
		all = append(all, b.board.read())
	}
	slices.SortFunc(all, func(a, b Status) int { return cmp.Compare(a.Mailbox, b.Mailbox) })
	return all
}
