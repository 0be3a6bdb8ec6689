package referrals

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Package is what was frozen: the manifest and all texts, sealed as one under
// the package's key; files lie beside it, each in a row of its own.
type Package struct {
	Manifest []byte // SHA-256 over what is in it, in its order
	Frozen   time.Time
	Sealed   []byte
}

// PackageAt is where a package is sealed, and PartAt one of its files: to this
// referral, with exactly this manifest.
func PackageAt(referral helpdesk.ID, manifest []byte) vault.Context {
	return vault.At("referrals.package", referral, manifest)
}

// PartAt is where a file of it is sealed.
func PartAt(referral helpdesk.ID, position int) vault.Context {
	return vault.At("referrals.part", referral, position)
}

// WrapAt is where its key is wrapped for the recipient.
func WrapAt(referral helpdesk.ID, reader vault.KeyID, manifest []byte) vault.Context {
	return vault.At("referrals.wrap", referral, reader, manifest)
}

func packageOrigin(referral helpdesk.ID, p *Package) vault.Context {
	return vault.At("referrals.package.origin", referral, p.Manifest, micros(p.Frozen))
}

// Freeze writes a package and its files, sealed at their places, once and for
// all.
func (b *Book) Freeze(ctx context.Context, tx *store.Tx, referral helpdesk.ID, p *Package, files map[int][]byte) error {
	err := tx.Later(ctx, insertPackage, referral, p.Manifest, micros(p.Frozen), p.Sealed, b.Secrets.Vouch(packageOrigin(referral, p), p.Sealed))
	for position, sealed := range files {
		if err == nil {
			err = tx.Later(ctx, insertPart, referral, position, sealed)
		}
	}
	if err != nil {
		return fmt.Errorf("freeze the package of %s: %w", referral, err)
	}
	return nil
}

// Thaw takes a package away that was never sent, so that another can be frozen.
func (b *Book) Thaw(ctx context.Context, tx *store.Tx, referral helpdesk.ID) error {
	for _, query := range []string{erasePackage, eraseParts} {
		if err := tx.Later(ctx, query, referral); err != nil {
			return fmt.Errorf("thaw the package of %s: %w", referral, err)
		}
	}
	return nil
}

// Package reads what was frozen; ErrNotFound for none, and for one that is not
// ours.
func (b *Book) Package(ctx context.Context, r store.Reader, referral helpdesk.ID) (*Package, error) {
	var p Package
	var frozen int64
	var mac []byte
	if err := r.QueryRow(ctx, selectPackage, referral).Scan(&p.Manifest, &frozen, &p.Sealed, &mac); err != nil {
		return nil, fmt.Errorf("package of %s: %w", referral, err)
	}
	p.Frozen = instant(frozen)
	if !b.Secrets.Vouched(mac, packageOrigin(referral, &p), p.Sealed) {
		b.alarm(ctx, "package", referral)
		return nil, fmt.Errorf("package of %s: %w", referral, helpdesk.ErrNotFound)
	}
	return &p, nil
}

// Part reads a file's sealed bytes.
func (b *Book) Part(ctx context.Context, r store.Reader, referral helpdesk.ID, position int) ([]byte, error) {
	var sealed []byte
	if err := r.QueryRow(ctx, selectOnePart, referral, position).Scan(&sealed); err != nil {
		return nil, fmt.Errorf("file %d of %s: %w", position, referral, err)
	}
	return sealed, nil
}

// Wrap is the package's key for whoever may read it outside.
type Wrap struct {
	Version int // of their pair
	Wrap    []byte
}

func wrapPlace(referral helpdesk.ID) vault.Context {
	return vault.At("referrals.wrap.hidden", referral)
}

func wrapOrigin(referral helpdesk.ID, version int) vault.Context {
	return vault.At("referrals.wrap.origin", referral, version)
}

// GiveOutside writes the recipient's wrap. It lies under the office key besides:
// its head would show whose key it was made for.
func (b *Book) GiveOutside(ctx context.Context, tx *store.Tx, referral helpdesk.ID, w Wrap) error {
	hidden := b.Secrets.SealOffice(wrapPlace(referral), w.Wrap)
	if err := tx.Later(ctx, insertWrap, referral, w.Version, hidden, b.Secrets.Vouch(wrapOrigin(referral, w.Version), hidden)); err != nil {
		return fmt.Errorf("wrap the package of %s: %w", referral, err)
	}
	return nil
}

