package volunteer_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/frontend/pagetest"
	"returnsupport/frontend/volunteer"
	"returnsupport/frontend/workspace"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/directory"
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

// world is a house on loopback with its pages, and local branches beside it.
type world struct {
	*testing.T
	db        *store.DB
	staff     *staff.Desk
	tickets   *tickets.Desk
	branches  *branches.Desk
	directory *directory.Room
	door      *consent.Door
	url       string
	clock     *housetest.Clock
	log       *housetest.Log
	words     string // ada's
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v\nlog:\n%s", err, w.log)
	}
}

// each runs a test on both engines.
func each(t *testing.T, test func(*world)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newWorld(t, db)) })
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	// A Thursday evening.
	w := &world{T: t, db: db, clock: housetest.At(time.Date(2026, 3, 5, 19, 0, 0, 0, time.UTC)), log: &housetest.Log{}}
	log, now, bell := slog.New(slog.NewTextHandler(w.log, nil)), w.clock.Now, bus.InProcess()
	secrets, cost := vault.NewSecrets(), vault.Cost{MiB: 1, Passes: 1}
	words, err := locale.Load()
	w.ok(err)
	book := journal.New(db, secrets, now, log)
	rooms := office.New(office.House{DB: db, Secrets: secrets, Journal: book, Now: now, Log: log})
	w.staff = staff.New(staff.House{DB: db, Secrets: secrets, Bus: bell, Journal: book, Office: rooms, Now: now, Log: log, Cost: cost})
	persons := people.New(people.House{DB: db, Secrets: secrets, Bus: bell, Journal: book, Staff: w.staff, Now: now, Log: log, Cost: cost})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: secrets, Bus: bell, Journal: book, Staff: w.staff, People: persons, Now: now})
	mail := post.New(post.House{DB: db, Secrets: secrets, Bus: bell, Journal: book, Office: rooms, Staff: w.staff,
		People: persons, Tickets: w.tickets, Words: words, Now: now, Log: log})
	w.directory, err = directory.New(directory.House{DB: db, Secrets: secrets, Journal: book, Now: now})
	w.ok(err)
	w.door = consent.New(consent.House{DB: db, Secrets: secrets, Bus: bell, Journal: book, Office: rooms, Staff: w.staff, People: persons,
		Tickets: w.tickets, Post: mail, Target: w.target, Words: words, Now: now, Log: log, CodeCost: cost})
	w.branches = branches.New(branches.House{DB: db, Secrets: secrets, Bus: bell, Journal: book, Office: rooms, Staff: w.staff, People: persons, Tickets: w.tickets,
		Door: w.door, Words: words, Remind: mail, Now: now, Log: log})
	made, err := w.staff.Init(t.Context(), staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada Lind", Address: "ada@help.example", Locale: "en", Teams: []staff.NewTeam{{Name: "return"}}})
	w.ok(err)
	w.words = made.Words
	site, err := frontend.New(frontend.Options{Log: log, Door: w.staff, Guests: persons, Branches: volunteer.Entrance(w.staff), Bus: bell, Words: words, PublicName: "Samtalsstöd", Now: now})
	w.ok(err)
	room := chat.New(chat.House{DB: db, Secrets: secrets, Bus: bell, Journal: book, Office: rooms, Staff: w.staff, People: persons, Tickets: w.tickets, Bell: mail, Now: now, Log: log})
	workspace.Mount(site, workspace.Rooms{Staff: w.staff, Tickets: w.tickets, Post: mail, Office: rooms, Chat: room, Directory: w.directory, Consent: w.door, Branches: w.branches, Log: log})
	volunteer.Mount(site, volunteer.Rooms{Staff: w.staff, Branches: w.branches, Directory: w.directory, Office: rooms})
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

func (w *world) target(ctx context.Context, id helpdesk.ID) (consent.Target, error) {
	t, err := w.directory.Target(ctx, id)
	return consent.Target{ID: t.ID, Name: t.Name, Kind: string(t.Kind), Country: t.Country, Vetted: t.Vetted, Shares: t.SharesWithAuthorities, Takes: string(t.Takes)}, err
}

// session signs ada in without a browser.
func (w *world) session() *staff.Session {
	w.Helper()
	cookie, err := w.staff.SignIn(w.Context(), "ada", w.words)
	w.ok(err)
	s, err := w.staff.Session(w.Context(), cookie, false)
	w.ok(err)
	return s
}

// branch is a local branch of the directory.
func (w *world) branch(name string) helpdesk.ID {
	w.Helper()
	return w.organisation(name, directory.Branch, directory.TakesWarm)
}

// organisation is a vetted one of the directory.
func (w *world) organisation(name string, kind directory.Kind, takes directory.Takes) helpdesk.ID {
	w.Helper()
	files := fstest.MapFS{
		"organizations.csv": {Data: []byte("id,name,description\no-" + name + "," + name + ",A local branch\n")},
		"services.csv":      {Data: []byte("id,organization_id,name,status\ns-" + name + ",o-" + name + ",Company " + name + ",active\n")},
	}
	_, err := w.directory.Import(w.Context(), w.staff.Console(), directory.Folder(files), directory.Options{})
	w.ok(err)
	page, err := w.directory.Find(w.Context(), directory.Query{View: directory.ForCounsellors, Need: name})
	w.ok(err)
	if len(page.Hits) == 0 {
		w.Fatal("the directory does not find ", name)
	}
	_, err = w.directory.Vet(w.Context(), w.session(), page.Hits[0].Organisation, directory.Vetting{Kind: kind, Country: "SE", On: w.clock.Now().Format(time.DateOnly),
		Until: w.clock.Now().AddDate(2, 0, 0).Format(time.DateOnly), Takes: takes, Shown: directory.ForVolunteers, SharesWithAuthorities: directory.SharesNo})
	w.ok(err)
	return page.Hits[0].Organisation
}

// lead is the coordinator of a branch, enrolled; the first makes its key.
func (w *world) lead(org helpdesk.ID, login string) staff.Enrolment {
	w.Helper()
	token, err := w.staff.InviteBranchLead(w.Context(), w.staff.Console(), org, login, login+" Ek", login+"@branch.example", "en", w.clock.Now().AddDate(0, 6, 0))
	w.ok(err)
	e, err := w.staff.AcceptVolunteer(w.Context(), token, "en", "Desk")
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
	return &browser{w, pagetest.Open(w, w.url, w.log, &http.Cookie{Name: "side", Value: "~en~"})}
}

// enters signs an account in.
func (b *browser) enters(login string, e staff.Enrolment) *browser {
	b.Helper()
	b.clock.Pass(31 * time.Second) // a code counts once
	code, err := staff.FactorCode(e.Secret, b.clock.Now())
	b.ok(err)
	b.Get("/b/sign-in").Is(200).Press("/b/sign-in", "login", login, "words", e.Words, "code", code).Leads("/b")
	return b
}

// hands hands somebody on, one question a screen, and returns the thread.
func (b *browser) hands(language string) string {
	b.Helper()
	const next = "/b/hand-on/next"
	b.Get("/b/hand-on").Is(200).Press(next, "knows", "yes").Is(200).Press(next, "urgent", "no").Is(200)
	b.Press(next, "language", language).Is(200).Press(next, "reach", "branch").Is(200)
	b.Press(next, "need", "decision", "line", "Kanarieline", "send", "yes").Is(303)
	at, _, _ := strings.Cut(b.Head.Get("Location"), "?")
	return strings.TrimPrefix(at, "/b/t/")
}
