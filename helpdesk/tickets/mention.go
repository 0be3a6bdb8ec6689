package tickets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// TopicNamed rings for a colleague whom something waits for: they were named in
// a note, asked for advice, or asked to listen after a hard talk. Subject is the
// user.
const TopicNamed bus.Topic = "named"

const (
	insertMention = `INSERT INTO tickets_mention (message, who, ticket, about, told, seen, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (message, who) DO NOTHING`
	// What one has not seen goes first, should there ever be more.
	selectMentions = `SELECT message, who, ticket, about, mac, seen FROM tickets_mention WHERE who = $1 ORDER BY seen, message LIMIT 1000`
	countMentions  = `SELECT COUNT(*) FROM tickets_mention WHERE who = $1 AND seen = $2 AND ticket IN ($3, $4)`
	seeMentions    = `UPDATE tickets_mention SET seen = $1 WHERE who = $2 AND seen = $3 AND ticket IN ($4, $5)`
	clearMention   = `DELETE FROM tickets_mention WHERE who = $1 AND message IN ($2, $3)`
	eraseMentions  = `DELETE FROM tickets_mention WHERE ticket = $1`

	// The ids follow.
	selectAuthors = `SELECT id, author, at FROM tickets_message WHERE id IN (`

	mentionsMost = 200
)

// Mention is a note in which a colleague was named. What it says stands in the
// note, for who may read it.
type Mention struct {
	Message helpdesk.ID
	Row     Row // the ticket; with its id alone where the session does not read it any more
	By      helpdesk.ID
	At      time.Time // zero for a ticket of a restricted team
	Seen    bool
}

// mentionMark is what a row calls a note in which somebody is named.
func (d *Desk) mentionMark(message, who helpdesk.ID) helpdesk.ID {
	return d.aside("mention", who, message)
}

func mentionAt(mark, who helpdesk.ID) vault.Context { return vault.At("tickets.mention", mark, who) }

func mentionOrigin(message, who, ticket helpdesk.ID) vault.Context {
	return vault.At("tickets.mention.origin", message, who, ticket)
}

// Nameable lists the colleagues who read the ticket's notes, and so can be
// named in one. ErrDenied for whom the ticket was lent to without its notes.
func (d *Desk) Nameable(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]helpdesk.ID, error) {
	var unused Settle
	file, err := d.open(ctx, d.db, s, ticket, &unused)
	if err != nil {
		return nil, err
	}
	if !d.notesOpen(s, file) {
		return nil, fmt.Errorf("notes of ticket %s: %w", ticket, helpdesk.ErrDenied)
	}
	all, err := d.noteReaders(ctx, file)
	return slices.DeleteFunc(all, func(id helpdesk.ID) bool { return id == s.User.ID }), err
}

// notesOpen: the session may write notes: as a member, or asked for advice.
func (d *Desk) notesOpen(s *staff.Session, f *caseFile) bool {
	c := f.notes()
	return f.member || c != nil && d.entitled(s, f, c)
}

