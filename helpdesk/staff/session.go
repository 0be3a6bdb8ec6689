package staff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/vault"
)

// Session is somebody signed in, with the keys they hold, for one request. It
// must not outlive the request that opened it: no key does, but see Again.
type Session struct {
	ID      helpdesk.ID // names the session in lists and the journal; opens nothing
	User    User
	Started time.Time
	Expires time.Time // at the latest; idleness ends it sooner

	desk    *Desk
	ctx     context.Context // of the request: keys are fetched as they are needed
	own     *vault.Pair
	console bool
	looked  time.Time // when the database was asked for it
	ends    time.Time // idle or aged, if its user does nothing more
	proved  time.Time // when they last proved who they are

	factored bool // has a second factor

	scopes []Scope // of a program
	whole  bool    // two people opened everything with it

	loading sync.Mutex // one reads the memberships afresh at a time, or an older look would replace a newer one

	mu    sync.Mutex // held in memory alone, never while the database is asked
	teams []Team
	pairs map[vault.KeyID]*vault.Pair
}

// LogValue keeps everything but the id out of logs.
func (s *Session) LogValue() slog.Value { return slog.StringValue(string(s.ID)) }

// Format keeps keys and names out of fmt.
func (s *Session) Format(f fmt.State, _ rune) { fmt.Fprint(f, "session ", sealedText) }

// Console is the operator at the server's own console, who holds the disk and
// the server's secrets anyway: may do what a coordinator may, holds no key.
func (d *Desk) Console() *Session {
	return &Session{desk: d, ctx: context.Background(), User: User{Kind: Coordinator}, console: true}
}

// Own is the user's own pair; nil at the console.
func (s *Session) Own() *vault.Pair { return s.own }

// Coordinator tells whether the user may run the house.
func (s *Session) Coordinator() bool {
	return s != nil && s.User.Kind == Coordinator && (s.console || s.User.State == Active)
}

// Teams are the memberships that open: vouched for, of the current version,
// key in hand. In a fixed order.
func (s *Session) Teams() []Team {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.teams)
}

// Member tells whether the session holds the team's current key.
func (s *Session) Member(team helpdesk.ID) bool {
	_, ok := s.current(team)
	return ok
}

func (s *Session) current(team helpdesk.ID) (Team, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.teams {
		if t.ID == team {
			return t, true
		}
	}
	return Team{}, false
}

// TeamPair returns the team's pair of a version, 0 for the current one. Older
// versions are opened one under the other when they are needed. ErrDenied for
// who is no member; ErrNotFound while an older version waits for the next
// member who still holds it.
func (s *Session) TeamPair(team helpdesk.ID, version int) (*vault.Pair, error) {
	t, ok := s.current(team)
	if !ok {
		return nil, fmt.Errorf("key of team %s: %w", team, helpdesk.ErrDenied)
	}
	if version == 0 {
		version = t.Version
	}
	if p := s.held(team, version); p != nil {
		return p, nil
	}
	if version < 1 || version > t.Version {
		return nil, fmt.Errorf("key of team %s, version %d: %w", team, version, helpdesk.ErrNotFound)
	}
	return s.descend(t, version)
}

func (s *Session) held(team helpdesk.ID, version int) *vault.Pair {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pairs[teamKeyID(team, version)]
}

// descend opens older versions, each under the next.
func (s *Session) descend(t Team, version int) (*vault.Pair, error) {
	wraps, err := s.olderKeys(t, version)
	if err != nil {
		return nil, err
	}
	pair, err := s.openOlder(t, version, wraps)
	if errors.Is(err, vault.ErrNotOpened) {
		s.desk.alarm(s.ctx, "team_key_forged", t.ID)
	}
	return pair, err
}

// olderWrap is a version's predecessor, sealed under it; nil while it waits for
// a member who still holds it.
type olderWrap struct {
	under int
	wrap  []byte
}

// olderKeys reads what lies under the versions above a given one, newest first.
func (s *Session) olderKeys(t Team, version int) ([]olderWrap, error) {
	rows, err := s.desk.db.Query(s.ctx, selectOlderKeys, string(t.ID), version, t.Version)
	if err != nil {
		return nil, fmt.Errorf("read older keys of team %s: %w", t.ID, err)
	}
	defer rows.Close()
	var all []olderWrap
	for rows.Next() {
		var o olderWrap
		if err := rows.Scan(&o.under, &o.wrap); err != nil {
			return nil, fmt.Errorf("read older keys of team %s: %w", t.ID, err)
		}
		all = append(all, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read older keys of team %s: %w", t.ID, err)
	}
	return all, nil
}

func (s *Session) openOlder(t Team, version int, wraps []olderWrap) (*vault.Pair, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range wraps {
		upper, id := s.pairs[teamKeyID(t.ID, o.under)], teamKeyID(t.ID, o.under-1)
		if s.pairs[id] != nil {
			continue
		}
		if upper == nil || o.wrap == nil {
			return nil, fmt.Errorf("key of team %s, version %d: %w", t.ID, o.under-1, helpdesk.ErrNotFound)
		}
		lower, err := upper.UnwrapPair(previousPlace(t.ID, o.under), id, o.wrap)
		if err != nil {
			return nil, fmt.Errorf("key of team %s, version %d: %w", t.ID, o.under-1, err)
		}
		s.pairs[id] = lower
	}
	if p := s.pairs[teamKeyID(t.ID, version)]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("key of team %s, version %d: %w", t.ID, version, helpdesk.ErrNotFound)
}

func previousPlace(team helpdesk.ID, version int) vault.Context {
	return vault.At("staff.teamkey.previous", team, version)
}
