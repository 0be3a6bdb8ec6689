package translate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// errElsewhere: somebody wanted us to speak with another machine than the one
// the operator named.
var errElsewhere = errors.New("not the translation server")

// dialler reaches one host and port and no other.
type dialler struct {
	host, port string
	outside    bool
	resolve    func(ctx context.Context, host string) ([]netip.Addr, error)
}

// transport is net/http's own way with everything off that could lead
// elsewhere: no proxy, whatever the environment says, and our own dialling.
func (d *dialler) transport(roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            d.dial,
		TLSClientConfig:        &tls.Config{ServerName: d.host, RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  patience,
		MaxResponseHeaderBytes: 16 << 10,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
		DisableCompression:     true, // what a small answer unpacks to is not bounded
	}
}

// dial looks at the very addresses it connects to, not at those of an earlier
// question: a name may lead elsewhere the second time.
func (d *dialler) dial(ctx context.Context, _, address string) (net.Conn, error) {
	if address != net.JoinHostPort(d.host, d.port) {
		return nil, errElsewhere
	}
	addrs, err := d.addresses(ctx)
	if err != nil {
		return nil, err
	}
	var last error = errElsewhere
	for _, a := range addrs {
		if !d.outside && !ours(a) {
			continue
		}
		conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(a.String(), d.port))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func (d *dialler) addresses(ctx context.Context) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(d.host); err == nil {
		return []netip.Addr{a}, nil
	}
	all, err := d.resolve(ctx, d.host)
	if err != nil {
		return nil, fmt.Errorf("look up the translation server: %w", err)
	}
	return all, nil
}

// shared is the space of carriers and of overlay networks (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// ours tells whether an address lies on this machine or in a private network.
// Link-local ones (RFC 3927) are left out: clouds keep their own services there.
func ours(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsValid() && (a.IsLoopback() || a.IsPrivate() || shared.Contains(a))
}
