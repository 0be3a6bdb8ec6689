package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"returnsupport/mailbridge"
	"returnsupport/mailbridge/mailtest"
)

// hostilePatience is how long a server may say nothing here; 30 s in the program.
const hostilePatience = time.Second

// hostileMemory is what one attack may take, bytes: a letter's greatest size, read
// whole, and what lies around it.
const hostileMemory = 150e6

// hostile collects from a hostile server beside an honest one, one attack after
// the other: how soon it ends with a code, what it takes, and how long a letter to
// the honest one takes meanwhile.
func hostile(b *bench) {
	w, err := mailtest.Start(mailtest.Options{})
	b.check(err)
	defer w.Close()
	b.check(w.AddUser("good@desk.example", "secret"))
	slowest, most, latest := time.Duration(0), 0.0, time.Duration(0)
	for _, a := range mailtest.Attacks() {
		debug.FreeOSMemory()
		f := b.attacked(w, a)
		limit := time.Duration(0)
		if a.Patience {
			limit = hostilePatience
			if a.Name == "one byte now and then" {
				limit = 20 * hostilePatience // that of a whole listing
			}
		}
		beyond := f.took - limit
		also(a.Name, fmt.Sprintf("%s, %s after its limit, %.0f MB, a letter beside it %s", f.code, beyond.Round(time.Millisecond), f.memory/1e6, f.beside.Round(time.Millisecond)))
		slowest, most, latest = max(slowest, beyond), max(most, f.memory), max(latest, f.beside)
		if beyond > time.Second || f.code == "" {
			b.Fatalf("bench: %s ended with %q %v after its limit", a.Name, f.code, beyond)
		}
	}
	row(fmt.Sprintf("%d attacks: the longest until its error, after its limit", len(mailtest.Attacks())), slowest.Round(time.Millisecond).String(), "≤ 1 s")
	row("the most memory", fmt.Sprintf("%.0f MB", most/1e6), fmt.Sprintf("≤ %.0f MB", hostileMemory/1e6))
	row("the next mailbox: a letter to it, at the longest", latest.Round(time.Millisecond).String(), "served")
	b.judged(fault{most > hostileMemory, "an attack takes too much memory"})
}

type hostileFigure struct {
	code         mailbridge.Code
	took, beside time.Duration
	memory       float64
}

// attacked runs one attack.
func (b *bench) attacked(w *mailtest.World, a mailtest.Attack) (f hostileFigure) {
	address, end, err := a.Script().Start()
	b.check(err)
	defer end()
	in := &inTray{bell: make(chan struct{}, 64)}
	never := func(time.Duration) <-chan time.Time { return nil }
	c := mailbridge.NewCollector([]mailbridge.Mailbox{
		{ID: "bad", IMAP: hostileServer(b, address)},
		{ID: "good", IMAP: hostileServer(b, w.IMAPAddr()), After: mailbridge.Delete},
	}, in, slog.New(slog.DiscardHandler), mailbridge.WithTimeout(hostilePatience), mailbridge.WithClock(time.Now, never))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	peak := watchHeap()
	began := time.Now()
	go func() { ended <- c.Run(ctx) }()
	defer func() { stop(); b.check(<-ended) }()

	for f.code == "" && time.Since(began) < time.Minute {
		sent := time.Now()
		b.check(w.Append("good@desk.example", "INBOX", []byte("Subject: letter\r\n\r\nof "+sent.String()+"\r\n"), nil, time.Time{}))
		select {
		case <-in.bell:
			f.beside = max(f.beside, time.Since(sent))
		case <-time.After(10 * time.Second):
			b.Fatalf("bench: beside %s no letter came in ten seconds", a.Name)
		}
		if s := c.Status()[0]; s.State == mailbridge.Resting {
			f.code, f.took = s.Trouble, s.Since.Sub(began)
		}
	}
	f.memory = peak()
	return f
}

func hostileServer(b *bench, address string) mailbridge.Server {
	host, port, err := net.SplitHostPort(address)
	b.check(err)
	n, err := strconv.Atoi(port)
	b.check(err)
	return mailbridge.Server{Scheme: "imap", Host: host, Port: n, User: "good@desk.example", Password: "secret"}
}

// inTray is a Receiver that only rings.
type inTray struct {
	mu   sync.Mutex
	at   map[string]mailbridge.Mark
	bell chan struct{}
}

func (t *inTray) Bookmark(_ context.Context, box string) (mailbridge.Mark, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.at[box], nil
}

func (t *inTray) Receive(_ context.Context, box string, a mailbridge.Arrival) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.at == nil {
		t.at = map[string]mailbridge.Mark{}
	}
	t.at[box] = a.Mark
	t.bell <- struct{}{}
	return nil
}

func (t *inTray) Gap(context.Context, string, uint32, uint32) error { return nil }
