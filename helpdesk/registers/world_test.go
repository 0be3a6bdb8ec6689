package registers_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/registers"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// world is a house with a coordinator, ada, a second one and two counsellors.
type world struct {
	*testing.T
	ctx     context.Context
	db      *store.DB
	book    *journal.Book
	office  *office.Office
	staff   *staff.Desk
	tickets *tickets.Desk
	room    *registers.Room
	log     bytes.Buffer
	at      time.Time
	words   string
	made    int
	team    helpdesk.ID

	ada, cora, bea, dan *staff.Session
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := &world{T: t, ctx: t.Context(), db: db, at: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)}
		now, log := func() time.Time { return w.at }, slog.New(slog.NewTextHandler(&w.log, nil))
		secrets, events, cost := vault.NewSecrets(), bus.InProcess(), vault.Cost{MiB: 1, Passes: 1}
		w.book = journal.New(db, secrets, now, log)
		w.office = office.New(office.House{DB: db, Secrets: secrets, Journal: w.book, Now: now, Log: log})
		w.staff = staff.New(staff.House{DB: db, Secrets: secrets, Bus: events, Journal: w.book, Office: w.office, Now: now, Log: log, Cost: cost})
		persons := people.New(people.House{DB: db, Secrets: secrets, Bus: events, Journal: w.book, Staff: w.staff, Now: now, Log: log, Cost: cost})
		w.tickets = tickets.New(tickets.House{DB: db, Secrets: secrets, Bus: events, Journal: w.book, Staff: w.staff, People: persons, Now: now, Cost: cost})
		places, err := directory.New(directory.House{DB: db, Secrets: secrets, Journal: w.book, Now: now})
		w.must(err)
		w.room = registers.New(registers.House{DB: db, Secrets: secrets, Journal: w.book, Office: w.office, Staff: w.staff, Tickets: w.tickets, Directory: places, Now: now})
		made, err := w.staff.Init(w.ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada Lind", Address: "ada@help.example", Locale: "sv", Teams: []staff.NewTeam{{Name: "return"}}})
		w.must(err)
		w.words, w.team = made.Words, made.Teams[0].ID
		w.ada = w.signIn("ada", made.Words)
		w.cora = w.hire(staff.Coordinator, "Cora Berg", w.team)
		w.bea, w.dan = w.hire(staff.Counsellor, "Bea Holm", w.team), w.hire(staff.Counsellor, "Dan Ek", w.team)
		test(w)
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) signIn(login, words string) *staff.Session {
	w.Helper()
	cookie, err := w.staff.SignIn(w.ctx, login, words)
	w.must(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.must(err)
	return s
}

func (w *world) hire(kind staff.Kind, name string, teams ...helpdesk.ID) *staff.Session {
	w.Helper()
	w.made++
	login := fmt.Sprintf("user%d", w.made)
	token, err := w.staff.Invite(w.ctx, w.staff.Console(), login, name, login+"@help.example", kind, teams...)
	w.must(err)
	words, cookie, err := w.staff.Accept(w.ctx, token, "en")
	w.must(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.must(err)
	for _, team := range teams {
		w.must(w.staff.Admit(w.ctx, w.signIn("ada", w.words), s.User.ID, team))
	}
	return w.signIn(login, words)
}

func (w *world) refused(err error, key string) {
	w.Helper()
	if no, ok := err.(helpdesk.Refusal); !ok || no.Key != key {
		w.Errorf("%v, want %s", err, key)
	}
}

// plain is a cell as somebody reads it who has the disk.
func plain(cell any) string {
	if b, ok := cell.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(cell)
}

func (w *world) exec(query string, args ...any) {
	w.Helper()
	w.must(w.db.Write(w.ctx, "tamper", func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, query, args...)
		return err
	}))
}
