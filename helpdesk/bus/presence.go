package bus

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"returnsupport/helpdesk"
)

// Presence is the fast answer to "who is here": names with leases, in this
// process or in Redis for all. It may lack somebody and invents nobody: the
// store has the truth, and is asked when more are needed than are found here.
type Presence struct {
	redis *Redis // nil: one process
	now   func() time.Time

	mu   sync.Mutex
	here map[Topic]map[helpdesk.ID]time.Time
}

// NewPresence looks beside b: over all its processes if it is a *Redis.
func NewPresence(b Bus, now func() time.Time) *Presence {
	r, _ := b.(*Redis)
	return &Presence{redis: r, now: now, here: map[Topic]map[helpdesk.ID]time.Time{}}
}

// Scores are milliseconds of Redis's clock at which leases end; the set goes
// with its last lease.
var (
	stay = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`)
	who = redis.NewScript(`
local t = redis.call('TIME')
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)), '+inf')`)
)

// Here begins or renews a lease.
func (p *Presence) Here(ctx context.Context, what Topic, id helpdesk.ID, lease time.Duration) {
	if !(Event{Topic: what, Subject: id}).nameable() || lease < time.Millisecond {
		return
	}
	if p.redis != nil {
		p.ask(ctx, func(ctx context.Context) error {
			return stay.Run(ctx, p.redis.client, []string{p.redis.name("here:" + string(what))}, string(id), lease.Milliseconds()).Err()
		})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.here[what] == nil {
		p.here[what] = map[helpdesk.ID]time.Time{}
	}
	p.here[what][id] = p.now().Add(lease)
}

// Gone ends a lease.
func (p *Presence) Gone(ctx context.Context, what Topic, id helpdesk.ID) {
	if p.redis != nil {
		p.ask(ctx, func(ctx context.Context) error {
			return p.redis.client.ZRem(ctx, p.redis.name("here:"+string(what)), string(id)).Err()
		})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.here[what], id)
}

// Who returns, sorted, those who are here for certain.
func (p *Presence) Who(ctx context.Context, what Topic) []helpdesk.ID {
	all := []helpdesk.ID{}
	if p.redis != nil {
		p.ask(ctx, func(ctx context.Context) error {
			said, err := who.Run(ctx, p.redis.client, []string{p.redis.name("here:" + string(what))}).StringSlice()
			for _, s := range said {
				if id, err := helpdesk.ParseID(s); err == nil {
					all = append(all, id)
				}
			}
			return err
		})
		slices.Sort(all)
		return all
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, until := range p.here[what] {
		if until.After(p.now()) {
			all = append(all, id)
		} else {
			delete(p.here[what], id)
		}
	}
	slices.Sort(all)
	return all
}

// ask gives Redis the time a page can spare. An answer that does not come is
// no answer: the store is asked.
func (p *Presence) ask(ctx context.Context, what func(context.Context) error) {
	if !p.redis.link.well() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askMost)
	defer cancel()
	what(ctx)
}
