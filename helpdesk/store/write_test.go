package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestHooksRunAfterTheCommitInOrder(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		var order []int
		mustWrite(t, db, func(tx *store.Tx) error {
			for i := range 3 {
				tx.After(func() {
					if count(t, db) != 1 { // db sees only what is committed
						t.Error("a hook ran before the commit")
					}
					order = append(order, i)
				})
			}
			return insert(tx, "1", "one")
		})
		if !slices.Equal(order, []int{0, 1, 2}) {
			t.Errorf("hooks ran as %v", order)
		}
	})
}

func TestARefusalRollsBackAndComesBackAsItIs(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		refusal := helpdesk.Refuse("tickets.closed", 7)
		err := db.Write(context.Background(), "try", func(tx *store.Tx) error {
			tx.After(func() { t.Error("a hook ran after a rollback") })
			if err := insert(tx, "1", "one"); err != nil {
				return err
			}
			return refusal
		})
		var got helpdesk.Refusal
		if !errors.As(err, &got) || got.Key != "tickets.closed" {
			t.Errorf("got %v", err)
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestAPanicRollsBackAndGoesOn(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		func() {
			defer func() {
				if p := recover(); p != "out of coffee" {
					t.Errorf("recovered %v", p)
				}
			}()
			db.Write(context.Background(), "try", func(tx *store.Tx) error {
				tx.After(func() { t.Error("a hook ran after a rollback") })
				if err := insert(tx, "1", "one"); err != nil {
					t.Error(err)
				}
				panic("out of coffee")
			})
		}()
		mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "2", "two") }) // the writer is free again
		if n := count(t, db); n != 1 {
			t.Errorf("%d rows, want the second alone", n)
		}
	})
}

func TestAFailedStatementLosesTheTransactionOnBothEngines(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "1", "one") })
		err := db.Write(context.Background(), "try", func(tx *store.Tx) error {
			if err := insert(tx, "2", "two"); err != nil {
				t.Error(err)
			}
			insert(tx, "3", "one") // conflicts, and the caller does not look
			if err := insert(tx, "4", "four"); !errors.Is(err, helpdesk.ErrConflict) {
				t.Errorf("a statement after the failed one: %v", err)
			}
			if err := tx.QueryRow(context.Background(), "SELECT 1").Scan(new(int)); !errors.Is(err, helpdesk.ErrConflict) {
				t.Errorf("a question after the failed one: %v", err)
			}
			return nil
		})
		if !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("got %v", err)
		}
		if n := count(t, db); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestTwoThatWaitForEachOtherBothSucceed(t *testing.T) {
	for name, run := range ways {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, db *store.DB) { waitForEachOther(t, db, run) })
		})
	}
}

