package bus

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	askMost   = 150 * time.Millisecond // a request does not wait longer to be counted
	slowPause = time.Second            // after Redis was slow or refused, it is left alone
)

// takeToken is buckets.take in Redis, by Redis's clock: KEYS are the bucket
// and the block, ARGV the microseconds between two tries and the burst. Both
// keys end by themselves when they mean nothing any more.
var takeToken = redis.NewScript(`
local block = redis.call('PTTL', KEYS[2])
if block > 0 then return block * 1000 end
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0) or 0, now)
if full - now > every * burst then full = now end
local early = full - now - every * (burst - 1)
if early > 0 then return early end
full = full + every
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.max(1, math.ceil((full - now) / 1000)))
return 0`)

// setBlock keeps the later of two ends.
var setBlock = redis.NewScript(`
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 0`)

func (l *Limiter) bucketName(k Key) string {
	return l.redis.name("limit:" + base64.RawURLEncoding.EncodeToString(k[:]))
}

func (l *Limiter) blockName(k Key) string { return l.bucketName(k) + ":block" }

// ask counts in Redis; false when this process must count alone.
func (l *Limiter) ask(ctx context.Context, key Key, rate Rate) (wait time.Duration, known bool) {
	if !l.reachable() {
		return 0, false
	}
	asking, cancel := context.WithTimeout(ctx, askMost)
	defer cancel()
	early, err := takeToken.Run(asking, l.redis.client, []string{l.bucketName(key), l.blockName(key)},
		rate.Every.Microseconds(), rate.Burst).Int64()
	if err != nil {
		l.rest(ctx)
		return 0, false
	}
	return time.Duration(early) * time.Microsecond, true
}

func (l *Limiter) tellBlock(ctx context.Context, key Key, d time.Duration) {
	if !l.reachable() || d < time.Millisecond {
		return
	}
	asking, cancel := context.WithTimeout(ctx, askMost)
	defer cancel()
	if err := setBlock.Run(asking, l.redis.client, []string{l.blockName(key)}, d.Milliseconds()).Err(); err != nil {
		l.rest(ctx)
	}
}

func (l *Limiter) reachable() bool {
	if l.redis == nil || !l.redis.link.well() {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return !time.Now().Before(l.rests)
}

// rest leaves Redis alone for a moment, so that not every request waits for
// one that is slow. A visitor who went away meanwhile proves nothing.
func (l *Limiter) rest(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rests = time.Now().Add(slowPause)
}
