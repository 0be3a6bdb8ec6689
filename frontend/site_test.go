package frontend

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/staff"
)

// door knows the sessions of a test by their cookie.
type door struct {
	mu     sync.Mutex
	open   map[string]*staff.Session
	quiets int
}

func (d *door) Session(_ context.Context, cookie string, quiet bool) (*staff.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if quiet {
		d.quiets++
	}
	if s := d.open[cookie]; s != nil {
		return s, nil
	}
	return nil, helpdesk.ErrDenied
}

func (d *door) end(cookie string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, cookie)
}

type house struct {
	*testing.T
	site *Site
	door *door
	bus  bus.Bus
	log  *housetest.Log
	addr string
	url  string
}

// newHouse serves a site on loopback with the routes that mount adds.
func newHouse(t *testing.T, mount func(*Site), change ...func(*Options)) *house {
	t.Helper()
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, door: &door{open: map[string]*staff.Session{}}, bus: bus.InProcess(), log: &housetest.Log{}}
	o := Options{Log: slog.New(slog.NewTextHandler(h.log, nil)), Door: h.door, Bus: h.bus, Words: words, PublicName: "Samtalsstöd"}
	for _, c := range change {
		c(&o)
	}
	if h.site, err = New(o); err != nil {
		t.Fatal(err)
	}
	mount(h.site)
	ln, err := h.site.Open("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.addr = ln.Addr().String()
	h.url = "http://" + h.addr
	done := make(chan error, 1)
	go func() { done <- h.site.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.site.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return h
}

// member opens a session under a cookie.
func (h *house) member(cookie string) {
	h.door.mu.Lock()
	defer h.door.mu.Unlock()
	h.door.open[cookie] = &staff.Session{ID: helpdesk.NewID(), User: staff.User{Name: cookie, Kind: staff.Coordinator, State: staff.Active}}
}

// browser is a client that follows no redirects and holds a cookie.
func (h *house) browser(cookie string) *http.Client {
	jar, _ := cookiejar.New(nil)
	u, _ := url.Parse(h.url)
	if cookie != "" {
		jar.SetCookies(u, []*http.Cookie{{Name: "desk", Value: cookie + "~sv~"}})
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (h *house) ask(c *http.Client, method, path, kind string, body io.Reader, headers ...string) (*http.Response, string) {
	h.Helper()
	r, err := http.NewRequest(method, h.url+path, body)
	if err != nil {
		h.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if method == "POST" {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	res, err := c.Do(r)
	if err != nil {
		h.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.Fatal(err)
	}
	return res, string(text)
}

const formKind = "application/x-www-form-urlencoded"

func form(pairs ...string) io.Reader {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return strings.NewReader(v.Encode())
}

// proofOf fetches the proof for /w/t/:id/do from the test's own page.
func (h *house) proofOf(c *http.Client) string {
	_, text := h.ask(c, "GET", "/w/proof", "", nil)
	return text
}

func doors(s *Site) {
	ok := func(v *Visit) error { return v.Text("did " + v.Form.Value("what")) }
	s.Route("GET", "/w/anyone", Anyone, ok)
	s.Route("GET", "/w/member", Newcomer, ok)
	s.Route("GET", "/w/proof", Newcomer, func(v *Visit) error { return v.Text(v.proof("/w/t/:id/do")) })
	s.Route("POST", "/w/t/:id/do", Newcomer, ok)
	s.Route("POST", "/w/other", Newcomer, ok)
	s.Route("POST", "/w/sign-in", Anyone, ok)
	s.Route("POST", "/w/upload", Newcomer, func(v *Visit) error { return v.Text(v.Form.Files[0].Name) }, 64<<10)
	s.Route("GET", "/w/panic", Anyone, func(*Visit) error { panic("no") })
	s.Route("GET", "/w/fails", Anyone, func(*Visit) error { return io.ErrUnexpectedEOF })
	s.Route("GET", "/w/refuses", Anyone, func(*Visit) error { return helpdesk.Refuse("words.wrong", 3) })
	s.Route("GET", "/w/missing", Anyone, func(*Visit) error { return helpdesk.ErrNotFound })
	s.Route("GET", "/w/conflict", Anyone, func(*Visit) error { return helpdesk.ErrConflict })
	s.Route("GET", "/w/forbidden", Newcomer, func(*Visit) error { return helpdesk.ErrDenied })
}

func TestFactsBecomeAStatusAndASentence(t *testing.T) {
	h := newHouse(t, doors)
	h.member("m")
	c := h.browser("m")
	for _, row := range []struct {
		path   string
		status int
		says   string
	}{
		{"/w/missing", 404, "Det finns inget här"}, {"/w/conflict", 409, "Någon annan hann före"},
		{"/w/forbidden", 403, "Det här får du inte göra"}, {"/w/refuses", 422, "Det är inte ord nummer 3"},
		{"/w/fails", 500, "Händelsenummer"}, {"/w/panic", 500, "Händelsenummer"}, {"/w/no-such", 404, "Det finns inget här"},
	} {
		res, text := h.ask(c, "GET", row.path, "", nil)
		if res.StatusCode != row.status || !strings.Contains(text, row.says) {
			t.Errorf("%s: %d, %q not in\n%s", row.path, res.StatusCode, row.says, text)
		}
	}
	number := regexp.MustCompile(`<code>([A-Z2-7]{8})</code>`)
	_, text := h.ask(c, "GET", "/w/fails", "", nil)
	found := number.FindStringSubmatch(text)
	if found == nil || strings.Count(h.log.String(), found[1]) != 1 {
		t.Fatalf("incident %v is not once in the log:\n%s", found, h.log)
	}
	if strings.Contains(text, "unexpected EOF") {
		t.Error("the page shows an error of ours")
	}
}

func TestEveryAnswerCarriesTheHeadersThatProtectIt(t *testing.T) {
	h := newHouse(t, doors)
	for _, path := range []string{"/w/anyone", "/w/missing", "/nowhere"} {
		res, _ := h.ask(h.browser(""), "GET", path, "", nil)
		for k, want := range map[string]string{
			"Content-Security-Policy": "script-src 'self'", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
			"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin", "Content-Type": "charset=utf-8",
		} {
			if got := res.Header.Get(k); !strings.Contains(got, want) {
				t.Errorf("%s: %s is %q", path, k, got)
			}
		}
		if csp := res.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: %s", path, csp)
		}
	}
}

func TestWithoutASessionOneIsLedToTheDoorAndBack(t *testing.T) {
	h := newHouse(t, doors)
	res, _ := h.ask(h.browser(""), "GET", "/w/member?q=1", "", nil)
	to, _ := url.Parse(res.Header.Get("Location"))
	if res.StatusCode != 303 || to.Path != SignInPath || to.Query().Get("to") != "/w/member?q=1" || to.Query().Get("ended") != "" {
		t.Fatal(res.StatusCode, to)
	}
	res, _ = h.ask(h.browser("gone"), "POST", "/w/t/x/do", formKind, form("what", "x"), "Referer", h.url+"/w/t/x")
	to, _ = url.Parse(res.Header.Get("Location"))
	if res.StatusCode != 303 || to.Query().Get("to") != "/w/t/x" || to.Query().Get("ended") != "writing" {
		t.Fatal(res.StatusCode, to)
	}
	res, _ = h.ask(h.browser("gone"), "GET", "/w/member", "", nil, "HX-Request", "true", "Referer", h.url+"/w/queue")
	if res.StatusCode != 401 || !strings.HasPrefix(res.Header.Get("HX-Redirect"), SignInPath) {
		t.Fatal(res.StatusCode, res.Header)
	}
}

func TestNobodyIsLedToAnotherSite(t *testing.T) {
	for _, bad := range []string{"https://evil.example/w/", "//evil.example/w/", "/\\evil.example", "/w/..\\x", "javascript:alert(1)", "/x/queue", "", "/w/a\r\nX: y"} {
		if got := OwnPath(bad); got != "" {
			t.Errorf("%q leads to %q", bad, got)
		}
	}
	if got := OwnPath("/w/t/x?y=1"); got != "/w/t/x?y=1" {
		t.Error(got)
	}
}

func TestAFormNeedsItsOwnProof(t *testing.T) {
	h := newHouse(t, doors)
	h.member("m")
	h.member("n")
	c := h.browser("m")
	proof := h.proofOf(c)
	if again := h.proofOf(c); again == proof {
		t.Error("two pages carry the same proof")
	}
	for name, row := range map[string]struct {
		cookie, path, proof string
		headers             []string
		status              int
	}{
		"right":                     {"m", "/w/t/x/do", proof, nil, 200},
		"none":                      {"m", "/w/t/x/do", "", nil, 403},
		"of another route":          {"m", "/w/other", proof, nil, 403},
		"of another session":        {"n", "/w/t/x/do", proof, nil, 403},
		"from another site":         {"m", "/w/t/x/do", proof, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"from a sister site":        {"m", "/w/t/x/do", proof, []string{"Sec-Fetch-Site", "same-site"}, 403},
		"no word whence":            {"m", "/w/t/x/do", proof, []string{"Sec-Fetch-Site", ""}, 403},
		"origin ours":               {"m", "/w/t/x/do", proof, []string{"Sec-Fetch-Site", "", "Origin", h.url}, 200},
		"origin another's":          {"m", "/w/t/x/do", proof, []string{"Sec-Fetch-Site", "", "Origin", "http://evil.example"}, 403},
		"origin null":               {"m", "/w/t/x/do", proof, []string{"Sec-Fetch-Site", "", "Origin", "null"}, 403},
		"before a session, ours":    {"", "/w/sign-in", "", nil, 200},
		"before a session, another": {"", "/w/sign-in", "", []string{"Sec-Fetch-Site", "cross-site"}, 403},
	} {
		res, text := h.ask(h.browser(row.cookie), "POST", row.path, formKind, form("what", "it", "proof", row.proof), row.headers...)
		if res.StatusCode != row.status || row.status == 200 && text != "did it" {
			t.Errorf("%s: %d %s", name, res.StatusCode, text)
		}
	}
}

func TestABodyEndsAtItsLimit(t *testing.T) {
	h := newHouse(t, doors)
	h.member("m")
	send := func(size int, proof bool) (int, string) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		c := h.browser("m")
		if proof {
			m.WriteField("proof", func() string { return h.site.visitFor("m").proof("/w/upload") }())
		}
		f, _ := m.CreateFormFile("files", "naïve \"name\".pdf")
		f.Write(bytes.Repeat([]byte("x"), size))
		m.Close()
		res, text := h.ask(c, "POST", "/w/upload", m.FormDataContentType(), &b)
		return res.StatusCode, text
	}
	if status, text := send(60<<10, true); status != 200 || text != "naïve \"name\".pdf" {
		t.Errorf("60 kB: %d %s", status, text)
	}
	if status, _ := send(60<<10, false); status != 403 {
		t.Errorf("without proof: %d", status)
	}
	if status, text := send(300<<10, true); status != 413 || !strings.Contains(text, "för stort") {
		t.Errorf("300 kB: %d", status)
	}
}

// visitFor makes what a visit with that cookie would prove.
func (s *Site) visitFor(cookie string) *Visit { return &Visit{site: s, look: look{session: cookie}} }

func TestARouteWithoutPermissionIsNone(t *testing.T) {
	h := newHouse(t, doors)
	defer func() {
		if recover() == nil {
			t.Error("a route without permission was mounted")
		}
	}()
	h.site.Route("GET", "/w/open", Permission{}, func(*Visit) error { return nil })
}

func TestPlainHTTPIsForLoopbackOnly(t *testing.T) {
	h := newHouse(t, doors)
	if ln, err := h.site.Open("0.0.0.0:0"); err != ErrPlain {
		t.Errorf("opened %v: %v", ln, err)
	}
	behind := newHouse(t, doors, func(o *Options) { o.BehindProxy = []netip.Prefix{netip.MustParsePrefix("10.9.9.0/24")} })
	res, _ := behind.ask(behind.browser(""), "GET", "/w/anyone", "", nil)
	if res.StatusCode != 421 {
		t.Errorf("a plain request that is not the proxy's: %d", res.StatusCode)
	}
	ours := newHouse(t, doors, func(o *Options) { o.BehindProxy = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	res, _ = ours.ask(ours.browser(""), "POST", "/w/sign-in", formKind, form("what", "it"), "Sec-Fetch-Site", "", "Origin", "https://help.example", "X-Forwarded-Host", "help.example")
	if res.StatusCode != 200 {
		t.Errorf("through the proxy: %d", res.StatusCode)
	}
}

func TestAHouseStoppedBeforeItServesStops(t *testing.T) {
	h := newHouse(t, doors)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := h.site.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	ln, err := h.site.Open("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- h.site.Serve(ln) }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Error("it serves on")
	}
}

func TestTheCookieIsTheStrictestTheAddressAllows(t *testing.T) {
	mount := func(s *Site) {
		s.Route("GET", "/w/enter", Anyone, func(v *Visit) error { v.Enter("secret"); return v.Done() })
	}
	plain := newHouse(t, mount)
	res, _ := plain.ask(plain.browser(""), "GET", "/w/enter", "", nil)
	if got := res.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "desk=secret~") || !strings.Contains(got, "HttpOnly") || !strings.Contains(got, "SameSite=Lax") {
		t.Error(got)
	}
	proxied := newHouse(t, mount, func(o *Options) { o.BehindProxy = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	res, _ = proxied.ask(proxied.browser(""), "GET", "/w/enter", "", nil)
	if got := strings.ToLower(res.Header.Get("Set-Cookie")); !strings.HasPrefix(got, "__host-desk=") || !strings.Contains(got, "secure") || !strings.Contains(got, "path=/") || strings.Contains(got, "domain") {
		t.Error(got)
	}
}

func TestAQuietRequestLeavesTheIdleClockAlone(t *testing.T) {
	h := newHouse(t, doors)
	h.member("m")
	h.ask(h.browser("m"), "GET", "/w/member", "", nil)
	if h.door.quiets != 0 {
		t.Error("an own action was quiet")
	}
	h.ask(h.browser("m"), "GET", "/w/member", "", nil, "X-Quiet", "1")
	if h.door.quiets != 1 {
		t.Error("a poll was not quiet")
	}
}

func TestALongCookieStillFits(t *testing.T) {
	h := newHouse(t, doors)
	res, _ := h.ask(h.browser(""), "GET", "/w/anyone", "", nil, "X-Long", strings.Repeat("x", 9000))
	if res.StatusCode != 200 {
		t.Error(res.StatusCode)
	}
}
