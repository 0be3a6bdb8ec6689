package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// browser is a counsellor's, as far as the figures need one: cookies, forms
// and the doorbell. It draws nothing.
type browser struct {
	b    *bench
	base string
	http *http.Client
}

func (b *bench) signIn(r *running, i *installation) *browser {
	jar, _ := cookiejar.New(nil)
	w := &browser{b: b, base: r.base, http: &http.Client{Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	status, page, err := w.post("/w/sign-in", url.Values{"login": {i.login}, "words": {i.words}})
	b.check(err)
	if status != http.StatusSeeOther {
		b.Fatalf("sign-in: %d %s", status, page)
	}
	return w
}

func (w *browser) get(path string) (string, error) {
	_, body, err := w.do("GET", path, nil, "")
	return body, err
}

func (w *browser) post(path string, form url.Values) (int, string, error) {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, vs := range form {
		for _, v := range vs {
			m.WriteField(k, v)
		}
	}
	m.Close()
	if strings.HasSuffix(path, "/answer") {
		return w.do("POST", path, &body, m.FormDataContentType())
	}
	return w.do("POST", path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

func (w *browser) do(method, path string, body io.Reader, kind string) (int, string, error) {
	req, err := http.NewRequest(method, w.base+path, body)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := w.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 500 {
		err = fmt.Errorf("%s %s: %d", method, path, resp.StatusCode)
	}
	return resp.StatusCode, string(text), err
}

// bell opens the doorbell; the channel gets a value for each ring.
func (w *browser) bell() <-chan struct{} {
	u, _ := url.Parse(w.base)
	head := http.Header{"Origin": {w.base}, "Sec-Fetch-Site": {"same-origin"}}
	for _, c := range w.http.Jar.Cookies(u) {
		head.Add("Cookie", c.String())
	}
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.base, "http")+"/w/bell", head)
	w.b.check(err)
	w.b.Cleanup(func() { ws.Close() })
	rings := make(chan struct{}, 64)
	go func() {
		defer close(rings)
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				return
			}
			select {
			case rings <- struct{}{}:
			default:
			}
		}
	}()
	return rings
}

var (
	hidden     = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
	ticketLink = regexp.MustCompile(`href="(/w/t/[a-z2-7]{26})"`)
	nextPage   = regexp.MustCompile(`href="(/w/queue\?[^"]*after=[^"]+)"`)
)

// fields are the hidden values of the form that posts to action.
func fields(page, action string) url.Values {
	form := url.Values{}
	at := strings.Index(page, `action="`+action+`"`)
	if at < 0 {
		return form
	}
	part := page[at:]
	if end := strings.Index(part, "</form>"); end > 0 {
		part = part[:end]
	}
	for _, m := range hidden.FindAllStringSubmatch(part, -1) {
		form.Set(m[1], m[2])
	}
	return form
}
