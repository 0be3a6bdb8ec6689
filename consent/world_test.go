package consent

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// world is the rooms the door needs, on one database. The door has a clock of
// its own, so that weeks may pass while a session lives.
type world struct {
	*Door
	t       testing.TB
	ctx     context.Context
	clock   *housetest.Clock // of the door
	rooms   *housetest.Clock // of all other rooms
	log     *housetest.Log
	words   string // Ada's
	team    helpdesk.ID
	other   helpdesk.ID // a team that has nothing to do with it
	targets map[helpdesk.ID]Target
	cookies map[helpdesk.ID]string // by whom they let in
}

var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func newWorld(t testing.TB, db *store.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), clock: housetest.At(monday), rooms: housetest.At(monday), log: &housetest.Log{},
		targets: map[helpdesk.ID]Target{}, cookies: map[helpdesk.ID]string{}}
	w.Door = w.door(db, vault.NewSecrets(), bus.InProcess())
	made, err := w.Staff.Init(w.ctx, staff.InitOptions{
		WordsAlone: true,
		Login:      "ada", Name: "Ada Lind", Address: "ada@desk.example", Locale: "sv", Teams: []staff.NewTeam{{Name: "return"}, {Name: "other"}},
	})
	w.must(err)
	w.words, w.team, w.other = made.Words, made.Teams[0].ID, made.Teams[1].ID
	return w
}

// door is the house as one process has it.
func (w *world) door(db *store.DB, secrets *vault.Secrets, rings bus.Bus) *Door {
	w.t.Helper()
	log := slog.New(slog.NewTextHandler(w.log, nil))
	words, err := locale.Load()
	w.must(err)
	cost, now := vault.Cost{MiB: 1, Passes: 1}, w.rooms.Now
	h := House{DB: db, Secrets: secrets, Bus: rings, Words: words, Now: w.clock.Now, Log: log, Target: w.target, CodeCost: cost}
	h.Journal = journal.New(db, secrets, now, log)
	h.Office = office.New(office.House{DB: db, Secrets: secrets, Journal: h.Journal, Now: now, Log: log})
	h.Staff = staff.New(staff.House{DB: db, Secrets: secrets, Bus: rings, Journal: h.Journal, Office: h.Office, Now: now, Log: log, Cost: cost})
	h.People = people.New(people.House{DB: db, Secrets: secrets, Bus: rings, Journal: h.Journal, Staff: h.Staff, Now: now, Log: log, Cost: cost})
	h.Tickets = tickets.New(tickets.House{DB: db, Secrets: secrets, Bus: rings, Journal: h.Journal, Staff: h.Staff, People: h.People, Now: now})
	h.Post = post.New(post.House{DB: db, Secrets: secrets, Bus: rings, Journal: h.Journal, Office: h.Office, Staff: h.Staff,
		People: h.People, Tickets: h.Tickets, Words: words, Now: now, Log: log})
	return New(h)
}

func (w *world) target(_ context.Context, id helpdesk.ID) (Target, error) {
	if t, ok := w.targets[id]; ok {
		return t, nil
	}
	return Target{}, helpdesk.ErrNotFound
}

// organisation adds one to the directory.
func (w *world) organisation(name, kind, country string) Recipient {
	id := helpdesk.NewID()
	w.targets[id] = Target{ID: id, Name: name, Kind: kind, Country: country, Vetted: true, Takes: "package"}
	return Recipient{ID: id}
}

func (w *world) must(err error)                { w.t.Helper(); housetest.Must(w.t, err) }
func (w *world) refused(err error, key string) { w.t.Helper(); housetest.Refused(w.t, err, key) }
func (w *world) fails(err, want error)         { w.t.Helper(); housetest.Fails(w.t, err, want) }

func (w *world) write(f func(tx *store.Tx) error) error { return w.DB.Write(w.ctx, "test", f) }

