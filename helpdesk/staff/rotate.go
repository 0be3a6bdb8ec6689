package staff

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// newVersion makes a team's next key, sealed to recovery; who else gets it is
// the caller's. The team's row must name that version already.
func (d *Desk) newVersion(ctx context.Context, tx *store.Tx, recovery vault.InsideKey, team helpdesk.ID, version int) (*vault.Pair, error) {
	pair := vault.NewPair(teamKeyID(team, version))
	wrap, err := recovery.WrapPair(recoveryPlace(team, version), pair)
	if err != nil {
		return nil, fmt.Errorf("seal the key of team %s to recovery: %w", team, err)
	}
	public := pair.Public().Public
	_, err = tx.Exec(ctx, insertKey, string(team), version,
		public, d.secrets.Vouch(keyOrigin(team, version), public),
		wrap, d.secrets.Vouch(recoveryPlace(team, version), wrap))
	if err != nil {
		return nil, fmt.Errorf("add version %d of the key of team %s: %w", version, team, err)
	}
	return pair, nil
}

// lock holds a team at a version until the transaction ends: whoever admits
// and whoever removes take turns. ErrConflict when the version is another.
func (d *Desk) lock(ctx context.Context, tx *store.Tx, team helpdesk.ID, version int) error {
	n, err := tx.Exec(ctx, lockTeam, string(team), version)
	if err != nil {
		return fmt.Errorf("hold team %s: %w", team, err)
	}
	if n == 0 {
		return fmt.Errorf("hold team %s: %w", team, helpdesk.ErrConflict)
	}
	return nil
}

// rotate takes a user out of a team: a new key version at once, made blind,
// for the members who remain and for recovery. Old content stays readable to
// them through the older version, which the next of them wraps under the new.
func (d *Desk) rotate(ctx context.Context, tx *store.Tx, team, gone helpdesk.ID) error {
	recovery, err := d.holdRecovery(ctx, tx)
	if err != nil {
		return err
	}
	t, err := d.team(ctx, tx, team)
	if err != nil {
		return err
	}
	was := t.version
	t.version++
	t.mac = d.secrets.Vouch(t.origin(), t.name)
	n, err := tx.Exec(ctx, stepTeam, t.version, t.mac, string(team), was)
	if err != nil {
		return fmt.Errorf("step team %s: %w", team, err)
	}
	if n == 0 {
		return fmt.Errorf("step team %s: %w", team, helpdesk.ErrConflict)
	}
	// Read after the claim: nobody is admitted or removed meanwhile.
	members, err := d.members(ctx, tx, team, was)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, deleteMember, string(team), string(gone)); err != nil {
		return fmt.Errorf("take %s out of team %s: %w", gone, team, err)
	}
	pair, err := d.newVersion(ctx, tx, recovery, team, t.version)
	if err != nil {
		return err
	}
	for _, u := range members {
		if u.id == gone {
			continue
		}
		if err := d.addMember(ctx, tx, pair, u); err != nil {
			return err
		}
		d.ring(tx, u.id)
	}
	d.ring(tx, gone)
	return d.note(ctx, tx, d.Console(), VerbTeamKey, team)
}
