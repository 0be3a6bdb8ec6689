package frontend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
)

// guests knows person's sessions by their cookie.
type guests struct {
	mu     sync.Mutex
	open   map[string]*people.Guest
	quiets int
	down   bool
}

func (g *guests) Guest(_ context.Context, cookie string, quiet bool) (*people.Guest, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if quiet {
		g.quiets++
	}
	if g.down {
		return nil, errGone
	}
	if found := g.open[cookie]; found != nil {
		one := *found
		return &one, nil
	}
	return nil, helpdesk.ErrDenied
}

// Author knows one whose session has ended.
func (g *guests) Author(_ context.Context, cookie string) (helpdesk.ID, error) {
	if cookie == "ended" {
		return helpdesk.NewID(), nil
	}
	return "", helpdesk.ErrDenied
}

func (g *guests) Leave(_ context.Context, cookie string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, cookie)
	return nil
}

func (g *guests) come(cookie string) helpdesk.ID {
	g.mu.Lock()
	defer g.mu.Unlock()
	id := helpdesk.NewID()
	g.open[cookie] = &people.Guest{ID: id, Conversation: helpdesk.NewID()}
	return id
}

func (g *guests) here(cookie string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open[cookie] != nil
}

// publicHouse serves person's pages beside the desk's.
func publicHouse(t *testing.T, mount func(*Site), change ...func(*Options)) (*house, *guests) {
	t.Helper()
	g := &guests{open: map[string]*people.Guest{}}
	h := newHouse(t, func(s *Site) { doors(s); personDoors(s); mount(s) }, append([]func(*Options){func(o *Options) {
		o.Guests = g
		o.Sign = func(_ context.Context, lang string) (Sign, error) {
			return Sign{Name: "Talk " + lang, Away: "https://weather.example/", Phone: "020-41 50 00"}, nil
		}
	}}, change...)...)
	return h, g
}

func personDoors(s *Site) {
	s.Home("/w/queue")
	s.Public("GET", "/", Public, func(v *Visit) error { return v.Text("landing " + v.Lang()) })
	s.Public("GET", "/who", Public, func(v *Visit) error {
		if v.Guest != nil {
			return v.Text("you")
		}
		return v.Text("nobody")
	})
	s.Public("POST", "/begin", Public, func(v *Visit) error { v.EnterGuest("fresh"); return v.Text("began") })
	s.Public("GET", "/talk", Guest, func(v *Visit) error { return v.Text(v.proof("/:lang/talk/say")) })
	s.Public("GET", "/talk/news", Watching, func(v *Visit) error { return v.Text("news") })
	s.Public("POST", "/talk/say", Guest, func(v *Visit) error { return v.Text("said " + v.Form.Value("text")) })
	s.Public("GET", "/refuses", Public, func(*Visit) error { return helpdesk.Refuse("chat.empty") })
	s.Public("GET", "/refuses-oddly", Public, func(*Visit) error { return helpdesk.Refuse("no.such.key") })
	s.Public("GET", "/fails", Public, func(*Visit) error { return errors.New("secret of ours") })
	s.OnGuestEnded(func(v *Visit) error {
		text := "kept " + v.Form.Value("text") + " of " + v.GuestCookie()
		for _, f := range v.Form.Files {
			text += fmt.Sprintf(" and %s of %d", f.Name, len(f.Body))
		}
		return v.Text(text)
	})
}

