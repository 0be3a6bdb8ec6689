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

// maxSeen bounds what is remembered against rows put back.
const maxSeen = 20000

// keyRow is a person's pair and its locks.
type keyRow struct {
	person     helpdesk.ID
	generation int
	version    int64
	public     []byte
	state      CodeState
	lookup     []byte // where the code leads
	locked     []byte // the seed under the code
	shown      []byte // the code's digits under the pair
	used       []byte // when it was used, under the pair
	changed    int64  // when a code last replaced another
	notice     int64  // number of the notice address that counts
	eraseAt    int64
	until      int64 // a printed code opens nothing from then on; 0 for no end
	mac        []byte
}

func (k *keyRow) dest() []any {
	return []any{&k.person, &k.generation, &k.version, &k.public, &k.state, &k.lookup, &k.locked, &k.shown, &k.used,
		&k.changed, &k.notice, &k.eraseAt, &k.until, &k.mac}
}

// origin is, with the parts, what our MAC speaks for: everything.
func (k *keyRow) origin() vault.Context {
	at := []any{k.person, k.generation, k.version, string(k.state), k.changed, k.notice, k.eraseAt}
	if k.until > 0 { // rows older than this column carry a mark without it
		at = append(at, k.until)
	}
	return vault.At("people.key.origin", at...)
}

func (k *keyRow) parts() [][]byte {
	return [][]byte{k.public, k.lookup, k.locked, k.shown, k.used}
}

func personKey(person helpdesk.ID, generation int) vault.KeyID {
	return vault.KeyID{Kind: vault.Person, Owner: person, Version: generation}
}

func (k *keyRow) id() vault.KeyID { return personKey(k.person, k.generation) }

func (k *keyRow) lockPlace() vault.Context  { return vault.At("people.code", k.person) }
func (k *keyRow) shownPlace() vault.Context { return vault.At("people.code.shown", k.id()) }
func (k *keyRow) usedPlace() vault.Context  { return vault.At("people.code.used", k.id()) }

func (p *Registry) vouchedKey(ctx context.Context, k *keyRow) bool {
	if p.secrets.Vouched(k.mac, k.origin(), k.parts()...) {
		return true
	}
	p.alarm(ctx, "person_forged", k.person)
	return false
}

// key reads a person's key; ErrNotFound for who has none, errForged when the
// row is not ours, or older than one already seen: that would bring an old
// code back to life.
func (p *Registry) key(ctx context.Context, r store.Reader, person helpdesk.ID) (*keyRow, error) {
	// A second look, because a newer row may have been seen between ours and
	// now.
	for range 2 {
		var k keyRow
		if err := r.QueryRow(ctx, selectKey, string(person)).Scan(k.dest()...); err != nil {
			return nil, fmt.Errorf("find the key of %s: %w", person, err)
		}
		if !p.vouchedKey(ctx, &k) {
			return nil, fmt.Errorf("key of %s: %w", person, errForged)
		}
		// What a transaction sees may yet be given up: it is compared with what
		// was seen, and not remembered.
		if _, inside := r.(*store.Tx); p.newest(&k, !inside) {
			return &k, nil
		}
	}
	p.alarm(ctx, "person_back", person)
	return nil, fmt.Errorf("key of %s: %w", person, errForged)
}

