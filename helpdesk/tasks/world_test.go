package tasks_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// world is the rooms a due list needs, on one database, with a clock of its
// own.
type world struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	bus     bus.Bus
	journal *journal.Book
	office  *office.Office
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	room    *tasks.Room
	bell    *bell
	lines   []tasks.Line
	clock   *housetest.Clock
	log     *housetest.Log

	ada   staff.User // the coordinator
	words map[helpdesk.ID]string
	team  helpdesk.ID
	made  int
}

// bell counts reminders instead of sending them, once their transaction stands.
type bell struct {
	mu    sync.Mutex
	rung  []string
	fails error
	mute  bool // no mailbox can send
}

func (b *bell) Alarm(_ context.Context, tx *store.Tx, to staff.User, a tasks.Alarm) (bool, error) {
	if b.fails != nil || b.mute {
		return false, b.fails
	}
	tx.After(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		said := fmt.Sprintf("%s: %s %s since %s, %s", to.Login, a.Address, a.Way, a.Since.Format("15:04"), a.Do())
		if a.Again {
			said = fmt.Sprintf("%s: %s %s again, stood still since %s", to.Login, a.Address, a.Way, a.Since.Format("15:04"))
		}
		b.rung = append(b.rung, said)
	})
	return true, nil
}

func (b *bell) Remind(_ context.Context, tx *store.Tx, to staff.User, about tasks.Notice) error {
	if b.fails != nil {
		return b.fails
	}
	tx.After(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.rung = append(b.rung, to.Login+" "+string(about))
	})
	return nil
}

// heard returns what was rung since it was last asked, in order of names.
func (b *bell) heard() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.rung
	b.rung = nil
	slices.Sort(out)
	return strings.Join(out, ", ")
}

var stockholm = func() *time.Location {
	p, err := hours.Read(hours.Default)
	if err != nil {
		panic(err)
	}
	return p.Zone("")
}()

// noon of a day in Stockholm.
func noon(day string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, stockholm)
	if err != nil {
		panic(err)
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 12, 0, 0, 0, stockholm)
}

func on(day string) hours.Date {
	d, err := tasks.ParseDay(day)
	if err != nil {
		panic(err)
	}
	return d
}

// newWorld begins on a day at noon. There is one team, and its only member is
// the coordinator, until others are hired.
func newWorld(t *testing.T, db *store.DB, day string) *world {
	t.Helper()
	w := &world{
		t: t, ctx: t.Context(), db: db, secrets: vault.NewSecrets(), bus: bus.InProcess(), clock: housetest.At(noon(day)),
		log: &housetest.Log{}, bell: &bell{}, words: map[helpdesk.ID]string{},
	}
	log := w.logger()
	cost := vault.Cost{MiB: 1, Passes: 1}
	w.journal = journal.New(db, w.secrets, w.clock.Now, log)
	w.office = office.New(office.House{DB: db, Secrets: w.secrets, Journal: w.journal, Now: w.clock.Now, Log: log})
	w.staff = staff.New(staff.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Office: w.office, Now: w.clock.Now, Log: log, Cost: cost})
	w.people = people.New(people.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Staff: w.staff, Now: w.clock.Now, Log: log, Cost: cost})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Staff: w.staff, People: w.people, Now: w.clock.Now, Cost: cost})
	w.room = w.replica()
	made, err := w.staff.Init(w.ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada", Address: "ada@staff.example", Locale: "sv", Teams: []staff.NewTeam{{Name: "first"}}})
	w.ok(err)
	w.team = made.Teams[0].ID
	w.ada = staff.User{ID: made.User, Login: "ada"}
	w.words[made.User] = made.Words
	return w
}

func (w *world) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// replica is the room as another process of the house has it.
func (w *world) replica() *tasks.Room {
	return tasks.New(tasks.House{
		DB: w.db, Secrets: w.secrets, Journal: w.journal, Office: w.office, Staff: w.staff, Tickets: w.tickets, Remind: w.bell,
		Lines: func(context.Context) ([]tasks.Line, error) { return w.lines, nil }, Alarm: w.bell,
		Now: w.clock.Now, Log: w.logger(),
	})
}

