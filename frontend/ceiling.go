package frontend

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk/bus"
)

// How often one address may do things. No address is kept: the limiter counts
// a keyed hash that nobody recognises a day later.
var (
	// Every knock waits in the strangers' line for Argon2, so without this an
	// address that floods the line keeps everybody else out of it. Fifty colleagues
	// of one office come in at once on its first morning, each with two knocks.
	knockRate = bus.Rate{Burst: 120, Every: time.Second}
	// A browser in which somebody came in before, or has just given the words, is
	// counted by itself: nobody behind the same address keeps it out.
	ownKnockRate = bus.Rate{Burst: 10, Every: 3 * time.Second}
	// A detention centre may be one address, so persons have more tries, and
	// a line of their own: nobody there keeps the desk from signing in.
	personKnockRate = bus.Rate{Burst: 60, Every: time.Second}
	// What persons behind one address may change: a hundred things a second.
	personRate = bus.Rate{Burst: 1200, Every: 10 * time.Millisecond}
	// A live connection breaks and comes back; one that does so without end
	// asks by polls instead.
	liveRate = bus.Rate{Burst: 30, Every: 2 * time.Second}
	// Who begins or guesses and is refused more often than this, thirty times
	// in a minute, does not wait as told: nobody there begins for blockedFor.
	refusedRate = bus.Rate{Burst: 30, Every: 2 * time.Second}
	// asking only asks whether a block stands: no line is that fast.
	asking = bus.Rate{Burst: 1 << 20, Every: time.Microsecond}
)

// blockedFor is how long a block stands. It ends by itself.
const blockedFor = 15 * time.Minute

// tooOften is a refusal for a while, and when to try again.
type tooOften struct{ wait time.Duration }

func (e tooOften) Error() string { return fmt.Sprintf("too many tries, the next in %v", e.wait) }

// seconds are rounded up: who waits them is let through.
func (e tooOften) seconds() int { return int((e.wait + time.Second - 1) / time.Second) }

// blocked is a refusal of all that begins or guesses from one address.
type blocked struct{ wait time.Duration }

func (e blocked) Error() string { return fmt.Sprintf("blocked for %v", e.wait) }

// beginning is a handler for persons that begins something or guesses: who is
// refused there again and again is blocked there. It stands in no way of a
// session that lives already, be it behind the same address, and has a ceiling
// of its own, so that a flood of beginnings takes nothing from talks.
func (s *Site) beginning(do Handler) Handler {
	do = Within("person-begin", s.Ceiling, do)
	return func(v *Visit) error {
		l, from := s.Limiter, s.visitor(v.c)
		block := l.Address("person-block", from)
		if fine, wait := l.Allow(v.Context, block, asking); !fine {
			return blocked{wait}
		}
		err := do(v)
		var often tooOften
		if !errors.As(err, &often) {
			return err
		}
		if fine, _ := l.Allow(v.Context, l.Address("person-refused", from), refusedRate); !fine {
			l.Block(v.Context, block, blockedFor)
			return blocked{blockedFor}
		}
		return err
	}
}

// Knocking is a handler that opens the door to a secret: it runs only as often
// as one address may try.
func Knocking(do Handler) Handler {
	desk, person := Within("knock", knockRate, do), Within("person-knock", personKnockRate, do)
	return func(v *Visit) error {
		if v.person {
			return person(v)
		}
		own := v.knocksAs()
		if own == "" {
			return desk(v)
		}
		if err := v.Allow("knock-own", own, ownKnockRate); err != nil {
			return err
		}
		return do(v)
	}
}

// Recogniser is a Door that knows a browser again; *staff.Desk is one.
type Recogniser interface {
	// Recognises is what a browser counts as that brings a mark of this login's, ""
	// for any other.
	Recognises(login, mark string) string
}

// knocksAs is what a browser of the desk's counts as by itself; "" for strangers.
func (v *Visit) knocksAs() string {
	if v.outside != nil {
		return ""
	}
	if v.Halfway || v.Session != nil {
		return v.look.session
	}
	if r, ok := v.site.Door.(Recogniser); ok && v.Mark() != "" {
		return r.Recognises(strings.TrimSpace(v.Form.Value("login")), v.Mark())
	}
	return ""
}

// Within bounds how often one address may use a handler, over all replicas.
// Kinds are counted apart.
func Within(kind bus.Topic, rate bus.Rate, do Handler) Handler {
	return func(v *Visit) error {
		l := v.site.Limiter
		if ok, wait := l.Allow(v.Context, l.Address(kind, v.site.visitor(v.c)), rate); !ok {
			return tooOften{wait}
		}
		return do(v)
	}
}

// Allow bounds how often something may be done for one value, such as a
// conversation's id. What it returns when that is too often becomes a page
// that says when to try again (429).
func (v *Visit) Allow(kind bus.Topic, value string, rate bus.Rate) error {
	l := v.site.Limiter
	if ok, wait := l.Allow(v.Context, l.Key(kind, value), rate); !ok {
		return tooOften{wait}
	}
	return nil
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
