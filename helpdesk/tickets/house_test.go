package tickets_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// house is the rooms a ticket needs, on one database, with a clock of its own.
type house struct {
	db      *store.DB
	secrets *vault.Secrets
	bus     bus.Bus
	people  *people.Registry
	staff   *staff.Desk
	journal *journal.Book
	desk    *tickets.Desk
	clock   *clock
	log     *housetest.Log
	after   staff.Aftermath // nil: none

	ada   helpdesk.ID       // the coordinator
	words string            // hers
	given map[string]string // everybody's words, by login
	made  int               // teams and users so far
}

var monday = time.Date(2026, 3, 2, 9, 41, 7, 123000, time.UTC)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// replica is the same house as another process of it would see it.
func (h *house) replica() *tickets.Desk {
	return tickets.New(tickets.House{
		DB: h.db, Secrets: h.secrets, Bus: h.bus, Journal: h.journal, Staff: h.staff, People: h.people, Aftermath: h.after, Now: h.clock.now,
		Cost: vault.Cost{MiB: 1, Passes: 1},
	})
}

func (h *house) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// write runs f in a transaction.
func (h *house) write(t testing.TB, f func(tx *store.Tx) error) {
	t.Helper()
	if err := h.db.Write(t.Context(), "test", f); err != nil {
		t.Fatal(err)
	}
}

// exec writes to the database behind the program's back.
func (h *house) exec(t testing.TB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	h.write(t, func(tx *store.Tx) (err error) {
		n, err = tx.Exec(t.Context(), query, args...)
		return err
	})
	return n
}

func (h *house) number(t testing.TB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := h.db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// letter is one that came in, as post hands it over.
func (h *house) letter(text string) tickets.Message {
	return tickets.Message{
		Kind: tickets.KindLetter, Direction: tickets.In, At: h.clock.now(),
		Content: tickets.Content{
			Subject: "about " + text, Text: text,
			From: []tickets.Address{{Name: "Amina", Addr: "amina@example.org"}},
		},
		Original: []byte("Subject: about " + text + "\r\n\r\n" + text + "\r\n"),
	}
}

func answer(s *staff.Session, text string) tickets.Message {
	return tickets.Message{
		Kind: tickets.KindAnswer, Direction: tickets.Out, Author: s.User.ID,
		Content: tickets.Content{Subject: "Re:", Text: text},
	}
}

// arrive opens a ticket with one letter.
func (h *house) arrive(t testing.TB, team helpdesk.ID, text string) *tickets.Conversation {
	t.Helper()
	return h.arriveAs(t, tickets.Opening{Team: team, Title: "about " + text}, h.letter(text))
}

func (h *house) arriveAs(t testing.TB, o tickets.Opening, m tickets.Message) *tickets.Conversation {
	t.Helper()
	var c *tickets.Conversation
	h.write(t, func(tx *store.Tx) (err error) {
		if c, err = h.desk.Open(t.Context(), tx, o); err != nil {
			return err
		}
		_, err = c.Append(t.Context(), tx, m)
		return err
	})
	return c
}

// later appends a letter while nobody is signed in.
func (h *house) later(t testing.TB, conversation helpdesk.ID, m tickets.Message) int64 {
	t.Helper()
	var n int64
	h.write(t, func(tx *store.Tx) error {
		c, err := h.desk.Blind(t.Context(), tx, conversation)
		if err != nil {
			return err
		}
		n, err = c.Append(t.Context(), tx, m)
		return err
	})
	return n
}

// reply appends in a session and returns the message's id.
func (h *house) reply(t testing.TB, s *staff.Session, conversation helpdesk.ID, text string) helpdesk.ID {
	t.Helper()
	m := answer(s, text)
	m.ID = helpdesk.NewID()
	h.write(t, func(tx *store.Tx) error {
		c, err := h.desk.With(t.Context(), tx, s, conversation)
		if err != nil {
			return err
		}
		_, err = c.Append(t.Context(), tx, m)
		return err
	})
	return m.ID
}

func (h *house) page(t testing.TB, s *staff.Session, ticket helpdesk.ID) *tickets.Sheet {
	t.Helper()
	sheet, err := h.desk.Page(t.Context(), s, ticket)
	if err != nil {
		t.Fatal(err)
	}
	return sheet
}

func (h *house) queue(t testing.TB, s *staff.Session, q tickets.Queue) tickets.Page {
	t.Helper()
	page, err := h.desk.Queue(t.Context(), s, tickets.Filter{Queue: q}, "", tickets.PageMost)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// texts are what a sheet's messages say, in order.
func texts(messages []tickets.Opened) []string {
	var out []string
	for _, m := range messages {
		switch {
		case m.Broken:
			out = append(out, "BROKEN")
		case m.Withdrawn:
			out = append(out, "WITHDRAWN")
		case m.Kind == tickets.KindSystem:
			out = append(out, m.Content.Key)
		default:
			out = append(out, m.Content.Text)
		}
	}
	return out
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (h *house) ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var background = context.Background()
