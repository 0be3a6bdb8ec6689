package bus_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/bus/redistest"
)

var secret = []byte("the house's own, thirty-two bytes")

// clock is a hand-driven one.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time       { return time.Unix(0, c.at.Load()) }
func (c *clock) pass(d time.Duration) { c.at.Add(int64(d)) }

func tries(t testing.TB, l *bus.Limiter, key bus.Key, rate bus.Rate, n int) (allowed int, wait time.Duration) {
	for range n {
		ok, w := l.Allow(t.Context(), key, rate)
		if ok {
			allowed++
		} else {
			wait = w
		}
		if ok != (w == 0) {
			t.Fatalf("allowed %v, wait %v", ok, w)
		}
	}
	return allowed, wait
}

func TestABurstAndThenOneEach(t *testing.T) {
	time8 := newClock()
	l := bus.NewLimiter(bus.InProcess(), secret, time8.now)
	key := l.Key("code", "one")
	rate := bus.Rate{Every: 3 * time.Second, Burst: 5}
	if n, wait := tries(t, l, key, rate, 100); n != 5 || wait != 3*time.Second {
		t.Errorf("%d allowed, then wait %v", n, wait)
	}
	time8.pass(3*time.Second - time.Microsecond)
	if n, wait := tries(t, l, key, rate, 1); n != 0 || wait != time.Microsecond {
		t.Errorf("%d allowed too early, wait %v", n, wait)
	}
	time8.pass(time.Microsecond)
	if n, _ := tries(t, l, key, rate, 10); n != 1 {
		t.Errorf("%d allowed after one interval", n)
	}
	time8.pass(time.Hour)
	if n, _ := tries(t, l, key, rate, 10); n != 5 {
		t.Errorf("%d allowed after a rest", n)
	}
	if n, _ := tries(t, l, l.Key("code", "two"), rate, 10); n != 5 {
		t.Errorf("another key: %d allowed", n)
	}
	if n, _ := tries(t, l, l.Key("letter", "one"), rate, 10); n != 5 {
		t.Errorf("another kind: %d allowed", n)
	}
}

// A clock that is set back an hour must not refuse everybody for an hour.
func TestAClockThatGoesBackRefusesNobody(t *testing.T) {
	time8 := newClock()
	l := bus.NewLimiter(bus.InProcess(), secret, time8.now)
	key := l.Key("code", "one")
	rate := bus.Rate{Every: 3 * time.Second, Burst: 5}
	tries(t, l, key, rate, 100)
	time8.pass(-time.Hour)
	if n, wait := tries(t, l, key, rate, 100); n != 5 || wait != 3*time.Second {
		t.Errorf("%d allowed, then wait %v", n, wait)
	}
}

func TestWhatIsCountedHereCostsNoQuestionAndKeepsBlocks(t *testing.T) {
	c := newClock()
	l := bus.NewLimiter(bus.InProcess(), secret, c.now)
	key, rate := l.Key("say", "one"), bus.Rate{Every: 2 * time.Second, Burst: 3}
	allowed := 0
	for range 10 {
		if l.AllowHere(key, rate) {
			allowed++
		}
	}
	c.pass(2 * time.Second)
	if allowed != 3 || !l.AllowHere(key, rate) || l.AllowHere(key, rate) {
		t.Errorf("%d allowed", allowed)
	}
	c.pass(time.Minute)
	l.Block(t.Context(), key, time.Minute)
	if l.AllowHere(key, rate) {
		t.Error("blocked, and allowed here")
	}
}

func TestABlockEndsByItself(t *testing.T) {
	time8 := newClock()
	l := bus.NewLimiter(bus.InProcess(), secret, time8.now)
	key, rate := l.Key("code", "one"), bus.Rate{Every: time.Second, Burst: 3}
	l.Block(t.Context(), key, time.Minute)
	l.Block(t.Context(), key, time.Second) // the later end stands
	if n, wait := tries(t, l, key, rate, 3); n != 0 || wait != time.Minute {
		t.Errorf("%d allowed, wait %v", n, wait)
	}
	time8.pass(time.Minute)
	if n, _ := tries(t, l, key, rate, 5); n != 3 {
		t.Errorf("%d allowed after the block", n)
	}
}

func TestAHouseholdCountsAsOneAddress(t *testing.T) {
	l := bus.NewLimiter(bus.InProcess(), secret, newClock().now)
	key := func(s string) bus.Key { return l.Address("door", netip.MustParseAddr(s)) }
	for _, same := range [][2]string{
		{"192.0.2.7", "::ffff:192.0.2.7"}, {"2001:db8:0:1::7", "2001:db8:0:1:ffff::8"}, {"fe80::1%eth0", "fe80::1"},
	} {
		if key(same[0]) != key(same[1]) {
			t.Errorf("%v count apart", same)
		}
	}
	for _, apart := range [][2]string{{"192.0.2.7", "192.0.2.8"}, {"2001:db8:0:1::7", "2001:db8:0:2::7"}} {
		if key(apart[0]) == key(apart[1]) {
			t.Errorf("%v count as one", apart)
		}
	}
	l.Address("door", netip.Addr{}) // no address is no crash
}

