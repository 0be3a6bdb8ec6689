package frontend

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
)

// growing is a page's part of which the numbers up to newest are there.
type growing struct {
	mu     sync.Mutex
	newest int64
	asked  []int64
	fails  error
}

func (g *growing) site(s *Site) {
	doors(s)
	s.Bell("/w/bell", Newcomer, func(v *Visit) (Hearing, error) {
		me := helpdesk.ID(v.Session.User.Name)
		return Hearing{
			Rings: []Ring{{Topic: "team", Subject: me}},
			Of:    []Ring{{Topic: "table", Subject: me}},
			Fresh: func(v *Visit, after int64, words bool) (Shown, int64, error) {
				g.mu.Lock()
				defer g.mu.Unlock()
				g.asked = append(g.asked, after)
				return Fault{Page: v.Page(""), What: fmt.Sprintf("news-%d of %s", g.newest, v.Session.User.Name)}, g.newest, g.fails
			},
		}, nil
	})
}

func (g *growing) grow(to int64, fails error) {
	g.mu.Lock()
	g.newest, g.fails = to, fails
	g.mu.Unlock()
}

func tells(t *testing.T, ws *websocket.Conn, frame string) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, ws *websocket.Conn) rung {
	t.Helper()
	r, err := heard(t, ws)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestABellBringsThePartItsPageNamed(t *testing.T) {
	var part growing
	h := newHouse(t, part.site)
	id := helpdesk.NewID()
	h.member(string(id))
	ws := h.bell(string(id))
	table := func(n int64) { h.bus.Publish(bus.Event{Topic: "table", Subject: id, Number: n}) }

	h.ringUntilHeard(ws, id)
	table(1)
	for r := next(t, ws); r.Topic != "table"; r = next(t, ws) { // before the page said what it has it is only rung
		if r.Part != "" {
			t.Fatalf("brought unasked: %v", r)
		}
	}

	part.grow(3, nil)
	tells(t, ws, `{"after":2}`)
	r := next(t, ws)
	for r.Topic == "team" {
		r = next(t, ws)
	}
	if r.Topic != topicPart || r.Number != 3 || !strings.Contains(r.Part, "news-3 of "+string(id)) {
		t.Fatalf("asked for what is new: %+v", r)
	}
	part.grow(5, nil)
	table(2) // a word the page has
	table(5)
	if r := next(t, ws); r.Topic != topicPart || r.Number != 5 {
		t.Fatalf("a new word: %+v", r)
	}
	table(0) // how both sit
	if r := next(t, ws); r.Topic != "table" {
		t.Fatalf("no ring for the rest of the page: %+v", r)
	}
	if r := next(t, ws); r.Topic != topicPart {
		t.Fatalf("how both sit: %+v", r)
	}
	part.mu.Lock()
	defer part.mu.Unlock()
	if got := fmt.Sprint(part.asked); got != "[2 3 5]" {
		t.Errorf("asked after %s", got)
	}
}

func TestWhatABellCannotBringThePageAsksFor(t *testing.T) {
	var part growing
	h := newHouse(t, part.site)
	id := helpdesk.NewID()
	h.member(string(id))
	ws := h.bell(string(id))
	h.ringUntilHeard(ws, id)
	part.grow(1, helpdesk.ErrConflict)
	tells(t, ws, `{"after":0}`)
	for {
		r := next(t, ws)
		if r.Topic == "team" {
			continue
		}
		if r.Topic != topicPart || r.Part != "" {
			t.Fatalf("%+v", r)
		}
		return
	}
}

func TestABellBringsNothingToASessionThatEnded(t *testing.T) {
	var part growing
	h := newHouse(t, part.site)
	id := helpdesk.NewID()
	h.member(string(id))
	ws := h.bell(string(id))
	h.ringUntilHeard(ws, id)
	part.grow(1, nil)
	h.door.end(string(id))
	tells(t, ws, `{"after":0}`)
	for {
		r, err := heard(t, ws)
		if err != nil {
			if !websocket.IsCloseError(err, closeEnded) {
				t.Error(err)
			}
			return
		}
		if r.Part != "" {
			t.Fatal("brought to nobody")
		}
	}
}

// A session of a moment ago may lack a key that was made since. One just looked
// up is as good as it gets: what it opens is news.
func TestABellBringsWhatTheKeysOfTheMomentOpen(t *testing.T) {
	part := growing{fails: ErrStale, newest: 4}
	h := newHouse(t, part.site)
	id := helpdesk.NewID()
	h.member(string(id))
	ws := h.bell(string(id))
	h.ringUntilHeard(ws, id)
	tells(t, ws, `{"after":0}`)
	r := next(t, ws)
	for r.Topic == "team" {
		r = next(t, ws)
	}
	if r.Topic != topicPart || r.Number != 4 || r.Part == "" {
		t.Fatalf("%+v", r)
	}
	part.mu.Lock()
	defer part.mu.Unlock()
	if len(part.asked) != 1 {
		t.Errorf("asked %d times with a session just looked up", len(part.asked))
	}
}

// A page that asks whether its line lives is told so, and brought nothing.
func TestABellAnswersWhoAsksWhetherItLives(t *testing.T) {
	var part growing
	h := newHouse(t, part.site)
	id := helpdesk.NewID()
	h.member(string(id))
	ws := h.bell(string(id))
	h.ringUntilHeard(ws, id)
	part.grow(1, nil)
	tells(t, ws, `{"ping":1}`)
	r := next(t, ws)
	for r.Topic == "team" {
		r = next(t, ws)
	}
	part.mu.Lock()
	defer part.mu.Unlock()
	if r != (rung{Topic: topicPong}) || len(part.asked) > 0 {
		t.Fatalf("%+v, and asked after %v", r, part.asked)
	}
}

func FuzzABellsFrame(f *testing.F) {
	for _, s := range []string{`{"after":0}`, `{"ping":1}`, `{"after":-1}`, `{"after":9223372036854775807}`, `[]`, ``, `{"after":"1"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		b := bell{after: unasked}
		if _, pinged, err := b.asked(frame); (err != nil || pinged) && b.after != unasked || err == nil && !pinged && b.after < 0 {
			t.Errorf("%q: after %d, %v", frame, b.after, err)
		}
	})
}
