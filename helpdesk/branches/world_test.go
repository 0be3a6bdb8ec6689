package branches_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// thursday evening in Stockholm.
var thursday = time.Date(2026, 3, 5, 19, 0, 0, 0, time.UTC)

// world is a house with two teams and the consent wing's own door.
type world struct {
	t           *testing.T
	ctx         context.Context
	db          *store.DB
	clock       *housetest.Clock
	log         *bytes.Buffer
	bus         bus.Bus
	staff       *staff.Desk
	people      *people.Registry
	tickets     *tickets.Desk
	office      *office.Office
	door        *consent.Door
	desk        *branches.Desk
	team, other helpdesk.ID
	words       string // Ada's
	targets     map[helpdesk.ID]consent.Target
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newWorld(t, db)) })
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), db: db, clock: housetest.At(thursday), log: &bytes.Buffer{}, bus: bus.InProcess(), targets: map[helpdesk.ID]consent.Target{}}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	secrets, now, cost := vault.NewSecrets(), w.clock.Now, vault.Cost{MiB: 1, Passes: 1}
	words, err := locale.Load()
	w.must(err)
	book := journal.New(db, secrets, now, log)
	w.office = office.New(office.House{DB: db, Secrets: secrets, Journal: book, Now: now, Log: log})
	w.staff = staff.New(staff.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: book, Office: w.office, Now: now, Log: log, Cost: cost})
	w.people = people.New(people.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: book, Staff: w.staff, Now: now, Log: log, Cost: cost})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: book, Staff: w.staff, People: w.people, Now: now})
	mail := post.New(post.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets, Words: words, Now: now, Log: log})
	w.door = consent.New(consent.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets,
		Post: mail, Target: w.target, Words: words, Now: now, Log: log, CodeCost: cost})
	w.desk = branches.New(branches.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets,
		Door: w.door, Words: words, Remind: mail, Now: now, Log: log})
	made, err := w.staff.Init(w.ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada Lind", Address: "ada@desk.example", Locale: "sv",
		Teams: []staff.NewTeam{{Name: "return"}, {Name: "other"}}})
	w.must(err)
	w.words, w.team, w.other = made.Words, made.Teams[0].ID, made.Teams[1].ID
	w.must(w.office.Set(w.ctx, "", office.ChatTeam, string(w.team)))
	return w
}

func (w *world) target(_ context.Context, id helpdesk.ID) (consent.Target, error) {
	if t, ok := w.targets[id]; ok {
		return t, nil
	}
	return consent.Target{}, helpdesk.ErrNotFound
}

func (w *world) must(err error)                { w.t.Helper(); housetest.Must(w.t, err) }
func (w *world) refused(err error, key string) { w.t.Helper(); housetest.Refused(w.t, err, key) }

func (w *world) missing(err error) {
	w.t.Helper()
	var r helpdesk.Refusal
	if !errors.Is(err, helpdesk.ErrNotFound) || errors.As(err, &r) {
		w.t.Fatalf("want nothing there, got %v", err)
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

func (w *world) hire(login string, team helpdesk.ID) *staff.Session {
	w.t.Helper()
	token, err := w.staff.Invite(w.ctx, w.staff.Console(), login, login, login+"@desk.example", staff.Counsellor, team)
	w.must(err)
	words, cookie, err := w.staff.Accept(w.ctx, token, "en")
	w.must(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.must(err)
	w.must(w.staff.Admit(w.ctx, w.ada(), s.User.ID, team))
	cookie, err = w.staff.SignIn(w.ctx, login, words)
	w.must(err)
	s, err = w.staff.Session(w.ctx, cookie, false)
	w.must(err)
	return s
}

// side is a volunteer with an account.
type side struct {
	id, org     helpdesk.ID
	login       string
	words, seed string
}

// branch makes one with its lead.
func (w *world) branch(name, login string) side {
	w.t.Helper()
	org := helpdesk.NewID()
	w.targets[org] = consent.Target{ID: org, Name: name, Kind: "branch", Country: "SE"}
	token, err := w.staff.InviteBranchLead(w.ctx, w.staff.Console(), org, login, login+" Canaryname", login+"@branch.example", "sv", w.clock.Now().AddDate(1, 0, 0))
	w.must(err)
	return w.accepted(org, login, token)
}

func (w *world) accepted(org helpdesk.ID, login, token string) side {
	w.t.Helper()
	e, err := w.staff.AcceptVolunteer(w.ctx, token, "sv", "Desk")
	w.must(err)
	v := side{org: org, login: login, words: e.Words, seed: e.Secret}
	all, err := w.staff.Volunteers(w.ctx, org)
	w.must(err)
	for _, one := range all {
		if one.User.Login == login {
			v.id = one.User.ID
		}
	}
	return v
}

// in signs a volunteer in.
func (w *world) in(v side) *staff.Outsider {
	w.t.Helper()
	w.clock.Pass(31 * time.Second)
	code, err := staff.FactorCode(v.seed, w.clock.Now())
	w.must(err)
	cookie, err := w.staff.SignInVolunteer(w.ctx, v.login, v.words, code)
	w.must(err)
	o, err := w.staff.Volunteer(w.ctx, cookie, false)
	w.must(err)
	return o
}

var client = "client-0123456789abcdef"

func taps() branches.HandOn {
	return branches.HandOn{Client: client, Knows: true, Language: "prs", Reach: branches.ReachBranch, Need: branches.NeedDecision, Line: "Canaryline"}
}

func (w *world) handedOn(o *staff.Outsider, h branches.HandOn) branches.Receipt {
	w.t.Helper()
	r, err := w.desk.HandOn(w.ctx, o, h)
	w.must(err)
	return r
}

// ticketOf is the ticket of the only hand-on in the queue.
func (w *world) ticketOf(s *staff.Session, thread helpdesk.ID) helpdesk.ID {
	w.t.Helper()
	all, err := w.desk.Queue(w.ctx, s)
	w.must(err)
	for _, x := range all {
		if x.Thread == thread {
			return x.Ticket
		}
	}
	w.t.Fatal("the hand-on is in no queue")
	return ""
}

// reply answers the person of a ticket.
func (w *world) reply(s *staff.Session, ticket helpdesk.ID, text string) {
	w.t.Helper()
	conversation, _, err := w.tickets.PersonConversation(w.ctx, s, ticket)
	w.must(err)
	w.must(w.db.Write(w.ctx, "reply", func(tx *store.Tx) error {
		c, err := w.tickets.With(w.ctx, tx, s, conversation)
		if err != nil {
			return err
		}
		_, err = c.Append(w.ctx, tx, tickets.Message{Kind: tickets.KindChat, Direction: tickets.Out, Author: s.User.ID, Content: tickets.Content{Text: text}})
		return err
	}))
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "tamper", func(tx *store.Tx) error {
		n, err := tx.Exec(w.ctx, query, args...)
		if err == nil && n == 0 {
			w.t.Fatalf("nothing to tamper with: %s", query)
		}
		return err
	}))
}

// holds tells whether anything in a value, as a page could show it, has a word in
// it.
func holds(v any, word string) bool {
	b, err := json.Marshal(v)
	return err != nil || strings.Contains(string(b), word)
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.db.QueryRow(w.ctx, query, args...).Scan(&n))
	return n
}
