package people

import "time"

// keysHeld is how long a session may serve again without being looked up. A
// live connection lets go of it within another 25 seconds: no key is kept for a
// minute.
const keysHeld = 30 * time.Second

// Again is the session for another request of the same browser, with the pair
// that was opened a moment ago; false when it must be looked up. own says that
// the person did something: then not once their idle clock is due. Only for what
// asks, in the very statement that reads or writes, whether the session goes on
// and the person reads: who left or was given another key gets nothing, though
// the pair was in hand.
func (g *Guest) Again(own bool) (*Guest, bool) {
	if g.registry == nil {
		return nil, false
	}
	now := g.registry.now()
	switch {
	case now.Sub(g.looked) >= keysHeld, now.Before(g.looked), !now.Before(g.Ends), !g.Erasing.IsZero(),
		own && now.Sub(g.touched) >= touchEvery:
		return nil, false
	}
	again := *g
	return &again, true
}
