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

// AddPerson makes a person a reader of a conversation from now on: all that
// comes has a new key, wrapped to everybody who reads it and to them. Nobody
// needs to be signed in, and what came before stays closed to them. Doing it
// twice changes nothing. ErrNobody when no team of ours is left among the
// readers, Refusals "ticket.unproven" as for With, and "conflict.reader" for who
// is in conflict with whom it concerns.
func (d *Desk) AddPerson(ctx context.Context, tx *store.Tx, conversation helpdesk.ID, person vault.InsideKey) error {
	return d.admit(ctx, tx, conversation, seat{kind: personReader, reader: person.ID.Owner, key: &person}, person.ID.Version)
}

// AddPair is AddPerson with the person's own pair in hand.
func (d *Desk) AddPair(ctx context.Context, tx *store.Tx, conversation helpdesk.ID, pair *vault.Pair) error {
	return d.admit(ctx, tx, conversation, seat{kind: personReader, reader: pair.ID().Owner, pair: pair}, pair.ID().Version)
}

func (d *Desk) admit(ctx context.Context, tx *store.Tx, conversation helpdesk.ID, to seat, version int) error {
	c, err := d.lockTalk(ctx, tx, conversation)
	if err != nil {
		return err
	}
	if c.kind != personConversation {
		return fmt.Errorf("conversation %s: %w", conversation, helpdesk.ErrNotFound)
	}
	var t row
	if err := tx.QueryRow(ctx, selectTicket, c.ticket).Scan(t.dest()...); err != nil {
		return fmt.Errorf("read ticket %s: %w", c.ticket, err)
	}
	// Asked under the lock of the conversation: whoever marks a conflict holds
	// it, too.
	if err := d.together(ctx, tx, t.person, to.reader, "conflict.reader"); err != nil {
		return err
	}
	rows, err := d.readers(ctx, tx, conversation)
	if err != nil {
		return err
	}
	if d.sits(rows, c, to, version) {
		return nil
	}
	return d.renew(ctx, tx, c, rows, to)
}

// sits: the reader has a wrap of the present epoch, made for that version of
// their key.
func (d *Desk) sits(rows []*readerRow, c *talk, to seat, version int) bool {
	return slices.ContainsFunc(rows, func(r *readerRow) bool {
		return r.epoch == c.epoch && r.kind == to.kind && r.reader == to.reader && r.version == version && d.vouchedReader(r)
	})
}

// renew gives a locked conversation a new key for its present readers and one
// more, and says so in it.
func (d *Desk) renew(ctx context.Context, tx *store.Tx, c *talk, rows []*readerRow, to seat) error {
	seats := d.presentSeats(ctx, rows, c, to)
	if !slices.ContainsFunc(seats, func(s seat) bool { return s.kind == teamReader }) {
		return fmt.Errorf("conversation %s: %w", c.id, ErrNobody)
	}
	key, err := d.nextEpoch(ctx, tx, nil, c, append(seats, to))
	if err != nil {
		return err
	}
	t, err := d.lock(ctx, tx, c.ticket)
	if err != nil {
		return err
	}
	before := *t
	if t.person == "" {
		t.person = to.reader
	}
	t.version++
	open := &Conversation{ID: c.id, Ticket: c.ticket, desk: d, key: &key, epoch: c.epoch, locked: t}
	if _, err := open.Append(ctx, tx, Message{Kind: KindSystem, Direction: Inside, Content: Content{Key: SystemCame}}); err != nil {
		return err
	}
	if err := d.save(ctx, tx, before, t); err != nil {
		return err
	}
	d.ring(tx, t)
	return nil
}

// PersonOf returns whom a ticket concerns and makes a person, without a name or
// a key, where nobody is known yet.
func (d *Desk) PersonOf(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID) (helpdesk.ID, error) {
	file, err := d.lockCase(ctx, tx, s, ticket)
	if err != nil {
		return "", err
	}
	t := file.ticket
	switch {
	case !d.secrets.Vouched(t.mac, t.origin()):
		d.alarm(ctx, "ticket", t.id)
		return "", unproven()
	case t.person != "":
		return t.person, nil
	case !file.member:
		return "", fmt.Errorf("person of ticket %s: %w", ticket, helpdesk.ErrDenied)
	}
	before := *t
	if t.person, err = d.people.NewPerson(ctx, tx); err != nil {
		return "", err
	}
	t.version++
	if err := d.save(ctx, tx, before, t); err != nil {
		return "", err
	}
	d.ring(tx, t)
	return t.person, nil
}

// Readdress gives a person's new key the place of their lost one: in every
// conversation of theirs that the session's teams read, all keys are wrapped to
// it anew; in those it does not read, the person reads what comes from now on,
// and what came before once a member there does the same. The caller has made
// sure that the session may (people.Reissue), in the same transaction.
func (d *Desk) Readdress(ctx context.Context, tx *store.Tx, s *staff.Session, person helpdesk.ID, key vault.InsideKey) error {
	ids, err := idsOf(ctx, tx, selectPersonTalks, person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := d.readdress(ctx, tx, s, id, seat{kind: personReader, reader: person, key: &key}); err != nil {
			return fmt.Errorf("readdress conversation %s: %w", id, err)
		}
	}
	return d.record(ctx, tx, s.User.ID, "person.readdressed", person)
}

