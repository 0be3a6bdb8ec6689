package chat_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// world is the rooms a talk needs, on one database, with a clock of its own.
type world struct {
	db      *store.DB
	secrets *vault.Secrets
	bus     bus.Bus
	journal *journal.Book
	office  *office.Office
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	room    *chat.Room
	bell    *bell
	clock   *housetest.Clock
	log     *housetest.Log

	ada   helpdesk.ID
	words string
	team  helpdesk.ID
	made  int
}

// wednesday is within everybody's chat hours, and far from any holiday.
var wednesday = time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC) // 11:30 in Stockholm

// bell remembers what left the house.
type bell struct {
	mu   sync.Mutex
	rang []string
}

func (b *bell) Waiting(_ context.Context, tx *store.Tx, address, lang string, _ time.Time) error {
	tx.After(func() { b.add("waiting " + address + " " + lang) })
	return nil
}

func (b *bell) OnCall(_ context.Context, tx *store.Tx, addresses []string) error {
	tx.After(func() { b.add("on call " + strings.Join(addresses, ",")) })
	return nil
}

func (b *bell) Stop(_ context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	tx.After(func() { b.add(fmt.Sprintf("stop %d", len(tickets))) })
	return nil
}

func (b *bell) Forget(_ context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	tx.After(func() { b.add(fmt.Sprintf("forget %d", len(tickets))) })
	return nil
}

func (b *bell) add(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rang = append(b.rang, s)
}

func (b *bell) heard() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.rang)
}

func build(t testing.TB, db *store.DB) *world {
	t.Helper()
	w := &world{db: db, secrets: vault.NewSecrets(), bus: bus.InProcess(), clock: housetest.At(wednesday), log: &housetest.Log{}, bell: &bell{}}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	cost := vault.Cost{MiB: 1, Passes: 1}
	w.journal = journal.New(db, w.secrets, w.clock.Now, log)
	w.office = office.New(office.House{DB: db, Secrets: w.secrets, Journal: w.journal, Now: w.clock.Now, Log: log})
	w.staff = staff.New(staff.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Office: w.office, Now: w.clock.Now, Log: log, Cost: cost})
	w.people = people.New(people.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Staff: w.staff, Now: w.clock.Now, Log: log, Cost: cost})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Staff: w.staff, People: w.people, Now: w.clock.Now})
	w.room = w.replica()
	made, err := w.staff.Init(t.Context(), staff.InitOptions{
		WordsAlone: true,
		Login:      "ada", Name: "Ada Lind", Address: "ada@example.org", Locale: "sv", Teams: []staff.NewTeam{{Name: "return"}},
	})
	w.ok(t, err)
	w.ada, w.words, w.team = made.User, made.Words, made.Teams[0].ID
	return w
}

// replica is the room as another process of the house has it.
func (w *world) replica() *chat.Room {
	return chat.New(chat.House{
		DB: w.db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Office: w.office, Staff: w.staff,
		People: w.people, Tickets: w.tickets, Bell: w.bell, Now: w.clock.Now, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
}

func (w *world) ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) signIn(t testing.TB, login, words string) *staff.Session {
	t.Helper()
	cookie, err := w.staff.SignIn(t.Context(), login, words)
	w.ok(t, err)
	s, err := w.staff.Session(t.Context(), cookie, false)
	w.ok(t, err)
	return s
}

// hire makes a counsellor of the team, signed in.
func (w *world) hire(t testing.TB, name string, teams ...helpdesk.ID) *staff.Session {
	t.Helper()
	w.made++
	login := fmt.Sprintf("user%d", w.made)
	token, err := w.staff.Invite(t.Context(), w.staff.Console(), login, name, login+"@example.org", staff.Counsellor, teams...)
	w.ok(t, err)
	words, cookie, err := w.staff.Accept(t.Context(), token, "en")
	w.ok(t, err)
	s, err := w.staff.Session(t.Context(), cookie, false)
	w.ok(t, err)
	for _, team := range teams {
		w.ok(t, w.staff.Admit(t.Context(), w.signIn(t, "ada", w.words), s.User.ID, team))
	}
	return w.signIn(t, login, words)
}

// open hires Maria and Bo, rosters them on every line and has them present.
func (w *world) open(t testing.TB) (maria, bo *staff.Session) {
	t.Helper()
	maria, bo = w.hire(t, "Maria Holm", w.team), w.hire(t, "Bo Ek", w.team)
	var roster strings.Builder
	for _, s := range []*staff.Session{maria, bo} {
		for _, line := range []string{"chat_everyone", "chat_detained", "mail"} {
			fmt.Fprintf(&roster, "shift %s %s daily 00:00-24:00\n", s.User.ID, line)
		}
	}
	w.ok(t, w.office.Set(t.Context(), w.ada, office.Roster, roster.String()))
	w.attend(t, maria, bo)
	return maria, bo
}

func (w *world) attend(t testing.TB, all ...*staff.Session) {
	t.Helper()
	for _, s := range all {
		w.ok(t, w.room.Attend(t.Context(), s, chat.Here))
	}
}

// guest opens a cookie for one more request.
func (w *world) guest(t testing.TB, cookie string) *people.Guest {
	t.Helper()
	g, err := w.people.Guest(t.Context(), cookie, false)
	w.ok(t, err)
	return g
}

func (w *world) start(t testing.TB, f chat.First) (chat.Begun, *people.Guest) {
	t.Helper()
	w.made++
	if f.ClientID == "" {
		f.ClientID = fmt.Sprintf("first-%d", w.made)
	}
	if f.Lang == "" {
		f.Lang = "ar"
	}
	if f.Text == "" {
		f.Text = "I need somebody to talk to"
	}
	b, err := w.room.Start(t.Context(), f)
	w.ok(t, err)
	return b, w.guest(t, b.Cookie)
}

func (w *world) texts(t testing.TB, g *people.Guest, conversation helpdesk.ID, after int64) []string {
	t.Helper()
	news, err := w.room.Hear(t.Context(), g, conversation, after)
	w.ok(t, err)
	var all []string
	for _, s := range news.Said {
		if s.Content.Key != "" {
			all = append(all, s.Content.Key)
		} else {
			all = append(all, s.Content.Text)
		}
	}
	return all
}

func (w *world) seat(t testing.TB, g *people.Guest, conversation helpdesk.ID) chat.Seat {
	t.Helper()
	s, err := w.room.Seat(t.Context(), g, conversation)
	w.ok(t, err)
	return s
}

func (w *world) waiting(t testing.TB, s *staff.Session) []chat.Table {
	t.Helper()
	all, err := w.room.Waiting(t.Context(), s)
	w.ok(t, err)
	return all
}

func refused(err error, key string) bool {
	r, ok := asRefusal(err)
	return ok && r.Key == key
}
