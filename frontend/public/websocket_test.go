package public_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/helpdesk/chat"
)

// wire is a talk's websocket, as a page's script has it.
type wire struct {
	t      *testing.T
	ws     *websocket.Conn
	cookie string
}

// lifts opens one with the cookies of a browser.
func (b *browser) lifts(t *testing.T, h *house) *wire {
	t.Helper()
	u, err := url.Parse(h.base)
	ok(t, err)
	head := http.Header{"Origin": {h.base}}
	for _, c := range b.http.Jar.Cookies(u) {
		head.Add("Cookie", c.String())
	}
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+u.Host+"/en/talk/live", head)
	ok(t, err)
	t.Cleanup(func() { ws.Close() })
	return &wire{t, ws, head.Get("Cookie")}
}

func (w *wire) send(frame string) {
	w.t.Helper()
	ok(w.t, w.ws.WriteMessage(websocket.TextMessage, []byte(frame)))
}

// read waits for a frame that holds something, and returns all that came, up to it.
func (w *wire) read(want string) string {
	w.t.Helper()
	w.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	for all := ""; ; {
		_, in, err := w.ws.ReadMessage()
		if err != nil {
			w.t.Fatalf("no frame with %q: %v", want, err)
		}
		if all += string(in) + "\n"; strings.Contains(string(in), want) {
			return all
		}
	}
}

// A page whose net was lost has missed something. What rings before it said what
// it has would come first, and the page would never ask for what lies between.
func TestAWebsocketBringsNothingBeforeThePageSaysWhatItHas(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("hello")
	waiting, err := h.chat.Waiting(t.Context(), maria)
	ok(t, err)
	ok(t, h.chat.Take(t.Context(), maria, waiting[0].ID))
	tell := func(id, text string) {
		_, err := h.chat.Tell(t.Context(), maria, waiting[0].Ticket, chat.Words{ClientID: id, Text: text})
		ok(t, err)
	}
	tell("t1", "said while the net was lost")
	w := b.lifts(t, h)
	w.send(`{"ping":1}`)
	w.read(`{"pong":1}`)
	tell("t2", "said before the page has asked")
	w.send(`{"ping":2}`)
	if early := w.read(`{"pong":2}`); strings.Contains(early, "said") {
		t.Errorf("before the page said what it has: %s", early)
	}
	w.send(`{"say":{"id":"AAAAAAAAAAAAAAAAAAAAAA","text":"mine"}}`)
	if early := w.read(`"ack":"AAAAAAAAAAAAAAAAAAAAAA"`); strings.Contains(early, "said") {
		t.Errorf("with what was said: %s", early)
	}
	w.send(`{"after":1}`)
	if news := w.read("mine"); !strings.Contains(news, "said while the net was lost") || !strings.Contains(news, "said before the page has asked") {
		t.Errorf("after the page has asked: %s", news)
	}
}
