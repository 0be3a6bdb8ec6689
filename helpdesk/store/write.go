package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// maxTries bounds how often Write repeats a transaction that PostgreSQL broke
// off to resolve a deadlock.
const maxTries = 8

// Tx is one writing transaction; it lives as long as the function that Write
// calls, and in one goroutine.
//
// After the first statement that fails, the transaction is lost, also on
// SQLite, where it could go on: PostgreSQL can't, and what works must not
// depend on the engine. An expected conflict is ON CONFLICT DO NOTHING.
type Tx struct {
	tx     *sql.Tx
	after  []func()
	failed error
	waits  bool // on PostgreSQL: what needs no answer now waits for what does
}

// Write runs f in one transaction and commits it when f returns nil.
//
// f may run several times (PostgreSQL breaks off one of two transactions that
// wait for each other; on SQLite those that share a commit share its failure),
// so it touches nothing but the transaction and values
// it sets anew in each run. f must not call Write: on SQLite there is one
// writer, and f would wait for itself. What f returns comes back unchanged;
// what stands in the store's own errors besides facts is what, which is
// therefore a fixed phrase with ids at most.
//
// ErrUnavailable may mean that the commit was done and only its answer lost.
// Writes carry an idempotency key, so repeating them is harmless.
func (db *DB) Write(ctx context.Context, what string, f func(tx *Tx) error) error {
	for try := 1; ; try++ {
		err := db.once(ctx, what, f)
		if try == maxTries || !errors.Is(err, errRepeat) {
			return err
		}
		db.log.DebugContext(ctx, "transaction repeated", "what", what, "try", try)
		// Random, or the same two would meet again.
		pause := time.NewTimer(time.Duration(rand.IntN(5<<try)+1) * time.Millisecond)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return err
		}
	}
}

func (db *DB) once(ctx context.Context, what string, f func(tx *Tx) error) error {
	if err := db.writers.enter(); err != nil {
		return fmt.Errorf("%s: begin: %w", what, err)
	}
	defer db.writers.leave()
	if db.group != nil {
		return db.group.once(ctx, what, f)
	}
	begun, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: begin: %w", what, fact(err))
	}
	// Also for a panic and for a test's FailNow; after a commit it does nothing.
	defer begun.Rollback()
	tx := &Tx{tx: begun, waits: true}
	if err := f(tx); err != nil {
		return err
	}
	if tx.failed != nil {
		return fmt.Errorf("%s: a statement failed: %w", what, tx.failed)
	}
	if err := begun.Commit(); err != nil {
		if ctx.Err() != nil {
			// database/sql rolls back when the context ends and then only
			// says that the transaction is over.
			err = ctx.Err()
		}
		return fmt.Errorf("%s: commit: %w", what, fact(err))
	}
	for _, hook := range tx.after {
		hook()
	}
	return nil
}

// After has f called once the transaction is committed, in the order of the
// calls; never when it is rolled back.
func (tx *Tx) After(f func()) { tx.after = append(tx.after, f) }

// Exec runs one statement and tells how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (affected int64, err error) {
	if tx.failed != nil {
		return 0, tx.failed
	}
	hear(query)
	result, err := tx.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, tx.fail(err)
	}
	affected, err = result.RowsAffected()
	if err != nil {
		return 0, tx.fail(err)
	}
	return affected, nil
}

// later marks the context of a statement that may wait; its value is where the
// one row goes that it brings, none for Later.
type later struct{}

// Later is Exec for a statement whose answer nobody needs. On PostgreSQL it
// waits, and those that wait go out together, in the order of the calls, before
// the next statement that needs an answer or with the commit. On SQLite it runs
// at once.
//
// A failure loses the transaction as any other, but where it comes back depends
// on the engine: here, from a statement that follows, or from Write. Nothing
// the arguments point to may change before the transaction ends. What goes out
// with the commit has the commit's half minute, whether the caller leaves or
// not.
func (tx *Tx) Later(ctx context.Context, query string, args ...any) error {
	_, err := tx.Exec(context.WithValue(ctx, later{}, []any(nil)), query, args...)
	return err
}

// Hold is Later for a statement that changes nothing and keeps rows from others:
// on SQLite a transaction that writes has kept everybody out since it began.
func (tx *Tx) Hold(ctx context.Context, query string, args ...any) error {
	if !tx.waits {
		return nil
	}
	return tx.Later(ctx, query, args...)
}

// Ahead asks for one row that is wanted only after a later question was
// answered, and has it copied to dest; no row leaves dest as it is. On
// PostgreSQL it goes out together with what follows, as with Later, and dest
// holds nothing before the answer to that. dest may point to strings, integers,
// flags and bytes alone.
func (tx *Tx) Ahead(ctx context.Context, dest []any, query string, args ...any) error {
	if tx.failed != nil {
		return tx.failed
	}
	if err := tx.ahead(ctx, dest, query, args...); err != nil {
		return tx.fail(err)
	}
	return nil
}

func (tx *Tx) ahead(ctx context.Context, dest []any, query string, args ...any) error {
	hear(query)
	if tx.waits {
		_, err := tx.tx.ExecContext(context.WithValue(ctx, later{}, dest), query, args...)
		return err
	}
	err := tx.tx.QueryRowContext(ctx, query, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// Query implements Reader inside the transaction. The rows must be closed
// before the next statement: PostgreSQL has one answer under way at a time.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if tx.failed != nil {
		return nil, tx.failed
	}
	hear(query)
	rows, err := tx.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, tx.fail(err)
	}
	return rows, nil
}

// QueryRow implements Reader inside the transaction.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *Row {
	if tx.failed != nil {
		return &Row{err: tx.failed}
	}
	hear(query)
	return &Row{row: tx.tx.QueryRowContext(ctx, query, args...), tx: tx}
}

func (tx *Tx) fail(err error) error {
	tx.failed = fact(err)
	return tx.failed
}
