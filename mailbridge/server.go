package mailbridge

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Secret is a password that no log and no error can show. string(s) is the
// only way to it.
type Secret string

const sealed = "[sealed]"

func (Secret) String() string       { return sealed }
func (Secret) GoString() string     { return sealed }
func (Secret) LogValue() slog.Value { return slog.StringValue(sealed) }

// MarshalText seals the secret in JSON and the like, too.
func (Secret) MarshalText() ([]byte, error) { return []byte(sealed), nil }

// Server is an IMAP or SMTP server and who signs in there.
//
//	imaps, smtps                    TLS from the first byte
//	imap, smtp                      STARTTLS, without fail; plain to loopback only
//	imap+insecure, smtp+insecure    plain, by explicit wish
type Server struct {
	Scheme   string
	Host     string
	Port     int
	User     string
	Password Secret
	Tokens   Tokens         // instead of the password, where not nil
	RootCAs  *x509.CertPool // nil: the system's
}

var ports = map[string]int{
	"imaps": 993, "imap": 143, "imap+insecure": 143,
	"smtps": 465, "smtp": 587, "smtp+insecure": 25,
}

// ErrPasswordInAddress refuses addresses such as imaps://user:password@host:
// addresses are shown and logged.
var ErrPasswordInAddress = errors.New("the password does not belong in the address")

// ParseIMAP reads imaps://user@host:993/Folder. User, port and folder may be
// missing; a user name may itself hold an @.
func ParseIMAP(address string) (Server, string, error) {
	u, s, err := parse(address, "imap")
	if err != nil {
		return Server{}, "", fmt.Errorf("read IMAP address: %w", err)
	}
	folder := strings.TrimPrefix(u.Path, "/")
	if folder == "" {
		folder = "INBOX"
	}
	return s, folder, nil
}

// ParseSMTP reads smtps://user@host:465.
func ParseSMTP(address string) (Server, error) {
	u, s, err := parse(address, "smtp")
	if err != nil {
		return Server{}, fmt.Errorf("read SMTP address: %w", err)
	}
	if strings.Trim(u.Path, "/") != "" {
		return Server{}, errors.New("read SMTP address: it has no folder")
	}
	return s, nil
}

func parse(address, family string) (*url.URL, Server, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		// url.Error would repeat the address, which may hold a password.
		return nil, Server{}, errors.New("not an address")
	}
	if _, has := u.User.Password(); has {
		return nil, Server{}, ErrPasswordInAddress
	}
	port, known := ports[u.Scheme]
	if !known || !strings.HasPrefix(u.Scheme, family) {
		return nil, Server{}, fmt.Errorf("it must begin with %ss://, %s:// or %s+insecure://", family, family, family)
	}
	if u.Hostname() == "" {
		return nil, Server{}, errors.New("the host is missing")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return nil, Server{}, errors.New("nothing may follow the host and folder")
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, Server{}, errors.New("the port is no port")
		}
	}
	return u, Server{Scheme: u.Scheme, Host: u.Hostname(), Port: port, User: u.User.Username()}, nil
}

// String is the address without the password.
func (s Server) String() string {
	u := url.URL{Scheme: s.Scheme, Host: s.address()}
	if s.User != "" {
		u.User = url.User(s.User)
	}
	return u.String()
}

// LogValue shows where, not who.
func (s Server) LogValue() slog.Value { return slog.StringValue(s.Scheme + "://" + s.address()) }

func (s Server) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// loopback is decided by what the operator wrote, never by a name server:
// otherwise whoever answers for the name could talk us out of TLS.
func (s Server) loopback() bool {
	ip := net.ParseIP(s.Host)
	return strings.EqualFold(s.Host, "localhost") || ip != nil && ip.IsLoopback()
}

type security int

const (
	implicitTLS security = iota
	startTLS
	plaintext
)

// security is how the connection is protected. Anything unknown is as strict
// as possible.
func (s Server) security() security {
	switch s.Scheme {
	case "imap+insecure", "smtp+insecure":
		return plaintext
	case "imap", "smtp":
		if s.loopback() {
			return plaintext
		}
		return startTLS
	}
	return implicitTLS
}
