package frontend

import (
	"mime"
	"strings"
	"testing"
)

func TestAStrangersFileIsOnlyEverSaved(t *testing.T) {
	h := newHouse(t, func(s *Site) {
		s.Route("GET", "/w/file", Anyone, func(v *Visit) error {
			return v.Download("../Überblick \"x\"\r\nSet-Cookie: a=b.html", 9, strings.NewReader("<script>1"))
		})
		s.Route("GET", "/w/huge", Anyone, func(v *Visit) error { return v.Download("x", mostStreamed+1, strings.NewReader("")) })
		s.Route("GET", "/w/picture/:kind", Anyone, func(v *Visit) error {
			return v.Picture("image/"+v.Param("kind"), 3, strings.NewReader("gif"))
		})
	})
	res, body := h.ask(h.browser(""), "GET", "/w/file", "", nil)
	kind, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	if err != nil || kind != "attachment" || params["filename"] != "_Überblick _x___Set-Cookie_ a=b.html" {
		t.Errorf("%s %v %v", kind, params, err)
	}
	if body != "<script>1" || res.Header.Get("Content-Type") != "application/octet-stream" || res.Header.Get("Set-Cookie") != "" {
		t.Errorf("%q as %v", body, res.Header)
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || strings.Contains(csp, "self") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", res.Header)
	}
	if res, _ := h.ask(h.browser(""), "GET", "/w/huge", "", nil); res.StatusCode != 422 {
		t.Errorf("a huge file: %d", res.StatusCode)
	}
	if res, _ := h.ask(h.browser(""), "GET", "/w/picture/gif", "", nil); res.StatusCode != 200 || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a picture: %v", res)
	}
	if res, _ := h.ask(h.browser(""), "GET", "/w/picture/svg+xml", "", nil); res.StatusCode != 404 {
		t.Errorf("a picture that is a program: %d", res.StatusCode)
	}
}
