package directory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// raise takes the next revision. Its row is locked until the transaction ends,
// so that changes of the directory stand one after the other on both engines,
// and nobody who read up to a revision misses what was written below it.
func raise(ctx context.Context, tx *store.Tx) (revision int64, err error) {
	if err := tx.QueryRow(ctx, raiseHead).Scan(&revision); err != nil {
		return 0, fmt.Errorf("change the directory: %w", err)
	}
	return revision, nil
}

// put writes a record as the version after the one it carries; the caller has
// raised the revision. ErrConflict when another version stands there.
func (r *Room) put(ctx context.Context, tx *store.Tx, revision int64, rec *Record) error {
	before := rec.Version
	rec.Version++
	rec.tidy()
	sealed := r.secrets.SealOffice(recordAt(rec.ID, rec.Version), rec.encode())
	if now := (Record{Kind: rec.Kind, ID: rec.ID, Version: rec.Version}); now.believed() {
		tx.After(func() { r.steppedBack(now) })
	}
	if before == 0 {
		if err := tx.Later(ctx, insertRecord, string(rec.ID), rec.Kind, rec.Version, revision, rec.At.UnixMicro(), string(rec.Actor), rec.Gone, sealed); err != nil {
			return fmt.Errorf("keep record %s: %w", rec.ID, err)
		}
		return nil
	}
	if err := tx.Later(ctx, keepPast, string(rec.ID)); err != nil {
		return fmt.Errorf("keep the past of record %s: %w", rec.ID, err)
	}
	n, err := tx.Exec(ctx, updateRecord, string(rec.ID), rec.Version, revision, rec.At.UnixMicro(), string(rec.Actor), rec.Gone, sealed, before)
	if err == nil && n != 1 {
		err = helpdesk.ErrConflict
	}
	if err != nil {
		return fmt.Errorf("keep record %s: %w", rec.ID, err)
	}
	return nil
}

// stored is a record with the revision that brought it.
type stored struct {
	Record
	revision int64
}

// read calls f for each record of a query. One that does not open is left out
// with an alarm: it must not stop the others.
func (r *Room) read(ctx context.Context, from store.Reader, f func(stored), query string, args ...any) error {
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read the directory: %w", err)
	}
	defer rows.Close()
	// Read again and again into the same bytes: nothing keeps them once a record
	// is opened, and there may be a hundred thousand.
	var sealed sql.RawBytes
	for rows.Next() {
		var s stored
		var at int64
		if err := rows.Scan(&s.ID, &s.Kind, &s.Version, &s.revision, &at, &s.Actor, &s.Gone, &sealed); err != nil {
			return fmt.Errorf("read the directory: %w", err)
		}
		plain, err := r.secrets.OpenOffice(recordAt(s.ID, s.Version), sealed)
		if err != nil || json.Unmarshal(plain, &s.Record) != nil || !s.honest() {
			r.journal.Alarm(ctx, "directory.forged", s.ID)
			continue
		}
		s.At = time.UnixMicro(at).UTC()
		f(s)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the directory: %w", err)
	}
	return nil
}

// honest: a record sealed for one kind must not be read as another.
func (s stored) honest() bool {
	return s.ID == houseID(s.Kind, s.HSDS) && (s.Kind == vettingKind) == (s.Vetting != nil)
}

// one reads a record as it stands, also a gone one. ErrNotFound when there is
// none, or it does not open, or it is older than this process has already seen.
func (r *Room) one(ctx context.Context, from store.Reader, id helpdesk.ID) (Record, error) {
	// Somebody may change it between our look and another's: whoever reads an
	// older one looks again before it counts as put back.
	for range 2 {
		var found []Record
		if err := r.read(ctx, from, func(s stored) { found = append(found, s.Record) }, selectRecord, string(id)); err != nil {
			return Record{}, err
		}
		if len(found) == 0 {
			return Record{}, fmt.Errorf("record %s: %w", id, helpdesk.ErrNotFound)
		}
		if !r.steppedBack(found[0]) {
			return found[0], nil
		}
	}
	r.journal.Alarm(ctx, "directory.back", id)
	return Record{}, fmt.Errorf("record %s stepped back: %w", id, helpdesk.ErrNotFound)
}

// steppedBack reports whether what we believe about an organisation is older
// than this process has already seen it: somebody put an old row back.
func (r *Room) steppedBack(rec Record) bool {
	if !rec.believed() {
		return false
	}
	r.seenMu.Lock()
	defer r.seenMu.Unlock()
	if rec.Version < r.seen[rec.ID] {
		return true
	}
	r.seen[rec.ID] = rec.Version
	return false
}

// believed: consent acts on what these say.
func (r Record) believed() bool { return r.Kind == vettingKind || r.Kind == "organization" }
