package tickets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
)

// HeardMost is the greatest limit of Heard and Spoken.
const HeardMost = 500

// Said is a message as the person sees it.
type Said struct {
	ID     helpdesk.ID
	Number int64 // in the conversation, dense from 1 but for what is not theirs to see
	Mine   bool  // from the person's side
	Kind   Kind
	At     time.Time   // exact
	Author helpdesk.ID // the colleague, for their alias; "" for the person and the program
	// Content without addresses, sources and what only matters to the house.
	Content   Content
	Proven    bool // our own MAC stands on every row it came from
	Broken    bool // it does not open
	Withdrawn bool
}

// LogValue keeps content out of logs.
func (Said) LogValue() slog.Value { return sealedValue }

func said(o Opened) Said {
	return Said{
		ID: o.ID, Number: o.Number, Mine: o.Direction == In, Kind: o.Kind, At: o.At, Author: o.Author,
		Content: Content{
			At: o.Content.At, Subject: o.Content.Subject, Text: o.Content.Text, Language: o.Content.Language,
			Files: o.Content.Files, Offers: o.Content.Offers, Key: o.Content.Key, Args: o.Content.Args,
		},
		Proven: o.Proven, Broken: o.Broken, Withdrawn: o.Withdrawn,
	}
}

// Heard returns what was said after a number, at most limit (1 to HeardMost)
// messages, oldest first, without what is hidden. One query asks whether the
// session lives and the person reads, and brings wraps and messages: who was
// removed a moment ago gets nothing. ErrNotFound as for AsPerson. The Settle is
// for SettleHeard, after the response.
func (d *Desk) Heard(ctx context.Context, g *people.Guest, conversation helpdesk.ID, after int64, limit int) ([]Said, Settle, error) {
	opened, settle, err := d.heard(ctx, g, conversation, after, limit)
	if err != nil {
		return nil, Settle{}, err
	}
	out := make([]Said, len(opened))
	for i, o := range opened {
		out[i] = said(o)
	}
	return out, settle, nil
}

func (d *Desk) heard(ctx context.Context, g *people.Guest, conversation helpdesk.ID, after int64, limit int) ([]Opened, Settle, error) {
	var out []Opened
	var settle Settle
	found, err := d.listen(ctx, guest{g}, nil, &out, &settle, selectHeard, conversation, g.Person, g.ID, after, bounded(limit))
	if err == nil && !found {
		err = fmt.Errorf("conversation %s: %w", conversation, helpdesk.ErrNotFound)
	}
	return out, settle, err
}

// Speech is what a talk's page is told of the words in it.
type Speech struct {
	Conversation helpdesk.ID // the person's
	Language     string      // of the ticket
	Messages     []Opened
	Settle       Settle // for Desk.Settle, after the response
}

// LogValue keeps content out of logs.
func (Speech) LogValue() slog.Value { return sealedValue }

// Spoken is Heard for a colleague: all messages of the conversation with a
// ticket's person after a number, with one query. It is
// what a talk's page asks on each ring; Since asks for a whole ticket. It
// writes the opening into the journal. ErrNotFound for who does not read that
// conversation, Refusal "ticket.unproven" as for With.
func (d *Desk) Spoken(ctx context.Context, s *staff.Session, ticket helpdesk.ID, after int64, limit int) (Speech, error) {
	var t row
	out := Speech{}
	found, err := d.listen(ctx, colleague{s}, &t, &out.Messages, &out.Settle, selectSpoken,
		ticket, s.ID, s.User.ID, d.now().UnixMicro(), after, bounded(limit))
	if err == nil && !found {
		err = fmt.Errorf("hear ticket %s: %w", ticket, helpdesk.ErrNotFound)
	}
	if err != nil {
		return Speech{}, err
	}
	if out.Conversation, out.Language = t.conversation, t.language; !d.secrets.Vouched(t.mac, t.origin()) {
		d.alarm(ctx, "ticket", ticket)
		return Speech{}, unproven()
	}
	if len(out.Messages) > 0 {
		// What is not in the book was not read.
		if err := d.noted.opened(ctx, d, s, t.conversation); err != nil {
			return Speech{}, err
		}
	}
	return out, nil
}

