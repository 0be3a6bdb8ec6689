package people

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// codeKind keeps return codes apart from the digits of mail links.
const codeKind = "return"

// stretch pays for twenty digits, in one of the bounded lines.
func (p *Registry) stretch(ctx context.Context, line *staff.Gate, digits string) (vault.CodeKey, error) {
	leave, err := line.Enter(ctx, "")
	if err != nil {
		return vault.CodeKey{}, err
	}
	defer leave()
	return p.secrets.CodeKey(codeKind, digits, p.cost), nil
}

// setCode lays the pair under a code. The digits stay, sealed to the pair, so
// that who is in can see them again.
func (k *keyRow) setCode(state CodeState, digits string, key vault.CodeKey, pair *vault.Pair) {
	k.state = state
	k.lookup, k.locked = key.Lookup(), key.Lock(k.lockPlace(), pair)
	k.shown, k.used = pair.Seal(k.shownPlace(), []byte(digits)), nil
}

// NewCode makes the person a return code, or replaces the one they have, and
// returns its twenty digits (see Groups). Refusal "code.busy": too many are
// being made at this moment.
func (p *Registry) NewCode(ctx context.Context, g *Guest) (string, error) {
	digits := NewDigits()
	key, err := p.stretch(ctx, p.codes, digits)
	if err != nil {
		return "", err
	}
	err = p.db.Write(ctx, "make a code", func(tx *store.Tx) error {
		var row *keyRow
		again := false
		err := p.changeMine(ctx, tx, g, func(k *keyRow) (bool, error) {
			if row, again = k, k.lookup != nil; again {
				k.changed = p.now().UnixMicro()
			}
			k.setCode(OwnCode, digits, key, g.pair)
			return true, nil
		})
		if err != nil {
			return err
		}
		if again {
			p.afterCode(ctx, tx, row)
		}
		return p.note(ctx, tx, "", VerbCode, g.Person)
	})
	if err != nil {
		return "", err
	}
	g.Code = OwnCode
	return digits, nil
}

// Code returns the person's code, to be shown again; false when they have none.
func (p *Registry) Code(ctx context.Context, g *Guest) (string, bool, error) {
	k, err := p.mine(ctx, p.db, g)
	if err != nil {
		return "", false, err
	}
	if k.shown == nil {
		return "", false, nil
	}
	digits, err := g.pair.Open(k.shownPlace(), k.shown)
	if err != nil {
		return "", false, fmt.Errorf("open the code of %s: %w", g.Person, err)
	}
	return string(digits), true, nil
}

// CodeShown notes that the person has seen the code they had to see.
func (p *Registry) CodeShown(ctx context.Context, g *Guest) error {
	err := p.db.Write(ctx, "note a code shown", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, shownGuest, false, string(g.ID))
		return err
	})
	if err != nil {
		return fmt.Errorf("note the code shown to %s: %w", g.ID, err)
	}
	g.MustShowCode = false
	return nil
}

// DeclineCode notes that the person wants no code. Who has one keeps it.
func (p *Registry) DeclineCode(ctx context.Context, g *Guest) error {
	var state CodeState
	err := p.db.Write(ctx, "decline a code", func(tx *store.Tx) error {
		return p.changeMine(ctx, tx, g, func(k *keyRow) (bool, error) {
			declines := k.state == NoCode
			if declines {
				k.state = DeclinedCode
			}
			state = k.state
			return declines, nil
		})
	})
	if err != nil {
		return err
	}
	g.Code = state
	return nil
}

// LastUsed tells when the code was last used before this session; false when
// it never was.
func (p *Registry) LastUsed(ctx context.Context, g *Guest) (time.Time, bool, error) {
	k, err := p.mine(ctx, p.db, g)
	if err != nil {
		return time.Time{}, false, err
	}
	uses, err := k.uses(g.pair)
	if err != nil {
		return time.Time{}, false, err
	}
	for _, at := range uses {
		if at < g.Started.UnixMicro() {
			return time.UnixMicro(at), true, nil
		}
	}
	return time.Time{}, false, nil
}

// keptUses is how many uses of a code are remembered: as many as somebody may
// have sessions open that began one after the other.
const keptUses = 8

// uses are the last uses of the code in microseconds, the newest first.
func (k *keyRow) uses(pair *vault.Pair) ([]int64, error) {
	if k.used == nil {
		return []int64{}, nil
	}
	plain, err := pair.Open(k.usedPlace(), k.used)
	if err != nil {
		return nil, fmt.Errorf("open the uses of the code of %s: %w", k.person, err)
	}
	var uses []int64
	if json.Unmarshal(plain, &uses) != nil {
		return nil, fmt.Errorf("read the uses of the code of %s: not what was sealed", k.person)
	}
	return uses, nil
}

func (k *keyRow) setUses(pair *vault.Pair, uses []int64) error {
	plain, err := json.Marshal(uses[:min(len(uses), keptUses)])
	if err != nil {
		return fmt.Errorf("seal the uses of the code of %s: %w", k.person, err)
	}
	k.used = pair.Seal(k.usedPlace(), plain)
	return nil
}