// ada is the first coordinator, who is in both teams.
func (w *world) ada() *staff.Session {
	w.t.Helper()
	cookie, err := w.Staff.SignIn(w.ctx, "ada", w.words)
	w.must(err)
	s, err := w.Staff.Session(w.ctx, cookie, false)
	w.must(err)
	return s
}

// hire makes a counsellor of a team, signed in.
func (w *world) hire(login string, team helpdesk.ID) *staff.Session {
	w.t.Helper()
	token, err := w.Staff.Invite(w.ctx, w.Staff.Console(), login, login, login+"@desk.example", staff.Counsellor, team)
	w.must(err)
	words, _, err := w.Staff.Accept(w.ctx, token, "en")
	w.must(err)
	users, err := w.Staff.Users(w.ctx)
	w.must(err)
	for _, u := range users {
		if u.Login == login {
			w.must(w.Staff.Admit(w.ctx, w.ada(), u.ID, team))
		}
	}
	cookie, err := w.Staff.SignIn(w.ctx, login, words)
	w.must(err)
	s, err := w.Staff.Session(w.ctx, cookie, false)
	w.must(err)
	w.cookies[s.User.ID] = cookie
	return s
}

// comes is somebody who writes for the first time: their session and ticket.
func (w *world) comes() (*people.Guest, helpdesk.ID) {
	w.t.Helper()
	var g *people.Guest
	var c *tickets.Conversation
	w.must(w.write(func(tx *store.Tx) error {
		cookie, guest, err := w.People.Begin(w.ctx, tx, false)
		if err != nil {
			return err
		}
		g, w.cookies[guest.Person] = guest, cookie
		c, err = w.Tickets.Open(w.ctx, tx, tickets.Opening{Team: w.team, Channel: "chat", Language: "fa", Person: g.Person, Title: "title",
			Readers: []*vault.Pair{g.Pair()}})
		if err != nil {
			return err
		}
		_, err = c.Append(w.ctx, tx, tickets.Message{Kind: tickets.KindChat, Direction: tickets.In, Content: tickets.Content{Text: "salam"}})
		return err
	}))
	return g, c.Ticket
}

// share is a question to share three things, one of them sensitive, with a
// branch office in Sweden.
func (w *world) share(ticket helpdesk.ID, to Recipient) Draft {
	return Draft{Ticket: ticket, Purpose: Share, Language: "fa", Recipients: []Recipient{to}, Use: "help you find a bed",
		Items:        []Item{{Key: "phone", Label: "Your phone number"}, {Key: "health", Label: "Your illness", Special: true}, {Key: "arrival", Label: "When you come", Updating: true}},
		Restrictions: []string{"Do not call before noon"}, Retention: 30}
}

func (w *world) ask(s *staff.Session, d Draft) (helpdesk.ID, error) {
	var id helpdesk.ID
	err := w.write(func(tx *store.Tx) error {
		var err error
		id, err = w.Ask(w.ctx, tx, s, d)
		return err
	})
	return id, err
}

func (w *world) asked(s *staff.Session, d Draft) helpdesk.ID {
	w.t.Helper()
	id, err := w.ask(s, d)
	w.must(err)
	return id
}

func yes(items ...string) Reply {
	return Reply{State: Given, Items: items, Method: Web, Language: "fa", Alone: true}
}

// why asks whether a consent covers a use now; "" when it does.
func (w *world) why(s *staff.Session, ticket, id helpdesk.ID, u grants.Use) Reason {
	w.t.Helper()
	var why Reason
	w.must(w.write(func(tx *store.Tx) error {
		var err error
		_, why, err = w.covers(w.ctx, tx, s, ticket, id, u)
		return err
	}))
	return why
}

func (w *world) one(g *people.Guest, id helpdesk.ID) Allowed {
	w.t.Helper()
	a, err := w.One(w.ctx, g, id)
	w.must(err)
	return a
}

func (w *world) verified() Report {
	w.t.Helper()
	r, err := w.Verify(w.ctx)
	w.must(err)
	return r
}
