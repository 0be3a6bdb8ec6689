package journal_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
)

func TestWhatIsWrittenIsLinkedInOrderAndVerifies(t *testing.T) {
	each(t, func(w *world) {
		if r := w.good(); r.Linked != 0 || r.Head.Number != 0 {
			t.Errorf("an empty book: %+v", r)
		}
		w.write(3)
		if r := w.good(); r.Waiting != 3 || r.Linked != 0 {
			t.Errorf("before the chainer: %d waiting, %d linked", r.Waiting, r.Linked)
		}
		w.chain()
		w.write(2)
		w.chain()
		r := w.good()
		if r.Waiting != 0 || r.Linked != 5 || r.Head.Number != 5 || len(r.Head.Link) != 32 {
			t.Errorf("after: %+v", r)
		}
		ordered := w.count(`SELECT COUNT(*) FROM journal_link a JOIN journal_link b ON b.number = a.number + 1
			JOIN journal_entry x ON x.id = a.entry JOIN journal_entry y ON y.id = b.entry WHERE x.at < y.at`)
		if ordered != 4 {
			t.Errorf("%d of 4 neighbours in order", ordered)
		}
	})
}

func TestAnEntryOfATransactionThatFailsIsNotWritten(t *testing.T) {
	each(t, func(w *world) {
		given := errors.New("given up")
		err := w.db.Write(w.ctx, "fail", func(tx *store.Tx) error {
			w.must(w.book.Write(w.ctx, tx, journal.Entry{Verb: "test.done", Object: "x"}))
			return given
		})
		if !errors.Is(err, given) || w.count(`SELECT COUNT(*) FROM journal_entry`) != 0 {
			t.Errorf("err %v, %d entries", err, w.count(`SELECT COUNT(*) FROM journal_entry`))
		}
	})
}

func TestTheBookIsAppendOnlyAlsoForUs(t *testing.T) {
	each(t, func(w *world) {
		w.write(1000)
		w.chain()
		for _, query := range []string{
			`UPDATE journal_entry SET verb = 'x'`, `DELETE FROM journal_entry`,
			`UPDATE journal_link SET number = number + 1`, `DELETE FROM journal_link`,
			`UPDATE journal_signature SET number = number + 1`, `DELETE FROM journal_signature`,
			`UPDATE journal_detail SET sealed = sealed`,
		} {
			err := w.db.Write(w.ctx, "break", func(tx *store.Tx) error {
				_, err := tx.Exec(w.ctx, query)
				return err
			})
			if err == nil {
				t.Errorf("allowed: %s", query)
			}
		}
		w.good()
	})
}

func TestErasedDetailsLeaveTheChainWhole(t *testing.T) {
	each(t, func(w *world) {
		object := helpdesk.NewID()
		w.must(w.db.Write(w.ctx, "write", func(tx *store.Tx) error {
			return w.book.Write(w.ctx, tx, journal.Entry{Verb: "test.done", Object: object, Sealed: []byte("sealed canary")})
		}))
		w.write(1)
		w.chain()
		w.must(w.db.Write(w.ctx, "erase", func(tx *store.Tx) error { return w.book.Erase(w.ctx, tx, object) }))
		if r := w.good(); r.Erased != 1 || r.Linked != 2 {
			t.Errorf("%d erased of %d", r.Erased, r.Linked)
		}
	})
}

func TestOpeningIsOneLineAQuarterOfAnHour(t *testing.T) {
	each(t, func(w *world) {
		open := func(session, conversation helpdesk.ID) {
			w.must(w.book.Opened(w.ctx, session, "somebody", conversation))
		}
		for range 3 {
			open("s1", "c1")
		}
		open("s2", "c1")
		open("s1", "c2")
		if n := w.count(`SELECT COUNT(*) FROM journal_entry`); n != 3 {
			t.Errorf("%d lines within a quarter of an hour", n)
		}
		w.clock.Pass(15 * time.Minute)
		open("s1", "c1")
		if n := w.count(`SELECT COUNT(*) FROM journal_entry`); n != 4 {
			t.Errorf("%d lines after it", n)
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { open("s3", "c3") })
		}
		all.Wait()
		if n := w.count(`SELECT COUNT(*) FROM journal_entry`); n != 5 {
			t.Errorf("%d lines after twenty at once", n)
		}
		w.chain()
		w.good()
	})
}

