package staff

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// holdRecovery is recovery, kept until the transaction ends: a team's new key is
// not sealed to a recovery key that is being replaced.
func (d *Desk) holdRecovery(ctx context.Context, tx *store.Tx) (vault.InsideKey, error) {
	if _, err := tx.Exec(ctx, lockRecovery); err != nil {
		return vault.InsideKey{}, fmt.Errorf("hold the recovery key: %w", err)
	}
	key, _, err := d.recovery(ctx, tx)
	return key, err
}

// RenewSheets makes another recovery key with two of the sheets, once they were
// used or one of them is lost, and reseals to it what every team's key is kept by
// and the server's secrets. The three new sheets are kept nowhere: show has them on
// paper first, and only when it returns nil do the old ones open nothing any more.
// Whoever is cut off in between goes on with those. Refusals as
// vault.OpenWithSheets, before anything is shown.
func (d *Desk) RenewSheets(ctx context.Context, sheetA, sheetB string, show func(sheets [3]string, fingerprint string) error) error {
	_, was, err := d.recovery(ctx, d.db)
	if err != nil {
		return err
	}
	old, err := vault.OpenWithSheets(sheetA, sheetB, was.wraps, recoveryID(was.version))
	if err != nil {
		return err
	}
	pair := vault.NewPair(recoveryID(was.version + 1))
	key := pair.Public()
	row := recoveryRow{version: was.version + 1, public: key.Public}
	var sheets [3]string
	sheets, row.wraps = vault.NewSheets(pair)
	if row.secrets, err = d.secrets.CopyFor(key); err != nil {
		return fmt.Errorf("seal the secrets to recovery: %w", err)
	}
	row.mac = d.secrets.Vouch(row.origin(), row.parts()...)
	fingerprint := hex.EncodeToString(key.Fingerprint())
	if err := show(sheets, fingerprint); err != nil {
		return err
	}
	return d.db.Write(ctx, "renew the recovery sheets", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, replaceRecovery, row.version, row.public, row.wraps[0], row.wraps[1], row.wraps[2], row.secrets, row.mac, was.version)
		if err != nil {
			return fmt.Errorf("replace the recovery key: %w", err)
		}
		if n == 0 {
			return fmt.Errorf("replace the recovery key: %w", helpdesk.ErrConflict)
		}
		d.aftermath.Ended(ctx, tx, fmt.Sprintf("%s %d", afterSheets, row.version))
		if err := d.resealTeams(ctx, tx, old, key); err != nil {
			return err
		}
		if err := d.office.SetRecovery(ctx, tx, "", fingerprint); err != nil {
			return err
		}
		return d.note(ctx, tx, d.Console(), VerbSheets, "")
	})
}

// resealed is a version of a team's key as recovery holds it.
type resealed struct {
	team      helpdesk.ID
	version   int
	wrap, mac []byte
}

// resealTeams seals every version of every team's key to another recovery key:
// also an older one that waits for a member to chain it. A forged one stays
// behind, with an alarm.
func (d *Desk) resealTeams(ctx context.Context, tx *store.Tx, old *vault.Pair, to vault.InsideKey) error {
	all, err := resealedKeys(ctx, tx)
	if err != nil {
		return err
	}
	for _, k := range all {
		place := recoveryPlace(k.team, k.version)
		if !d.secrets.Vouched(k.mac, place, k.wrap) {
			d.alarm(ctx, "team_key_forged", k.team)
			continue
		}
		pair, err := old.UnwrapPair(place, teamKeyID(k.team, k.version), k.wrap)
		if err != nil {
			return fmt.Errorf("open version %d of the key of team %s: %w", k.version, k.team, err)
		}
		wrap, err := to.WrapPair(place, pair)
		if err != nil {
			return fmt.Errorf("seal the key of team %s to recovery: %w", k.team, err)
		}
		if _, err := tx.Exec(ctx, updateResealed, wrap, d.secrets.Vouch(place, wrap), string(k.team), k.version); err != nil {
			return fmt.Errorf("seal the key of team %s to recovery: %w", k.team, err)
		}
	}
	return nil
}

