package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// ErrHalf: a restore into this database was not finished, so it holds part of
// what it should. It is thrown away, and restored anew.
var ErrHalf = errors.New("a restore into this database was not finished; empty it and restore again")

// ErrNotEmpty: a restore needs a place where nothing is yet.
var ErrNotEmpty = errors.New("there is something in this database already; restore into an empty one")

const (
	createHalf = `CREATE TABLE store_half (one INTEGER PRIMARY KEY)`
	dropHalf   = `DROP TABLE store_half`
)

// Refill is an empty database that is being given a copy of another. Until
// Finish nobody can open it.
type Refill struct {
	db     *DB
	tables map[string]Table
}

// OpenEmpty brings the empty database at address through the migrations that the
// copied one had gone through, and no further: those that came since run when it
// is opened the next time, and find rows to change. ErrNotEmpty, ErrHalf; ErrNewer
// and ErrChanged as Open.
func OpenEmpty(ctx context.Context, address string, steps []Step, log *slog.Logger) (*Refill, error) {
	files, err := fs.Sub(shipped, "migrations")
	if err != nil {
		return nil, fmt.Errorf("open the shipped migrations: %w", err)
	}
	return openEmpty(ctx, address, steps, log, files)
}

func openEmpty(ctx context.Context, address string, wanted []Step, log *slog.Logger, files fs.FS) (*Refill, error) {
	steps, err := readSteps(files)
	if err != nil {
		return nil, err
	}
	if steps, err = these(steps, wanted); err != nil {
		return nil, err
	}
	db, err := connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.log = log
	r := &Refill{db: db, tables: map[string]Table{}}
	if err := r.begin(ctx, steps); err != nil {
		db.Close()
		return nil, err
	}
	return r, nil
}

// these are the steps a copied database went through, as this program ships them.
func these(shipped []step, wanted []Step) ([]step, error) {
	known := map[string]step{}
	for _, s := range shipped {
		known[s.name] = s
	}
	var out []step
	for _, w := range wanted {
		switch s, ok := known[w.Name]; {
		case !ok:
			return nil, fmt.Errorf("%w: it went through migration %s", ErrNewer, w.Name)
		case s.sum != w.Sum:
			return nil, fmt.Errorf("%w: %s", ErrChanged, w.Name)
		default:
			out = append(out, s)
		}
	}
	return out, nil
}

func (r *Refill) begin(ctx context.Context, steps []step) error {
	there, err := tables(ctx, r.db, r.db.engine)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(there, func(t Table) bool { return t.Name == halfTable }) {
		return ErrHalf
	}
	if len(there) > 0 {
		return ErrNotEmpty
	}
	err = r.db.Write(ctx, "begin a restore", func(tx *Tx) error {
		if _, err := tx.Exec(ctx, createHalf); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, createSteps)
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range steps {
		if err := r.db.run(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	made, err := tables(ctx, r.db, r.db.engine)
	if err != nil {
		return err
	}
	for _, t := range made {
		if t.Name != halfTable {
			r.tables[t.Name] = t
		}
	}
	return nil
}

const halfTable = "store_half"

// Clear takes out of a table what migrations put in: a counter's first row. One
// without rows is left alone, because some refuse every DELETE.
func (r *Refill) Clear(ctx context.Context, table string) error {
	n, err := r.Count(ctx, table)
	if err != nil || n == 0 {
		return err
	}
	return r.db.Write(ctx, "clear a table", func(tx *Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM "+table)
		return err
	})
}

// Fill adds rows to a table, in the order of its columns here, which are those
// of the copied one when Columns says so.
func (r *Refill) Fill(ctx context.Context, table string, rows [][]any) error {
	t, ok := r.tables[table]
	if !ok {
		return fmt.Errorf("fill table %s: there is none", table)
	}
	// SQLite takes 32,766 arguments, PostgreSQL 65,535.
	most := 30_000 / len(t.Columns)
	return r.db.Write(ctx, "fill a table", func(tx *Tx) error {
		for len(rows) > 0 {
			n := min(most, len(rows))
			query, args := insertRows(t, rows[:n])
			if _, err := tx.Exec(ctx, query, args...); err != nil {
				return fmt.Errorf("fill table %s: %w", table, err)
			}
			rows = rows[n:]
		}
		return nil
	})
}

// Columns are a table's here; false when there is no such table.
func (r *Refill) Columns(table string) ([]Column, bool) {
	t, ok := r.tables[table]
	return t.Columns, ok
}

func insertRows(t Table, rows [][]any) (query string, args []any) {
	var q strings.Builder
	q.WriteString("INSERT INTO " + t.Name + " (")
	for i, c := range t.Columns {
		if i > 0 {
			q.WriteString(", ")
		}
		q.WriteString(c.Name)
	}
	q.WriteString(") VALUES ")
	for i, row := range rows {
		if i > 0 {
			q.WriteString(", ")
		}
		for j, cell := range row {
			q.WriteString([]string{"(", ", "}[min(j, 1)])
			args = append(args, cell)
			q.WriteString("$" + strconv.Itoa(len(args)))
		}
		q.WriteString(")")
	}
	return q.String(), args
}

// Count tells how many rows a table has by now.
func (r *Refill) Count(ctx context.Context, table string) (n int64, err error) {
	if _, ok := r.tables[table]; !ok {
		return 0, fmt.Errorf("count table %s: there is none", table)
	}
	err = r.db.QueryRow(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n)
	return n, err
}

// Finish lets it be opened. The caller has checked what it holds.
func (r *Refill) Finish(ctx context.Context) error {
	return r.db.Write(ctx, "finish a restore", func(tx *Tx) error {
		_, err := tx.Exec(ctx, dropHalf)
		return err
	})
}

// Close closes it. What was not finished stays as it is and opens for nobody.
func (r *Refill) Close() error { return r.db.Close() }

// whole refuses a database whose restore was not finished.
func (db *DB) whole(ctx context.Context) error {
	all, err := tables(ctx, db, db.engine)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.Name == halfTable {
			return ErrHalf
		}
	}
	return nil
}
