package people

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Begin makes a person who was never here, their pair and a session, in the
// caller's transaction: with the first message and not before. The cookie is
// the session's only key; shared says that others use the computer too.
func (p *Registry) Begin(ctx context.Context, tx *store.Tx, shared bool) (cookie string, g *Guest, err error) {
	person, err := p.NewPerson(ctx, tx)
	if err != nil {
		return "", nil, err
	}
	return p.BeginAs(ctx, tx, person, shared)
}

// BeginAs gives a known person who had none their pair and a session: somebody
// we knew by mail opens a link. ErrConflict for who has a pair already: they
// come in by their code.
func (p *Registry) BeginAs(ctx context.Context, tx *store.Tx, person helpdesk.ID, shared bool) (cookie string, g *Guest, err error) {
	if err := p.Person(ctx, tx, person); err != nil {
		return "", nil, err
	}
	pair := vault.NewPair(personKey(person, 1))
	k := keyRow{person: person, generation: 1, public: pair.Public().Public, state: NoCode}
	if err := p.insertKey(ctx, tx, &k); err != nil {
		return "", nil, err
	}
	return p.admit(ctx, tx, &k, pair, p.now(), shared, false)
}

// admit opens a session with the pair in hand.
func (p *Registry) admit(ctx context.Context, tx *store.Tx, k *keyRow, pair *vault.Pair, now time.Time, shared, show bool) (string, *Guest, error) {
	cookie := vault.NewSessionKey()
	r := guestRow{
		idle:  p.idle(ctx),
		place: cookie.RowID(), id: helpdesk.NewID(), person: k.person, generation: k.generation,
		created: now.UnixMicro(), touched: now.UnixMicro(), expires: now.Add(sessionTime).UnixMicro(),
		shared: shared, show: show,
	}
	r.seed = cookie.Seal(r.bound(), pair)
	r.mac = p.secrets.Vouch(r.origin())
	_, err := tx.Exec(ctx, insertGuest, r.place, string(r.id), string(r.person), r.generation, r.seed, r.created, r.touched,
		r.expires, r.ended, r.shared, r.held, r.show, string(r.conversation), r.mac)
	if err != nil {
		return "", nil, fmt.Errorf("keep guest %s: %w", r.id, err)
	}
	return cookie.Cookie(), r.guest(k, pair), nil
}
