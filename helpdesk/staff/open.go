package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

type sessionRow struct {
	id, user                  helpdesk.ID
	seed                      []byte
	created, touched, expires int64
	factor                    string // how far they have come, see stage; of outsiders it follows from what they are
	proved                    int64  // when they last proved who they are; 0 for outsiders who came in before that was kept
}

func (s *sessionRow) dest() []any {
	return []any{&s.id, &s.user, &s.seed, &s.created, &s.touched, &s.expires, &s.factor, &s.proved}
}

// place binds the sealed seed to whose session it is, how far it has come, for
// how long at most and when it was last proven: a row that was moved, prolonged
// or said to be further does not open.
func (s *sessionRow) place() vault.Context {
	if s.proved != 0 {
		return vault.At("staff.session.proved", s.id, s.user, s.factor, s.created, s.expires, s.proved)
	}
	return vault.At("staff.session", s.id, s.user, s.factor, s.created, s.expires)
}

// Session opens the session of a cookie for one request, in two queries, or
// reports ErrDenied: unknown, ended, idle for 30 minutes, older than 12 hours;
// ErrFactor while the second factor is missing.
// A quiet look (a poll, the doorbell) leaves the idle clock alone.
//
// A membership that is still blind is opened, which costs an HPKE, and settled
// in its own short write.
func (d *Desk) Session(ctx context.Context, cookie string, quiet bool) (*Session, error) {
	in, err := d.enterSession(ctx, cookie, quiet, ours)
	if err != nil {
		return nil, err
	}
	if in.row.halfway() {
		return nil, fmt.Errorf("open session %s: %w", in.row.id, ErrFactor)
	}
	return d.session(ctx, in.row, in.user, in.own)
}

// entered is a session whose cookie fitted.
type entered struct {
	key  vault.SessionKey
	row  *sessionRow
	user *userRow
	own  *vault.Pair
}

// enterSession opens a session at one of the doors: a cookie of one is nothing at
// another. ErrLocked as Volunteer.
func (d *Desk) enterSession(ctx context.Context, cookie string, quiet bool, at door) (*entered, error) {
	in, err := d.look(ctx, cookie, at)
	if err != nil {
		return nil, err
	}
	now := d.now()
	if at.locked(in.row, now) {
		return nil, fmt.Errorf("open session %s: %w", in.row.id, ErrLocked)
	}
	if !quiet && now.UnixMicro()-in.row.touched >= at.touch().Microseconds() {
		if err := d.touch(ctx, in.row.id, now); err != nil {
			return nil, err
		}
		in.row.touched = now.UnixMicro()
	}
	return in, nil
}

func (d *Desk) touch(ctx context.Context, id helpdesk.ID, now time.Time) error {
	err := d.db.Write(ctx, "note an action", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, touchSession, now.UnixMicro(), string(id))
		return err
	})
	if err != nil {
		return fmt.Errorf("open session %s: %w", id, err)
	}
	return nil
}

// look finds the session of a cookie, locked or not.
func (d *Desk) look(ctx context.Context, cookie string, at door) (*entered, error) {
	key, err := vault.ParseSessionKey(cookie)
	if err != nil {
		return nil, fmt.Errorf("open session: %w", helpdesk.ErrDenied)
	}
	var row sessionRow
	var u userRow
	err = d.db.QueryRow(store.Brief(ctx), selectSession, key.RowID()).Scan(append(row.dest(), u.dest()...)...)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil, fmt.Errorf("open session: %w", helpdesk.ErrDenied)
	}
	if err != nil {
		return nil, fmt.Errorf("open session: %w", err)
	}
	now := d.now()
	if !d.vouchedUser(ctx, &u) || doorOf(u.kind) != at {
		return nil, fmt.Errorf("open session %s: %w", row.id, helpdesk.ErrDenied)
	}
	fresh, err := d.fresh(ctx, &u)
	if err != nil {
		return nil, err
	}
	if !fresh {
		return nil, fmt.Errorf("open session %s: %w", row.id, helpdesk.ErrDenied)
	}
	if !row.alive(now) || !u.hasKeys() {
		if err := d.endSession(ctx, row.user, row.id); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("open session %s: %w", row.id, helpdesk.ErrDenied)
	}
	if outside(u.kind) {
		row.factor = outsideFactor
	}
	own, err := key.Open(row.place(), u.key(), row.seed)
	if err != nil {
		d.alarm(ctx, "session_forged", row.id)
		return nil, fmt.Errorf("open session %s: %w", row.id, helpdesk.ErrDenied)
	}
	return &entered{key, &row, &u, own}, nil
}

