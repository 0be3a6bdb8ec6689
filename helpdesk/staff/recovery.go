package staff

import (
	"context"
	"encoding/hex"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

type recoveryRow struct {
	version int
	public  []byte
	wraps   [3][]byte
	secrets []byte
	mac     []byte
}

func recoveryID(version int) vault.KeyID {
	return vault.KeyID{Kind: vault.Recovery, Owner: "recovery", Version: version}
}

func (r *recoveryRow) origin() vault.Context { return vault.At("staff.recovery.origin", r.version) }

func (r *recoveryRow) parts() [][]byte {
	return [][]byte{r.public, r.wraps[0], r.wraps[1], r.wraps[2], r.secrets}
}

// makeRecovery draws the recovery key. Its private half exists from here on
// only under pairs of the sheets.
func (d *Desk) makeRecovery(ctx context.Context, tx *store.Tx, by *Session) (sheets [3]string, key vault.InsideKey, err error) {
	pair := vault.NewPair(recoveryID(1))
	key = pair.Public()
	r := recoveryRow{version: 1, public: key.Public}
	sheets, r.wraps = vault.NewSheets(pair)
	if r.secrets, err = d.secrets.CopyFor(key); err != nil {
		return sheets, key, fmt.Errorf("seal the secrets to recovery: %w", err)
	}
	r.mac = d.secrets.Vouch(r.origin(), r.parts()...)
	n, err := tx.Exec(ctx, insertRecovery, r.version, r.public, r.wraps[0], r.wraps[1], r.wraps[2], r.secrets, r.mac)
	if err != nil {
		return sheets, key, fmt.Errorf("keep the recovery key: %w", err)
	}
	if n == 0 {
		return sheets, key, helpdesk.Refuse("staff.initialised")
	}
	return sheets, key, d.office.SetRecovery(ctx, tx, by.User.ID, hex.EncodeToString(key.Fingerprint()))
}

// recovery returns the recovery key to seal to: vouched for, and the one whose
// fingerprint stands in the settings.
func (d *Desk) recovery(ctx context.Context, r store.Reader) (vault.InsideKey, *recoveryRow, error) {
	var row recoveryRow
	err := r.QueryRow(ctx, selectRecovery).Scan(&row.version, &row.public, &row.wraps[0], &row.wraps[1], &row.wraps[2], &row.secrets, &row.mac)
	if err != nil {
		return vault.InsideKey{}, nil, fmt.Errorf("find the recovery key: %w", err)
	}
	key := vault.InsideKey{ID: recoveryID(row.version), Public: row.public}
	known, err := d.office.SettingIn(ctx, r, office.RecoveryFingerprint)
	if err != nil {
		return vault.InsideKey{}, nil, err
	}
	if !d.secrets.Vouched(row.mac, row.origin(), row.parts()...) || known != hex.EncodeToString(key.Fingerprint()) {
		d.alarm(ctx, "recovery_forged", "")
		return vault.InsideKey{}, nil, fmt.Errorf("recovery key: %w", errForged)
	}
	return key, &row, nil
}

func recoveryPlace(team helpdesk.ID, version int) vault.Context {
	return vault.At("staff.teamkey.recovery", team, version)
}

// Recover admits a user to a team with two of the three recovery sheets, for a
// team that has no member left who could. The user's keys must exist.
func (d *Desk) Recover(ctx context.Context, sheetA, sheetB string, user, team helpdesk.ID) error {
	_, row, err := d.recovery(ctx, d.db)
	if err != nil {
		return err
	}
	pair, err := vault.OpenWithSheets(sheetA, sheetB, row.wraps, recoveryID(row.version))
	if err != nil {
		return err // a Refusal, or that the sheets are of another key
	}
	return d.db.Write(ctx, "admit with recovery sheets", func(tx *store.Tx) error {
		key, err := d.TeamKey(ctx, tx, team)
		if err != nil {
			return err
		}
		if err := d.lock(ctx, tx, team, key.ID.Version); err != nil {
			return err
		}
		var wrap, mac []byte
		if err := tx.QueryRow(ctx, selectResealed, string(team), key.ID.Version).Scan(&wrap, &mac); err != nil {
			return fmt.Errorf("find what recovery holds of team %s: %w", team, err)
		}
		if !d.secrets.Vouched(mac, recoveryPlace(team, key.ID.Version), wrap) {
			d.alarm(ctx, "team_key_forged", team)
			return fmt.Errorf("what recovery holds of team %s: %w", team, errForged)
		}
		held, err := pair.UnwrapPair(recoveryPlace(team, key.ID.Version), key.ID, wrap)
		if err != nil {
			return fmt.Errorf("open the key of team %s: %w", team, err)
		}
		u, err := d.user(ctx, tx, user)
		if err != nil {
			return err
		}
		return d.take(ctx, tx, d.Console(), held, u)
	})
}
