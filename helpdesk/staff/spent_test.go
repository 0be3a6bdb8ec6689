package staff

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// An answered question is remembered for as long as it could be answered again,
// and not for longer.
func TestAnAnswerIsRememberedAsLongAsItCouldComeAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, clock := context.Background(), housetest.At(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
		d := New(House{DB: db, Secrets: vault.NewSecrets(), Now: clock.Now, Log: slog.New(slog.DiscardHandler), Cost: vault.Cost{MiB: 1, Passes: 1}})
		answers := func(sealed []byte) error {
			return db.Write(ctx, "answer", func(tx *store.Tx) error {
				q, err := d.question(askProve, "", sealed)
				if err != nil {
					return err
				}
				return d.spend(ctx, tx, sealed, q)
			})
		}
		sweeps := func(want int) {
			t.Helper()
			if err := d.forgetSpent(ctx); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := db.QueryRow(ctx, `SELECT COUNT(*) FROM staff_spent`).Scan(&n); err != nil || n != want {
				t.Errorf("%d are remembered, want %d: %v", n, want, err)
			}
		}
		again := func(sealed []byte) {
			t.Helper()
			var no helpdesk.Refusal
			if err := answers(sealed); !errors.As(err, &no) || no.Key != "staff.asked" {
				t.Errorf("answered again: %v", err)
			}
		}
		asks := func() []byte {
			sealed, err := d.ask(askProve, asked{})
			if err != nil {
				t.Fatal(err)
			}
			if err := answers(sealed); err != nil {
				t.Fatal(err)
			}
			return sealed
		}
		sweeps(0)
		first := asks()
		clock.Pass(time.Minute)
		second := asks()
		clock.Pass(askedTime - time.Minute - time.Microsecond)
		sweeps(2)
		again(first)
		clock.Pass(time.Microsecond) // the first can no longer be answered
		sweeps(1)
		again(first)
		again(second)
		clock.Pass(time.Minute)
		sweeps(0)
		again(second)
	})
}
