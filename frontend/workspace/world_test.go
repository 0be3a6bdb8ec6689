package workspace_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/frontend/workspace"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/registers"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/translate"
	"returnsupport/helpdesk/vault"
	"returnsupport/helpdesk/webhooks"
	"returnsupport/mailbridge"
)

// world is a house with a desk on loopback, a clock of its own, and no mail.
type world struct {
	*testing.T
	db        *store.DB
	office    *office.Office
	staff     *staff.Desk
	people    *people.Registry
	tickets   *tickets.Desk
	room      *chat.Room
	shelf     *answers.Shelf
	tasks     *tasks.Room
	directory *directory.Room
	door      *consent.Door
	registers *registers.Room
	fragment  string   // of the last link to a recipient
	asked     []string // of the machine
	provider  provider // where mailboxes sign in
	site      *frontend.Site
	hooks     *webhooks.Room
	checkup   *workspace.Checkup
	url       string
	clock     *clock
	log       *housetest.Log

	ada   helpdesk.ID
	words string
	team  helpdesk.ID
	other helpdesk.ID // a team nobody here but ada is in
	made  int
}

// wednesday is within everybody's chat hours, far from any holiday: 11:30 in
// Stockholm.
var wednesday = time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC)

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

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v\nlog:\n%s", err, w.log)
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, storetest.SQLite(t))
}

func newWorldOn(t *testing.T, db *store.DB, elsewhere ...staff.SSO) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{at: wednesday}, log: &housetest.Log{}}
	log, now := slog.New(slog.NewTextHandler(w.log, nil)), w.clock.now
	w.db = db
	secrets, events, cost := vault.NewSecrets(), bus.InProcess(), vault.Cost{MiB: 1, Passes: 1}
	words, err := locale.Load()
	w.ok(err)
	book := journal.New(db, secrets, now, log)
	w.office = office.New(office.House{DB: db, Secrets: secrets, Journal: book, Now: now, Log: log})
	of := staff.House{DB: db, Secrets: secrets, Bus: events, Journal: book, Office: w.office, Now: now, Log: log, Cost: cost}
	for _, of.SSO = range elsewhere {
	}
	w.staff = staff.New(of)
	w.people = people.New(people.House{DB: db, Secrets: secrets, Bus: events, Journal: book, Staff: w.staff, Now: now, Log: log, Cost: cost})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: secrets, Bus: events, Journal: book, Staff: w.staff, People: w.people, Now: now, Cost: cost})
	room := post.New(post.House{
		DB: db, Secrets: secrets, Bus: events, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets,
		Words: words, Deliver: mailbridge.Sender{}, Now: now, Log: log,
		Links: func(lang, fragment string) (string, string) {
			return w.url + "/" + lang + "/l#" + fragment, w.url + "/" + lang + "/l"
		},
	})
	w.room = chat.New(chat.House{
		DB: db, Secrets: secrets, Bus: events, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets,
		Bell: room, Now: now, Log: log,
	})
	made, err := w.staff.Init(t.Context(), staff.InitOptions{
		WordsAlone: true,
		Login:      "ada", Name: "Ada Lind", Address: "ada@help.example", Locale: "en", Teams: []staff.NewTeam{{Name: "return"}, {Name: "law"}},
	})
	w.ok(err)
	w.ada, w.words, w.team, w.other = made.User, made.Words, made.Teams[0].ID, made.Teams[1].ID
	w.ok(w.office.Set(t.Context(), w.ada, office.ChatTeam, string(w.team)))
	w.site, err = frontend.New(frontend.Options{Log: log, Door: w.staff, Bus: events, Words: words, PublicName: "Samtalsstöd", Now: now})
	w.ok(err)
	w.shelf, err = answers.New(answers.House{DB: db, Secrets: secrets, Journal: book, Now: now})
	w.ok(err)
	w.directory, err = directory.New(directory.House{DB: db, Secrets: secrets, Journal: book, Now: now})
	w.ok(err)
	w.tasks = tasks.New(tasks.House{
		DB: db, Secrets: secrets, Journal: book, Office: w.office, Staff: w.staff, Tickets: w.tickets, Remind: room, Now: now, Log: log,
	})
	w.door = consent.New(consent.House{
		DB: db, Secrets: secrets, Bus: events, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets, Post: room,
		Words: words, Now: now, Log: log, CodeCost: cost,
		Target: func(ctx context.Context, id helpdesk.ID) (consent.Target, error) {
			t, err := w.directory.Target(ctx, id)
			return consent.Target{ID: t.ID, Name: t.Name, Kind: string(t.Kind), Country: t.Country, Vetted: t.Vetted, Shares: t.SharesWithAuthorities, Takes: string(t.Takes)}, err
		},
	})
	machine, err := translate.New(translate.Options{URL: w.machine()})
	w.ok(err)
	w.hooks = webhooks.New(webhooks.House{DB: db, Secrets: secrets, Journal: book, Staff: w.staff, Now: now, Log: log})
	w.registers = registers.New(registers.House{DB: db, Secrets: secrets, Journal: book, Office: w.office, Staff: w.staff, Tickets: w.tickets, Directory: w.directory, Now: now})
	workspace.Mount(w.site, workspace.Rooms{
		Registers: w.registers,
		Doctor:    func(context.Context) *workspace.Checkup { return w.checkup },
		Webhooks:  w.hooks,
		Connect:   &w.provider,
		Staff:     w.staff, Tickets: w.tickets, Post: room, Office: w.office, Chat: w.room, Retention: w.letsGo(db, secrets, book, room, now, log), Answers: w.shelf, Tasks: w.tasks, Translate: machine, Directory: w.directory, Log: log,
		Consent: w.door, PartnerLink: func(site, lang, fragment string) string {
			w.fragment = fragment
			return site + "/p/l?lang=" + lang + "#" + fragment
		},
	})
	ln, err := w.site.Open("127.0.0.1:0")
	w.ok(err)
	w.serve(ln)
	return w
}

