package people

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Guest opens the session of a cookie for one request, in one query, or
// reports ErrDenied: unknown, ended, idle for too long (House.Idle), older than twelve hours. A quiet look (a poll, a
// socket) leaves the idle clock alone; who waits in a queue is never idle.
func (p *Registry) Guest(ctx context.Context, cookie string, quiet bool) (*Guest, error) {
	secret, err := vault.ParseSessionKey(cookie)
	if err != nil {
		return nil, fmt.Errorf("open guest: %w", helpdesk.ErrDenied)
	}
	ctx = store.Brief(ctx)
	r := guestRow{idle: p.idle(ctx)}
	var k keyRow
	err = p.db.QueryRow(ctx, selectGuest, secret.RowID()).Scan(append(r.dest(), k.dest()...)...)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil, fmt.Errorf("open guest: %w", helpdesk.ErrDenied)
	}
	if err != nil {
		return nil, fmt.Errorf("open guest: %w", err)
	}
	if !p.vouchedGuest(ctx, &r) || !p.vouchedKey(ctx, &k) {
		return nil, fmt.Errorf("open guest %s: %w", r.id, helpdesk.ErrDenied)
	}
	ok, err := p.fresh(ctx, &k)
	if err != nil {
		return nil, err
	}
	if !ok || r.generation != k.generation || k.erased(p.now()) {
		return nil, fmt.Errorf("open guest %s: %w", r.id, helpdesk.ErrDenied)
	}
	if now := p.now(); !r.alive(now) {
		if err := p.expire(ctx, &r); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("open guest %s: %w", r.id, helpdesk.ErrDenied)
	}
	pair, err := secret.Open(r.bound(), r.key(), r.seed)
	if err != nil {
		p.alarm(ctx, "guest_forged", r.id)
		return nil, fmt.Errorf("open guest %s: %w", r.id, helpdesk.ErrDenied)
	}
	if !quiet && p.now().UnixMicro()-r.touched >= touchEvery.Microseconds() {
		if err := p.touch(ctx, &r); err != nil {
			return nil, err
		}
	}
	g := r.guest(&k, pair)
	g.registry, g.looked = p, p.now()
	return g, nil
}

func (p *Registry) vouchedGuest(ctx context.Context, r *guestRow) bool {
	if p.secrets.Vouched(r.mac, r.origin()) {
		return true
	}
	p.alarm(ctx, "guest_forged", r.id)
	return false
}

// touch notes that the person did something.
func (p *Registry) touch(ctx context.Context, r *guestRow) error {
	now := p.now().UnixMicro()
	err := p.db.Write(ctx, "note an action", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, touchGuest, now, string(r.id)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, hereAgain, string(r.person))
		return err
	})
	if err != nil {
		return fmt.Errorf("note an action of %s: %w", r.id, err)
	}
	r.touched = now
	return nil
}

// Awake answers "I am still here", and moves the session's end.
func (p *Registry) Awake(ctx context.Context, g *Guest) error {
	r := guestRow{idle: p.idle(ctx), id: g.ID, person: g.Person, expires: g.Expires.UnixMicro(), shared: g.Shared, held: g.Held}
	if err := p.touch(ctx, &r); err != nil {
		return err
	}
	g.setEnd(&r)
	return nil
}

// Hold keeps a session from being idle: somebody waits in a queue there. With a
// person's id it is the living one they did something in last; what they left
// open elsewhere ends as ever. Letting go, with a person's id of all that are
// held, begins the idle time anew.
func (p *Registry) Hold(ctx context.Context, tx *store.Tx, guestOrPerson helpdesk.ID, held bool) error {
	now := p.now()
	query, args := holdGuest, append(p.staleBefore(ctx, now), true, string(guestOrPerson))
	if !held {
		query, args = letGuest, []any{false, now.UnixMicro(), string(guestOrPerson)}
	}
	if _, err := tx.Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("hold %s: %w", guestOrPerson, err)
	}
	return nil
}

// ByLink remembers that somebody came by the link of an answer: what they then
// say is said behind it. It gives no right.
func (p *Registry) ByLink(ctx context.Context, tx *store.Tx, g *Guest) error {
	if _, err := tx.Exec(ctx, linkGuest, string(g.ID)); err != nil {
		return fmt.Errorf("note the way of %s: %w", g.ID, err)
	}
	g.Linked = true
	return nil
}

// TurnTo remembers the conversation the person is in. It gives no right: what
// they may read is decided by the conversation's readers.
func (p *Registry) TurnTo(ctx context.Context, tx *store.Tx, g *Guest, conversation helpdesk.ID) error {
	if _, err := tx.Exec(ctx, turnGuest, string(conversation), string(g.ID)); err != nil {
		return fmt.Errorf("turn %s: %w", g.ID, err)
	}
	g.Conversation = conversation
	return nil
}
