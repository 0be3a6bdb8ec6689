// Package storetest gives each test a database of its own, on both engines.
//
// Never: part of the program.
package storetest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/mailtest/keeper"
)

// Each runs the test once on SQLite and once on PostgreSQL, each time with a
// fresh, migrated database.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	engines(t,
		func(t *testing.T) { test(t, SQLite(t)) },
		func(t *testing.T) { test(t, Postgres(t)) })
}

// EachAddress is Each for tests that open the database themselves, perhaps in
// several processes; it has no table yet.
func EachAddress(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	engines(t,
		func(t *testing.T) { test(t, SQLiteAddress(t)) },
		func(t *testing.T) { test(t, EmptyPostgresAddress(t)) })
}

// engines leaves SQLite out under the race detector, where it is twenty times
// slower (it is translated from C), unless PostgreSQL is absent.
func engines(t *testing.T, sqlite, postgres func(t *testing.T)) {
	t.Helper()
	here := keeper.Here(t, Service)
	if !raced || !here {
		t.Run(store.SQLite, sqlite)
	}
	if !raced || here {
		t.Run(store.Postgres, postgres)
	}
}

// SQLite returns a fresh, migrated database in a file.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	address := SQLiteAddress(t)
	if err := blank(strings.TrimPrefix(address, "sqlite:")); err != nil {
		t.Fatal(err)
	}
	return open(t, address)
}

// migratedFile is the file of a database without a row, made once for each test
// binary: making all tables takes longer than most tests.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "blank.db")
	db, err := store.Open(context.Background(), "sqlite:"+file, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // which folds its log into the file
		return nil, err
	}
	return os.ReadFile(file)
})

// blank lays such a file where a database is to be.
func blank(file string) error {
	b, err := migratedFile()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o600)
}

// SQLiteAddress is where nothing is yet, for tests of several processes.
func SQLiteAddress(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "data", "returnsupport.db")
}

// Postgres returns a fresh, migrated database on the run's server.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	return open(t, PostgresAddress(t))
}

func open(t testing.TB, address string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), address, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
