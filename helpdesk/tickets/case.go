package tickets

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// caseFile is a ticket with all that is shown in it, as far as the session may
// open it.
type caseFile struct {
	ticket *row
	joined []*row  // tickets joined into it, directly or through another
	talks  []*talk // of all of them, the ticket's own first
	rows   []*readerRow
	held   keys
	// member: the session is in a team that reads the ticket. Others, to whom it
	// was lent, read and write in it and decide nothing.
	member bool
}

// open reads a ticket for a session. Whoever holds no key of the ticket's own
// conversation gets ErrNotFound, the same as for an id that does not exist.
func (d *Desk) open(ctx context.Context, r store.Reader, s *staff.Session, id helpdesk.ID, settle *Settle) (*caseFile, error) {
	page := pageOf(ctx, r)
	if f := page.file(s, id); f != nil {
		return f, nil
	}
	var t row
	if err := r.QueryRow(ctx, selectTicket, id).Scan(t.dest()...); err != nil {
		return nil, fmt.Errorf("read ticket %s: %w", id, err)
	}
	f, err := d.openRow(ctx, r, s, &t, settle)
	if err == nil {
		page.keep(s, id, f)
	}
	return f, err
}

func (d *Desk) openRow(ctx context.Context, r store.Reader, s *staff.Session, t *row, settle *Settle) (*caseFile, error) {
	f := &caseFile{ticket: t}
	if err := d.family(ctx, r, f); err != nil {
		return nil, err
	}
	ids := []helpdesk.ID{t.id}
	for _, j := range f.joined {
		ids = append(ids, j.id)
	}
	var err error
	if f.talks, err = d.talks(ctx, r, ids); err != nil {
		return nil, err
	}
	conversations := make([]helpdesk.ID, len(f.talks))
	for i, c := range f.talks {
		conversations[i] = c.id
	}
	if f.rows, err = d.readers(ctx, r, conversations...); err != nil {
		return nil, err
	}
	if f.held, err = d.openKeys(ctx, colleague{s}, f.rows, settle); err != nil {
		return nil, err
	}
	if own := f.own(); own == nil || !d.entitled(s, f, own) {
		return nil, fmt.Errorf("ticket %s: %w", t.id, helpdesk.ErrNotFound)
	}
	for _, t := range append([]*row{t}, f.joined...) {
		if err := d.revealIn(ctx, r, s, f, t, settle); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// entitled: the session is among the readers of the conversation's present
// epoch. Whether the wrap also opens is another question, answered on the page.
func (d *Desk) entitled(s *staff.Session, f *caseFile, c *talk) bool {
	_, held := f.held[spot{c.id, c.epoch}]
	lent := false
	for _, r := range f.rows {
		if r.conversation != c.id || r.epoch != c.epoch || !held && !d.vouchedReader(r) || (r.expires != 0 && r.expires <= d.now().UnixMicro()) {
			continue
		}
		f.member = f.member || r.kind == teamReader && s.Member(r.reader)
		lent = lent || r.kind == userReader && r.reader == s.User.ID
	}
	return f.member || lent
}

// own is the person's conversation of the ticket itself.
func (f *caseFile) own() *talk {
	for _, c := range f.talks {
		if c.id == f.ticket.conversation && c.ticket == f.ticket.id {
			return c
		}
	}
	return nil
}

// family collects the tickets joined into this one. A row without our MAC is
// left out: somebody else put it under this ticket.
func (d *Desk) family(ctx context.Context, r store.Reader, f *caseFile) error {
	seen := map[helpdesk.ID]bool{f.ticket.id: true}
	for todo := []helpdesk.ID{f.ticket.id}; len(todo) > 0; todo = todo[1:] {
		rows, err := d.ticketRows(ctx, r, selectJoined, todo[0])
		if err != nil {
			return err
		}
		for _, j := range rows {
			if !d.secrets.Vouched(j.mac, j.origin()) {
				d.alarm(ctx, "ticket", j.id)
				continue
			}
			if seen[j.id] {
				continue
			}
			seen[j.id] = true
			f.joined = append(f.joined, j)
			todo = append(todo, j.id)
		}
	}
	return nil
}

func (d *Desk) ticketRows(ctx context.Context, r store.Reader, query string, args ...any) ([]*row, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read tickets: %w", err)
	}
	defer rows.Close()
	var out []*row
	for rows.Next() {
		var t row
		if err := rows.Scan(t.dest()...); err != nil {
			return nil, fmt.Errorf("read tickets: %w", err)
		}
		out = append(out, &t)
	}
	return out, finish(rows, "read tickets")
}

// talks reads the conversations of the tickets. One that our MAC does not bind
// to its ticket is left out, except the first ticket's own: content stays
// openable, marked.
func (d *Desk) talks(ctx context.Context, r store.Reader, tickets []helpdesk.ID) ([]*talk, error) {
	rows, err := r.Query(ctx, selectConversations+store.Places(len(tickets), 1)+") ORDER BY ticket, kind DESC", anys(tickets)...)
	if err != nil {
		return nil, fmt.Errorf("read conversations: %w", err)
	}
	defer rows.Close()
	var own, others []*talk
	for rows.Next() {
		var c talk
		if err := rows.Scan(c.dest()...); err != nil {
			return nil, fmt.Errorf("read conversations: %w", err)
		}
		switch {
		case c.ticket == tickets[0]:
			own = append(own, &c)
		case d.secrets.Vouched(c.mac, c.origin()):
			others = append(others, &c)
		default:
			d.alarm(ctx, "conversation", c.id)
		}
	}
	return append(own, others...), finish(rows, "read conversations")
}
