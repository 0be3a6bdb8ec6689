package store

import (
	"context"
	"database/sql"
	"errors"

	"returnsupport/helpdesk"
)

// Reader asks questions: a DB sees what is committed, a Tx also its own
// writes. Errors are facts; a scan into the wrong Go type through *sql.Rows is
// the one place where database/sql itself quotes a value, so rows are scanned
// into the types they were written with.
type Reader interface {
	// Query returns rows that the caller closes; rows.Err is a fact.
	Query(ctx context.Context, sql string, args ...any) (*sql.Rows, error)
	// QueryRow asks for one row.
	QueryRow(ctx context.Context, sql string, args ...any) *Row
}

type brief struct{}

// Brief says of the statements run under a context that each reads or writes a
// few rows by their keys. Whether the caller has left is asked before each, and
// once it has begun it runs to its end.
func Brief(ctx context.Context) context.Context { return context.WithValue(ctx, brief{}, true) }

// Row is the answer to QueryRow.
type Row struct {
	row *sql.Row
	err error
	tx  *Tx
}

// Scan copies the row's columns. No row is helpdesk.ErrNotFound.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	err := r.row.Scan(dest...)
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return helpdesk.ErrNotFound
	}
	if r.tx != nil {
		return r.tx.fail(err)
	}
	return fact(err)
}

// Query implements Reader outside any transaction.
func (db *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := db.readers.enter(); err != nil {
		return nil, err
	}
	defer db.readers.leave()
	hear(query)
	rows, err := db.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fact(err)
	}
	return rows, nil
}

// QueryRow implements Reader outside any transaction.
func (db *DB) QueryRow(ctx context.Context, query string, args ...any) *Row {
	if err := db.readers.enter(); err != nil {
		return &Row{err: err}
	}
	defer db.readers.leave()
	hear(query)
	return &Row{row: db.read.QueryRowContext(ctx, query, args...)}
}
