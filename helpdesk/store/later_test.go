package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

func TestWhatMayWaitKeepsItsPlaceAmongTheOthers(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		const rename = `UPDATE store_things SET name = name || $1`
		mustWrite(t, db, func(tx *store.Tx) error {
			if err := later(tx, insertNamed, "1", "a"); err != nil {
				return err
			}
			if n := count(t, tx); n != 1 {
				t.Errorf("a question sees %d rows", n)
			}
			if err := errors.Join(later(tx, rename, "b"), later(tx, insertNamed, "2", "x")); err != nil {
				return err
			}
			if n, err := tx.Exec(ctx, rename, "c"); err != nil || n != 2 {
				t.Errorf("a statement sees %d rows, %v", n, err)
			}
			if err := errors.Join(later(tx, rename, "d"), now(tx, rename, "e"), later(tx, rename, "f"), later(tx, rename, "g")); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, `SELECT name FROM store_things ORDER BY id`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for _, want := range []string{"abcdefg", "xcdefg"} {
				var got string
				if !rows.Next() || rows.Scan(&got) != nil || got != want {
					t.Errorf("read %q, want %q", got, want)
				}
			}
			rows.Close()
			return later(tx, rename, "h")
		})
		var got string
		if err := db.QueryRow(ctx, `SELECT name FROM store_things WHERE id = $1`, "1").Scan(&got); err != nil || got != "abcdefgh" {
			t.Errorf("committed %q, %v", got, err)
		}
	})
}

