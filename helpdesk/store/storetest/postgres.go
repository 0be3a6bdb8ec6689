package storetest

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/mailtest/keeper"
)

// Service is the PostgreSQL server that all packages of a test run share.
const Service = "postgres"

func init() {
	keeper.Register(keeper.Service{
		Name: Service,
		Missing: func() string {
			if binaries() == "" {
				return "apt-get install postgresql"
			}
			return ""
		},
		Start: func(dir string) (keeper.Running, error) {
			c, err := NewCluster(dir, false)
			if err != nil {
				return keeper.Running{}, err
			}
			return keeper.Running{Address: c.Address("DATABASE"), Stop: c.Stop}, nil
		},
	})
}

const (
	maintenance = "postgres"
	template    = "migrated"
)

func address(t testing.TB, database string) string {
	t.Helper()
	return strings.Replace(keeper.Address(t, Service), "/DATABASE", "/"+database, 1)
}

// PostgresAddress is the address of a fresh, migrated database on the run's
// server; the database is dropped when the test ends.
func PostgresAddress(t testing.TB) string {
	t.Helper()
	return create(t, migrated(t))
}

// EmptyPostgresAddress is the address of a fresh database without any table.
func EmptyPostgresAddress(t testing.TB) string {
	t.Helper()
	return create(t, "template0")
}

func create(t testing.TB, from string) string {
	t.Helper()
	name := "t_" + string(helpdesk.NewID())
	command(t, "CREATE DATABASE "+name+" TEMPLATE "+from)
	t.Cleanup(func() { command(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return address(t, name)
}

// command runs one statement on the run's server, on a connection of its own:
// a database can't be copied or dropped from within.
func command(t testing.TB, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, address(t, maintenance))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

var making sync.Mutex

// migrated makes the run's template database, unless another package has, and
// returns its name. All packages of a run are built of the same migrations.
func migrated(t testing.TB) string {
	t.Helper()
	making.Lock()
	defer making.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, address(t, maintenance))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	// Held until the connection ends: other packages wait here.
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(1)"); err != nil {
		t.Fatal(err)
	}
	var one int
	err = conn.QueryRow(ctx, "SELECT 1 FROM pg_database WHERE datname = $1", template).Scan(&one)
	if err == nil {
		return template
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	// Made under another name, so that a test killed here leaves no half one.
	unfinished := "making_" + string(helpdesk.NewID())
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+unfinished+" TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, address(t, unfinished), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+unfinished+" RENAME TO "+template); err != nil {
		t.Fatal(err)
	}
	return template
}
