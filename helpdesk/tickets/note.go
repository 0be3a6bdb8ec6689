package tickets

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Note adds a note for colleagues. Notes lie in a conversation of their own
// with a key of its own, made at the first one, so that no reader of the
// person's conversation ever holds it: they can't leave. clientID makes doing
// it twice invisible. Colleagues it names see so in a list of theirs (Mentions).
//
// ErrDenied for whom the ticket was lent to without asking their advice.
// Refusal "mention.reader" when it names somebody who does not read the notes.
func (d *Desk) Note(ctx context.Context, s *staff.Session, ticket helpdesk.ID, text, clientID string, named ...helpdesk.ID) (int64, error) {
	slices.Sort(named)
	_, number, err := d.noteAs(ctx, s, ticket, Message{
		Kind: KindNote, Direction: Inside, Author: s.User.ID, ClientID: clientID,
		Content: Content{Text: text, Named: slices.Compact(named)},
	})
	return number, err
}

// NoteFiles is Note with files, made harmless before, and tells the message they
// hang on.
func (d *Desk) NoteFiles(ctx context.Context, s *staff.Session, ticket helpdesk.ID, text string, files []Upload, clientID string) (message helpdesk.ID, number int64, err error) {
	return d.noteAs(ctx, s, ticket, Message{
		Kind: KindNote, Direction: Inside, Author: s.User.ID, ClientID: clientID, Content: Content{Text: text}, Files: files,
	})
}

// NoteFact is Note for a fact with a key and arguments instead of words.
func (d *Desk) NoteFact(ctx context.Context, s *staff.Session, ticket helpdesk.ID, key string, args []string, clientID string) error {
	_, _, err := d.noteAs(ctx, s, ticket, Message{
		Kind: KindSystem, Direction: Inside, Author: s.User.ID, ClientID: clientID, Content: Content{Key: key, Args: args},
	})
	return err
}

// noteAs appends a message to the notes.
func (d *Desk) noteAs(ctx context.Context, s *staff.Session, ticket helpdesk.ID, m Message) (id helpdesk.ID, number int64, err error) {
	err = d.db.Write(ctx, "ticket.note", func(tx *store.Tx) error {
		var unused Settle
		file, err := d.open(ctx, tx, s, ticket, &unused)
		if err != nil {
			return err
		}
		if !d.notesOpen(s, file) {
			return fmt.Errorf("note on ticket %s: %w", ticket, helpdesk.ErrDenied)
		}
		notes, err := d.notes(ctx, tx, s, file)
		if err != nil {
			return err
		}
		c, err := d.With(ctx, tx, s, notes)
		if err != nil {
			return err
		}
		if m.ID == "" {
			m.ID = helpdesk.NewID()
		}
		id = m.ID
		if number, err = c.Append(ctx, tx, m); err != nil {
			return err
		}
		if c.Twice {
			return tx.QueryRow(ctx, selectNumberedMessage, notes, number).Scan(&id)
		}
		if err := d.mention(ctx, tx, s, file, m.ID, m.Content.Named); err != nil {
			return err
		}
		return d.answered(ctx, tx, s, ticket)
	})
	if err != nil {
		return "", 0, fmt.Errorf("note on ticket %s: %w", ticket, err)
	}
	return id, number, nil
}

// notes finds the ticket's notes conversation or makes it, for the teams that
// read the person's conversation: never for the person, nor for whom it was
// lent to.
func (d *Desk) notes(ctx context.Context, tx *store.Tx, s *staff.Session, f *caseFile) (helpdesk.ID, error) {
	if c := f.notes(); c != nil {
		return c.id, nil
	}
	// A hand-over holds the same row: it sees these notes, or they see its
	// readers.
	own, err := d.lockTalk(ctx, tx, f.ticket.conversation)
	if err != nil {
		return "", err
	}
	var unused Settle
	f, err = d.open(ctx, tx, s, f.ticket.id, &unused)
	if err != nil {
		return "", err
	}
	if c := f.notes(); c != nil {
		return c.id, nil // another session was faster
	}
	if !d.secrets.Vouched(own.mac, own.origin()) {
		d.alarm(ctx, "conversation", own.id)
		return "", unproven()
	}
	first := firstEpoch(f.ticket.restricted())
	c := &talk{id: helpdesk.NewID(), ticket: f.ticket.id, kind: notesConversation, epoch: first, headEpoch: first, head: []byte{}}
	key := vault.NewKey()
	var rows []*readerRow
	for _, r := range f.rows {
		if r.conversation != own.id || r.epoch != own.epoch || r.kind != teamReader || !d.counts(ctx, r) {
			continue
		}
		row, err := d.readerFor(ctx, tx, colleague{s}, c, c.epoch, r.seat(), key)
		if err != nil {
			return "", err
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return "", fmt.Errorf("conversation %s: %w", own.id, ErrNobody)
	}
	if err := d.insertTalk(ctx, tx, c); err != nil {
		return "", err
	}
	return c.id, d.insertReaders(ctx, tx, rows)
}

func (f *caseFile) notes() *talk {
	for _, c := range f.talks {
		if c.ticket == f.ticket.id && c.kind == notesConversation {
			return c
		}
	}
	return nil
}
