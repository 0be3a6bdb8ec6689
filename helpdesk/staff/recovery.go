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
// team that has no member left who could. The user's keys must exist. Sheets that
// were used are replaced afterwards (RenewSheets); what was written under the
// team's older keys, while nobody chained them, comes with RecoverOlder.
func (d *Desk) Recover(ctx context.Context, sheetA, sheetB string, user, team helpdesk.ID) error {
	return d.withSheets(ctx, sheetA, sheetB, team, func(tx *store.Tx, recovery *vault.Pair, version int) error {
		held, err := d.fromRecovery(ctx, tx, recovery, team, version)
		if err != nil {
			return err
		}
		u, err := d.user(ctx, tx, user)
		if err != nil {
			return err
		}
		if err := d.take(ctx, tx, d.Console(), held, u); err != nil {
			return err
		}
		return d.note(ctx, tx, d.Console(), VerbRecovered, team)
	})
}

// RecoverOlder chains a team's older keys under its newer ones with two sheets,
// where the members who could have done so are gone.
func (d *Desk) RecoverOlder(ctx context.Context, sheetA, sheetB string, team helpdesk.ID) error {
	return d.withSheets(ctx, sheetA, sheetB, team, func(tx *store.Tx, recovery *vault.Pair, version int) error {
		upper, err := d.fromRecovery(ctx, tx, recovery, team, version)
		if err != nil {
			return err
		}
		for version > 1 {
			version--
			lower, err := d.fromRecovery(ctx, tx, recovery, team, version)
			if err != nil {
				return err
			}
			if err := d.wrapPrevious(ctx, tx, upper, lower); err != nil {
				return fmt.Errorf("chain the keys of team %s: %w", team, err)
			}
			upper = lower
		}
		return d.note(ctx, tx, d.Console(), VerbRecovered, team)
	})
}

// withSheets opens the recovery key and holds a team at its version meanwhile.
func (d *Desk) withSheets(ctx context.Context, sheetA, sheetB string, team helpdesk.ID, do func(tx *store.Tx, recovery *vault.Pair, version int) error) error {
	_, row, err := d.recovery(ctx, d.db)
	if err != nil {
		return err
	}
	pair, err := vault.OpenWithSheets(sheetA, sheetB, row.wraps, recoveryID(row.version))
	if err != nil {
		return err // a Refusal, or that the sheets are of another key
	}
	return d.db.Write(ctx, "open a team with recovery sheets", func(tx *store.Tx) error {
		key, err := d.TeamKey(ctx, tx, team)
		if err != nil {
			return err
		}
		if err := d.lock(ctx, tx, team, key.ID.Version); err != nil {
			return err
		}
		return do(tx, pair, key.ID.Version)
	})
}

// fromRecovery opens what recovery holds of a version of a team's key.
func (d *Desk) fromRecovery(ctx context.Context, tx *store.Tx, recovery *vault.Pair, team helpdesk.ID, version int) (*vault.Pair, error) {
	var wrap, mac []byte
	if err := tx.QueryRow(ctx, selectResealed, string(team), version).Scan(&wrap, &mac); err != nil {
		return nil, fmt.Errorf("find what recovery holds of team %s: %w", team, err)
	}
	place := recoveryPlace(team, version)
	if !d.secrets.Vouched(mac, place, wrap) {
		d.alarm(ctx, "team_key_forged", team)
		return nil, fmt.Errorf("what recovery holds of team %s: %w", team, errForged)
	}
	held, err := recovery.UnwrapPair(place, teamKeyID(team, version), wrap)
	if err != nil {
		return nil, fmt.Errorf("open the key of team %s: %w", team, err)
	}
	return held, nil
}
