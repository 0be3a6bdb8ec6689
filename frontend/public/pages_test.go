package public_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// open pages need no session.
var openPages = []string{"/", "/who", "/kept", "/safety", "/privacy", "/accessibility", "/numbers", "/call", "/child", "/helper",
	"/urgent", "/start", "/start/message", "/start/helper", "/code", "/code/lost", "/code/ended", "/l", "/print", "/print/poster", "/print/leaflet",
	"/print/cards", "/print/poster/malmo"}

func TestEveryOpenPageIsThereInEveryLanguage(t *testing.T) {
	h := build(t)
	h.open(t)
	ok(t, h.office.Set(t.Context(), h.ada, office.PosterBranches, "malmo | Malmö | Tuesdays 17-19, by the library"))
	b := h.browser(t)
	for _, l := range h.site.WordsFor("en").Choices() {
		for _, path := range openPages {
			b.get("/" + l.Tag + path)
			if b.code != 200 {
				t.Errorf("/%s%s: %d", l.Tag, path, b.code)
			}
			b.sees(`<html lang="`+l.Tag+`"`, `href="/x"`)
			b.seesNot("{0}", "{1}", "style=", "onclick=", "illegal")
			if cookies := b.head.Values("Set-Cookie"); len(cookies) > 0 {
				t.Errorf("/%s%s sets %v", l.Tag, path, cookies)
			}
			if csp := b.head.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self';") || strings.Contains(csp, "unsafe") {
				t.Errorf("/%s%s: %s", l.Tag, path, csp)
			}
		}
	}
	b.get("/en/print/poster/malmo").sees("Tuesdays 17-19", h.base+"/en/")
	if b.get("/en/print/poster/elsewhere"); b.code != 404 {
		t.Errorf("a branch nobody knows: %d", b.code)
	}
	if b.get("/xx/who"); b.code != 404 {
		t.Errorf("a language nobody knows: %d", b.code)
	}
}

func zipped(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, 5)
	ok(t, err)
	_, err = w.Write(b)
	ok(t, err)
	ok(t, w.Close())
	return out.Len()
}

var (
	styles  = regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)"`)
	scripts = regexp.MustCompile(`<script src="([^"]+)"`)
	icons   = regexp.MustCompile(`<link rel="icon" href="([^"]+)"`)
)

// TestAPageFitsAPhoneThatPaysByTheByte: 30 kB in all, 14 kB before the text.
func TestAPageFitsAPhoneThatPaysByTheByte(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	for _, l := range h.site.WordsFor("en").Choices() {
		for _, path := range []string{"/", "/talk"} {
			b.get("/" + l.Tag + path)
			page := b.page
			before, all := zipped(t, []byte(page)), 0
			for _, m := range styles.FindAllStringSubmatch(page, -1) {
				before += zipped(t, []byte(b.get(m[1]).page))
			}
			all = before
			for _, more := range []*regexp.Regexp{scripts, icons} {
				for _, m := range more.FindAllStringSubmatch(page, -1) {
					all += zipped(t, []byte(b.get(m[1]).page))
				}
			}
			if path == "/talk" {
				all += zipped(t, []byte(b.get("/"+l.Tag+"/talk/log").page))
			}
			if before > 14_000 || all > 30_000 {
				t.Errorf("/%s%s: %d bytes before the text, %d in all", l.Tag, path, before, all)
			}
			t.Logf("/%s%s: %d bytes before the text, %d in all", l.Tag, path, before, all)
		}
	}
}

