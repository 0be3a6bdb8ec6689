package frontend

import (
	"context"
	"fmt"
	"html"
	"strings"
	"sync/atomic"
	"testing"

	"returnsupport/helpdesk"
)

// errGone is what a room reports while the database is away.
var errGone = fmt.Errorf("read the conversation: %w", helpdesk.ErrUnavailable)

func TestWhileTheDatabaseIsAwayPersonsReadCalmWordsAndKeepWhatTheyWrote(t *testing.T) {
	var away atomic.Bool
	h, g := publicHouse(t, func(s *Site) {
		s.Public("GET", "/stands", Guest, func(v *Visit) error { return v.Show(Trouble{PublicPage: v.PublicPage("Title")}) })
		s.Public("POST", "/code", Public, func(*Visit) error { return errGone })
		s.Public("GET", "/log", Glancing, func(v *Visit) error { return v.Text("log") })
	}, func(o *Options) {
		said := o.Sign
		o.Sign = func(ctx context.Context, lang string) (Sign, error) {
			if away.Load() {
				return Sign{}, errGone
			}
			return said(ctx, lang)
		}
	})
	down := func(is bool) {
		away.Store(is)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.down = is
	}
	g.come("p")
	c := h.guest("p")
	for _, l := range h.site.Words.Choices(false) {
		if res, _ := h.ask(c, "GET", "/"+l.Tag+"/stands", "", nil); res.StatusCode != 200 {
			t.Fatalf("%s: %d", l.Tag, res.StatusCode)
		}
	}
	down(true)
	for _, l := range h.site.Words.Choices(false) {
		say := func(key string) string { return html.EscapeString(h.site.Words.Say(l.Tag, key)) }
		res, text := h.ask(c, "GET", "/"+l.Tag+"/stands", "", nil)
		if res.StatusCode != 503 || res.Header.Get("Refresh") == "" || res.Header.Get("Retry-After") == "" || strings.Contains(text, "⟦") {
			t.Errorf("%s: %d, refresh %q\n%s", l.Tag, res.StatusCode, res.Header.Get("Refresh"), text)
		}
		for _, want := range []string{say("trouble.ours.safe"), say("trouble.ours.next"), "020-41 50 00"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in\n%s", l.Tag, want, text)
			}
		}
		res, text = h.ask(c, "POST", "/"+l.Tag+"/talk/say", formKind, form("text", "a \"long\" letter\nin two lines", "id", "client-1", "proof", "p1"))
		for _, want := range []string{`action="/` + l.Tag + `/talk/say"`, say("trouble.again"), "a &#34;long&#34; letter\nin two lines</textarea>",
			`name="id" value="client-1"`, `name="proof" value="p1"`, say("talk.late.send")} {
			if res.StatusCode != 503 || !strings.Contains(text, want) {
				t.Errorf("%s: %d, %q is not in\n%s", l.Tag, res.StatusCode, want, text)
			}
		}
	}
	if _, text := h.ask(c, "POST", "/en/code", formKind, form("code", "1234 5678")); strings.Contains(text, "1234") {
		t.Error("a page holds a return code")
	}
	res, text := h.ask(c, "GET", "/en/log", "", nil)
	if res.StatusCode != 503 || !strings.Contains(res.Header.Get("Refresh"), "/en/log") ||
		!strings.Contains(res.Header.Get("Content-Security-Policy"), "frame-ancestors 'self'") || strings.Contains(text, `href="/x"`) {
		t.Errorf("the frame is lost: %d %v\n%s", res.StatusCode, res.Header, text)
	}
	if n := strings.Count(h.log.String(), "can't be served"); n != 1 {
		t.Errorf("the log says it %d times", n)
	}
	down(false)
	if res, _ := h.ask(c, "GET", "/en/stands", "", nil); res.StatusCode != 200 || !strings.Contains(h.log.String(), "served again") {
		t.Errorf("afterwards: %d\n%s", res.StatusCode, h.log)
	}
}

func TestWhileTheDatabaseIsAwayTheDeskKeepsWhatWasWritten(t *testing.T) {
	h := newHouse(t, func(s *Site) {
		doors(s)
		s.Route("POST", "/w/answer", Member, func(*Visit) error { return errGone })
		s.Route("GET", "/w/gone", Member, func(*Visit) error { return errGone })
		s.Route("POST", "/w/enter", Anyone, func(*Visit) error { return errGone })
		s.Route("GET", "/w/form", Member, func(v *Visit) error { return v.Text(v.proof("/w/answer")) })
	})
	h.member("mia")
	c := h.browser("mia")
	if res, text := h.ask(c, "GET", "/w/gone", "", nil); res.StatusCode != 503 || res.Header.Get("Refresh") == "" || !strings.Contains(text, "Databasen svarar inte just nu.") {
		t.Errorf("%d\n%s", res.StatusCode, text)
	}
	_, proof := h.ask(c, "GET", "/w/form", "", nil)
	words := form("text", "Dear <Anna>", "client", "c1", "proof", proof)
	if res, text := h.ask(c, "POST", "/w/answer", formKind, words); res.StatusCode != 503 ||
		!strings.Contains(text, "Dear &lt;Anna&gt;</textarea>") || !strings.Contains(text, `action="/w/answer"`) {
		t.Errorf("%d\n%s", res.StatusCode, text)
	}
	if _, text := h.ask(c, "POST", "/w/enter", formKind, form("login", "mia", "words", "one two")); strings.Contains(text, "one two") {
		t.Error("a page holds somebody's words")
	}
	if res, text := h.ask(c, "GET", "/w/gone", "", nil, "HX-Request", "true"); res.StatusCode != 503 || res.Header.Get("Refresh") != "" {
		t.Errorf("a part: %d\n%s", res.StatusCode, text)
	}
}
