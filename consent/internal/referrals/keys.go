package referrals

import (
	"context"
	"database/sql"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Key is a subject's key for one of ours.
type Key struct {
	Kind    vault.OwnerKind
	Reader  helpdesk.ID
	Version int
	Wrap    []byte
}

// KeyID names the pair the wrap was made for.
func (k Key) KeyID() vault.KeyID {
	return vault.KeyID{Kind: k.Kind, Owner: k.Reader, Version: k.Version}
}

// KeyAt is where a reader's wrap of a subject's key is made.
func KeyAt(subject helpdesk.ID, reader vault.KeyID) vault.Context {
	return vault.At("referrals.key", subject, reader)
}

func keyOrigin(subject helpdesk.ID, k Key) vault.Context {
	return vault.At("referrals.key.origin", subject, string(k.Kind), k.Reader, k.Version)
}

// Give writes a reader's wrap; one that is there already stays.
func (b *Book) Give(ctx context.Context, tx *store.Tx, subject helpdesk.ID, k Key) error {
	if err := tx.Later(ctx, insertKey, subject, string(k.Kind), k.Reader, k.Version, k.Wrap, b.Secrets.Vouch(keyOrigin(subject, k), k.Wrap)); err != nil {
		return fmt.Errorf("give the key of %s: %w", subject, err)
	}
	return nil
}

// Keys are a subject's wraps that our MAC stands on.
func (b *Book) Keys(ctx context.Context, r store.Reader, subject helpdesk.ID) ([]Key, error) {
	all, err := rowsOf(ctx, r, func(rows *sql.Rows) (Key, error) {
		var k Key
		var mac []byte
		err := rows.Scan(&k.Kind, &k.Reader, &k.Version, &k.Wrap, &mac)
		if err == nil && !b.Secrets.Vouched(mac, keyOrigin(subject, k), k.Wrap) {
			b.alarm(ctx, "key", subject)
			k.Wrap = nil
		}
		return k, err
	}, selectKeys, subject)
	var ours []Key
	for _, k := range all {
		if k.Wrap != nil {
			ours = append(ours, k)
		}
	}
	return ours, err
}