// hire takes somebody into the team.
func (w *world) hire(login string) staff.User {
	w.t.Helper()
	token, err := w.staff.Invite(w.ctx, w.staff.Console(), login, login, login+"@staff.example", staff.Counsellor, w.team)
	w.ok(err)
	words, cookie, err := w.staff.Accept(w.ctx, token, "en")
	w.ok(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.ok(err)
	w.ok(w.staff.Admit(w.ctx, w.as(w.ada), s.User.ID, w.team))
	w.words[s.User.ID] = words
	return s.User
}

// as signs somebody in, at this moment.
func (w *world) as(u staff.User) *staff.Session {
	w.t.Helper()
	cookie, err := w.staff.SignIn(w.ctx, u.Login, w.words[u.ID])
	w.ok(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.ok(err)
	return s
}

// arrive opens a ticket with one letter, taken by somebody or nobody.
func (w *world) arrive(title string, owner helpdesk.ID, facts tickets.Facts) helpdesk.ID {
	w.t.Helper()
	w.made++
	var id helpdesk.ID
	w.ok(w.db.Write(w.ctx, "test", func(tx *store.Tx) error {
		c, err := w.tickets.Open(w.ctx, tx, tickets.Opening{Team: w.team, Owner: owner, Title: title, Facts: facts, Name: "Amina", Address: "amina@person.example"})
		if err != nil {
			return err
		}
		_, err = c.Append(w.ctx, tx, tickets.Message{Kind: tickets.KindLetter, Direction: tickets.In, Content: tickets.Content{Subject: title, Text: "Please help."}})
		id = c.Ticket
		return err
	}))
	return id
}

// answered lets a ticket wait for the person, so that no alarm is due for it.
func (w *world) answered(s *staff.Session, ticket helpdesk.ID) {
	w.t.Helper()
	conversation, _, err := w.tickets.PersonConversation(w.ctx, s, ticket)
	w.ok(err)
	w.ok(w.db.Write(w.ctx, "test", func(tx *store.Tx) error {
		c, err := w.tickets.With(w.ctx, tx, s, conversation)
		if err != nil {
			return err
		}
		_, err = c.Append(w.ctx, tx, tickets.Message{Kind: tickets.KindAnswer, Direction: tickets.Out, Author: s.User.ID, Content: tickets.Content{Text: "We look into it."}})
		return err
	}))
}

func (w *world) facts(s *staff.Session, ticket helpdesk.ID) (tickets.Ticket, tickets.Facts) {
	w.t.Helper()
	sheet, err := w.tickets.Page(w.ctx, s, ticket)
	w.ok(err)
	return sheet.Ticket, sheet.Head.Facts
}

// dateOf is the open date of a kind.
func (w *world) dateOf(s *staff.Session, ticket helpdesk.ID, kind tickets.DateKind) tickets.Date {
	w.t.Helper()
	_, f := w.facts(s, ticket)
	for _, d := range f.Dates {
		if d.Kind == kind && d.Done.IsZero() {
			return d
		}
	}
	w.t.Fatalf("no %s", kind)
	return tickets.Date{}
}

func (w *world) add(s *staff.Session, ticket helpdesk.ID, kind tickets.DateKind, day string) helpdesk.ID {
	w.t.Helper()
	id, err := w.room.Add(w.ctx, s, ticket, tasks.Plan{Kind: kind, Day: on(day)})
	w.ok(err)
	return id
}

// due is a due list in short: kind, days and number of each item.
func (w *world) due(s *staff.Session, scope tasks.Scope) string {
	w.t.Helper()
	list, err := w.room.Due(w.ctx, s, scope)
	w.ok(err)
	var out []string
	for _, i := range list.Items {
		out = append(out, fmt.Sprintf("%s %d #%d", i.Kind, i.Days, i.Ticket.Number))
	}
	return strings.Join(out, ", ")
}

// round looks at the clock and tells who heard what.
func (w *world) round() string {
	w.t.Helper()
	w.ok(w.room.Round(w.ctx))
	return w.bell.heard()
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refused(err error, key string) {
	w.t.Helper()
	var r helpdesk.Refusal
	if !errors.As(err, &r) || r.Key != key {
		w.t.Errorf("want refusal %s, got %v", key, err)
	}
}

func (w *world) same(what string, got, want any) {
	w.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("%s: %v, want %v", what, got, want)
	}
}
