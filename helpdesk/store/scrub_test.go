package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// fillAndErase keeps twenty values, lets meanwhile run, deletes them and returns
// what they begin with.
func fillAndErase(t *testing.T, db *store.DB, meanwhile func()) []byte {
	t.Helper()
	ctx := context.Background()
	canary := "canary-" + string(helpdesk.NewID())
	mustWrite(t, db, func(tx *store.Tx) error {
		for i := range 20 {
			if _, err := tx.Exec(ctx, `INSERT INTO store_things (id, name, count, body) VALUES ($1, $1, $2, $3)`, fmt.Sprint(i), i, fmt.Append(nil, canary, i)); err != nil {
				return err
			}
		}
		return nil
	})
	meanwhile()
	if !bytes.Contains(storetest.Dump(t, db), []byte(canary)) {
		t.Fatal("the dump lacks what is stored: the test proves nothing")
	}
	mustWrite(t, db, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM store_things WHERE count >= $1`, 0)
		return err
	})
	return []byte(canary)
}

// An older transaction in another database of the same server holds back what
// every new snapshot takes for the past, that of VACUUM FULL among them.
func TestScrubWaitsForATransactionInAnotherDatabase(t *testing.T) {
	db := openWith(t, storetest.EmptyPostgresAddress(t), playground)
	other := openWith(t, storetest.EmptyPostgresAddress(t), playground)
	ctx := context.Background()
	done := make(chan error, 1)
	canary := fillAndErase(t, db, func() {
		holds := make(chan bool)
		go func() {
			done <- other.Write(ctx, "hold", func(tx *store.Tx) error {
				err := insert(tx, "1", "one")
				close(holds)
				time.Sleep(time.Second)
				return err
			})
		}()
		<-holds
	})
	if err := db.Scrub(ctx, "store_things"); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(storetest.Dump(t, db), canary); n != 0 {
		t.Errorf("what was erased is there %d times", n)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// PostgreSQL's planner keeps samples of what stood in a column.
func TestScrubLeavesNoSampleOfWhatWasErased(t *testing.T) {
	db := openWith(t, storetest.EmptyPostgresAddress(t), playground)
	canary := fillAndErase(t, db, func() {
		if err := db.QueryRow(context.Background(), `ANALYZE store_things`).Scan(); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Fatal(err)
		}
	})
	if err := db.Scrub(context.Background(), "store_things"); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(storetest.Dump(t, db), canary); n != 0 {
		t.Errorf("what was erased is there %d times", n)
	}
}

func TestThePlannerSamplesNoSealedBytes(t *testing.T) {
	db := storetest.Postgres(t)
	var bytes, sampled int
	err := db.QueryRow(context.Background(), `SELECT COUNT(*), COUNT(*) FILTER (WHERE COALESCE(a.attstattarget, -1) <> 0) FROM pg_attribute a
		JOIN pg_class c ON c.oid = a.attrelid WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.atttypid = 'bytea'::regtype`).Scan(&bytes, &sampled)
	if err != nil || bytes < 20 || sampled != 0 {
		t.Errorf("of %d columns of bytes %d are sampled, %v", bytes, sampled, err)
	}
}
