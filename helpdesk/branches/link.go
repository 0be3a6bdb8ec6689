package branches

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

func linkOrigin(one, other, who helpdesk.ID, at int64) vault.Context {
	return vault.At("branches.link", one, other, who, at)
}

// bothHandedOn checks that the session opens both tickets and that branches
// handed both on. They are returned in the order of the table.
func (d *Desk) bothHandedOn(ctx context.Context, s *staff.Session, ticket, other helpdesk.ID) (one, two helpdesk.ID, err error) {
	if ticket == other {
		return "", "", helpdesk.Refuse("branches.self")
	}
	for _, id := range []helpdesk.ID{ticket, other} {
		if _, err := d.Tickets.Facts(ctx, s, id); err != nil {
			return "", "", fmt.Errorf("link ticket %s: %w", id, err)
		}
		rows, err := d.handons(ctx, d.DB, selectByTicket, id)
		if err != nil {
			return "", "", err
		}
		if len(rows) == 0 {
			return "", "", helpdesk.Refuse("branches.no_handon")
		}
	}
	return min(ticket, other), max(ticket, other), nil
}

// Link says that two hand-ons are about one person. They stay two tickets.
// ErrNotFound for a ticket the session may not open. Refusals "branches.self",
// "branches.no_handon".
func (d *Desk) Link(ctx context.Context, s *staff.Session, ticket, other helpdesk.ID) error {
	one, two, err := d.bothHandedOn(ctx, s, ticket, other)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "link two hand-ons", func(tx *store.Tx) error {
		at := d.Now().UnixMicro()
		n, err := tx.Exec(ctx, insertLink, one, two, s.User.ID, at, d.Secrets.Vouch(linkOrigin(one, two, s.User.ID, at)))
		if err != nil || n == 0 {
			return err
		}
		return d.note(ctx, tx, s.User.ID, VerbLinked, ticket)
	})
}

// Unlink takes it back.
func (d *Desk) Unlink(ctx context.Context, s *staff.Session, ticket, other helpdesk.ID) error {
	one, two, err := d.bothHandedOn(ctx, s, ticket, other)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "part two hand-ons", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, deleteLink, one, two)
		if err != nil || n == 0 {
			return err
		}
		return d.note(ctx, tx, s.User.ID, VerbUnlinked, ticket)
	})
}

// Links lists those linked with a ticket that the session may open.
func (d *Desk) Links(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Linked, error) {
	if _, err := d.Tickets.Facts(ctx, s, ticket); err != nil {
		return nil, fmt.Errorf("links of ticket %s: %w", ticket, err)
	}
	all, err := d.links(ctx, ticket)
	if err != nil {
		return nil, err
	}
	out := []Linked{}
	for _, l := range all {
		t, err := d.Tickets.Facts(ctx, s, l.Ticket)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		l.Number = t.Number
		out = append(out, l)
	}
	return out, nil
}

func (d *Desk) links(ctx context.Context, ticket helpdesk.ID) ([]Linked, error) {
	rows, err := d.DB.Query(ctx, selectLink, ticket)
	if err != nil {
		return nil, fmt.Errorf("links of ticket %s: %w", ticket, err)
	}
	defer rows.Close()
	var out []Linked
	for rows.Next() {
		var one, other, who helpdesk.ID
		var at int64
		var mac []byte
		if err := rows.Scan(&one, &other, &who, &at, &mac); err != nil {
			return nil, fmt.Errorf("links of ticket %s: %w", ticket, err)
		}
		if !d.Secrets.Vouched(mac, linkOrigin(one, other, who, at)) {
			d.Journal.Alarm(ctx, "branches_link", ticket)
			continue
		}
		l := Linked{Ticket: one, By: who, At: time.UnixMicro(at)}
		if one == ticket {
			l.Ticket = other
		}
		out = append(out, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("links of ticket %s: %w", ticket, err)
	}
	return out, nil
}
