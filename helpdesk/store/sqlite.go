package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const sqliteReaders = 4

// sqlitePragmas hold for every connection. secure_delete overwrites what is
// deleted, temp_store keeps the sorter's leavings off the disk,
// synchronous(full) is what makes an accepted letter survive a power cut.
var sqlitePragmas = []string{
	"journal_mode(wal)", "synchronous(full)",
	"foreign_keys(1)", "secure_delete(1)", "temp_store(memory)",
	"journal_size_limit(67108864)",
}

// While SQLite itself waits for another process it does not look at contexts.
// A reader waits only after a crash, for the log to be read; a writer waits
// often, so it comes back soon and BeginTx asks again.
const (
	readerWaits    = "busy_timeout(10000)"
	writerWaits    = "busy_timeout(100)"
	foldsLater     = "wal_autocheckpoint(0)" // see folder
	writerPatience = 10 * time.Second
)

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if path == "" {
		return nil, errors.New("sqlite: the address lacks a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("resolve the database file: %w", err)
	}
	if err := private(path); err != nil {
		return nil, err
	}
	write := sqlitePool(sqliteName(path, "immediate", writerWaits, foldsLater), true)
	write.SetMaxOpenConns(1)
	write.SetConnMaxIdleTime(0)
	read := sqlitePool(sqliteName(path, "deferred", "query_only(1)", readerWaits), false)
	read.SetMaxOpenConns(sqliteReaders)
	read.SetMaxIdleConns(sqliteReaders)
	db := &DB{engine: SQLite, read: read, write: write, group: newGroup(write)}
	if err := settle(ctx, write); err != nil {
		db.Close()
		return nil, err
	}
	beside := sqlitePool(sqliteName(path, "immediate", writerWaits, foldsLater), false)
	beside.SetMaxOpenConns(1)
	db.folder = fold(db.group, beside)
	return db, nil
}

// sqlitePool makes connections; whole ones finish a statement they have begun
// whatever becomes of its context.
func sqlitePool(dsn string, whole bool) *sql.DB {
	return sql.OpenDB(&connector{connect: sqliteConnect(dsn, whole), fault: sqliteFault})
}

// private makes the file before SQLite does, because SQLite asks for 0644;
// the log and the index beside it inherit the file's mode.
func private(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the database's folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the database file: %w", err)
	}
	defer f.Close()
	if err := f.Chmod(0o600); err != nil {
		return fmt.Errorf("close the database file to others: %w", err)
	}
	return nil
}

// settle makes the first connection. Switching a new file to WAL does not wait
// for another process that does the same at this moment, so it is tried again.
func settle(ctx context.Context, write *sql.DB) error {
	for try := 0; ; try++ {
		err := fact(write.PingContext(ctx))
		if err == nil || try == 100 || !errors.Is(err, errBusy) {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fact(ctx.Err())
		}
	}
}

// lock is how its transactions begin: who may not write can't begin at once.
func sqliteName(path, lock string, more ...string) string {
	q := url.Values{"_txlock": {lock}, "_dqs": {"0"}, "_defensive": {"1"}, "_error_rc": {"1"}}
	q["_pragma"] = append(append([]string{}, sqlitePragmas...), more...)
	// EscapedPath, because a file may be called a?b or a#b.
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// errBusy marks the one kind of unavailability that another try soon mends.
var errBusy = errors.New("locked by another")

// sqliteFault reduces modernc's error to a fact. Codes:
// https://www.sqlite.org/rescode.html
func sqliteFault(err error) error {
	var raw *sqlite.Error
	if !errors.As(err, &raw) {
		return fact(err)
	}
	f := &fault{code: fmt.Sprintf("sqlite %d", raw.Code())}
	switch raw.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		f.where = raw.Error() // tables, columns and the rule's text alone
		if raw.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || raw.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
			f.facts = conflict
		}
	case sqlite3.SQLITE_ERROR:
		f.where = raw.Error() // the statement's own words: it is a constant
	case sqlite3.SQLITE_FULL:
		f.facts = []error{ErrFull}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		f.facts = []error{ErrUnavailable, errBusy}
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM:
		f.facts = []error{ErrUnavailable}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		f.where = "the file is damaged or no database"
	case sqlite3.SQLITE_READONLY:
		f.where = "a Reader may not write"
	}
	return f
}

// scrubSQLite folds the log into the file and empties it. It needs a moment
// without readers, and tries for ten seconds to find one.
func scrubSQLite(ctx context.Context, write *sql.DB) error {
	for try := 0; ; try++ {
		var busy, pages, moved int64
		err := write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
		if err != nil {
			return fact(err)
		}
		if busy == 0 {
			return nil
		}
		if try == 100 {
			return &fault{facts: []error{ErrUnavailable, errBusy}}
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fact(ctx.Err())
		}
	}
}
