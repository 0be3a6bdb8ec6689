package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

const (
	idleAfter = 30 * time.Minute // a person whose page has not asked for so long has gone
	turn      = 2 * time.Second
	sweep     = 10 * time.Minute
)

// Run looks after the tables until ctx ends: who waited too long gets a letter
// instead, who was left gets a colleague, who asked to be told is told.
// Several processes may run it at once: each change says again what it depends
// on.
func (r *Room) Run(ctx context.Context) error {
	ticker := time.NewTicker(turn)
	defer ticker.Stop()
	var swept time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		err := r.Round(ctx)
		if err == nil && r.now().Sub(swept) > sweep {
			err, swept = r.sweep(ctx), r.now()
		}
		if err != nil && ctx.Err() == nil {
			// The database is away: people keep their places, we look again.
			r.log.ErrorContext(ctx, "the tables stand still", "err", err)
		}
	}
}

// Round is one look at all tables.
func (r *Room) Round(ctx context.Context) error {
	return errors.Join(r.missed(ctx), r.left(ctx), r.idle(ctx), r.notices(ctx), r.erasures(ctx))
}

// missed ends sittings that nobody came to in time: the conversation is a
// ticket in the queue already, and both sides are told.
func (r *Room) missed(ctx context.Context) error {
	limits, err := r.limits(ctx)
	if err != nil {
		return err
	}
	return r.each(ctx, selectStale, r.now().Add(-limits.Accept), func(tx *store.Tx, t *tableRow) error {
		return r.finish(ctx, tx, t, Missed, "")
	})
}

// left asks for a colleague where the counsellor has lost the net.
func (r *Room) left(ctx context.Context) error {
	limits, err := r.limits(ctx)
	if err != nil {
		return err
	}
	return r.each(ctx, selectGone, r.now().Add(-limits.Absence), func(tx *store.Tx, t *tableRow) error {
		n, err := tx.Exec(ctx, askGone, t.id, string(anybody), r.now().UnixMicro(), t.deskAt)
		if err != nil || n == 0 {
			return err
		}
		r.ring(tx, t.conversation)
		return r.note(ctx, tx, t.conversation, SystemAway)
	})
}

// idle ends sittings whose person has not been there for long.
func (r *Room) idle(ctx context.Context) error {
	return r.each(ctx, selectIdle, r.now().Add(-idleAfter), func(tx *store.Tx, t *tableRow) error {
		return r.finish(ctx, tx, t, Ended, "idle")
	})
}

// each runs f for the tables a query finds, each in its own transaction: one
// that fails keeps nobody else waiting.
func (r *Room) each(ctx context.Context, query string, before time.Time, f func(*store.Tx, *tableRow) error) error {
	rows, err := r.all(ctx, r.db, query, before.UnixMicro())
	if err != nil {
		return err
	}
	var failed []error
	for _, t := range rows {
		err := r.db.Write(ctx, "look after a table", func(tx *store.Tx) error {
			if err := r.tickets.Lock(ctx, tx, t.conversation); err != nil {
				return err
			}
			return f(tx, t)
		})
		if err != nil && !errors.Is(err, helpdesk.ErrConflict) {
			failed = append(failed, fmt.Errorf("table %s: %w", t.id, err))
		}
	}
	return errors.Join(failed...)
}

// notices tells those who asked for it, once, that a message waits; only in
// the hours they called safe. Who has looked meanwhile is not told. It looks at
// everybody, so that those whose hour has not come keep no other's notice back.
func (r *Room) notices(ctx context.Context) error {
	zone, err := r.zone(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for last := (due{}); ; {
		some, err := r.dueNow(ctx, last)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		for _, d := range some {
			if err := r.tellOf(ctx, d, zone); err != nil {
				failed = append(failed, fmt.Errorf("notice of conversation %s: %w", d.conversation, err))
			}
			last = d
		}
		if len(some) == 0 {
			return errors.Join(failed...)
		}
	}
}

// tellOf tells one person, unless their hour has not come.
func (r *Room) tellOf(ctx context.Context, d due, zone *time.Location) error {
	notice, ok, err := r.people.Notice(ctx, d.person)
	switch {
	case err != nil:
		return err
	case !ok || notice.Kind != people.ByMail || !notice.Sent.IsZero():
		// A call at a safe hour is a counsellor's to make. Who was told already
		// and has not been here since hears nothing new by a second letter.
		return r.forget(ctx, d)
	case !notice.Safe(r.now().In(zone).Hour()):
		return nil // it waits for a safe hour
	}
	err = r.db.Write(ctx, "tell that a message waits", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, deleteDue, d.conversation)
		if err != nil || n == 0 {
			return err // another process was faster
		}
		if err := r.people.NoticeSent(ctx, tx, d.person, r.now()); err != nil {
			return err // ErrConflict: told of another conversation just now
		}
		return r.bell.Waiting(ctx, tx, notice.Address, notice.Language, r.now())
	})
	if errors.Is(err, helpdesk.ErrConflict) {
		return r.forget(ctx, d)
	}
	return err
}

