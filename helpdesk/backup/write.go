package backup

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Write copies the database as it is now into two new files of a folder, which
// must be there. Nobody waits for it. Files of what failed are taken away.
func Write(ctx context.Context, db *store.DB, secrets *vault.Secrets, plan Plan, folder string, now time.Time) (r Report, files [2]string, err error) {
	h := header{ID: helpdesk.NewID(), At: now.UTC(), Engine: db.Engine()}
	err = db.Snapshot(ctx, func(s *store.Snapshot) error {
		if err := plan.Check(s.Tables); err != nil {
			return err
		}
		h.Steps = s.Steps
		w := &writer{secrets: secrets, folder: folder}
		defer w.sweep()
		if err := w.begin(h); err != nil {
			return err
		}
		for _, t := range s.Tables {
			n, err := w.table(ctx, s, plan, t)
			if err != nil {
				return err
			}
			r.Rows += n
			r.Tables++
		}
		files, err = w.end()
		r.Bytes = w.content.frames.size + w.keys.frames.size
		return err
	})
	r.ID, r.At = h.ID, h.At
	if err != nil {
		return Report{}, [2]string{}, fmt.Errorf("write a backup: %w", err)
	}
	return r, files, nil
}

type writer struct {
	secrets       *vault.Secrets
	folder        string
	content, keys *file
}

// file is one of the two while it grows; it gets its name when it is whole.
type file struct {
	header header
	f      *os.File
	steady *steady
	frames *frameWriter
	body   []byte
	rows   uint64
}

func (w *writer) begin(h header) (err error) {
	turns := newTurns(h.Engine)
	for part, to := range map[Part]**file{Content: &w.content, Keys: &w.keys} {
		h.Part = part
		f, err := os.OpenFile(filepath.Join(w.folder, h.name()+".part"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		disk := newSteady(f, turns)
		*to = &file{header: h, f: f, steady: disk, frames: newFrameWriter(disk)}
		if err := (*to).frames.json(frameHeader, h); err != nil {
			return err
		}
	}
	return nil
}

// sweep takes away what has no name yet.
func (w *writer) sweep() {
	for _, f := range []*file{w.content, w.keys} {
		if f != nil {
			f.steady.end()
			f.f.Close()
			os.Remove(f.f.Name())
		}
	}
}

func (w *writer) table(ctx context.Context, s *store.Snapshot, plan Plan, t store.Table) (int64, error) {
	if slices.Contains(plan.Neither, t.Name) {
		return 0, nil
	}
	masked := plan.KeyColumns[t.Name]
	into := w.content
	if slices.Contains(plan.Keys, t.Name) {
		into = w.keys
	}
	if err := into.section(section{t.Name, t.Columns}); err != nil {
		return 0, err
	}
	var beside []store.Column // the wraps of a table of content
	var at []int
	for i, c := range t.Columns {
		if slices.Contains(masked, c.Name) {
			beside, at = append(beside, c), append(at, i)
		}
	}
	if len(at) > 0 {
		if err := w.keys.section(section{t.Name, beside}); err != nil {
			return 0, err
		}
	}
	var n int64
	wraps := make([]any, len(at))
	err := s.Rows(ctx, t, func(row []any) error {
		n++
		for i, place := range at {
			wraps[i], row[place] = row[place], nil
		}
		if len(at) > 0 {
			if err := w.keys.row(wraps); err != nil {
				return err
			}
		}
		return into.row(row)
	})
	if err == nil && len(at) > 0 {
		err = w.keys.endSection()
	}
	if err == nil {
		err = into.endSection()
	}
	return n, err
}

func (f *file) section(s section) error {
	f.rows = 0
	return f.frames.json(frameSection, s)
}

func (f *file) row(row []any) error {
	f.body = appendRow(f.body, row)
	f.rows++
	if len(f.body) < rowsAtOnce {
		return nil
	}
	return f.flush()
}

func (f *file) flush() error {
	if len(f.body) == 0 {
		return nil
	}
	err := f.frames.frame(frameRows, f.body)
	f.body = f.body[:0]
	return err
}

func (f *file) endSection() error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.frames.frame(frameEnd, binary.BigEndian.AppendUint64(nil, f.rows))
}

// end brings both to the disk and gives them their names.
func (w *writer) end() (names [2]string, err error) {
	for i, f := range []*file{w.content, w.keys} {
		if err := f.frames.finish(w.secrets, f.header); err != nil {
			return names, err
		}
		if err := errors.Join(f.steady.end(), f.f.Sync()); err != nil {
			return names, err
		}
		if err := f.f.Close(); err != nil {
			return names, err
		}
		names[i] = filepath.Join(w.folder, f.header.name())
	}
	// The keys come last: content without keys harms nobody.
	for i, f := range []*file{w.content, w.keys} {
		if err := os.Rename(f.f.Name(), names[i]); err != nil {
			return names, err
		}
	}
	return names, syncFolder(w.folder)
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
