package partner_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/frontend/pagetest"
	"returnsupport/frontend/partner"
	"returnsupport/frontend/public"
	"returnsupport/frontend/workspace"
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

// world is a house on loopback with all its pages, and one ticket to refer.
type world struct {
	*testing.T
	db      *store.DB
	book    *journal.Book
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	door    *consent.Door
	bus     bus.Bus
	url     string
	clock   *housetest.Clock
	log     *housetest.Log
	targets map[helpdesk.ID]consent.Target
	session *staff.Session // ada's
	guest   *people.Guest  // whom it concerns
	ticket  helpdesk.ID
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v\nlog:\n%s", err, w.log)
	}
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	w := &world{T: t, db: db, clock: housetest.At(time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC)), log: &housetest.Log{}, targets: map[helpdesk.ID]consent.Target{}, bus: bus.InProcess()}
	log, now := slog.New(slog.NewTextHandler(w.log, nil)), w.clock.Now
	secrets, cost := vault.NewSecrets(), vault.Cost{MiB: 1, Passes: 1}
	words, err := locale.Load()
	w.ok(err)
	w.book = journal.New(db, secrets, now, log)
	rooms := office.New(office.House{DB: db, Secrets: secrets, Journal: w.book, Now: now, Log: log})
	w.staff = staff.New(staff.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: w.book, Office: rooms, Now: now, Log: log, Cost: cost})
	w.people = people.New(people.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: w.book, Staff: w.staff, Now: now, Log: log, Cost: cost})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: w.book, Staff: w.staff, People: w.people, Now: now})
	mail := post.New(post.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: w.book, Office: rooms, Staff: w.staff,
		People: w.people, Tickets: w.tickets, Words: words, Now: now, Log: log})
	w.door = consent.New(consent.House{DB: db, Secrets: secrets, Bus: w.bus, Journal: w.book, Office: rooms, Staff: w.staff, People: w.people,
		Tickets: w.tickets, Post: mail, Target: w.target, Words: words, Now: now, Log: log, CodeCost: cost})
	made, err := w.staff.Init(t.Context(), staff.InitOptions{
		WordsAlone: true,
		Login:      "ada", Name: "Ada Lind", Address: "ada@help.example", Locale: "en", Teams: []staff.NewTeam{{Name: "return"}},
	})
	w.ok(err)
	cookie, err := w.staff.SignIn(t.Context(), "ada", made.Words)
	w.ok(err)
	w.session, err = w.staff.Session(t.Context(), cookie, false)
	w.ok(err)
	w.comes(made.Teams[0].ID)
	site, err := frontend.New(frontend.Options{Log: log, Door: w.staff, Guests: w.people, Outside: partner.Entrance(w.staff, w.door), Bus: w.bus, Words: words,
		PublicName: "Samtalsstöd", Now: now})
	w.ok(err)
	workspace.Mount(site, workspace.Rooms{Staff: w.staff, Tickets: w.tickets, Post: mail, Office: rooms, Log: log})
	public.Mount(site, public.Rooms{People: w.people, Tickets: w.tickets, Office: rooms, Consent: w.door, Log: log})
	partner.Mount(site, partner.Rooms{Staff: w.staff, Consent: w.door})
	ln, err := site.Open("127.0.0.1:0")
	w.ok(err)
	w.url = "http://" + ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- site.Serve(ln) }()
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := errors.Join(site.Shutdown(ctx), <-done); err != nil {
			t.Errorf("serve: %v", err)
		}
		if strings.Contains(w.log.String(), "request failed") {
			t.Errorf("errors in the log:\n%s", w.log)
		}
	})
	return w
}

func (w *world) target(_ context.Context, id helpdesk.ID) (consent.Target, error) {
	if t, ok := w.targets[id]; ok {
		return t, nil
	}
	return consent.Target{}, helpdesk.ErrNotFound
}

func (w *world) organisation(name string) helpdesk.ID {
	id := helpdesk.NewID()
	w.targets[id] = consent.Target{ID: id, Name: name, Kind: "partner", Country: "SE", Vetted: true, Takes: "package"}
	return id
}

