package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Record returns a row of an HSDS table as it stands, also a gone one.
// ErrNotFound for what is none.
func (r *Room) Record(ctx context.Context, id helpdesk.ID) (Record, error) {
	rec, err := r.one(ctx, r.db, id)
	if err == nil && rec.Kind == vettingKind {
		err = fmt.Errorf("record %s: %w", id, helpdesk.ErrNotFound)
	}
	return rec, err
}

// Put keeps a row that was written or changed by hand, as the version after
// rec.Version; a new one needs no HSDS id. It returns it as it was kept. For
// coordinators and programs that may; ErrDenied for others, ErrConflict when it was changed meanwhile.
// Refusals are those of an import: "directory.import.required" and so on, with
// the column.
func (r *Room) Put(ctx context.Context, by *staff.Session, rec Record) (Record, error) {
	s, ok := byKind[rec.Kind]
	if !by.Coordinator() && !by.Granted(staff.WriteDirectory) || !ok {
		return Record{}, fmt.Errorf("change the directory: %w", helpdesk.ErrDenied)
	}
	in := newIntake()
	c := &came{Record: Record{Kind: rec.Kind, HSDS: rec.HSDS, Fields: map[string]string{}, Up: map[string][]string{}}, own: map[string]bool{}}
	if c.HSDS == "" {
		c.HSDS = newUUID()
	}
	for column, value := range rec.Fields {
		if _, ok := s.field(column); !ok {
			return Record{}, helpdesk.Refuse("directory.import.form", column)
		}
		in.set(c, s, column, value)
	}
	for column, ids := range rec.Up {
		for _, id := range ids {
			in.set(c, s, column, id)
		}
	}
	in.add(c, s)
	c.check(func(key string, args ...any) { in.refuse("", 0, key, args...) })
	if len(in.refused) > 0 {
		return Record{}, helpdesk.Refuse(in.refused[0].Key, in.refused[0].Args...)
	}
	kept := c.Record
	err := r.db.Write(ctx, "change the directory", func(tx *store.Tx) error {
		kept = c.Record.clone()
		kept.ID, kept.Version, kept.Hand, kept.Gone = c.ID, rec.Version, true, rec.Gone
		kept.At, kept.Actor = r.now().UTC(), by.User.ID
		if rec.Version > 0 {
			old, err := r.one(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			kept.Hand = old.Hand
		}
		if !kept.Gone {
			if err := r.hangs(ctx, tx, kept); err != nil {
				return err
			}
		}
		return r.change(ctx, tx, &kept, VerbChanged, kept.ID)
	})
	if err != nil {
		return Record{}, fmt.Errorf("change the directory: %w", err)
	}
	return kept, nil
}

// hangs makes sure that what a record cannot be without is there.
func (r *Room) hangs(ctx context.Context, tx *store.Tx, rec Record) (err error) {
	var refused error
	rec.checkUps(func(kind, id string) bool {
		var there bool
		read := r.read(ctx, tx, func(s stored) { there = !s.Gone }, selectRecord, string(houseID(kind, id)))
		if read != nil {
			err = read
		}
		return there
	}, func(key string, args ...any) { refused = helpdesk.Refuse("directory.import."+key, args...) })
	if err != nil {
		return err
	}
	return refused
}

// Version is one version of a record, or of a vetting.
type Version struct {
	Record
	Now bool // it is the one that holds
}

// History returns all versions of a record, newest first. For an organisation's
// vetting ask VettingHistory. One that does not open is left out with an alarm.
func (r *Room) History(ctx context.Context, id helpdesk.ID) ([]Version, error) {
	now, err := r.one(ctx, r.db, id)
	if err != nil {
		return nil, err
	}
	out := []Version{{now, true}}
	past, err := r.past(ctx, r.db, now, selectHistory)
	for _, rec := range past {
		if rec.Version < now.Version {
			out = append(out, Version{rec, false})
		}
	}
	return out, err
}

// VettingHistory returns what was ever found out about an organisation, newest
// first.
func (r *Room) VettingHistory(ctx context.Context, org helpdesk.ID) ([]Vetting, error) {
	o, err := r.organisation(ctx, r.db, org)
	if err != nil {
		return nil, err
	}
	versions, err := r.History(ctx, houseID(vettingKind, o.HSDS))
	if err != nil {
		return nil, err
	}
	out := make([]Vetting, len(versions))
	for i, v := range versions {
		out[i] = vettingOf(v.Record)
	}
	return out, nil
}

// Undo makes an older version of a record the newest again; version is the one
// that holds when it is read. For coordinators. ErrNotFound when there is no
// such version, ErrConflict when it was changed meanwhile; refusals as Put's,
// when what it hung on is gone.
func (r *Room) Undo(ctx context.Context, by *staff.Session, id helpdesk.ID, to, version int64) error {
	if !by.Coordinator() {
		return fmt.Errorf("undo a change of record %s: %w", id, helpdesk.ErrDenied)
	}
	err := r.db.Write(ctx, "undo a change of the directory", func(tx *store.Tx) error {
		now, err := r.one(ctx, tx, id)
		if err != nil {
			return err
		}
		past, err := r.past(ctx, tx, now, selectVersion, to)
		if err != nil {
			return err
		}
		if len(past) != 1 {
			return helpdesk.ErrNotFound
		}
		if now.Version != version {
			return helpdesk.ErrConflict
		}
		back := past[0]
		back.Version, back.At, back.Actor = now.Version, r.now().UTC(), by.User.ID
		object := id
		if back.Kind == vettingKind {
			object = vettingOf(back).Organisation
		} else if !back.Gone {
			if err := r.hangs(ctx, tx, back); err != nil {
				return err
			}
		}
		return r.change(ctx, tx, &back, VerbUndone, object)
	})
	if err != nil {
		return fmt.Errorf("undo a change of record %s: %w", id, err)
	}
	return nil
}

// UndoVetting is Undo for what was found out about an organisation.
func (r *Room) UndoVetting(ctx context.Context, by *staff.Session, org helpdesk.ID, to, version int64) error {
	o, err := r.organisation(ctx, r.db, org)
	if err != nil {
		return err
	}
	return r.Undo(ctx, by, houseID(vettingKind, o.HSDS), to, version)
}

// past reads older versions of a record.
func (r *Room) past(ctx context.Context, from store.Reader, now Record, query string, more ...any) ([]Record, error) {
	rows, err := from.Query(ctx, query, append([]any{string(now.ID)}, more...)...)
	if err != nil {
		return nil, fmt.Errorf("read the past of record %s: %w", now.ID, err)
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		s := stored{Record: Record{ID: now.ID, Kind: now.Kind}}
		var at int64
		var sealed []byte
		if err := rows.Scan(&s.Version, &at, &s.Actor, &s.Gone, &sealed); err != nil {
			return nil, fmt.Errorf("read the past of record %s: %w", now.ID, err)
		}
		plain, err := r.secrets.OpenOffice(recordAt(s.ID, s.Version), sealed)
		if err != nil || json.Unmarshal(plain, &s.Record) != nil || !s.honest() {
			r.journal.Alarm(ctx, "directory.forged", s.ID)
			continue
		}
		s.At = time.UnixMicro(at).UTC()
		out = append(out, s.Record)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the past of record %s: %w", now.ID, err)
	}
	return out, nil
}

// newUUID is a random id of the form HSDS asks for, for rows written here.
func newUUID() string { return derivedUUID(string(helpdesk.NewID())) }

// Named is an organisation by its HSDS columns, for who makes one by hand.
func Named(name, description string) Record {
	return Record{Kind: "organization", Fields: map[string]string{"name": strings.TrimSpace(name), "description": strings.TrimSpace(description)}}
}
