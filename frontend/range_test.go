package frontend

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"returnsupport/helpdesk"
)

func TestAPartOfAFileIsSentWhenItIsAskedFor(t *testing.T) {
	h := newHouse(t, func(s *Site) {
		s.Route("GET", "/w/sound", Anyone, func(v *Visit) error { return v.Sound("audio/mpeg", []byte("0123456789")) })
		s.Route("GET", "/w/file", Anyone, func(v *Visit) error { return v.Download("a.pdf", 10, strings.NewReader("0123456789")) })
		s.Route("GET", "/w/stream", Anyone, func(v *Visit) error {
			return v.Download("a.pdf", -1, io.LimitReader(strings.NewReader("0123456789"), 10))
		})
		s.Route("GET", "/w/program", Anyone, func(v *Visit) error {
			if err := v.Sound("text/html", nil); err != helpdesk.ErrNotFound {
				t.Error(err)
			}
			return v.Done()
		})
	})
	for _, path := range []string{"/w/sound", "/w/file", "/w/stream"} {
		for asked, want := range map[string]struct {
			status        int
			body, content string
		}{
			"":              {200, "0123456789", ""},
			"bytes=0-":      {206, "0123456789", "bytes 0-9/10"},
			"bytes=0-1":     {206, "01", "bytes 0-1/10"},
			"bytes=4-400":   {206, "456789", "bytes 4-9/10"},
			"bytes=-3":      {206, "789", "bytes 7-9/10"},
			"bytes=-30":     {206, "0123456789", "bytes 0-9/10"},
			"bytes=10-":     {416, "", "bytes */10"},
			"bytes=-0":      {416, "", "bytes */10"},
			"bytes=3-2":     {200, "0123456789", ""},
			"bytes=0-1,3-4": {200, "0123456789", ""},
			"lines=0-1":     {200, "0123456789", ""},
			"bytes=":        {200, "0123456789", ""},
		} {
			res, body := h.ask(h.browser(""), "GET", path, "", nil, "Range", asked)
			if res.StatusCode != want.status || want.status < 300 && body != want.body || res.Header.Get("Content-Range") != want.content {
				t.Errorf("%s %q: %d %q %q", path, asked, res.StatusCode, body, res.Header.Get("Content-Range"))
			}
			if want.status < 300 && (res.Header.Get("Accept-Ranges") != "bytes" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox")) {
				t.Errorf("%s: %v", path, res.Header)
			}
		}
	}
	h.ask(h.browser(""), "GET", "/w/program", "", nil)
}

// Whatever is asked for lies within the file.
func FuzzRange(f *testing.F) {
	for _, s := range []string{"bytes=0-1", "bytes=-5", "bytes=9-", "bytes=1-2,3-4", "bytes=99999999999999999999-", "bytes=--1", "bytes=+1-2"} {
		f.Add(s, int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		first, last, ok := parseRange(header, size)
		if ok && first <= last && (first < 0 || last >= size) {
			t.Fatal(strconv.Quote(header), size, first, last)
		}
	})
}