// comes is somebody who wrote, with a file.
func (w *world) comes(team helpdesk.ID) {
	w.Helper()
	w.ok(w.db.Write(w.Context(), "test", func(tx *store.Tx) error {
		var err error
		if _, w.guest, err = w.people.Begin(w.Context(), tx, false); err != nil {
			return err
		}
		c, err := w.tickets.Open(w.Context(), tx, tickets.Opening{Team: team, Channel: "chat", Language: "fa", Person: w.guest.Person, Title: "title", Readers: []*vault.Pair{w.guest.Pair()}})
		if err != nil {
			return err
		}
		w.ticket = c.Ticket
		_, err = c.Append(w.Context(), tx, tickets.Message{ID: letter, Kind: tickets.KindChat, Direction: tickets.In, Content: tickets.Content{Text: "I am ill. Kanariebird", Language: "fa"},
			Files: []tickets.Upload{{Name: "paper.txt", Type: "text/plain", Data: []byte("the Kanariepaper")}}})
		return err
	}))
}

var letter = helpdesk.NewID()

// whole are words of everything that is handed over; rules stand before it.
var whole = []string{"I am ill. Kanariebird", "in Swedish Kanariebird", "on Monday Kanarieday", "Kanariereason", "Kanarieneed", "paper.txt"}

const rule = "Do not call before noon Kanarierule"

// sent is a package that an organisation may read, and its code where it has no
// account.
func (w *world) sent(org helpdesk.ID) (id helpdesk.ID, fragment, code string) {
	w.Helper()
	ctx := w.Context()
	id, err := w.door.Refer(ctx, w.session, w.ticket, consent.Referring{Mode: consent.Package, Target: org, Priority: consent.PriorityUrgent, Need: "a bed Kanarieneed " + string(org),
		Reason: "they have beds Kanariereason", Likely: true, Agreed: true, Restrictions: []string{rule},
		Parts: []consent.Part{
			{Kind: consent.PartMessage, Label: "What you wrote", Message: letter, Translation: "in Swedish Kanariebird", Special: true},
			{Kind: consent.PartFile, Label: "Your paper", Message: letter},
			{Kind: consent.PartText, Label: "When you come", Text: "on Monday Kanarieday", Updating: true},
		}})
	w.ok(err)
	asked, err := w.door.Submit(ctx, w.session, id, 1, consent.Asking{Language: "fa", Use: "a bed", Retention: 30})
	w.ok(err)
	for _, question := range []helpdesk.ID{asked.Permission, asked.Consent} {
		one, err := w.door.One(ctx, w.guest, question)
		w.ok(err)
		yes := consent.Reply{State: consent.Given, Method: consent.Web, Language: "fa", Alone: true}
		for _, i := range one.Terms.Items {
			yes.Items = append(yes.Items, i.Key)
		}
		w.ok(w.door.Answer(ctx, w.guest, question, yes))
	}
	r, err := w.door.Referral(ctx, w.session, id)
	w.ok(err)
	out, err := w.door.Send(ctx, w.session, id, r.Version, consent.Way{Address: "desk@shelter.example", Language: "en", Link: func(f string) string {
		fragment = f
		return partner.Link(w.url, "en", f)
	}})
	w.ok(err)
	return id, fragment, out.Code
}

// account is somebody of an organisation, enrolled.
func (w *world) account(org helpdesk.ID, login string) staff.Enrolment {
	w.Helper()
	token, err := w.staff.InvitePartner(w.Context(), w.staff.Console(), org, login, login, login+"@partner.example", "en")
	w.ok(err)
	e, err := w.staff.AcceptPartner(w.Context(), token, "en", "Desk")
	w.ok(err)
	return e
}

// browser is one, with nobody in it yet.
type browser struct {
	*world
	*pagetest.Browser
}

func (w *world) browser() *browser {
	w.Helper()
	return &browser{w, pagetest.Open(w, w.url, w.log, &http.Cookie{Name: "post", Value: "~en~"})}
}

// enters signs an account in.
func (b *browser) enters(login string, e staff.Enrolment) *browser {
	b.Helper()
	b.clock.Pass(31 * time.Second) // a code counts once
	code, err := staff.FactorCode(e.Secret, b.clock.Now())
	b.ok(err)
	b.Get("/p/sign-in").Is(200).Press("/p/sign-in", "login", login, "words", e.Words, "code", code).Leads("/p")
	return b
}

// reads confirms the restrictions and opens what was handed over.
func (b *browser) reads(id helpdesk.ID) *browser {
	b.Helper()
	at := "/p/r/" + string(id)
	b.Get(at).Is(200).Sees(rule).SeesNot(whole...)
	b.Press(at + "/agree").Leads(at + "?said=agreed")
	b.Get(at).Is(200).Sees(whole...)
	return b
}
