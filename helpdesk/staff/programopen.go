package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Working is a program that has come with its token, for one request. Its Session
// is taken by rooms as a colleague's is, with the keys of the teams that let it
// in; what it may ask at all its scopes say.
type Working struct {
	*Session
	Scopes []Scope
}

// May tells whether the program may do something.
func (w *Working) May(scope Scope) bool { return w != nil && slices.Contains(w.Scopes, scope) }

// Granted tells whether a session is a program's that may do something; false
// for everybody who signs in.
func (s *Session) Granted(scope Scope) bool {
	return s.program() && slices.Contains(s.scopes, scope)
}

// program tells a program's session from a person's.
func (s *Session) program() bool { return s != nil && s.User.Kind == ProgramKind }

// ByToken opens what a token opens for one request, or reports ErrDenied: unknown,
// ended, expired. The row it is found by comes from the token through a one-way
// derivation and holds nothing to compare with; that the token is right is what
// opens the seal.
func (d *Desk) ByToken(ctx context.Context, token string) (*Working, error) {
	secret, ok := strings.CutPrefix(token, tokenMark)
	if !ok {
		return nil, fmt.Errorf("open a token: %w", helpdesk.ErrDenied)
	}
	in, err := d.enterSession(ctx, secret, true, programs)
	if err != nil {
		return nil, err
	}
	var p programRow
	if err := d.db.QueryRow(ctx, selectProgram, string(in.user.id)).Scan(p.dest()...); err != nil {
		return nil, fmt.Errorf("find program %s: %w", in.user.id, err)
	}
	if !d.vouchedProgram(ctx, &p) {
		return nil, fmt.Errorf("program %s: %w", p.user, helpdesk.ErrDenied)
	}
	if p.session != in.row.id || p.expires != in.row.expires || p.factor() != in.row.factor {
		d.alarm(ctx, "program_forged", p.user)
		return nil, fmt.Errorf("program %s: %w", p.user, helpdesk.ErrDenied)
	}
	s, err := d.session(ctx, in.row, in.user, in.own)
	if err != nil {
		return nil, err
	}
	s.scopes = scopesOf(p.scopes)
	return &Working{Session: s, Scopes: s.scopes}, d.usedToday(ctx, &p)
}

// usedToday notes the day a program came, once a day: when exactly is nobody's
// business.
func (d *Desk) usedToday(ctx context.Context, p *programRow) error {
	today := d.now().UTC().Truncate(24 * time.Hour).UnixMicro()
	if p.used >= today {
		return nil
	}
	return d.db.Write(ctx, "note that a program came", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, useProgram, today, string(p.user)); err != nil {
			return fmt.Errorf("note that program %s came: %w", p.user, err)
		}
		return nil
	})
}