func waitForEachOther(t *testing.T, db *store.DB, run way) {
	mustWrite(t, db, func(tx *store.Tx) error {
		return errors.Join(insert(tx, "a", "a"), insert(tx, "b", "b"))
	})
	const add = `UPDATE store_things SET count = count + 1 WHERE id = $1`
	var runs, hooks atomic.Int32
	var both, all sync.WaitGroup
	both.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		all.Go(func() {
			first := true
			err := db.Write(context.Background(), "cross over", func(tx *store.Tx) error {
				runs.Add(1)
				tx.After(func() { hooks.Add(1) })
				if _, err := tx.Exec(context.Background(), add, order[0]); err != nil {
					return err
				}
				if first && db.Engine() == store.Postgres { // SQLite lets one in at a time
					first = false
					both.Done()
					both.Wait()
				}
				return run(tx, add, order[1])
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, id := range []string{"a", "b"} {
		var n int
		if err := db.QueryRow(context.Background(), `SELECT count FROM store_things WHERE id = $1`, id).Scan(&n); err != nil || n != 2 {
			t.Errorf("%s counts %d, %v", id, n, err)
		}
	}
	if hooks.Load() != 2 {
		t.Errorf("%d hooks ran for two commits", hooks.Load())
	}
	if db.Engine() == store.Postgres && runs.Load() != 3 {
		t.Errorf("%d runs, want a deadlock and one repetition", runs.Load())
	}
}

func TestAReaderMayNotWrite(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		err := db.QueryRow(context.Background(), `INSERT INTO store_things (id, name) VALUES ($1, $2) RETURNING id`, "1", "one").Scan(new(string))
		if err == nil || !strings.Contains(err.Error(), "a Reader may not write") {
			t.Errorf("got %v", err)
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestRowsAreClosedBeforeTheNextStatement(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		mustWrite(t, db, func(tx *store.Tx) error { return errors.Join(insert(tx, "1", "one"), insert(tx, "2", "two")) })
		err := db.Write(ctx, "try", func(tx *store.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM store_things WHERE count < $1`, 5)
			if err != nil {
				return err
			}
			defer rows.Close()
			rows.Next()
			return insert(tx, "3", "three")
		})
		if err == nil || !strings.Contains(err.Error(), "still open") {
			t.Errorf("got %v", err)
		}
		mustWrite(t, db, func(tx *store.Tx) error { // and the connection is none the worse
			rows, err := tx.Query(ctx, `SELECT id FROM store_things WHERE count < $1`, 5)
			if err != nil {
				return err
			}
			if err := rows.Close(); err != nil {
				return err
			}
			return insert(tx, "3", "three")
		})
	})
}

func TestWhatIsWrittenIsReadAlikeOnBothEngines(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		body := []byte{0, 1, 0xff, 0xfe, '\n'}
		mustWrite(t, db, func(tx *store.Tx) error {
			for _, row := range []struct {
				id   helpdesk.ID
				body []byte
			}{{"bytes", body}, {"empty", []byte{}}, {"null", nil}} {
				n, err := tx.Exec(ctx, `INSERT INTO store_things (id, name, count, flag, body) VALUES ($1, $1, $2, $3, $4)`,
					row.id, int64(-7), true, row.body)
				if err != nil || n != 1 {
					return fmt.Errorf("%d rows: %w", n, err)
				}
			}
			return nil
		})
		for id, want := range map[string][]byte{"bytes": body, "empty": {}, "null": nil} {
			var name string
			var n int64
			var flag, there bool
			var got []byte
			err := db.QueryRow(ctx, `SELECT name, count, flag, body, body IS NULL FROM store_things WHERE id = $1`, id).Scan(&name, &n, &flag, &got, &there)
			if err != nil || name != id || n != -7 || !flag || string(got) != string(want) || there != (want == nil) {
				t.Errorf("%s: %q %d %v %x null=%v, %v", id, name, n, flag, got, there, err)
			}
		}
		var sum int64
		var any bool
		var most string
		err := db.QueryRow(ctx, `SELECT sum(count), EXISTS (SELECT 1 FROM store_things WHERE flag), max(id) FROM store_things`).Scan(&sum, &any, &most)
		if err != nil || sum != -21 || !any || most != "null" {
			t.Errorf("sum %d, exists %v, max %q, %v", sum, any, most, err)
		}
	})
}

func TestMoreStatementsThanAConnectionKeeps(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		mustWrite(t, db, func(tx *store.Tx) error {
			for i := range 600 {
				var n int
				if err := tx.QueryRow(context.Background(), fmt.Sprintf(`SELECT count(*) + %d FROM store_things WHERE count < $1`, i), 5).Scan(&n); err != nil || n != i {
					return fmt.Errorf("statement %d gives %d: %w", i, n, err)
				}
			}
			return nil
		})
	})
}

func TestAKeptStatementSeesATableThatAnotherProgramChanged(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		db := openWith(t, address, playground)
		mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "1", "one") })
		count(t, db)
		mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "2", "two") })
		more := fstest.MapFS{"0001_store_playground.sql": playground["0001_store_playground.sql"],
			"0002_store_more.sql": {Data: []byte("ALTER TABLE store_things ADD COLUMN more BIGINT NOT NULL DEFAULT 3;")}}
		openWith(t, address, more)
		mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "3", "three") })
		if n := count(t, db); n != 3 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestScrubLeavesNothingOfWhatWasErased(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		canary := "canary-" + string(helpdesk.NewID())
		mustWrite(t, db, func(tx *store.Tx) error {
			for i := range 50 {
				if err := insert(tx, fmt.Sprint(i), fmt.Sprint(canary, i)); err != nil {
					return err
				}
			}
			return nil
		})
		if !strings.Contains(string(storetest.Dump(t, db)), canary) {
			t.Fatal("the dump lacks what is stored: the test proves nothing")
		}
		mustWrite(t, db, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM store_things WHERE count < $1`, 5)
			return err
		})
		if err := db.Scrub(ctx, "store_things"); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(storetest.Dump(t, db)), canary); n != 0 {
			t.Errorf("the canary is there %d times", n)
		}
		if err := db.Scrub(ctx, "x; DROP TABLE store_things"); db.Engine() == store.Postgres && err == nil {
			t.Error("a sentence passed as a table's name")
		}
	})
}

func TestAWriterThatWaitsTooLongIsToldThatTheDatabaseIsUnavailable(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "1", "one") })
		const touch = `UPDATE store_things SET count = count + 1 WHERE id = $1`
		holds, free := make(chan bool), make(chan bool)
		go db.Write(context.Background(), "hold", func(tx *store.Tx) error {
			_, err := tx.Exec(context.Background(), touch, "1")
			holds <- true
			<-free
			return err
		})
		<-holds
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		err := db.Write(ctx, "wait", func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, touch, "1")
			return err
		})
		if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(free)
		mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "2", "two") })
	})
}

