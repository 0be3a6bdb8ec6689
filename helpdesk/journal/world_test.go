package journal_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

type world struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	clock   *housetest.Clock
	log     *housetest.Log
	book    *journal.Book
}

func newWorld(t *testing.T, db *store.DB) *world {
	w := &world{
		t: t, ctx: context.Background(), db: db, secrets: vault.NewSecrets(),
		clock: housetest.At(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)), log: &housetest.Log{},
	}
	w.book = w.another()
	return w
}

// another process on the same database.
func (w *world) another() *journal.Book {
	return journal.New(w.db, w.secrets, w.clock.Now, slog.New(slog.NewTextHandler(w.log, nil)))
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newWorld(t, db)) })
}

func (w *world) must(err error) { w.t.Helper(); housetest.Must(w.t, err) }

// write adds entries with sealed details, in one transaction.
func (w *world) write(n int) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "write", func(tx *store.Tx) error {
		for range n {
			w.clock.Pass(time.Microsecond)
			e := journal.Entry{Actor: "actor", Verb: "test.done", Object: helpdesk.NewID(), Sealed: []byte("sealed details")}
			if err := w.book.Write(w.ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (w *world) chain() {
	w.t.Helper()
	w.must(w.book.Chain(w.ctx))
}

func (w *world) verify(known ...journal.Head) journal.Report {
	w.t.Helper()
	r, err := w.book.Verify(w.ctx, known...)
	w.must(err)
	return r
}

func (w *world) good() journal.Report {
	w.t.Helper()
	r := w.verify()
	if r.Bad != nil {
		w.t.Fatalf("%s at %d, entry %q", r.Bad.Kind, r.Bad.Number, r.Bad.Entry)
	}
	return r
}

// exec tampers as somebody may who can do anything to the database.
func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "tamper", func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, query, args...)
		return err
	}))
}

// disarm drops the triggers, which only guard against our own mistakes.
func (w *world) disarm() {
	w.t.Helper()
	if w.db.Engine() == store.Postgres {
		for _, name := range []string{"append_only", "numbered_loss", "entry_loss"} {
			w.exec(`DROP FUNCTION journal_` + name + `() CASCADE`)
		}
		return
	}
	for _, name := range []string{"entry_change", "entry_loss", "link_change", "link_loss", "signature_change", "signature_loss", "detail_change"} {
		w.exec(`DROP TRIGGER journal_` + name)
	}
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	w.must(w.db.QueryRow(w.ctx, query, args...).Scan(&n))
	return n
}
