package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// desk is a counsellor's side: a page with its doorbell, or a page that is
// loaded again and again.
type desk struct {
	side
	form url.Values
}

func newDesk(t *cutTest, talk talk) *desk {
	d := &desk{side: side{t: t, talk: talk, mark: "d", wires: &wires{from: source(talk.n)}, last: talk.first}}
	d.http = d.wires.client(40 * time.Second)
	d.ways = []func(context.Context, string) error{d.bell, d.bell, d.pages}
	return d
}

func (d *desk) cookie() string { return memberCookie(d.talk.by) }
func (d *desk) path() string   { return "/w/t/" + string(d.talk.ticket) }

func (d *desk) begin() error {
	base, err := d.t.somewhere(context.Background())
	if err != nil {
		return err
	}
	page, err := d.ask(context.Background(), "GET", base, d.path(), d.cookie(), nil, http.StatusOK)
	d.form = fields(page, d.path()+"/say")
	return err
}

// news fetches what was said after the last number.
func (d *desk) news(ctx context.Context, base string) error {
	d.mu.Lock()
	after := d.last
	d.mu.Unlock()
	page, err := d.ask(ctx, "GET", base, d.path()+"/talk?after="+strconv.FormatInt(after, 10), d.cookie(), nil, http.StatusOK, "HX-Request", "true", "X-Quiet", "1")
	if err != nil {
		return err
	}
	m := newsAfter.FindStringSubmatch(page)
	if m == nil {
		return refused{"news", 200, page}
	}
	n, _ := strconv.ParseInt(m[1], 10, 64)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last == after && n > after {
		d.last = n
		d.heard = append(d.heard, sideMarks.FindAllString(page, -1)...)
	}
	return nil
}

// bell waits for rings and asks; every few seconds it asks anyhow.
func (d *desk) bell(ctx context.Context, base string) error {
	ws, err := d.wires.socket(ctx, base, "/w/bell?t="+string(d.talk.ticket), d.cookie())
	if err != nil {
		return err
	}
	rang := make(chan struct{}, 1)
	go func() {
		defer close(rang)
		for {
			_, b, err := ws.ReadMessage()
			if err != nil {
				return
			}
			var ring struct {
				ID helpdesk.ID `json:"id"`
			}
			if json.Unmarshal(b, &ring) != nil || ring.ID != d.talk.conversation && ring.ID != d.talk.ticket {
				continue
			}
			select {
			case rang <- struct{}{}:
			default:
			}
		}
	}()
	defer func() {
		ws.Close()
		for range rang {
		}
	}()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	var asked time.Time
	for ctx.Err() == nil && !d.done() {
		ring := time.Since(asked) > 20*time.Second
		select {
		case _, open := <-rang:
			if !open {
				return errLost
			}
			ring = true
		case <-look.C:
		}
		if ring {
			if err := d.news(ctx, base); err != nil {
				return err
			}
			asked = time.Now()
		}
		if err := d.say(ctx, base, http.StatusNoContent, "HX-Request", "true"); err != nil {
			return err
		}
	}
	return nil
}

// say sends what is to be said now.
func (d *desk) say(ctx context.Context, base string, wanted int, more ...string) error {
	id, text, now := d.turn()
	if !now {
		return nil
	}
	form := url.Values{"proof": d.form["proof"], "client": {id}, "text": {text}}
	_, err := d.ask(ctx, "POST", base, d.path()+"/say", d.cookie(), form, wanted, more...)
	if err != nil {
		return err
	}
	d.kept(id)
	return nil
}

// pages talks without scripts: the whole page, and its form.
func (d *desk) pages(ctx context.Context, base string) error {
	for ctx.Err() == nil && !d.done() {
		page, err := d.ask(ctx, "GET", base, d.path(), d.cookie(), nil, http.StatusOK)
		if err != nil {
			return err
		}
		d.whole(page)
		for end := time.Now().Add(reload); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			if err := d.say(ctx, base, http.StatusSeeOther); err != nil {
				return err
			}
		}
	}
	return nil
}

// whole takes a page that shows everything: it must begin with what was heard
// before.
func (d *desk) whole(page string) {
	from, to := strings.Index(page, `id="messages"`), strings.Index(page, `id="listener"`)
	m := newsAfter.FindStringSubmatch(page)
	if from < 0 || to < from || m == nil {
		return
	}
	shown := sideMarks.FindAllString(page[from:to], -1)
	n, _ := strconv.ParseInt(m[1], 10, 64)
	d.mu.Lock()
	defer d.mu.Unlock()
	if n < d.last || len(shown) < len(d.heard) {
		return // older than what an answer on its way brought
	}
	if !slices.Equal(shown[:len(d.heard)], d.heard) {
		d.odd("the page shows %v after %v had been heard", shown, d.heard)
		return
	}
	d.last, d.heard = n, shown
}
