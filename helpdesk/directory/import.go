package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Input is what an import reads: a document, or a folder of files.
type Input struct {
	name  string
	json  []byte
	files fs.FS
}

// Open takes an uploaded file: HSDS JSON, or a zip with the tables of a tabular
// data package. Name is what reports call it. Refusals "directory.import.large",
// "directory.import.zip" and "directory.import.shape".
func Open(name string, from io.Reader) (Input, error) {
	b, err := io.ReadAll(io.LimitReader(from, fileLimit+1))
	if err != nil {
		return Input{}, fmt.Errorf("read what is to be imported: %w", err)
	}
	if len(b) > fileLimit {
		return Input{}, helpdesk.Refuse("directory.import.large", fileLimit>>20)
	}
	if bytes.HasPrefix(b, []byte("PK")) {
		files, err := unzip(b)
		return Input{name: path.Base(name), files: files}, err
	}
	switch start := bytes.TrimSpace(bytes.TrimPrefix(b, mark)); {
	case len(start) > 0 && (start[0] == '{' || start[0] == '['):
		return Input{name: path.Base(name), json: b}, nil
	}
	return Input{}, helpdesk.Refuse("directory.import.shape")
}

// Folder takes a folder with the tables of a tabular data package, or with JSON
// documents.
func Folder(files fs.FS) Input { return Input{files: files} }

// Options say how to import.
type Options struct {
	Dry   bool // tell, write nothing
	Whole bool // the input is all there is: what an earlier one brought and this one lacks goes
}

// Change is one record that an import adds, changes or removes.
type Change struct {
	ID      helpdesk.ID
	Kind    string
	HSDS    string
	Name    string // what it is called, where it has a name
	File    string // "" for what goes
	Line    int
	Columns []string // of a change
}

// Report is what an import did, or would do.
type Report struct {
	Added, Changed, Removed []Change
	Same                    int
	Refused                 []Row // anything here, and nothing was written
	Ignored                 []Row // columns and files that are not kept, once each
	More                    bool  // there may be more refusals: reading stopped
	Written                 bool
}

// Import reads HSDS and makes the directory say what it says: rows that are new
// or different are written in one transaction, or nothing is. The same input a
// second time changes nothing. For coordinators and the console; ErrDenied.
//
// With refusals the report lists them and, unless dry, the error is a Refusal
// "directory.import.refused" with their number.
func (r *Room) Import(ctx context.Context, by *staff.Session, from Input, o Options) (Report, error) {
	if !by.Coordinator() {
		return Report{}, fmt.Errorf("import into the directory: %w", helpdesk.ErrDenied)
	}
	in := newIntake()
	if err := from.read(in); err != nil {
		return Report{}, err
	}
	for _, c := range in.rows {
		c.check(func(key string, args ...any) { in.refuse(c.file, c.line, key, args...) })
	}
	var report Report
	if o.Dry {
		before, err := r.everything(ctx, r.db)
		if err != nil {
			return Report{}, err
		}
		report, _ = plan(in, before, o)
		return report, nil
	}
	err := r.db.Write(ctx, "import into the directory", func(tx *store.Tx) error {
		revision, err := raise(ctx, tx)
		if err != nil {
			return err
		}
		before, err := r.everything(ctx, tx)
		if err != nil {
			return err
		}
		var writes []Record
		if report, writes = plan(in, before, o); len(report.Refused) > 0 {
			return helpdesk.Refuse("directory.import.refused", len(report.Refused))
		}
		if len(writes) == 0 {
			return nil
		}
		at := r.now().UTC()
		for _, rec := range writes {
			rec.At, rec.Actor = at, by.User.ID
			if err := r.put(ctx, tx, revision, &rec); err != nil {
				return err
			}
		}
		return r.journal.Write(ctx, tx, r.imported(at, by, report))
	})
	if err != nil {
		return report, fmt.Errorf("import into the directory: %w", err)
	}
	report.Written = true
	return report, nil
}

// imported is an import's line in the journal: how much, and by whom.
func (r *Room) imported(at time.Time, by *staff.Session, report Report) journal.Entry {
	id := helpdesk.NewID()
	counts, _ := json.Marshal(map[string]int{"added": len(report.Added), "changed": len(report.Changed), "removed": len(report.Removed)})
	return journal.Entry{At: at, Actor: by.User.ID, Verb: VerbImported, Object: id, Sealed: r.secrets.SealOffice(vault.At("directory.import", id), counts)}
}

