package tickets

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// letterKeyRow is the blind wrap of one letter's key for one reader.
type letterKeyRow struct {
	message helpdesk.ID
	kind    string
	reader  helpdesk.ID
	version int
	wrap    []byte
	mac     []byte
}

func (k *letterKeyRow) dest() []any {
	return []any{&k.message, &k.kind, &k.reader, &k.version, &k.wrap, &k.mac}
}

func (k *letterKeyRow) wrapped(m *messageRow) vault.Context {
	return vault.At("tickets.letter.blind", m.conversation, m.epoch, m.number, m.id, k.kind, k.reader, k.version)
}

func (k *letterKeyRow) origin(m *messageRow) vault.Context {
	return vault.At("tickets.letter.origin", m.conversation, m.epoch, m.number, m.id, k.kind, k.reader, k.version)
}

// settledAt binds a letter key's wrap under the conversation's key.
func (m *messageRow) settledAt() vault.Context {
	return vault.At("tickets.letter", m.conversation, m.epoch, m.number, m.id)
}

// wrapLetter seals the letter's key to every reader found by Blind.
func (c *Conversation) wrapLetter(ctx context.Context, tx *store.Tx, m *messageRow, key vault.Key) error {
	const width = 6
	var args []any
	for _, public := range c.readers {
		k := letterKeyRow{message: m.id, kind: string(public.ID.Kind), version: public.ID.Version}
		k.reader = c.desk.nameAt(&talk{ticket: c.Ticket, kind: c.kind}, k.kind, public.ID.Owner)
		wrap, err := public.Wrap(k.wrapped(m), key)
		if err != nil {
			return fmt.Errorf("wrap to %s %s: %w", k.kind, k.reader, err)
		}
		args = append(args, k.message, k.kind, k.reader, k.version, wrap, c.desk.secrets.Vouch(k.origin(m), wrap))
	}
	if err := tx.Later(ctx, insertLetterKeys+store.Tuples(len(c.readers), width, 1), args...); err != nil {
		return fmt.Errorf("insert letter keys of %s: %w", m.id, err)
	}
	return nil
}

// blindKeys reads the wraps of those messages that are blind. One that has none
// was settled since it was read: then it is wrapped under the conversation's
// key now.
func (d *Desk) blindKeys(ctx context.Context, r store.Reader, rows []*messageRow) (map[helpdesk.ID][]*letterKeyRow, error) {
	out, err := d.letterKeys(ctx, r, blindOnes(rows))
	if err != nil {
		return nil, err
	}
	for _, m := range rows {
		if m.form != formBlind || len(out[m.id]) > 0 {
			continue
		}
		err := r.QueryRow(ctx, selectKeywrap, m.id).Scan(&m.form, &m.keywrap)
		if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
			return nil, fmt.Errorf("read message %s again: %w", m.id, err)
		}
	}
	return out, nil
}

// letterKeys reads the blind wraps of the given messages.
func (d *Desk) letterKeys(ctx context.Context, r store.Reader, messages []helpdesk.ID) (map[helpdesk.ID][]*letterKeyRow, error) {
	out := map[helpdesk.ID][]*letterKeyRow{}
	for len(messages) > 0 {
		part := messages[:min(len(messages), 200)]
		messages = messages[len(part):]
		if err := d.someLetterKeys(ctx, r, part, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (d *Desk) someLetterKeys(ctx context.Context, r store.Reader, part []helpdesk.ID, out map[helpdesk.ID][]*letterKeyRow) error {
	rows, err := r.Query(ctx, selectLetterKeys+store.Places(len(part), 1)+")", anys(part)...)
	if err != nil {
		return fmt.Errorf("read letter keys: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k letterKeyRow
		if err := rows.Scan(k.dest()...); err != nil {
			return fmt.Errorf("read letter keys: %w", err)
		}
		out[k.message] = append(out[k.message], &k)
	}
	return finish(rows, "read letter keys")
}
