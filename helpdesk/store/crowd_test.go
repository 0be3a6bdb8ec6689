package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// TestOfASlowDatabaseThoseBeyondTheCrowdHearSoAtOnce: a lock makes every question
// and every write wait, as a database does whose disk has stopped.
func TestOfASlowDatabaseThoseBeyondTheCrowdHearSoAtOnce(t *testing.T) {
	const asked = 5000
	ctx := t.Context()
	address := storetest.EmptyPostgresAddress(t)
	db, other := openWith(t, address, playground), openWith(t, address, playground)
	locked, release, released := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		released <- other.Write(ctx, "be slow", func(tx *store.Tx) error {
			if _, err := tx.Exec(ctx, "LOCK TABLE store_things IN ACCESS EXCLUSIVE MODE"); err != nil {
				return err
			}
			close(locked)
			<-release
			return nil
		})
	}()
	<-locked

	var done sync.WaitGroup
	var calm, served, wrong atomic.Int64
	ask := func(do func(ctx context.Context) error) {
		done.Go(func() {
			began := time.Now()
			switch err := do(ctx); {
			case err == nil:
				served.Add(1)
			case !errors.Is(err, helpdesk.ErrUnavailable):
				wrong.Add(1)
				t.Error(err)
			case time.Since(began) > 2*time.Second:
				t.Errorf("refused after %v", time.Since(began))
				fallthrough
			default:
				calm.Add(1)
			}
		})
	}
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range asked {
		ask(func(ctx context.Context) error {
			return db.QueryRow(ctx, "SELECT COUNT(*) FROM store_things").Scan(new(int))
		})
		ask(func(ctx context.Context) error {
			return db.Write(ctx, "write", func(tx *store.Tx) error { return insert(tx, fmt.Sprint(i), fmt.Sprint(i)) })
		})
	}
	const waiting = 2 * store.CrowdMost
	for limit := time.Now().Add(20 * time.Second); calm.Load() < 2*asked-waiting && time.Now().Before(limit); {
		time.Sleep(time.Millisecond)
	}
	runtime.GC()
	runtime.ReadMemStats(&during)
	if n := calm.Load(); n != 2*asked-waiting {
		t.Errorf("%d were told at once, want %d", n, 2*asked-waiting)
	}
	if grown := int64(during.HeapAlloc) - int64(before.HeapAlloc); grown > 20<<20 {
		t.Errorf("those who wait take %d MB", grown>>20)
	}
	close(release)
	if err := <-released; err != nil {
		t.Fatal(err)
	}
	done.Wait()
	if served.Load() != waiting || wrong.Load() != 0 {
		t.Errorf("%d were served in the end, want %d", served.Load(), waiting)
	}
	if n := count(t, db); n != store.CrowdMost {
		t.Errorf("%d rows, want %d", n, store.CrowdMost)
	}
}
