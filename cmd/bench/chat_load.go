package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
)

// stopwatch measures from the instant a message is sent to the instant it lies
// in an answer.
type stopwatch struct {
	mu   sync.Mutex
	sent map[string]time.Time
	took []time.Duration
}

func newStopwatch() *stopwatch { return &stopwatch{sent: map[string]time.Time{}} }

func (w *stopwatch) begin(mark string) {
	w.mu.Lock()
	w.sent[mark] = time.Now()
	w.mu.Unlock()
}

// end counts a message the first time it is seen.
func (w *stopwatch) end(mark string, at time.Time) {
	w.mu.Lock()
	if began, open := w.sent[mark]; open {
		delete(w.sent, mark)
		w.took = append(w.took, at.Sub(began))
	}
	w.mu.Unlock()
}

// lap returns what was measured since the last lap, and how many are missing.
func (w *stopwatch) lap() (took []time.Duration, missing int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	took, w.took = w.took, nil
	missing = len(w.sent)
	clear(w.sent)
	return took, missing
}

// chatLoad is persons at their sockets and counsellors at their screens.
type chatLoad struct {
	talks []*liveTalk
	watch *stopwatch
	wrong faults
	wait  sync.WaitGroup
	stop  context.CancelFunc
}

// liveTalk is one conversation: a person on a websocket, and a counsellor's
// page with its doorbell, which brings what is new, or says to ask for it.
type liveTalk struct {
	talk
	load     *chatLoad
	ws, bell *websocket.Conn
	desk     *lean
	after    int64
	rang     chan struct{}
	said     int
}

// connect opens every socket. person and desk say where each talk's sides are.
func connect(talks []talk, person, desk func(n int) string) (*chatLoad, error) {
	ctx, stop := context.WithCancel(context.Background())
	l := &chatLoad{watch: newStopwatch(), stop: stop}
	office := &wires{}
	for _, t := range talks {
		at := &liveTalk{talk: t, load: l, after: t.first, rang: make(chan struct{}, 1)}
		var err error
		if at.desk, err = newLean(desk(t.n), "Cookie: "+memberCookie(t.by), "Sec-Fetch-Site: same-origin", "HX-Request: true", "X-Quiet: 1"); err != nil {
			return l, err
		}
		if at.bell, err = office.socket(ctx, desk(t.n), "/w/bell?t="+string(t.ticket), memberCookie(t.by)); err != nil {
			return l, err
		}
		home := &wires{from: source(t.n)}
		if err := at.bell.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"after":%d}`, t.first)); err != nil {
			return l, err
		}
		if at.ws, err = home.socket(ctx, person(t.n), "/en/talk/live", personCookie(t)); err != nil {
			return l, err
		}
		if err := at.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"after":%d,"ping":1}`, t.first)); err != nil {
			return l, err
		}
		l.talks = append(l.talks, at)
	}
	for _, t := range l.talks {
		l.wait.Add(3)
		go t.listen()
		go t.hear()
		go t.look(ctx)
	}
	l.attend(ctx, office.client(30*time.Second), desk)
	return l, nil
}

func (l *chatLoad) close() {
	l.stop()
	for _, t := range l.talks {
		t.ws.Close()
		t.bell.Close()
		t.desk.close()
	}
	l.wait.Wait()
}

// listen reads what the person is told.
func (t *liveTalk) listen() {
	defer t.load.wait.Done()
	for {
		_, b, err := t.ws.ReadMessage()
		if err != nil {
			return
		}
		if strings.HasPrefix(string(b), `{"no"`) {
			t.load.wrong.add(fmt.Errorf("a message was refused: %s", b))
		}
	}
}

// hear takes what the bell brings, and waits for rings of this page's own
// conversation.
func (t *liveTalk) hear() {
	defer t.load.wait.Done()
	for {
		_, b, err := t.bell.ReadMessage()
		if err != nil {
			return
		}
		if now := time.Now(); bytes.Contains(b, []byte(`"part":`)) {
			for _, m := range marksIn(b) {
				t.load.watch.end(m, now)
			}
			continue
		}
		if !bytes.Contains(b, []byte(`"topic":"part"`)) && !bytes.Contains(b, []byte(t.conversation)) && !bytes.Contains(b, []byte(t.ticket)) {
			continue
		}
		select {
		case t.rang <- struct{}{}:
		default:
		}
	}
}

