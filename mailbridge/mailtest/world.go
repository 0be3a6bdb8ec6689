// Package mailtest is a mail world in memory: real IMAP and SMTP servers on
// loopback in which the house and the persons have mailboxes, for tests and
// for the demo.
//
// Never: a mail that leaves the process. What is sent to an address outside
// the world is accepted, logged and goes nowhere.
package mailtest

import (
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// Options shape a world. The zero value is a complete, friendly one.
type Options struct {
	NoIdle      bool // the IMAP server does not offer IDLE (RFC 2177); not hidden after STARTTLS
	NoMove      bool // nor MOVE (RFC 6851)
	NoUIDPlus   bool // nor UID EXPUNGE (RFC 4315)
	NoStartTLS  bool // neither IMAP nor SMTP offers STARTTLS
	UTF8        bool // the SMTP server offers SMTPUTF8 (RFC 6531)
	RequireAuth bool // the SMTP server wants a sign-in before MAIL
	Tokens      bool // and takes an Issuer's tokens alone
	MaxSize     int64
	Certificate Certificate // which certificate the servers show
}

// World is a running mail world. Its methods may be called from any goroutine.
type World struct {
	certs *Certificates
	imap  *imapserver.Server
	smtp  *smtp.Server

	plain, secure         *listener // IMAP
	smtpPlain, smtpSecure *listener

	mu     sync.Mutex
	users  map[string]*user
	outbox []Accepted
	faults faults
}

type user struct {
	password string
	box      *imapmemserver.User
}

// Accepted is one transaction the SMTP server answered with 250, or one
// World.Send.
type Accepted struct {
	At   time.Time
	From string
	To   []string
	Raw  []byte
}

// Start opens the servers on free ports of 127.0.0.1. Close ends them.
func Start(o Options) (*World, error) {
	certs, err := NewCertificates(o.Certificate)
	if err != nil {
		return nil, fmt.Errorf("start mail world: %w", err)
	}
	w := &World{certs: certs, users: map[string]*user{}}
	w.imap = newIMAP(w, o)
	w.smtp = newSMTP(w, o)

	for _, l := range []**listener{&w.plain, &w.secure, &w.smtpPlain, &w.smtpSecure} {
		if *l, err = listen(); err != nil {
			w.Close()
			return nil, fmt.Errorf("start mail world: %w", err)
		}
	}
	var plain, secure net.Listener = w.plain, certs.over(w.secure)
	if o.NoIdle {
		plain, secure = withoutIdle{plain}, withoutIdle{secure}
	}
	go w.imap.Serve(plain)
	go w.imap.Serve(secure)
	go w.smtp.Serve(w.smtpPlain)
	go w.smtp.Serve(certs.over(w.smtpSecure))
	return w, nil
}

// TB is the part of testing.TB that Test needs; naming it here keeps package
// testing out of the demo.
type TB interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
}

// Test starts a world that ends with the test.
func Test(t TB, o Options) *World {
	t.Helper()
	w, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// AddUser opens a mailbox for an address, with the folders INBOX, Sent and
// Archive. The address is also the sign-in name; letter case does not matter.
func (w *World) AddUser(addr, password string) error {
	box := imapmemserver.NewUser(fold(addr), password)
	for _, folder := range []string{"INBOX", "Sent", "Archive"} {
		if err := box.Create(folder, nil); err != nil {
			return fmt.Errorf("add mail user: %w", err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users[fold(addr)] != nil {
		return fmt.Errorf("add mail user: %s exists", addr)
	}
	w.users[fold(addr)] = &user{password: password, box: box}
	return nil
}

// Append lays a mail into a folder, past any SMTP, and wakes those who IDLE
// there. Flags are IMAP flags such as `\Seen`; a zero date means now.
func (w *World) Append(addr, folder string, raw []byte, flags []string, date time.Time) error {
	u := w.user(addr)
	if u == nil {
		return fmt.Errorf("append mail: no mailbox %s", addr)
	}
	opt := &imap.AppendOptions{Time: date}
	for _, f := range flags {
		opt.Flags = append(opt.Flags, imap.Flag(f))
	}
	if _, err := u.box.Append(folder, newLiteral(raw), opt); err != nil {
		return fmt.Errorf("append mail to %s: %w", folder, err)
	}
	return nil
}

// Send carries a mail as SMTP would: into the INBOX of every recipient who
// lives in this world, and into the Outbox.
func (w *World) Send(from string, to []string, raw []byte) error {
	for _, addr := range to {
		if w.user(addr) == nil {
			continue
		}
		if err := w.Append(addr, "INBOX", raw, nil, time.Time{}); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outbox = append(w.outbox, Accepted{At: time.Now(), From: from, To: append([]string(nil), to...), Raw: raw})
	return nil
}

// Outbox lists everything accepted so far, oldest first.
func (w *World) Outbox() []Accepted {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Accepted(nil), w.outbox...)
}

// IMAPAddr speaks plain IMAP and offers STARTTLS.
func (w *World) IMAPAddr() string { return w.plain.Addr().String() }

// IMAPSAddr speaks IMAP under implicit TLS.
func (w *World) IMAPSAddr() string { return w.secure.Addr().String() }

// SMTPAddr speaks plain SMTP and offers STARTTLS.
func (w *World) SMTPAddr() string { return w.smtpPlain.Addr().String() }

// SMTPSAddr speaks SMTP under implicit TLS.
func (w *World) SMTPSAddr() string { return w.smtpSecure.Addr().String() }

// CertPool holds the authority that signed the world's certificate, which
// names localhost, 127.0.0.1, ::1 and mail.example.test.
func (w *World) CertPool() *x509.CertPool { return w.certs.pool }

// Disconnect cuts every IMAP and SMTP connection; the servers go on.
func (w *World) Disconnect() {
	for _, l := range []*listener{w.plain, w.secure, w.smtpPlain, w.smtpSecure} {
		l.cut()
	}
}

// Close ends the world and all its connections.
func (w *World) Close() {
	w.imap.Close()
	w.smtp.Close()
	for _, l := range []*listener{w.plain, w.secure, w.smtpPlain, w.smtpSecure} {
		if l != nil {
			l.Close()
			l.cut()
		}
	}
}

// user finds whose mailbox an address reaches: local+tag@domain is
// local@domain's (RFC 5233), as on most servers.
func (w *World) user(addr string) *user {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u := w.users[fold(addr)]; u != nil {
		return u
	}
	local, domain, _ := strings.Cut(fold(addr), "@")
	local, _, _ = strings.Cut(local, "+")
	return w.users[local+"@"+domain]
}

func fold(addr string) string { return strings.ToLower(strings.TrimSpace(addr)) }

// listener remembers its connections, so that tests can cut them.
type listener struct {
	net.Listener
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

func listen() (*listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &listener{Listener: l, conns: map[net.Conn]struct{}{}}, nil
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[c] = struct{}{}
	return &tracked{Conn: c, of: l}, nil
}

func (l *listener) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		c.Close()
	}
}

type tracked struct {
	net.Conn
	of *listener
}

func (c *tracked) Close() error {
	c.of.mu.Lock()
	delete(c.of.conns, c.Conn)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

// quiet: what goes wrong on a connection is the client's to report.
var quiet = log.New(io.Discard, "", 0)