func (from Input) read(in *intake) error {
	if from.files == nil {
		return readJSON(in, from.name, from.json)
	}
	names, err := fs.Glob(from.files, "*.json")
	if err != nil {
		return fmt.Errorf("list a folder: %w", err)
	}
	tables, _ := fs.Glob(from.files, "*.csv")
	deeper, _ := fs.Glob(from.files, "*/*.csv")
	names = slices.DeleteFunc(names, func(name string) bool { return strings.EqualFold(name, "datapackage.json") })
	if len(tables)+len(deeper) > 0 || len(names) == 0 {
		return readPackage(in, from.files)
	}
	for _, name := range names {
		f, err := from.files.Open(name)
		if err != nil {
			return fmt.Errorf("open a file to import: %w", err)
		}
		b, err := io.ReadAll(io.LimitReader(f, fileLimit+1))
		f.Close()
		if err != nil {
			return fmt.Errorf("read a file to import: %w", err)
		}
		if err := readJSON(in, path.Base(name), b); err != nil {
			return err
		}
	}
	return nil
}

// everything reads all records, gone ones too, by their ids.
func (r *Room) everything(ctx context.Context, from store.Reader) (map[helpdesk.ID]Record, error) {
	all := map[helpdesk.ID]Record{}
	err := r.read(ctx, from, func(s stored) { all[s.ID] = s.Record }, selectAll)
	return all, err
}

// plan compares what came with what is there.
func plan(in *intake, before map[helpdesk.ID]Record, o Options) (Report, []Record) {
	report := Report{Refused: slices.Clone(in.refused), Ignored: in.ignored, More: in.full}
	coming := map[helpdesk.ID]bool{}
	for _, c := range in.rows {
		coming[c.ID] = true
	}
	stays := func(rec Record) bool { return !rec.Gone && (coming[rec.ID] || !o.Whole || rec.Hand) }
	known := func(kind, id string) bool {
		house := houseID(kind, id)
		rec, there := before[house]
		return coming[house] || there && stays(rec)
	}
	var writes []Record
	for _, c := range in.rows {
		c.checkUps(known, func(key string, args ...any) {
			if len(report.Refused) < reportLimit {
				report.Refused = append(report.Refused, Row{c.file, c.line, "directory.import." + key, args})
			}
		})
		old, there := before[c.ID]
		next := c.next(old, in.nested && !o.Whole)
		change := Change{ID: c.ID, Kind: c.Kind, HSDS: c.HSDS, Name: c.Fields["name"], File: c.file, Line: c.line}
		switch {
		case !there || old.Gone:
			report.Added = append(report.Added, change)
		case bytes.Equal(old.encode(), next.encode()):
			report.Same++
			continue
		default:
			change.Columns = differ(old, next)
			report.Changed = append(report.Changed, change)
		}
		writes = append(writes, next)
	}
	if o.Whole {
		for id, rec := range before {
			if rec.Gone || rec.Kind == vettingKind || stays(rec) {
				continue
			}
			report.Removed = append(report.Removed, Change{ID: id, Kind: rec.Kind, HSDS: rec.HSDS, Name: rec.Fields["name"]})
			rec.Gone = true
			writes = append(writes, rec)
		}
		slices.SortFunc(report.Removed, func(a, b Change) int { return strings.Compare(string(a.ID), string(b.ID)) })
	}
	return report, writes
}

// next is what a record becomes. Where files nest rows in one another, silence
// about what a row belongs to says nothing: a page of services without their
// phones does not take the phones away.
func (c *came) next(old Record, joins bool) Record {
	next := c.Record.clone()
	next.Version, next.Hand = old.Version, old.Hand && !old.Gone
	if s := byKind[c.Kind]; joins && !old.Gone {
		for column, ids := range old.Up {
			if u, _ := s.up(column); u.single && len(next.Up[column]) > 0 {
				continue
			}
			next.Up[column] = append(next.Up[column], ids...)
		}
	}
	next.tidy()
	return next
}
