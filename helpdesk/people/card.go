package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Claimed makes a person who was never here with a code that is printed before
// anybody needs it, and returns its twenty digits. Unless it is used, or kept by
// KeepClaim, it opens nothing from until on. Its first use replaces it.
func (p *Registry) Claimed(ctx context.Context, tx *store.Tx, c *Claim, until time.Time) (person helpdesk.ID, code string, err error) {
	if person, err = p.NewPerson(ctx, tx); err != nil {
		return "", "", err
	}
	pair := vault.NewPair(personKey(person, 1))
	k := keyRow{person: person, generation: 1, public: pair.Public().Public, until: until.UnixMicro()}
	k.setCode(ClaimCode, c.digits, c.key, pair)
	if err := p.insertKey(ctx, tx, &k); err != nil {
		return "", "", err
	}
	return person, c.digits, p.note(ctx, tx, "", VerbCode, person)
}

// KeepClaim lets a printed code open until it is used: it was given to somebody.
// ErrConflict for one that has lapsed, ErrNotFound for one that was dropped.
func (p *Registry) KeepClaim(ctx context.Context, tx *store.Tx, person helpdesk.ID) error {
	return p.change(ctx, tx, person, func(k *keyRow) (bool, error) {
		if k.lapsed(p.now()) {
			return false, fmt.Errorf("keep the code of %s: %w", person, helpdesk.ErrConflict)
		}
		write := k.until > 0
		k.until = 0
		return write, nil
	})
}

// DropClaim ends a printed code that nobody used, and with it the person nobody
// became. ErrConflict when it was used; nothing when it is gone.
func (p *Registry) DropClaim(ctx context.Context, tx *store.Tx, person helpdesk.ID) error {
	k, err := p.key(ctx, tx, person)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if k.state != ClaimCode {
		return fmt.Errorf("drop the code of %s: %w", person, helpdesk.ErrConflict)
	}
	n, err := tx.Exec(ctx, deleteKey, string(person), k.version)
	if err != nil {
		return fmt.Errorf("drop the code of %s: %w", person, err)
	}
	if n == 0 {
		return fmt.Errorf("drop the code of %s: %w", person, helpdesk.ErrConflict)
	}
	if _, err := tx.Exec(ctx, deletePerson, string(person)); err != nil {
		return fmt.Errorf("drop the code of %s: %w", person, err)
	}
	k.version++
	p.afterCode(ctx, tx, k)
	return nil
}

// ClaimUsed tells whether a printed code was used; ErrNotFound when it was
// dropped.
func (p *Registry) ClaimUsed(ctx context.Context, r store.Reader, person helpdesk.ID) (bool, error) {
	k, err := p.key(ctx, r, person)
	if err != nil {
		return false, err
	}
	return k.state != ClaimCode, nil
}

// lapsed: a printed code that nobody used in time.
func (k *keyRow) lapsed(now time.Time) bool { return k.until > 0 && now.UnixMicro() >= k.until }