func resealedKeys(ctx context.Context, tx *store.Tx) ([]resealed, error) {
	rows, err := tx.Query(ctx, selectAllResealed)
	if err != nil {
		return nil, fmt.Errorf("read what recovery holds: %w", err)
	}
	defer rows.Close()
	var all []resealed
	for rows.Next() {
		var k resealed
		if err := rows.Scan(&k.team, &k.version, &k.wrap, &k.mac); err != nil {
			return nil, fmt.Errorf("read what recovery holds: %w", err)
		}
		all = append(all, k)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what recovery holds: %w", err)
	}
	return all, nil
}

// CopySecrets seals the server's secrets to the recovery key as they are now,
// after some of them were drawn anew.
func (d *Desk) CopySecrets(ctx context.Context) error {
	return d.db.Write(ctx, "copy the secrets for recovery", func(tx *store.Tx) error {
		key, row, err := d.recovery(ctx, tx)
		if err != nil {
			return err
		}
		if row.secrets, err = d.secrets.CopyFor(key); err != nil {
			return fmt.Errorf("seal the secrets to recovery: %w", err)
		}
		row.mac = d.secrets.Vouch(row.origin(), row.parts()...)
		n, err := tx.Exec(ctx, replaceRecovery, row.version, row.public, row.wraps[0], row.wraps[1], row.wraps[2], row.secrets, row.mac, row.version)
		if err != nil {
			return fmt.Errorf("seal the secrets to recovery: %w", err)
		}
		if n == 0 {
			return fmt.Errorf("seal the secrets to recovery: %w", helpdesk.ErrConflict)
		}
		return d.note(ctx, tx, d.Console(), VerbSecrets, "")
	})
}

// KeepCopy is CopySecrets where the copy is of secrets that are no more the newest:
// whoever drew them anew was cut off before it, or a backup from before came back.
// A row that is forged stays as it is, with an alarm.
func (d *Desk) KeepCopy(ctx context.Context) error {
	_, row, err := d.recovery(ctx, d.db)
	switch {
	case errors.Is(err, errForged):
		return nil
	case err != nil:
		return err
	case hmac.Equal(row.mac, d.secrets.Vouch(row.origin(), row.parts()...)):
		return nil
	}
	return d.CopySecrets(ctx)
}

// LostSecrets are the server's secrets from the copy sealed to recovery, with two
// of the sheets, for a house whose own are gone. A copy that was not made by them
// is refused: it would be somebody else's.
func LostSecrets(ctx context.Context, r store.Reader, sheetA, sheetB string) (*vault.Secrets, error) {
	var row recoveryRow
	if err := r.QueryRow(ctx, selectRecovery).Scan(&row.version, &row.public, &row.wraps[0], &row.wraps[1], &row.wraps[2], &row.secrets, &row.mac); err != nil {
		return nil, fmt.Errorf("find the recovery key: %w", err)
	}
	return row.lost(sheetA, sheetB)
}

// RecoveryTable is the table of which SecretsOf takes the row.
const RecoveryTable = "staff_recovery"

// SecretsOf is LostSecrets for a row that comes out of a backup, by column.
func SecretsOf(cells map[string]any, sheetA, sheetB string) (*vault.Secrets, error) {
	var row recoveryRow
	version, whole := cells["version"].(int64)
	row.version = int(version)
	for column, into := range map[string]*[]byte{"public": &row.public, "sheet_a": &row.wraps[0], "sheet_b": &row.wraps[1],
		"sheet_c": &row.wraps[2], "secrets": &row.secrets, "mac": &row.mac} {
		bytes, is := cells[column].([]byte)
		*into, whole = bytes, whole && is
	}
	if !whole {
		return nil, fmt.Errorf("find the recovery key: %w", helpdesk.ErrNotFound)
	}
	return row.lost(sheetA, sheetB)
}

func (row *recoveryRow) lost(sheetA, sheetB string) (*vault.Secrets, error) {
	pair, err := vault.OpenWithSheets(sheetA, sheetB, row.wraps, recoveryID(row.version))
	if err != nil {
		return nil, err
	}
	secrets, err := vault.SecretsFromCopy(pair, row.secrets)
	if err != nil {
		return nil, fmt.Errorf("open the copy of the secrets: %w", err)
	}
	if !secrets.Vouched(row.mac, row.origin(), row.parts()...) {
		return nil, fmt.Errorf("copy of the secrets: %w", errForged)
	}
	return secrets, nil
}
