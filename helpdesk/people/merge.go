package people

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// mostKin bounds how many persons may turn out to be one.
const mostKin = 64

// Merged says that one person counts as another.
type Merged struct{ Person, Into helpdesk.ID }

// Kin are all persons who are one, as far as we found out. Who was merged with
// nobody is alone in it.
type Kin struct {
	Root    helpdesk.ID
	Members []helpdesk.ID // with the root, in order
	Merges  []Merged      // each can be undone by itself
}

// Has tells whether the person is one of them.
func (k Kin) Has(person helpdesk.ID) bool { return slices.Contains(k.Members, person) }

type mergeRow struct {
	Merged
	mac []byte
}

func (m Merged) origin() vault.Context { return vault.At("people.merge.origin", m.Person, m.Into) }

// Kin tells who is one with a person. A row that is not ours counts for
// nothing, with an alarm.
func (p *Registry) Kin(ctx context.Context, r store.Reader, person helpdesk.ID) (Kin, error) {
	k := Kin{Root: person}
	for range mostKin {
		up, err := p.merges(ctx, r, selectMerge, k.Root)
		if err != nil {
			return Kin{}, err
		}
		if len(up) == 0 {
			break
		}
		if k.Root = up[0].Into; k.Root == person {
			return Kin{}, fmt.Errorf("persons one with %s: in a circle", person)
		}
	}
	k.Members = []helpdesk.ID{k.Root}
	for i := 0; i < len(k.Members) && len(k.Members) <= mostKin; i++ {
		down, err := p.merges(ctx, r, selectMergedInto, k.Members[i])
		if err != nil {
			return Kin{}, err
		}
		for _, m := range down {
			if !k.Has(m.Person) {
				k.Members, k.Merges = append(k.Members, m.Person), append(k.Merges, m)
			}
		}
	}
	slices.Sort(k.Members)
	return k, nil
}

func (p *Registry) merges(ctx context.Context, r store.Reader, query string, person helpdesk.ID) ([]Merged, error) {
	rows, err := r.Query(ctx, query, string(person))
	if err != nil {
		return nil, fmt.Errorf("look for who is one with %s: %w", person, err)
	}
	defer rows.Close()
	var out []Merged
	for rows.Next() {
		var m mergeRow
		if err := rows.Scan(&m.Person, &m.Into, &m.mac); err != nil {
			return nil, fmt.Errorf("look for who is one with %s: %w", person, err)
		}
		if !p.secrets.Vouched(m.mac, m.origin()) {
			p.alarm(ctx, "merge_forged", person)
			continue
		}
		out = append(out, m.Merged)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for who is one with %s: %w", person, err)
	}
	return out, nil
}

// lockKin keeps two families as they are until the transaction ends, and
// returns them. Only who holds a root's row makes it part of another, so two
// that are merged the one way and the other at once make no circle.
func (p *Registry) lockKin(ctx context.Context, tx *store.Tx, a, b helpdesk.ID) (Kin, Kin, error) {
	for range 4 {
		one, other, err := p.both(ctx, tx, a, b)
		if err != nil {
			return Kin{}, Kin{}, err
		}
		for _, id := range slices.Compact([]helpdesk.ID{min(one.Root, other.Root), max(one.Root, other.Root)}) {
			var locked helpdesk.ID
			if err := tx.QueryRow(ctx, lockPerson, string(id)).Scan(&locked); err != nil {
				return Kin{}, Kin{}, fmt.Errorf("lock person %s: %w", id, err)
			}
		}
		again, also, err := p.both(ctx, tx, a, b)
		if err != nil {
			return Kin{}, Kin{}, err
		}
		if again.Root == one.Root && also.Root == other.Root {
			return again, also, nil
		}
	}
	return Kin{}, Kin{}, fmt.Errorf("lock persons %s and %s: %w", a, b, helpdesk.ErrConflict)
}

func (p *Registry) both(ctx context.Context, r store.Reader, a, b helpdesk.ID) (one, other Kin, err error) {
	if one, err = p.Kin(ctx, r, a); err != nil {
		return one, other, err
	}
	other, err = p.Kin(ctx, r, b)
	return one, other, err
}

// Merge says that two persons are one. It changes neither keys nor codes nor
// tickets: each code opens what it opened, and Unmerge leaves no trace.
//
// Refusals: "merge.same" when they are one already, "merge.conflict" when they
// are marked as in conflict, "merge.most".
func (p *Registry) Merge(ctx context.Context, tx *store.Tx, by, person, into helpdesk.ID) error {
	from, to, err := p.lockKin(ctx, tx, person, into)
	if err != nil {
		return err
	}
	if from.Root == to.Root {
		return helpdesk.Refuse("merge.same")
	}
	if len(from.Members)+len(to.Members) > mostKin {
		return helpdesk.Refuse("merge.most")
	}
	apart, err := p.Opponents(ctx, tx, from)
	if err != nil {
		return err
	}
	if apart.anyOf(p, to) {
		return helpdesk.Refuse("merge.conflict")
	}
	m := Merged{from.Root, to.Root}
	n, err := tx.Exec(ctx, insertMerge, string(m.Person), string(m.Into), p.secrets.Vouch(m.origin()))
	if err != nil {
		return fmt.Errorf("merge %s into %s: %w", m.Person, m.Into, err)
	}
	if n == 0 { // a row that is not ours stands there
		return fmt.Errorf("merge %s into %s: %w", m.Person, m.Into, errForged)
	}
	return p.note(ctx, tx, by, VerbMerged, m.Person)
}

// Unmerge takes back that a person counts as another; who was merged into them
// before stays theirs. ErrConflict when they count as nobody else.
func (p *Registry) Unmerge(ctx context.Context, tx *store.Tx, by, person helpdesk.ID) error {
	var locked helpdesk.ID
	if err := tx.QueryRow(ctx, lockPerson, string(person)).Scan(&locked); err != nil {
		return fmt.Errorf("lock person %s: %w", person, err)
	}
	n, err := tx.Exec(ctx, deleteMerge, string(person))
	if err != nil {
		return fmt.Errorf("undo the merging of %s: %w", person, err)
	}
	if n == 0 {
		return fmt.Errorf("undo the merging of %s: %w", person, helpdesk.ErrConflict)
	}
	return p.note(ctx, tx, by, VerbUnmerged, person)
}
