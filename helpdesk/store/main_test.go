package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// A test that needs a second process runs this binary again as one of these.
var roles = map[string]func(address string) error{
	"migrate": childMigrates,
	"write":   childWrites,
}

const (
	envRole    = "STORE_TEST_ROLE"
	envAddress = "STORE_TEST_ADDRESS"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(envRole); role != "" {
		if err := roles[role](os.Getenv(envAddress)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(role, address string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), envRole+"="+role, envAddress+"="+address)
	cmd.Stderr = os.Stderr
	return cmd
}

// each opens a fresh database of either engine with one step that holds the
// tests' tables.
func each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		test(t, openWith(t, address, playground))
	})
}

var playground = fstest.MapFS{"0001_store_playground.sql": {Data: []byte(`
CREATE TABLE store_parents (id TEXT PRIMARY KEY);
CREATE TABLE store_things (
	id     TEXT PRIMARY KEY,
	parent TEXT REFERENCES store_parents (id),
	name   TEXT NOT NULL UNIQUE,
	count  BIGINT NOT NULL DEFAULT 0 CHECK (count < 1000000),
	flag   BOOLEAN NOT NULL DEFAULT FALSE,
	body   BYTEA
);
-- postgres: ALTER TABLE store_things ALTER COLUMN body SET STORAGE MAIN;
CREATE INDEX store_things_count ON store_things (count, id);
`)}}

func openWith(t testing.TB, address string, steps fstest.MapFS) *store.DB {
	t.Helper()
	db, err := store.OpenWith(context.Background(), address, steps)
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

func reopen(t testing.TB, address string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), address, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

const insertNamed = `INSERT INTO store_things (id, name) VALUES ($1, $2)`

func insert(tx *store.Tx, id, name string) error { return now(tx, insertNamed, id, name) }

// way is one of the two in which a transaction runs a statement.
type way func(tx *store.Tx, query string, args ...any) error

var ways = map[string]way{"now": now, "later": later}

func now(tx *store.Tx, query string, args ...any) error {
	_, err := tx.Exec(context.Background(), query, args...)
	return err
}

func later(tx *store.Tx, query string, args ...any) error {
	return tx.Later(context.Background(), query, args...)
}

func mustWrite(t testing.TB, db *store.DB, f func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(context.Background(), "prepare the test", f); err != nil {
		t.Fatal(err)
	}
}

func count(t testing.TB, db store.Reader) int {
	t.Helper()
	var n int
	if err := db.QueryRow(context.Background(), `SELECT count(*) FROM store_things`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// wholeSQLite fails the test unless the file passes SQLite's own examination.
func wholeSQLite(t testing.TB, db *store.DB) {
	t.Helper()
	if db.Engine() != store.SQLite {
		return
	}
	var verdict string
	if err := db.QueryRow(context.Background(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("integrity_check: %q, %v", strings.SplitN(verdict, "\n", 2)[0], err)
	}
}