func (w *world) serve(ln net.Listener) {
	w.url = "http://" + ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- w.site.Serve(ln) }()
	w.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := errors.Join(w.site.Shutdown(ctx), <-done); err != nil {
			w.Errorf("serve: %v", err)
		}
		if strings.Contains(w.log.String(), "level=ERROR") {
			w.Errorf("errors in the log:\n%s", w.log)
		}
	})
}

// colleague is somebody at a browser.
type colleague struct {
	*world
	client *http.Client
	id     helpdesk.ID
	login  string
	words  string
}

func (w *world) browser(id helpdesk.ID, login, words string) *colleague {
	w.Helper()
	cookie, err := w.staff.SignIn(w.Context(), login, words)
	w.ok(err)
	jar, err := cookiejar.New(nil)
	w.ok(err)
	u, err := url.Parse(w.url)
	w.ok(err)
	jar.SetCookies(u, []*http.Cookie{{Name: "desk", Value: cookie + "~en~"}})
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &colleague{w, client, id, login, words}
}

// hire makes a counsellor of some teams and opens their browser.
func (w *world) hire(name string, teams ...helpdesk.ID) *colleague {
	w.Helper()
	return w.hireAs(staff.Counsellor, name, teams...)
}

func (w *world) hireAs(kind staff.Kind, name string, teams ...helpdesk.ID) *colleague {
	w.Helper()
	w.made++
	login := fmt.Sprintf("user%d", w.made)
	token, err := w.staff.Invite(w.Context(), w.staff.Console(), login, name, login+"@help.example", kind, teams...)
	w.ok(err)
	words, cookie, err := w.staff.Accept(w.Context(), token, "en")
	w.ok(err)
	s, err := w.staff.Session(w.Context(), cookie, false)
	w.ok(err)
	for _, team := range teams {
		w.ok(w.staff.Admit(w.Context(), w.session("ada", w.words), s.User.ID, team))
	}
	return w.browser(s.User.ID, login, words)
}

func (w *world) session(login, words string) *staff.Session {
	w.Helper()
	cookie, err := w.staff.SignIn(w.Context(), login, words)
	w.ok(err)
	s, err := w.staff.Session(w.Context(), cookie, false)
	w.ok(err)
	return s
}

// roster puts colleagues on every line at every hour.
func (w *world) roster(all ...*colleague) {
	w.Helper()
	var text strings.Builder
	for _, c := range all {
		for _, line := range []string{"chat_everyone", "chat_detained", "mail"} {
			fmt.Fprintf(&text, "shift %s %s daily 00:00-24:00\n", c.id, line)
		}
	}
	w.ok(w.office.Set(w.Context(), w.ada, office.Roster, text.String()))
}

// knock is a person who begins to talk.
func (w *world) knock(f chat.First) (chat.Begun, *people.Guest) {
	w.Helper()
	w.made++
	f.ClientID, f.Live = fmt.Sprintf("first-%d", w.made), true
	f.Lang, f.Text = or(f.Lang, "en"), or(f.Text, "I need somebody to talk to")
	b, err := w.room.Start(w.Context(), f)
	w.ok(err)
	g, err := w.people.Guest(w.Context(), b.Cookie, false)
	w.ok(err)
	return b, g
}

