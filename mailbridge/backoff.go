package mailbridge

import (
	"math/rand/v2"
	"time"
)

const (
	firstDelay = time.Second
	lastDelay  = 5 * time.Minute
	houseDelay = 2 * time.Second // at the most, until the house is asked again where it stands
	storeDelay = time.Minute     // at the most, until a letter is fetched again that the house could not store
)

// backoff is the pause after the nth failure in a row, from 0: it doubles from
// 1 s to 5 min and is shortened by up to a fifth, so that many mailboxes of
// one server do not come back in the same moment.
func backoff(n int) time.Duration {
	d := lastDelay
	if n < 10 {
		d = min(firstDelay<<n, lastDelay)
	}
	return d - rand.N(d/5+1)
}
