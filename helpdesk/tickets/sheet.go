package tickets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Reader is who can read the ticket at present, for the page's head.
type Reader struct {
	Kind   string // team, person, user
	Reader helpdesk.ID
	Until  time.Time // zero: until removed
}

// Sheet is a ticket's page.
type Sheet struct {
	Ticket Ticket
	Head   Head
	// Conversation is where an answer goes unless it answers a message of
	// another one.
	Conversation helpdesk.ID
	Joined       []Ticket // shown here, oldest number first
	Messages     []Opened // of all conversations the session may open, oldest first
	Readers      []Reader
	Lookers      []Looker
	Drafts       []Draft
	// Proven is false when ticket or conversation lack our MAC: nothing can be
	// added then.
	Proven bool
	Settle Settle // for Desk.Settle, after the response
}

// LogValue keeps content out of logs.
func (Sheet) LogValue() slog.Value { return sealedValue }

// Page opens a ticket for reading and writes so into the journal.
func (d *Desk) Page(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (*Sheet, error) {
	out := &Sheet{}
	f, err := d.open(ctx, d.db, s, ticket, &out.Settle)
	if err != nil {
		return nil, err
	}
	if err := d.opened(ctx, s, f); err != nil {
		return nil, err
	}
	out.Ticket = d.facts(f.ticket)
	own := f.own()
	out.Conversation = own.id
	out.Proven = out.Ticket.Proven && d.secrets.Vouched(own.mac, own.origin())
	if h, ok := f.held[spot{own.id, own.headEpoch}]; ok {
		out.Proven = out.Proven && h.proven
		if out.Head, err = openHead(own, h); err != nil {
			d.alarm(ctx, "conversation", own.id)
			out.Proven = false
		}
		out.Head.Hidden = nil // it stands in Ticket
	} else {
		out.Proven = false
	}
	if !out.Proven {
		d.alarm(ctx, "ticket", ticket)
	}
	for _, j := range f.joined {
		out.Joined = append(out.Joined, d.facts(j))
	}
	if out.Messages, err = d.messages(ctx, d.db, s, f.held, f.talks, 0, &out.Settle); err != nil {
		return nil, err
	}
	byTime(out.Messages)
	out.Readers = d.presentReaders(ctx, f)
	if out.Lookers, err = d.lookers(ctx, d.db, s, d.object(f.ticket)); err != nil {
		return nil, err
	}
	if out.Drafts, err = d.drafts(ctx, s, ticket); err != nil {
		return nil, err
	}
	return out, nil
}

// opened writes into the journal that the session reads the ticket's
// conversations and those joined into it, before anything is shown: what is
// not in the book was not read. Notes go with their ticket.
func (d *Desk) opened(ctx context.Context, s *staff.Session, f *caseFile) error {
	for _, c := range f.talks {
		if c.kind != personConversation {
			continue
		}
		if err := d.journal.Opened(ctx, s.ID, s.User.ID, d.talkObject(f.ticket, c.id)); err != nil {
			return fmt.Errorf("open ticket %s: %w", c.ticket, err)
		}
	}
	return nil
}

// presentReaders lists the vouched readers of the present epoch.
func (d *Desk) presentReaders(ctx context.Context, f *caseFile) []Reader {
	own := f.own()
	var out []Reader
	for _, r := range f.rows {
		if r.conversation == own.id && r.epoch == own.epoch && d.counts(ctx, r) {
			out = append(out, Reader{Kind: r.kind, Reader: r.reader, Until: instant(r.expires)})
		}
	}
	return out
}

// News is what was added to a ticket after a serial.
type News struct {
	Ticket   Ticket
	Messages []Opened
	Lookers  []Looker
	Settle   Settle
}

// LogValue keeps content out of logs.
func (News) LogValue() slog.Value { return sealedValue }

// Since returns what was added to a ticket after the number the page last saw
// (Ticket.Last, Opened.Serial or an event's Number).
func (d *Desk) Since(ctx context.Context, s *staff.Session, ticket helpdesk.ID, number int64) (News, error) {
	var out News
	f, err := d.open(ctx, d.db, s, ticket, &out.Settle)
	if err != nil {
		return News{}, err
	}
	if err := d.opened(ctx, s, f); err != nil {
		return News{}, err
	}
	out.Ticket = d.facts(f.ticket)
	if out.Messages, err = d.messages(ctx, d.db, s, f.held, f.talks, number, &out.Settle); err != nil {
		return News{}, err
	}
	out.Lookers, err = d.lookers(ctx, d.db, s, d.object(f.ticket))
	return out, err
}

// byTime sorts by time, because joined tickets were counted apart, but never
// against the numbers of a conversation: of two who write at once the one whose
// clock was read first may be counted second. Messages come in order of serial.
func byTime(all []Opened) {
	latest, place := map[helpdesk.ID]time.Time{}, make(map[helpdesk.ID]time.Time, len(all))
	for _, m := range all {
		at := m.At
		if before := latest[m.Conversation]; at.Before(before) {
			at = before
		}
		latest[m.Conversation], place[m.ID] = at, at
	}
	slices.SortStableFunc(all, func(a, b Opened) int { return place[a.ID].Compare(place[b.ID]) })
}

// Facts returns what stands in plain about a ticket the session may open.
func (d *Desk) Facts(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (Ticket, error) {
	// Who reads the person's conversation is known in one query, without a key:
	// a talk asks with each word.
	var t row
	err := d.db.QueryRow(ctx, selectReads, d.asReader(s, ticket)...).Scan(t.dest()...)
	if err == nil && !t.restricted() && d.secrets.Vouched(t.mac, t.origin()) {
		return d.facts(&t), nil
	}
	if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		return Ticket{}, fmt.Errorf("read ticket %s: %w", ticket, err)
	}
	var unused Settle
	f, err := d.open(ctx, d.db, s, ticket, &unused)
	if err != nil {
		return Ticket{}, err
	}
	return d.facts(f.ticket), nil
}

// All lists the ids of all tickets the session's teams have or read, in order
// of id, at most 200 after the given one; "" begins. For exports, which open
// each.
func (d *Desk) All(ctx context.Context, s *staff.Session, after helpdesk.ID) ([]helpdesk.ID, error) {
	args := []any{after}
	for _, team := range s.Teams() {
		args = append(args, team.ID)
	}
	if len(args) == 1 {
		return nil, nil
	}
	teams := store.Places(len(args)-1, 2)
	rows, err := d.db.Query(ctx, selectAll+teams+selectAllReader+teams+selectAllOrder, args...)
	if err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	defer rows.Close()
	var out []helpdesk.ID
	for rows.Next() {
		var id helpdesk.ID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("list tickets: %w", err)
		}
		out = append(out, id)
	}
	return out, finish(rows, "list tickets")
}
