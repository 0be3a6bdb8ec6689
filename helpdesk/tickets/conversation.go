package tickets

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Conversation is a thread that may be appended to, by one of four doors: Open
// (new, key in hand), Blind (nobody is signed in), With (a session that can
// read it) and AsPerson (the person whose it is). It lives in one transaction.
type Conversation struct {
	ID     helpdesk.ID
	Ticket helpdesk.ID // the one it belongs to, also while that is joined into another
	Number int64       // the ticket's order number; of a new ticket known after the first Append
	Last   int64       // what Ticket.Last became with the last Append that added something
	// Twice: the last Append found that its ClientID had been appended before,
	// and changed nothing.
	Twice bool

	desk    *Desk
	fresh   *fresh            // not in the database yet
	who     holder            // nil for Open and Blind
	key     *vault.Key        // nil for Blind
	readers []vault.InsideKey // Blind only
	kind    string            // Blind only
	epoch   int64
	single  bool // the person's, opened by a colleague's own wrap and no team's
	locked  *row // the ticket's row where the caller holds and saves it
	counted *counted
	quiet   bool // of a restricted team: rows don't say who, when and how much

	own    *vault.Key // of the last message appended with OwnKey
	ownRow *messageRow
}

// talk is a conversation as it is stored.
type talk struct {
	id, ticket helpdesk.ID
	kind       string
	epoch      int64
	last       int64
	headEpoch  int64
	head       []byte
	mac        []byte

	// A team among its present readers has had a new key since; told by who
	// locks the conversation.
	behind bool
}

func (c *talk) dest() []any {
	return []any{&c.id, &c.ticket, &c.kind, &c.epoch, &c.last, &c.headEpoch, &c.head, &c.mac}
}

func (c *talk) lockedDest() []any { return append(c.dest(), &c.behind) }

// origin is what our MAC on the row speaks for: which ticket it belongs to and
// which epoch's readers are the present ones.
func (c *talk) origin() vault.Context {
	return vault.At("tickets.conversation", c.id, c.ticket, c.kind, c.epoch)
}

func headAt(conversation helpdesk.ID, epoch int64) vault.Context {
	return vault.At("tickets.head", conversation, epoch)
}

func (d *Desk) talk(ctx context.Context, r store.Reader, id helpdesk.ID) (*talk, error) {
	var c talk
	if err := r.QueryRow(ctx, selectConversation, id).Scan(c.dest()...); err != nil {
		return nil, fmt.Errorf("read conversation %s: %w", id, err)
	}
	return &c, nil
}

// Blind opens the door for a letter that arrives while nobody is signed in:
// what is appended is sealed under a key of its own, wrapped to each reader we
// vouch for. ErrNotFound when there is no such conversation, ErrNobody when
// nobody vouched is left to seal to; then nothing has been written, and the
// letter may still open a ticket of its own.
func (d *Desk) Blind(ctx context.Context, tx *store.Tx, conversation helpdesk.ID) (*Conversation, error) {
	c, err := d.talk(ctx, tx, conversation)
	if err != nil {
		return nil, err
	}
	out := &Conversation{ID: c.id, Ticket: c.ticket, desk: d}
	return out, out.findReaders(ctx, tx, c)
}

// findReaders collects whom a letter key is wrapped to. Readers change only
// together with the epoch, so Append looks again only when that moved.
func (c *Conversation) findReaders(ctx context.Context, tx *store.Tx, t *talk) error {
	d := c.desk
	if !d.secrets.Vouched(t.mac, t.origin()) {
		d.alarm(ctx, "conversation", t.id)
		return fmt.Errorf("conversation %s: %w", t.id, ErrNobody)
	}
	rows, err := d.readers(ctx, tx, t.id)
	if err != nil {
		return err
	}
	c.readers, c.epoch, c.kind = nil, t.epoch, t.kind
	house := false
	for _, r := range rows {
		if r.epoch != t.epoch || !d.counts(ctx, r) {
			continue
		}
		// Who has no key we vouch for is left out; staff or people raised the
		// alarm. Had the database failed, so would the next statement.
		if public, err := d.publicKey(ctx, tx, r.kind, r.reader); err == nil {
			c.readers = append(c.readers, public)
			house = house || r.kind == teamReader
		}
	}
	if !house {
		// A letter that none of us could read would be lost.
		c.readers = nil
	}
	if len(c.readers) == 0 {
		return fmt.Errorf("conversation %s: %w", t.id, ErrNobody)
	}
	return nil
}

