package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Presence is what a counsellor says of themselves.
type Presence string

// The presences. Full: here, and takes no more talks.
const (
	Here   Presence = "present"
	Full   Presence = "capacity"
	Absent Presence = "away"
)

// Colleague is somebody who is here.
type Colleague struct {
	User     helpdesk.ID
	Presence Presence
	Talks    int
}

// Attend says that the counsellor is here, or away; it holds for half a minute
// and pages say it again while they are open. It also keeps the counsellor's
// tables from counting as left.
func (r *Room) Attend(ctx context.Context, s *staff.Session, p Presence) error {
	if p != Here && p != Full && p != Absent {
		return fmt.Errorf("presence: %w", helpdesk.ErrNotFound)
	}
	now := r.now()
	return r.db.Write(ctx, "be present", func(tx *store.Tx) error {
		var before Presence
		var until int64
		err := tx.QueryRow(ctx, selectPresentOf, s.User.ID).Scan(&before, &until)
		if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
			return err
		}
		if before != p || until < now.UnixMicro() {
			tx.After(func() { r.watch() })
		}
		if err := tx.Later(ctx, upsertPresence, s.User.ID, string(p), now.Add(here).UnixMicro()); err != nil {
			return err
		}
		return tx.Later(ctx, deskSeen, s.User.ID, now.UnixMicro())
	})
}

// Presence is what the counsellor said last; Absent when that is over.
func (r *Room) Presence(ctx context.Context, s *staff.Session) (Presence, error) {
	var p Presence
	var until int64
	err := r.db.QueryRow(ctx, selectPresentOf, s.User.ID).Scan(&p, &until)
	if errors.Is(err, helpdesk.ErrNotFound) || err == nil && time.UnixMicro(until).Before(r.now()) {
		return Absent, nil
	}
	return p, err
}

// Present lists who is here, at the most half a minute ago.
func (r *Room) Present(ctx context.Context) ([]Colleague, error) {
	talks, err := r.talks(ctx)
	if err != nil {
		return nil, err
	}
	now := r.now()
	rows, err := r.db.Query(ctx, selectPresence, now.UnixMicro(), now.Add(2*here).UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("read who is here: %w", err)
	}
	defer rows.Close()
	var all []Colleague
	for rows.Next() {
		var c Colleague
		if err := rows.Scan(&c.User, &c.Presence); err != nil {
			return nil, fmt.Errorf("read who is here: %w", err)
		}
		c.Talks = talks[c.User]
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read who is here: %w", err)
	}
	return all, nil
}

func (r *Room) talks(ctx context.Context) (map[helpdesk.ID]int, error) {
	rows, err := r.db.Query(ctx, countTalks)
	if err != nil {
		return nil, fmt.Errorf("count talks: %w", err)
	}
	defer rows.Close()
	all := map[helpdesk.ID]int{}
	for rows.Next() {
		var who helpdesk.ID
		var n int
		if err := rows.Scan(&who, &n); err != nil {
			return nil, fmt.Errorf("count talks: %w", err)
		}
		all[who] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count talks: %w", err)
	}
	return all, nil
}
