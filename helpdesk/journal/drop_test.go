package journal_test

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
)

// page drops the oldest page written before an instant.
func (w *world) page(before time.Time) (dropped bool, err error) {
	err = w.db.Write(w.ctx, "drop", func(tx *store.Tx) error {
		dropped, err = w.book.DropPage(w.ctx, tx, before)
		return err
	})
	return dropped, err
}

func TestOldPagesGoAndTheRestStillVerifies(t *testing.T) {
	each(t, func(w *world) {
		w.write(1_500)
		w.chain()
		kept := w.good().Head // known outside the database, as from the log
		w.clock.Pass(48 * time.Hour)
		w.write(1_600)
		w.chain()
		young := w.clock.Now().Add(-time.Hour)
		if n, err := w.book.OldPages(w.ctx, young); err != nil || n != 1 {
			t.Errorf("%d old pages, %v", n, err)
		}
		for _, want := range []bool{true, false} { // the second page is young at its end
			if got, err := w.page(young); err != nil || got != want {
				t.Fatalf("dropped %t, %v, want %t", got, err, want)
			}
		}
		seen, err := w.book.Verify(w.ctx, kept)
		w.must(err)
		if seen.Bad != nil || seen.Dropped != 1_000 || seen.Linked != 2_100 {
			t.Errorf("after dropping: %+v, %+v", seen, seen.Bad)
		}
		for _, table := range []string{"journal_entry", "journal_link"} {
			if n := w.count(`SELECT COUNT(*) FROM ` + table); n != 2_100 {
				t.Errorf("%s has %d rows", table, n)
			}
		}
		// The page that is written now stays, however old.
		later := w.clock.Now().Add(time.Hour)
		for _, want := range []bool{true, true, false} {
			if got, err := w.page(later); err != nil || got != want {
				t.Fatalf("dropped %t, %v, want %t", got, err, want)
			}
		}
		w.write(3)
		w.chain()
		if seen, err = w.book.Verify(w.ctx); err != nil || seen.Bad != nil || seen.Dropped != 3_000 || seen.Linked != 103 {
			t.Errorf("at the end: %+v, %+v, %v", seen, seen.Bad, err)
		}
	})
}

func TestNobodyElseCutsTheBooksBeginningOff(t *testing.T) {
	each(t, func(w *world) {
		w.write(2_500)
		w.chain()
		if _, err := w.page(w.clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		write := func(query string, args ...any) error {
			return w.db.Write(w.ctx, "thief", func(tx *store.Tx) error { _, err := tx.Exec(w.ctx, query, args...); return err })
		}
		if err := write(`DELETE FROM journal_link WHERE number <= 1001`); err == nil {
			t.Error("a link after the anchor was deleted")
		}
		if err := write(`DELETE FROM journal_entry WHERE id IN (SELECT entry FROM journal_link WHERE number = 1001)`); err == nil {
			t.Error("an entry after the anchor was deleted")
		}
		// Whoever moves the anchor with a signature that is there already.
		w.must(write(`UPDATE journal_anchor SET number = 2000, link = (SELECT link FROM journal_link WHERE number = 2000),
			signature = (SELECT signature FROM journal_signature WHERE number = 2000)`))
		w.must(write(`DELETE FROM journal_entry WHERE id IN (SELECT entry FROM journal_link WHERE number <= 2000)`))
		w.must(write(`DELETE FROM journal_signature WHERE number <= 2000`))
		w.must(write(`DELETE FROM journal_link WHERE number <= 2000`))
		seen, err := w.book.Verify(w.ctx)
		w.must(err)
		if seen.Bad == nil || seen.Bad.Kind != journal.Changed {
			t.Errorf("a beginning that was cut off: %+v", seen)
		}
		if _, err := w.page(w.clock.Now().Add(time.Hour)); err == nil || strings.Contains(err.Error(), "conflict") {
			t.Errorf("and went on with: %v", err)
		}
	})
}

func TestAPageThatIsNotAsWrittenIsNotPutAway(t *testing.T) {
	each(t, func(w *world) {
		w.write(2_100)
		w.chain()
		w.disarm()
		w.exec(`DELETE FROM journal_link WHERE number = 500`)
		if dropped, err := w.page(w.clock.Now().Add(time.Hour)); err == nil || dropped {
			t.Error("a hole was put away with its page")
		}
		seen, err := w.book.Verify(w.ctx)
		w.must(err)
		if seen.Bad == nil || seen.Bad.Kind != journal.Removed || seen.Bad.Number != 500 {
			t.Errorf("the hole: %+v", seen.Bad)
		}
	})
}
