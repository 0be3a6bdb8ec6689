package staff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Users returns everybody who works or worked here; PartnerUsers has those of
// partners, Programs what is nobody. A forged row is left out,
// with an alarm.
func (d *Desk) Users(ctx context.Context) ([]User, error) {
	rows, err := d.db.Query(ctx, selectUsers)
	if err != nil {
		return nil, fmt.Errorf("read the users: %w", err)
	}
	defer rows.Close()
	var all []User
	for rows.Next() {
		var u userRow
		if err := rows.Scan(u.dest()...); err != nil {
			return nil, fmt.Errorf("read the users: %w", err)
		}
		if u.kind == string(ProgramKind) || !d.vouchedUser(ctx, &u) {
			continue
		}
		shown, err := d.shown(&u)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the users: %w", err)
	}
	return all, nil
}

// Colleagues are who works in the teams of a session, each once, by name.
func (d *Desk) Colleagues(ctx context.Context, s *Session) ([]User, error) {
	teams := s.Teams()
	if len(teams) == 0 {
		return nil, nil
	}
	args := make([]any, len(teams))
	for i, t := range teams {
		args[i] = string(t.ID)
	}
	rows, err := d.memberRows(ctx, d.db, selectCurrentMembers+store.Places(len(args), 1)+")", args...)
	if err != nil {
		return nil, fmt.Errorf("read the colleagues of %s: %w", s.User.ID, err)
	}
	var all []User
	have := map[helpdesk.ID]bool{}
	for _, u := range rows {
		if have[u.id] || u.state != string(Active) || u.kind == string(ProgramKind) {
			continue
		}
		have[u.id] = true
		shown, err := d.shown(u)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
	}
	slices.SortFunc(all, func(a, b User) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
	})
	return all, nil
}

// Members returns who is in a team now, without programs.
func (d *Desk) Members(ctx context.Context, team helpdesk.ID) ([]User, error) {
	t, err := d.team(ctx, d.db, team)
	if err != nil {
		return nil, err
	}
	rows, err := d.members(ctx, d.db, team, t.version)
	if err != nil {
		return nil, err
	}
	all := make([]User, 0, len(rows))
	for _, u := range rows {
		if u.kind == string(ProgramKind) {
			continue
		}
		shown, err := d.shown(u)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
	}
	return all, nil
}

// Names returns the names of users, for pages. Who is unknown is missing in
// it; when the database does not answer it is empty, and the page shows no
// names rather than nothing at all.
func (d *Desk) Names(ctx context.Context, ids ...helpdesk.ID) map[helpdesk.ID]string {
	names := make(map[helpdesk.ID]string, len(ids))
	args := make([]any, 0, len(ids))
	for _, id := range ids {
		if id != "" && !slices.Contains(args, any(string(id))) { // a talk names two, a hundred times
			args = append(args, string(id))
		}
	}
	if len(args) == 0 {
		return names
	}
	rows, err := d.db.Query(ctx, selectCards+store.Places(len(args), 1)+")", args...)
	if err != nil {
		d.log.ErrorContext(ctx, "names of staff not read", "err", err)
		return names
	}
	defer rows.Close()
	for rows.Next() {
		var id helpdesk.ID
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			d.log.ErrorContext(ctx, "names of staff not read", "err", err)
			return names
		}
		c, err := d.openCard(id, sealed)
		if err != nil {
			d.alarm(ctx, "user_forged", id)
			continue
		}
		names[id] = c.Name
	}
	if err := rows.Err(); err != nil {
		d.log.ErrorContext(ctx, "names of staff not read", "err", err)
	}
	return names
}

// StaffAddress tells whether a folded address (letter.Address.Key: lower case,
// IDNA) is the work address of somebody who works here.
func (d *Desk) StaffAddress(ctx context.Context, r store.Reader, addressKey string) (bool, error) {
	return d.addressIs(ctx, r, selectAddress, addressKey)
}

// AccountAddress tells whether an address is, as it was given, of somebody who has
// an account, here or outside.
func (d *Desk) AccountAddress(ctx context.Context, r store.Reader, address string) (bool, error) {
	return d.addressIs(ctx, r, selectAccount, address)
}

func (d *Desk) addressIs(ctx context.Context, r store.Reader, query, addressKey string) (bool, error) {
	var one int
	err := r.QueryRow(ctx, query, d.addressIndex(addressKey)).Scan(&one)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up a staff address: %w", err)
	}
	return true, nil
}

// NewWords replaces the session's user's six words by six new ones, shown once
// and kept nowhere. The keys stay. ErrProof as Remove.
func (d *Desk) NewWords(ctx context.Context, s *Session) (words string, err error) {
	if s.own == nil {
		return "", fmt.Errorf("new words: %w", helpdesk.ErrDenied)
	}
	if err := s.Proof(); err != nil {
		return "", err
	}
	u, err := d.user(ctx, d.db, s.User.ID)
	if err != nil {
		return "", err
	}
	if u.generation != s.own.ID().Version {
		return "", fmt.Errorf("new words for %s: %w", u.id, helpdesk.ErrConflict)
	}
	if words, err = d.giveWords(ctx, u, s.own); err != nil {
		return "", err
	}
	version := u.version
	err = d.db.Write(ctx, "change words", func(tx *store.Tx) error {
		u.version = version
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		d.afterSecret(ctx, tx, u)
		return d.changed(ctx, tx, u.id, u, VerbWords)
	})
	if err != nil {
		return "", err
	}
	return words, nil
}

// SetLocale changes the language the user works in.
func (d *Desk) SetLocale(ctx context.Context, s *Session, locale string) error {
	return d.db.Write(ctx, "change a language", func(tx *store.Tx) error {
		u, err := d.user(ctx, tx, s.User.ID)
		if err != nil {
			return err
		}
		u.locale = known(locale)
		return d.saveUser(ctx, tx, u)
	})
}