// letterFrom is a ticket that began with a letter.
func (w *world) letterFrom(address string, team helpdesk.ID) helpdesk.ID {
	w.Helper()
	var ticket helpdesk.ID
	w.ok(w.db.Write(w.Context(), "a letter", func(tx *store.Tx) error {
		writer, err := w.people.Writer(w.Context(), tx, address)
		if err != nil {
			return err
		}
		c, err := w.tickets.Open(w.Context(), tx, tickets.Opening{Team: team, Title: "A letter", Address: address, Writer: writer.ID, Language: "en"})
		if err != nil {
			return err
		}
		_, err = c.Append(w.Context(), tx, tickets.Message{
			Kind: tickets.KindLetter, Direction: tickets.In,
			Content: tickets.Content{From: []tickets.Address{{Addr: address}}, Subject: "A letter", Text: "Please help", Proven: true},
		})
		ticket = c.Ticket
		return err
	}))
	return ticket
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// get asks for a page and wants a status.
func (c *colleague) get(status int, path string, headers ...string) string {
	c.Helper()
	r, err := http.NewRequest("GET", c.url+path, nil)
	c.ok(err)
	return c.do(r, status, headers)
}

func (c *colleague) do(r *http.Request, status int, headers []string) string {
	c.Helper()
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.client.Do(r)
	c.ok(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	c.ok(err)
	if res.StatusCode != status {
		c.Fatalf("%s %s: %s, want %d\n%s", r.Method, r.URL.Path, res.Status, status, words(string(body)))
	}
	if strings.Contains(string(body), "⟦") {
		c.Errorf("%s: a sentence is missing: %s", r.URL.Path, regexp.MustCompile(`⟦[^⟧]*⟧`).FindAllString(string(body), -1))
	}
	return string(body)
}

// post presses a button of a page: the form's proof is read from the page it
// stands on.
func (c *colleague) post(status int, page, path string, fields ...string) string {
	c.Helper()
	return c.press(status, c.get(200, page), path, fields...)
}

func (c *colleague) press(status int, html, path string, fields ...string) string {
	c.Helper()
	form := url.Values{"proof": {proofOf(html, path)}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequest("POST", c.url+path, strings.NewReader(form.Encode()))
	c.ok(err)
	return c.do(r, status, []string{"Content-Type", "application/x-www-form-urlencoded", "Origin", c.url})
}

// proofOf finds the proof in the form that posts to path.
func proofOf(html, path string) string {
	found := regexp.MustCompile(`(?s)action="` + regexp.QuoteMeta(path) + `"[^>]*>.*?name="proof" value="([^"]*)"`).FindStringSubmatch(html)
	if found == nil {
		return ""
	}
	return found[1]
}

func (w *world) has(html string, all ...string) {
	w.Helper()
	for _, s := range all {
		if !strings.Contains(html, s) {
			w.Errorf("the page lacks %q:\n%s", s, words(html))
		}
	}
}

// words are what of a page stands behind its icons.
func words(html string) string {
	if _, after, found := strings.Cut(html, "</symbol>\n</svg>"); found {
		return after
	}
	return html
}

func (w *world) lacks(html string, all ...string) {
	w.Helper()
	for _, s := range all {
		if strings.Contains(html, s) {
			w.Errorf("the page has %q", s)
		}
	}
}

// force posts by hand to where no page of theirs leads.
func (c *colleague) force(status int, route, path string, fields ...string) string {
	c.Helper()
	return c.press(status, `<form action="`+path+`"><input type="hidden" name="proof" value="`+c.proofFor(route)+`">`, path, fields...)
}

// proofFor is what a form of this session's would carry for a route, where no
// page of theirs has the form: whoever writes the request by hand.
func (c *colleague) proofFor(route string) string {
	c.Helper()
	u, err := url.Parse(c.url)
	c.ok(err)
	cookie, _, _ := strings.Cut(c.client.Jar.Cookies(u)[0].Value, "~")
	salt := make([]byte, 12)
	m := hmac.New(sha256.New, []byte("proof of form\x00desk\x00"+cookie))
	m.Write(salt)
	m.Write([]byte(route))
	return base64.RawURLEncoding.EncodeToString(append(salt, m.Sum(nil)[:16]...))
}

func (w *world) tableOf(c *colleague, b chat.Begun) chat.Table {
	w.Helper()
	t, err := w.room.TableOf(w.Context(), w.session(c.login, c.words), b.Ticket)
	w.ok(err)
	return t
}
