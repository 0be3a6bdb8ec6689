package tickets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Opened is a message somebody entitled reads.
type Opened struct {
	ID           helpdesk.ID
	Ticket       helpdesk.ID // the one its conversation belongs to
	Conversation helpdesk.ID
	Number       int64 // in its conversation, dense from 1
	Serial       int64 // in the ticket; the greatest is Ticket.Last
	Kind         Kind
	Direction    Direction
	At           time.Time // exact, also when the ticket is closed
	Author       helpdesk.ID
	Content      Content
	// OriginalSize is the letter's size in bytes as it came, -1 when none was kept.
	OriginalSize int64
	// Proven: our own MAC stands on every row the message came from.
	// Otherwise it is shown marked "origin not proven".
	Proven bool
	// Broken: it does not open; Content is empty but for At.
	Broken bool
	// Withdrawn: undone before it left; Content is empty but for At.
	Withdrawn bool
	// Erased: its words had their time; it is Withdrawn, too.
	Erased bool
	// Translations of it, oldest first. A talk's Spoken leaves them out.
	Translations []Translation

	in *inner
}

// LogValue keeps content out of logs.
func (Opened) LogValue() slog.Value { return sealedValue }

// openMessage opens one message with the keys a request holds. ErrDenied when
// none of them is for it.
func (d *Desk) openMessage(ctx context.Context, h holder, held keys, t *talk, m *messageRow, single []*letterKeyRow, settle *Settle) (Opened, error) {
	conversation, reads := held[spot{m.conversation, m.epoch}]
	key, proven, err := d.messageKey(h, conversation, reads, m, single, settle)
	if err != nil && !reads {
		return Opened{}, helpdesk.ErrDenied
	}
	out := Opened{
		ID: m.id, Ticket: t.ticket, Conversation: m.conversation, Number: m.number, Serial: m.serial,
		Kind: m.kind, Direction: m.direction, At: instant(m.at), Author: m.author, OriginalSize: -1,
	}
	out.Content.At = out.At
	// The message, the key it lies under, and the ticket it is shown in.
	out.Proven = (conversation.proven || !reads) && d.secrets.Vouched(m.mac, m.origin(), m.content) &&
		d.secrets.Vouched(t.mac, t.origin())
	if m.state == messageWithdrawn || m.state == messageErased {
		out.Withdrawn, out.Erased = true, m.state == messageErased
		return out, nil
	}
	if err == nil {
		out.Proven = out.Proven && proven
		var plain []byte
		if plain, err = key.Open(m.bound("tickets.content"), m.content); err == nil {
			out.in, err = decodeInner(plain)
		}
	}
	if err != nil {
		// Shown as broken instead of hiding the rest of the ticket.
		out.Broken, out.Proven = true, false
		if !errors.Is(err, helpdesk.ErrNotFound) { // a team key that waits for a member is no alarm
			d.alarm(ctx, "message", m.id)
		}
		return out, nil
	}
	if !out.Proven {
		d.alarm(ctx, "message", m.id)
	}
	out.Content, out.At, out.OriginalSize = out.in.Content, out.in.At, out.in.OriginalSize
	out.Author, out.Kind = cmp.Or(out.Author, out.in.Author), cmp.Or(out.in.Kind, out.Kind)
	return out, nil
}

// messageKey finds the key a message is sealed under: by the conversation's,
// where h reads that, else by a wrap of that one message. proven is false when
// it came from a wrap our MAC does not stand on.
func (d *Desk) messageKey(h holder, conversation held, reads bool, m *messageRow, single []*letterKeyRow, settle *Settle) (key vault.Key, proven bool, err error) {
	switch m.form {
	case formOwn:
		if reads {
			return conversation.key, true, nil
		}
	case formSettled:
		if reads {
			key, err = conversation.key.Unwrap(m.settledAt(), m.keywrap)
			return key, true, err
		}
	case formBlind:
	default:
		return vault.Key{}, false, fmt.Errorf("message %s has no form we know", m.id)
	}
	err = helpdesk.ErrDenied
	for _, k := range single {
		// Only a person is given a message without its conversation. A
		// colleague's wrap ends with their place among the readers.
		if !reads && k.kind != personReader {
			continue
		}
		reader := k.reader
		if k.kind == userReader && reader == conversation.called {
			reader = conversation.reader
		}
		pair, none := h.pair(k.kind, reader, k.version)
		if errors.Is(none, helpdesk.ErrDenied) {
			continue
		}
		if err = none; err != nil {
			continue
		}
		if key, err = pair.Unwrap(k.wrapped(m), k.wrap); err != nil {
			continue
		}
		proven = d.secrets.Vouched(k.mac, k.origin(m), k.wrap)
		// Only what is proven is settled: a settled wrap is believed for ever.
		if m.form == formBlind && reads && proven && conversation.proven && d.secrets.Vouched(m.mac, m.origin(), m.content) {
			settle.letters = append(settle.letters, settledLetter{m.id, conversation.key.Wrap(m.settledAt(), key)})
		}
		return key, proven, nil
	}
	return vault.Key{}, false, err
}

// messages reads and opens what came after a serial in the conversations,
// oldest first. The same statement that reads them asks that the session lives
// and still is a reader: whoever was removed since the keys were opened gets
// nothing.
func (d *Desk) messages(ctx context.Context, r store.Reader, s *staff.Session, held keys, talks []*talk, after int64, settle *Settle) ([]Opened, error) {
	byID := map[helpdesk.ID]*talk{}
	args := []any{after, s.ID, s.User.ID, d.now().UnixMicro()}
	for _, t := range talks {
		byID[t.id] = t
		args = append(args, t.id)
	}
	seats := d.seats(held)
	query := selectMessages + store.Places(len(talks), 5) + `) AND ` + sessionReads + orSeats(seats, 5+len(talks), 4) + ` ORDER BY serial, conversation, number`
	rows, err := d.messageRows(ctx, r, query, append(args, seats...)...)
	if err != nil {
		return nil, err
	}
	blind, err := d.blindKeys(ctx, r, rows)
	if err != nil {
		return nil, err
	}
	var out []Opened
	for _, m := range rows {
		o, err := d.openMessage(ctx, colleague{s}, held, byID[m.conversation], m, blind[m.id], settle)
		if err != nil {
			continue // of an epoch that is not the session's to read
		}
		out = append(out, o)
	}
	return out, d.translate(ctx, r, s, held, rows, blind, out)
}

func (d *Desk) messageRows(ctx context.Context, r store.Reader, query string, args ...any) ([]*messageRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	defer rows.Close()
	var out []*messageRow
	for rows.Next() {
		var m messageRow
		if err := rows.Scan(m.dest()...); err != nil {
			return nil, fmt.Errorf("read messages: %w", err)
		}
		out = append(out, &m)
	}
	return out, finish(rows, "read messages")
}

func blindOnes(rows []*messageRow) []helpdesk.ID {
	var out []helpdesk.ID
	for _, m := range rows {
		if m.form == formBlind {
			out = append(out, m.id)
		}
	}
	return out
}
