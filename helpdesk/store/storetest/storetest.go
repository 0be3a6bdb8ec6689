// Package storetest gives each test a database of its own, on both engines.
//
// Never: part of the program.
package storetest

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/mailtest/keeper"
)

// Each runs the test once on SQLite and once on PostgreSQL. Under the race
// detector SQLite, translated from C, is twenty times slower, so there it is
// used only where PostgreSQL is absent.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	if !raced || !keeper.Here(t, Service) {
		t.Run(store.SQLite, func(t *testing.T) { test(t, SQLite(t)) })
	}
	if !raced || keeper.Here(t, Service) {
		t.Run(store.Postgres, func(t *testing.T) { test(t, Postgres(t)) })
	}
}

// SQLite returns a fresh, migrated database in a file.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	return open(t, SQLiteAddress(t))
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
