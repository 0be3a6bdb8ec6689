package tickets

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Who is a writer as the caller knows them: Key is letter.Address.Key.
type Who struct {
	Key, Name, Address string
}

// SetWriter says who really wrote: a colleague forwarded the mail, and it
// becomes the original sender's.
func (d *Desk) SetWriter(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64, who Who) error {
	return d.change(ctx, s, ticket, version, "ticket.writer", func(tx *store.Tx, t *row, f *caseFile) error {
		w, err := d.people.Writer(ctx, tx, who.Key)
		if err != nil {
			return err
		}
		t.writer = w.ID
		return d.changeHead(ctx, tx, f, func(h *Head) { h.Name, h.Address = who.Name, who.Address })
	})
}

// Retitle gives the ticket another title in the queues.
func (d *Desk) Retitle(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64, title string) error {
	return d.change(ctx, s, ticket, version, "ticket.title", func(tx *store.Tx, _ *row, f *caseFile) error {
		return d.changeHead(ctx, tx, f, func(h *Head) { h.Title = title })
	})
}

// changeHead seals the head of the ticket's own conversation anew.
func (d *Desk) changeHead(ctx context.Context, tx *store.Tx, f *caseFile, change func(*Head)) error {
	return d.sealHead(ctx, tx, f.own(), f.held, change)
}

// sealHead seals a head anew, under the present key, a new one where who left
// may have kept it. The epoch is asked again: a hand-over in between has another.
func (d *Desk) sealHead(ctx context.Context, tx *store.Tx, c *talk, keys keys, change func(*Head)) error {
	h, ok := keys[spot{c.id, c.epoch}]
	under, also := keys[spot{c.id, c.headEpoch}]
	if !ok || !also || !h.proven || !under.proven || !d.secrets.Vouched(c.mac, c.origin()) {
		d.alarm(ctx, "conversation", c.id)
		return unproven()
	}
	head, err := openHead(c, under)
	if err != nil {
		return err
	}
	change(&head)
	plain, err := head.encode()
	if err != nil {
		return err
	}
	now, err := d.lockTalk(ctx, tx, c.id)
	if err != nil {
		return err
	}
	if now.epoch != c.epoch {
		return fmt.Errorf("change the head of %s: %w", c.id, helpdesk.ErrConflict)
	}
	c.behind = now.behind
	began, err := d.abreast(ctx, tx, c)
	if err != nil {
		return err
	}
	if began != nil {
		keys.add(began)
		h = keys[spot{c.id, c.epoch}]
	}
	sealed := h.key.Seal(headAt(c.id, c.epoch), plain)
	n, err := tx.Exec(ctx, updateHead, sealed, c.id, c.epoch)
	if err != nil {
		return fmt.Errorf("change the head of %s: %w", c.id, err)
	}
	if n != 1 {
		return fmt.Errorf("change the head of %s: %w", c.id, helpdesk.ErrConflict)
	}
	c.head, c.headEpoch = sealed, c.epoch
	return nil
}

// SamePerson offers the writer's other tickets, newest first, at most 50, as
// far as the session may open them. It is an offer and nothing is ever joined
// or shown because of it. There is none when the writer's address is shared, a
// helper's or given up: then the same address says nothing about whom a ticket
// concerns. Who is in conflict with the person is left out.
func (d *Desk) SamePerson(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Row, error) {
	var unused Settle
	f, err := d.open(ctx, d.db, s, ticket, &unused)
	if err != nil {
		return nil, err
	}
	if f.ticket.writer == "" || !d.secrets.Vouched(f.ticket.mac, f.ticket.origin()) {
		return nil, nil
	}
	w, err := d.people.ByID(ctx, d.db, f.ticket.writer)
	if err != nil {
		return nil, err
	}
	given, err := d.people.Former(ctx, d.db, w.ID)
	if err != nil || w.Shared || given {
		return nil, err
	}
	apart, err := d.apart(ctx, d.db, f.ticket)
	if err != nil {
		return nil, err
	}
	names := d.aliases(f.ticket.writer, closedTeams(s))
	lines, err := d.lines(ctx, nil, selectSameWriter+store.Places(len(names), 2)+sameWriterOrder, append([]any{ticket}, names...)...)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, q := range lines {
		far, err := d.people.From(ctx, d.db, apart, q.ticket.person)
		if err != nil {
			return nil, err
		}
		if far || !s.Member(q.ticket.team) {
			continue
		}
		// Only what our MAC stands on: a forged writer must not lead anywhere.
		if r := d.openLine(ctx, s, q, &unused); r.Proven && len(out) < PageMost {
			out = append(out, r)
		}
	}
	return out, nil
}

// SetShared marks the ticket's writer as a shared or a helper's address, or
// takes the mark off.
func (d *Desk) SetShared(ctx context.Context, s *staff.Session, ticket helpdesk.ID, shared bool) error {
	return d.change(ctx, s, ticket, anyVersion, "writer.shared", func(tx *store.Tx, t *row, _ *caseFile) error {
		if t.writer == "" {
			return fmt.Errorf("writer of ticket %s: %w", ticket, helpdesk.ErrNotFound)
		}
		return d.people.SetShared(ctx, tx, t.writer, shared)
	})
}
