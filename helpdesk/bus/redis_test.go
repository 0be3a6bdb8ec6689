package bus_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/bus/redistest"
)

// space is a fresh name: other tests use the same Redis.
func space() string { return string(helpdesk.NewID()) }

func join(t testing.TB, address, space string, log *slog.Logger) *bus.Redis {
	t.Helper()
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	b, err := bus.OpenRedis(bus.Options{Address: address, Space: space, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// shared are n processes of one house that hear each other.
func shared(t testing.TB, n int) []*bus.Redis {
	t.Helper()
	return together(t, redistest.Address(t), space(), n)
}

func together(t testing.TB, address, space string, n int) []*bus.Redis {
	t.Helper()
	var all []*bus.Redis
	for range n {
		all = append(all, join(t, address, space, nil))
	}
	for _, b := range all {
		until(t, "all hear each other", func() bool { h := b.Health(); return h.Well && h.Replicas == n })
	}
	return all
}

func until(t testing.TB, what string, true func() bool) {
	t.Helper()
	for range 3000 {
		if true() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

// book is a store: the truth readers ask for when they are rung.
type book struct {
	mu   sync.Mutex
	last map[helpdesk.ID]int64
}

func (b *book) write(id helpdesk.ID) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last[id]++
	return b.last[id]
}

func (b *book) read(id helpdesk.ID) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last[id]
}

// reader asks the store for its subject whenever it is rung, for whatever
// reason.
type reader struct {
	id   helpdesk.ID
	mu   sync.Mutex
	seen int64
}

func read(t testing.TB, b bus.Bus, store *book, id helpdesk.ID) *reader {
	r := &reader{id: id}
	l := b.Listen(nil, bus.Ring{Topic: ticket, Subject: id})
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop); l.Close() })
	go func() {
		for {
			select {
			case <-l.Ready():
				for _, ok := l.Next(); ok; _, ok = l.Next() {
					r.mu.Lock()
					r.seen = store.read(id)
					r.mu.Unlock()
				}
			case <-stop:
				return
			}
		}
	}()
	return r
}

func (r *reader) has() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

func TestRedisKilledAndRestartedInTheMiddleDelaysAndLosesNothing(t *testing.T) {
	server := redistest.Start(t)
	both := together(t, server.Address(), space(), 2)
	store := &book{last: map[helpdesk.ID]int64{}}
	var readers []*reader
	for i := range 50 {
		readers = append(readers, read(t, both[i%2], store, helpdesk.NewID()))
	}
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for i, r := range readers {
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(3 * time.Millisecond):
					// From the other process than the one that reads.
					both[(i+1)%2].Publish(bus.Event{Topic: ticket, Subject: r.id, Number: store.write(r.id)})
				}
			}
		})
	}
	for range 3 {
		time.Sleep(200 * time.Millisecond)
		server.Kill()
		for _, b := range both {
			until(t, "the loss is noticed", func() bool { h := b.Health(); return !h.Well && h.Asking() && h.Trouble != bus.NoTrouble })
		}
		// Without Redis everybody sees what was written, only later.
		var there []int64
		for _, r := range readers {
			there = append(there, store.read(r.id))
		}
		began := time.Now()
		for i, r := range readers {
			until(t, "the store was asked without Redis", func() bool { return r.has() >= there[i] })
		}
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("the store was asked after %v", took)
		}
		server.Restart(t)
		for _, b := range both {
			until(t, "the bus is back", func() bool { h := b.Health(); return h.Well && h.Replicas == 2 && h.Trouble == bus.NoTrouble })
		}
	}
	close(stop)
	writers.Wait()
	for _, r := range readers {
		until(t, "everything written is seen", func() bool { return r.has() == store.read(r.id) })
	}
	h := both[0].Health()
	if h.Asking() || h.Heard == 0 || h.Doubts == 0 {
		t.Errorf("in the end %+v", h)
	}
}

func TestARedisThatHangsIsNoticedAndHoldsUpNobody(t *testing.T) {
	server := redistest.Start(t)
	both := together(t, server.Address(), space(), 2)
	events, leave := both[0].Subscribe(ticket)
	defer leave()
	server.Pause()
	began := time.Now()
	for n := range 50_000 {
		both[0].Publish(bus.Event{Topic: ticket, Subject: helpdesk.NewID(), Number: int64(n)})
		if n%1000 == 0 {
			receive(t, events) // our own process is rung all the same
		}
	}
	if took := time.Since(began); took > 30*time.Second { // hours, if each waited for Redis to answer
		t.Errorf("publishing took %v", took)
	}
	until(t, "the silence is noticed", func() bool { return !both[0].Health().Well })
	if h := both[0].Health(); h.Trouble != bus.TimedOut {
		t.Errorf("trouble is %q", h.Trouble)
	}
	server.Resume()
	until(t, "the bus is back", func() bool { return both[0].Health().Well && both[1].Health().Well })
}

