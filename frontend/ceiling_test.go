package frontend

import (
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// tick is a clock that a test moves.
type tick struct{ at atomic.Int64 }

func (c *tick) now() time.Time          { return time.Unix(1_800_000_000, c.at.Load()).UTC() }
func (c *tick) forward(d time.Duration) { c.at.Add(int64(d)) }
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
	for range knockRate.Burst {
		if status, _, text := try("en"); status != 200 || text != "tried" {
			t.Fatalf("%d %s", status, text)
		}
	}
	clock.forward(500 * time.Millisecond)
	for lang, want := range map[string]string{"en": "Wait 1 second", "sv": "Vänta 1 sekund"} {
		if status, after, text := try(lang); status != 429 || after != "1" || !strings.Contains(text, want) {
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
			for n := range knockRate.Burst + 1 {
				res, _ := h.ask(c, "POST", "/w/sign-in", formKind, form("login", "ada"), "X-Forwarded-For", row.forwarded(n+1))
				status = res.StatusCode
			}
			if status != row.want {
				t.Errorf("the last got %d", status)
			}
		})
	}
}