func (d *Desk) readdress(ctx context.Context, tx *store.Tx, s *staff.Session, conversation helpdesk.ID, to seat) error {
	c, err := d.lockTalk(ctx, tx, conversation)
	if err != nil {
		return err
	}
	rows, err := d.readers(ctx, tx, conversation)
	if err != nil {
		return err
	}
	// Which epochs are theirs, our own MACs say.
	theirs := map[int64]bool{}
	for _, r := range rows {
		if r.kind == to.kind && r.reader == to.reader && d.counts(ctx, r) {
			theirs[r.epoch] = true
		}
	}
	if len(theirs) == 0 {
		// None: then all are, if the ticket says whom it concerns. It is how
		// somebody known by mail alone gets a key to what they wrote.
		var t row
		if err := tx.QueryRow(ctx, selectTicket, c.ticket).Scan(t.dest()...); err != nil {
			return fmt.Errorf("read ticket %s: %w", c.ticket, err)
		}
		if t.person != to.reader || !d.secrets.Vouched(t.mac, t.origin()) {
			d.alarm(ctx, "ticket", c.ticket)
			return nil
		}
	}
	var unused Settle
	held, err := d.openKeys(ctx, colleague{s}, rows, &unused)
	if err != nil {
		return err
	}
	if h, ok := held[spot{c.id, c.epoch}]; !ok || !h.proven || !d.secrets.Vouched(c.mac, c.origin()) {
		if len(theirs) == 0 || d.sits(rows, c, to, to.key.ID.Version) {
			return nil // not the session's to open; nor the person's to read, or theirs already
		}
		err := d.renew(ctx, tx, c, rows, to)
		if errors.Is(err, ErrNobody) {
			return nil // nothing can come any more
		}
		return err
	}
	file := &caseFile{held: held, rows: rows}
	if err := d.settleAll(ctx, tx, s, file, c); err != nil {
		return err
	}
	if err := d.readdressSingles(ctx, tx, held, c, to); err != nil {
		return err
	}
	for at := range held {
		if len(theirs) > 0 && !theirs[at.epoch] {
			delete(held, at)
			continue
		}
		if _, err := tx.Exec(ctx, deleteEpochReader, at.conversation, at.epoch, to.kind, to.reader); err != nil {
			return err
		}
	}
	if len(held) == 0 {
		return nil
	}
	if err := d.readerOfAll(ctx, tx, s, file, c, to); err != nil || !theirs[c.epoch] {
		return err
	}
	// Whoever has the lost one may have kept this epoch's key.
	_, err = d.nextEpoch(ctx, tx, colleague{s}, c, append(d.presentSeats(ctx, rows, c, to), to))
	return err
}

// readdressSingles wraps single messages anew that the person was given
// without their conversation: those in epochs the session does not hold.
func (d *Desk) readdressSingles(ctx context.Context, tx *store.Tx, held keys, c *talk, to seat) error {
	singles, err := d.singles(ctx, tx, selectSingles, c.id, to.reader)
	if err != nil {
		return err
	}
	for _, k := range singles {
		var m messageRow
		if err := tx.QueryRow(ctx, selectMessage, k.message).Scan(m.dest()...); err != nil {
			return fmt.Errorf("read message %s: %w", k.message, err)
		}
		h, ok := held[spot{m.conversation, m.epoch}]
		if !ok || !h.proven || m.form != formSettled || !d.secrets.Vouched(m.mac, m.origin(), m.content) {
			continue
		}
		key, err := h.key.Unwrap(m.settledAt(), m.keywrap)
		if err != nil {
			d.alarm(ctx, "message", m.id)
			continue
		}
		if err := d.giveSingle(ctx, tx, &m, to, key); err != nil {
			return err
		}
	}
	return nil
}

// giveSingle wraps one message's own key to a person.
func (d *Desk) giveSingle(ctx context.Context, tx *store.Tx, m *messageRow, to seat, key vault.Key) error {
	k := letterKeyRow{message: m.id, kind: to.kind, reader: to.reader}
	if to.pair != nil {
		k.version = to.pair.ID().Version
		k.wrap = to.pair.Wrap(k.wrapped(m), key)
	} else {
		k.version = to.key.ID.Version
		var err error
		if k.wrap, err = to.key.Wrap(k.wrapped(m), key); err != nil {
			return fmt.Errorf("wrap message %s: %w", m.id, err)
		}
	}
	_, err := tx.Exec(ctx, upsertSingle, k.message, k.kind, k.reader, k.version, k.wrap, d.secrets.Vouch(k.origin(m), k.wrap))
	if err != nil {
		return fmt.Errorf("give message %s: %w", m.id, err)
	}
	return nil
}

func (d *Desk) singles(ctx context.Context, r store.Reader, query string, args ...any) ([]*letterKeyRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read letter keys: %w", err)
	}
	defer rows.Close()
	var out []*letterKeyRow
	for rows.Next() {
		var k letterKeyRow
		if err := rows.Scan(k.dest()...); err != nil {
			return nil, fmt.Errorf("read letter keys: %w", err)
		}
		out = append(out, &k)
	}
	return out, finish(rows, "read letter keys")
}