// cable is a way to Redis that can be cut for one process alone.
type cable struct {
	at    net.Listener
	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func newCable(t *testing.T, to string) *cable {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{at: l}
	t.Cleanup(func() { l.Close(); c.set(true) })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", strings.TrimPrefix(to, "redis://"))
			if err != nil || !c.lay(in, out) {
				in.Close()
				continue
			}
			go func() { io.Copy(out, in); out.Close() }()
			go func() { io.Copy(in, out); in.Close() }()
		}
	}()
	return c
}

func (c *cable) lay(in, out net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut {
		out.Close()
		return false
	}
	c.conns = append(c.conns, in, out)
	return true
}

func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	if cut {
		for _, conn := range c.conns {
			conn.Close()
		}
		c.conns = nil
	}
}

func TestWhatAProcessCouldNotTellIsToldWhenItsCableIsMended(t *testing.T) {
	address, house := redistest.Address(t), space()
	way := newCable(t, address)
	speaks := join(t, "redis://"+way.at.Addr().String(), house, nil)
	hears := join(t, address, house, nil)
	until(t, "both hear each other", func() bool { return speaks.Health().Replicas == 2 && hears.Health().Replicas == 2 })
	time.Sleep(300 * time.Millisecond) // the doubts of the beginning are over
	outage := func(publish func()) {
		way.set(true)
		until(t, "the loss is noticed", func() bool { return !speaks.Health().Well })
		publish()
		way.set(false)
	}

	one := helpdesk.NewID()
	events, leave := hears.Subscribe(ticket)
	defer leave()
	outage(func() {
		for n := range int64(10_000) {
			speaks.Publish(bus.Event{Topic: ticket, Subject: one, Number: n + 1})
		}
	})
	if e := receive(t, events); e.Subject != one || e.Number != 10_000 {
		t.Errorf("heard %+v", e)
	}

	until(t, "both hear each other again", func() bool { return speaks.Health().Well && !hears.Health().Asking() })
	doubts := hears.Health().Doubts
	outage(func() {
		for range 5000 { // more than an outbox holds
			speaks.Publish(bus.Event{Topic: team, Subject: helpdesk.NewID()})
		}
	})
	until(t, "what was too much becomes a doubt", func() bool { return hears.Health().Doubts > doubts })
	if hears.Health().Asking() {
		t.Error("the doubt came of the silence, not of the loss")
	}
}

// A process that Redis lost, and that others still hear nothing from, may be
// writing all the while.
func TestAReplicaThatFellSilentMakesTheOthersAskTheStore(t *testing.T) {
	address, house := redistest.Address(t), space()
	stays := join(t, address, house, nil)
	until(t, "well", func() bool { return stays.Health().Well })
	client := raw(t, address)
	other := string(helpdesk.NewID())
	say := func(kind string) {
		client.Publish(t.Context(), "returnsupport:"+house+":bus", "1 "+other+" "+kind)
	}
	say("alive")
	until(t, "the other is there", func() bool { return stays.Health().Replicas == 2 })
	l := stays.Listen(nil, bus.Ring{Topic: ticket})
	defer l.Close()
	until(t, "it fell silent", func() bool { h := stays.Health(); return h.Well && h.Silent == 1 && h.Asking() })
	for range 2 {
		select {
		case <-l.Ready():
		case <-time.After(5 * time.Second):
			t.Fatal("nobody is told to ask")
		}
		if e, ok := l.Next(); !ok || !e.Missed {
			t.Fatalf("told %+v", e)
		}
		for ok := true; ok; _, ok = l.Next() {
		}
	}
	say("bye")
	until(t, "it said goodbye", func() bool { h := stays.Health(); return h.Replicas == 1 && !h.Asking() })
}

