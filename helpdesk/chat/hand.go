package chat

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// HandOver asks a colleague of the team, or with "" whoever is free, to take
// the table. Warm: one stays until they come. Cold: the person goes back among
// those who wait, in the place their first wait gave them. The person is told
// who comes. Refusal "give.stranger" for somebody outside the team.
func (r *Room) HandOver(ctx context.Context, s *staff.Session, table, to helpdesk.ID, warm bool) error {
	t, err := r.own(ctx, s, table)
	if err != nil {
		return err
	}
	alias := ""
	if to == "" {
		to = anybody
	} else {
		members, err := r.staff.Members(ctx, t.team)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(members, func(u staff.User) bool { return u.ID == to }) {
			return helpdesk.Refuse("give.stranger")
		}
		alias = r.staff.Alias(ctx, to)
	}
	query := backToWait
	if warm {
		query = askFor
	}
	return r.db.Write(ctx, "hand a table over", func(tx *store.Tx) error {
		if err := r.tickets.Lock(ctx, tx, t.conversation); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, query, t.id, to, r.now().UnixMicro(), s.User.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("hand table %s over: %w", table, helpdesk.ErrConflict)
		}
		r.ring(tx, t.conversation)
		if warm {
			return nil // said when they come
		}
		if err := r.people.Hold(ctx, tx, t.person, true); err != nil {
			return err
		}
		return r.note(ctx, tx, t.conversation, SystemHanded, alias)
	})
}

// Close is what a counsellor writes at the end of a talk.
type Close struct {
	Note  string // for colleagues; "" for none
	Topic string // sealed with the ticket
}

// End ends a talk from the desk, with its note and topic. The conversation
// stays open for both.
func (r *Room) End(ctx context.Context, s *staff.Session, table helpdesk.ID, e Close) error {
	t, err := r.own(ctx, s, table)
	if err != nil {
		return err
	}
	// First what a colleague needs to know, then the end: whoever is cut off
	// between the two ends again, and the note is known by its id.
	if e.Note != "" {
		if _, err := r.tickets.Note(ctx, s, t.ticket, e.Note, "end "+string(t.id)); err != nil {
			return err
		}
	}
	return r.db.Write(ctx, "end a talk", func(tx *store.Tx) error {
		if err := r.tickets.Lock(ctx, tx, t.conversation); err != nil {
			return err
		}
		if e.Topic != "" {
			if err := r.tickets.SetFacts(ctx, tx, s, t.ticket, topic(e.Topic)); err != nil {
				return err
			}
		}
		return r.finish(ctx, tx, t, Ended, "desk")
	})
}
