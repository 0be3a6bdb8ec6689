package webhooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// callTime is how long a system may take to say that it heard.
const callTime = 10 * time.Second

// errPrivate: the name leads to an address that only our own server could reach.
var errPrivate = errors.New("not a public address")

// special are the ranges that are no places on the public net though they look
// like it (the IANA special-purpose registries), and those that carry another
// address inside them.
var special = func() (all []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

// public tells whether an address belongs to the public net.
func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(ip.WithZone("")) {
			return false
		}
	}
	return true
}

// caller makes the client: no proxy, no redirect, no kept connection. What a name
// leads to is looked at when the connection is made, after it was resolved, so a
// name that leads elsewhere the second time gains nothing.
func caller(allowed func(netip.Addr) bool, roots *x509.CertPool) *http.Client {
	dialer := &net.Dialer{Timeout: callTime, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !allowed(at.Addr()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Client{
		Timeout: callTime,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
			TLSHandshakeTimeout: callTime, DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Ringing is all that ever leaves: what happened, to which opaque id, and when.
type Ringing struct {
	Type      Event     `json:"type" one:"ticket.new ticket.changed ticket.closed ticket.gone message.new test"`
	Timestamp time.Time `json:"timestamp" doc:"when it happened, to the second"`
	Data      Rung      `json:"data"`
}

// Rung is what it is about.
type Rung struct {
	ID string `json:"id" doc:"of the ticket; empty in a test"`
}

func (b *bell) body() ([]byte, error) {
	return json.Marshal(Ringing{b.kind, time.UnixMicro(b.at).UTC().Truncate(time.Second), Rung{string(b.ticket)}})
}

// Signature is what stands in webhook-signature: the Standard Webhooks scheme, an
// HMAC-SHA256 over id, second and body.
func Signature(secret []byte, id string, at time.Time, body []byte) string {
	m := hmac.New(sha256.New, secret)
	fmt.Fprintf(m, "%s.%d.", id, at.Unix())
	m.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// call rings once and returns what was answered: "204", or a word for why nobody
// did. Foreign words are never kept.
func (r *Room) call(ctx context.Context, h *hook, b *bell) (answer string, heard bool) {
	body, err := b.body()
	if err != nil {
		return "ours", false
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, h.Address, bytes.NewReader(body))
	if err != nil {
		return "address", false
	}
	at := r.now()
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("User-Agent", "webhook/1")
	q.Header.Set("webhook-id", string(b.id))
	q.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	q.Header.Set("webhook-signature", Signature(h.Secret, string(b.id), at, body))
	res, err := r.http.Do(q)
	if err != nil {
		return word(err), false
	}
	defer res.Body.Close()
	io.CopyN(io.Discard, res.Body, 4<<10) // read so far, and not at all kept
	return strconv.Itoa(res.StatusCode), res.StatusCode >= 200 && res.StatusCode < 300
}

// word reduces what went wrong to a word.
func word(err error) string {
	var dns *net.DNSError
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.Is(err, errPrivate):
		return "private"
	case errors.As(err, &dns):
		return "name"
	case errors.As(err, &verify), errors.As(err, &record):
		return "certificate"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "slow"
	}
	return "unreachable"
}
