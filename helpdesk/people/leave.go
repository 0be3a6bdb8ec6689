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

// Leave is the exit: the session's row is deleted and its sockets close. A
// cookie that opens nothing is no error, because leaving always works.
func (p *Registry) Leave(ctx context.Context, cookie string) error {
	secret, err := vault.ParseSessionKey(cookie)
	if err != nil {
		return nil // such a cookie opens nothing
	}
	return p.db.Write(ctx, "leave", func(tx *store.Tx) error {
		var id helpdesk.ID
		err := tx.QueryRow(ctx, selectPlace, secret.RowID()).Scan(&id)
		if errors.Is(err, helpdesk.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("leave: %w", err)
		}
		if _, err := tx.Exec(ctx, deleteGuest, secret.RowID()); err != nil {
			return fmt.Errorf("leave %s: %w", id, err)
		}
		p.ringEnded(tx, id)
		return nil
	})
}

// Author tells whose session a cookie was, up to a day after idleness ended
// it, so that what was posted too late can be kept. ErrDenied when nobody
// knows: the person left by the exit, or it is too long ago.
func (p *Registry) Author(ctx context.Context, cookie string) (helpdesk.ID, error) {
	secret, err := vault.ParseSessionKey(cookie)
	if err != nil {
		return "", fmt.Errorf("find an author: %w", helpdesk.ErrDenied)
	}
	r := guestRow{idle: p.idle(ctx)}
	err = p.db.QueryRow(ctx, selectAuthor, secret.RowID()).Scan(r.dest()...)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return "", fmt.Errorf("find an author: %w", helpdesk.ErrDenied)
	}
	if err != nil {
		return "", fmt.Errorf("find an author: %w", err)
	}
	ended := r.ended
	if ended == 0 {
		ended = r.ends()
	}
	if !p.vouchedGuest(ctx, &r) || p.now().UnixMicro() >= ended+authorTime.Microseconds() {
		return "", fmt.Errorf("find the author of %s: %w", r.id, helpdesk.ErrDenied)
	}
	return r.person, nil
}

// expire takes the seed from a session that has run out. Somebody awake on
// another replica meanwhile keeps theirs.
func (p *Registry) expire(ctx context.Context, r *guestRow) error {
	if r.seed == nil {
		return nil
	}
	now := p.now()
	return p.db.Write(ctx, "end a guest's session", func(tx *store.Tx) error {
		_, err := p.endIfStale(ctx, tx, r.id, now)
		return err
	})
}

func (p *Registry) endIfStale(ctx context.Context, tx *store.Tx, id helpdesk.ID, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, endStale, append(p.staleBefore(ctx, now), now.UnixMicro(), string(id))...)
	if err != nil {
		return false, fmt.Errorf("end guest %s: %w", id, err)
	}
	if n == 1 {
		p.ringEnded(tx, id)
	}
	return n == 1, nil
}

func (p *Registry) staleBefore(ctx context.Context, now time.Time) []any {
	idle := p.idle(ctx)
	return []any{now.UnixMicro(), now.Add(-idle.Shared).UnixMicro(), now.Add(-idle.Own).UnixMicro()}
}

// endAll deletes every session of a person.
func (p *Registry) endAll(ctx context.Context, tx *store.Tx, person helpdesk.ID) error {
	ids, err := store.IDs(ctx, tx, selectGuests, string(person))
	if err != nil {
		return fmt.Errorf("end the sessions of %s: %w", person, err)
	}
	if _, err := tx.Exec(ctx, deleteGuests, string(person)); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", person, err)
	}
	p.ringEnded(tx, ids...)
	return nil
}

// Run ends sessions that have run out and sweeps away what is too old, until
// ctx ends.
func (p *Registry) Run(ctx context.Context) error {
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := p.sweep(ctx); err != nil && ctx.Err() == nil {
			p.log.ErrorContext(ctx, "old guests not swept", "err", err)
		}
	}
}

func (p *Registry) sweep(ctx context.Context) error {
	now := p.now()
	stale, err := store.IDs(ctx, p.db, selectStale, p.staleBefore(ctx, now)...)
	if err != nil {
		return fmt.Errorf("look for old sessions: %w", err)
	}
	return p.db.Write(ctx, "sweep guests", func(tx *store.Tx) error {
		for _, id := range stale {
			if _, err := p.endIfStale(ctx, tx, id, now); err != nil {
				return err
			}
		}
		for query, before := range map[string]time.Time{
			deleteEnded: now.Add(-authorTime), deleteOldLate: now.Add(-lateTime),
			deleteOldLateFiles: now.Add(-lateTime), deleteOldVoices: now.Add(-voiceTime),
		} {
			if _, err := tx.Exec(ctx, query, before.UnixMicro()); err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
		}
		return nil
	})
}
