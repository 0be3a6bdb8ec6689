package tickets

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// holder is somebody with keys in hand while one request runs.
type holder interface {
	// pair is what a wrap of that version was made for. ErrDenied when it is
	// not theirs; ErrNotFound while a team's older version waits for a member
	// who still holds it.
	pair(kind string, reader helpdesk.ID, version int) (*vault.Pair, error)
	// present is what a new wrap is made with; false when it is not theirs.
	present(kind string, reader helpdesk.ID) (*vault.Pair, bool)
}

// colleague holds the keys of their teams and their own.
type colleague struct{ *staff.Session }

func (c colleague) pair(kind string, reader helpdesk.ID, version int) (*vault.Pair, error) {
	switch {
	case kind == teamReader && c.Member(reader):
		return c.TeamPair(reader, version)
	case kind == userReader && c.is(reader) && c.Own().ID().Version == version:
		return c.Own(), nil
	}
	return nil, helpdesk.ErrDenied
}

func (c colleague) present(kind string, reader helpdesk.ID) (*vault.Pair, bool) {
	switch {
	case kind == teamReader && c.Member(reader):
		pair, err := c.TeamPair(reader, 0)
		return pair, err == nil
	case kind == userReader && c.is(reader):
		return c.Own(), true
	}
	return nil, false
}

func (c colleague) is(user helpdesk.ID) bool { return user == c.User.ID && c.Own() != nil }

// guest holds the keys of one person.
type guest struct{ *people.Guest }

func (g guest) pair(kind string, reader helpdesk.ID, version int) (*vault.Pair, error) {
	if p, ok := g.present(kind, reader); ok && p.ID().Version == version {
		return p, nil
	}
	return nil, helpdesk.ErrDenied
}

func (g guest) present(kind string, reader helpdesk.ID) (*vault.Pair, bool) {
	return g.Pair(), kind == personReader && reader == g.Person
}

// publicKey is what to seal to while the reader is not here: vouched for, of
// the present version.
func (d *Desk) publicKey(ctx context.Context, r store.Reader, kind string, reader helpdesk.ID) (vault.InsideKey, error) {
	switch kind {
	case teamReader:
		return d.staff.TeamKey(ctx, r, reader)
	case userReader:
		return d.staff.UserKey(ctx, r, reader)
	case personReader:
		return d.people.PersonKey(ctx, r, reader)
	}
	return vault.InsideKey{}, fmt.Errorf("reader of kind %q: %w", kind, helpdesk.ErrNotFound)
}
