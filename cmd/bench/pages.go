package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// turns is how often each of the desk's pages is asked for.
const turns = 60

// shelved is a page's answer as it went over the wire.
type shelved struct {
	path, kind, encoding string
	body                 []byte
}

// pages weighs what a counsellor's browser fetches first, and times the page
// that follows another, beside the same bytes from a bare handler in the same
// breath, on both engines.
func pages(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		if *onFlag != "" && !strings.HasPrefix(strings.ToLower(engine), *onFlag) {
			continue
		}
		i := b.install("pages-"+engine, b.fresh(engine))
		h := b.fillQueue(i, fewTickets)
		begun, err := h.r.begin(context.Background(), 1, false)
		b.check(err)
		ticket := "/w/t/" + string(begun.Ticket)
		h.r.close()
		r := i.serve()
		w := b.signIn(r, i)
		all := []string{"/w/queue", "/w/queue?q=team", ticket, ticket + "/person", ticket + "/history", "/w/due", "/w/chats", "/w/answers", "/w/office", "/w/office/rules", "/w/hours"}
		b.firstLoad(engine, w, all)
		b.nextPages(engine, w, all)
		r.kill()
	}
}

// firstLoad is the heaviest of the pages with all it brings, for a browser that
// has nothing yet.
func (b *bench) firstLoad(engine string, w *browser, all []string) {
	heaviest, of := 0, ""
	for _, path := range all {
		page, size, err := w.fetch(path)
		b.check(err)
		html, err := page.text()
		b.check(err)
		brought := map[string]bool{}
		for _, m := range brings.FindAllStringSubmatch(html, -1) {
			if brought[m[1]] {
				continue
			}
			brought[m[1]] = true
			_, more, err := w.fetch(m[1])
			b.check(err)
			size += more
		}
		if len(brought) < 4 {
			b.Fatalf("%s brings %d files: the pattern is wrong", path, len(brought))
		}
		if size > heaviest {
			heaviest, of = size, path
		}
	}
	row(engine+": first load in all, the heaviest", fmt.Sprintf("%.1f kB (%s)", kB(heaviest), plainPath(of)), "≤ 90 kB")
}

// nextPages are asked for in turn, each beside its own bytes from a bare Fiber
// handler; the first turn opens what no page has opened yet and is not counted.
func (b *bench) nextPages(engine string, w *browser, all []string) {
	shelf := map[string]shelved{}
	for _, path := range all {
		page, _, err := w.fetch(path)
		b.check(err)
		shelf[path] = page
	}
	bare := b.bareShelf(shelf)
	house, plain := map[string][]time.Duration{}, map[string][]time.Duration{}
	var every, bares []time.Duration
	for range turns {
		for _, path := range all {
			plain[path] = append(plain[path], b.timed(bare, path))
			house[path] = append(house[path], b.timed(w, path))
		}
	}
	slowest := all[0]
	for _, path := range all {
		every, bares = append(every, house[path]...), append(bares, plain[path]...)
		also(engine+": "+plainPath(path), spread(house[path]))
		if percentile(house[path], 50) > percentile(house[slowest], 50) {
			slowest = path
		}
	}
	row(engine+": next page", spread(every), "p99 ≤ 60 ms")
	row(engine+": next page, the slowest ("+plainPath(slowest)+")", spread(house[slowest]), "p99 ≤ 60 ms")
	also(engine+": the same bytes from a bare handler", fmt.Sprintf("%s; the house %.1f times at p50, %.1f at p99", spread(bares),
		ratio(every, bares, 50), ratio(every, bares, 99)))
}

// timed asks for a page and reads it to its end.
func (b *bench) timed(w *browser, path string) time.Duration {
	began := time.Now()
	_, size, err := w.fetch(path)
	b.check(err)
	if size == 0 {
		b.Fatalf("%s is empty", path)
	}
	return time.Since(began)
}

// bareShelf hands out answers as they are, without a house behind it.
func (b *bench) bareShelf(shelf map[string]shelved) *browser {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(func(c *fiber.Ctx) error {
		page, ok := shelf[c.OriginalURL()]
		if !ok {
			return fiber.ErrNotFound
		}
		c.Set("Content-Type", page.kind)
		if page.encoding != "" {
			c.Set("Content-Encoding", page.encoding)
		}
		return c.Send(page.body)
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	b.check(err)
	go app.Listener(ln)
	b.Cleanup(func() { app.Shutdown() })
	return &browser{b: b, base: "http://" + ln.Addr().String(), http: &http.Client{Timeout: 30 * time.Second}}
}

// fetch gets a page as a browser does that takes gzip, and says how many bytes
// of it were on the wire.
func (w *browser) fetch(path string) (shelved, int, error) {
	req, err := http.NewRequest("GET", w.base+path, nil)
	if err != nil {
		return shelved{}, 0, err
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Accept-Encoding", "gzip") // said by hand, so that nobody unpacks it
	resp, err := w.http.Do(req)
	if err != nil {
		return shelved{}, 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %d", plainPath(path), resp.StatusCode)
	}
	return shelved{path, resp.Header.Get("Content-Type"), resp.Header.Get("Content-Encoding"), body}, len(body), err
}

func (s shelved) text() (string, error) {
	return unzipped(strings.NewReader(string(s.body)), s.encoding)
}

// plainPath is a path without the ticket it is about.
func plainPath(path string) string {
	parts := strings.Split(path, "/")
	for k, p := range parts {
		if len(p) == 26 {
			parts[k] = ":id"
		}
	}
	return strings.Join(parts, "/")
}
