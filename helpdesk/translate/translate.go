// Package translate asks the one LibreTranslate server that the organisation
// runs itself to put words into another language.
//
// Never: a connection to anybody but that server. No redirect is followed, no
// proxy of the environment is used, and a name that suddenly leads out of the
// organisation's own networks is not dialled.
package translate

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// TextMost is how long a text may be, in bytes.
	TextMost = 20_000
	// answerMost bounds what is read of an answer: a translation may be longer
	// than its text, and JSON may spell each letter in six.
	answerMost = 12*TextMost + 4096
	// patience is how long one answer may take. Pages wait for it, and a
	// request as a whole has half a minute.
	patience = 20 * time.Second
)

// Options say where the server is.
type Options struct {
	// URL is http or https, of a host that lies on this machine or in a private
	// network (RFC 1918, RFC 4193, RFC 6598). A path is kept before /translate.
	URL string
	// Key is sent along where the server wants one; "" for none.
	Key string
	// Outside names the URL's own host once more where it lies elsewhere, so
	// that nobody sends words out by a slip. Only https then.
	Outside string
	// Roots vouch for its certificate; nil for the machine's own.
	Roots *x509.CertPool
	// Resolve looks a name up; nil for the machine's own way.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// AtOnce is how many may wait for an answer; 0 for four.
	AtOnce int
}

// LogValue keeps the key out of logs.
func (o Options) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Client is the way to that server. Its methods may be called from many
// goroutines.
type Client struct {
	base    *url.URL
	key     string
	http    *http.Client
	dial    *dialler
	waiting chan struct{}
}

// LogValue keeps the key out of logs.
func (*Client) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String keeps it out of fmt, too.
func (*Client) String() string { return "translate.Client [sealed]" }

var (
	errAddress = errors.New("the server's address must be http:// or https:// with a host, and no user, query or fragment")
	errOutside = errors.New("plain http leaves this machine's networks: a server outside is reached by https alone")
	errAllowed = errors.New("the host that is allowed outside is not the server's")
)

// New makes a client and connects to nobody yet.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errAddress
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return nil, errAddress
	}
	if o.Outside != "" && !strings.EqualFold(o.Outside, u.Hostname()) {
		return nil, errAllowed
	}
	if o.Outside != "" && u.Scheme != "https" {
		return nil, errOutside
	}
	if o.AtOnce == 0 {
		o.AtOnce = 4
	}
	d := &dialler{host: u.Hostname(), port: port, outside: o.Outside != "", resolve: o.Resolve}
	if d.resolve == nil {
		d.resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	c := &Client{base: u, key: o.Key, dial: d, waiting: make(chan struct{}, o.AtOnce)}
	c.http = &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     d.transport(o.Roots),
	}
	return c, nil
}
