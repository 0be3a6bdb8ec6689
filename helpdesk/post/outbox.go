package post

import (
	"context"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// outgoingRow is an Outgoing with what pages do not need.
type outgoingRow struct {
	Outgoing
	number int64
	hold   time.Time
}

type scanner interface{ Scan(dest ...any) error }

func (p *Postroom) scanOutgoing(r scanner) (outgoingRow, error) {
	var o outgoingRow
	var row outgoing
	var made, due, hold int64
	var sealed []byte
	err := r.Scan(&row.id, &row.conversation, &row.ticket, &row.message, &row.team, &row.mailbox, &row.author,
		&o.State, &made, &due, &o.Attempts, &o.Again, &o.number, &hold, &sealed)
	if err != nil {
		return o, fmt.Errorf("read a letter in the outbox: %w", err)
	}
	if row, err = p.revealed(row, sealed); err != nil {
		return o, err
	}
	o.ID, o.Ticket, o.Message, o.Team, o.Mailbox, o.Author = row.id, row.ticket, row.message, row.team, row.mailbox, row.author
	o.Made, o.hold = time.UnixMicro(made).UTC(), time.UnixMicro(hold).UTC()
	if due > 0 {
		o.Next = time.UnixMicro(due).UTC()
	}
	return o, nil
}

// Outbox lists the letters of the session's teams, and the session's own, that
// are on their way or could not be delivered and were not ticked off, newest
// first, at most 200.
func (p *Postroom) Outbox(ctx context.Context, s *staff.Session) ([]Outgoing, error) {
	args := []any{s.User.ID, s.User.ID} // one team at least, and an id no team has
	for _, t := range s.Teams() {
		args = append(args, t.ID)
	}
	return p.outgoing(ctx, outboxList+store.Places(len(args)-1, 2)+outboxOrder, args)
}

// Deliveries tells what became of answers, by message. Who has the messages
// open may know.
func (p *Postroom) Deliveries(ctx context.Context, messages []tickets.Opened) (map[helpdesk.ID]Outgoing, error) {
	out := map[helpdesk.ID]Outgoing{}
	var ids []helpdesk.ID
	for _, m := range messages {
		if m.Kind == tickets.KindAnswer {
			ids = append(ids, m.ID)
		}
	}
	args := p.marks(ids)
	const some = 500
	for len(args) > 0 {
		n := min(some, len(args))
		found, err := p.outgoing(ctx, outboxOfMessages+store.Places(n, 1)+`)`, args[:n])
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			out[o.Message] = o
		}
		args = args[n:]
	}
	return out, nil
}

func (p *Postroom) outgoing(ctx context.Context, query string, args []any) ([]Outgoing, error) {
	rows, err := p.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list the outbox: %w", err)
	}
	defer rows.Close()
	var out []Outgoing
	at := map[helpdesk.ID]int{}
	for rows.Next() {
		o, err := p.scanOutgoing(rows)
		if err != nil {
			return nil, err
		}
		at[o.ID] = len(out)
		out = append(out, o.Outgoing)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the outbox: %w", err)
	}
	rows.Close()
	return out, p.fates(ctx, out, at)
}

