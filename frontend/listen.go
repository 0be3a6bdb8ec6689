package frontend

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// ErrPlain is returned by Listen for an address beyond loopback with neither
// TLS nor a proxy that speaks it.
var ErrPlain = errors.New("plain HTTP is for loopback only: give --cert and --key, or --behind-proxy with the proxy's network")

// Listen serves on addr ("127.0.0.1:8080") until Shutdown.
func (s *Site) Listen(addr string) error {
	ln, err := s.Open(addr)
	if err != nil {
		return err
	}
	return s.Serve(ln)
}

// Open makes the listener that Listen would serve, so that the caller learns
// the port of ":0" first.
func (s *Site) Open(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	s.sayLimit()
	if s.tls {
		cert, err := tls.LoadX509KeyPair(s.Cert, s.Key)
		if err != nil {
			ln.Close()
			return nil, fmt.Errorf("load certificate: %w", err)
		}
		return tls.NewListener(ln, &tls.Config{
			Certificates: []tls.Certificate{cert},
			MinVersion:   tls.VersionTLS12,
			// HTTP/1.1 alone: fasthttp speaks no other.
			NextProtos: []string{"http/1.1"},
		}), nil
	}
	if !s.proxy && !loopback(ln.Addr()) {
		ln.Close()
		return nil, ErrPlain
	}
	return ln, nil
}

// Serve answers on ln until Shutdown. After Shutdown it returns at once: a
// house may be told to stop before its server has begun.
func (s *Site) Serve(ln net.Listener) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		ln.Close()
		return nil
	}
	s.listeners = append(s.listeners, ln)
	s.mu.Unlock()
	err := s.app.Listener(ln)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && !s.closed {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// shut closes the listeners, also those the server has not begun to serve and
// so does not know yet.
func (s *Site) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ln := range s.listeners {
		ln.Close() // most are closed already
	}
}

func loopback(a net.Addr) bool {
	ip := remoteIP(a)
	return ip.IsValid() && ip.IsLoopback()
}

func remoteIP(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		ip, _ := netip.AddrFromSlice(tcp.IP)
		return ip.Unmap()
	}
	return netip.Addr{}
}

// believed tells whether the other end is a proxy of ours.
func (s *Site) believed(a net.Addr) bool {
	return s.ours(remoteIP(a))
}

// ours tells whether an address is our proxy's.
func (s *Site) ours(ip netip.Addr) bool {
	for _, p := range s.BehindProxy {
		if ip.IsValid() && p.Contains(ip) {
			return true
		}
	}
	return false
}
