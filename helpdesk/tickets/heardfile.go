package tickets

import (
	"context"
	"errors"
	"fmt"
	"io"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/vault"
)

// HeardFile opens an attachment of a message the person sees, counted from 0 as
// in Content.Files. ErrNotFound as for AsPerson.
func (d *Desk) HeardFile(ctx context.Context, g *people.Guest, conversation helpdesk.ID, number int64, position int) (File, *Bytes, error) {
	x, err := d.heard(ctx, g, conversation, number-1, 1)
	if err != nil {
		return File{}, nil, err
	}
	if len(x.opened) == 0 || x.opened[0].Number != number {
		return File{}, nil, fmt.Errorf("file of message %d in %s: %w", number, conversation, helpdesk.ErrNotFound)
	}
	return d.bytes(ctx, x.opened[0], position)
}

// FileBytes is File for pages that need a part of it (RFC 9110, section 14).
func (d *Desk) FileBytes(ctx context.Context, o Opened, position int) (File, *Bytes, error) {
	return d.bytes(ctx, o, position)
}

func (d *Desk) bytes(ctx context.Context, o Opened, position int) (File, *Bytes, error) {
	if o.in == nil || position < 0 || position >= len(o.in.Files) || position >= len(o.in.FileKeys) {
		return File{}, nil, fmt.Errorf("file %d of message %s: %w", position, o.ID, helpdesk.ErrNotFound)
	}
	key, err := vault.KeyFrom(o.in.FileKeys[position])
	if err != nil {
		return File{}, nil, fmt.Errorf("file %d of message %s: %w", position, o.ID, err)
	}
	f := o.in.Files[position]
	return f, &Bytes{d: d, ctx: ctx, key: key, message: o.ID, position: position, size: f.Size, have: -1}, nil
}

// Bytes reads a sealed file from any place on, 64 KiB a query. It is no longer
// good than the context it was opened with, and serves one goroutine. A chunk
// that was tampered with or is missing is an error, never a shorter file.
type Bytes struct {
	d        *Desk
	ctx      context.Context // of the request: chunks are fetched as they are read
	key      vault.Key
	message  helpdesk.ID
	position int
	size     int64

	at    int64
	have  int64 // the chunk in hand, -1 for none
	chunk []byte
}

// Size is the file's length in bytes.
func (b *Bytes) Size() int64 { return b.size }

// Seek implements io.Seeker.
func (b *Bytes) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += b.at
	case io.SeekEnd:
		offset += b.size
	default:
		return 0, errors.New("seek: no such whence")
	}
	if offset < 0 {
		return 0, errors.New("seek: before the beginning")
	}
	b.at = offset
	return offset, nil
}

// Read implements io.Reader.
func (b *Bytes) Read(p []byte) (int, error) {
	if b.at >= b.size {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if err := b.fetch(b.at / vault.ChunkSize); err != nil {
		return 0, err
	}
	from := b.at % vault.ChunkSize
	if from >= int64(len(b.chunk)) {
		return 0, fmt.Errorf("file %d of message %s is shorter than it should be: %w", b.position, b.message, vault.ErrNotOpened)
	}
	n := copy(p, b.chunk[from:])
	b.at += int64(n)
	return n, nil
}

func (b *Bytes) fetch(n int64) error {
	if b.have == n {
		return nil
	}
	var sealed []byte
	err := b.d.db.QueryRow(b.ctx, selectFile, b.message, b.position, n).Scan(&sealed)
	if errors.Is(err, helpdesk.ErrNotFound) {
		err = vault.ErrNotOpened
	}
	if err != nil {
		return fmt.Errorf("chunk %d of file %d of message %s: %w", n, b.position, b.message, err)
	}
	// Whether it is the last one is bound into it; one of the two opens.
	place := fileAt(b.message, b.position)
	plain, err := b.key.OpenChunk(place, uint32(n), false, sealed)
	if err != nil {
		plain, err = b.key.OpenChunk(place, uint32(n), true, sealed)
	}
	if err != nil {
		return fmt.Errorf("chunk %d of file %d of message %s: %w", n, b.position, b.message, err)
	}
	b.have, b.chunk = n, plain
	return nil
}