func TestAnAlarmIsLoggedAtOnceAndNotedOnceAQuarter(t *testing.T) {
	each(t, func(w *world) {
		err := w.db.Write(w.ctx, "in a transaction that is given up", func(tx *store.Tx) error {
			for range 5 {
				w.book.Alarm(w.ctx, "team_forged", "object1")
			}
			return helpdesk.ErrDenied
		})
		if !errors.Is(err, helpdesk.ErrDenied) || !strings.Contains(w.log.String(), "code=team_forged") {
			t.Fatalf("err %v, log %q", err, w.log.String())
		}
		w.chain()
		w.book.Alarm(w.ctx, "team_forged", "object1")
		w.book.Alarm(w.ctx, "team_forged", "object2")
		w.chain()
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = 'alarm.team_forged'`); n != 2 {
			t.Errorf("%d lines for two objects", n)
		}
		for i := range 1500 {
			w.book.Alarm(w.ctx, "flood", helpdesk.ID(strings.Repeat("x", i%1200)))
		}
		w.chain()
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = 'alarm.flood'`); n != 1000 {
			t.Errorf("a flood left %d lines", n)
		}
		w.good()
	})
}

func TestManyChainersMakeOneChain(t *testing.T) {
	each(t, func(w *world) {
		ctx, stop := context.WithCancel(w.ctx)
		var chainers, writers sync.WaitGroup
		for range 4 {
			book := w.another()
			chainers.Go(func() {
				for ctx.Err() == nil {
					if err := book.Chain(w.ctx); err != nil {
						t.Error(err)
					}
					w.clock.Pass(3 * time.Second) // leases run out under way
				}
			})
		}
		for range 4 {
			writers.Go(func() {
				for range 25 {
					err := w.db.Write(w.ctx, "write", func(tx *store.Tx) error {
						return w.book.Write(w.ctx, tx, journal.Entry{Verb: "test.done", Object: "x"})
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		stop()
		chainers.Wait()
		w.clock.Pass(time.Minute)
		w.chain()
		if r := w.good(); r.Linked != 100 || r.Waiting != 0 {
			t.Errorf("%d linked, %d waiting", r.Linked, r.Waiting)
		}
		if strings.Contains(w.log.String(), "alarm") {
			t.Errorf("an alarm: %s", w.log.String())
		}
	})
}

func TestWhoHasTheLeaseChainsAlone(t *testing.T) {
	each(t, func(w *world) {
		w.write(1)
		w.chain()
		w.write(1)
		w.must(w.another().Chain(w.ctx))
		if r := w.good(); r.Waiting != 1 {
			t.Errorf("another chained under our lease: %d waiting", r.Waiting)
		}
		w.clock.Pass(11 * time.Second)
		w.must(w.another().Chain(w.ctx))
		if r := w.good(); r.Waiting != 0 {
			t.Errorf("nobody chained after the lease: %d waiting", r.Waiting)
		}
		// Whoever died under a clock that has gone back since holds nothing for an hour.
		w.clock.Pass(-time.Hour)
		w.write(1)
		w.must(w.another().Chain(w.ctx))
		if r := w.good(); r.Waiting != 0 {
			t.Errorf("nobody chained after the clock went back: %d waiting", r.Waiting)
		}
	})
}

func TestRunLinksByItselfAndToTheEnd(t *testing.T) {
	each(t, func(w *world) {
		ctx, stop := context.WithCancel(w.ctx)
		done := make(chan error)
		go func() { done <- w.book.Run(ctx) }()
		w.write(1)
		for deadline := time.Now().Add(10 * time.Second); w.good().Linked == 0; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("nothing was linked in ten seconds")
			}
		}
		w.write(1)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if r := w.good(); r.Linked != 2 {
			t.Errorf("stopped with %d linked", r.Linked)
		}
	})
}
