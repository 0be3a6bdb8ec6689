package people

import (
	"bytes"
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Apart are those somebody is in conflict with. It knows them when asked and
// can name nobody: their rows hold keyed marks alone.
type Apart struct{ marks map[string]bool }

// Any tells whether there is anybody.
func (a Apart) Any() bool { return len(a.marks) > 0 }

func (a Apart) anyOf(p *Registry, k Kin) bool {
	for _, id := range k.Members {
		if a.marks[string(p.conflictMark(id))] {
			return true
		}
	}
	return false
}

func (p *Registry) conflictMark(person helpdesk.ID) []byte {
	return p.secrets.Index("people.conflict", string(person))
}

// conflictRow is a pair, the smaller mark first.
type conflictRow struct{ one, other, mac []byte }

func (p *Registry) pair(a, b helpdesk.ID) conflictRow {
	c := conflictRow{one: p.conflictMark(a), other: p.conflictMark(b)}
	if bytes.Compare(c.one, c.other) > 0 {
		c.one, c.other = c.other, c.one
	}
	return c
}

func (c conflictRow) origin() vault.Context {
	return vault.At("people.conflict.origin", c.one, c.other)
}

// Apart tells who must be kept apart from a person and all who are one with
// them.
func (p *Registry) Apart(ctx context.Context, r store.Reader, person helpdesk.ID) (Apart, error) {
	k, err := p.Kin(ctx, r, person)
	if err != nil {
		return Apart{}, err
	}
	return p.Opponents(ctx, r, k)
}

// LockApart is Apart for who is about to give somebody a place with a person:
// until the transaction ends nobody is given one with the other side.
func (p *Registry) LockApart(ctx context.Context, tx *store.Tx, person helpdesk.ID) (Apart, error) {
	k, err := p.Kin(ctx, tx, person)
	if err != nil {
		return Apart{}, err
	}
	pairs := int64(0)
	for _, id := range k.Members {
		n, err := tx.Exec(ctx, lockConflicts, p.conflictMark(id))
		if err != nil {
			return Apart{}, fmt.Errorf("lock who is in conflict with %s: %w", person, err)
		}
		pairs += n
	}
	if pairs == 0 { // nearly always
		return Apart{}, nil
	}
	return p.Opponents(ctx, tx, k)
}

// Opponents is Apart for who has the kin in hand already.
func (p *Registry) Opponents(ctx context.Context, r store.Reader, k Kin) (Apart, error) {
	out := Apart{marks: map[string]bool{}}
	for _, id := range k.Members {
		mine := p.conflictMark(id)
		pairs, err := p.conflicts(ctx, r, id, mine)
		if err != nil {
			return Apart{}, err
		}
		for _, c := range pairs {
			if bytes.Equal(c.one, mine) {
				out.marks[string(c.other)] = true
			} else {
				out.marks[string(c.one)] = true
			}
		}
	}
	return out, nil
}

func (p *Registry) conflicts(ctx context.Context, r store.Reader, person helpdesk.ID, mark []byte) ([]conflictRow, error) {
	rows, err := r.Query(ctx, selectConflicts, mark)
	if err != nil {
		return nil, fmt.Errorf("look for who is in conflict with %s: %w", person, err)
	}
	defer rows.Close()
	var out []conflictRow
	for rows.Next() {
		var c conflictRow
		if err := rows.Scan(&c.one, &c.other, &c.mac); err != nil {
			return nil, fmt.Errorf("look for who is in conflict with %s: %w", person, err)
		}
		if !p.secrets.Vouched(c.mac, c.origin()) {
			p.alarm(ctx, "conflict_forged", person)
			continue
		}
		out = append(out, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for who is in conflict with %s: %w", person, err)
	}
	return out, nil
}

// From tells whether one of those kept apart is that person, or one with them.
func (p *Registry) From(ctx context.Context, r store.Reader, a Apart, person helpdesk.ID) (bool, error) {
	if !a.Any() || person == "" {
		return false, nil
	}
	k, err := p.Kin(ctx, r, person)
	if err != nil {
		return false, err
	}
	return a.anyOf(p, k), nil
}

// InConflict tells whether two persons, or anybody one with them, are in
// conflict.
func (p *Registry) InConflict(ctx context.Context, r store.Reader, a, b helpdesk.ID) (bool, error) {
	if a == "" || b == "" || a == b {
		return false, nil
	}
	apart, err := p.Apart(ctx, r, a)
	if err != nil {
		return false, err
	}
	return p.From(ctx, r, apart, b)
}

// SetConflict marks two persons as in conflict; twice is once. Refusal
// "conflict.same" for a person with themselves, or with somebody they were
// merged with: undo that first.
func (p *Registry) SetConflict(ctx context.Context, tx *store.Tx, by, a, b helpdesk.ID) error {
	one, other, err := p.lockKin(ctx, tx, a, b)
	if err != nil {
		return err
	}
	if one.Root == other.Root {
		return helpdesk.Refuse("conflict.same")
	}
	c := p.pair(a, b)
	n, err := tx.Exec(ctx, insertConflict, c.one, c.other, p.secrets.Vouch(c.origin()))
	if err != nil {
		return fmt.Errorf("mark %s and %s: %w", a, b, err)
	}
	if n == 0 {
		return nil
	}
	for _, id := range []helpdesk.ID{a, b} {
		if err := p.note(ctx, tx, by, VerbConflict, id); err != nil {
			return err
		}
	}
	return nil
}

// EndConflict takes the mark off two persons and all who are one with them.
// ErrConflict when there is none.
func (p *Registry) EndConflict(ctx context.Context, tx *store.Tx, by, a, b helpdesk.ID) error {
	one, other, err := p.lockKin(ctx, tx, a, b)
	if err != nil {
		return err
	}
	ended := int64(0)
	for _, x := range one.Members {
		for _, y := range other.Members {
			c := p.pair(x, y)
			n, err := tx.Exec(ctx, deleteConflict, c.one, c.other)
			if err != nil {
				return fmt.Errorf("take the mark off %s and %s: %w", a, b, err)
			}
			ended += n
		}
	}
	if ended == 0 {
		return fmt.Errorf("take the mark off %s and %s: %w", a, b, helpdesk.ErrConflict)
	}
	for _, id := range []helpdesk.ID{a, b} {
		if err := p.note(ctx, tx, by, VerbConflictEnded, id); err != nil {
			return err
		}
	}
	return nil
}
