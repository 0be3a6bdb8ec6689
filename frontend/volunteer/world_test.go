package volunteer_test

import (
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
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
	client *http.Client
	page   string
	head   http.Header
	code   int
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.ok(err)
	b := &browser{world: w, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	u, err := url.Parse(w.url)
	w.ok(err)
	jar.SetCookies(u, []*http.Cookie{{Name: "side", Value: "~en~"}})
	return b
}

func (b *browser) do(r *http.Request) *browser {
	b.Helper()
	res, err := b.client.Do(r)
	b.ok(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	b.ok(err)
	b.page, b.head, b.code = string(body), res.Header, res.StatusCode
	if strings.Contains(b.page, "⟦") {
		b.Errorf("%s lacks words: %s", r.URL.Path, regexp.MustCompile(`⟦[^⟧]*⟧`).FindAllString(b.page, -1))
	}
	if res.Header.Get("Cache-Control") != "no-store" {
		b.Errorf("%s may be kept: %s", r.URL.Path, res.Header.Get("Cache-Control"))
	}
	return b
}

func (b *browser) get(path string, headers ...string) *browser {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), "GET", b.url+path, nil)
	b.ok(err)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(r)
}

// post sends a form; "Accept" among the fields is a header, as a script's.
func (b *browser) post(path string, fields ...string) *browser {
	b.Helper()
	form, accept := url.Values{}, ""
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == "Accept" {
			accept = fields[i+1]
			continue
		}
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(b.Context(), "POST", b.url+path, strings.NewReader(form.Encode()))
	b.ok(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.url)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	return b.do(r)
}

// press posts the form of this page that leads to path, with what it holds
// hidden.
func (b *browser) press(path string, fields ...string) *browser {
	b.Helper()
	found := regexp.MustCompile(`(?s)<form method="post" action="` + regexp.QuoteMeta(path) + `"[^>]*>(.*?)</form>`).FindStringSubmatch(b.page)
	if found == nil {
		b.Fatalf("no form leads to %s:\n%s", path, b.main())
	}
	given := map[string]bool{}
	for i := 0; i < len(fields); i += 2 {
		given[fields[i]] = true
	}
	for _, h := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(found[1], -1) {
		if !given[h[1]] {
			fields = append(fields, h[1], html.UnescapeString(h[2]))
		}
	}
	return b.post(path, fields...)
}

// proof is what a script of this page posts with.
func (b *browser) proof(path string) string {
	b.Helper()
	found := regexp.MustCompile(`data-proof="` + regexp.QuoteMeta(path) + `" value="([^"]*)"`).FindStringSubmatch(b.page)
	if found == nil {
		b.Fatalf("no proof for %s", path)
	}
	return found[1]
}

func (b *browser) main() string {
	_, after, _ := strings.Cut(b.page, "</symbol>\n</svg>")
	return after
}

func (b *browser) is(code int) *browser {
	b.Helper()
	if b.code != code {
		b.Fatalf("%d, want %d: %s\n%s\nlog:\n%s", b.code, code, b.head.Get("Location"), b.main(), b.log)
	}
	return b
}

func (b *browser) leads(to string) *browser {
	b.Helper()
	if b.is(303); b.head.Get("Location") != to {
		b.Fatalf("leads to %s, want %s", b.head.Get("Location"), to)
	}
	return b
}

// follows goes where the answer leads.
func (b *browser) follows() *browser {
	b.Helper()
	return b.is(303).get(b.head.Get("Location"))
}

func (b *browser) sees(all ...string) *browser {
	b.Helper()
	for _, s := range all {
		if !strings.Contains(b.page, s) {
			b.Fatalf("no %q in\n%s", s, b.main())
		}
	}
	return b
}

func (b *browser) seesNot(all ...string) *browser {
	b.Helper()
	for _, s := range all {
		if strings.Contains(b.page, s) {
			b.Fatalf("%q stands in\n%s", s, b.main())
		}
	}
	return b
}

// enters signs an account in.
func (b *browser) enters(login string, e staff.Enrolment) *browser {
	b.Helper()
	b.clock.Pass(31 * time.Second) // a code counts once
	code, err := staff.FactorCode(e.Secret, b.clock.Now())
	b.ok(err)
	b.get("/b/sign-in").is(200).press("/b/sign-in", "login", login, "words", e.Words, "code", code).leads("/b")
	return b
}

// hands hands somebody on, one question a screen, and returns the thread.
func (b *browser) hands(language string) string {
	b.Helper()
	const next = "/b/hand-on/next"
	b.get("/b/hand-on").is(200).press(next, "knows", "yes").is(200).press(next, "urgent", "no").is(200)
	b.press(next, "language", language).is(200).press(next, "reach", "branch").is(200)
	b.press(next, "need", "decision", "line", "Kanarieline", "send", "yes").is(303)
	at, _, _ := strings.Cut(b.head.Get("Location"), "?")
	return strings.TrimPrefix(at, "/b/t/")
}
