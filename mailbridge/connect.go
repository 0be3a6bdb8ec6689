package mailbridge

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"
)

// DialFunc opens a TCP connection; net.Dialer.DialContext is one.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

func (d DialFunc) dial(ctx context.Context, s Server, patience time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if d == nil {
		// Keep-alives notice a peer that vanished while we IDLE.
		d = (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext
	}
	c, err := d(ctx, "tcp", s.address())
	if err != nil {
		return nil, dialTrouble(err)
	}
	return c, nil
}

func (s Server) tls() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.RootCAs, MinVersion: tls.VersionTLS12}
}

// shake runs the TLS handshake at once, so that what is wrong with the
// certificate is known before anything is said.
func (s Server) shake(ctx context.Context, c net.Conn, patience time.Duration) (*tls.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	secure := tls.Client(c, s.tls())
	if err := secure.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, tlsTrouble(err)
	}
	return secure, nil
}

// hurried gives every read and write its own deadline and all of them a last
// one: a server may be slow, silent for no longer than silence, and in all no
// longer than the deadline of the command.
type hurried struct {
	net.Conn
	silence atomic.Int64 // time.Duration
	last    atomic.Int64 // Unix nanoseconds
}

func (h *hurried) allow(silence, whole time.Duration) {
	h.silence.Store(int64(silence))
	h.last.Store(time.Now().Add(whole).UnixNano())
}

func (h *hurried) deadline() time.Time {
	d := time.Now().Add(time.Duration(h.silence.Load()))
	if last := time.Unix(0, h.last.Load()); last.Before(d) {
		return last
	}
	return d
}

func (h *hurried) Read(p []byte) (int, error) {
	if err := h.Conn.SetReadDeadline(h.deadline()); err != nil {
		return 0, err
	}
	return h.Conn.Read(p)
}

func (h *hurried) Write(p []byte) (int, error) {
	if err := h.Conn.SetWriteDeadline(h.deadline()); err != nil {
		return 0, err
	}
	return h.Conn.Write(p)
}
