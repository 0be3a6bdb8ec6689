package store

import "sync/atomic"

// crowdMost is how many may be at one of the two pools at once, most of them
// waiting for a connection. On a machine that keeps up a dozen are; of a database
// that answers a thousand times slower, those beyond hear at once that it is
// unavailable, instead of each holding its request's memory until it is their
// turn.
const crowdMost = 1000

// crowd counts who is at a pool.
type crowd struct{ there atomic.Int32 }

// enter is ErrUnavailable when too many are there; then leave is not called.
func (c *crowd) enter() error {
	if c.there.Add(1) > crowdMost {
		c.there.Add(-1)
		return &fault{facts: []error{ErrUnavailable}, code: "too many wait"}
	}
	return nil
}

func (c *crowd) leave() { c.there.Add(-1) }