// With opens the door for somebody who can read the conversation; what is
// appended is sealed under its own key. ErrNotFound when the session can't
// read it, Refusal "ticket.unproven" when its rows lack our MAC.
//
// ErrDenied for who reads it only because their advice was asked: they answer
// in a note.
func (d *Desk) With(ctx context.Context, tx *store.Tx, s *staff.Session, conversation helpdesk.ID) (*Conversation, error) {
	c, err := d.enter(ctx, tx, colleague{s}, conversation, selectDoor, conversation)
	if err != nil || !c.single {
		return c, err
	}
	var asked int
	mark, id := d.calls(c.Ticket)
	if err := tx.QueryRow(ctx, selectSpeechless, s.User.ID, standingNone, mark, id).Scan(&asked); err != nil {
		return nil, fmt.Errorf("open conversation %s: %w", conversation, err)
	}
	if asked > 0 {
		return nil, fmt.Errorf("write in conversation %s: %w", conversation, helpdesk.ErrDenied)
	}
	return c, nil
}

// enter opens a conversation by a query for it and its present readers.
func (d *Desk) enter(ctx context.Context, tx *store.Tx, h holder, conversation helpdesk.ID, query string, args ...any) (*Conversation, error) {
	c, rows, err := d.door(ctx, tx, conversation, query, args...)
	if err != nil {
		return nil, err
	}
	return d.through(ctx, tx, h, c, rows)
}

// through opens a conversation that was read with its present readers.
func (d *Desk) through(ctx context.Context, tx *store.Tx, h holder, c *talk, rows []*readerRow) (*Conversation, error) {
	key, settled, err := d.sealingKey(ctx, h, c, rows)
	if err != nil {
		return nil, err
	}
	if settled != nil {
		// A talk opens the same wrap for each word: 1 µs instead of 200.
		if _, err := d.settle(ctx, tx, Settle{readers: []*readerRow{settled}}, 1); err != nil {
			return nil, err
		}
	}
	single := c.kind == personConversation && !slices.ContainsFunc(rows, func(r *readerRow) bool {
		_, member := h.present(teamReader, r.reader)
		return r.kind == teamReader && member
	})
	return &Conversation{ID: c.id, Ticket: c.ticket, desk: d, who: h, key: &key, epoch: c.epoch, single: single}, nil
}

// door reads a conversation and readers of its present epoch, in one query.
func (d *Desk) door(ctx context.Context, r store.Reader, conversation helpdesk.ID, query string, args ...any) (*talk, []*readerRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("read conversation %s: %w", conversation, err)
	}
	defer rows.Close()
	var c talk
	var out []*readerRow
	for rows.Next() {
		var row readerRow
		if err := rows.Scan(append(c.dest(), row.dest()...)...); err != nil {
			return nil, nil, fmt.Errorf("read conversation %s: %w", conversation, err)
		}
		out = append(out, &row)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("read conversation %s: %w", conversation, err)
	}
	if len(out) == 0 {
		return nil, nil, fmt.Errorf("conversation %s: %w", conversation, helpdesk.ErrNotFound)
	}
	out, err = d.named(ctx, r, out)
	return &c, out, err
}

// sealingKey opens the key of the conversation's present epoch for sealing
// something new. The second result is as openReader's.
func (d *Desk) sealingKey(ctx context.Context, h holder, c *talk, rows []*readerRow) (vault.Key, *readerRow, error) {
	found := false
	for _, row := range rows {
		if row.epoch != c.epoch {
			continue
		}
		held, settled, err := d.openReader(ctx, h, row)
		if errors.Is(err, helpdesk.ErrDenied) {
			continue
		}
		found = true
		// A key somebody else put there would read what we seal with it.
		if err == nil && held.proven && d.secrets.Vouched(c.mac, c.origin()) {
			return held.key, settled, nil
		}
	}
	if !found {
		return vault.Key{}, nil, fmt.Errorf("conversation %s: %w", c.id, helpdesk.ErrNotFound)
	}
	d.alarm(ctx, "conversation", c.id)
	return vault.Key{}, nil, unproven()
}

// Lock keeps others from appending to a conversation until the transaction
// ends. Append locks the conversation, then its ticket, then what the caller
// has beside it: who changes that first and appends after it locks here before,
// or the two would wait for each other. One that is gone needs no lock.
func (d *Desk) Lock(ctx context.Context, tx *store.Tx, conversation helpdesk.ID) error {
	if _, err := d.lockTalk(ctx, tx, conversation); err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		return err
	}
	return nil
}

// count takes the conversation's next number and keeps its row until the
// transaction ends. Everything that depends on epoch and readers is read
// after it.
func (d *Desk) count(ctx context.Context, tx *store.Tx, id helpdesk.ID) (*talk, error) {
	var c talk
	if err := tx.QueryRow(ctx, countConversation, id).Scan(c.lockedDest()...); err != nil {
		return nil, fmt.Errorf("count in conversation %s: %w", id, err)
	}
	return &c, d.proved(ctx, &c)
}

// proved: our MAC stands on the row.
func (d *Desk) proved(ctx context.Context, c *talk) error {
	if d.secrets.Vouched(c.mac, c.origin()) {
		return nil
	}
	d.alarm(ctx, "conversation", c.id)
	return unproven()
}
