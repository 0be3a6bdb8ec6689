package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/api"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// world is a house with programs at its door, and tickets in an open and in a
// restricted team.
type world struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	clock   *housetest.Clock
	log     *bytes.Buffer
	staff   *staff.Desk
	tickets *tickets.Desk
	places  *directory.Room
	site    *frontend.Site
	url     string
	words   string
	team    helpdesk.ID
	closed  helpdesk.ID
	ticket  helpdesk.ID
	letter  helpdesk.ID // in it, with a file
	hidden  helpdesk.ID // of the restricted team
	doc     map[string]any
}

func each(t *testing.T, f func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(newWorld(t, db)) })
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), db: db, clock: housetest.At(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)), log: &bytes.Buffer{}}
	logger, now, bells, secrets := slog.New(slog.NewTextHandler(w.log, nil)), w.clock.Now, bus.InProcess(), vault.NewSecrets()
	cost := vault.Cost{MiB: 1, Passes: 1}
	book := journal.New(db, secrets, now, logger)
	rules := office.New(office.House{DB: db, Secrets: secrets, Journal: book, Now: now, Log: logger})
	w.staff = staff.New(staff.House{DB: db, Secrets: secrets, Bus: bells, Journal: book, Office: rules, Now: now, Log: logger, Cost: cost})
	persons := people.New(people.House{DB: db, Secrets: secrets, Bus: bells, Journal: book, Staff: w.staff, Now: now, Log: logger, Cost: cost})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: secrets, Bus: bells, Journal: book, Staff: w.staff, People: persons, Now: now, Cost: cost})
	var err error
	w.places, err = directory.New(directory.House{DB: db, Secrets: secrets, Journal: book, Now: now})
	w.must(err)
	made, err := w.staff.Init(w.ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada", Address: "ada@example.org", Locale: "en",
		Teams: []staff.NewTeam{{Name: "open"}, {Name: "closed", Restricted: true}}})
	w.must(err)
	w.words, w.team, w.closed = made.Words, made.Teams[0].ID, made.Teams[1].ID
	w.ticket = w.comes(w.team, "Canaryletter")
	w.hidden = w.comes(w.closed, "Hiddenletter")
	ada := w.ada()
	_, err = w.tickets.Note(w.ctx, ada, w.ticket, "Canarynote", "n")
	w.must(err)
	sheet, err := w.tickets.Page(w.ctx, ada, w.ticket)
	w.must(err)
	w.letter = sheet.Messages[0].ID

	words, err := locale.Load()
	w.must(err)
	site, err := frontend.New(frontend.Options{Log: logger, Door: w.staff, Bus: bells, Words: words, Now: now})
	w.must(err)
	w.site = site
	w.must(api.Mount(site, api.Rooms{Staff: w.staff, Tickets: w.tickets, Directory: w.places, Office: rules}))
	listener, err := site.Open("127.0.0.1:0")
	w.must(err)
	w.url = "http://" + listener.Addr().String()
	go func() { _ = site.Serve(listener) }() // ends with Shutdown
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = site.Shutdown(ctx)
	})
	_, _, body := w.ask(call{method: "GET", path: "/openapi.json"})
	w.must(json.Unmarshal(body, &w.doc))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.log)
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

// token makes one with these scopes.
func (w *world) token(scopes ...staff.Scope) (helpdesk.ID, string) {
	w.t.Helper()
	n := staff.NewProgram{Name: "Canarysystem", Scopes: scopes, Until: w.clock.Now().AddDate(0, 6, 0)}
	for _, s := range scopes {
		if s == staff.ReadTickets || s == staff.WriteTickets {
			n.Teams = []helpdesk.ID{w.team}
		}
	}
	id, token, err := w.staff.MakeProgram(w.ctx, w.ada(), n)
	w.must(err)
	return id, token
}

func (w *world) comes(team helpdesk.ID, text string) helpdesk.ID {
	w.t.Helper()
	var id helpdesk.ID
	w.must(w.db.Write(w.ctx, "arrive", func(tx *store.Tx) error {
		c, err := w.tickets.Open(w.ctx, tx, tickets.Opening{Team: team, Title: "Canarytitle", Name: "Amina", Address: "amina@example.org", Language: "fa"})
		if err != nil {
			return err
		}
		id = c.Ticket
		_, err = c.Append(w.ctx, tx, tickets.Message{Kind: tickets.KindLetter, Direction: tickets.In, Content: tickets.Content{Subject: "Canarytitle", Text: text},
			Files: []tickets.Upload{{Name: "paper.txt", Type: "text/plain", Data: []byte("Canaryfile")}}})
		return err
	}))
	return id
}

// call is a request of a program.
type call struct {
	method, path, token, body string
	headers                   []string // name, value
}

func (w *world) ask(c call) (int, http.Header, []byte) {
	w.t.Helper()
	var body io.Reader
	if c.body != "" {
		body = strings.NewReader(c.body)
	}
	q, err := http.NewRequestWithContext(w.ctx, c.method, w.url+"/api"+c.path, body)
	w.must(err)
	if c.body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		q.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(c.headers); i += 2 {
		q.Header.Set(c.headers[i], c.headers[i+1])
	}
	answer, err := http.DefaultClient.Do(q)
	w.must(err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	w.must(err)
	return answer.StatusCode, answer.Header, b
}

// gets asks and expects a status; the answer is read into out where there is one.
func (w *world) gets(status int, c call, out any) http.Header {
	w.t.Helper()
	got, h, body := w.ask(c)
	if got != status {
		w.t.Fatalf("%s %s: %d, want %d\n%s\n%s", c.method, c.path, got, status, body, w.log)
	}
	if out != nil {
		w.must(json.Unmarshal(body, out))
	}
	return h
}

// routes are all the site serves.
func (w *world) routes() []frontend.Path { return w.site.Paths() }

// vetted is an organisation that everybody may see.
var vetted = directory.Vetting{Kind: directory.Partner, Country: "SE", On: "2026-01-01", Until: "2026-12-31", Takes: directory.TakesNone, SharesWithAuthorities: directory.SharesNo, Shown: directory.ForEveryone}
