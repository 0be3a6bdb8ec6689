package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Dump returns every byte a thief of the database finds, to search for what
// must not be there: on SQLite its files with the log, on PostgreSQL the files
// of this one database and, because long values lie compressed in them, every
// value of every table as it is. The server's write-ahead log is shared with
// other tests and left out.
func Dump(t testing.TB, db *store.DB) []byte {
	t.Helper()
	var all bytes.Buffer
	if db.Engine() == store.SQLite {
		var number, name, file any
		if err := db.QueryRow(context.Background(), "PRAGMA database_list").Scan(&number, &name, &file); err != nil {
			t.Fatal(err)
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			b, err := os.ReadFile(fmt.Sprint(file) + suffix)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			all.Write(b)
		}
		return all.Bytes()
	}
	postgresFiles(t, db, &all)
	for _, table := range postgresTables(t, db) {
		postgresTable(t, db, table, &all)
	}
	return all.Bytes()
}

func postgresFiles(t testing.TB, db *store.DB, all *bytes.Buffer) {
	t.Helper()
	ctx := context.Background()
	// A VACUUM's or a write's pages may still lie in the server's memory.
	if err := db.QueryRow(ctx, "CHECKPOINT").Scan(); !errors.Is(err, helpdesk.ErrNotFound) {
		t.Fatal(err)
	}
	var data, number string
	err := db.QueryRow(ctx, `SELECT current_setting('data_directory'), oid::text FROM pg_database WHERE datname = current_database()`).Scan(&data, &number)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(data, "base", number, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of the database: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) { // a dropped table's file may go meanwhile
			t.Fatal(err)
		}
		all.Write(b)
	}
}

func postgresTables(t testing.TB, db *store.DB) []string {
	t.Helper()
	rows, err := db.Query(context.Background(), `SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

func postgresTable(t testing.TB, db *store.DB, table string, all *bytes.Buffer) {
	t.Helper()
	rows, err := db.Query(context.Background(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values := make([]sql.RawBytes, len(columns))
	targets := make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			all.Write(v)
			all.WriteByte('\n')
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
