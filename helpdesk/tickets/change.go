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

// anyVersion lets a change go through whatever was decided meanwhile; the
// change then states its own condition.
const anyVersion int64 = -1

// change runs one decision of a colleague about a ticket: lock, rights,
// version, the decision, save, journal, doorbell. f sees the row as it is and
// changes it.
func (d *Desk) change(ctx context.Context, s *staff.Session, id helpdesk.ID, version int64, verb string, f func(tx *store.Tx, t *row, file *caseFile) error) error {
	return d.db.Write(ctx, verb, func(tx *store.Tx) error {
		if err := d.lockVeiled(ctx, tx, id); err != nil {
			return err
		}
		t, err := d.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		var unused Settle
		file, err := d.openRow(ctx, tx, s, t, &unused)
		if err != nil {
			return err
		}
		before := *t
		switch {
		case !file.member:
			return fmt.Errorf("%s %s: %w", verb, id, helpdesk.ErrDenied)
		case version != anyVersion && t.version != version:
			return fmt.Errorf("%s %s: %w", verb, id, helpdesk.ErrConflict)
		case t.state == StateJoined:
			return helpdesk.Refuse("ticket.joined")
		}
		if err := f(tx, t, file); err != nil {
			return err
		}
		if t.owner != before.owner {
			if err := d.neutral(ctx, tx, t, t.owner, "conflict.owner"); err != nil {
				return err
			}
		}
		t.version++
		if err := d.save(ctx, tx, before, t); err != nil {
			return err
		}
		if err := d.recordOf(ctx, tx, s.User.ID, verb, t); err != nil {
			return err
		}
		d.ring(tx, t, before.team)
		return nil
	})
}

// lockVeiled locks the conversation of a ticket of a restricted team, whose head
// is written with each decision: conversations before tickets, as Append does.
func (d *Desk) lockVeiled(ctx context.Context, tx *store.Tx, ticket helpdesk.ID) error {
	var conversation helpdesk.ID
	err := tx.QueryRow(ctx, selectVeiledTalk, ticket).Scan(&conversation)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read ticket %s: %w", ticket, err)
	}
	return d.Lock(ctx, tx, conversation)
}

const selectVeiledRow = `SELECT ` + ticketColumns + ` FROM tickets_ticket WHERE id = $1 AND channel = ''`

const selectVeiledTalk = `SELECT conversation FROM tickets_ticket WHERE id = $1 AND channel = ''`

// Take makes the ticket the session's own. What nobody owns is taken whatever
// happened since version; taking it over from a colleague needs the version at
// which one saw who owns it. ErrConflict when somebody was faster.
func (d *Desk) Take(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64) error {
	return d.change(ctx, s, ticket, anyVersion, "ticket.take", func(_ *store.Tx, t *row, _ *caseFile) error {
		if t.owner != "" && t.owner != s.User.ID && t.version != version {
			return fmt.Errorf("take ticket %s: %w", ticket, helpdesk.ErrConflict)
		}
		t.owner = s.User.ID
		return nil
	})
}

// CloseTicket ends the work on a ticket. Exact times become days. ErrConflict
// when a letter came in since version.
func (d *Desk) CloseTicket(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64) error {
	return d.change(ctx, s, ticket, version, "ticket.close", func(tx *store.Tx, t *row, f *caseFile) error {
		if t.state == StateClosed {
			return fmt.Errorf("close ticket %s: %w", ticket, helpdesk.ErrConflict)
		}
		t.state = StateClosed
		if err := d.coarsen(ctx, tx, t); err != nil {
			return err
		}
		for _, j := range f.joined {
			// Locked anew: the row in f was read without a lock.
			j, err := d.lock(ctx, tx, j.id)
			if err != nil {
				return err
			}
			before := *j
			if err := d.coarsen(ctx, tx, j); err != nil {
				return err
			}
			if err := d.save(ctx, tx, before, j); err != nil {
				return err
			}
		}
		return d.forgetNotice(ctx, tx, t)
	})
}

// forgetNotice deletes where a person wanted to be told of messages, with the
// last of their tickets that is closed.
func (d *Desk) forgetNotice(ctx context.Context, tx *store.Tx, t *row) error {
	if t.person == "" {
		return nil
	}
	var others int
	if err := tx.QueryRow(ctx, countOthers, t.person, t.id).Scan(&others); err != nil {
		return fmt.Errorf("close ticket %s: %w", t.id, err)
	}
	if others > 0 {
		return nil
	}
	return d.people.DropNotice(ctx, tx, t.person)
}

// coarsen cuts the plain times of a ticket and its messages to the day; the
// exact ones stay in the sealed contents.
func (d *Desk) coarsen(ctx context.Context, tx *store.Tx, t *row) error {
	t.openedAt, t.lastAt, t.waitingSince = toDay(t.openedAt), toDay(t.lastAt), toDay(t.waitingSince)
	if _, err := tx.Exec(ctx, coarsenMessages, t.id); err != nil {
		return fmt.Errorf("coarsen ticket %s: %w", t.id, err)
	}
	if _, err := tx.Exec(ctx, forgetLooking, d.object(t)); err != nil {
		return fmt.Errorf("coarsen ticket %s: %w", t.id, err)
	}
	return nil
}

// Reopen takes a closed or answered ticket back among those that wait for us.
func (d *Desk) Reopen(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64) error {
	return d.change(ctx, s, ticket, version, "ticket.reopen", func(_ *store.Tx, t *row, _ *caseFile) error {
		if t.state == StateOpen {
			return fmt.Errorf("reopen ticket %s: %w", ticket, helpdesk.ErrConflict)
		}
		t.state = StateOpen
		return nil
	})
}

// Prioritise sets priority (0 to MaxPriority) and a day by which something is
// due, zero for none. The day is one of the ticket's dates: where another is
// earlier, that one still stands in plain. Refusal "date.appeal" for a lower
// priority while a right to appeal can be lost.
func (d *Desk) Prioritise(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64, priority int, due time.Time) error {
	if priority < 0 || priority > MaxPriority {
		return helpdesk.Refuse("ticket.priority")
	}
	return d.change(ctx, s, ticket, version, "ticket.prioritise", func(tx *store.Tx, t *row, f *caseFile) error {
		if priority < t.priority && t.dueDay != 0 {
			if head, err := d.ownHead(f); err != nil {
				return err
			} else if _, open := head.Facts.Appeal(); open {
				return helpdesk.Refuse("date.appeal")
			}
		}
		t.priority = priority
		day := toDay(micros(due))
		if day == t.dueDay {
			return nil
		}
		return d.changeHead(ctx, tx, f, func(h *Head) {
			h.Facts.setHand(day)
			t.dueDay = h.Facts.dueDay()
		})
	})
}
