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
	"returnsupport/helpdesk/store"
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
	Erased    bool // its words had their time; it is Withdrawn, too
	// Translations of what was said to them, oldest first, without who made
	// them: the person is told of what kind they are. Listen alone brings them.
	Translations []Translation
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
		Proven: o.Proven, Broken: o.Broken, Withdrawn: o.Withdrawn, Erased: o.Erased, Translations: o.Translations,
	}
}

// Heard returns what was said after a number, at most limit (1 to HeardMost)
// messages, oldest first, without what is hidden. One query asks whether the
// session lives and the person reads, and brings wraps and messages: who was
// removed a moment ago gets nothing. ErrNotFound as for AsPerson. The Settle is
// for SettleHeard, after the response.
func (d *Desk) Heard(ctx context.Context, g *people.Guest, conversation helpdesk.ID, after int64, limit int) ([]Said, Settle, error) {
	x, err := d.heard(ctx, g, conversation, after, limit)
	if err != nil {
		return nil, Settle{}, err
	}
	return x.said(), x.settle, nil
}

func (d *Desk) heard(ctx context.Context, g *people.Guest, conversation helpdesk.ID, after int64, limit int) (*hearing, error) {
	x, err := d.listen(ctx, guest{g}, false, selectHeard, conversation, g.Person, g.ID, after, bounded(limit))
	if err == nil && !x.found {
		err = fmt.Errorf("conversation %s: %w", conversation, helpdesk.ErrNotFound)
	}
	return x, err
}

// Speech is what a talk's page is told of the words in it.
type Speech struct {
	Conversation helpdesk.ID // the person's
	Language     string      // of the ticket
	Messages     []Opened
	Settle       Settle // for Desk.Settle, after the response
	Shut         bool   // one of them does not open with the session's keys
}

// LogValue keeps content out of logs.
func (Speech) LogValue() slog.Value { return sealedValue }

// Spoken is Heard for a colleague: all messages of the conversation with a
// ticket's person after a number, with one query. It is
// what a talk's page asks on each ring; Since asks for a whole ticket. It
// writes the opening into the journal. ErrNotFound for who does not read that
// conversation, Refusal "ticket.unproven" as for With.
func (d *Desk) Spoken(ctx context.Context, s *staff.Session, ticket helpdesk.ID, after int64, limit int) (Speech, error) {
	called := d.seatMark(ticket, personConversation, s.User.ID)
	x, err := d.listen(ctx, colleague{s}, true, selectSpoken,
		ticket, s.ID, s.User.ID, d.now().UnixMicro(), after, bounded(limit), called, d.loanMark(called))
	if err == nil && !x.found {
		err = fmt.Errorf("hear ticket %s: %w", ticket, helpdesk.ErrNotFound)
	}
	if err != nil {
		return Speech{}, err
	}
	t := &x.ticket
	out := Speech{Conversation: t.conversation, Language: t.language, Messages: x.opened, Settle: x.settle, Shut: x.settle.shut}
	if !d.secrets.Vouched(t.mac, t.origin()) {
		d.alarm(ctx, "ticket", ticket)
		return Speech{}, unproven()
	}
	if len(out.Messages) > 0 {
		// What is not in the book was not read.
		if err := d.noted.opened(ctx, d, s, d.talkObject(t, t.conversation)); err != nil {
			return Speech{}, err
		}
	}
	return out, nil
}

func bounded(limit int) int { return max(1, min(limit, HeardMost)) }

// hearing is what one of the three queries brought, opened.
type hearing struct {
	found  bool
	ticket row // where one was asked for
	talk   talk
	beside int64 // see Hearing
	lines  []heardLine
	held   keys
	opened []Opened
	settle Settle
}

func (x *hearing) said() []Said {
	out := make([]Said, len(x.opened))
	for i, o := range x.opened {
		out[i] = said(o)
	}
	return out
}

// listen runs a query and opens what it brings: of messages and, where one is
// asked for, of the ticket.
func (d *Desk) listen(ctx context.Context, h holder, ticket bool, query string, args ...any) (*hearing, error) {
	x := &hearing{held: keys{}}
	if err := x.read(ctx, d.db, ticket, query, args...); err != nil {
		return nil, fmt.Errorf("hear %s: %w", args[0], err)
	}
	readers := make([]*readerRow, len(x.lines))
	for i := range x.lines {
		readers[i] = &x.lines[i].reader
	}
	if _, err := d.named(ctx, d.db, readers); err != nil {
		return nil, err
	}
	for i := range x.lines {
		l := &x.lines[i]
		if n := len(x.opened); l.message.id == "" || n > 0 && x.opened[n-1].ID == l.message.id {
			continue // there is none, or it was opened as another reader
		}
		if err := d.hold(ctx, h, x.held, &l.reader, &x.settle); err != nil {
			return nil, err
		}
		o, err := d.openMessage(ctx, h, x.held, &x.talk, &l.message, l.singles(), &x.settle)
		if err != nil {
			x.settle.shut = true
			continue // under a key that is not theirs, or not yet
		}
		x.opened = append(x.opened, o)
	}
	return x, nil
}

func (x *hearing) read(ctx context.Context, db *store.DB, ticket bool, query string, args ...any) error {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var t *row
	if ticket {
		t = &x.ticket
	}
	for rows.Next() {
		x.found = true
		var l heardLine
		if err := rows.Scan(l.dest(t, &x.talk)...); err != nil {
			return err
		}
		l.place(&x.talk)
		x.beside = l.beside
		x.lines = append(x.lines, l)
	}
	return rows.Err()
}

// heardLine is a message, if there is one, with the wraps that open it.
type heardLine struct {
	message messageRow
	reader  readerRow
	single  letterKeyRow
	beside  int64 // of the conversation; see Hearing
}

// dest scans the ticket, where one is asked for, and heardColumns: no more of
// each row than opens a message and proves where it stands, because a talk asks
// for each word.
func (l *heardLine) dest(t *row, c *talk) []any {
	m, r, k := &l.message, &l.reader, &l.single
	out := make([]any, 0, 40)
	if t != nil {
		out = append(out, &t.id, &t.number, &t.conversation, &t.team, &t.language, &t.channel, &t.writer, &t.person, &t.joinedInto, &t.mac)
	}
	return append(out, &c.id, &c.ticket, &c.kind, &c.epoch, &l.beside, &c.mac,
		&m.id, &m.number, &m.serial, &m.epoch, &m.kind, &m.direction, &m.at, &m.author, &m.form, &m.keywrap, &m.content, &m.state, &m.mac,
		&r.kind, &r.reader, &r.version, &r.form, &r.wrap, &r.mac, &r.expires,
		&k.kind, &k.reader, &k.version, &k.wrap, &k.mac)
}

// place says of each row what the query joined it by.
func (l *heardLine) place(c *talk) {
	l.message.conversation, l.reader.conversation = c.id, c.id
	l.reader.epoch, l.single.message = l.message.epoch, l.message.id
}

// singles are the wraps of that message alone.
func (l *heardLine) singles() []*letterKeyRow {
	if l.single.kind == "" {
		return nil
	}
	return []*letterKeyRow{&l.single}
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
