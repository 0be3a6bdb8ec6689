package directory_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge/mailtest/keeper"
)

type world struct {
	*testing.T
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	book    *journal.Book
	staff   *staff.Desk
	room    *directory.Room
	log     *housetest.Log
	ada     *staff.Session // a coordinator
	now     time.Time
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := &world{T: t, ctx: t.Context(), db: db, secrets: vault.NewSecrets(), log: &housetest.Log{}}
		// A Monday; in Stockholm it is a quarter past ten.
		w.now = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
		now, log := func() time.Time { return w.now }, slog.New(slog.NewTextHandler(w.log, nil))
		w.book = journal.New(db, w.secrets, now, log)
		w.staff = staff.New(staff.House{
			DB: db, Secrets: w.secrets, Bus: bus.InProcess(), Journal: w.book, Now: now, Log: log, Cost: vault.Cost{MiB: 1, Passes: 1},
			Office: office.New(office.House{DB: db, Secrets: w.secrets, Journal: w.book, Now: now, Log: log}),
		})
		w.room = w.replica()
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
func (w *world) replica() *directory.Room {
	w.Helper()
	room, err := directory.New(directory.House{DB: w.db, Secrets: w.secrets, Journal: w.book, Now: func() time.Time { return w.now }})
	w.ok(err)
	return room
}

func (w *world) hire(login string) *staff.Session {
	w.Helper()
	token, err := w.staff.Invite(w.ctx, w.ada, login, login, login+"@help.example", staff.Counsellor)
	w.ok(err)
	_, cookie, err := w.staff.Accept(w.ctx, token, "en")
	w.ok(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.ok(err)
	return s
}

// take imports tables given as text, by file name.
func (w *world) take(o directory.Options, tables map[string]string) (directory.Report, error) {
	w.Helper()
	files := fstest.MapFS{}
	for name, text := range tables {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return w.room.Import(w.ctx, w.ada, directory.Folder(files), o)
}

func (w *world) took(tables map[string]string) directory.Report {
	w.Helper()
	report, err := w.take(directory.Options{}, tables)
	if err != nil {
		w.Fatalf("%v: %v", err, report.Refused)
	}
	return report
}

func (w *world) takeJSON(text string) (directory.Report, error) {
	w.Helper()
	in, err := directory.Open("x.json", strings.NewReader(text))
	w.ok(err)
	return w.room.Import(w.ctx, w.ada, in, directory.Options{})
}

func (w *world) export(as directory.Format) []byte {
	w.Helper()
	var b bytes.Buffer
	w.ok(w.room.Export(w.ctx, w.ada, &b, as))
	return b.Bytes()
}

func (w *world) find(q directory.Query) []directory.Hit {
	w.Helper()
	if q.View == "" {
		q.View = directory.ForCounsellors
	}
	page, err := w.room.Find(w.ctx, q)
	w.ok(err)
	return page.Hits
}

// names are the services found, in their order.
func names(hits []directory.Hit) string {
	var out []string
	for _, h := range hits {
		out = append(out, h.Name)
	}
	return strings.Join(out, ", ")
}

// organisation is the house id of one found by a service's name.
func (w *world) organisation(service string) helpdesk.ID {
	w.Helper()
	for _, h := range w.find(directory.Query{Need: service}) {
		if h.Name == service {
			return h.Organisation
		}
	}
	w.Fatalf("no service %q", service)
	return ""
}

func (w *world) vet(org helpdesk.ID, change func(*directory.Vetting)) directory.Vetting {
	w.Helper()
	v, err := w.room.Vetting(w.ctx, org)
	w.ok(err)
	v.Kind, v.Country, v.On, v.Until, v.Takes, v.SharesWithAuthorities = directory.Partner, "SE", "2026-02-01", "2026-12-31", directory.TakesPackage, directory.SharesNo
	if change != nil {
		change(&v)
	}
	v, err = w.room.Vet(w.ctx, w.ada, org, v)
	w.ok(err)
	return v
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
	for err != nil {
		if no, ok := err.(helpdesk.Refusal); ok {
			return no.Key
		}
		next, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = next.Unwrap()
	}
	return fmt.Sprint(err)
}

// corpora finds HSDS' own example data: RETURNSUPPORT_CORPORA, or the folder
// beside the project.
func corpora(t *testing.T) string {
	t.Helper()
	root := os.Getenv("RETURNSUPPORT_CORPORA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	dir := filepath.Join(root, "hsds")
	if _, err := os.Stat(dir); err != nil {
		keeper.Absent(t, "HSDS' examples at "+dir, "set RETURNSUPPORT_CORPORA to the folder that holds hsds/")
	}
	return dir
}
