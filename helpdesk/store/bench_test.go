package store_test

import (
	"context"
	"fmt"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func eachBench(b *testing.B, bench func(b *testing.B, db *store.DB)) {
	b.Run(store.SQLite, func(b *testing.B) { bench(b, openWith(b, storetest.SQLiteAddress(b), playground)) })
	b.Run(store.Postgres, func(b *testing.B) { bench(b, openWith(b, storetest.EmptyPostgresAddress(b), playground)) })
}

const insertThing = `INSERT INTO store_things (id, name, count, body) VALUES ($1, $1, $2, $3)`

// One row of 2 KB a transaction. The test server does not wait for its disk;
// SQLite does.
func BenchmarkTransaction(b *testing.B) {
	eachBench(b, func(b *testing.B, db *store.DB) {
		ctx, body := context.Background(), make([]byte, 2000)
		for b.Loop() {
			mustWrite(b, db, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, insertThing, helpdesk.NewID(), 1, body)
				return err
			})
		}
	})
}

// A page of 20 from the middle of 20,000 rows, by key.
func BenchmarkPage(b *testing.B) {
	const rows, page = 20_000, 20
	eachBench(b, func(b *testing.B, db *store.DB) {
		ctx, body := context.Background(), make([]byte, 500)
		mustWrite(b, db, func(tx *store.Tx) error {
			for i := range rows {
				if _, err := tx.Exec(ctx, insertThing, fmt.Sprintf("%06d", i), i, body); err != nil {
					return err
				}
			}
			return nil
		})
		for b.Loop() {
			list, err := db.Query(ctx, `SELECT id, count, body FROM store_things WHERE (count, id) < ($1, $2) ORDER BY count DESC, id DESC LIMIT $3`, rows/2, "", page)
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for ; list.Next(); n++ {
				var id string
				var number int64
				var got []byte
				if err := list.Scan(&id, &number, &got); err != nil {
					b.Fatal(err)
				}
			}
			if err := list.Err(); err != nil || n != page {
				b.Fatalf("%d rows, %v", n, err)
			}
		}
	})
}
