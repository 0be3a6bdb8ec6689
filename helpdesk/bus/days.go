package bus

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const saltSize = 32

// days holds the random salt of today and tomorrow (UTC), in memory alone. A
// day's salt is forgotten when the day is over: what was hashed with it then
// tells nobody anything, not even us.
type days struct {
	now   func() time.Time
	adopt chan struct{} // holds a token when Redis is there and may know another salt

	mu    sync.Mutex
	salts map[int64][saltSize]byte
}

func newDays(now func() time.Time) *days {
	return &days{now: now, adopt: make(chan struct{}, 1), salts: map[int64][saltSize]byte{}}
}

const day = 24 * time.Hour

func dayOf(t time.Time) int64 { return t.Unix() / int64(day/time.Second) }

// today returns the number of the day and its salt.
func (d *days) today() (int64, [saltSize]byte) {
	n := dayOf(d.now())
	return n, d.salt(n)
}

func (d *days) salt(n int64) [saltSize]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, made := d.salts[n]
	if !made {
		rand.Read(s[:]) // never fails since Go 1.24
		d.set(n, s)
	}
	return s
}

func (d *days) set(n int64, s [saltSize]byte) {
	d.salts[n] = s
	today := dayOf(d.now())
	for old := range d.salts {
		if old < today {
			delete(d.salts, old)
		}
	}
}

// propose hands our salt to Redis, or takes the one that lies there. The
// salt's key ends an hour after its day.
var propose = redis.NewScript(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return ARGV[1] end
return redis.call('GET', KEYS[1])`)

// shareDays sees to it that all processes hash with the same salts: when Redis
// is reached anew, because it remembers nothing, and early enough before
// midnight.
func (r *Redis) shareDays(ctx context.Context) {
	ticker := time.NewTicker(10 * time.Minute)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.days.adopt:
		case <-ticker.C:
		}
		today := dayOf(r.days.now())
		for n := today; n <= today+1; n++ {
			r.shareDay(ctx, n)
		}
	}
}

// shareDay leaves our own salt in place when Redis fails: the processes then
// count apart for a while.
func (r *Redis) shareDay(ctx context.Context, n int64) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ours := r.days.salt(n)
	left := time.Unix((n+1)*int64(day/time.Second), 0).Add(time.Hour).Sub(r.days.now())
	// Redis sees the salt, and never the secret it is mixed with.
	said, err := propose.Run(ctx, r.client, []string{r.name("salt:" + time.Unix(n*int64(day/time.Second), 0).UTC().Format(time.DateOnly))},
		string(ours[:]), left.Milliseconds()).Text()
	if err != nil || len(said) != saltSize {
		return
	}
	r.days.mu.Lock()
	defer r.days.mu.Unlock()
	r.days.set(n, [saltSize]byte([]byte(said)))
}
