package frontend

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
)

// parrot says whose line it is, how often it rang, and what it was sent.
type parrot struct {
	busy atomic.Int32
	rang int
}

type parroted struct {
	Whose helpdesk.ID
	Rang  int
	Heard string
}

func (p *parrot) Act(_ context.Context, who Who, _ []bus.Event, in []byte) ([][]byte, error) {
	if p.busy.Add(1) != 1 {
		return nil, fmt.Errorf("two at once")
	}
	defer p.busy.Add(-1)
	g, err := who(in != nil)
	if err != nil {
		return nil, err
	}
	if string(in) == "panic" {
		panic("no")
	}
	if in == nil {
		p.rang++
	}
	b, err := json.Marshal(parroted{g.ID, p.rang, string(in)})
	return [][]byte{b}, err
}

// liveSite rings each person for their own conversation.
func liveSite(s *Site) {
	s.Live("/talk/live", func(v *Visit) (Talk, []bus.Ring, error) {
		return &parrot{}, []bus.Ring{{Topic: "ticket", Subject: v.Guest.Conversation}}, nil
	})
}

func (h *house) dialLive(cookie, origin string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{"Cookie": {"talk=" + cookie}}
	if origin != "" {
		header.Set("Origin", origin)
	}
	return websocket.DefaultDialer.Dial("ws://"+h.addr+"/sv/talk/live", header)
}

func (h *house) live(cookie string) *websocket.Conn {
	h.Helper()
	ws, _, err := h.dialLive(cookie, h.url)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { ws.Close() })
	return ws
}

func said(t testing.TB, ws *websocket.Conn) (parroted, error) {
	t.Helper()
	ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	var p parroted
	_, b, err := ws.ReadMessage()
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	return p, err
}

func TestALiveConnectionAnswersAndIsRung(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	id := g.come("p")
	ws := h.live("p")
	ws.WriteMessage(websocket.TextMessage, []byte("hej"))
	if got, err := said(t, ws); err != nil || got != (parroted{id, 0, "hej"}) {
		t.Fatal(got, err)
	}
	h.bus.Publish(bus.Event{Topic: "ticket", Subject: helpdesk.NewID()})
	h.bus.Publish(bus.Event{Topic: "ticket", Subject: g.open["p"].Conversation})
	if got, err := said(t, ws); err != nil || got != (parroted{id, 1, ""}) {
		t.Fatal(got, err)
	}
	g.mu.Lock()
	quiets := g.quiets
	g.mu.Unlock()
	if quiets != 2 { // the handshake and the ring; what the person sent is their own
		t.Errorf("%d quiet looks", quiets)
	}
}