// Neither the house's secret nor what lies in Redis tells tomorrow whose hash
// it was.
func TestAKeyIsUnknownTomorrowElsewhereAndWithoutTheSecret(t *testing.T) {
	time8 := newClock()
	b := bus.InProcess()
	l := bus.NewLimiter(b, secret, time8.now)
	address := netip.MustParseAddr("192.0.2.7")
	today := l.Address("door", address)
	if l.Address("door", address) != today {
		t.Error("unknown within the day")
	}
	if bus.NewLimiter(b, secret, time8.now).Address("door", address) == today {
		t.Error("the salt is not random")
	}
	time8.pass(24 * time.Hour)
	if l.Address("door", address) == today {
		t.Error("known tomorrow")
	}
	if s := fmt.Sprintf("%v %s", today, slog.AnyValue(today).Resolve()); s != "[sealed] [sealed]" {
		t.Errorf("a key prints %q", s)
	}
}

func TestAFloodOfAddressesTakesBoundedMemoryAndOpensNoBlock(t *testing.T) {
	time8 := newClock()
	l := bus.NewLimiter(bus.InProcess(), secret, time8.now)
	blocked := l.Key("door", "blocked")
	l.Block(t.Context(), blocked, time.Hour)
	rate := bus.Rate{Every: time.Minute, Burst: 1}
	for n := range 200_000 {
		if ok, _ := l.Allow(t.Context(), l.Key("door", fmt.Sprint(n)), rate); !ok {
			t.Fatal("a new address is refused")
		}
	}
	if n := l.Counted(); n > 1<<16 {
		t.Errorf("%d buckets", n)
	}
	if ok, _ := l.Allow(t.Context(), blocked, rate); ok {
		t.Error("the flood opened a block")
	}
	time8.pass(2 * time.Hour)
	for n := range 10 {
		l.Allow(t.Context(), l.Key("door", fmt.Sprint("later", n)), rate)
	}
	if n := l.Counted(); n > 10 {
		t.Errorf("%d buckets after all have expired", n)
	}
}

func TestProcessesCountTogether(t *testing.T) {
	address, house := redistest.Address(t), space()
	var limiters []*bus.Limiter
	for _, b := range together(t, address, house, 3) {
		limiters = append(limiters, bus.NewLimiter(b, secret, time.Now))
	}
	person := netip.MustParseAddr("192.0.2.7")
	until(t, "they share the day's salt", func() bool {
		one := limiters[0].Address("door", person)
		return limiters[1].Address("door", person) == one && limiters[2].Address("door", person) == one
	})
	if bus.NewLimiter(join(t, address, house, nil), []byte("another"), time.Now).Address("door", person) == limiters[0].Address("door", person) {
		t.Error("the key does not depend on the secret")
	}
	rate := bus.Rate{Every: time.Hour, Burst: 30}
	var all sync.WaitGroup
	var allowed atomic.Int64
	for _, l := range limiters {
		for range 4 {
			all.Go(func() {
				n, wait := tries(t, l, l.Address("door", person), rate, 20)
				allowed.Add(int64(n))
				if wait > time.Hour {
					t.Errorf("wait %v", wait)
				}
			})
		}
	}
	all.Wait()
	if n := allowed.Load(); n != 30 {
		t.Errorf("%d of 240 were allowed, want 30", n)
	}
	code := limiters[0].Key("code", "x")
	limiters[0].Block(t.Context(), code, 700*time.Millisecond)
	limiters[0].Block(t.Context(), code, time.Millisecond)
	if ok, wait := limiters[1].Allow(t.Context(), code, rate); ok || wait > 700*time.Millisecond {
		t.Errorf("a block is not shared: %v, wait %v", ok, wait)
	}
	until(t, "the block ends", func() bool { ok, _ := limiters[1].Allow(t.Context(), code, rate); return ok })

	// What lies there is names and numbers that end by themselves.
	client := raw(t, address)
	keys, err := client.Keys(t.Context(), "*"+house+"*").Result()
	if err != nil || len(keys) < 3 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, k := range keys {
		if d := client.PTTL(t.Context(), k).Val(); d <= 0 || d > 50*time.Hour {
			t.Errorf("%s ends in %v", k, d)
		}
		if v := client.Get(t.Context(), k).Val(); strings.Contains(k+v, "192.0.2") {
			t.Errorf("%s holds an address", k)
		}
	}
}

func TestWithoutRedisEachProcessCountsAloneAndNobodyWaits(t *testing.T) {
	server := redistest.Start(t)
	b := together(t, server.Address(), space(), 1)[0]
	l := bus.NewLimiter(b, secret, time.Now)
	rate := bus.Rate{Every: time.Hour, Burst: 5}
	blocked := l.Key("code", "blocked")
	l.Block(t.Context(), blocked, time.Hour)
	server.Pause()
	began := time.Now()
	if n, _ := tries(t, l, l.Key("code", "a"), rate, 100); n != 5 {
		t.Errorf("while Redis hangs %d were allowed", n)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("100 tries took %v", took)
	}
	server.Resume()
	server.Kill()
	until(t, "the loss is noticed", func() bool { return !b.Health().Well })
	if n, _ := tries(t, l, l.Key("code", "b"), rate, 100); n != 5 {
		t.Errorf("without Redis %d were allowed", n)
	}
	if ok, _ := l.Allow(t.Context(), blocked, rate); ok {
		t.Error("without Redis the block is forgotten")
	}
	before := l.Key("code", "a")
	server.Restart(t)
	until(t, "the bus is back", func() bool { return b.Health().Well })
	until(t, "Redis counts again", func() bool {
		key := l.Key("code", string(helpdesk.NewID()))
		n, _ := tries(t, l, key, rate, 1)
		return n == 1 && len(raw(t, server.Address()).Keys(t.Context(), "*limit*").Val()) > 0
	})
	if l.Key("code", "a") != before {
		t.Error("Redis forgot the day's salt, and so did we")
	}
}
