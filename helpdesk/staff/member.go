package staff

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const (
	blind   = "blind"   // sealed to the member's public key, by somebody else
	settled = "settled" // under the member's content key, by the member
)

// memberRow is one version of a team's key for one member. Only the row of the
// team's current version is a membership; older ones wait to be wrapped under
// their successor.
type memberRow struct {
	team, user helpdesk.ID
	version    int
	form       string
	wrap, mac  []byte
}

func (m *memberRow) dest() []any {
	return []any{&m.team, &m.user, &m.version, &m.form, &m.wrap, &m.mac}
}

func (m *memberRow) place() vault.Context {
	return vault.At("staff.member", m.team, m.user, m.version)
}

func (m *memberRow) origin() vault.Context {
	return vault.At("staff.member.origin", m.team, m.user, m.version, m.form)
}

func (d *Desk) vouchedMember(ctx context.Context, m *memberRow) bool {
	if d.secrets.Vouched(m.mac, m.origin(), m.wrap) {
		return true
	}
	d.alarm(ctx, "member_forged", m.team)
	return false
}

// addMember seals a team's pair to a user whose row was vouched for.
func (d *Desk) addMember(ctx context.Context, tx *store.Tx, pair *vault.Pair, u *userRow) error {
	m := memberRow{team: pair.ID().Owner, user: u.id, version: pair.ID().Version, form: blind}
	var err error
	if m.wrap, err = u.inside().WrapPair(m.place(), pair); err != nil {
		return fmt.Errorf("seal the key of team %s to %s: %w", m.team, m.user, err)
	}
	m.mac = d.secrets.Vouch(m.origin(), m.wrap)
	if _, err := tx.Exec(ctx, insertMember, string(m.team), string(m.user), m.version, m.form, m.wrap, m.mac); err != nil {
		return fmt.Errorf("add %s to team %s: %w", m.user, m.team, err)
	}
	return nil
}

// members returns the vouched members of a team at a version, each with keys
// of their own that are vouched for. Forged rows are left out, with an alarm.
func (d *Desk) members(ctx context.Context, r store.Reader, team helpdesk.ID, version int) ([]*userRow, error) {
	rows, err := d.memberRows(ctx, r, selectMembers, string(team), version)
	if err != nil {
		return nil, fmt.Errorf("read the members of team %s: %w", team, err)
	}
	return rows, nil
}

func (d *Desk) memberRows(ctx context.Context, r store.Reader, query string, args ...any) ([]*userRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*userRow
	for rows.Next() {
		var m memberRow
		var u userRow
		if err := rows.Scan(append(m.dest(), u.dest()...)...); err != nil {
			return nil, err
		}
		if d.vouchedMember(ctx, &m) && d.vouchedUser(ctx, &u) && u.hasKeys() {
			all = append(all, &u)
		}
	}
	return all, rows.Err()
}
