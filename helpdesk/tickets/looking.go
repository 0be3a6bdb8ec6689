package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// LookingFor is how long a colleague counts as looking after they last said so.
const LookingFor = 30 * time.Second

// Looker is a colleague who has the ticket open.
type Looker struct {
	User   helpdesk.ID
	Typing bool
}

// Looking says that the session looks at the ticket, and is typing or not, and
// returns the colleagues who look too.
func (d *Desk) Looking(ctx context.Context, s *staff.Session, ticket helpdesk.ID, typing bool) ([]Looker, error) {
	var unused Settle
	f, err := d.open(ctx, d.db, s, ticket, &unused)
	if err != nil {
		return nil, err
	}
	now := d.now()
	seen := d.object(f.ticket)
	err = d.db.Write(ctx, "look at a ticket", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, deleteLooking, now.UnixMicro()); err != nil {
			return err
		}
		var before bool
		err := tx.QueryRow(ctx, selectMyLooking, seen, s.User.ID).Scan(&before)
		if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
			return err
		}
		// A heartbeat that says nothing new rings at nobody's door.
		if err != nil || before != typing {
			d.ring(tx, f.ticket)
		}
		_, err = tx.Exec(ctx, upsertLooking, seen, s.User.ID, now.Add(LookingFor).UnixMicro(), typing)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look at ticket %s: %w", ticket, err)
	}
	return d.lookers(ctx, d.db, s, seen)
}

// lookers are the others who look.
func (d *Desk) lookers(ctx context.Context, r store.Reader, s *staff.Session, ticket helpdesk.ID) ([]Looker, error) {
	rows, err := r.Query(ctx, selectLooking, ticket, d.now().UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("who looks at ticket %s: %w", ticket, err)
	}
	defer rows.Close()
	var out []Looker
	for rows.Next() {
		var l Looker
		if err := rows.Scan(&l.User, &l.Typing); err != nil {
			return nil, fmt.Errorf("who looks at ticket %s: %w", ticket, err)
		}
		if l.User != s.User.ID {
			out = append(out, l)
		}
	}
	return out, finish(rows, "who looks at a ticket")
}
