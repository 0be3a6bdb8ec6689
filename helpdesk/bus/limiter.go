package bus

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"net/netip"
	"sync"
	"time"
)

// Rate allows Burst things at once and after that one each Every.
type Rate struct {
	Every time.Duration
	Burst int // at least 1
}

// Key names who is counted: a keyed hash of today, from which nobody finds the
// address or code behind it, and tomorrow not even we recognise it.
type Key [16]byte

func (Key) String() string { return "[sealed]" }

// LogValue keeps keys out of logs.
func (Key) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Limiter says how often something may be done, counted over all processes
// while Redis is there and in this one otherwise. It stores no address, and
// nothing that outlasts the day.
type Limiter struct {
	redis  *Redis // nil: one process
	secret []byte
	days   *days
	now    func() time.Time

	mu    sync.Mutex
	day   int64
	salt  [saltSize]byte
	key   []byte // of the day
	local buckets
	rests time.Time // Redis was slow: not asked before
}

// NewLimiter counts beside b: over all its processes if it is a *Redis. secret
// is the house's, the same in all processes and never in Redis: without it
// the few addresses there are could be tried one by one.
func NewLimiter(b Bus, secret []byte, now func() time.Time) *Limiter {
	l := &Limiter{secret: secret, now: now, local: newBuckets()}
	if r, shared := b.(*Redis); shared {
		l.redis, l.days = r, r.days
	} else {
		l.days = newDays(now)
	}
	return l
}

// Key hashes what is counted, such as a conversation's id. Kinds are counted
// apart.
func (l *Limiter) Key(kind Topic, value string) Key {
	mac := hmac.New(sha256.New, l.today())
	mac.Write([]byte(kind))
	mac.Write([]byte{0}) // no topic holds it
	mac.Write([]byte(value))
	return Key(mac.Sum(nil))
}

// Address is Key for a network address; one household's IPv6 addresses (/64)
// count as one. The address itself is not kept.
func (l *Limiter) Address(kind Topic, a netip.Addr) Key {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if net, err := a.Prefix(64); err == nil { // always: 64 bits are there
			a = net.Addr()
		}
	}
	return l.Key(kind, string(a.AsSlice()))
}

// today is the key of the day: the house's secret, so that Redis alone tells
// nothing, and the day's salt, so that the secret alone does not either.
func (l *Limiter) today() []byte {
	day, salt := l.days.today()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.key == nil || day != l.day || salt != l.salt {
		mac := hmac.New(sha256.New, l.secret)
		mac.Write([]byte("limits of a day"))
		mac.Write(salt[:])
		l.day, l.salt, l.key = day, salt, mac.Sum(nil)
	}
	return l.key
}

// Allow counts one try and says whether it may go on; if not, how long until
// the next may. A refused try costs nothing. It never fails: while Redis is
// away or slow this process counts alone.
func (l *Limiter) Allow(ctx context.Context, key Key, rate Rate) (ok bool, wait time.Duration) {
	rate.Burst = max(rate.Burst, 1)
	if wait := l.blocked(key); wait > 0 {
		return false, wait
	}
	if wait, known := l.ask(ctx, key, rate); known {
		return wait == 0, wait
	}
	wait = l.take(key, rate)
	return wait == 0, wait
}

// AllowHere is Allow counted in this process alone: for what comes over one
// connection, which one process holds, and so often that asking Redis would
// cost as much as the thing itself. Blocks hold as ever.
func (l *Limiter) AllowHere(key Key, rate Rate) bool {
	rate.Burst = max(rate.Burst, 1)
	return l.blocked(key) == 0 && l.take(key, rate) == 0
}

func (l *Limiter) take(key Key, rate Rate) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.local.take(key, l.now(), rate)
}

// Block refuses the key for a while, in all processes; never longer than the
// day, whose end makes keys unknown. A later end stands against an earlier
// one.
func (l *Limiter) Block(ctx context.Context, key Key, until time.Duration) {
	l.mu.Lock()
	l.local.block(key, l.now(), until)
	l.mu.Unlock()
	l.tellBlock(ctx, key, until)
}

func (l *Limiter) blocked(key Key) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.local.blocked(key, l.now())
}
