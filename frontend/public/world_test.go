package public_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
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
	"returnsupport/frontend/public"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
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

// wednesday is within everybody's chat hours, and far from any holiday.
var wednesday = time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC) // 11:30 in Stockholm

// house is the rooms behind persons' pages, and a server with those pages.
type house struct {
	db      *store.DB
	bus     bus.Bus
	office  *office.Office
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	chat    *chat.Room
	shelf   *answers.Shelf // nil: nothing is told
	door    *consent.Door
	site    *frontend.Site
	targets map[helpdesk.ID]consent.Target
	base    string

	ada   helpdesk.ID
	words string
	team  helpdesk.ID
	made  int
	crew  []*staff.Session

	mu   sync.Mutex
	at   time.Time
	rang []string
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func (h *house) Waiting(context.Context, *store.Tx, string, string, time.Time) error { return nil }

func (h *house) OnCall(_ context.Context, tx *store.Tx, addresses []string) error {
	tx.After(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.rang = append(h.rang, addresses...)
	})
	return nil
}

// Whoever has everything erased is let go of by the door, too, as in the house.
func (h *house) Stop(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	return h.door.Stop(ctx, tx, tickets)
}

func (h *house) Forget(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	return h.door.Forget(ctx, tx, tickets)
}

// Session lets nobody in: no counsellor uses these pages.
func (h *house) Session(context.Context, string, bool) (*staff.Session, error) {
	return nil, helpdesk.ErrDenied
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// build makes a house on SQLite: what differs between the engines the rooms'
// own tests look at.
func build(t *testing.T) *house {
	t.Helper()
	h := &house{bus: bus.InProcess(), at: wednesday}
	h.db = storetest.SQLite(t)
	secrets, log := vault.NewSecrets(), slog.New(slog.DiscardHandler)
	cost := vault.Cost{MiB: 1, Passes: 1}
	book := journal.New(h.db, secrets, h.now, log)
	h.office = office.New(office.House{DB: h.db, Secrets: secrets, Journal: book, Now: h.now, Log: log})
	h.staff = staff.New(staff.House{DB: h.db, Secrets: secrets, Bus: h.bus, Journal: book, Office: h.office, Now: h.now, Log: log, Cost: cost})
	h.people = people.New(people.House{DB: h.db, Secrets: secrets, Bus: h.bus, Journal: book, Staff: h.staff, Now: h.now, Log: log, Cost: cost})
	h.tickets = tickets.New(tickets.House{DB: h.db, Secrets: secrets, Bus: h.bus, Journal: book, Staff: h.staff, People: h.people, Now: h.now})
	h.chat = chat.New(chat.House{DB: h.db, Secrets: secrets, Bus: h.bus, Journal: book, Office: h.office, Staff: h.staff,
		People: h.people, Tickets: h.tickets, Bell: h, Now: h.now, Log: log})
	words, err := locale.Load()
	ok(t, err)
	letters := post.New(post.House{DB: h.db, Secrets: secrets, Bus: h.bus, Journal: book, Office: h.office, Staff: h.staff,
		People: h.people, Tickets: h.tickets, Words: words, Now: h.now, Log: log})
	h.door = consent.New(consent.House{DB: h.db, Secrets: secrets, Bus: h.bus, Journal: book, Office: h.office, Staff: h.staff, People: h.people,
		Tickets: h.tickets, Post: letters, Target: h.target, Words: words, Now: h.now, Log: log, CodeCost: cost})
	made, err := h.staff.Init(t.Context(), staff.InitOptions{
		WordsAlone: true,
		Login:      "ada", Name: "Ada Lind", Address: "ada@example.org", Locale: "sv", Teams: []staff.NewTeam{{Name: "return"}},
	})
	ok(t, err)
	h.ada, h.words, h.team = made.User, made.Words, made.Teams[0].ID
	h.serve(t)
	return h
}

func (h *house) serve(t *testing.T) {
	t.Helper()
	words, err := locale.Load()
	ok(t, err)
	h.site, err = frontend.New(frontend.Options{
		Log: slog.New(slog.DiscardHandler), Door: h, Guests: h.people, Bus: h.bus, Words: words, PublicName: "Samtalsstöd", Now: h.now,
	})
	ok(t, err)
	public.Mount(h.site, public.Rooms{Chat: h.chat, People: h.people, Tickets: h.tickets, Office: h.office, Answers: h.shelf, Consent: h.door, Log: slog.New(slog.DiscardHandler)})
	ln, err := h.site.Open("127.0.0.1:0")
	ok(t, err)
	h.base = "http://" + ln.Addr().String()
	done, site := make(chan error, 1), h.site // a test may serve again
	go func() { done <- site.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := site.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// open hires two counsellors, rosters them on every line and has them present.
func (h *house) open(t *testing.T) *staff.Session {
	t.Helper()
	var all []*staff.Session
	var roster strings.Builder
	for _, name := range []string{"Maria Holm", "Bo Ek"} {
		h.made++
		login := fmt.Sprintf("user%d", h.made)
		token, err := h.staff.Invite(t.Context(), h.staff.Console(), login, name, login+"@example.org", staff.Counsellor, h.team)
		ok(t, err)
		words, cookie, err := h.staff.Accept(t.Context(), token, "en")
		ok(t, err)
		s, err := h.staff.Session(t.Context(), cookie, false)
		ok(t, err)
		ok(t, h.staff.Admit(t.Context(), h.signIn(t, "ada", h.words), s.User.ID, h.team))
		s = h.signIn(t, login, words)
		all = append(all, s)
		for _, line := range []string{"chat_everyone", "chat_detained", "mail"} {
			fmt.Fprintf(&roster, "shift %s %s daily 00:00-24:00\n", s.User.ID, line)
		}
	}
	ok(t, h.office.Set(t.Context(), h.ada, office.Roster, roster.String()))
	h.crew = all
	h.attend(t)
	return all[0]
}

func (h *house) signIn(t *testing.T, login, words string) *staff.Session {
	t.Helper()
	cookie, err := h.staff.SignIn(t.Context(), login, words)
	ok(t, err)
	s, err := h.staff.Session(t.Context(), cookie, false)
	ok(t, err)
	return s
}

// browser is one browser without scripts.
type browser struct {
	t    *testing.T
	h    *house
	http *http.Client
	at   string // the path it is at
	page string
	code int
	head http.Header
	did  int // requests of theirs, what they are led to not counted
}

func (h *house) browser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	ok(t, err)
	return &browser{t: t, h: h, http: &http.Client{Jar: jar, Timeout: 40 * time.Second}}
}

func (b *browser) do(r *http.Request) *browser {
	b.t.Helper()
	b.did++
	answer, err := b.http.Do(r)
	ok(b.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ok(b.t, err)
	b.at, b.page, b.code, b.head = answer.Request.URL.Path, string(body), answer.StatusCode, answer.Header
	if strings.Contains(b.page, "⟦") {
		b.t.Errorf("%s lacks words: %s", b.at, b.page[strings.Index(b.page, "⟦"):][:40])
	}
	return b
}

func (b *browser) get(path string) *browser {
	b.t.Helper()
	r, err := http.NewRequest("GET", b.h.base+path, nil)
	ok(b.t, err)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// post sends fields as they stand.
func (b *browser) post(path string, fields url.Values) *browser {
	b.t.Helper()
	r, err := http.NewRequest("POST", b.h.base+path, strings.NewReader(fields.Encode()))
	ok(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

var (
	forms  = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// press sends the form of the page that posts to action, with its hidden
// fields and more: what somebody typed, or the button pressed.
func (b *browser) press(action string, more ...string) *browser {
	b.t.Helper()
	for _, form := range forms.FindAllStringSubmatch(b.page, -1) {
		if form[1] != action {
			continue
		}
		fields := url.Values{}
		for _, f := range hidden.FindAllStringSubmatch(form[2], -1) {
			fields.Add(f[1], f[2])
		}
		for i := 0; i+1 < len(more); i += 2 {
			fields.Set(more[i], more[i+1])
		}
		return b.post(action, fields)
	}
	b.t.Fatalf("%s has no form to %s:\n%s", b.at, action, b.main())
	return b
}

// sees fails unless the page holds all of it.
func (b *browser) sees(texts ...string) *browser {
	b.t.Helper()
	for _, s := range texts {
		if !strings.Contains(b.page, s) {
			b.t.Errorf("%s (%d) does not show %q:\n%s", b.at, b.code, s, b.main())
		}
	}
	return b
}

// main is the page without its frame, for failures.
func (b *browser) main() string {
	_, rest, found := strings.Cut(b.page, `id="main"`)
	if !found {
		rest = b.page
	}
	main, _, _ := strings.Cut(rest, "</main>")
	return main
}

func (b *browser) seesNot(texts ...string) *browser {
	b.t.Helper()
	for _, s := range texts {
		if strings.Contains(b.page, s) {
			b.t.Errorf("%s shows %q", b.at, s)
		}
	}
	return b
}

func (b *browser) isAt(path string) *browser {
	b.t.Helper()
	if b.at != path {
		b.t.Fatalf("at %s (%d), not %s:\n%s", b.at, b.code, path, b.main())
	}
	return b
}

// begins goes through the questions in English and sends a first message.
func (b *browser) begins(text string) *browser {
	b.t.Helper()
	b.get("/en/start").press("/en/start", "shared", "no").press("/en/start", "tongue", "en").
		press("/en/start", "detained", "").press("/en/start", "about", "adult")
	return b.press("/en/begin", "text", text, "live", "1").isAt("/en/code/offer")
}

// guestOf opens a browser's session as the house sees it.
func (h *house) guestOf(t *testing.T, b *browser) *people.Guest {
	t.Helper()
	u, err := url.Parse(h.base)
	ok(t, err)
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == "talk" {
			g, err := h.people.Guest(t.Context(), c.Value, true)
			ok(t, err)
			return g
		}
	}
	t.Fatal("no session")
	return nil
}

// attend has everybody present again: a presence lasts half a minute.
func (h *house) attend(t *testing.T) {
	t.Helper()
	for _, s := range h.crew {
		ok(t, h.chat.Attend(t.Context(), s, chat.Here))
	}
}
