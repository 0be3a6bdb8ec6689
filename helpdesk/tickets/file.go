package tickets

import (
	"context"
	"errors"
	"fmt"
	"io"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// readable reads a message with its conversation, for who reads it.
func (d *Desk) readable(ctx context.Context, r store.Reader, s *staff.Session, message helpdesk.ID) (*talk, *messageRow, error) {
	var c talk
	var m messageRow
	err := r.QueryRow(ctx, selectTalkOf, message).Scan(c.dest()...)
	if err == nil {
		called := d.nameAt(&c, userReader, s.User.ID)
		seats := []any{called, d.loanMark(called)}
		args := append([]any{message, s.ID, s.User.ID, d.now().UnixMicro()}, seats...)
		err = r.QueryRow(ctx, selectReadable+orSeats(seats, 5, 4), args...).Scan(m.dest()...)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read message %s: %w", message, err)
	}
	return &c, &m, nil
}

// Message opens one message for reading and writes so into the journal.
func (d *Desk) Message(ctx context.Context, s *staff.Session, message helpdesk.ID) (Opened, error) {
	return d.message(ctx, s, message, journal.VerbOpened)
}

// message is Message, noted as another deed.
func (d *Desk) message(ctx context.Context, s *staff.Session, message helpdesk.ID, verb string) (Opened, error) {
	t, m, err := d.readable(ctx, d.db, s, message)
	if err != nil {
		return Opened{}, err
	}
	readers, err := d.readers(ctx, d.db, m.conversation)
	if err != nil {
		return Opened{}, err
	}
	var unused Settle
	held, err := d.openKeys(ctx, colleague{s}, readers, &unused)
	if err != nil {
		return Opened{}, err
	}
	blind, err := d.blindKeys(ctx, d.db, []*messageRow{m})
	if err != nil {
		return Opened{}, err
	}
	out, err := d.openMessage(ctx, colleague{s}, held, t, m, blind[m.id], &unused)
	if errors.Is(err, helpdesk.ErrDenied) {
		return Opened{}, fmt.Errorf("read message %s: %w", message, helpdesk.ErrNotFound)
	}
	if err != nil {
		return Opened{}, err
	}
	object := m.conversation
	var veiled row
	err = d.db.QueryRow(ctx, selectVeiledRow, t.ticket).Scan(veiled.dest()...)
	if err == nil {
		object = d.talkObject(&veiled, object)
	} else if !errors.Is(err, helpdesk.ErrNotFound) {
		return Opened{}, fmt.Errorf("open message %s: %w", message, err)
	}
	if err := d.journal.Noted(ctx, s.ID, s.User.ID, verb, object); err != nil {
		return Opened{}, fmt.Errorf("open message %s: %w", message, err)
	}
	one := []Opened{out}
	if err := d.translate(ctx, d.db, s, held, []*messageRow{m}, blind, one); err != nil {
		return Opened{}, fmt.Errorf("open message %s: %w", message, err)
	}
	return one[0], nil
}

// File opens an attachment, counted from 0 as in Content.Files. The reader
// fetches 64 KiB at a time and must be read before ctx ends; bytes that were
// tampered with end it with an error instead of io.EOF.
func (d *Desk) File(ctx context.Context, s *staff.Session, message helpdesk.ID, position int) (File, io.Reader, error) {
	m, err := d.message(ctx, s, message, VerbFile)
	if err != nil {
		return File{}, nil, err
	}
	if m.in == nil || position < 0 || position >= len(m.in.Files) || position >= len(m.in.FileKeys) {
		return File{}, nil, fmt.Errorf("file %d of message %s: %w", position, message, helpdesk.ErrNotFound)
	}
	key, err := vault.KeyFrom(m.in.FileKeys[position])
	if err != nil {
		return File{}, nil, fmt.Errorf("file %d of message %s: %w", position, message, err)
	}
	return m.in.Files[position], d.chunks(ctx, key, fileAt(message, position), selectFile, message, position), nil
}

// Original opens the letter as it came. The size is in bytes. As for File.
func (d *Desk) Original(ctx context.Context, s *staff.Session, message helpdesk.ID) (int64, io.Reader, error) {
	m, err := d.message(ctx, s, message, VerbFile)
	if err != nil {
		return 0, nil, err
	}
	if m.in == nil || m.in.OriginalSize < 0 {
		return 0, nil, fmt.Errorf("original of message %s: %w", message, helpdesk.ErrNotFound)
	}
	key, err := vault.KeyFrom(m.in.OriginalKey)
	if err != nil {
		return 0, nil, fmt.Errorf("original of message %s: %w", message, err)
	}
	return m.in.OriginalSize, d.chunks(ctx, key, originalAt(message), selectOriginal, message), nil
}

// chunks fetches a chunk a query: rows held open while a slow browser reads
// would hold a connection.
func (d *Desk) chunks(ctx context.Context, key vault.Key, at vault.Context, query string, lead ...any) io.Reader {
	n := int64(0)
	return key.OpenChunks(at, func() ([]byte, error) {
		var sealed []byte
		args := append(append([]any{}, lead...), n)
		switch err := d.db.QueryRow(ctx, query, args...).Scan(&sealed); {
		case errors.Is(err, helpdesk.ErrNotFound):
			return nil, io.EOF
		case err != nil:
			return nil, fmt.Errorf("read chunk %d: %w", n, err)
		}
		n++
		return sealed, nil
	})
}
