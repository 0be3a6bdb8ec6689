package frontend

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// formWith is a form with a text and a file of n bytes.
func formWith(t *testing.T, n int) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("text", "hello"); err != nil {
		t.Fatal(err)
	}
	f, err := m.CreateFormFile("files", "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	f.Write(bytes.Repeat([]byte("x"), n))
	m.Close()
	return b.Bytes(), m.FormDataContentType()
}

func TestFilesOfManyAtOnceDoNotFillTheMemory(t *testing.T) {
	in, out := make(chan struct{}), make(chan struct{})
	var site *Site
	h := newHouse(t, func(s *Site) {
		site = s
		s.held.left = 3 << 20
		s.Route("POST", "/w/slow", Anyone, func(v *Visit) error { in <- struct{}{}; <-out; return v.Done() }, 4<<20)
		s.Route("POST", "/w/fast", Anyone, func(v *Visit) error { return v.Text(v.Form.Value("text")) }, 4<<20)
	})
	send := func(path string, size int) (int, string) {
		body, kind := formWith(t, size)
		r, err := http.NewRequest("POST", h.url+path, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := h.browser("").Do(r)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(text)
	}
	done := make(chan int)
	go func() { code, _ := send("/w/slow", 2<<20); done <- code }()
	<-in
	if code, _ := send("/w/fast", 2<<20); code != 429 {
		t.Errorf("no room was left, and a second file got %d", code)
	}
	if code, text := send("/w/fast", 1000); code != 200 || !strings.Contains(text, "hello") {
		t.Errorf("a text got %d %q", code, text)
	}
	close(out)
	if code := <-done; code != 204 {
		t.Errorf("the first got %d", code)
	}
	if code, _ := send("/w/fast", 2<<20); code != 200 {
		t.Errorf("afterwards a file got %d", code)
	}
	site.held.mu.Lock()
	defer site.held.mu.Unlock()
	if site.held.left != 3<<20 {
		t.Errorf("%d bytes were not given back", 3<<20-site.held.left)
	}
}
