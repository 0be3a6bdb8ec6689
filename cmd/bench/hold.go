package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// childName tells a process of this program, or of its tests, that it is one
// of the children below.
const childName = "RETURNSUPPORT_BENCH_CHILD"

// beChild runs a child's part; false when this process is none.
func beChild() bool {
	var err error
	switch os.Getenv(childName) {
	case "hold":
		err = holdChild(os.Stdin, os.Stdout)
	case "sockets":
		err = socketsChild(os.Stdout)
	default:
		return false
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	return true
}

// holdJob is what the holding client is told.
type holdJob struct {
	Base, Path, Hello string
	Cookies           []string // one socket each
}

// holdChild opens sockets, says hello on each, waits for an answer and then
// only reads. It prints how many are open, and again when its input ends.
func holdChild(in io.Reader, out io.Writer) error {
	var job holdJob
	told := bufio.NewReader(in)
	if err := json.NewDecoder(told).Decode(&job); err != nil {
		return err
	}
	if limit := raiseFiles(); limit < uint64(len(job.Cookies)+spareFiles) {
		return fmt.Errorf("the limit of open files is %d, too low for %d sockets: raise it (ulimit -Hn)", limit, len(job.Cookies))
	}
	h := &holder{job: job}
	var all sync.WaitGroup
	next := atomic.Int64{}
	for range 32 {
		all.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(job.Cookies); n = int(next.Add(1)) - 1 {
				h.wrong.add(h.open(n))
			}
		})
	}
	all.Wait()
	if err := h.wrong.err(); err != nil {
		return err
	}
	fmt.Fprintln(out, h.up.Load())
	io.Copy(io.Discard, told)
	fmt.Fprintln(out, h.up.Load())
	return nil
}

type holder struct {
	job   holdJob
	up    atomic.Int64
	wrong faults
}

func (h *holder) open(n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	home := &wires{from: source(n)}
	ws, err := home.socket(ctx, h.job.Base, h.job.Path, h.job.Cookies[n])
	if err != nil {
		return err
	}
	if err := ws.WriteMessage(websocket.TextMessage, []byte(h.job.Hello)); err != nil {
		return err
	}
	if _, _, err := ws.ReadMessage(); err != nil {
		return err
	}
	h.up.Add(1)
	go func() { // answers pings
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				h.up.Add(-1)
				return
			}
		}
	}()
	return nil
}

// socketsChild is gorilla alone, tuned: small buffers, writers from a pool, one
// goroutine for each connection, which echoes.
func socketsChild(out io.Writer) error {
	raiseFiles()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	upgrade := websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 2048, WriteBufferPool: &sync.Pool{}}
	fmt.Fprintln(out, "http://"+ln.Addr().String())
	return http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrade.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		go func() {
			defer ws.Close()
			for {
				kind, b, err := ws.ReadMessage()
				if err != nil || ws.WriteMessage(kind, b) != nil {
					return
				}
			}
		}()
	}))
}
