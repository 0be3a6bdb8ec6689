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

// Return opens a session with a return code alone, typed in any script's
// digits, and tells when the code was last used before (zero: never).
//
// Refusals: "code.typo", not twenty digits or the check digit does not fit,
// which costs nothing; "code.wrong", nobody has it; "code.busy", too many are
// trying at this moment.
//
// A code that somebody else had handed over ends here: a new one is made, and
// g.MustShowCode says that the person has to see it.
func (p *Registry) Return(ctx context.Context, code string, shared bool) (cookie string, g *Guest, last time.Time, err error) {
	digits, ok := Digits(code)
	if !ok {
		return "", nil, time.Time{}, helpdesk.Refuse("code.typo")
	}
	key, err := p.stretch(ctx, p.returns, digits)
	if err != nil {
		return "", nil, time.Time{}, err
	}
	for try := 1; ; try++ {
		cookie, g, last, err = p.comeBack(ctx, key, digits, shared)
		// Two at once with one code: the second finds the row changed, and
		// looks again.
		if try == 4 || !errors.Is(err, helpdesk.ErrConflict) {
			return cookie, g, last, err
		}
	}
}

func (p *Registry) comeBack(ctx context.Context, key vault.CodeKey, digits string, shared bool) (cookie string, g *Guest, last time.Time, err error) {
	k, pair, err := p.byCode(ctx, key)
	if err != nil {
		return "", nil, time.Time{}, err
	}
	claim, fresh := k.state == ClaimCode, key
	if claim {
		digits = NewDigits()
		if fresh, err = p.stretch(ctx, p.codes, digits); err != nil {
			return "", nil, time.Time{}, err
		}
	}
	uses, err := k.uses(pair)
	if err != nil {
		return "", nil, time.Time{}, err
	}
	now := p.now()
	if len(uses) > 0 {
		last = time.UnixMicro(uses[0])
	}
	// Also where it stays the same code: it comes under the current pepper.
	k.setCode(OwnCode, digits, fresh, pair)
	k.until = 0
	if claim {
		k.changed = now.UnixMicro()
	}
	if err := k.setUses(pair, append([]int64{now.UnixMicro()}, uses...)); err != nil {
		return "", nil, time.Time{}, err
	}
	was := *k
	err = p.db.Write(ctx, "come back", func(tx *store.Tx) error {
		*k = was // the transaction may run twice
		if err := p.saveKey(ctx, tx, k); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, hereAgain, string(k.person)); err != nil {
			return err
		}
		if claim {
			p.afterCode(ctx, tx, k)
			if err := p.note(ctx, tx, "", VerbCode, k.person); err != nil {
				return err
			}
		}
		// The session begins at the instant of this use, so that LastUsed can
		// tell it from an earlier one.
		cookie, g, err = p.admit(ctx, tx, k, pair, now, shared, claim)
		return err
	})
	if err != nil {
		return "", nil, time.Time{}, fmt.Errorf("come back as %s: %w", k.person, err)
	}
	return cookie, g, last, nil
}

var errWrongCode = helpdesk.Refuse("code.wrong")

// byCode finds whose code it is and opens their pair.
func (p *Registry) byCode(ctx context.Context, key vault.CodeKey) (*keyRow, *vault.Pair, error) {
	lookups := key.Lookups()
	args := make([]any, len(lookups))
	query := selectKeyByCode
	for i, l := range lookups {
		if i > 0 {
			query += ", "
		}
		query += fmt.Sprintf("$%d", i+1)
		args[i] = l
	}
	var k keyRow
	err := p.db.QueryRow(ctx, query+")", args...).Scan(k.dest()...)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil, nil, errWrongCode
	}
	if err != nil {
		return nil, nil, fmt.Errorf("look up a code: %w", err)
	}
	if !p.vouchedKey(ctx, &k) {
		return nil, nil, errWrongCode
	}
	fresh, err := p.fresh(ctx, &k)
	if err != nil {
		return nil, nil, err
	}
	if !fresh || k.erased(p.now()) || k.lapsed(p.now()) {
		return nil, nil, errWrongCode
	}
	pair, err := key.Unlock(k.lockPlace(), k.id(), k.locked)
	if err != nil {
		// Also when the row was replaced by a newer one while it was read.
		return nil, nil, errWrongCode
	}
	return &k, pair, nil
}
