package staff

import (
	"context"
	"time"
)

// keysHeld is how long a session may serve again without being looked up. A
// bell forgets it within another 25 seconds: no key is kept for a minute.
const keysHeld = 30 * time.Second

// Again is the session for another request of the same browser, with the keys
// it opened a moment ago; false when it must be looked up. Only for what asks,
// in the very query that reads, whether the session lives and its user still
// reads: then who signed out or was removed gets nothing, though the key was in
// hand.
func (s *Session) Again(ctx context.Context) (*Session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.looked.IsZero() || s.desk.now().Sub(s.looked) >= keysHeld || !s.desk.now().Before(s.ends) {
		return nil, false
	}
	return &Session{
		ID: s.ID, User: s.User, Started: s.Started, Expires: s.Expires,
		desk: s.desk, ctx: ctx, own: s.own, looked: s.looked, ends: s.ends, proved: s.proved, factored: s.factored,
		teams: s.teams, pairs: s.pairs,
	}, true
}
