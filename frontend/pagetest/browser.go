// Package pagetest is what tests of pages stand on: a browser without a screen,
// and a filler for page structs.
//
// Never: imported by anything but tests.
package pagetest

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Browser follows no redirect by itself, and looks at every answer for what none
// of our pages may have.
type Browser struct {
	T      testing.TB
	Client *http.Client
	Page   string
	Head   http.Header
	Code   int

	url string
	log fmt.Stringer
}

// Open is a browser with nobody in it yet. log is shown when something fails.
func Open(t testing.TB, site string, log fmt.Stringer, cookies ...*http.Cookie) *Browser {
	t.Helper()
	b := &Browser{T: t, url: site, log: log}
	jar, err := cookiejar.New(nil)
	b.ok(err)
	b.Client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	jar.SetCookies(b.address(), cookies)
	return b
}

func (b *Browser) ok(err error) {
	b.T.Helper()
	if err != nil {
		b.T.Fatalf("%v\nlog:\n%s", err, b.log)
	}
}

func (b *Browser) address() *url.URL {
	u, err := url.Parse(b.url)
	b.ok(err)
	return u
}

// Cookie is what the browser sends.
func (b *Browser) Cookie() string {
	var all []string
	for _, c := range b.Client.Jar.Cookies(b.address()) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

func (b *Browser) do(r *http.Request) *Browser {
	b.T.Helper()
	res, err := b.Client.Do(r)
	b.ok(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	b.ok(err)
	b.Page, b.Head, b.Code = string(body), res.Header, res.StatusCode
	if strings.Contains(b.Page, "⟦") {
		b.T.Errorf("%s lacks words: %s", r.URL.Path, regexp.MustCompile(`⟦[^⟧]*⟧`).FindAllString(b.Page, -1))
	}
	if r.URL.Path != "/x" && !strings.HasPrefix(r.URL.Path, "/static/") && res.Header.Get("Cache-Control") != "no-store" {
		b.T.Errorf("%s may be kept: %s", r.URL.Path, res.Header.Get("Cache-Control"))
	}
	if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		b.T.Errorf("%s has the policy %q", r.URL.Path, policy)
	}
	for _, c := range res.Cookies() {
		if len(c.Name)+len(c.Value) > mostCookie {
			b.T.Errorf("%s sets a cookie that browsers may drop: %s", r.URL.Path, c.Name)
		}
	}
	for _, field := range secret.FindAllString(b.Page, -1) {
		if !strings.Contains(field, `type="password"`) && !strings.Contains(field, `type="hidden"`) {
			b.T.Errorf("%s shows the words while they are typed: %s", r.URL.Path, field)
		}
	}
	return b
}

// mostCookie is what browsers keep of one, name and value (RFC 6265, section 6.1).
const mostCookie = 4096

var secret = regexp.MustCompile(`<input[^>]* name="words"[^>]*>`)

// Get opens a page; headers are pairs of name and value.
func (b *Browser) Get(path string, headers ...string) *Browser {
	b.T.Helper()
	r, err := http.NewRequestWithContext(b.T.Context(), "GET", b.url+path, nil)
	b.ok(err)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(r)
}

// Post sends a form; "Accept" among the fields is a header, as a script's.
func (b *Browser) Post(path string, fields ...string) *Browser {
	b.T.Helper()
	form, accept := url.Values{}, ""
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == "Accept" {
			accept = fields[i+1]
			continue
		}
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(b.T.Context(), "POST", b.url+path, strings.NewReader(form.Encode()))
	b.ok(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.url)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	return b.do(r)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// Press posts the form of this page that leads to path, with what it holds
// hidden.
func (b *Browser) Press(path string, fields ...string) *Browser {
	b.T.Helper()
	found := regexp.MustCompile(`(?s)<form method="post" action="` + regexp.QuoteMeta(path) + `"[^>]*>(.*?)</form>`).FindStringSubmatch(b.Page)
	if found == nil {
		b.T.Fatalf("no form leads to %s:\n%s", path, b.Main())
	}
	given := map[string]bool{}
	for i := 0; i < len(fields); i += 2 {
		given[fields[i]] = true
	}
	for _, h := range hidden.FindAllStringSubmatch(found[1], -1) {
		if !given[h[1]] {
			fields = append(fields, h[1], html.UnescapeString(h[2]))
		}
	}
	return b.Post(path, fields...)
}

// Proof is what a script of this page posts with.
func (b *Browser) Proof(path string) string {
	b.T.Helper()
	found := regexp.MustCompile(`data-proof="` + regexp.QuoteMeta(path) + `" value="([^"]*)"`).FindStringSubmatch(b.Page)
	if found == nil {
		b.T.Fatalf("no proof for %s", path)
	}
	return found[1]
}

// Main is the page without its icons.
func (b *Browser) Main() string {
	_, after, _ := strings.Cut(b.Page, "</symbol>\n</svg>")
	return after
}

func (b *Browser) Is(code int) *Browser {
	b.T.Helper()
	if b.Code != code {
		b.T.Fatalf("%d, want %d: %s\n%s\nlog:\n%s", b.Code, code, b.Head.Get("Location"), b.Main(), b.log)
	}
	return b
}

func (b *Browser) Leads(to string) *Browser {
	b.T.Helper()
	if b.Is(http.StatusSeeOther); b.Head.Get("Location") != to {
		b.T.Fatalf("leads to %s, want %s", b.Head.Get("Location"), to)
	}
	return b
}

// Follows goes where the answer leads.
func (b *Browser) Follows() *Browser {
	b.T.Helper()
	return b.Is(http.StatusSeeOther).Get(b.Head.Get("Location"))
}

func (b *Browser) Sees(all ...string) *Browser {
	b.T.Helper()
	for _, s := range all {
		if !strings.Contains(b.Page, s) {
			b.T.Fatalf("no %q in\n%s", s, b.Main())
		}
	}
	return b
}

func (b *Browser) SeesNot(all ...string) *Browser {
	b.T.Helper()
	for _, s := range all {
		if strings.Contains(b.Page, s) {
			b.T.Fatalf("%q stands in\n%s", s, b.Main())
		}
	}
	return b
}
