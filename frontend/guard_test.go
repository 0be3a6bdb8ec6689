package frontend

import (
	"net/netip"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

func TestBrowsersComeBackOverTLSAlone(t *testing.T) {
	const year, under = "max-age=31536000", "max-age=31536000; includeSubDomains"
	for host, want := range map[string]string{
		"samtal.house.example": under, "Samtal.House.Example": under, "samtal.house.example:8443": under, "a.samtal.house.org.uk": under,
		"house.example": year, "house.org.uk": year, "house.org.uk:443": year, "org.uk": year, "localhost": year, "127.0.0.1:8080": year, "[::1]:80": year, "": year,
	} {
		if got := strict(host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
	h := newHouse(t, doors, func(o *Options) { o.BehindProxy = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	for _, path := range []string{"/w/anyone", "/nowhere", "/static/desk.css"} {
		if res, _ := h.ask(h.browser(""), "GET", path, "", nil); !strings.HasPrefix(res.Header.Get("Strict-Transport-Security"), year) {
			t.Errorf("%s: %v", path, res.Header)
		}
	}
}

// Who asks for what is not theirs to do stands in the log, by id and route; who has
// no account does not, and nobody's words do.
func TestWhatIsRefusedIsLoggedWithoutAWord(t *testing.T) {
	h := newHouse(t, func(s *Site) {
		s.Route("GET", "/w/t/:id", Newcomer, func(*Visit) error { return helpdesk.ErrDenied })
		s.Route("GET", "/w/run", Coordinator, func(v *Visit) error { return v.Done() })
		s.Route("GET", "/w/missing", Newcomer, func(*Visit) error { return helpdesk.ErrNotFound })
	})
	h.door.open["m"] = &staff.Session{ID: "s", User: staff.User{ID: "m", Kind: staff.Counsellor, State: staff.Active}}
	h.ask(h.browser(""), "GET", "/w/t/kanarie?q=kanarie", "", nil)
	h.ask(h.browser("m"), "GET", "/w/missing", "", nil)
	if log := h.log.String(); strings.Contains(log, "msg=refused") {
		t.Errorf("logged: %s", log)
	}
	h.ask(h.browser("m"), "GET", "/w/t/kanarie?q=kanarie", "", nil)
	h.ask(h.browser("m"), "GET", "/w/run", "", nil)
	log := h.log.String()
	for _, want := range []string{"msg=refused user=m method=GET route=/w/t/:id", "msg=refused user=m method=GET route=/w/run"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q: %s", want, log)
		}
	}
	if strings.Contains(log, "kanarie") {
		t.Errorf("the log says what: %s", log)
	}
}
