package frontend

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// How often one address may knock at the door: so many times at once, then
// once in knockEvery. Every try waits in the one line for Argon2, so without
// this an address that floods the line keeps everybody else out of it.
const (
	knockBurst  = 20
	knockEvery  = 3 * time.Second
	knockRotate = time.Hour
	mostKnocks  = 50_000
)

// caller stands for an address: a hash whose key is drawn anew every hour and
// lives in memory only, so that no address is kept anywhere.
type caller [16]byte

// knocks counts tries per caller. For each it holds the one instant at which
// all its tries will have been earned back.
type knocks struct {
	now   func() time.Time
	mu    sync.Mutex
	key   [32]byte
	drawn time.Time
	until map[caller]time.Time
}

func newKnocks(now func() time.Time) *knocks { return &knocks{now: now} }

// try counts one knock of ip, or returns how long it must wait for the next.
func (k *knocks) try(ip netip.Addr) (wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if k.until == nil || now.Sub(k.drawn) >= knockRotate {
		rand.Read(k.key[:])
		k.drawn, k.until = now, map[caller]time.Time{}
	}
	who := k.caller(ip)
	earned := k.until[who]
	if earned.Before(now) {
		earned = now
	}
	earned = earned.Add(knockEvery)
	if wait := earned.Sub(now) - knockBurst*knockEvery; wait > 0 {
		return wait // what is refused costs nothing: waiting as told is enough
	}
	k.until[who] = earned
	return 0
}

// caller is whom a knock is counted against. An IPv6 network of 64 bits is one
// caller, because one household has all its addresses. When there are more
// callers than we hold, the newest share one count.
func (k *knocks) caller(ip netip.Addr) (c caller) {
	if ip.Is6() {
		if net, err := ip.WithZone("").Prefix(64); err == nil {
			ip = net.Addr()
		}
	}
	m := hmac.New(sha256.New, k.key[:])
	m.Write(ip.AsSlice())
	copy(c[:], m.Sum(nil))
	if _, known := k.until[c]; known || len(k.until) < mostKnocks {
		return c
	}
	now := k.now()
	for old, earned := range k.until {
		if !earned.After(now) {
			delete(k.until, old)
		}
	}
	if len(k.until) < mostKnocks {
		return c
	}
	return caller{}
}

// tooOften is the refusal of a knock, and when to try again.
type tooOften struct{ wait time.Duration }

func (e tooOften) Error() string { return fmt.Sprintf("too many tries, the next in %v", e.wait) }

// seconds are rounded up: who waits them is let through.
func (e tooOften) seconds() int { return int((e.wait + time.Second - 1) / time.Second) }

// Knocking is a handler that opens the door to a secret: it runs only as often
// as one address may try.
func Knocking(do Handler) Handler {
	return func(v *Visit) error {
		if wait := v.site.knocks.try(v.site.visitor(v.c)); wait > 0 {
			return tooOften{wait}
		}
		return do(v)
	}
}

// visitor is the address a request comes from. A forwarded one is believed
// only from our proxy, and only the last that is not a proxy of ours: what
// stands before it anybody could have written.
func (s *Site) visitor(c *fiber.Ctx) netip.Addr {
	ip := remoteIP(c.Context().RemoteAddr())
	if !s.proxy || !s.believed(c.Context().RemoteAddr()) {
		return ip
	}
	hops := strings.Split(strings.Join(c.GetReqHeaders()["X-Forwarded-For"], ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return ip
		}
		if ip = hop.Unmap(); !s.ours(ip) {
			return ip
		}
	}
	return ip
}
