package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
)

// Standing is one of somebody's sessions, as they see it in the list.
type Standing struct {
	ID      helpdesk.ID
	Started time.Time
	Last    time.Time // their last own action, to the minute
	Expires time.Time
	This    bool
}

// Sessions returns the user's living sessions, newest first.
func (d *Desk) Sessions(ctx context.Context, s *Session) ([]Standing, error) {
	rows, err := d.db.Query(ctx, selectSessions, string(s.User.ID))
	if err != nil {
		return nil, fmt.Errorf("list the sessions of %s: %w", s.User.ID, err)
	}
	defer rows.Close()
	var all []Standing
	for rows.Next() {
		var r sessionRow
		if err := rows.Scan(&r.id, &r.created, &r.touched, &r.expires); err != nil {
			return nil, fmt.Errorf("list the sessions of %s: %w", s.User.ID, err)
		}
		if r.alive(d.now()) {
			all = append(all, Standing{
				ID: r.id, Started: time.UnixMicro(r.created), Last: time.UnixMicro(r.touched),
				Expires: time.UnixMicro(r.expires), This: r.id == s.ID,
			})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the sessions of %s: %w", s.User.ID, err)
	}
	return all, nil
}

// SignOut ends the session: its row is deleted.
func (d *Desk) SignOut(ctx context.Context, s *Session) error {
	return d.EndSession(ctx, s, s.ID)
}

// EndSession ends one of the user's own sessions; ErrNotFound for another's.
func (d *Desk) EndSession(ctx context.Context, s *Session, id helpdesk.ID) error {
	return d.db.Write(ctx, "end a session", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, deleteSession, string(id), string(s.User.ID))
		if err != nil {
			return fmt.Errorf("end session %s: %w", id, err)
		}
		if n == 0 {
			return fmt.Errorf("end session %s: %w", id, helpdesk.ErrNotFound)
		}
		d.ringEnded(tx, id)
		return d.journal.Write(ctx, tx, journal.Entry{Actor: s.User.ID, Verb: VerbSignedOut, Object: s.User.ID})
	})
}

// EndOtherSessions ends all of the user's sessions but this one.
func (d *Desk) EndOtherSessions(ctx context.Context, s *Session) error {
	return d.db.Write(ctx, "end other sessions", func(tx *store.Tx) error {
		ids, err := store.IDs(ctx, tx, selectSessionIDs, string(s.User.ID))
		if err != nil {
			return fmt.Errorf("end the other sessions of %s: %w", s.User.ID, err)
		}
		for _, id := range ids {
			if id == s.ID {
				continue
			}
			if _, err := tx.Exec(ctx, deleteSession, string(id), string(s.User.ID)); err != nil {
				return fmt.Errorf("end session %s: %w", id, err)
			}
			d.ringEnded(tx, id)
		}
		return d.journal.Write(ctx, tx, journal.Entry{Actor: s.User.ID, Verb: VerbSignedOut, Object: s.User.ID})
	})
}

// endSession deletes a session that has run out.
func (d *Desk) endSession(ctx context.Context, user, id helpdesk.ID) error {
	return d.db.Write(ctx, "end a session", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, deleteSession, string(id), string(user)); err != nil {
			return fmt.Errorf("end session %s: %w", id, err)
		}
		d.ringEnded(tx, id)
		return nil
	})
}

// endSessions deletes all sessions of a user.
func (d *Desk) endSessions(ctx context.Context, tx *store.Tx, user helpdesk.ID) error {
	ids, err := store.IDs(ctx, tx, selectSessionIDs, string(user))
	if err != nil {
		return fmt.Errorf("end the sessions of %s: %w", user, err)
	}
	if _, err := tx.Exec(ctx, deleteSessions, string(user)); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", user, err)
	}
	d.ringEnded(tx, ids...)
	return nil
}

func (d *Desk) ringEnded(tx *store.Tx, ids ...helpdesk.ID) {
	tx.After(func() {
		for _, id := range ids {
			d.bus.Publish(bus.Event{Topic: TopicSession, Subject: id})
		}
	})
}

// Run sweeps away sessions that have run out, until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := errors.Join(d.endDue(ctx), d.sweep(ctx), d.forgetSpent(ctx)); err != nil && ctx.Err() == nil {
			d.log.ErrorContext(ctx, "old sessions not swept", "err", err)
		}
	}
}

func (d *Desk) sweep(ctx context.Context) error {
	now := d.now()
	expired, idle := now.UnixMicro(), now.Add(-idleTime).UnixMicro()
	ids, err := store.IDs(ctx, d.db, selectStale, expired, idle)
	if err != nil || len(ids) == 0 {
		return err
	}
	return d.db.Write(ctx, "sweep sessions", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, deleteStale, expired, idle); err != nil {
			return err
		}
		d.ringEnded(tx, ids...)
		return nil
	})
}
