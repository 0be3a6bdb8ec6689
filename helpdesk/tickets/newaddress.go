package tickets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// MoveAddress says that the person writes from another address now. This ticket
// and those of the same person that wait and were at the old address answer to
// the new one, as far as the session has them; it returns how many. The old
// address stays on the card as a former one: a letter from it may be anybody's,
// and nothing is offered because of it. To take it back, move back.
//
// Refusal "address.same".
func (d *Desk) MoveAddress(ctx context.Context, s *staff.Session, ticket helpdesk.ID, to Who) (int, error) {
	rows, err := d.Earlier(ctx, s, ticket)
	if err != nil {
		return 0, err
	}
	moved := 0
	err = d.db.Write(ctx, "person.address", func(tx *store.Tx) error {
		moved = 0
		w, err := d.people.Writer(ctx, tx, to.Key)
		if err != nil {
			return err
		}
		f, err := d.member(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		old := f.ticket.writer
		if old == w.ID {
			return helpdesk.Refuse("address.same")
		}
		ids := []helpdesk.ID{ticket}
		for _, r := range rows {
			if old != "" && r.Ticket.Writer == old && (r.Ticket.State == StateOpen || r.Ticket.State == StateWaiting) {
				ids = append(ids, r.Ticket.ID)
			}
		}
		slices.Sort(ids)
		for _, id := range ids {
			if err := d.readdressTicket(ctx, tx, s, id, old, w.ID, to); err != nil {
				return fmt.Errorf("new address of ticket %s: %w", id, err)
			}
			moved++
		}
		if old != "" {
			if err := d.people.SetFormer(ctx, tx, old, true); err != nil {
				return err
			}
		}
		return d.people.SetFormer(ctx, tx, w.ID, false)
	})
	return moved, err
}

func (d *Desk) readdressTicket(ctx context.Context, tx *store.Tx, s *staff.Session, ticket, from, writer helpdesk.ID, to Who) error {
	_, notes, err := d.withNotes(ctx, tx, s, ticket)
	if err != nil {
		return err
	}
	file, err := d.lockCase(ctx, tx, s, ticket)
	if err != nil {
		return err
	}
	if file.ticket.writer != from {
		return fmt.Errorf("writer of ticket %s: %w", ticket, helpdesk.ErrConflict)
	}
	old := ""
	err = d.changeHead(ctx, tx, file, func(h *Head) {
		old, h.Address = h.Address, to.Address
		if to.Name != "" {
			h.Name = to.Name
		}
	})
	if err != nil {
		return err
	}
	before := *file.ticket
	file.ticket.writer = writer
	file.ticket.version++
	if err := d.system(ctx, tx, s, file, file.own(), SystemMoved); err != nil {
		return err
	}
	if err := d.save(ctx, tx, before, file.ticket); err != nil {
		return err
	}
	if err := d.recordOf(ctx, tx, s.User.ID, "person.address", file.ticket); err != nil {
		return err
	}
	d.ring(tx, file.ticket)
	return d.changeCard(ctx, tx, s, notes, func(c *Card) error {
		c.Former = slices.DeleteFunc(c.Former, func(f Former) bool { return f.Address == to.Address || f.Address == old })
		if old != "" {
			c.Former = append(c.Former, Former{Address: old, Day: d.now().UTC().Format(time.DateOnly)})
		}
		return nil
	})
}