func (s *sessionRow) alive(now time.Time) bool { return now.UnixMicro() < s.ends() }

func (s *sessionRow) ends() int64 { return min(s.expires, s.touched+idleTime.Microseconds()) }

// session opens the memberships and settles what is blind.
func (d *Desk) session(ctx context.Context, row *sessionRow, u *userRow, own *vault.Pair) (*Session, error) {
	shown, err := d.shown(u)
	if err != nil {
		return nil, err
	}
	s := &Session{
		ID: row.id, User: shown, Started: time.UnixMicro(row.created), Expires: time.UnixMicro(row.expires),
		desk: d, ctx: ctx, own: own, looked: d.now(), ends: time.UnixMicro(row.ends()),
		proved: time.UnixMicro(row.proved), factored: u.factor != nil,
	}
	return s, d.load(ctx, s)
}

// load reads the memberships into the session, afresh when called again.
func (d *Desk) load(ctx context.Context, s *Session) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	held, err := d.memberships(ctx, s)
	if err != nil {
		return err
	}
	var blinds []opened
	older := false
	s.mu.Lock()
	s.teams, s.pairs = nil, map[vault.KeyID]*vault.Pair{}
	for _, o := range held {
		s.pairs[o.pair.ID()] = o.pair
		if o.member.form == blind {
			blinds = append(blinds, o)
		}
		if o.member.version == o.team.version {
			shown, err := d.shownTeam(&o.team)
			if err != nil {
				s.mu.Unlock()
				return err
			}
			s.teams = append(s.teams, shown)
		} else {
			older = true
		}
	}
	s.mu.Unlock()
	if err := d.settle(ctx, s, blinds); err != nil {
		return err
	}
	if older {
		return d.mend(ctx, s, held)
	}
	return nil
}

// opened is a membership row whose wrap opened.
type opened struct {
	member memberRow
	team   teamRow
	key    keyRow
	pair   *vault.Pair
}

// memberships opens what the user holds. What is forged counts for nothing.
func (d *Desk) memberships(ctx context.Context, s *Session) ([]opened, error) {
	rows, err := d.db.Query(store.Brief(ctx), selectMemberships, string(s.User.ID))
	if err != nil {
		return nil, fmt.Errorf("read the memberships of %s: %w", s.User.ID, err)
	}
	defer rows.Close()
	var all []opened
	for rows.Next() {
		var o opened
		if err := rows.Scan(append(append(o.member.dest(), o.team.dest()...), o.key.dest()...)...); err != nil {
			return nil, fmt.Errorf("read the memberships of %s: %w", s.User.ID, err)
		}
		if !d.vouchedMember(ctx, &o.member) || !d.vouchedTeam(ctx, &o.team) || !d.vouchedKey(ctx, o.team.id, &o.key) {
			continue
		}
		if o.member.version > o.team.version {
			// A team whose version was put back below a member's key.
			d.alarm(ctx, "team_key_back", o.team.id)
			continue
		}
		o.pair, err = s.own.UnwrapPair(o.member.place(), teamKeyID(o.team.id, o.member.version), o.member.wrap)
		if err != nil {
			d.alarm(ctx, "member_forged", o.team.id)
			continue
		}
		// Checked once, while the wrap is blind: a settled one was written by
		// the member's own key after this check.
		if o.member.form == blind && !fits(o.pair, o.team.id, &o.key) {
			d.alarm(ctx, "team_key_forged", o.team.id)
			continue
		}
		all = append(all, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the memberships of %s: %w", s.User.ID, err)
	}
	return all, nil
}

// settle re-wraps blind memberships under the user's content key, with the very
// pairs that were opened from them: the session may hold others by now. Another
// request may have done it already, which changes nothing.
func (d *Desk) settle(ctx context.Context, s *Session, blinds []opened) error {
	if len(blinds) == 0 {
		return nil
	}
	return d.db.Write(ctx, "settle memberships", func(tx *store.Tx) error {
		for _, o := range blinds {
			own := o.member
			own.form = settled
			own.wrap = s.own.WrapPair(own.place(), o.pair)
			own.mac = d.secrets.Vouch(own.origin(), own.wrap)
			if _, err := tx.Exec(ctx, settleMember, own.form, own.wrap, own.mac, string(own.team), string(own.user), own.version); err != nil {
				return fmt.Errorf("settle the membership in %s: %w", own.team, err)
			}
		}
		return nil
	})
}
