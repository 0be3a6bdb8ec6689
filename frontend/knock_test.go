package frontend

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// tick is a clock that a test moves.
type tick struct{ at atomic.Int64 }

func (c *tick) now() time.Time                        { return time.Unix(1_800_000_000, c.at.Load()).UTC() }
func (c *tick) forward(d time.Duration)               { c.at.Add(int64(d)) }
func knock(k *knocks, ip string) (wait time.Duration) { return k.try(netip.MustParseAddr(ip)) }

func TestAnAddressKnocksTwentyTimesAndThenEveryThreeSeconds(t *testing.T) {
	var clock tick
	k := newKnocks(clock.now)
	for n := range knockBurst {
		if wait := knock(k, "192.0.2.1"); wait != 0 {
			t.Fatalf("try %d waits %v", n+1, wait)
		}
	}
	for range 3 { // what is refused does not make the wait longer
		if wait := knock(k, "192.0.2.1"); wait != knockEvery {
			t.Fatalf("the next waits %v", wait)
		}
	}
	if wait := knock(k, "192.0.2.2"); wait != 0 {
		t.Errorf("another address waits %v", wait)
	}
	clock.forward(knockEvery)
	if wait := knock(k, "192.0.2.1"); wait != 0 {
		t.Errorf("who waited as told waits %v more", wait)
	}
	if wait := knock(k, "192.0.2.1"); wait != knockEvery {
		t.Errorf("then another %v", wait)
	}
	clock.forward(knockBurst * knockEvery)
	for n := range knockBurst {
		if wait := knock(k, "192.0.2.1"); wait != 0 {
			t.Errorf("after a rest try %d waits %v", n+1, wait)
		}
	}
}

func TestAnIPv6NetworkIsOneCaller(t *testing.T) {
	var clock tick
	k := newKnocks(clock.now)
	for n := range knockBurst {
		knock(k, fmt.Sprintf("2001:db8:1:2::%x", n+1))
	}
	if knock(k, "2001:db8:1:2:ffff::1") == 0 {
		t.Error("a network of 64 bits has a try for each of its addresses")
	}
	if knock(k, "2001:db8:1:3::1") != 0 {
		t.Error("the network beside it has to wait, too")
	}
}

func TestNoAddressIsKeptAndTheHashesChangeEveryHour(t *testing.T) {
	var clock tick
	k := newKnocks(clock.now)
	knock(k, "192.0.2.1")
	first := k.caller(netip.MustParseAddr("192.0.2.1"))
	if strings.Contains(string(first[:]), "\xc0\x00\x02\x01") {
		t.Error("the address stands in what is kept")
	}
	clock.forward(knockRotate)
	knock(k, "192.0.2.9")
	if second := k.caller(netip.MustParseAddr("192.0.2.1")); second == first || len(k.until) != 1 {
		t.Errorf("after an hour the same hash, or %d kept", len(k.until))
	}
}

func TestManyAddressesFillNoMemory(t *testing.T) {
	var clock tick
	k := newKnocks(clock.now)
	at := netip.MustParseAddr("10.0.0.0")
	refused := 0
	for range mostKnocks + 100 {
		if at = at.Next(); k.try(at) != 0 {
			refused++
		}
	}
	if len(k.until) > mostKnocks+1 || refused != 100-knockBurst {
		t.Errorf("%d kept, %d refused", len(k.until), refused)
	}
	clock.forward(knockBurst * knockEvery)
	if k.try(at.Next()) != 0 || len(k.until) > 1 {
		t.Errorf("%d are kept that owe nothing", len(k.until))
	}
}

func TestKnocksAreCountedOnceEachFromManySides(t *testing.T) {
	var clock tick
	k := newKnocks(clock.now)
	var through atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range knockBurst {
				if knock(k, "192.0.2.1") == 0 {
					through.Add(1)
				}
			}
		})
	}
	all.Wait()
	if through.Load() != knockBurst {
		t.Errorf("%d came through", through.Load())
	}
}

func knockers(s *Site) {
	s.Route("POST", "/w/sign-in", Anyone, Knocking(func(v *Visit) error { return v.Text("tried") }))
	s.Route("GET", "/w/sign-in", Anyone, func(v *Visit) error { return v.Text("door") })
}

func TestWhoKnocksTooOftenIsToldWhenToTryAgain(t *testing.T) {
	var clock tick
	h := newHouse(t, knockers, func(o *Options) { o.Now = clock.now })
	c := h.browser("")
	try := func(lang string) (int, string, string) {
		res, text := h.ask(c, "POST", "/w/sign-in", formKind, form("login", "ada"), "Accept-Language", lang)
		return res.StatusCode, res.Header.Get("Retry-After"), text
	}
	for range knockBurst {
		if status, _, text := try("en"); status != 200 || text != "tried" {
			t.Fatalf("%d %s", status, text)
		}
	}
	clock.forward(500 * time.Millisecond)
	for lang, want := range map[string]string{"en": "Wait 3 seconds", "sv": "Vänta 3 sekunder"} {
		if status, after, text := try(lang); status != 429 || after != "3" || !strings.Contains(text, want) {
			t.Errorf("%s: %d, %s, %s", lang, status, after, text)
		}
	}
	if res, _ := h.ask(c, "GET", "/w/sign-in", "", nil); res.StatusCode != 200 {
		t.Errorf("the page itself: %d", res.StatusCode)
	}
	clock.forward(3 * time.Second)
	if status, _, _ := try("en"); status != 200 {
		t.Errorf("after waiting as told: %d", status)
	}
	if strings.Contains(h.log.String(), "127.0.0.1") {
		t.Error("an address is in the log")
	}
}

func TestAForwardedAddressCountsOnlyFromOurProxy(t *testing.T) {
	behind := func(o *Options) { o.BehindProxy = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }
	for name, row := range map[string]struct {
		change    []func(*Options)
		forwarded func(n int) string
		want      int
	}{
		"each behind the proxy has its own count":  {[]func(*Options){behind}, func(n int) string { return fmt.Sprintf("192.0.2.%d", n) }, 200},
		"what a caller wrote in front is not read": {[]func(*Options){behind}, func(n int) string { return fmt.Sprintf("192.0.2.%d, 198.51.100.7", n) }, 429},
		"our own hops are passed over":             {[]func(*Options){behind}, func(n int) string { return fmt.Sprintf("192.0.2.%d, 127.0.0.9", n) }, 200},
		"nonsense is the proxy's own":              {[]func(*Options){behind}, func(n int) string { return fmt.Sprintf("192.0.2.%d, unknown", n) }, 429},
		"without a proxy nothing is believed":      {nil, func(n int) string { return fmt.Sprintf("192.0.2.%d", n) }, 429},
	} {
		t.Run(name, func(t *testing.T) {
			var clock tick
			h := newHouse(t, knockers, append(row.change, func(o *Options) { o.Now = clock.now })...)
			c := h.browser("")
			status := 0
			for n := range knockBurst + 1 {
				res, _ := h.ask(c, "POST", "/w/sign-in", formKind, form("login", "ada"), "X-Forwarded-For", row.forwarded(n+1))
				status = res.StatusCode
			}
			if status != row.want {
				t.Errorf("the last got %d", status)
			}
		})
	}
}