func bounded(limit int) int { return max(1, min(limit, HeardMost)) }

// listen runs one of the two queries and opens what it brings: of the ticket,
// where one is asked for, and of messages. found is false when it brings
// nothing.
func (d *Desk) listen(ctx context.Context, h holder, t *row, out *[]Opened, settle *Settle, query string, args ...any) (found bool, err error) {
	rows, err := d.db.Query(ctx, query, args...)
	if err != nil {
		return false, fmt.Errorf("hear %s: %w", args[0], err)
	}
	defer rows.Close()
	var (
		c     talk
		lines []heardLine
	)
	for rows.Next() {
		found = true
		var l heardLine
		if err := rows.Scan(l.dest(t, &c)...); err != nil {
			return false, fmt.Errorf("hear %s: %w", args[0], err)
		}
		l.place(&c)
		lines = append(lines, l)
	}
	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("hear %s: %w", args[0], err)
	}
	held := keys{}
	for i := range lines {
		l := &lines[i]
		if n := len(*out); l.message.id == "" || n > 0 && (*out)[n-1].ID == l.message.id {
			continue // there is none, or it was opened as another reader
		}
		if err := d.hold(ctx, h, held, &l.reader, settle); err != nil {
			return false, err
		}
		var single []*letterKeyRow
		if l.single.kind != "" {
			single = []*letterKeyRow{&l.single}
		}
		o, err := d.openMessage(ctx, h, held, &c, &l.message, single, settle)
		if err != nil {
			continue // under a key that is not theirs, or not yet
		}
		*out = append(*out, o)
	}
	return found, nil
}

// heardLine is a message, if there is one, with the wraps that open it.
type heardLine struct {
	message messageRow
	reader  readerRow
	single  letterKeyRow
}

// dest scans the ticket, where one is asked for, and heardColumns: no more of
// each row than opens a message and proves where it stands, because a talk asks
// for each word.
func (l *heardLine) dest(t *row, c *talk) []any {
	m, r, k := &l.message, &l.reader, &l.single
	out := make([]any, 0, 40)
	if t != nil {
		out = append(out, &t.id, &t.number, &t.conversation, &t.team, &t.language, &t.writer, &t.person, &t.joinedInto, &t.mac)
	}
	return append(out, &c.id, &c.ticket, &c.kind, &c.epoch, &c.mac,
		&m.id, &m.number, &m.serial, &m.epoch, &m.kind, &m.direction, &m.at, &m.author, &m.form, &m.keywrap, &m.content, &m.state, &m.mac,
		&r.kind, &r.reader, &r.version, &r.form, &r.wrap, &r.mac, &r.expires,
		&k.kind, &k.reader, &k.version, &k.wrap, &k.mac)
}

// place says of each row what the query joined it by.
func (l *heardLine) place(c *talk) {
	l.message.conversation, l.reader.conversation = c.id, c.id
	l.reader.epoch, l.single.message = l.message.epoch, l.message.id
}

// hold opens a reader's wrap unless that key is in hand already.
func (d *Desk) hold(ctx context.Context, h holder, held keys, r *readerRow, settle *Settle) error {
	at := spot{r.conversation, r.epoch}
	if have, ok := held[at]; r.kind == "" || ok && have.proven {
		return nil
	}
	opened, settled, err := d.openReader(ctx, h, r)
	switch {
	case errors.Is(err, helpdesk.ErrDenied):
		return nil
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		d.alarm(ctx, "reader", r.conversation)
		return nil
	}
	held[at] = opened
	if settled != nil {
		settle.readers = append(settle.readers, settled)
	}
	return nil
}