// fates fills the deliveries.
func (p *Postroom) fates(ctx context.Context, out []Outgoing, at map[helpdesk.ID]int) error {
	if len(out) == 0 {
		return nil
	}
	args := make([]any, len(out))
	for i, o := range out {
		args[i] = o.ID
	}
	rows, err := p.db.Query(ctx, selectDeliveries+store.Places(len(args), 1)+`) ORDER BY outbox, position`, args...)
	if err != nil {
		return fmt.Errorf("list the deliveries: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id helpdesk.ID
		var d Delivery
		var when int64
		if err := rows.Scan(&id, &d.Position, &d.State, &d.Code, &when); err != nil {
			return fmt.Errorf("list the deliveries: %w", err)
		}
		d.At = time.UnixMicro(when).UTC()
		out[at[id]].Deliveries = append(out[at[id]].Deliveries, d)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("list the deliveries: %w", err)
	}
	return nil
}

// Noted ticks an undelivered letter off the list.
func (p *Postroom) Noted(ctx context.Context, s *staff.Session, outbox helpdesk.ID) error {
	return p.db.Write(ctx, "tick off a letter", func(tx *store.Tx) error {
		o, err := p.scanOutgoing(tx.QueryRow(ctx, selectOutbox, outbox))
		if err != nil {
			return err
		}
		if !s.Member(o.Team) && o.Author != s.User.ID {
			return fmt.Errorf("letter %s: %w", outbox, helpdesk.ErrNotFound)
		}
		if _, err := tx.Exec(ctx, noteOutbox, outbox); err != nil {
			return fmt.Errorf("tick off letter %s: %w", outbox, err)
		}
		if err := p.putAway(ctx, tx, outbox); err != nil {
			return err
		}
		p.ring(tx, o.Author)
		return nil
	})
}

// Undo takes a letter back before it leaves and gives its words back as the
// author's draft; attachments have to be added again. Refusal "post.gone" when
// a worker has it already; ErrNotFound for everybody but the author.
func (p *Postroom) Undo(ctx context.Context, s *staff.Session, outbox helpdesk.ID) error {
	o, err := p.scanOutgoing(p.db.QueryRow(ctx, selectOutbox, outbox))
	if err != nil {
		return err
	}
	if o.Author != s.User.ID {
		return fmt.Errorf("letter %s: %w", outbox, helpdesk.ErrNotFound)
	}
	if o.State != Held {
		return helpdesk.Refuse("post.gone")
	}
	// The words are a draft before they are withdrawn: whatever happens in
	// between, they are somewhere.
	drop, err := p.redraft(ctx, s, o)
	if err != nil {
		return err
	}
	err = p.db.Write(ctx, "undo a letter", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, undoOutbox, []byte{}, outbox, s.User.ID)
		if err != nil {
			return fmt.Errorf("undo letter %s: %w", outbox, err)
		}
		if n == 0 {
			return helpdesk.Refuse("post.gone")
		}
		if err := p.tickets.Withdraw(ctx, tx, s, o.Message); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, forgetThread, outbox); err != nil {
			return fmt.Errorf("undo letter %s: %w", outbox, err)
		}
		if err := p.putAway(ctx, tx, outbox); err != nil {
			return err
		}
		p.ring(tx, o.Author)
		return nil
	})
	if err != nil && drop {
		// It left after all; a draft of it would only confuse.
		if again := p.tickets.DropDraft(ctx, s, o.Ticket, tickets.KindAnswer); again != nil {
			p.log.WarnContext(ctx, "a needless draft was not dropped", "ticket", string(o.Ticket))
		}
	}
	return err
}

// redraft saves the letter's words as the author's draft, above what the
// author may have begun to write since. drop says that there was nothing.
func (p *Postroom) redraft(ctx context.Context, s *staff.Session, o outgoingRow) (drop bool, err error) {
	m, err := p.tickets.Message(ctx, s, o.Message)
	if err != nil {
		return false, err
	}
	signature := ""
	if _, box, err := p.box(ctx, o.Mailbox); err == nil {
		if signature, err = p.signature(ctx, box); err != nil {
			return false, err
		}
	}
	d := tickets.Draft{
		Kind: tickets.KindAnswer, Subject: m.Content.Subject, To: typed(m.Content.To), Cc: typed(m.Content.Cc),
	}
	d.Text, d.Beside = underText(unsigned(m.Content.Text, signature), m.Content.Over)
	for _, t := range m.Translations {
		if t.By == tickets.ByStaff && !t.Broken {
			d.Beside = append(d.Beside, tickets.Beside{Language: t.Language, Text: t.Text})
		}
	}
	old, err := p.tickets.Draft(ctx, s, m.Ticket, tickets.KindAnswer)
	switch {
	case err == nil && old.Text != "" && old.Text != d.Text:
		d.Version = old.Version
		d.Text += "\n\n" + old.Text
		d.Beside = append(d.Beside, old.Beside...)
	case err == nil:
		d.Version = old.Version
	default:
		drop = true
	}
	_, err = p.tickets.SaveDraft(ctx, s, m.Ticket, d)
	return drop, err
}

// typed writes addresses as somebody would type them, and as recipients reads
// them.
func typed(list []tickets.Address) []string {
	var out []string
	for _, a := range list {
		if a.Name == "" {
			out = append(out, a.Addr)
			continue
		}
		out = append(out, `"`+quoting.Replace(a.Name)+`" <`+a.Addr+`>`)
	}
	return out
}

var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
