package frontend

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
)

// bellSite rings each member for the subject their name says.
func bellSite(s *Site) {
	doors(s)
	s.Bell("/w/bell", Newcomer, func(v *Visit) (Hearing, error) {
		return Hearing{Rings: []Ring{{Topic: "team", Subject: helpdesk.ID(v.Session.User.Name)}}}, nil
	})
}

func (h *house) dial(cookie, origin string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{"Cookie": {"desk=" + cookie + "~~"}}
	if origin != "" {
		header.Set("Origin", origin)
	}
	return websocket.DefaultDialer.Dial("ws://"+h.addr+"/w/bell", header)
}

func (h *house) bell(cookie string) *websocket.Conn {
	h.Helper()
	ws, _, err := h.dial(cookie, h.url)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { ws.Close() })
	return ws
}

// heard waits for a ring.
func heard(t testing.TB, ws *websocket.Conn) (rung, error) {
	t.Helper()
	ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	var r rung
	_, b, err := ws.ReadMessage()
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	return r, err
}

// ringUntilHeard publishes until the bell rings: a subscription begins a
// moment after the handshake.
func (h *house) ringUntilHeard(ws *websocket.Conn, subject helpdesk.ID) rung {
	h.Helper()
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			h.bus.Publish(bus.Event{Topic: "team", Subject: subject, Number: 7})
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	r, err := heard(h, ws)
	close(stop)
	all.Wait()
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func TestABellRingsForItsOwnSubjectsAlone(t *testing.T) {
	h := newHouse(t, bellSite)
	mine, other := helpdesk.NewID(), helpdesk.NewID()
	h.member(string(mine))
	ws := h.bell(string(mine))
	if got := h.ringUntilHeard(ws, mine); got != (rung{Topic: "team", ID: mine, Number: 7}) {
		t.Fatal(got)
	}
	h.bus.Publish(bus.Event{Topic: "team", Subject: other})
	h.bus.Publish(bus.Event{Topic: "ticket", Subject: mine})
	h.bus.Publish(bus.Event{Topic: "team", Subject: mine, Number: 8})
	for {
		got, err := heard(t, ws)
		if err != nil {
			t.Fatal(err)
		}
		if got.ID != mine || got.Topic != "team" {
			t.Fatalf("heard %v", got)
		}
		if got.Number == 8 {
			return
		}
	}
}

// The trap of pooled connections: a write for one client must never reach
// another, while bells come and go and pages are fetched in between.
func TestOneClientNeverReceivesAnothersBytes(t *testing.T) {
	h := newHouse(t, bellSite)
	const people, rounds = 12, 8
	ids := make([]helpdesk.ID, people)
	for i := range ids {
		ids[i] = helpdesk.NewID()
		h.member(string(ids[i]))
	}
	stop := make(chan struct{})
	var noise, all sync.WaitGroup
	noise.Go(func() {
		for n := int64(1); ; n++ {
			for _, id := range ids {
				h.bus.Publish(bus.Event{Topic: "team", Subject: id, Number: n})
			}
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})
	for _, id := range ids {
		all.Go(func() {
			c := h.browser(string(id))
			for range rounds {
				ws, _, err := h.dial(string(id), h.url)
				if err != nil {
					t.Error(err)
					return
				}
				for range 5 {
					got, err := heard(t, ws)
					if err != nil || got.ID != id {
						t.Errorf("%s heard %v: %v", id, got, err)
						break
					}
				}
				if res, err := c.Get(h.url + "/w/anyone"); err != nil {
					t.Error(err)
				} else {
					res.Body.Close()
				}
				ws.Close()
			}
		})
	}
	all.Wait()
	close(stop)
	noise.Wait()
}

func TestABellIsRefusedToStrangers(t *testing.T) {
	h := newHouse(t, bellSite)
	id := string(helpdesk.NewID())
	h.member(id)
	for name, row := range map[string]struct {
		cookie, origin string
		status         int
	}{
		"another site": {id, "http://evil.example", 403}, "no origin": {id, "", 403}, "no session": {"gone", h.url, 303},
	} {
		ws, res, err := h.dial(row.cookie, row.origin)
		if err == nil {
			ws.Close()
			t.Errorf("%s: let in", name)
		} else if res == nil || res.StatusCode != row.status {
			t.Errorf("%s: %v", name, res)
		}
	}
	if res, _ := h.ask(h.browser(id), "GET", "/w/bell", "", nil, "Sec-Fetch-Site", "same-origin"); res.StatusCode != 400 {
		t.Errorf("a plain request: %d", res.StatusCode)
	}
}

func TestFramesSentWithTheHandshakeAreRefusedNotLost(t *testing.T) {
	h := newHouse(t, bellSite)
	id := string(helpdesk.NewID())
	h.member(id)
	conn, err := net.Dial("tcp", h.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /w/bell HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: desk=%s~~\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\x81\x85\x00\x00\x00\x00hello", h.addr, h.url, id)
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	b := make([]byte, 100)
	if n, err := conn.Read(b); err == nil && strings.Contains(string(b[:n]), "101") {
		t.Errorf("upgraded: %s", b[:n])
	}
}

func TestABellClosesWithItsSession(t *testing.T) {
	h := newHouse(t, bellSite)
	id := helpdesk.NewID()
	h.member(string(id))
	session := h.door.open[string(id)].ID
	ws := h.bell(string(id))
	h.ringUntilHeard(ws, id)
	h.door.end(string(id))
	h.bus.Publish(bus.Event{Topic: staff.TopicSession, Subject: session})
	for {
		if _, err := heard(t, ws); err != nil {
			if !websocket.IsCloseError(err, closeEnded) {
				t.Error(err)
			}
			return
		}
	}
}

func TestTheHouseSaysGoodbyeToEveryBell(t *testing.T) {
	h := newHouse(t, bellSite)
	id := helpdesk.NewID()
	h.member(string(id))
	ws := h.bell(string(id))
	h.ringUntilHeard(ws, id)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := h.site.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := heard(t, ws); err != nil {
			if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
				t.Error(err)
			}
			return
		}
	}
}

func TestBellsLeaveRoomForEverythingElse(t *testing.T) {
	h := newHouse(t, bellSite, func(o *Options) { o.MaxBells = 1 })
	id := helpdesk.NewID()
	h.member(string(id))
	ws := h.bell(string(id))
	h.ringUntilHeard(ws, id)
	if _, res, err := h.dial(string(id), h.url); err == nil || res.StatusCode != 422 {
		t.Errorf("a second bell: %v", res)
	}
	ws.Close()
	for range 100 {
		if again, _, err := h.dial(string(id), h.url); err == nil {
			again.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("a closed bell keeps its place")
}
