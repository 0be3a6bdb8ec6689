package frontend

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
)

type stranger helpdesk.ID

func (s stranger) Session() helpdesk.ID { return helpdesk.ID(s) }

// strangers knows those outside by their cookie.
type strangers map[string]bool

func (s strangers) Outsider(_ context.Context, cookie string, _ bool) (Outsider, error) {
	if s[cookie] {
		return stranger(cookie), nil
	}
	return nil, helpdesk.ErrDenied
}

// Three kinds of visitors have three cookies, and a form's proof of one fits no
// other, be the secret in the cookie the same.
func TestASessionOpensTheDoorOfItsOwnKindAlone(t *testing.T) {
	g := &guests{open: map[string]*people.Guest{}}
	proof := func(route string) Handler {
		return func(v *Visit) error { return v.Text(v.proof(route)) }
	}
	h := newHouse(t, func(s *Site) {
		s.Home("/w/queue")
		s.Route("GET", "/w/queue", Member, proof("/w/do"))
		s.Route("POST", "/w/do", Member, func(v *Visit) error { return v.Text("desk did") })
		s.Public("GET", "/", Public, func(v *Visit) error { return v.Text("landing") })
		s.Public("GET", "/talk", Guest, proof("/:lang/do"))
		s.Public("POST", "/do", Guest, func(v *Visit) error { return v.Text("person did") })
		s.Route("GET", "/p", Recipient, proof("/p/do"))
		s.Route("GET", "/p/desk", Recipient, proof("/w/do"))
		s.Route("POST", "/p/do", Recipient, func(v *Visit) error { return v.Text("outside did") })
		s.Route("GET", "/p/sign-in", Passing, func(v *Visit) error {
			if v.Outsider != nil || v.Session != nil || v.Guest != nil {
				return v.Text("somebody")
			}
			return v.Text("nobody")
		})
	}, func(o *Options) { o.Guests, o.Outside = g, strangers{"same": true} })
	h.member("same")
	g.come("same")
	with := func(cookie string) *http.Client {
		jar, _ := cookiejar.New(nil)
		u, _ := url.Parse(h.url)
		name, value, _ := strings.Cut(cookie, "=")
		jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value}})
		return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	opens := map[string]string{"desk=same~en~": "/w/queue", "talk=same": "/en/talk", "post=same~en~": "/p"}
	does := map[string]string{"/w/queue": "/w/do", "/en/talk": "/en/do", "/p": "/p/do"}
	proofs := map[string]string{}
	for cookie, own := range opens {
		for _, path := range opens {
			res, text := h.ask(with(cookie), "GET", path, "", nil)
			if (res.StatusCode == 200) != (path == own) {
				t.Errorf("%s at %s: %d", cookie, path, res.StatusCode)
			}
			if path == own {
				proofs[cookie] = text
			}
		}
	}
	_, proofs["foreign"] = h.ask(with("post=same~en~"), "GET", "/p/desk", "", nil)
	for cookie, own := range opens {
		for whose, proof := range proofs {
			res, _ := h.ask(with(cookie), "POST", does[own], formKind, form("proof", proof))
			if (res.StatusCode == 200) != (whose == cookie) {
				t.Errorf("%s with the proof of %s: %d", cookie, whose, res.StatusCode)
			}
		}
	}
	if _, text := h.ask(with("desk=same~en~"), "GET", "/p/sign-in", "", nil); text != "nobody" {
		t.Errorf("a member is %s there", text)
	}
	for path, want := range map[string]string{"/p": "/p/sign-in?ended=", "/p/nowhere": ""} {
		res, text := h.ask(with("post=~en~"), "GET", path, "", nil)
		if res.Header.Get("Location") != want || want == "" && (res.StatusCode != 404 || !strings.Contains(text, "There is nothing here for you.")) {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
}
