package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// crowd has n writers wait behind one, lets them go at once and returns what
// each was told.
func crowd(t *testing.T, db *store.DB, n int, f func(k int, tx *store.Tx) error) []error {
	t.Helper()
	holds, free := make(chan bool), make(chan bool)
	var all sync.WaitGroup
	var first sync.Once // it may run again with those it shares a commit with
	all.Go(func() {
		mustWrite(t, db, func(*store.Tx) error { first.Do(func() { close(holds) }); <-free; return nil })
	})
	<-holds
	told := make([]error, n)
	for k := range n {
		all.Go(func() {
			told[k] = db.Write(context.Background(), "join", func(tx *store.Tx) error { return f(k, tx) })
		})
	}
	for store.Waiting(db) < n {
		time.Sleep(time.Millisecond)
	}
	close(free)
	all.Wait()
	return told
}

func sqliteGround(t *testing.T) *store.DB { return openWith(t, storetest.SQLiteAddress(t), playground) }

func TestWritersWhoWaitShareACommit(t *testing.T) {
	db := sqliteGround(t)
	before := store.Commits(db)
	told := crowd(t, db, 40, func(k int, tx *store.Tx) error {
		tx.After(func() {
			var n int
			if err := db.QueryRow(context.Background(), `SELECT count(*) FROM store_things WHERE id = $1`, fmt.Sprint(k)).Scan(&n); err != nil || n != 1 {
				t.Errorf("writer %d was told before the commit: %d, %v", k, n, err)
			}
		})
		return insert(tx, fmt.Sprint(k), fmt.Sprint(k))
	})
	if err := errors.Join(told...); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db); n != 40 {
		t.Errorf("%d rows", n)
	}
	if n := store.Commits(db) - before; n > 20 {
		t.Errorf("%d commits for 41 writers", n)
	}
}

func TestWhoFailsAmongManyUndoesOnlyTheirOwn(t *testing.T) {
	db := sqliteGround(t)
	refusal := helpdesk.Refuse("tickets.closed")
	told := crowd(t, db, 30, func(k int, tx *store.Tx) error {
		if err := insert(tx, fmt.Sprint(k), fmt.Sprint(k)); err != nil {
			return err
		}
		switch k % 3 {
		case 1:
			return refusal
		case 2:
			insert(tx, fmt.Sprint(k), "again") // conflicts, and nobody looks
		}
		return nil
	})
	for k, err := range told {
		var no helpdesk.Refusal
		switch k % 3 {
		case 0:
			if err != nil {
				t.Errorf("writer %d: %v", k, err)
			}
		case 1:
			if !errors.As(err, &no) {
				t.Errorf("writer %d: %v", k, err)
			}
		case 2:
			if !errors.Is(err, helpdesk.ErrConflict) {
				t.Errorf("writer %d: %v", k, err)
			}
		}
	}
	if n := count(t, db); n != 10 {
		t.Errorf("%d rows, want the ten that were told so", n)
	}
}

func TestWhoGivesUpWaitingLeavesNobodyUncommitted(t *testing.T) {
	db := sqliteGround(t)
	holds, free, done := make(chan bool), make(chan bool), make(chan error, 1)
	go func() {
		done <- db.Write(context.Background(), "hold", func(tx *store.Tx) error {
			close(holds)
			<-free
			return insert(tx, "1", "one")
		})
	}()
	<-holds
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan error, 1)
	go func() { gone <- db.Write(ctx, "wait", func(tx *store.Tx) error { return insert(tx, "2", "two") }) }()
	for store.Waiting(db) < 1 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(free)
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the one who wrote waits for the one who left")
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestWhenTheSharedTransactionIsLostItsMembersRunAgain(t *testing.T) {
	db := sqliteGround(t)
	lost := false
	told := crowd(t, db, 10, func(k int, tx *store.Tx) error {
		if err := insert(tx, fmt.Sprint(k), fmt.Sprint(k)); err != nil {
			return err
		}
		if k == 5 && !lost {
			lost = true
			// As SQLite does after some faults.
			_, err := tx.Exec(context.Background(), "ROLLBACK")
			return errors.Join(err, errors.New("lost"))
		}
		return nil
	})
	for k, err := range told {
		if (err != nil) != (k == 5) {
			t.Errorf("writer %d: %v", k, err)
		}
	}
	if n := count(t, db); n != 9 {
		t.Errorf("%d rows", n)
	}
}

func TestTheLogIsFoldedBesideTheWriterAndBeginsAnew(t *testing.T) {
	address := storetest.SQLiteAddress(t)
	db := openWith(t, address, playground)
	log := strings.TrimPrefix(address, "sqlite:") + "-wal"
	body := make([]byte, 40_000)
	var most int64
	for k := range 40 {
		for n := range 20 { // some eight megabytes a round
			mustWrite(t, db, func(tx *store.Tx) error {
				id := fmt.Sprint(k, "-", n)
				_, err := tx.Exec(context.Background(), `INSERT INTO store_things (id, name, count, body) VALUES ($1, $1, $2, $3)`, id, n, body)
				return err
			})
		}
		store.Fold(db)
		if at, err := os.Stat(log); err == nil {
			most = max(most, at.Size())
		}
	}
	if most > 30<<20 {
		t.Errorf("the log grew to %d MiB", most>>20)
	}
	if n := count(t, db); n != 800 {
		t.Errorf("%d rows", n)
	}
}

// Of two who do the same, one is refused for what the other wrote; when they hear
// so and look, it has to be there.
func TestWhoIsRefusedForWhatAnotherWroteFindsItThere(t *testing.T) {
	db := sqliteGround(t)
	refused := errors.New("somebody else was faster")
	for round := range 20 {
		key := fmt.Sprint("same-", round)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				err := db.Write(context.Background(), "once", func(tx *store.Tx) error {
					n, err := tx.Exec(context.Background(), `INSERT INTO store_parents (id) VALUES ($1) ON CONFLICT DO NOTHING`, key)
					if err == nil && n == 0 {
						err = refused
					}
					return err
				})
				if err == nil {
					return
				}
				var n int
				if !errors.Is(err, refused) {
					t.Error(err)
				} else if err := db.QueryRow(context.Background(), `SELECT COUNT(*) FROM store_parents WHERE id = $1`, key).Scan(&n); err != nil || n != 1 {
					t.Errorf("refused for %s, which is not there: %d, %v", key, n, err)
				}
			})
		}
		all.Wait()
	}
}