// The trap of pooled connections again, for hundreds of persons who come, go,
// send and fetch pages while everything rings: what reaches one is always
// theirs, and never two acts at once.
func TestOneOfHundredsNeverReceivesAnothersBytes(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	const persons, rounds, words = 300, 3, 4
	ids, conversations := make([]helpdesk.ID, persons), make([]helpdesk.ID, persons)
	for i := range ids {
		ids[i] = g.come(fmt.Sprint("p", i))
		conversations[i] = g.open[fmt.Sprint("p", i)].Conversation
	}
	stop := make(chan struct{})
	var noise, all sync.WaitGroup
	noise.Go(func() {
		for {
			for _, c := range conversations {
				h.bus.Publish(bus.Event{Topic: "ticket", Subject: c})
			}
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	var echoes atomic.Int64
	together := make(chan struct{}, 60)
	for i := range ids {
		all.Go(func() {
			cookie := fmt.Sprint("p", i)
			for round := range rounds {
				together <- struct{}{}
				ws, _, err := h.dialLive(cookie, h.url)
				<-together
				if err != nil {
					t.Error(err)
					return
				}
				for n := range words {
					mine := fmt.Sprint(cookie, " ", round, " ", n)
					ws.WriteMessage(websocket.TextMessage, []byte(mine))
					for {
						got, err := said(t, ws)
						if err != nil || got.Whose != ids[i] || got.Heard != "" && got.Heard != mine {
							t.Errorf("%s heard %v: %v", cookie, got, err)
							ws.Close()
							return
						}
						if got.Heard == mine {
							echoes.Add(1)
							break
						}
					}
				}
				if res, err := h.guest(cookie).Get(h.url + "/sv/who"); err == nil {
					res.Body.Close()
				}
				ws.Close()
			}
		})
	}
	all.Wait()
	close(stop)
	noise.Wait()
	if got := echoes.Load(); got != persons*rounds*words {
		t.Errorf("%d echoes of %d", got, persons*rounds*words)
	}
	if strings.Contains(h.log.String(), "two at once") {
		t.Error("one line acted twice at once")
	}
}

func TestALiveConnectionIsRefusedToStrangers(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	g.come("p")
	h.member("m")
	for name, row := range map[string]struct {
		cookie, origin string
		status         int
	}{
		"another site": {"p", "http://evil.example", 403}, "no origin": {"p", "", 403},
		"no session": {"gone", h.url, 401}, "a member's cookie": {"m", h.url, 401},
	} {
		ws, res, err := h.dialLive(row.cookie, row.origin)
		if err == nil {
			ws.Close()
			t.Errorf("%s: let in", name)
		} else if res == nil || res.StatusCode != row.status {
			t.Errorf("%s: %v", name, res)
		}
	}
}

// closed reads until the line closes, and tells how.
func closed(t testing.TB, ws *websocket.Conn) error {
	t.Helper()
	for {
		if _, err := said(t, ws); err != nil {
			return err
		}
	}
}

func TestALiveConnectionClosesWithItsSession(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	id := g.come("p")
	ws := h.live("p")
	ws.WriteMessage(websocket.TextMessage, []byte("hej"))
	if _, err := said(t, ws); err != nil {
		t.Fatal(err)
	}
	// A store that does not answer closes nothing.
	g.mu.Lock()
	g.down = true
	g.mu.Unlock()
	h.bus.Publish(bus.Event{Topic: people.TopicGuest, Subject: id})
	time.Sleep(50 * time.Millisecond)
	g.mu.Lock()
	g.down = false
	g.mu.Unlock()
	ws.WriteMessage(websocket.TextMessage, []byte("still"))
	if got, err := said(t, ws); err != nil || got.Heard != "still" {
		t.Fatal(got, err)
	}
	g.Leave(t.Context(), "p")
	h.bus.Publish(bus.Event{Topic: people.TopicGuest, Subject: id})
	if err := closed(t, ws); !websocket.IsCloseError(err, closeEnded) {
		t.Error(err)
	}
}

func TestAnEventThatWasLostClosesALineLater(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	g.come("p")
	ws := h.live("p")
	ws.WriteMessage(websocket.TextMessage, []byte("hej"))
	if _, err := said(t, ws); err != nil {
		t.Fatal(err)
	}
	g.Leave(t.Context(), "p")
	for range lineCheck { // five minutes of the wheel
		h.site.lines.turn(0, h.site.lines.clock())
	}
	if err := closed(t, ws); !websocket.IsCloseError(err, closeEnded) {
		t.Error(err)
	}
}

func TestTheHouseSaysGoodbyeToEveryTalk(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	g.come("p")
	ws := h.live("p")
	ws.WriteMessage(websocket.TextMessage, []byte("hej"))
	if _, err := said(t, ws); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := h.site.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if err := closed(t, ws); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Error(err)
	}
}

func TestTooMuchClosesALine(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	for name, send := range map[string]struct {
		kind, times int
		body        string
		code        int
	}{
		"a frame too large": {websocket.TextMessage, 1, strings.Repeat("x", mostFrame+1), websocket.CloseMessageTooBig},
		"too many":          {websocket.TextMessage, frameBurst + 20, "x", websocket.ClosePolicyViolation},
		"no text":           {websocket.BinaryMessage, 1, "x", websocket.CloseUnsupportedData},
		"one that panics":   {websocket.TextMessage, 1, "panic", websocket.CloseInternalServerErr},
	} {
		cookie := strings.ReplaceAll(name, " ", "-")
		g.come(cookie)
		ws := h.live(cookie)
		for range send.times {
			ws.WriteMessage(send.kind, []byte(send.body))
		}
		if err := closed(t, ws); !websocket.IsCloseError(err, send.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASilentBrowserIsHungUp(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	g.come("p")
	ws := h.live("p")
	pinged := make(chan struct{}, 1)
	ws.SetPingHandler(func(string) error { pinged <- struct{}{}; return nil }) // no pong
	go closed(t, ws)
	for h.site.lines.up() == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	h.site.lines.turn(0, h.site.lines.clock())
	<-pinged
	h.site.lines.turn(0, h.site.lines.clock()+lineSilence+time.Second)
	for range 200 {
		if h.site.lines.up() == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it keeps its place")
}

// up is how many lines there are.
func (h *lines) up() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, is := range h.open {
		if is {
			n++
		}
	}
	return n
}

func TestTheOldestOfTooManyLinesGivesWay(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	g.come("p")
	var lines []*websocket.Conn
	for range linesEach + 1 {
		ws := h.live("p")
		ws.WriteMessage(websocket.TextMessage, []byte("hej"))
		if _, err := said(t, ws); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, ws)
	}
	if err := closed(t, lines[0]); !websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
		t.Error(err)
	}
	for _, ws := range lines[1:] {
		ws.WriteMessage(websocket.TextMessage, []byte("still"))
		if got, err := said(t, ws); err != nil || got.Heard != "still" {
			t.Error(got, err)
		}
		ws.Close()
	}
	for range 200 {
		h.site.lines.mu.Lock()
		left, places := len(h.site.lines.of), h.site.lines.count[personLine]
		h.site.lines.mu.Unlock()
		if left == 0 && places == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("places are kept by nobody")
}

func TestALowFileLimitIsSaidAndKept(t *testing.T) {
	var log bytes.Buffer
	s := &Site{Options: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	for limit, want := range map[uint64][2]int{1 << 20: {5000, 20000}, 20_000: {3897, 15_591}, 1024: {102, 410}, 10: {1, 7}} {
		log.Reset()
		s.descriptors = func() (uint64, bool) { return limit, true }
		if got := [2]int{s.mostLines(deskLine), s.mostLines(personLine)}; got != want {
			t.Errorf("with %d files: %v", limit, got)
		}
		s.sayLimit()
		if said := strings.Contains(log.String(), "limit of open files is too low"); said == (limit > 100_000) {
			t.Errorf("with %d files it says %q", limit, log.String())
		}
	}
}

// What an idle line costs in this process, both its ends counted: far from a
// figure to boast of, but a goroutine or a buffer too many shows.
func TestAnIdleLineIsSmall(t *testing.T) {
	h, g := publicHouse(t, liveSite)
	const many = 500
	before := goroutines()
	var ends []*websocket.Conn
	for i := range many {
		g.come(fmt.Sprint("p", i))
		ends = append(ends, h.live(fmt.Sprint("p", i)))
	}
	for h.site.lines.up() < many {
		time.Sleep(5 * time.Millisecond)
	}
	for range 300 {
		if goroutines()-before <= many+10 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if extra := goroutines() - before; extra > many+10 {
		t.Errorf("%d goroutines for %d lines", extra, many)
	}
	for _, ws := range ends {
		ws.Close()
	}
}

func goroutines() int { return runtime.NumGoroutine() }