func (r *Room) forget(ctx context.Context, d due) error {
	return r.db.Write(ctx, "forget a notice", func(tx *store.Tx) error {
		return tx.Later(ctx, deleteDue, d.conversation)
	})
}

// zone is where the house stands: safe hours are told in its time.
func (r *Room) zone(ctx context.Context) (*time.Location, error) {
	plan, err := r.office.Hours(ctx)
	if err != nil {
		return nil, err
	}
	return plan.Zone(""), nil
}

type due struct {
	conversation, person helpdesk.ID
	since                int64
}

// lookFirst is how long a message may stand before we say that it waits: who
// is looking reads it before that.
const lookFirst = time.Minute

func (r *Room) dueNow(ctx context.Context, after due) ([]due, error) {
	rows, err := r.db.Query(ctx, selectDue, r.now().Add(-lookFirst).UnixMicro(), after.since, after.conversation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []due
	for rows.Next() {
		var d due
		if err := rows.Scan(&d.conversation, &d.person, &d.since); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// erasures carries out what persons asked for 72 hours ago and did not undo.
func (r *Room) erasures(ctx context.Context) error {
	persons, err := r.people.EraseDue(ctx, r.now())
	if err != nil {
		return err
	}
	for _, person := range persons {
		err := r.db.Write(ctx, "erase a person", func(tx *store.Tx) error { return r.erase(ctx, tx, person) })
		if err != nil && !errors.Is(err, helpdesk.ErrConflict) { // undone meanwhile
			return err
		}
	}
	if len(persons) == 0 || r.db.Engine() != store.SQLite {
		return nil // PostgreSQL's dead rows, unreadable without their wraps, go with the nightly scrub
	}
	return r.db.Scrub(ctx, tickets.ErasedTables()...)
}

// erase leaves nothing of a person in any room, in one transaction.
func (r *Room) erase(ctx context.Context, tx *store.Tx, person helpdesk.ID) error {
	ids, err := r.tickets.Erasing(ctx, tx, person)
	if err != nil {
		return err
	}
	if err := r.bell.Forget(ctx, tx, ids); err != nil {
		return err
	}
	if err := r.Forget(ctx, tx, ids); err != nil {
		return err
	}
	writers, err := r.tickets.EraseFor(ctx, tx, person)
	if err != nil {
		return err
	}
	if err := r.people.Drop(ctx, tx, nil, writers); err != nil {
		return err
	}
	return r.people.Forget(ctx, tx, person)
}

// sweep forgets what has no use any more, and who was brought in for a while
// reads no more.
func (r *Room) sweep(ctx context.Context) error {
	now := r.now()
	if err := r.tickets.Lapse(ctx); err != nil {
		return err
	}
	return r.db.Write(ctx, "sweep the chat", func(tx *store.Tx) error {
		return errors.Join(
			tx.Later(ctx, deleteGuests, now.UnixMicro()),
			tx.Later(ctx, dropRestricted, now.UTC().Truncate(24*time.Hour).UnixMicro()),
			tx.Later(ctx, deletePresence, now.Add(-time.Hour).UnixMicro()),
			tx.Later(ctx, deleteStarts, now.Add(-startsKept).UnixMicro()),
		)
	})
}

// watch rings for those who watch the list.
func (r *Room) watch() { r.bus.Publish(bus.Event{Topic: TopicWaiting}) }
