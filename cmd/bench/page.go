package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"sync"
	"time"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/chat"
)

// Person's pages whose first load is weighed, below the language.
var firstPages = []struct{ name, path string }{{"landing", "/"}, {"the chat's first page", "/start"}, {"the conversation", "/talk"}}

// page weighs what a browser fetches to show a person's page for the first
// time, in each language, and times a browser on a slow net.
func page(b *bench) {
	p := b.openPages()
	defer p.close()
	tags := languages(b)
	for _, first := range firstPages {
		var heaviest, latest weight
		for _, tag := range tags {
			w, err := p.weigh("/"+tag+first.path, tag)
			b.check(err)
			if w.all > heaviest.all {
				heaviest = w
			}
			if w.text > latest.text {
				latest = w
			}
		}
		row(first.name+": in all, the heaviest of "+fmt.Sprint(len(tags)), fmt.Sprintf("%.1f kB (%s)", kB(heaviest.all), heaviest.tag), "≤ 30 kB")
		row(first.name+": before the text, the heaviest", fmt.Sprintf("%.1f kB (%s)", kB(latest.text), latest.tag), "≤ 14 kB")
	}
	b.slowNet(p, tags)
}

func languages(b *bench) []string {
	words, err := locale.Load()
	b.check(err)
	var tags []string
	for _, l := range words.Choices(false) {
		tags = append(tags, l.Tag)
	}
	return tags
}

func kB(n int) float64 { return float64(n) / 1024 }

// openPages is a running house whose door is open, and a conversation in it.
type openPages struct {
	b      *bench
	r      *running
	rooms  *rooms
	cookie string
	stop   context.CancelFunc
	wait   sync.WaitGroup
}

func (b *bench) openPages() *openPages {
	i := b.install("page", "")
	p := &openPages{b: b, rooms: i.open(time.Now)}
	crew := p.rooms.hire(2)
	p.cookie = personCookie(p.rooms.seat(len(crew), crew)[0])
	p.r = i.serve()
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	p.wait.Add(1)
	go func() { // a presence lasts half a minute
		defer p.wait.Done()
		for {
			for _, m := range crew {
				if s, err := p.rooms.staff.Session(ctx, m.cookie, false); err == nil {
					err = p.rooms.chat.Attend(ctx, s, chat.Here)
					if err != nil && ctx.Err() == nil {
						fmt.Fprintln(os.Stderr, "bench:", err)
					}
				}
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(10 * time.Second):
			}
		}
	}()
	return p
}

func (p *openPages) close() {
	p.stop()
	p.wait.Wait()
	p.r.kill()
	p.rooms.close()
}

// weight is what a first load fetches, gzipped, without headers.
type weight struct {
	tag       string
	all, text int // bytes; text: the page and its stylesheets
}

var (
	brings = regexp.MustCompile(`(?:src|href)="(/static/[^"#]+|/[a-z]+/talk/log[^"]*)"`)
	styles = regexp.MustCompile(`\.css$`)
)

// weigh fetches a page and all it brings, as a browser without a cache does.
func (p *openPages) weigh(path, tag string) (weight, error) {
	w := weight{tag: tag}
	html, size, err := p.fetch(path)
	if err != nil {
		return w, err
	}
	w.all, w.text = size, size
	seen := map[string]bool{}
	for _, m := range brings.FindAllStringSubmatch(html, -1) {
		if seen[m[1]] {
			continue
		}
		seen[m[1]] = true
		_, size, err := p.fetch(m[1])
		if err != nil {
			return w, err
		}
		w.all += size
		if styles.MatchString(m[1]) {
			w.text += size
		}
	}
	return w, nil
}

// fetch returns the body as text and how long it was on the wire.
func (p *openPages) fetch(path string) (string, int, error) {
	req, err := http.NewRequest("GET", p.r.base+path, nil)
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Cookie", p.cookie)
	resp, err := (&http.Transport{}).RoundTrip(req)
	if err != nil {
		return "", 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", 0, fmt.Errorf("GET %s: %d", path, resp.StatusCode)
	}
	wire := &counting{r: resp.Body}
	body, err := unzipped(wire, resp.Header.Get("Content-Encoding"))
	if err != nil {
		return "", 0, fmt.Errorf("GET %s: %w", path, err)
	}
	_, err = io.Copy(io.Discard, wire)
	return body, wire.n, err
}
