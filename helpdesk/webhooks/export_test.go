package webhooks

import (
	"context"
	"net/netip"
	"time"
)

// Public tells whether an address belongs to the public net.
func Public(ip netip.Addr) bool { return public(ip) }

// Claim takes a bell as a process does that dies before it rings.
func Claim(ctx context.Context, r *Room) (bool, error) {
	b, err := r.claim(ctx)
	return b != nil, err
}

// RingUnnoted rings as a process does that dies before it notes the answer.
func RingUnnoted(ctx context.Context, r *Room) error {
	b, err := r.claim(ctx)
	if err != nil {
		return err
	}
	all, err := r.hooks(ctx, r.db)
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.id == b.hook {
			r.call(ctx, h, b)
		}
	}
	return nil
}

// Pauses are those between tries.
func Pauses() []time.Duration { return pauses }

// LeaseTime is how long a bell is one process's.
const LeaseTime = leaseTime
