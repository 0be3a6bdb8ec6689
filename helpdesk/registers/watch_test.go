package registers_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
)

// What was read and proven once is not read again; what came since is, also a
// line of a process whose clock goes behind.
func TestALookAtWhatIsUnusualReadsOnlyWhatIsNew(t *testing.T) {
	each(t, func(w *world) {
		searched := func(ago time.Duration) {
			w.must(w.db.Write(w.ctx, "search", func(tx *store.Tx) error {
				return w.book.Write(w.ctx, tx, journal.Entry{At: w.at.Add(-ago), Actor: w.bea.User.ID, Verb: journal.VerbOwnName, Object: helpdesk.NewID()})
			}))
		}
		count := func() int {
			n := 0
			seen, err := w.room.Watch(w.ctx, w.ada)
			w.must(err)
			for _, u := range seen.Unusual {
				if u.Reason == journal.OwnName {
					n += u.Count
				}
			}
			return n
		}
		searched(time.Hour)
		searched(2 * time.Hour)
		if n := count(); n != 2 {
			t.Fatalf("%d searches seen, not 2", n)
		}
		w.must(w.db.Write(w.ctx, "take a line away, as only the database's owner can", func(tx *store.Tx) error {
			free := "DROP TRIGGER journal_entry_loss"
			if w.db.Engine() == store.Postgres {
				free = "ALTER TABLE journal_entry DISABLE TRIGGER ALL"
			}
			if _, err := tx.Exec(w.ctx, free); err != nil {
				return err
			}
			_, err := tx.Exec(w.ctx, "DELETE FROM journal_entry WHERE verb = $1 AND at < $2", journal.VerbOwnName, w.at.Add(-90*time.Minute).UnixMicro())
			return err
		}))
		w.at = w.at.Add(time.Minute)
		searched(3 * time.Minute)
		searched(0)
		for range 2 {
			if n := count(); n != 4 {
				t.Errorf("%d searches seen, not the two from before and two new ones", n)
			}
		}
		// And none is held for longer than it is looked for.
		w.at = w.at.AddDate(0, 0, 40)
		w.ada = w.signIn("ada", w.words)
		if n := count(); n != 0 {
			t.Errorf("%d searches of forty days ago", n)
		}
	})
}
