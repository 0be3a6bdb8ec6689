package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// phase is where a process stands between its start and its end.
type phase int32

const (
	starting phase = iota // waits for the database, or brings it up to date
	serving
	stopping // takes nothing new, ends what it began
)

// lookout answers the machine's keepers on an address of its own: is the
// process alive, may visitors be sent to it, how is it. It answers before there
// is a database, and until the last request has ended.
//
// Never: what a request was about, or whose it was.
type lookout struct {
	phase   atomic.Int32
	house   atomic.Pointer[house] // once it serves
	figures *figures
	told    *counting
}

func newLookout() *lookout {
	l := &lookout{told: &counting{}}
	l.figures = newFigures(l)
	return l
}

func (l *lookout) is(p phase) { l.phase.Store(int32(p)) }

// answerWithin is how long the database may take before a process counts as not
// ready.
const answerWithin = 2 * time.Second

// Why a process is not ready, in words for a person who asks with curl.
var (
	errStarting = errors.New("starting: the database is not there yet, or is being brought up to date")
	errStopping = errors.New("stopping: what was begun is being finished")
	errSilent   = errors.New("the database does not answer")
)

// ready tells why nobody should be sent here now; nil when they may. The
// migrations have run before a house serves at all.
func (l *lookout) ready(ctx context.Context) error {
	h := l.house.Load()
	switch p := phase(l.phase.Load()); {
	case p == stopping:
		return errStopping
	case p == starting || h == nil:
		return errStarting
	}
	_, err := h.databaseAnswers(ctx)
	return err
}

// databaseAnswers asks the smallest question there is.
func (h *house) databaseAnswers(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	began := time.Now()
	var one int64
	if err := h.db.QueryRow(ctx, "SELECT 1").Scan(&one); err != nil {
		return time.Since(began), errSilent // a driver's own words may quote what they should not
	}
	return time.Since(began), nil
}

// open begins to answer on address; "" answers nobody.
func (l *lookout) open(address string, log *slog.Logger) (close func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("setting watch: %w", err)
	}
	if ip, ok := listener.Addr().(*net.TCPAddr); ok && !ip.IP.IsLoopback() {
		log.Warn("health and figures are shown to whoever reaches their address: keep it inside your own network", "address", listener.Addr().String())
	} else {
		log.Info("health and figures", "address", listener.Addr().String())
	}
	server := &http.Server{Handler: l, ReadTimeout: 5 * time.Second, WriteTimeout: 15 * time.Second, MaxHeaderBytes: 8 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	go server.Serve(listener) // ends by Close
	return func() { server.Close() }, nil
}

// ServeHTTP implements http.Handler.
func (l *lookout) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	switch r.URL.Path {
	case "/live":
		fmt.Fprintln(w, "alive")
	case "/ready":
		if err := l.ready(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	case "/metrics":
		l.figures.ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

// errNotReady ends `ready` with exit code 1.
var errNotReady = errors.New("not ready")

// runReady asks the process that serves here, for a container's health check: its
// image holds this program and nothing else.
func runReady(ctx context.Context, c console, args []string) error {
	set, words, err := readSettings(args, c.env, nil)
	if err != nil {
		return err
	}
	if len(words) > 0 || set.watch == "" {
		return usageError("ready needs the setting watch, the address on which serve tells how it is")
	}
	host, port, err := net.SplitHostPort(set.watch)
	if err != nil {
		return fmt.Errorf("setting watch: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*answerWithin)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/ready", nil)
	if err != nil {
		return fmt.Errorf("setting watch: %w", err)
	}
	answer, err := (&http.Client{Transport: &http.Transport{Proxy: nil}}).Do(ask)
	if err != nil {
		return fmt.Errorf("%w: nobody answers at %s", errNotReady, set.watch)
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 500))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s", errNotReady, said)
	}
	fmt.Fprint(c.out, string(said))
	return nil
}