func TestAnotherProcessThatHoldsTheWriterIsWaitedFor(t *testing.T) {
	address := storetest.SQLiteAddress(t)
	mine, theirs := openWith(t, address, playground), openWith(t, address, playground)
	holds, free, done := make(chan bool), make(chan bool), make(chan error)
	go func() {
		done <- theirs.Write(context.Background(), "hold", func(tx *store.Tx) error {
			err := insert(tx, "theirs", "theirs")
			holds <- true
			<-free
			return err
		})
	}()
	<-holds
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	err := mine.Write(ctx, "wait", func(tx *store.Tx) error { return insert(tx, "early", "early") })
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("gave up after %v, asked to after 0.1 s", took)
	}
	time.AfterFunc(300*time.Millisecond, func() { close(free) })
	mustWrite(t, mine, func(tx *store.Tx) error { return insert(tx, "mine", "mine") })
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := count(t, mine); n != 2 {
		t.Errorf("%d rows", n)
	}
}

func TestEveryConnectionToSQLiteKeepsWhatIsPromised(t *testing.T) {
	db := openWith(t, storetest.SQLiteAddress(t), playground)
	promised := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "temp_store": "2",
	}
	check := func(who string, r store.Reader) {
		for name, want := range promised {
			var got string
			if err := r.QueryRow(context.Background(), "PRAGMA "+name).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s is %s, want %s, %v", who, name, got, want, err)
			}
		}
	}
	check("reader", db)
	mustWrite(t, db, func(tx *store.Tx) error {
		check("writer", tx)
		return nil
	})
}

func TestScrubWaitsForWhoStillSeesWhatWasErased(t *testing.T) {
	db := openWith(t, storetest.EmptyPostgresAddress(t), playground)
	ctx := context.Background()
	canary := "canary-" + string(helpdesk.NewID())
	mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "1", canary) })
	read := make(chan error, 1)
	go func() {
		var slow string
		read <- db.QueryRow(ctx, `SELECT pg_sleep(1)::text`).Scan(&slow)
	}()
	for reading := 0; reading == 0; {
		if err := db.QueryRow(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
			AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL`).Scan(&reading); err != nil {
			t.Fatal(err)
		}
	}
	mustWrite(t, db, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM store_things WHERE count >= $1`, -1)
		return err
	})
	if err := db.Scrub(ctx, "store_things"); err != nil {
		t.Fatal(err)
	}
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(storetest.Dump(t, db)), canary) {
		t.Error("what was erased is kept for the one who reads")
	}
}