// noteReaders are the users who read the notes of a ticket; where there are
// none yet, those who will.
func (d *Desk) noteReaders(ctx context.Context, f *caseFile) ([]helpdesk.ID, error) {
	c := f.notes()
	if c == nil {
		c = f.own()
	}
	var out []helpdesk.ID
	for _, r := range f.rows {
		if r.conversation != c.id || r.epoch != c.epoch || !d.counts(ctx, r) {
			continue
		}
		switch {
		case r.kind == userReader && c.kind == notesConversation:
			out = append(out, r.reader)
		case r.kind == teamReader:
			members, err := d.staff.Members(ctx, r.reader)
			if err != nil {
				return nil, err
			}
			for _, m := range members {
				if m.State == staff.Active {
					out = append(out, m.ID)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// mention writes down whom a note names. Refusal "mention.reader" for who does
// not read the notes: nobody becomes a reader by being named.
func (d *Desk) mention(ctx context.Context, tx *store.Tx, s *staff.Session, f *caseFile, message helpdesk.ID, named []helpdesk.ID) error {
	readers, err := d.noteReaders(ctx, f)
	if err != nil {
		return err
	}
	for _, who := range named {
		if !slices.Contains(readers, who) {
			return helpdesk.Refuse("mention.reader")
		}
		if who == s.User.ID {
			continue
		}
		mark := d.mentionMark(message, who)
		body, err := d.sealAbout(mentionAt(mark, who), about{Ticket: f.ticket.id, Message: message})
		if err != nil {
			return err
		}
		ticket, _ := d.calls(f.ticket.id)
		mac := d.secrets.Vouch(mentionOrigin(message, who, f.ticket.id))
		if _, err := tx.Exec(ctx, insertMention, mark, who, ticket, body, false, false, mac); err != nil {
			return fmt.Errorf("name in a note: %w", err)
		}
		d.callFor(tx, who)
	}
	return nil
}

// callFor rings for colleagues after commit.
func (d *Desk) callFor(tx *store.Tx, users ...helpdesk.ID) {
	tx.After(func() {
		for _, id := range users {
			d.bus.Publish(bus.Event{Topic: TopicNamed, Subject: id})
		}
	})
}

// Mentions lists the notes that name the session's user and that they have not
// put aside, newest first, at most 200.
func (d *Desk) Mentions(ctx context.Context, s *staff.Session) ([]Mention, error) {
	out, err := d.mentions(ctx, s)
	if err != nil {
		return nil, err
	}
	if out, err = d.written(ctx, out); err != nil {
		return nil, err
	}
	ids := make([]helpdesk.ID, len(out))
	for i, m := range out {
		ids[i] = m.Row.Ticket.ID
	}
	known, err := d.rowsOf(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	for i := range out {
		m := &out[i]
		if r, ok := known[m.Row.Ticket.ID]; ok {
			m.Row = r
		}
		if m.By == "" {
			if m.By, m.At, err = d.saidBy(ctx, s, m.Message); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Mention) int { return b.At.Compare(a.At) })
	return out[:min(len(out), mentionsMost)], nil
}

func (d *Desk) mentions(ctx context.Context, s *staff.Session) ([]Mention, error) {
	rows, err := d.db.Query(ctx, selectMentions, s.User.ID)
	if err != nil {
		return nil, fmt.Errorf("read mentions: %w", err)
	}
	defer rows.Close()
	var out []Mention
	for rows.Next() {
		var m Mention
		var who helpdesk.ID
		var of about
		var body, mac []byte
		if err := rows.Scan(&of.Message, &who, &of.Ticket, &body, &mac, &m.Seen); err != nil {
			return nil, fmt.Errorf("read mentions: %w", err)
		}
		err := d.openAbout(mentionAt(of.Message, who), body, &of)
		if err != nil || !d.secrets.Vouched(mac, mentionOrigin(of.Message, who, of.Ticket)) {
			d.alarm(ctx, "mention", of.Message)
			continue
		}
		m.Message, m.Row.Ticket.ID = of.Message, of.Ticket
		out = append(out, m)
	}
	return out, finish(rows, "read mentions")
}

// written fills in by whom and when the notes were written, as far as their
// rows say, and leaves out those that are gone.
func (d *Desk) written(ctx context.Context, all []Mention) ([]Mention, error) {
	var out []Mention
	for part := range slices.Chunk(all, 200) {
		byID := map[helpdesk.ID]Mention{}
		ids := make([]helpdesk.ID, len(part))
		for i, m := range part {
			byID[m.Message], ids[i] = m, m.Message
		}
		rows, err := d.db.Query(ctx, selectAuthors+store.Places(len(ids), 1)+")", anys(ids)...)
		if err != nil {
			return nil, fmt.Errorf("read who wrote notes: %w", err)
		}
		for rows.Next() {
			var id, by helpdesk.ID
			var at int64
			if err := rows.Scan(&id, &by, &at); err != nil {
				rows.Close()
				return nil, fmt.Errorf("read who wrote notes: %w", err)
			}
			m := byID[id]
			m.By, m.At = by, instant(at)
			out = append(out, m)
		}
		rows.Close()
		if err := finish(rows, "read who wrote notes"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SeeMentions says that the session's user has the ticket before them: what
// names them there counts no more.
func (d *Desk) SeeMentions(ctx context.Context, s *staff.Session, ticket helpdesk.ID) error {
	var n int64
	mark, id := d.calls(ticket)
	if err := d.db.QueryRow(ctx, countMentions, s.User.ID, false, mark, id).Scan(&n); err != nil {
		return fmt.Errorf("see mentions in ticket %s: %w", ticket, err)
	}
	if n == 0 {
		return nil // as for nearly every look at a ticket
	}
	var unused Settle
	if _, err := d.open(ctx, d.db, s, ticket, &unused); err != nil {
		return err
	}
	return d.db.Write(ctx, "see mentions", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, seeMentions, true, s.User.ID, false, mark, id)
		if err == nil && n > 0 {
			d.callFor(tx, s.User.ID)
		}
		return err
	})
}

// ClearMention puts a mention aside. It is no error when it is gone.
func (d *Desk) ClearMention(ctx context.Context, s *staff.Session, message helpdesk.ID) error {
	return d.db.Write(ctx, "put a mention aside", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, clearMention, s.User.ID, d.mentionMark(message, s.User.ID), message); err != nil {
			return err
		}
		d.callFor(tx, s.User.ID)
		return nil
	})
}
