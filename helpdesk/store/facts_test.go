package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

const secret = "they-took-my-brother"

// discreet checks that nothing of a value stands in the error or in any error
// it wraps.
func discreet(t *testing.T, err error) {
	t.Helper()
	for _, text := range []string{fmt.Sprint(err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		if strings.Contains(text, secret) {
			t.Errorf("the error tells the value: %s", text)
		}
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			discreet(t, inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			discreet(t, inner)
		}
	}
}

func TestErrorsAreFactsAndTellNoValues(t *testing.T) {
	for name, run := range ways {
		t.Run(name, func(t *testing.T) { errorsAreFacts(t, run) })
	}
}

func errorsAreFacts(t *testing.T, run way) {
	exec := func(sql string, args ...any) func(tx *store.Tx) error {
		return func(tx *store.Tx) error { return run(tx, sql, args...) }
	}
	ask := func(into any, sql string, args ...any) func(tx *store.Tx) error {
		return func(tx *store.Tx) error { return tx.QueryRow(context.Background(), sql, args...).Scan(into) }
	}
	cases := []struct {
		what string
		do   func(tx *store.Tx) error
		fact error // nil: any error that is no fact
	}{
		{"unique", exec(`INSERT INTO store_things (id, name) VALUES ($1, $2)`, "2", secret), helpdesk.ErrConflict},
		{"primary key", exec(`INSERT INTO store_parents (id) VALUES ($1)`, secret), helpdesk.ErrConflict},
		{"no row", ask(new(string), `SELECT id FROM store_things WHERE id = $1`, "none"+secret), helpdesk.ErrNotFound},
		{"not null", exec(`INSERT INTO store_things (id, name, body) VALUES ($1, NULL, $2)`, secret, []byte(secret)), nil},
		{"check", exec(`INSERT INTO store_things (id, name, count) VALUES ($1, $1, $2)`, secret+"3", 9999999), nil},
		{"foreign key", exec(`INSERT INTO store_things (id, name, parent) VALUES ($1, $1, $2)`, "4", "no "+secret), nil},
		{"scan", ask(new(int), `SELECT name FROM store_things WHERE id = $1`, "1"), nil},
		{"no such column", exec(`UPDATE store_things SET nowhere = $1`, secret), nil},
		{"syntax", exec(`UPDATE UPDATE SET nowhere = $1`, secret), nil},
		{"arguments", exec(`UPDATE store_things SET name = $1 WHERE id = $2`, secret, struct{ s string }{secret}), nil},
	}
	each(t, func(t *testing.T, db *store.DB) {
		mustWrite(t, db, func(tx *store.Tx) error {
			return errors.Join(insert(tx, "1", secret), exec(`INSERT INTO store_parents (id) VALUES ($1)`, secret)(tx))
		})
		for _, c := range cases {
			t.Run(c.what, func(t *testing.T) {
				err := db.Write(context.Background(), "try", c.do)
				if err == nil {
					t.Fatal("no error")
				}
				discreet(t, err)
				for _, fact := range []error{helpdesk.ErrConflict, helpdesk.ErrNotFound, store.ErrUnavailable, store.ErrFull} {
					if errors.Is(err, fact) != (fact == c.fact) {
						t.Errorf("%v: is %q: %v", err, fact, errors.Is(err, fact))
					}
				}
			})
		}
	})
	t.Run("a value of the wrong type", func(t *testing.T) { // SQLite takes any
		db := openWith(t, storetest.EmptyPostgresAddress(t), playground)
		for _, do := range []func(tx *store.Tx) error{
			exec(`UPDATE store_things SET count = $1`, secret),
			exec(`UPDATE store_things SET count = CAST($1 AS TEXT)::bigint`, secret),
			ask(new(int), `SELECT CAST(CAST($1 AS TEXT) AS BIGINT)`, secret),
		} {
			err := db.Write(context.Background(), "try", do)
			if errors.Is(err, store.ErrUnavailable) {
				t.Errorf("got %v", err)
			}
			discreet(t, err)
		}
	})
}

func TestPostgresCodesBecomeFacts(t *testing.T) {
	for code, fact := range map[string]error{
		"23505": helpdesk.ErrConflict, "53100": store.ErrFull,
		"53300": store.ErrUnavailable, "57P01": store.ErrUnavailable, "57P03": store.ErrUnavailable,
		"08006": store.ErrUnavailable, "57014": store.ErrUnavailable, "40P01": store.ErrUnavailable,
		"22P02": nil, "XX000": nil, "": nil,
	} {
		err := store.PostgresFault(&pgconn.PgError{
			Code: code, Message: secret, Detail: secret, Hint: secret, Where: secret, InternalQuery: secret,
		})
		discreet(t, err)
		for _, known := range []error{helpdesk.ErrConflict, store.ErrUnavailable, store.ErrFull} {
			if errors.Is(err, known) != (known == fact) {
				t.Errorf("%q: %v", code, err)
			}
		}
	}
}

func TestAFullDiskIsSaidAndLosesNothingThatWasThere(t *testing.T) {
	db := openWith(t, storetest.SQLiteAddress(t), playground)
	mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "1", "one") })
	if err := db.Shrink(context.Background(), 2); err != nil {
		t.Fatal(err)
	}
	err := db.Write(context.Background(), "fill", func(tx *store.Tx) error {
		_, err := tx.Exec(context.Background(), `INSERT INTO store_things (id, name, body) VALUES ($1, $1, $2)`, "2", make([]byte, 100_000))
		return err
	})
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v", err)
	}
	mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "3", "three") })
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows", n)
	}
	wholeSQLite(t, db)
}

func TestAQuestionThatTakesTooLongIsStoppedAndThePoolGoesOn(t *testing.T) {
	const long = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1) SELECT count(*) FROM numbers`
	each(t, func(t *testing.T, db *store.DB) {
		for range 6 { // more often than there are readers
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			err := db.QueryRow(ctx, long, 1_000_000_000).Scan(new(int))
			cancel()
			if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("got %v", err)
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := db.QueryRow(ctx, "SELECT 1").Scan(new(int)); !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("the caller left: %v", err)
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}
