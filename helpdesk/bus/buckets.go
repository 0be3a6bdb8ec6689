package bus

import "time"

const (
	bucketsMost = 1 << 16         // some 5 MB; a flood of addresses takes no more
	tidyEach    = 1 * time.Second // how often a full house is searched for what has expired
)

// bucket is a token bucket as one instant (GCRA, ITU-T I.371): when it would
// be full again. Microseconds UTC.
type bucket struct {
	full    int64
	blocked int64 // refused until
}

// buckets count in this process alone. An entry that is full and not blocked
// means nothing and is thrown away when room is needed.
type buckets struct {
	all    map[Key]bucket
	tidied int64
}

func newBuckets() buckets { return buckets{all: map[Key]bucket{}} }

// take counts one try; it returns how long to wait, 0 when it is allowed.
func (b *buckets) take(key Key, now time.Time, rate Rate) time.Duration {
	at, every := now.UnixMicro(), rate.Every.Microseconds()
	k := b.all[key]
	if k.full-at > every*int64(rate.Burst) {
		k.full = at // counted by a clock that has gone back since
	}
	full := max(k.full, at)
	if early := full - at - every*int64(rate.Burst-1); early > 0 {
		return time.Duration(early) * time.Microsecond
	}
	k.full = full + every
	b.put(key, k, at)
	return 0
}

func (b *buckets) block(key Key, now time.Time, d time.Duration) {
	k := b.all[key]
	k.blocked = max(k.blocked, now.Add(d).UnixMicro())
	b.put(key, k, now.UnixMicro())
}

func (b *buckets) blocked(key Key, now time.Time) time.Duration {
	return time.Duration(max(0, b.all[key].blocked-now.UnixMicro())) * time.Microsecond
}

func (b *buckets) put(key Key, k bucket, at int64) {
	if _, there := b.all[key]; !there && len(b.all) >= bucketsMost {
		b.makeRoom(at)
	}
	b.all[key] = k
}

// makeRoom drops what has expired, else any entry at hand that is not blocked:
// a flood may buy itself new tries, but never open a block.
func (b *buckets) makeRoom(at int64) {
	if at-b.tidied >= tidyEach.Microseconds() {
		b.tidied = at
		for key, k := range b.all {
			if k.full <= at && k.blocked <= at {
				delete(b.all, key)
			}
		}
	}
	for key, k := range b.all {
		if len(b.all) < bucketsMost {
			return
		}
		if k.blocked <= at {
			delete(b.all, key)
		}
	}
	for key := range b.all { // nothing but blocks: as many as memory is allowed to hold
		if len(b.all) < bucketsMost {
			return
		}
		delete(b.all, key)
	}
}