func (h *house) guest(cookie string) *http.Client {
	jar, _ := cookiejar.New(nil)
	u, _ := url.Parse(h.url)
	if cookie != "" {
		jar.SetCookies(u, []*http.Cookie{{Name: "talk", Value: cookie}})
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func TestTheFirstPageSpeaksTheBrowsersLanguage(t *testing.T) {
	h, _ := publicHouse(t, func(*Site) {})
	for accept, want := range map[string]string{
		"": "/sv/", "en-GB,en;q=0.9": "/en/", "tlh, sv;q=0.2": "/sv/", "tlh": "/en/", "en;q=0.1, sv;q=0.8": "/sv/",
	} {
		res, _ := h.ask(h.guest(""), "GET", "/", "", nil, "Accept-Language", accept)
		if got := res.Header.Get("Location"); res.StatusCode != 303 || got != want {
			t.Errorf("%q leads to %s", accept, got)
		}
	}
	for path, want := range map[string]string{"/w": "/w/queue", "/w/": "/w/queue"} {
		if res, _ := h.ask(h.guest(""), "GET", path, "", nil); res.Header.Get("Location") != want {
			t.Errorf("%s leads to %s", path, res.Header.Get("Location"))
		}
	}
	for path, want := range map[string]string{"/sv": "landing sv", "/sv/": "landing sv", "/en/": "landing en"} {
		if _, text := h.ask(h.guest(""), "GET", path, "", nil, "Accept-Language", "ru"); text != want {
			t.Errorf("%s says %q", path, text)
		}
	}
	if res, text := h.ask(h.guest(""), "GET", "/xx/who", "", nil, "Accept-Language", "en"); res.StatusCode != 404 || !strings.Contains(text, "There is nothing here") {
		t.Errorf("a language nobody has: %d", res.StatusCode)
	}
	if res, _ := h.ask(h.browser(""), "GET", "/w/anyone", "", nil); res.StatusCode != 200 {
		t.Errorf("the desk's own door: %d", res.StatusCode)
	}
}

func TestAPersonIsNoMemberAndAMemberIsNoPerson(t *testing.T) {
	h, g := publicHouse(t, func(*Site) {})
	h.member("m")
	g.come("p")
	if _, text := h.ask(h.guest("p"), "GET", "/en/who", "", nil); text != "you" {
		t.Errorf("a person is %q", text)
	}
	if _, text := h.ask(h.browser("m"), "GET", "/en/who", "", nil); text != "nobody" {
		t.Errorf("a member is %q on person's pages", text)
	}
	if res, _ := h.ask(h.guest("p"), "GET", "/w/member", "", nil); res.StatusCode != 303 {
		t.Errorf("a person on the desk: %d", res.StatusCode)
	}
	// The same secret as both cookies: a proof of one kind is none of the other.
	g.come("same")
	h.member("same")
	c := h.guest("same")
	_, proof := h.ask(c, "GET", "/en/talk", "", nil)
	deskProof := h.site.visitFor("same").proof("/:lang/talk/say")
	if res, _ := h.ask(c, "POST", "/en/talk/say", formKind, form("proof", deskProof)); res.StatusCode != 403 {
		t.Errorf("a member's proof on a person's form: %d", res.StatusCode)
	}
	if res, text := h.ask(c, "POST", "/en/talk/say", formKind, form("proof", proof, "text", "hej")); res.StatusCode != 200 || text != "said hej" {
		t.Errorf("their own: %d %s", res.StatusCode, text)
	}
}

func TestAPersonsFormNeedsItsProofAndOurSite(t *testing.T) {
	h, g := publicHouse(t, func(*Site) {})
	g.come("p")
	c := h.guest("p")
	_, proof := h.ask(c, "GET", "/en/talk", "", nil)
	for name, row := range map[string]struct {
		path, proof string
		headers     []string
		status      int
	}{
		"right":                {"/en/talk/say", proof, nil, 200},
		"in another language":  {"/sv/talk/say", proof, nil, 200},
		"none":                 {"/en/talk/say", "", nil, 403},
		"from another site":    {"/en/talk/say", proof, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"origin null":          {"/en/talk/say", proof, []string{"Sec-Fetch-Site", "", "Origin", "null"}, 403},
		"begin":                {"/en/begin", "", nil, 200},
		"begin, another site":  {"/en/begin", "", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"begin, a sister site": {"/en/begin", "", []string{"Sec-Fetch-Site", "same-site"}, 403},
	} {
		res, _ := h.ask(h.guest("p"), "POST", row.path, formKind, form("proof", row.proof, "text", "x"), row.headers...)
		if res.StatusCode != row.status {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
}

func TestWithoutASessionAPageLeadsToTheCodeAndAFormIsKept(t *testing.T) {
	h, _ := publicHouse(t, func(*Site) {})
	for name, row := range map[string]struct {
		cookie string
		want   string
	}{"never here": {"", "/sv/code"}, "ended": {"gone", "/sv/code/ended"}} {
		if res, _ := h.ask(h.guest(row.cookie), "GET", "/sv/talk", "", nil); res.StatusCode != 303 || res.Header.Get("Location") != row.want {
			t.Errorf("%s: %d %s", name, res.StatusCode, res.Header.Get("Location"))
		}
	}
	if res, _ := h.ask(h.guest("gone"), "GET", "/sv/talk/news", "", nil); res.StatusCode != 401 {
		t.Errorf("a script: %d", res.StatusCode)
	}
	if _, text := h.ask(h.guest("gone"), "POST", "/sv/talk/say", formKind, form("text", "hjälp")); text != "kept hjälp of gone" {
		t.Errorf("a late form: %s", text)
	}
	boundary := "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhjälp\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n" + strings.Repeat("y", 200_000) + "\r\n--b--\r\n"
	if _, text := h.ask(h.guest("gone"), "POST", "/sv/talk/say", "multipart/form-data; boundary=b", strings.NewReader(boundary)); text != "kept hjälp of gone" {
		t.Errorf("a late form with a file of nobody's: %s", text)
	}
	if _, text := h.ask(h.guest("ended"), "POST", "/sv/talk/say", "multipart/form-data; boundary=b", strings.NewReader(boundary)); text != "kept hjälp of ended and a of 200000" {
		t.Errorf("a late form with a file: %s", text)
	}
	if res, _ := h.ask(h.guest("ended"), "POST", "/sv/talk/say", "multipart/form-data; boundary=b", strings.NewReader(strings.ReplaceAll(boundary, "yy", "")), "Sec-Fetch-Site", "cross-site"); res.StatusCode != 403 {
		t.Errorf("a late file from another site: %d", res.StatusCode)
	}
	if res, _ := h.ask(h.guest("gone"), "POST", "/sv/talk/say", formKind, form("text", "x"), "Sec-Fetch-Site", "cross-site"); res.StatusCode != 403 {
		t.Errorf("a late form of another site: %d", res.StatusCode)
	}
}

func TestAPersonsCookieIsTheStrictestTheAddressAllows(t *testing.T) {
	h, _ := publicHouse(t, func(*Site) {})
	res, _ := h.ask(h.guest(""), "POST", "/en/begin", formKind, form())
	if got := strings.ToLower(res.Header.Get("Set-Cookie")); !strings.HasPrefix(got, "talk=fresh;") || !strings.Contains(got, "httponly") ||
		!strings.Contains(got, "samesite=lax") || strings.Contains(got, "expires") || strings.Contains(got, "max-age") {
		t.Error(got)
	}
	behind, _ := publicHouse(t, func(*Site) {}, func(o *Options) { o.BehindProxy = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	res, _ = behind.ask(behind.guest(""), "POST", "/en/begin", formKind, form())
	if got := strings.ToLower(res.Header.Get("Set-Cookie")); !strings.HasPrefix(got, "__host-talk=fresh;") || !strings.Contains(got, "secure") || !strings.Contains(got, "path=/") {
		t.Error(got)
	}
}

func TestAPageThatAsksByItselfIsNoAction(t *testing.T) {
	h, g := publicHouse(t, func(*Site) {})
	g.come("p")
	h.ask(h.guest("p"), "GET", "/en/talk", "", nil)
	if g.quiets != 0 {
		t.Error("an own action was quiet")
	}
	h.ask(h.guest("p"), "GET", "/en/talk/news", "", nil)
	if g.quiets != 1 {
		t.Error("a poll was not quiet")
	}
}

func TestTheExitEndsTheSessionAndForgetsThePages(t *testing.T) {
	told := 0
	h, g := publicHouse(t, func(s *Site) {
		s.OnExit(func(v *Visit) error {
			if v.Guest != nil {
				told++
			}
			return errors.New("the desk does not answer")
		})
	})
	for name, row := range map[string]struct {
		method  string
		headers []string
		status  int
		leads   string
		ends    bool
	}{
		"the link":                {"GET", []string{"Sec-Fetch-Site", "same-origin"}, 303, "https://weather.example/", true},
		"typed":                   {"GET", []string{"Sec-Fetch-Site", "none"}, 303, "https://weather.example/", true},
		"an old browser":          {"GET", nil, 303, "https://weather.example/", true},
		"a beacon":                {"POST", []string{"Sec-Fetch-Mode", "no-cors"}, 204, "", true},
		"another site's link":     {"GET", []string{"Sec-Fetch-Site", "cross-site"}, 303, "https://weather.example/", false},
		"another site's beacon":   {"POST", []string{"Sec-Fetch-Site", "cross-site"}, 403, "", false},
		"a browser looking ahead": {"GET", []string{"Sec-Fetch-Site", "same-origin", "Sec-Purpose", "prefetch"}, 204, "", false},
	} {
		told = 0
		g.come("p")
		res, _ := h.ask(h.guest("p"), row.method, "/x", "", nil, row.headers...)
		if res.StatusCode != row.status || res.Header.Get("Location") != row.leads {
			t.Errorf("%s: %d %s", name, res.StatusCode, res.Header.Get("Location"))
		}
		if g.here("p") == row.ends || (told == 1) != row.ends {
			t.Errorf("%s: still here %v, told %d times", name, g.here("p"), told)
		}
		cleared := strings.Contains(res.Header.Get("Clear-Site-Data"), "cache") && strings.Contains(res.Header.Get("Set-Cookie"), "talk=;")
		if cleared != row.ends {
			t.Errorf("%s: %v", name, res.Header)
		}
	}
	g.down = true
	if res, _ := h.ask(h.guest("p"), "GET", "/x", "", nil); res.StatusCode != 303 {
		t.Errorf("with the store gone: %d", res.StatusCode)
	}
}

func TestWhatGoesWrongIsSaidInThePersonsLanguageWithANumberToCall(t *testing.T) {
	h, _ := publicHouse(t, func(s *Site) {
		s.Public("POST", "/often", Public, func(v *Visit) error { return tooOften{1500_000_000} })
	})
	for _, row := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/en/refuses", 422, "You have not written anything yet."}, {"GET", "/en/fails", 500, "It is not your fault"},
		{"GET", "/en/refuses-oddly", 500, "It is not your fault"}, {"GET", "/en/nowhere", 404, "There is nothing here."},
		{"GET", "/sv/nowhere", 404, "Här finns ingenting."}, {"POST", "/en/often", 429, "Wait 2 seconds"},
	} {
		res, text := h.ask(h.guest(""), row.method, row.path, "", nil)
		if res.StatusCode != row.status || !strings.Contains(text, row.says) || !strings.Contains(text, "020-41 50 00") {
			t.Errorf("%s: %d, %q or the number not in\n%s", row.path, res.StatusCode, row.says, text)
		}
		if strings.Contains(text, "⟦") || strings.Contains(text, "secret of ours") || strings.Contains(text, "/w/") {
			t.Errorf("%s shows what is ours:\n%s", row.path, text)
		}
	}
	res, text := h.ask(h.guest(""), "GET", "/en/refuses", "", nil, "Accept", "application/json")
	if res.StatusCode != 422 || !strings.Contains(text, `"no":"You have not written anything yet."`) {
		t.Errorf("a script is told %d %s", res.StatusCode, text)
	}
	for path, status := range map[string]int{"/en/fails": 500, "/en/often": 429} {
		method := "GET"
		if status == 429 {
			method = "POST"
		}
		res, text := h.ask(h.guest(""), method, path, "", nil, "Accept", "application/json")
		if res.StatusCode != status || strings.Contains(text, `"no"`) || !strings.Contains(text, `"trouble"`) {
			t.Errorf("what may be tried again is told a script as %d %s", res.StatusCode, text)
		}
	}
}

// What is too broken for any route still gets a page, and stops nobody.
func TestABrokenRequestIsAnswered(t *testing.T) {
	h, _ := publicHouse(t, func(*Site) {})
	for _, broken := range []string{"GET /en/who HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 40_000) + "\r\n\r\n", "\x16\x03\x01\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"} {
		conn, err := net.Dial("tcp", h.addr)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(5 * time.Second))
		conn.Write([]byte(broken))
		io.Copy(io.Discard, conn)
		conn.Close()
	}
	if _, text := h.ask(h.guest(""), "GET", "/en/who", "", nil); text != "nobody" {
		t.Errorf("afterwards: %q", text)
	}
}

func TestOnlyTheLogMayStandInAFrameOfOurs(t *testing.T) {
	h, _ := publicHouse(t, func(s *Site) {
		s.Public("GET", "/log", Public, func(v *Visit) error {
			return v.ShowFrame(Trouble{PublicPage: v.PublicPage("")}, 6_000_000_000, "/en/log?turn=1#end")
		})
		s.Public("GET", "/page", Public, func(v *Visit) error { return v.Show(Trouble{PublicPage: v.PublicPage("Title")}) })
	})
	res, text := h.ask(h.guest(""), "GET", "/en/log", "", nil)
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'self'") || res.Header.Get("X-Frame-Options") != "SAMEORIGIN" ||
		res.Header.Get("Refresh") != "6; url=/en/log?turn=1#end" || strings.Contains(text, "<script") {
		t.Errorf("%v\n%s", res.Header, text)
	}
	res, text = h.ask(h.guest(""), "GET", "/en/page", "", nil)
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || res.Header.Get("X-Frame-Options") != "DENY" || strings.Contains(csp, "unsafe") {
		t.Errorf("%v", res.Header)
	}
	for _, want := range []string{`<html lang="en" dir="ltr">`, "<title>Title · Talk en</title>", "exit.", "public."} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	for _, never := range []string{"style=", "onclick", "http://", "desk."} {
		if strings.Contains(text, never) {
			t.Errorf("the page has %q", never)
		}
	}
}

func TestOurOwnPersonsPagesAreLight(t *testing.T) {
	h, _ := publicHouse(t, func(*Site) {})
	for _, l := range h.site.Words.Choices(false) {
		page := Trouble{Status: 429, What: "x", Safe: "y", Next: "z", Phone: "020"}
		page.Words = h.site.WordsFor(l.Tag)
		w, err := h.site.Weigh(page)
		if err != nil || w.Text > MostText || w.All > MostAll || w.Text < 500 || w.All <= w.Text {
			t.Errorf("%s weighs %+v: %v", l.Tag, w, err)
		}
	}
}

func TestPermissionsOfPersonsAndOfTheDeskDoNotMix(t *testing.T) {
	h, _ := publicHouse(t, func(*Site) {})
	defer func() {
		if recover() == nil {
			t.Error("a member's page was mounted among person's")
		}
	}()
	h.site.Public("GET", "/desk", Member, func(*Visit) error { return nil })
}