func TestWhoClosesTellsTheOthersAllAndGoodbye(t *testing.T) {
	address, house := redistest.Address(t), space()
	stays := join(t, address, house, nil)
	until(t, "well", func() bool { return stays.Health().Well })
	events, leave := stays.Subscribe(ticket)
	defer leave()
	// A command that runs for a moment: no time to become well.
	command, err := bus.OpenRedis(bus.Options{Address: address, Space: house, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	command.Publish(bus.Event{Topic: ticket, Number: 9})
	if err := command.Close(); err != nil {
		t.Fatal(err)
	}
	if err := command.Close(); err != nil {
		t.Error("closed twice:", err)
	}
	command.Publish(bus.Event{Topic: ticket, Number: 10}) // after the end: nothing happens
	if e := receive(t, events); e.Number != 9 {
		t.Errorf("heard %+v", e)
	}
	until(t, "it is forgotten", func() bool { h := stays.Health(); return h.Replicas == 1 && h.Silent == 0 })
}

func TestClosingWithoutRedisDoesNotWaitForEver(t *testing.T) {
	b := join(t, "unix:///nowhere/redis.sock", "x", nil)
	b.Publish(bus.Event{Topic: ticket})
	until(t, "the trouble is known", func() bool { return b.Health().Trouble == bus.Unreachable })
	began := time.Now()
	b.Close()
	if took := time.Since(began); took > 30*time.Second { // hours, if each waited for Redis to answer
		t.Errorf("took %v", took)
	}
}

func raw(t testing.TB, address string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	t.Cleanup(func() { c.Close() })
	return c
}

func TestGarbageOnTheChannelIsIgnoredAndCounted(t *testing.T) {
	address, house := redistest.Address(t), space()
	b := join(t, address, house, nil)
	until(t, "well", func() bool { return b.Health().Well })
	events, leave := b.Subscribe(ticket)
	defer leave()
	client, channel := raw(t, address), "returnsupport:"+house+":bus"
	id := string(helpdesk.NewID())
	garbage := []string{
		"", "1", "hello", strings.Repeat("x", 1<<20), "\x00\xff", "1 " + id, "1 " + id + " ring", "2 " + id + " alive",
		"1 " + id + " ring ticket they-took-my-brother 1", "1 " + id + " ring ticket - one", "1 " + id + " ring Ticket - 1",
		"1 " + id + " ring ticket - 1 more", "1 " + id + "  alive", "1 nobody alive", "1 " + id + " ring ticket  1",
	}
	for _, g := range garbage {
		if err := client.Publish(t.Context(), channel, g).Err(); err != nil {
			t.Fatal(err)
		}
	}
	client.Publish(t.Context(), channel, "1 "+id+" ring ticket - 77")
	if e := receive(t, events); e.Number != 77 {
		t.Errorf("heard %+v", e)
	}
	if n := b.Health().Ignored; n != uint64(len(garbage)) {
		t.Errorf("ignored %d of %d", n, len(garbage))
	}
}

// Redis and our logs hold names and numbers, never a password or an address.
func TestThePasswordIsNeitherLoggedNorTold(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "open-sesame")
	var told lockedBuffer
	log := slog.New(slog.NewTextHandler(&told, &slog.HandlerOptions{Level: slog.LevelDebug}))
	good := "unix://:open-sesame@" + strings.TrimPrefix(server.Address(), "unix://")
	for address, want := range map[string]bus.Trouble{
		"unix://:wrong-canary@" + strings.TrimPrefix(server.Address(), "unix://"): bus.SignIn,
		server.Address(): bus.SignIn,
	} {
		b := join(t, address, "x", log)
		until(t, "the trouble is known", func() bool { return b.Health().Trouble == want })
	}
	b := join(t, good, "x", log)
	until(t, "well", func() bool { return b.Health().Well })
	server.Kill()
	until(t, "the loss is noticed", func() bool { return !b.Health().Well })
	log.Info("options", "of", bus.Options{Address: good})
	for _, secret := range []string{"sesame", "canary", "redis.sock"} {
		if bytes.Contains(told.bytes(), []byte(secret)) {
			t.Errorf("the log holds %q:\n%s", secret, told.bytes())
		}
	}
	if !bytes.Contains(told.bytes(), []byte("away")) {
		t.Error("the log does not say that the bus is away")
	}
}

func TestAnAddressThatIsNoneIsRefusedWithoutQuotingIt(t *testing.T) {
	for _, address := range []string{
		"", "secret", "http://secret@host", "redis://", "redis://secret@", "redis://host:port-secret", "redis://secret@host/one",
		"redis://host/-1", "redis://host?password=secret", "redis:secret", "unix://secret", "redis://h\x7fost:secret", "rediss://:secret@host/0#x",
	} {
		b, err := bus.OpenRedis(bus.Options{Address: address, Space: "x"})
		if err == nil {
			b.Close()
			t.Errorf("%q was taken", address)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error quotes: %v", err)
		}
	}
	for _, bad := range []string{"", "a b", "a:b", strings.Repeat("x", 33)} {
		if b, err := bus.OpenRedis(bus.Options{Address: "redis://127.0.0.1:1", Space: bad}); err == nil {
			b.Close()
			t.Errorf("space %q was taken", bad)
		}
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}
