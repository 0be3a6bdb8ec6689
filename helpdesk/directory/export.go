package directory

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Format is how a directory is written.
type Format string

const (
	JSON Format = "json" // organisations with all that HSDS nests in them, and what hangs on none beside them
	CSV  Format = "csv"  // a zip: the tables of a tabular data package with its datapackage.json
)

// Export writes all HSDS rows, contacts too, but nothing of the vetting. For
// coordinators and the console; ErrDenied.
func (r *Room) Export(ctx context.Context, by *staff.Session, w io.Writer, as Format) error {
	if !by.Coordinator() {
		return fmt.Errorf("export the directory: %w", helpdesk.ErrDenied)
	}
	all, err := r.everything(ctx, r.db)
	if err != nil {
		return err
	}
	at := r.now().UTC()
	err = r.db.Write(ctx, "note an export of the directory", func(tx *store.Tx) error {
		return r.journal.Write(ctx, tx, journal.Entry{At: at, Actor: by.User.ID, Verb: VerbExported, Object: helpdesk.NewID()})
	})
	if err != nil {
		return fmt.Errorf("export the directory: %w", err)
	}
	kept := newSheaf(all)
	switch as {
	case JSON:
		err = kept.writeJSON(w)
	case CSV:
		err = kept.writeCSV(w)
	default:
		return helpdesk.Refuse("directory.export.format")
	}
	if err != nil {
		return fmt.Errorf("export the directory: %w", err)
	}
	return nil
}

// sheaf is all rows by kind, and by what they belong to.
type sheaf struct {
	kinds map[string][]Record // in the order of their HSDS ids
	by    map[helpdesk.ID]Record
	below map[below][]Record
}

// below names the rows that name a row in a column.
type below struct{ kind, column, id string }

func newSheaf(all map[helpdesk.ID]Record) *sheaf {
	s := &sheaf{kinds: map[string][]Record{}, by: map[helpdesk.ID]Record{}, below: map[below][]Record{}}
	for id, rec := range all {
		if !rec.Gone && rec.Kind != vettingKind {
			s.kinds[rec.Kind] = append(s.kinds[rec.Kind], rec)
			s.by[id] = rec
		}
	}
	for kind := range s.kinds {
		slices.SortFunc(s.kinds[kind], func(a, b Record) int {
			return cmp.Or(strings.Compare(a.HSDS, b.HSDS), strings.Compare(string(a.ID), string(b.ID)))
		})
		for _, rec := range s.kinds[kind] {
			for column, ids := range rec.Up {
				for _, id := range ids {
					at := below{kind, column, id}
					s.below[at] = append(s.below[at], rec)
				}
			}
		}
	}
	return s
}

func (s *sheaf) find(kind, id string) (Record, bool) {
	rec, ok := s.by[houseID(kind, id)]
	return rec, ok
}

// derivedUUID is the same id for the same seed, in a UUID's form (RFC 9562,
// version 8).
func derivedUUID(seed string) string {
	b := sha256.Sum256([]byte(seed))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
