package frontend

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"
)

var errHijackedTwice = errors.New("connection already taken over")

// upgrader leaves the choice of origins to Site.sameSite, which has run before.
var upgrader = websocket.Upgrader{
	ReadBufferSize:   512, // held by every idle line; longer frames are read in parts
	WriteBufferSize:  2048,
	WriteBufferPool:  &sync.Pool{},
	HandshakeTimeout: 10 * time.Second,
	CheckOrigin:      func(*http.Request) bool { return true },
}

// upgrade takes the connection over from fasthttp and hands the websocket to
// serve, in a goroutine of its own; failed is called when that comes to nothing
// after upgrade has returned.
//
// What fasthttp passes to a hijack handler is a pooled wrapper: written to
// after the handler returned, it belongs to somebody else's connection, and
// one person's message reaches another. So only the connection inside it is
// kept (Server.KeepHijackedConns makes that ours), and the handler returns at
// once, which frees the request and its buffers.
func (s *Site) upgrade(c *fiber.Ctx, serve func(*websocket.Conn), failed func()) error {
	if !s.sameSite(c) {
		return errCrossSite
	}
	r := handshakeOf(c)
	if !websocket.IsWebSocketUpgrade(r) {
		return errBadForm
	}
	ctx := c.Context()
	ctx.HijackSetNoResponse(true)
	ctx.Hijack(func(wrapped net.Conn) {
		inside, ok := wrapped.(interface{ UnsafeConn() net.Conn })
		if !ok {
			wrapped.Close()
			failed()
			return
		}
		conn := inside.UnsafeConn()
		if early(wrapped, conn) {
			conn.Close()
			failed()
			return
		}
		ws, err := upgrader.Upgrade(&takenOver{conn: conn, header: http.Header{}}, r, nil)
		if err != nil {
			conn.Close()
			failed()
			return
		}
		go serve(ws)
	})
	return nil
}

// early tells whether the client sent frames with its handshake. They would
// lie in a buffer we are about to leave, and be lost in silence.
func early(wrapped, conn net.Conn) bool {
	var b [1]byte
	conn.SetReadDeadline(time.Unix(1, 0))
	n, _ := wrapped.Read(b[:])
	conn.SetReadDeadline(time.Time{})
	return n > 0
}

// handshakeOf copies what gorilla needs of the request. Every string is a copy:
// fasthttp's own memory is reused as soon as the handler returns.
func handshakeOf(c *fiber.Ctx) *http.Request {
	header := http.Header{}
	c.Request().Header.VisitAll(func(k, v []byte) { header.Add(string(k), string(v)) })
	return &http.Request{
		Method: strings.Clone(c.Method()), Host: string(c.Request().Host()), Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
}

// takenOver is a hijacked connection as the http.ResponseWriter that gorilla
// wants: it says no in plain HTTP, or gives the connection away.
type takenOver struct {
	conn   net.Conn
	header http.Header
	status int
	given  bool
}

func (t *takenOver) Header() http.Header { return t.header }

func (t *takenOver) WriteHeader(status int) {
	if t.status != 0 {
		return
	}
	t.status = status
	fmt.Fprintf(t.conn, "HTTP/1.1 %d %s\r\nConnection: close\r\n", status, http.StatusText(status))
	t.header.Write(t.conn)
	t.conn.Write([]byte("\r\n"))
}

func (t *takenOver) Write(b []byte) (int, error) {
	t.WriteHeader(http.StatusOK)
	return t.conn.Write(b)
}

// Hijack gives tiny buffers on purpose: gorilla then makes its own, of the
// sizes the upgrader names.
func (t *takenOver) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if t.given {
		return nil, nil, errHijackedTwice
	}
	t.given = true
	return t.conn, bufio.NewReadWriter(bufio.NewReaderSize(t.conn, 16), bufio.NewWriterSize(t.conn, 16)), nil
}