// fresh tells whether a vouched row that came with another is as new as any
// seen, and may replace it by one written since.
func (p *Registry) fresh(ctx context.Context, k *keyRow) (bool, error) {
	if p.newest(k, true) {
		return true, nil
	}
	now, err := p.key(ctx, p.db, k.person)
	switch {
	case errors.Is(err, errForged), errors.Is(err, helpdesk.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	*k = *now
	return true, nil
}

func (p *Registry) newest(k *keyRow, remember bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k.version < p.seen[k.person] {
		return false
	}
	if !remember || k.version == p.seen[k.person] {
		return true
	}
	for id := range p.seen { // any: the memory is a help, not the law
		if len(p.seen) < maxSeen {
			break
		}
		delete(p.seen, id)
	}
	p.seen[k.person] = k.version
	return true
}

// insertKey gives a person without a key theirs; ErrConflict when they have one.
func (p *Registry) insertKey(ctx context.Context, tx *store.Tx, k *keyRow) error {
	k.version = 1
	k.mac = p.secrets.Vouch(k.origin(), k.parts()...)
	n, err := tx.Exec(ctx, insertKey, string(k.person), k.generation, k.version, k.public, string(k.state), k.lookup, k.locked,
		k.shown, k.used, k.changed, k.notice, k.eraseAt, k.until, k.mac)
	if err != nil {
		return fmt.Errorf("add the key of %s: %w", k.person, err)
	}
	if n == 0 {
		return fmt.Errorf("add the key of %s: %w", k.person, helpdesk.ErrConflict)
	}
	return nil
}

// saveKey writes a row that key() read; ErrConflict when somebody was faster.
func (p *Registry) saveKey(ctx context.Context, tx *store.Tx, k *keyRow) error {
	was := k.version
	k.version++
	k.mac = p.secrets.Vouch(k.origin(), k.parts()...)
	n, err := tx.Exec(ctx, updateKey, k.generation, k.version, k.public, string(k.state), k.lookup, k.locked,
		k.shown, k.used, k.changed, k.notice, k.eraseAt, k.until, k.mac, string(k.person), was)
	if err != nil {
		return fmt.Errorf("change the key of %s: %w", k.person, err)
	}
	if n == 0 {
		return fmt.Errorf("change the key of %s: %w", k.person, helpdesk.ErrConflict)
	}
	return nil
}

// change reads a person's key, has f change it and writes it; when somebody
// else was faster, once more. f tells whether there is anything to write.
func (p *Registry) change(ctx context.Context, tx *store.Tx, person helpdesk.ID, f func(k *keyRow) (bool, error)) error {
	for try := 1; ; try++ {
		k, err := p.key(ctx, tx, person)
		if err != nil {
			return err
		}
		write, err := f(k)
		if err != nil || !write {
			return err
		}
		if err = p.saveKey(ctx, tx, k); try == 4 || !errors.Is(err, helpdesk.ErrConflict) {
			return err
		}
	}
}

// changeMine changes the key of a session's person; ErrConflict when it is
// another generation's by now.
func (p *Registry) changeMine(ctx context.Context, tx *store.Tx, g *Guest, f func(k *keyRow) (bool, error)) error {
	return p.change(ctx, tx, g.Person, func(k *keyRow) (bool, error) {
		if err := k.is(g); err != nil {
			return false, err
		}
		return f(k)
	})
}

// mine reads the key of the session's person; ErrConflict as for changeMine.
func (p *Registry) mine(ctx context.Context, r store.Reader, g *Guest) (*keyRow, error) {
	k, err := p.key(ctx, r, g.Person)
	if err != nil {
		return nil, err
	}
	return k, k.is(g)
}

func (k *keyRow) is(g *Guest) error {
	if k.id() != g.pair.ID() {
		return fmt.Errorf("key of %s: %w", k.person, helpdesk.ErrConflict)
	}
	return nil
}

// PersonKey returns a person's current public key, to seal to; ErrNotFound for
// a person who has none. A row that our origin key does not vouch for, or that
// is older than one already seen, is an error and an alarm.
func (p *Registry) PersonKey(ctx context.Context, r store.Reader, person helpdesk.ID) (vault.InsideKey, error) {
	k, err := p.key(ctx, r, person)
	if err != nil {
		return vault.InsideKey{}, err
	}
	return vault.InsideKey{ID: k.id(), Public: k.public}, nil
}

// CodeChanged tells when a code last replaced another of this person, or
// somebody else's was put in force: consents given by web rest for 72 hours
// after. Zero for never.
func (p *Registry) CodeChanged(ctx context.Context, person helpdesk.ID) (time.Time, error) {
	k, err := p.key(ctx, p.db, person)
	if err != nil {
		return time.Time{}, err
	}
	if k.changed == 0 {
		return time.Time{}, nil
	}
	return time.UnixMicro(k.changed), nil
}
