package storetest_test

import (
	"context"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	ctx := context.Background()
	for range 2 {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			err := db.Write(ctx, "make a table", func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "CREATE TABLE storetest_mine (id TEXT PRIMARY KEY)")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
