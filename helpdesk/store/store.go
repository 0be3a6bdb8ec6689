// Package store keeps the truth: SQLite or PostgreSQL behind one set of SQL,
// one writing transaction at a time per use case, and migrations.
//
// A statement whose answer nobody needs goes by Tx.Later: on PostgreSQL such
// statements share one round trip with each other and with the commit, which
// halves what a letter costs to take in. Whoever must know how many rows were
// changed, or where exactly it failed, takes Tx.Exec.
//
// Never: a driver's error text on its way out. Drivers quote the values of a
// row in their messages; rooms get facts instead (facts.go).
package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
)

// The names Engine reports.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// DB is an open database. All methods may be called from many goroutines.
type DB struct {
	engine string
	read   *sql.DB // refuses to write, on both engines
	write  *sql.DB // on SQLite exactly one connection
	group  *group  // of SQLite's writers; nil on PostgreSQL
	folder *folder // of SQLite's log; nil on PostgreSQL

	readers, writers crowd
	log              *slog.Logger
}

// Open opens and migrates the database at address, which is
// "sqlite:/path/file.db" (made with mode 0600 when absent, its folder with
// 0700) or "postgres://user@host/name".
//
// A database that holds a migration this program does not know is refused
// with ErrNewer, one whose past migrations differ from this program's with
// ErrChanged. Several processes may open the same database at once.
func Open(ctx context.Context, address string, log *slog.Logger) (*DB, error) {
	return openShipped(ctx, address, log, (*DB).whole, (*DB).migrate)
}

// OpenCurrent is Open for a command beside the server, which may still be the one
// of before: it runs no migration, and refuses with ErrOlder where one waits.
func OpenCurrent(ctx context.Context, address string, log *slog.Logger) (*DB, error) {
	return openShipped(ctx, address, log, (*DB).whole, (*DB).migrated)
}

// OpenRestored is Open for a database that was filled from a backup and is not
// finished: for whoever ends again in it what was ended since, before Finish lets
// anybody else in.
func OpenRestored(ctx context.Context, address string, log *slog.Logger) (*DB, error) {
	return openShipped(ctx, address, log, func(*DB, context.Context) error { return nil }, (*DB).migrate)
}

// A database is opened when it is fit, and has the form of these steps or is given it.
type (
	fitness func(*DB, context.Context) error
	forming func(*DB, context.Context, fs.FS) error
)

func openShipped(ctx context.Context, address string, log *slog.Logger, fit fitness, form forming) (*DB, error) {
	steps, err := fs.Sub(shipped, "migrations")
	if err != nil {
		return nil, fmt.Errorf("open the shipped migrations: %w", err)
	}
	return open(ctx, address, log, steps, fit, form)
}

func open(ctx context.Context, address string, log *slog.Logger, steps fs.FS, fit fitness, form forming) (*DB, error) {
	db, err := connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.log = log
	if err := fit(db, ctx); err != nil {
		db.Close()
		return nil, err
	}
	if err := form(db, ctx, steps); err != nil {
		db.Close()
		return nil, fmt.Errorf("migrate the database: %w", err)
	}
	return db, nil
}

func connect(ctx context.Context, address string) (*DB, error) {
	// The address itself stays out of errors: it may hold a password.
	switch scheme, rest, _ := strings.Cut(address, ":"); scheme {
	case "sqlite":
		return openSQLite(ctx, rest)
	case "postgres", "postgresql":
		return openPostgres(ctx, address)
	default:
		return nil, fmt.Errorf("the address must begin with sqlite: or postgres://")
	}
}

// Engine is SQLite or Postgres.
func (db *DB) Engine() string { return db.engine }

// Close waits for running statements and closes all connections.
func (db *DB) Close() error {
	if db.folder != nil {
		db.folder.close()
	}
	read := db.read.Close()
	// The writer goes last: SQLite folds the log into the file when the last
	// connection leaves, and a read-only one could not.
	if err := db.write.Close(); err != nil {
		return fmt.Errorf("close the database: %w", fact(err))
	}
	if read != nil {
		return fmt.Errorf("close the database: %w", fact(read))
	}
	return nil
}