// upload posts a form with files, as a browser does: the proof first.
func (b *browser) upload(path string, fields map[string]string, files map[string][]byte) *browser {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	ok(b.t, w.WriteField("proof", fields["proof"]))
	for k, v := range fields {
		if k != "proof" {
			ok(b.t, w.WriteField(k, v))
		}
	}
	for name, data := range files {
		part, err := w.CreateFormFile("files", name)
		ok(b.t, err)
		_, err = part.Write(data)
		ok(b.t, err)
	}
	ok(b.t, w.Close())
	r, err := http.NewRequest("POST", b.h.base+path, &body)
	ok(b.t, err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// proof reads the proof of the form that posts to action.
func (b *browser) proof(action string) string {
	b.t.Helper()
	for _, form := range forms.FindAllStringSubmatch(b.page, -1) {
		if form[1] == action {
			for _, f := range hidden.FindAllStringSubmatch(form[2], -1) {
				if f[1] == "proof" {
					return f[2]
				}
			}
		}
	}
	b.t.Fatalf("%s has no form to %s", b.at, action)
	return ""
}

func TestAPictureIsSentShownAndSaved(t *testing.T) {
	h := build(t)
	h.open(t)
	var picture bytes.Buffer
	ok(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))))
	b := h.browser(t)
	b.begins("hello")
	b.get("/en/talk")
	proof := b.proof("/en/talk/say")
	b.upload("/en/talk/say", map[string]string{"proof": proof, "text": "my paper"}, map[string][]byte{"beslut.png": picture.Bytes()}).isAt("/en/talk")
	b.get("/en/talk/log").sees("beslut.png", "/en/talk/file/2/0/picture")
	if b.get("/en/talk/file/2/0/picture"); b.head.Get("Content-Type") != "image/png" {
		t.Errorf("picture: %d %v", b.code, b.head)
	}
	if b.get("/en/talk/file/2/0"); b.head.Get("Content-Type") != "application/octet-stream" || !strings.Contains(b.head.Get("Content-Disposition"), "attachment") {
		t.Errorf("file: %d %v", b.code, b.head)
	}
	if _, err := png.Decode(strings.NewReader(b.page)); err != nil {
		t.Error(err)
	}
	b.get("/en/talk")
	b.upload("/en/talk/say", map[string]string{"proof": b.proof("/en/talk/say"), "text": "a program"}, map[string][]byte{"x.jpg": []byte("MZ\x90\x00")})
	b.sees("This file is something else", "a program")
	if b.code != 422 {
		t.Errorf("a program: %d", b.code)
	}
	b.get("/en/talk/log").seesNot("a program")
	other := h.browser(t)
	other.begins("me too")
	if other.get("/en/talk/file/2/0"); other.code != 404 {
		t.Errorf("somebody else's file: %d", other.code)
	}
}

func TestALongPollHearsAtOnceAndEndsWithItsSession(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("hello")
	var first struct {
		Said []struct{ N int64 }
		How  string
		Ends int64
	}
	ok(t, json.Unmarshal([]byte(b.get("/en/talk/news?after=0").page), &first))
	if len(first.Said) != 1 || first.Said[0].N != 1 || first.How == "" || first.Ends != 0 {
		t.Fatalf("%+v", first)
	}
	go func() {
		time.Sleep(100 * time.Millisecond)
		waiting, err := h.chat.Waiting(t.Context(), maria)
		if err == nil && len(waiting) == 1 {
			err = h.chat.Take(t.Context(), maria, waiting[0].ID)
		}
		if err != nil {
			t.Error(err)
		}
	}()
	began := time.Now()
	b.get("/en/talk/news?after=1&how=" + first.How).sees("Maria is here")
	if waited := time.Since(began); waited > 5*time.Second {
		t.Errorf("waited %v", waited)
	}
	ok(t, json.Unmarshal([]byte(b.page), &first))
	go func() {
		time.Sleep(100 * time.Millisecond)
		u, _ := url.Parse(h.base)
		for _, c := range b.http.Jar.Cookies(u) {
			if err := h.people.Leave(t.Context(), c.Value); err != nil {
				t.Error(err)
			}
		}
	}()
	if b.get("/en/talk/news?after=99&how=" + first.How); b.code != 401 {
		t.Errorf("after the end: %d %s", b.code, b.page)
	}
}

