package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Snapshot is the whole database at one instant, for a copy of it. What others
// write meanwhile goes on and is not in it.
type Snapshot struct {
	tx     *sql.Tx
	engine string
	Steps  []Step  // the migrations it went through, by name
	Tables []Table // by name
}

// Step is a migration a database went through.
type Step struct {
	Name string `json:"name"`
	Sum  string `json:"sum"` // SHA-256 of its text, hexadecimal
}

// Snapshot runs f over the database as it is now. On PostgreSQL that keeps a
// nightly Scrub waiting, and on SQLite its log grows, until f returns.
func (db *DB) Snapshot(ctx context.Context, f func(*Snapshot) error) error {
	// SQLite's reader sees one state from its first question on.
	var how *sql.TxOptions
	if db.engine == Postgres {
		how = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := db.read.BeginTx(ctx, how)
	if err != nil {
		return fmt.Errorf("begin a snapshot: %w", fact(err))
	}
	defer tx.Rollback()
	s := &Snapshot{tx: tx, engine: db.engine}
	if s.Steps, err = stepsOf(ctx, s); err != nil {
		return err
	}
	if s.Tables, err = tables(ctx, s, db.engine); err != nil {
		return err
	}
	return f(s)
}

// Query and QueryRow implement Reader.
func (s *Snapshot) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := s.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fact(err)
	}
	return rows, nil
}

// QueryRow asks for one row.
func (s *Snapshot) QueryRow(ctx context.Context, query string, args ...any) *Row {
	return &Row{row: s.tx.QueryRowContext(ctx, query, args...)}
}

var _ Reader = (*Snapshot)(nil)

func stepsOf(ctx context.Context, r Reader) ([]Step, error) {
	rows, err := r.Query(ctx, selectSteps)
	if err != nil {
		return nil, fmt.Errorf("list the migrations: %w", err)
	}
	defer rows.Close()
	var all []Step
	for rows.Next() {
		var s Step
		if err := rows.Scan(&s.Name, &s.Sum); err != nil {
			return nil, fmt.Errorf("list the migrations: %w", fact(err))
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the migrations: %w", fact(err))
	}
	return all, nil
}

// Rows hands f every row of a table, in no order that means anything: int64,
// string, []byte, bool or nil by the columns' kinds. Neither the row nor its
// bytes are good once f returns.
func (s *Snapshot) Rows(ctx context.Context, t Table, f func(row []any) error) error {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	// Names are the database's own, checked by tables; nothing is quoted.
	rows, err := s.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+t.Name)
	if err != nil {
		return fmt.Errorf("read table %s: %w", t.Name, err)
	}
	defer rows.Close()
	cells, row := newCells(t), make([]any, len(t.Columns))
	for rows.Next() {
		if err := rows.Scan(cells.dest...); err != nil {
			return fmt.Errorf("read table %s: %w", t.Name, fact(err))
		}
		cells.copy(row)
		if err := f(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read table %s: %w", t.Name, fact(err))
	}
	return nil
}

// cells is where one row is scanned to, by kind: a driver left to choose gives
// each engine's own types.
type cells struct {
	kinds    []ColumnKind
	dest     []any
	texts    []sql.NullString
	numbers  []sql.NullInt64
	booleans []sql.NullBool
	bytes    []blob
}

// blob is the driver's own bytes, good until the next row. An empty one comes as
// nil from SQLite's driver, and so does a missing one from sql.RawBytes.
type blob struct {
	b     []byte
	valid bool
}

// Scan implements sql.Scanner. SQLite keeps what a migration wrote as ” a text.
func (b *blob) Scan(value any) error {
	b.valid = true
	switch v := value.(type) {
	case nil:
		b.b, b.valid = nil, false
	case []byte:
		b.b = v
	case string:
		b.b = []byte(v)
	default:
		return errors.New("a column of bytes holds something else")
	}
	return nil
}

func newCells(t Table) *cells {
	n := len(t.Columns)
	c := &cells{
		kinds: make([]ColumnKind, n), dest: make([]any, n),
		texts: make([]sql.NullString, n), numbers: make([]sql.NullInt64, n), booleans: make([]sql.NullBool, n), bytes: make([]blob, n),
	}
	for i, column := range t.Columns {
		c.kinds[i] = column.Kind
		switch column.Kind {
		case Text:
			c.dest[i] = &c.texts[i]
		case Integer:
			c.dest[i] = &c.numbers[i]
		case Boolean:
			c.dest[i] = &c.booleans[i]
		default:
			c.dest[i] = &c.bytes[i]
		}
	}
	return c
}

func (c *cells) copy(row []any) {
	for i, kind := range c.kinds {
		row[i] = nil
		switch {
		case kind == Text && c.texts[i].Valid:
			row[i] = c.texts[i].String
		case kind == Integer && c.numbers[i].Valid:
			row[i] = c.numbers[i].Int64
		case kind == Boolean && c.booleans[i].Valid:
			row[i] = c.booleans[i].Bool
		case kind == Bytes && c.bytes[i].valid:
			row[i] = c.bytes[i].b
		}
	}
}
