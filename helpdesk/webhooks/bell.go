package webhooks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const (
	waiting = "waiting"
	heard   = "heard"
	gaveUp  = "gave_up"

	leaseTime = time.Minute // longer than a call takes
	sharedMax = 200         // changes a transaction
	keptFor   = 30 * 24 * time.Hour
)

// pauses are how long after each failed try the next is made: about three days in
// all.
var pauses = []time.Duration{
	5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// bell is one as it is stored. Which address it rings and with what our MAC
// speaks for: who writes to the database rings nobody.
type bell struct {
	id, hook, ticket helpdesk.ID
	kind             Event
	at               int64
	tries            int
	mac              []byte
}

func (b *bell) dest() []any {
	return []any{&b.id, &b.hook, &b.kind, &b.ticket, &b.at, &b.tries, &b.mac}
}

func (b *bell) origin() vault.Context {
	return vault.At("webhooks.bell", b.id, b.hook, string(b.kind), b.ticket, b.at)
}

// lay puts down that an address is to be rung; gaveUp keeps it for when somebody
// says that it is rung again. nth has what is laid at one moment rung in its order.
func (r *Room) lay(ctx context.Context, tx *store.Tx, to helpdesk.ID, kind Event, ticket helpdesk.ID, state string, nth int) error {
	now := r.now().UnixMicro()
	b := bell{id: helpdesk.NewID(), hook: to, kind: kind, ticket: ticket, at: now + int64(nth)}
	_, err := tx.Exec(ctx, insertBell, string(b.id), string(b.hook), string(b.kind), string(b.ticket), b.at, state, 0, now, 0, "", r.secrets.Vouch(b.origin()))
	if err != nil {
		return fmt.Errorf("ring webhook %s: %w", to, err)
	}
	return nil
}

// change is one line the database wrote down.
type change struct {
	id, ticket, team, was helpdesk.ID
	kind                  Event
}

// event is what is told of it to who sees some teams alone: who knew the ticket
// before hears that it is gone, who sees it first that it is new, and nobody
// anything of a team they do not see.
func (c change) event(sees func(team helpdesk.ID) bool) (kind Event, tells bool) {
	switch now, before := sees(c.team), sees(c.was); {
	case now && before:
		return c.kind, true
	case now:
		return TicketNew, true
	case before:
		return TicketGone, true
	}
	return "", false
}

// Share turns what moved into bells, one for each address that wants to know, and
// reports how many lines it took. Of several processes each line is taken by one.
func (r *Room) Share(ctx context.Context) (taken int, err error) {
	var one int
	if err := r.db.QueryRow(ctx, countChanges).Scan(&one); err != nil || one == 0 {
		return 0, err
	}
	open, err := r.openTeams(ctx)
	if err != nil {
		return 0, err
	}
	err = r.db.Write(ctx, "share what moved", func(tx *store.Tx) error {
		taken = 0
		all, err := r.changes(ctx, tx)
		if err != nil {
			return err
		}
		hooks, err := r.hooks(ctx, tx)
		if err != nil {
			return err
		}
		type ring struct{ hook, ticket helpdesk.ID }
		told := map[ring][]Event{}
		for nth, c := range all {
			n, err := tx.Exec(ctx, deleteChange, string(c.id))
			if err != nil {
				return fmt.Errorf("take change %s: %w", c.id, err)
			}
			if n == 0 {
				continue // another process has it
			}
			taken++
			for _, h := range hooks {
				kind, tells := c.event(func(team helpdesk.ID) bool { return h.sees(team, open) })
				one := ring{h.id, c.ticket}
				if !tells || slices.Contains(told[one], kind) || !slices.Contains(h.Events, kind) {
					continue // ten words in a talk are one ring
				}
				state := waiting
				if h.state != active {
					// It keeps a copy of what is gone: it hears so when it is rung again.
					if state = gaveUp; kind != TicketGone {
						continue
					}
				}
				if kind == TicketGone || kind == TicketNew {
					told[one] = nil // what it hears after that is told anew
				}
				told[one] = append(told[one], kind)
				if err := r.lay(ctx, tx, h.id, kind, c.ticket, state, nth); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return taken, err
}

func (r *Room) changes(ctx context.Context, tx *store.Tx) ([]change, error) {
	rows, err := tx.Query(ctx, selectChanges, sharedMax)
	if err != nil {
		return nil, fmt.Errorf("read what moved: %w", err)
	}
	defer rows.Close()
	var all []change
	for rows.Next() {
		var c change
		if err := rows.Scan(&c.id, &c.ticket, &c.kind, &c.team, &c.was); err != nil {
			return nil, fmt.Errorf("read what moved: %w", err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what moved: %w", err)
	}
	return all, nil
}

// claim takes the address whose bell has been due longest, and its oldest bell;
// nil when none is. One address has one bell in hand: a slow one keeps no other
// waiting, and hears what happened in its order.
func (r *Room) claim(ctx context.Context) (*bell, error) {
	var b *bell
	now := r.now()
	err := r.db.Write(ctx, "take a bell", func(tx *store.Tx) error {
		b = nil
		var hook helpdesk.ID
		err := tx.QueryRow(ctx, claimHook, now.Add(leaseTime).UnixMicro(), waiting, now.UnixMicro()).Scan(&hook)
		if errors.Is(err, helpdesk.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("take an address: %w", err)
		}
		next := &bell{}
		err = tx.QueryRow(ctx, oldestBell, string(hook), waiting, now.UnixMicro()).Scan(next.dest()...)
		if errors.Is(err, helpdesk.ErrNotFound) {
			_, err = tx.Exec(ctx, restHook, 0, string(hook)) // another had just rung it
			return err
		}
		if err != nil {
			return fmt.Errorf("take a bell: %w", err)
		}
		b = next
		return nil
	})
	return b, err
}

// Ring rings the next address that is due; false when none is.
func (r *Room) Ring(ctx context.Context) (bool, error) {
	var due int
	if err := r.db.QueryRow(ctx, countDue, waiting, r.now().UnixMicro()).Scan(&due); err != nil || due == 0 {
		return false, err
	}
	b, err := r.claim(ctx)
	if err != nil || b == nil {
		return false, err
	}
	if !r.secrets.Vouched(b.mac, b.origin()) {
		r.journal.Alarm(ctx, "webhook_forged", b.id)
		return true, r.drop(ctx, b)
	}
	all, err := r.hooks(ctx, r.db)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(all, func(h *hook) bool { return h.id == b.hook })
	if i < 0 || all[i].state != active {
		return true, r.drop(ctx, b)
	}
	answer, ok := r.call(ctx, all[i], b)
	if ctx.Err() != nil {
		return false, nil // the house closes; the lease ends by itself
	}
	return true, r.settle(ctx, b, answer, ok)
}

func (r *Room) drop(ctx context.Context, b *bell) error {
	return r.db.Write(ctx, "drop a bell", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, deleteBell, string(b.id)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, restHook, 0, string(b.hook))
		return err
	})
}

// settle notes what came of a try. An address that did not answer rests, with all
// that waits for it.
func (r *Room) settle(ctx context.Context, b *bell, answer string, ok bool) error {
	state, due := heard, r.now()
	switch {
	case ok:
	case b.tries < len(pauses):
		state, due = waiting, due.Add(pauses[b.tries])
	default:
		state = gaveUp
	}
	err := r.db.Write(ctx, "note what an address answered", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, settleBell, state, b.tries+1, due.UnixMicro(), answer, string(b.id), b.tries); err != nil {
			return fmt.Errorf("note what webhook %s answered: %w", b.hook, err)
		}
		rests := int64(0)
		if state == waiting {
			rests = due.UnixMicro()
		}
		if _, err := tx.Exec(ctx, restHook, rests, string(b.hook)); err != nil {
			return fmt.Errorf("note what webhook %s answered: %w", b.hook, err)
		}
		if state != gaveUp {
			return nil
		}
		if _, err := tx.Exec(ctx, giveUpBells, gaveUp, string(b.hook), waiting); err != nil {
			return fmt.Errorf("give webhook %s up: %w", b.hook, err)
		}
		return r.turn(ctx, tx, b.hook, broken)
	})
	if err == nil && state == gaveUp {
		r.journal.Alarm(ctx, "webhook_given_up", b.hook)
	}
	return err
}

// bells are the last of an address.
func (r *Room) bells(ctx context.Context, hook helpdesk.ID) ([]Bell, error) {
	rows, err := r.db.Query(ctx, selectBells, string(hook), bellsShown)
	if err != nil {
		return nil, fmt.Errorf("read the bells of webhook %s: %w", hook, err)
	}
	defer rows.Close()
	var all []Bell
	for rows.Next() {
		var b Bell
		var at, due int64
		var state string
		if err := rows.Scan(&b.Kind, &at, &state, &b.Tries, &due, &b.Answer); err != nil {
			return nil, fmt.Errorf("read the bells of webhook %s: %w", hook, err)
		}
		b.At, b.Heard, b.GaveUp = time.UnixMicro(at), state == heard, state == gaveUp
		if state == waiting {
			b.Due = time.UnixMicro(due)
		}
		all = append(all, b)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the bells of webhook %s: %w", hook, err)
	}
	return all, nil
}