func TestAWebsocketCarriesTheSameConversation(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("hello")
	w := b.lifts(t, h)
	send := w.send
	read := func(s string) { t.Helper(); w.read(s) }
	send(`{"after":0,"ping":1}`)
	read(`"n":1`)
	send(`{"say":{"id":"AAAAAAAAAAAAAAAAAAAAAA","text":"one"}}`)
	read(`"ack":"AAAAAAAAAAAAAAAAAAAAAA","n":2`)
	send(`{"say":{"id":"AAAAAAAAAAAAAAAAAAAAAA","text":"one"}}`)
	read(`"ack":"AAAAAAAAAAAAAAAAAAAAAA","n":2`)
	send(`{"ping":7}`)
	read(`{"pong":7}`)
	send(`{"say":{"id":"AAAAAAAAAAAAAAAAAAAAAB","text":" "}}`)
	read(`"no":"AAAAAAAAAAAAAAAAAAAAAB"`)
	waiting, err := h.chat.Waiting(t.Context(), maria)
	ok(t, err)
	ok(t, h.chat.Take(t.Context(), maria, waiting[0].ID))
	read("Maria is here now.")
	_, err = h.chat.Tell(t.Context(), maria, waiting[0].Ticket, chat.Words{ClientID: "t1", Text: "I am reading"})
	ok(t, err)
	read("I am reading")
	b.get("/en/talk/log").sees("one", "I am reading")
	if strings.Count(b.page, `<p class="text" dir="auto">one</p>`) != 1 {
		t.Error("said twice, kept twice")
	}
	ok(t, h.people.Leave(t.Context(), strings.TrimPrefix(w.cookie, "talk=")))
	w.ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		if _, _, err = w.ws.ReadMessage(); err != nil {
			break
		}
	}
	if !websocket.IsCloseError(err, 4401) {
		t.Errorf("after the end: %v", err)
	}
}

func TestTheExitEndsEverythingAndTellsTheDesk(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("they are coming")
	waiting, err := h.chat.Waiting(t.Context(), maria)
	ok(t, err)
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.get("/x")
	if b.code != 303 || b.head.Get("Location") != "https://www.smhi.se/" || !strings.Contains(b.head.Get("Clear-Site-Data"), "cache") {
		t.Errorf("%d %v", b.code, b.head)
	}
	b.get("/en/talk").seesNot("coming")
	heads, err := h.tickets.Heads(t.Context(), maria, []helpdesk.ID{waiting[0].Ticket})
	ok(t, err)
	if !heads[waiting[0].Ticket].Facts.LeftQuickly {
		t.Error("the desk does not know that they left quickly")
	}
}

func TestAnAnswerBehindALinkIsOpenedOnceAndWrittenBackTo(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	fragment, digits := h.answerByLink(t, maria)
	scanner := h.browser(t)
	scanner.get("/en/l").sees("A message is waiting").seesNot("The court")
	b := h.browser(t)
	b.get("/en/l").post("/en/l", url.Values{"key": {fragment}}).isAt("/en/talk").sees("You can answer here")
	b.get("/en/talk/log").sees("The court wrote").seesNot("earlier letter")
	b.get("/en/talk").press("/en/talk/say", "text", "Thank you, when?").isAt("/en/talk")
	b.get("/en/talk/log").sees("Thank you, when?")
	late := h.browser(t)
	late.post("/en/l", url.Values{"digits": {digits}})
	if late.code != 410 {
		t.Errorf("used twice: %d", late.code)
	}
	late.sees("This link does not open anything any more").press("/en/l/new").sees("A counsellor sends a new link")
	late.post("/en/l", url.Values{"digits": {"12345"}}).sees("One of the numbers is wrong")
}

// answerByLink is an answer to somebody who wrote by mail, behind a link.
func (h *house) answerByLink(t *testing.T, s *staff.Session) (fragment, digits string) {
	t.Helper()
	link, err := h.tickets.NewLink(t.Context())
	ok(t, err)
	ok(t, h.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		c, err := h.tickets.Open(t.Context(), tx, tickets.Opening{Team: h.team, Channel: "mail", Language: "en", Title: "A letter"})
		if err != nil {
			return err
		}
		if _, err := c.Append(t.Context(), tx, tickets.Message{Kind: tickets.KindLetter, Direction: tickets.In, Content: tickets.Content{Text: "an earlier letter"}}); err != nil {
			return err
		}
		if c, err = h.tickets.With(t.Context(), tx, s, c.ID); err != nil {
			return err
		}
		m := tickets.Message{ID: helpdesk.NewID(), OwnKey: true, Kind: tickets.KindAnswer, Direction: tickets.Out, Author: s.User.ID,
			Content: tickets.Content{Text: "The court wrote"}}
		if _, err := c.Append(t.Context(), tx, m); err != nil {
			return err
		}
		_, err = h.tickets.MakeLink(t.Context(), tx, c, m.ID, link)
		return err
	}))
	return link.Fragment(), link.Digits()
}
