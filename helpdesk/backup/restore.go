package backup

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// ErrNotOne: the two files are not of one backup.
var ErrNotOne = errors.New("the two files are not the content and the keys of one backup")

// Restore puts a backup's two files into the empty database at address, which
// may be of the other engine. Both are read to their ends and proven before
// anything is written, and every table's rows are counted after. Then settle, unless
// it is nil, ends again what was ended since the backup (store.OpenRestored). Until
// all of that went well the database opens for nobody (store.ErrHalf).
func Restore(ctx context.Context, address string, secrets *vault.Secrets, content, keys string, log *slog.Logger, settle func(Report) error) (Report, error) {
	for _, path := range []string{content, keys} {
		if _, err := Prove(path, secrets); err != nil {
			return Report{}, err
		}
	}
	c, err := openPart(content, Content)
	if err != nil {
		return Report{}, err
	}
	defer c.close()
	k, err := openPart(keys, Keys)
	if err != nil {
		return Report{}, err
	}
	defer k.close()
	if c.header.ID != k.header.ID || !slices.Equal(c.header.Steps, k.header.Steps) {
		return Report{}, ErrNotOne
	}
	to, err := store.OpenEmpty(ctx, address, c.header.Steps, log)
	if err != nil {
		return Report{}, fmt.Errorf("restore: %w", err)
	}
	defer to.Close()
	r := Report{ID: c.header.ID, At: c.header.At}
	if err := fill(ctx, to, c, k, &r); err != nil {
		return Report{}, fmt.Errorf("restore: %w", err)
	}
	r.Bytes = c.frames.size + k.frames.size
	if settle != nil {
		if err := settle(r); err != nil {
			return Report{}, err
		}
	}
	if err := to.Finish(ctx); err != nil {
		return Report{}, fmt.Errorf("restore: %w", err)
	}
	return r, nil
}

// Prove reads a file to its end: is all of it what this house wrote?
func Prove(path string, secrets *vault.Secrets) (Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return Report{}, fmt.Errorf("read a backup: %w", err)
	}
	defer f.Close()
	frames, h, err := newFrameReader(f)
	if err != nil {
		return Report{}, err
	}
	r := Report{ID: h.ID, At: h.At}
	for {
		kind, body, err := frames.next()
		if err != nil {
			return Report{}, err
		}
		switch kind {
		case frameSection:
			r.Tables++
		case frameEnd:
			if len(body) != 8 {
				return Report{}, ErrDamaged
			}
			r.Rows += int64(binary.BigEndian.Uint64(body))
		case frameMAC:
			if !frames.proven(secrets, h, body) {
				return Report{}, ErrDamaged
			}
			r.Bytes = frames.size
			return r, nil
		}
	}
}

// part is a file being read, table after table.
type part struct {
	f       *os.File
	frames  *frameReader
	header  header
	section *section // whose rows come next; nil at the end
	rest    []byte   // of the frame of rows in hand
	rows    uint64
}

func openPart(path string, which Part) (*part, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read a backup: %w", err)
	}
	p := &part{f: f}
	if p.frames, p.header, err = newFrameReader(f); err == nil && p.header.Part != which {
		err = ErrNotOne
	}
	if err == nil {
		err = p.begin()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

func (p *part) close() { p.f.Close() }

// begin goes to the next table.
func (p *part) begin() error {
	kind, body, err := p.frames.next()
	if err != nil {
		return err
	}
	p.section, p.rows = nil, 0
	switch kind {
	case frameMAC:
		return nil
	case frameSection:
		p.section = &section{}
		if json.Unmarshal(body, p.section) != nil || len(p.section.Columns) == 0 {
			return ErrDamaged
		}
		return nil
	}
	return ErrDamaged
}

// row is the next of the table; nil when there is no other.
func (p *part) row() ([]any, error) {
	for len(p.rest) == 0 {
		kind, body, err := p.frames.next()
		switch {
		case err != nil:
			return nil, err
		case kind == frameRows && len(body) > 0:
			p.rest = body
		case kind == frameEnd && len(body) == 8 && binary.BigEndian.Uint64(body) == p.rows:
			return nil, nil
		default:
			return nil, ErrDamaged
		}
	}
	row, rest, err := readRow(p.rest, p.section.Columns)
	p.rest = rest
	p.rows++
	return row, err
}
