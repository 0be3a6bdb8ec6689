package retention_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/retention"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// others are the rooms behind the desk: the postroom itself, and a door that
// remembers.
type others struct {
	*post.Postroom
	mu      sync.Mutex
	stopped []helpdesk.ID
	outside []helpdesk.ID
}

func (o *others) Stop(ctx context.Context, tx *store.Tx, all []helpdesk.ID) error {
	o.mu.Lock()
	o.stopped = append(o.stopped, all...)
	o.mu.Unlock()
	return o.Postroom.Stop(ctx, tx, all)
}

func (o *others) Running(context.Context, store.Reader, []helpdesk.ID) ([]helpdesk.ID, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]helpdesk.ID(nil), o.outside...), nil
}

type world struct {
	t       testing.TB
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	clock   *clock
	log     *housetest.Log
	bus     bus.Bus
	journal *journal.Book
	office  *office.Office
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	post    *post.Postroom
	chat    *chat.Room
	others  *others
	room    *retention.Room
	words   string
	ada     helpdesk.ID
	team    helpdesk.ID
	closed  helpdesk.ID // a restricted team
}

// monday is where most stories begin.
var monday = time.Date(2023, 3, 6, 10, 0, 0, 0, time.UTC)

func newWorld(t testing.TB, db *store.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), db: db, secrets: vault.NewSecrets(), clock: &clock{at: monday}, log: &housetest.Log{}, bus: bus.InProcess()}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	words, err := locale.Load()
	w.must(err)
	cost, now := vault.Cost{MiB: 1, Passes: 1}, w.clock.now
	w.journal = journal.New(db, w.secrets, now, log)
	w.office = office.New(office.House{DB: db, Secrets: w.secrets, Journal: w.journal, Now: now, Log: log})
	w.staff = staff.New(staff.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Office: w.office, Now: now, Log: log, Cost: cost})
	w.people = people.New(people.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Staff: w.staff, Now: now, Log: log, Cost: cost})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Staff: w.staff, People: w.people, Now: now, Cost: cost})
	w.post = post.New(post.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Office: w.office, Staff: w.staff,
		People: w.people, Tickets: w.tickets, Words: words, Now: now, Log: log})
	w.others = &others{Postroom: w.post}
	w.chat = chat.New(chat.House{DB: db, Secrets: w.secrets, Bus: w.bus, Journal: w.journal, Office: w.office, Staff: w.staff,
		People: w.people, Tickets: w.tickets, Bell: w.others, Now: now, Log: log})
	w.room = w.another()
	made, err := w.staff.Init(w.ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada Lind", Address: "ada@desk.example",
		Locale: "sv", Teams: []staff.NewTeam{{Name: "return"}, {Name: "closed", Restricted: true}}})
	w.must(err)
	w.words, w.ada, w.team, w.closed = made.Words, made.User, made.Teams[0].ID, made.Teams[1].ID
	return w
}

// another is the room as another process has it.
func (w *world) another() *retention.Room {
	return retention.New(retention.House{DB: w.db, Secrets: w.secrets, Journal: w.journal, Office: w.office, Staff: w.staff, People: w.people,
		Tickets: w.tickets, Post: w.post, Chat: w.chat, Others: w.others, Now: w.clock.now, Log: slog.New(slog.NewTextHandler(w.log, nil))})
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newWorld(t, db)) })
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// signIn is Ada, who coordinates and belongs to both teams.
func (w *world) signIn() *staff.Session {
	w.t.Helper()
	cookie, err := w.staff.SignIn(w.ctx, "ada", w.words)
	w.must(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.must(err)
	return s
}

// rules are the months of what is named; all else is kept.
func (w *world) rules(said string) {
	w.t.Helper()
	text := said
	for _, kind := range office.RetentionKinds {
		if !strings.Contains(said, kind+" |") {
			text += "\n" + kind + " | keep"
		}
	}
	w.must(w.office.Set(w.ctx, w.ada, office.Retention, text))
}

// came opens a ticket of somebody known with a letter that has a file.
func (w *world) came(team helpdesk.ID, text string) (helpdesk.ID, *people.Guest) {
	w.t.Helper()
	var ticket helpdesk.ID
	var g *people.Guest
	w.must(w.db.Write(w.ctx, "test", func(tx *store.Tx) error {
		var err error
		if _, g, err = w.people.Begin(w.ctx, tx, false); err != nil {
			return err
		}
		by, err := w.people.Writer(w.ctx, tx, text+"@example.org")
		if err != nil {
			return err
		}
		c, err := w.tickets.Open(w.ctx, tx, tickets.Opening{Team: team, Channel: "mail", Title: text, Person: g.Person, Writer: by.ID, Readers: []*vault.Pair{g.Pair()}})
		if err != nil {
			return err
		}
		ticket = c.Ticket
		_, err = c.Append(w.ctx, tx, tickets.Message{Kind: tickets.KindLetter, Direction: tickets.In, At: w.clock.now(),
			Content:  tickets.Content{Subject: text, Text: text},
			Files:    []tickets.Upload{{Name: "paper.pdf", Type: "application/pdf", Data: bytes.Repeat([]byte(text), 40)}},
			Original: []byte("Subject: " + text + "\r\n\r\n" + strings.Repeat(text, 40))})
		return err
	}))
	return ticket, g
}

func (w *world) close(all ...helpdesk.ID) {
	w.t.Helper()
	s := w.signIn()
	for _, id := range all {
		facts, err := w.tickets.Facts(w.ctx, s, id)
		w.must(err)
		w.must(w.tickets.CloseTicket(w.ctx, s, id, facts.Version))
	}
}

func (w *world) run() retention.Report {
	w.t.Helper()
	report, err := w.room.Run(w.ctx)
	w.must(err)
	return report
}

func (w *world) same(what string, got, want any) {
	w.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (w *world) count(query string, args ...any) int64 {
	w.t.Helper()
	var n int64
	w.must(w.db.QueryRow(w.ctx, query, args...).Scan(&n))
	return n
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "test", func(tx *store.Tx) error { _, err := tx.Exec(w.ctx, query, args...); return err }))
}

// there counts a ticket's rows: 0 when nothing is left.
func (w *world) there(ticket helpdesk.ID) int64 {
	return w.count(`SELECT (SELECT COUNT(*) FROM tickets_ticket WHERE id = $1) + (SELECT COUNT(*) FROM tickets_conversation WHERE ticket = $1)
		+ (SELECT COUNT(*) FROM tickets_reader r JOIN tickets_conversation c ON c.id = r.conversation WHERE c.ticket = $1)`, ticket)
}

// dying is the context of a process that is killed at the nth thing it does with
// the database: database/sql asks Done before and during each statement.
type dying struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func diesAfter(n int64) *dying {
	ctx, cancel := context.WithCancel(context.Background())
	d := &dying{Context: ctx, cancel: cancel}
	d.left.Store(n)
	return d
}

func (d *dying) Done() <-chan struct{} {
	if d.left.Add(-1) < 0 {
		d.cancel()
	}
	return d.Context.Done()
}