var newsAfter = regexp.MustCompile(`data-after="(\d+)"`)

// marksIn finds the first words of messages. No expression: this client shares
// the processors with what it measures.
func marksIn(page []byte) (all []string) {
	for {
		at := bytes.Index(page, []byte("mark-"))
		if at < 0 {
			return all
		}
		page = page[at:]
		end := bytes.IndexFunc(page[5:], func(r rune) bool { return r != '-' && (r < '0' || r > '9') })
		if end < 0 {
			return all
		}
		all = append(all, string(page[:5+end]))
		page = page[5+end:]
	}
}

// look fetches what is new, as the page's script does.
func (t *liveTalk) look(ctx context.Context) {
	defer t.load.wait.Done()
	for {
		select {
		case <-t.rang:
		case <-ctx.Done():
			return
		}
		status, page, err := t.desk.get("/w/t/" + string(t.ticket) + "/talk?after=" + strconv.FormatInt(t.after, 10))
		if ctx.Err() != nil {
			return
		}
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("news of a talk: %d", status)
		}
		if err != nil {
			t.load.wrong.add(err)
			continue
		}
		now := time.Now()
		for _, m := range marksIn(page) {
			t.load.watch.end(m, now)
		}
		if m := newsAfter.FindSubmatch(page); m != nil {
			if n, err := strconv.ParseInt(string(m[1]), 10, 64); err == nil && n > t.after {
				t.after = n
			}
		}
	}
}

// attend makes every counsellor present, and returns when all are: before
// anything is measured, because the pages they begin with cost more than words.
// Then it keeps them so, as pages do while they are open.
func (l *chatLoad) attend(ctx context.Context, c *http.Client, desk func(n int) string) {
	var here []func()
	seen := map[helpdesk.ID]bool{}
	for _, t := range l.talks {
		m, base := t.by, desk(t.n)
		if seen[m.id] {
			continue
		}
		seen[m.id] = true
		_, page, err := ask(ctx, c, "GET", base+"/w/settings", memberCookie(m), nil)
		l.wrong.add(err)
		form := fields(page, "/w/presence")
		form.Set("state", "present")
		say := func() {
			status, _, err := ask(ctx, c, "POST", base+"/w/presence", memberCookie(m), form, "HX-Request", "true", "X-Quiet", "1")
			if ctx.Err() == nil && (err != nil || status >= 400) {
				l.wrong.add(fmt.Errorf("presence: %d %w", status, err))
			}
		}
		say()
		here = append(here, say)
	}
	l.wait.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-time.After(15 * time.Second / time.Duration(len(here))):
				here[n%len(here)]()
			}
		}
	})
}

// words is a message of usual length that can be told from all others.
func words(n, k int) string {
	return fmt.Sprintf("mark-%d-%d I got a letter today and I do not understand what it says about the three weeks. Can you help me?", n, k)
}

// speak has every person say something once a second, each at its own phase,
// for a while.
func (l *chatLoad) speak(during time.Duration) {
	var all sync.WaitGroup
	end := time.Now().Add(during)
	for _, t := range l.talks {
		all.Go(func() {
			next := time.Now().Add(time.Duration(rand.Int64N(int64(time.Second))))
			for ; next.Before(end); next = next.Add(time.Second) {
				time.Sleep(time.Until(next))
				t.said++
				frame, _ := json.Marshal(map[string]any{"say": map[string]string{"id": clientID(), "text": words(t.n, t.said)}})
				l.watch.begin(fmt.Sprintf("mark-%d-%d", t.n, t.said))
				if err := t.ws.WriteMessage(websocket.TextMessage, frame); err != nil {
					l.wrong.add(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// clientID is 22 characters of base64url, as a page draws them.
func clientID() string {
	return (string(helpdesk.NewID()))[:22]
}
