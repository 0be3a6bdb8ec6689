package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

// guest is a person's side: a websocket, a long poll, or plain forms.
type guest struct {
	side
	proof string
}

func newGuest(t *cutTest, talk talk) *guest {
	p := &guest{side: side{t: t, talk: talk, mark: "p", wires: &wires{from: source(talk.n)}, last: talk.first}}
	p.http = p.wires.client(40 * time.Second)
	p.ways = []func(context.Context, string) error{p.socket, p.poll, p.forms}
	return p
}

func (p *guest) cookie() string { return personCookie(p.talk) }

// begin opens the page once, for its proof.
func (p *guest) begin() error {
	base, err := p.t.somewhere(context.Background())
	if err != nil {
		return err
	}
	page, err := p.ask(context.Background(), "GET", base, "/en/talk", p.cookie(), nil, http.StatusOK)
	p.proof = fields(page, "/en/talk/say").Get("proof")
	return err
}

// told is what a script is told, by socket or poll.
type told struct {
	Said []struct {
		N    int64  `json:"n"`
		Text string `json:"text"`
	} `json:"said"`
	How  string `json:"how"`
	Kept bool   `json:"kept"`
	Ack  string `json:"ack"`
	No   string `json:"no"`
	Why  string `json:"why"`
}

func (p *guest) take(n told) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := int64(0)
	for _, m := range n.Said {
		if m.N <= before {
			p.odd("number %d came after %d in one answer", m.N, before)
		}
		before = m.N
		p.hear(m.N, sideMarks.FindString(m.Text))
	}
}

func (p *guest) after() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

// socket talks over a websocket until it breaks.
func (p *guest) socket(ctx context.Context, base string) error {
	ws, err := p.wires.socket(ctx, base, "/en/talk/live", p.cookie())
	if err != nil {
		return err
	}
	defer ws.Close()
	frames := make(chan told, 64)
	go func() {
		defer close(frames)
		for {
			_, b, err := ws.ReadMessage()
			if err != nil {
				return
			}
			var n told
			if json.Unmarshal(b, &n) != nil {
				n.No, n.Why = "frame", string(b)
			}
			frames <- n
		}
	}()
	defer func() {
		ws.Close()
		for range frames {
		}
	}()
	if err := ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"after":%d,"ping":1}`, p.after())); err != nil {
		return err
	}
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	said, since := "", time.Time{}
	for ctx.Err() == nil && !p.done() {
		select {
		case n, open := <-frames:
			if !open {
				return errLost
			}
			if n.No != "" {
				return refused{"frame", 0, n.Why}
			}
			if n.Ack != "" {
				p.kept(n.Ack)
				said = ""
			}
			p.take(n)
			continue
		case <-look.C:
		}
		if said != "" {
			if time.Since(since) > 8*time.Second {
				return errLost
			}
			continue
		}
		id, text, now := p.turn()
		if !now {
			continue
		}
		frame, _ := json.Marshal(map[string]any{"say": map[string]string{"id": id, "text": text}})
		if err := ws.WriteMessage(websocket.TextMessage, frame); err != nil {
			return err
		}
		said, since = id, time.Now()
	}
	return nil
}

// poll asks and waits, and posts beside it.
func (p *guest) poll(ctx context.Context, base string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	gone := make(chan error, 1)
	go func() {
		how := ""
		for {
			text, err := p.ask(ctx, "GET", base, "/en/talk/news?after="+strconv.FormatInt(p.after(), 10)+"&how="+how, p.cookie(), nil, http.StatusOK, "Accept", "application/json", "X-Quiet", "1")
			var n told
			if err == nil {
				err = json.Unmarshal([]byte(text), &n)
			}
			if err != nil {
				gone <- err
				return
			}
			how = n.How
			p.take(n)
		}
	}()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for ctx.Err() == nil && !p.done() {
		select {
		case err := <-gone:
			return err
		case <-look.C:
		}
		id, text, now := p.turn()
		if !now {
			continue
		}
		answer, err := p.ask(ctx, "POST", base, "/en/talk/say", p.cookie(), p.words(id, text), http.StatusOK, "Accept", "application/json")
		if err != nil {
			return err
		}
		var n told
		if err := json.Unmarshal([]byte(answer), &n); err != nil || !n.Kept {
			return refused{"say", 200, answer}
		}
		p.kept(id)
	}
	stop()
	<-gone
	return nil
}

func (p *guest) words(id, text string) url.Values {
	return url.Values{"proof": {p.proof}, "client": {id}, "text": {text}}
}

// reload is how often somebody without scripts looks again. The frame does so
// every six seconds; cuts and what is posted come between.
const reload = 4 * time.Second

var (
	shownSaid = regexp.MustCompile(`class="said[^"]*" id="m(\d+)">`)
	sideMarks = regexp.MustCompile(`mark-[pd]-\d+-\d+`)
)

// forms talks without scripts: a form, and a frame that shows all of it.
func (p *guest) forms(ctx context.Context, base string) error {
	for ctx.Err() == nil && !p.done() {
		page, err := p.ask(ctx, "GET", base, "/en/talk/log", p.cookie(), nil, http.StatusOK)
		if err != nil {
			return err
		}
		var n told
		at := shownSaid.FindAllStringSubmatchIndex(page, -1)
		for i, m := range at {
			until := len(page)
			if i+1 < len(at) {
				until = at[i+1][0]
			}
			number, _ := strconv.ParseInt(page[m[2]:m[3]], 10, 64)
			n.Said = append(n.Said, struct {
				N    int64  `json:"n"`
				Text string `json:"text"`
			}{number, page[m[1]:until]})
		}
		if len(n.Said) == 0 {
			return refused{"log", 200, page}
		}
		p.take(n)
		for end := time.Now().Add(reload); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			id, text, now := p.turn()
			if !now {
				continue
			}
			if _, err := p.ask(ctx, "POST", base, "/en/talk/say", p.cookie(), p.words(id, text), http.StatusSeeOther); err != nil {
				return err
			}
			p.kept(id)
		}
	}
	return nil
}
