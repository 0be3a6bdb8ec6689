package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge/mailtest/keeper"
)

// rowsOfAWrite rows are written in one transaction and acknowledged together.
const rowsOfAWrite = 3

// childWrites writes until it is killed. A number on standard output
// acknowledges that the write of that number is committed.
func childWrites(address string) error {
	db, err := store.OpenWith(context.Background(), address, playground)
	if err != nil {
		return err
	}
	var last int
	if err := db.QueryRow(context.Background(), `SELECT coalesce(max(count), 0) FROM store_things`).Scan(&last); err != nil {
		return err
	}
	for n := last + 1; ; n++ {
		err := db.Write(context.Background(), "write", func(tx *store.Tx) error {
			for range rowsOfAWrite {
				id := string(helpdesk.NewID())
				if _, err := tx.Exec(context.Background(), `INSERT INTO store_things (id, name, count, body) VALUES ($1, $1, $2, $3)`, id, n, make([]byte, 2000)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(os.Stdout, n); err != nil {
			return err
		}
	}
}

// writeUntil runs the writing child, calls end after a while, and returns the
// last number the child acknowledged.
func writeUntil(t *testing.T, address string, end func(kill func())) (acknowledged int) {
	t.Helper()
	cmd := child("write", address)
	cmd.Stderr = nil // it ends in the middle of something
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, ended := bufio.NewScanner(out), make(chan struct{})
	for first := true; lines.Scan(); first = false {
		if acknowledged, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if first {
			time.AfterFunc(time.Duration(20+rand.IntN(200))*time.Millisecond, func() {
				defer close(ended)
				end(func() { cmd.Process.Kill() })
			})
		}
	}
	cmd.Wait()
	if acknowledged == 0 {
		t.Fatal("nothing was written")
	}
	<-ended
	return acknowledged
}

// exact checks that each acknowledged write is there, whole, and at most the
// one besides whose acknowledgement was cut off.
func exact(t *testing.T, db *store.DB, acknowledged int) {
	t.Helper()
	wholeSQLite(t, db)
	rows, err := db.Query(context.Background(), `SELECT t.count, count(*) FROM store_things t GROUP BY t.count ORDER BY t.count`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	want := 0
	for rows.Next() {
		var number, there int
		if err := rows.Scan(&number, &there); err != nil {
			t.Fatal(err)
		}
		if want++; number != want || there != rowsOfAWrite {
			t.Fatalf("write %d has %d rows where write %d should stand", number, there, want)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if want != acknowledged && want != acknowledged+1 {
		t.Errorf("%d writes are there, %d were acknowledged", want, acknowledged)
	}
}

func TestAWriterKilledAtAnyInstantLeavesExactlyWhatItAcknowledged(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		for range 8 {
			acknowledged := writeUntil(t, address, func(kill func()) { kill() })
			db, err := store.OpenWith(context.Background(), address, playground)
			if err != nil {
				t.Fatal(err)
			}
			// PostgreSQL may still be busy with the dead writer's last words.
			settled(t, db)
			exact(t, db, acknowledged)
			db.Close()
		}
	})
}

// settled waits until no other connection works on the database.
func settled(t *testing.T, db *store.DB) {
	t.Helper()
	if db.Engine() == store.SQLite {
		return
	}
	for range 500 {
		var others int
		err := db.QueryRow(context.Background(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`).Scan(&others)
		if err != nil {
			t.Fatal(err)
		}
		if others == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the dead writer's connection lives on")
}

func TestAServerKilledAtAnyInstantKeepsWhatItAcknowledgedAndThePoolRecovers(t *testing.T) {
	keeper.Require(t, storetest.Service)
	cluster, err := storetest.NewCluster(keeper.Folder(t), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	address := cluster.Address("postgres")
	db := openWith(t, address, playground)
	for range 3 {
		acknowledged := writeUntil(t, address, func(func()) { cluster.Kill() })
		err := db.Write(context.Background(), "try", func(tx *store.Tx) error { return insert(tx, "x", "x") })
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("without a server: %v", err)
		}
		if err := db.QueryRow(context.Background(), "SELECT 1").Scan(new(int)); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("without a server: %v", err)
		}
		if err := cluster.Start(); err != nil {
			t.Fatal(err)
		}
		exact(t, db, acknowledged)
	}
}

func TestAConnectionLostInATransactionIsUnavailabilityAndTheNextWorks(t *testing.T) {
	for name, run := range ways {
		t.Run(name, func(t *testing.T) { connectionLost(t, run) })
	}
}

func connectionLost(t *testing.T, run way) {
	db := openWith(t, storetest.EmptyPostgresAddress(t), playground)
	ctx := context.Background()
	err := db.Write(ctx, "lose", func(tx *store.Tx) error {
		tx.After(func() { t.Error("a hook ran though the commit failed") })
		if err := insert(tx, "1", "one"); err != nil {
			return err
		}
		// Every other connection of this database ends, among them tx's.
		if err := db.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(new(int)); err != nil {
			t.Error(err)
		}
		time.Sleep(50 * time.Millisecond)
		return run(tx, insertNamed, "2", "two")
	})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	mustWrite(t, db, func(tx *store.Tx) error { return insert(tx, "3", "three") })
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows, want the last alone", n)
	}
}
