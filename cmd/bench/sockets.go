package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// source is a loopback address of its own for client n: one address has too
// few ports for many sockets, and the program lets one address do only so much.
func source(n int) net.IP { return net.IPv4(127, 0, byte(1+n/200%250), byte(1+n%200)) }

// wires dials from one source and remembers what is open, so that all of it
// can be cut at once.
type wires struct {
	from net.IP // nil for any

	mu   sync.Mutex
	open map[net.Conn]bool
}

func (w *wires) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second}
	if w.from != nil {
		d.LocalAddr = &net.TCPAddr{IP: w.from}
	}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == nil {
		w.open = map[net.Conn]bool{}
	}
	wire := &wire{Conn: c, of: w}
	w.open[wire] = true
	return wire, nil
}

// cut breaks everything off in mid-word: nothing that lies in a buffer is
// still sent.
func (w *wires) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.open {
		if tcp, ok := c.(*wire).Conn.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		c.(*wire).Conn.Close()
	}
	clear(w.open)
}

type wire struct {
	net.Conn
	of *wires
}

func (c *wire) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

// socket opens a websocket as a browser's script does.
func (w *wires) socket(ctx context.Context, base, path, cookie string) (*websocket.Conn, error) {
	d := websocket.Dialer{NetDialContext: w.dial, HandshakeTimeout: 10 * time.Second, ReadBufferSize: 1024, WriteBufferSize: 512}
	ws, resp, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(base, "http")+path,
		http.Header{"Origin": {base}, "Sec-Fetch-Site": {"same-origin"}, "Cookie": {cookie}})
	if err != nil && resp != nil {
		return nil, fmt.Errorf("socket %s: %w (%d)", path, err, resp.StatusCode)
	}
	if err != nil {
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	return ws, nil
}

// client asks over HTTP along these wires and follows no redirect.
func (w *wires) client(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{DialContext: w.dial, MaxIdleConnsPerHost: 4, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ask is one request with a cookie; a status of 500 and above is an error, and
// so is 429.
func ask(ctx context.Context, c *http.Client, method, address, cookie string, form url.Values, more ...string) (int, string, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Cookie", cookie)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(more); i += 2 {
		req.Header.Set(more[i], more[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests) {
		err = fmt.Errorf("%s %s: %d %.200s", method, req.URL.Path, resp.StatusCode, text)
	}
	return resp.StatusCode, string(text), err
}

func personCookie(t talk) string   { return "talk=" + t.cookie }
func memberCookie(m member) string { return "desk=" + m.cookie + "~~" }
