package store_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestACallerWhoLeavesDuringTheCommitDoesNotCutItShort(t *testing.T) {
	for name, run := range ways {
		t.Run(name, func(t *testing.T) { leavesDuringCommit(t, run) })
	}
}

func leavesDuringCommit(t *testing.T, way way) {
	db := openWith(t, storetest.EmptyPostgresAddress(t), playground)
	run := func(sql string) func(tx *store.Tx) error {
		return func(tx *store.Tx) error {
			_, err := tx.Exec(context.Background(), sql)
			return err
		}
	}
	// COMMIT waits for a lock that the test holds.
	mustWrite(t, db, run(`
		CREATE FUNCTION store_wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END';
		CREATE CONSTRAINT TRIGGER store_late AFTER INSERT ON store_things DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION store_wait();`))
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	patience, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	written, told := make(chan error), false
	mustWrite(t, db, func(tx *store.Tx) error {
		if err := run(`SELECT pg_advisory_xact_lock(7)`)(tx); err != nil {
			return err
		}
		go func() {
			written <- db.Write(ctx, "leave", func(tx *store.Tx) error {
				tx.After(func() { told = true })
				return way(tx, insertNamed, "1", "one")
			})
		}()
		for waits := 0; waits == 0; {
			time.Sleep(5 * time.Millisecond)
			if err := db.QueryRow(patience, `SELECT count(*) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event = 'advisory'`).Scan(&waits); err != nil {
				t.Fatal(err)
			}
		}
		leave()
		time.Sleep(100 * time.Millisecond) // time enough to cut it short
		return nil
	})
	if err := <-written; err != nil || !told {
		t.Errorf("got %v, hook ran: %v", err, told)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestRowsThatBreakOffUnnoticedLoseTheTransaction(t *testing.T) {
	db := openWith(t, storetest.EmptyPostgresAddress(t), playground)
	ctx := context.Background()
	err := db.Write(ctx, "try", func(tx *store.Tx) error {
		tx.After(func() { t.Error("a hook ran though nothing was committed") })
		if err := insert(tx, "1", secret); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT CASE n WHEN $1 THEN CAST(name AS BIGINT) ELSE n END
			FROM store_things, generate_series(1, 1000) AS n`, 1000)
		if err != nil {
			return err
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			n++
		}
		if n == 0 || rows.Err() == nil {
			t.Errorf("%d rows and then %v: the test proves nothing", n, rows.Err())
		}
		discreet(t, rows.Err())
		return nil // the caller does not look
	})
	if err == nil || !strings.Contains(err.Error(), "a statement before had failed") {
		t.Errorf("got %v", err)
	}
	discreet(t, err)
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// TestAPostgresElsewhereSaysHowItIsProtected: without a word of it pgx checks
// no certificate and falls back to plain text.
func TestAPostgresElsewhereSaysHowItIsProtected(t *testing.T) {
	for _, host := range []string{"db.example", "192.0.2.7", "[2001:db8::1]"} {
		_, err := store.Open(context.Background(), "postgres://user:hunter2@"+host+"/house", slog.New(slog.DiscardHandler))
		if !errors.Is(err, store.ErrUnprotected) {
			t.Errorf("%s: %v", host, err)
		}
	}
	for host, want := range map[string]bool{"127.0.0.1": true, "::1": true, "localhost": true, "/run/postgresql": true, "10.0.0.1": false, "localhost.example": false} {
		if store.Nearby(host) != want {
			t.Errorf("nearby(%q) is %t", host, !want)
		}
	}
}