// Outside reads the recipient's wrap; ErrNotFound when it was taken back.
func (b *Book) Outside(ctx context.Context, r store.Reader, referral helpdesk.ID) (Wrap, error) {
	var w Wrap
	var hidden, mac []byte
	if err := r.QueryRow(ctx, selectWrap, referral).Scan(&w.Version, &hidden, &mac); err != nil {
		return Wrap{}, fmt.Errorf("wrap of %s: %w", referral, err)
	}
	var err error
	if w.Wrap, err = b.Secrets.OpenOffice(wrapPlace(referral), hidden); err != nil || !b.Secrets.Vouched(mac, wrapOrigin(referral, w.Version), hidden) {
		b.alarm(ctx, "wrap", referral)
		return Wrap{}, fmt.Errorf("wrap of %s: %w", referral, helpdesk.ErrNotFound)
	}
	return w, nil
}

// Cut takes from everybody outside what opens a referral: their wrap, the links,
// and the visits by them.
func (b *Book) Cut(ctx context.Context, tx *store.Tx, referral helpdesk.ID) error {
	for _, query := range []string{deleteWrap, deleteLinks, deleteVisits} {
		if err := tx.Later(ctx, query, referral); err != nil {
			return fmt.Errorf("cut off referral %s: %w", referral, err)
		}
	}
	return nil
}

// Erase destroys what was sealed about referrals and whose they were, and with
// it every way to read it. The ledger's events stay.
func (b *Book) Erase(ctx context.Context, tx *store.Tx, referrals ...*Referral) error {
	for _, r := range referrals {
		if err := b.Cut(ctx, tx, r.ID); err != nil {
			return err
		}
		for _, query := range []string{erasePackage, eraseParts, eraseUpdates, eraseWords, eraseKeys, eraseOpenings, eraseTold, eraseReferral} {
			if err := tx.Later(ctx, query, r.ID); err != nil {
				return fmt.Errorf("erase referral %s: %w", r.ID, err)
			}
		}
	}
	return nil
}

// ErasedTables hold bytes of what was erased or taken back until they are
// scrubbed.
func ErasedTables() []string {
	return []string{"referrals_referral", "referrals_key", "referrals_package", "referrals_part", "referrals_update",
		"referrals_wrap", "referrals_link", "referrals_visit", "referrals_opening", "referrals_word", "referrals_exception"}
}

// Update is newer than the package: one item that was allowed as updating.
type Update struct {
	ID     helpdesk.ID
	At     time.Time
	Sealed []byte // under the package's key, at UpdateAt
}

// UpdateAt is where an update is sealed.
func UpdateAt(referral, update helpdesk.ID) vault.Context {
	return vault.At("referrals.update", referral, update)
}

func updateOrigin(referral helpdesk.ID, u Update) vault.Context {
	return vault.At("referrals.update.origin", referral, u.ID, micros(u.At))
}

// Renew writes an update.
func (b *Book) Renew(ctx context.Context, tx *store.Tx, referral helpdesk.ID, u Update) error {
	if err := tx.Later(ctx, insertUpdate, u.ID, referral, micros(u.At), u.Sealed, b.Secrets.Vouch(updateOrigin(referral, u), u.Sealed)); err != nil {
		return fmt.Errorf("update referral %s: %w", referral, err)
	}
	return nil
}

// Updates lists them, the oldest first; what is not ours is left out.
func (b *Book) Updates(ctx context.Context, r store.Reader, referral helpdesk.ID) ([]Update, error) {
	all, err := rowsOf(ctx, r, func(rows *sql.Rows) (Update, error) {
		var u Update
		var at int64
		var mac []byte
		err := rows.Scan(&u.ID, &at, &u.Sealed, &mac)
		u.At = instant(at)
		if err == nil && !b.Secrets.Vouched(mac, updateOrigin(referral, u), u.Sealed) {
			b.alarm(ctx, "update", referral)
			u.Sealed = nil
		}
		return u, err
	}, selectUpdates, referral)
	var ours []Update
	for _, u := range all {
		if u.Sealed != nil {
			ours = append(ours, u)
		}
	}
	return ours, err
}

func isNotFound(err error) bool { return errors.Is(err, helpdesk.ErrNotFound) }