// Whatever comes behind a statement that fails, the transaction is lost.
func TestAFailureOfWhatWaitedLosesTheTransaction(t *testing.T) {
	ctx := context.Background()
	followers := map[string]func(tx *store.Tx) error{
		"commit": func(*store.Tx) error { return nil },
		"exec":   func(tx *store.Tx) error { return insert(tx, "4", "four") },
		"row":    func(tx *store.Tx) error { return tx.QueryRow(ctx, `SELECT 1`).Scan(new(int)) },
		"rows": func(tx *store.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM store_things`)
			if err == nil {
				rows.Close()
			}
			return err
		},
	}
	each(t, func(t *testing.T, db *store.DB) {
		mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "1", secret) })
		for name, next := range followers {
			t.Run(name, func(t *testing.T) {
				err := db.Write(ctx, "try", func(tx *store.Tx) error {
					tx.After(func() { t.Error("a hook ran after a failure") })
					later(tx, insertNamed, "2", "two")
					// Conflicts, and the caller does not look.
					if err := later(tx, insertNamed, "3", secret); (err == nil) != (db.Engine() == store.Postgres) {
						t.Errorf("where it stands: %v", err)
					}
					later(tx, insertNamed, "5", "five")
					if err := next(tx); name != "commit" && !errors.Is(err, helpdesk.ErrConflict) {
						t.Errorf("what follows: %v", err)
					}
					return nil
				})
				if !errors.Is(err, helpdesk.ErrConflict) {
					t.Errorf("got %v", err)
				}
				discreet(t, err)
				// The same connection goes on, with nothing left of it.
				told := false
				mustWrite(t, db, func(tx *store.Tx) error {
					tx.After(func() { told = true })
					return later(tx, insertNamed, "new "+name, "new "+name)
				})
				if !told {
					t.Error("no hook after the commit")
				}
			})
		}
		if n := count(t, db); n != 1+len(followers) {
			t.Errorf("%d rows", n)
		}
	})
}

func TestWhatWaitsWhenATransactionIsGivenUpIsForgotten(t *testing.T) {
	refused := errors.New("refused")
	each(t, func(t *testing.T, db *store.DB) {
		give := func(up func(leave func()) error) error {
			ctx, leave := context.WithCancel(context.Background())
			defer leave()
			return db.Write(ctx, "try", func(tx *store.Tx) error {
				tx.After(func() { t.Error("a hook ran after a rollback") })
				if err := later(tx, insertNamed, "1", "one"); err != nil {
					t.Error(err)
				}
				return up(leave)
			})
		}
		for range 3 {
			if err := give(func(func()) error { return refused }); err != refused {
				t.Errorf("got %v", err)
			}
			if err := give(func(leave func()) error { leave(); return nil }); !errors.Is(err, context.Canceled) {
				t.Errorf("the caller left: %v", err)
			}
			func() {
				defer func() { recover() }()
				give(func(func()) error { panic("out of coffee") })
			}()
			mustWrite(t, db, func(tx *store.Tx) error { return now(tx, `UPDATE store_things SET count = 7`) })
			if n := count(t, db); n != 0 {
				t.Fatalf("%d rows", n)
			}
		}
	})
}

func TestWhatWaitsIsBounded(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		const insertBody = `INSERT INTO store_things (id, name, body) VALUES ($1, 'same', $2)`
		var failed []int
		err := db.Write(context.Background(), "try", func(tx *store.Tx) error {
			for i := range 3 { // the second conflicts
				if later(tx, insertBody, fmt.Sprint(i), make([]byte, 600<<10)) != nil {
					failed = append(failed, i)
				}
			}
			return nil
		})
		if !errors.Is(err, helpdesk.ErrConflict) || !slices.Equal(failed, []int{1, 2}) {
			t.Errorf("got %v, told at %v", err, failed)
		}
	})
}

func TestNothingMayWaitWhileRowsAreOpen(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		err := db.Write(context.Background(), "try", func(tx *store.Tx) error {
			rows, err := tx.Query(context.Background(), `SELECT 1`)
			if err != nil {
				return err
			}
			defer rows.Close()
			if err := later(tx, insertNamed, "1", "one"); err == nil {
				t.Error("accepted")
			}
			return nil
		})
		if err == nil || count(t, db) != 0 {
			t.Errorf("got %v, %d rows", err, count(t, db))
		}
	})
}

func TestAnAnswerThatMayWaitIsThereWithTheNextOne(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		mustWrite(t, db, func(tx *store.Tx) error {
			var id helpdesk.ID
			var n int64
			var flag bool
			var body, none []byte
			name := "as it was"
			err := errors.Join(
				later(tx, `INSERT INTO store_things (id, name, count, flag, body) VALUES ($1, $1, $2, $3, $4)`, "a", 7, true, []byte("sealed")),
				tx.Ahead(ctx, []any{&id, &n, &flag, &body, &none}, `UPDATE store_things SET count = count + 1 WHERE id = $1 RETURNING id, count, flag, body, NULL`, "a"),
				tx.Ahead(ctx, []any{&name}, `SELECT name FROM store_things WHERE id = $1`, "b"))
			if err != nil {
				return err
			}
			if n := count(t, tx); n != 1 {
				t.Errorf("the question behind sees %d rows", n)
			}
			if got := fmt.Sprintf("%s %d %v %s %s %s", id, n, flag, body, none, name); got != "a 8 true sealed  as it was" {
				t.Errorf("got %s", got)
			}
			return nil
		})
		err := db.Write(ctx, "try", func(tx *store.Tx) error {
			var id string
			tx.Ahead(ctx, []any{&id}, `INSERT INTO store_things (id, name) VALUES ($1, $1) RETURNING id`, "a")
			return tx.QueryRow(ctx, `SELECT 1`).Scan(new(int))
		})
		if !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("got %v", err)
		}
		discreet(t, err)
	})
}

// What is written later is read as what is written at once.
func TestWhatWaitedIsReadAlike(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		mustWrite(t, db, func(tx *store.Tx) error {
			return errors.Join(
				later(tx, `INSERT INTO store_things (id, name, count, flag, body) VALUES ($1, $1, $2, $3, $4)`, helpdesk.ID("a"), int64(-7), true, []byte(nil)),
				later(tx, `INSERT INTO store_things (id, name, count, flag, body) VALUES ($1, $1, $2, $3, $4)`, helpdesk.ID("b"), 7, false, []byte{}))
		})
		for id, want := range map[string]string{"a": "-7 true true", "b": "7 false false"} {
			var n int64
			var flag, null bool
			err := db.QueryRow(ctx, `SELECT count, flag, body IS NULL FROM store_things WHERE id = $1`, id).Scan(&n, &flag, &null)
			if got := fmt.Sprint(n, flag, null); err != nil || got != want {
				t.Errorf("%s: %s, %v", id, got, err)
			}
		}
	})
}

// An answer that came in the same round trip as others is the same answer.
func TestAnAnswerIsTheSameWhetherSomethingWaitedOrNot(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		const ask = `SELECT COUNT(*), COALESCE(SUM(count), 0) + 0, MAX(name), MAX(count), NULL, 'word', COUNT(*) > 1, $1 || '' FROM store_things WHERE id < $2`
		read := func(tx *store.Tx) string {
			var n, sum, most int64
			var name, word, arg string
			var none []byte
			var many bool
			if err := tx.QueryRow(ctx, ask, "é", "3").Scan(&n, &sum, &name, &most, &none, &word, &many, &arg); err != nil {
				t.Error(err)
			}
			return fmt.Sprint(n, sum, name, most, none == nil, word, many, arg)
		}
		mustWrite(t, db, func(tx *store.Tx) error {
			if err := errors.Join(later(tx, insertNamed, "1", "a"), later(tx, insertNamed, "2", "b")); err != nil {
				return err
			}
			together := read(tx)
			if alone := read(tx); alone != together || !strings.HasPrefix(alone, "2 ") {
				t.Errorf("%q together, %q alone", together, alone)
			}
			if err := later(tx, `UPDATE store_things SET count = count + 0 WHERE id = $1`, "1"); err != nil {
				return err
			}
			if err := tx.QueryRow(ctx, `SELECT name FROM store_things WHERE id = $1`, "none").Scan(new(string)); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("nothing is %v", err)
			}
			n, err := tx.Exec(ctx, `UPDATE store_things SET count = count + 1 WHERE id < $1`, "3")
			if n != 2 {
				t.Errorf("%d rows changed", n)
			}
			return err
		})
	})
}
