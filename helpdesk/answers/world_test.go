package answers_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

type world struct {
	*testing.T
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	book    *journal.Book
	staff   *staff.Desk
	shelf   *answers.Shelf
	log     *housetest.Log
	ada     *staff.Session // a coordinator
	now     time.Time
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := &world{T: t, ctx: t.Context(), db: db, secrets: vault.NewSecrets(), log: &housetest.Log{}}
		// In Stockholm it is the second of March already.
		w.now = time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
		now, log := func() time.Time { return w.now }, slog.New(slog.NewTextHandler(w.log, nil))
		w.book = journal.New(db, w.secrets, now, log)
		w.staff = staff.New(staff.House{
			DB: db, Secrets: w.secrets, Bus: bus.InProcess(), Journal: w.book, Now: now, Log: log, Cost: vault.Cost{MiB: 1, Passes: 1},
			Office: office.New(office.House{DB: db, Secrets: w.secrets, Journal: w.book, Now: now, Log: log}),
		})
		w.shelf = w.replica()
		made, err := w.staff.Init(w.ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada", Address: "ada@help.example", Locale: "sv", Teams: []staff.NewTeam{{Name: "return"}}})
		w.ok(err)
		cookie, err := w.staff.SignIn(w.ctx, "ada", made.Words)
		w.ok(err)
		w.ada, err = w.staff.Session(w.ctx, cookie, false)
		w.ok(err)
		test(w)
	})
}

// replica is the same room in another process.
func (w *world) replica() *answers.Shelf {
	w.Helper()
	shelf, err := answers.New(answers.House{DB: w.db, Secrets: w.secrets, Journal: w.book, Now: func() time.Time { return w.now }})
	w.ok(err)
	return shelf
}

func (w *world) hire(login string, kind staff.Kind) *staff.Session {
	w.Helper()
	token, err := w.staff.Invite(w.ctx, w.ada, login, login, login+"@help.example", kind)
	w.ok(err)
	_, cookie, err := w.staff.Accept(w.ctx, token, "en")
	w.ok(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.ok(err)
	return s
}

func (w *world) answer(owner *staff.Session) answers.Answer {
	return answers.Answer{
		Kind: answers.Canned, Title: "After a refusal", Source: "Aliens Act 2005:716, chapter 14", Owner: owner.User.ID, Review: "2026-06-01",
		Texts: map[string]string{"en": "You can appeal. Call {phone}.", "sv": "Du kan överklaga. Ring {phone}."},
	}
}

func (w *world) put(by *staff.Session, a answers.Answer) answers.Answer {
	w.Helper()
	a, err := w.shelf.Put(w.ctx, by, a)
	w.ok(err)
	return a
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v\n%s", err, w.log)
	}
}

func (w *world) exec(query string, args ...any) {
	w.Helper()
	w.ok(w.db.Write(w.ctx, "test", func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, query, args...)
		return err
	}))
}

func (w *world) same(what string, got, want any) {
	w.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("%s: %v, want %v", what, got, want)
	}
}

func key(err error) string {
	if no, ok := err.(helpdesk.Refusal); ok {
		return no.Key
	}
	return fmt.Sprint(err)
}
