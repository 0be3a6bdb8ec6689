package webhooks_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
	"returnsupport/helpdesk/webhooks"
)

// rung is what a system was told.
type rung struct {
	id   string
	body string
	told struct {
		Type      webhooks.Event `json:"type"`
		Timestamp time.Time      `json:"timestamp"`
		Data      struct {
			ID helpdesk.ID `json:"id"`
		} `json:"data"`
	}
}

// system is an organisation's own, over TLS.
type system struct {
	*httptest.Server
	mu     sync.Mutex
	secret []byte
	answer int
	heard  []rung
	bad    []string
}

func (s *system) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(q.Body)
	one := rung{id: q.Header.Get("webhook-id"), body: string(body)}
	at, _ := strconv.ParseInt(q.Header.Get("webhook-timestamp"), 10, 64)
	if err := json.Unmarshal(body, &one.told); err != nil {
		s.bad = append(s.bad, "body "+string(body))
	}
	if got := q.Header.Get("webhook-signature"); got != webhooks.Signature(s.secret, one.id, time.Unix(at, 0), body) {
		s.bad = append(s.bad, "signature "+got)
	}
	if one.told.Type != webhooks.Test {
		s.heard = append(s.heard, one)
	}
	if s.answer == http.StatusFound {
		w.Header().Set("Location", s.URL+"/elsewhere")
	}
	w.WriteHeader(s.answer)
}

func (s *system) says(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = status
}

func (s *system) all() []rung {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]rung(nil), s.heard...)
}

type world struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	clock   *housetest.Clock
	log     *housetest.Log
	book    *journal.Book
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	rooms   *webhooks.Room
	sys     *system
	words   string
	team    helpdesk.ID
	closed  helpdesk.ID // a restricted one
}

func each(t *testing.T, f func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(newWorld(t, db)) })
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), db: db, secrets: vault.NewSecrets(), clock: housetest.At(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)), log: &housetest.Log{}}
	logger, now, bells := slog.New(slog.NewTextHandler(w.log, nil)), w.clock.Now, bus.InProcess()
	w.book = journal.New(db, w.secrets, now, logger)
	w.staff = staff.New(staff.House{DB: db, Secrets: w.secrets, Bus: bells, Journal: w.book, Now: now, Log: logger, Cost: vault.Cost{MiB: 1, Passes: 1},
		Office: office.New(office.House{DB: db, Secrets: w.secrets, Journal: w.book, Now: now, Log: logger})})
	w.people = people.New(people.House{DB: db, Secrets: w.secrets, Bus: bells, Journal: w.book, Staff: w.staff, Now: now, Log: logger, Cost: vault.Cost{MiB: 1, Passes: 1}})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: w.secrets, Bus: bells, Journal: w.book, Staff: w.staff, People: w.people, Now: now, Cost: vault.Cost{MiB: 1, Passes: 1}})
	made, err := w.staff.Init(w.ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada", Address: "ada@example.org", Locale: "en",
		Teams: []staff.NewTeam{{Name: "open"}, {Name: "closed", Restricted: true}}})
	w.must(err)
	w.words, w.team, w.closed = made.Words, made.Teams[0].ID, made.Teams[1].ID
	w.sys = newSystem(t)
	w.rooms = w.another()
	return w
}

func newSystem(t *testing.T) *system {
	s := &system{answer: http.StatusNoContent}
	s.Server = httptest.NewTLSServer(s)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	t.Cleanup(s.Close)
	return s
}

// another is another process of the house.
func (w *world) another() *webhooks.Room {
	roots := x509.NewCertPool()
	roots.AddCert(w.sys.Certificate())
	return webhooks.New(webhooks.House{DB: w.db, Secrets: w.secrets, Journal: w.book, Staff: w.staff, Now: w.clock.Now, Log: slog.New(slog.NewTextHandler(w.log, nil)),
		Allowed: func(ip netip.Addr) bool { return ip.IsLoopback() || webhooks.Public(ip) }, Roots: roots})
}

func (w *world) must(err error) { w.t.Helper(); housetest.Must(w.t, err) }

func (w *world) refused(err error, key string) {
	w.t.Helper()
	var no helpdesk.Refusal
	if !errors.As(err, &no) || no.Key != key {
		w.t.Errorf("want refusal %s, got %v", key, err)
	}
}

func (w *world) ada() *staff.Session {
	w.t.Helper()
	cookie, err := w.staff.SignIn(w.ctx, "ada", w.words)
	w.must(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.must(err)
	return s
}

// hook makes the system's address known; its test bell is rung.
func (w *world) hook(events ...webhooks.Event) helpdesk.ID {
	w.t.Helper()
	return w.hookFor(nil, events...)
}

// hookFor is hook for these teams' tickets.
func (w *world) hookFor(teams []helpdesk.ID, events ...webhooks.Event) helpdesk.ID {
	w.t.Helper()
	id, secret, err := w.rooms.Make(w.ctx, w.ada(), webhooks.NewHook{Name: "Canaryname", Address: w.sys.URL + "/canaryaddress", Events: events, Teams: teams})
	w.must(err)
	if w.sys.secret, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_")); err != nil || len(w.sys.secret) != 32 {
		w.t.Fatalf("secret: %v", err)
	}
	w.rings()
	w.clock.Pass(time.Second) // what follows is newer than the test
	return id
}

// rings shares and rings all that is due now.
func (w *world) rings() {
	w.t.Helper()
	for {
		taken, err := w.rooms.Share(w.ctx)
		w.must(err)
		rang, err := w.rooms.Ring(w.ctx)
		w.must(err)
		if taken == 0 && !rang {
			return
		}
	}
}

// comes is a letter that opens a ticket of a team.
func (w *world) comes(team helpdesk.ID) *tickets.Conversation {
	w.t.Helper()
	var c *tickets.Conversation
	w.must(w.db.Write(w.ctx, "arrive", func(tx *store.Tx) error {
		var err error
		if c, err = w.tickets.Open(w.ctx, tx, tickets.Opening{Team: team, Title: "Canarytitle"}); err != nil {
			return err
		}
		_, err = c.Append(w.ctx, tx, tickets.Message{Kind: tickets.KindLetter, Direction: tickets.In, Content: tickets.Content{Text: "Canarytext"}})
		return err
	}))
	return c
}

// writes is another letter in it.
func (w *world) writes(conversation helpdesk.ID) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "write again", func(tx *store.Tx) error {
		c, err := w.tickets.Blind(w.ctx, tx, conversation)
		if err != nil {
			return err
		}
		_, err = c.Append(w.ctx, tx, tickets.Message{Kind: tickets.KindLetter, Direction: tickets.In, Content: tickets.Content{Text: "Canarytext"}})
		return err
	}))
}

func (w *world) version(s *staff.Session, ticket helpdesk.ID) int64 {
	w.t.Helper()
	t, err := w.tickets.Facts(w.ctx, s, ticket)
	w.must(err)
	return t.Version
}

func kinds(all []rung) (out []webhooks.Event) {
	for _, r := range all {
		out = append(out, r.told.Type)
	}
	return out
}

func ids(all []rung) (out []helpdesk.ID) {
	for _, r := range all {
		out = append(out, r.told.Data.ID)
	}
	return out
}

// erases leaves nothing of a ticket.
func (w *world) erases(ticket helpdesk.ID) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "erase", func(tx *store.Tx) error { _, err := w.tickets.EraseAgain(w.ctx, tx, ticket); return err }))
}
