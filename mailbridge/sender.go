package mailbridge

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"golang.org/x/net/idna"
)

// Sender delivers letters over SMTP, one connection each. The zero Sender is
// ready. It keeps nothing: the outbox, which knows what was sent and when to
// try again, is the caller's.
type Sender struct {
	LocalName string        // what we say in EHLO; localhost by default
	Timeout   time.Duration // for each step; 1 min by default
	Final     time.Duration // for the answer to the last byte, in which servers scan; 5 min by default (RFC 5321 section 4.5.3.2.6 asks for 10)
	Dial      DialFunc      // nil: TCP
}

// most a server may say during one delivery: answers are collected whole.
const smtpChatter = 1 << 20

// Deliver hands raw to a server for some recipients and answers an Outcome for
// each of them, keyed as given, whatever happens. The error says why there was
// no connection to speak of (all outcomes are then Deferred) and has a Code.
// Addresses are bare (no <>). After ctx ends, the connection is cut.
func (d Sender) Deliver(ctx context.Context, srv Server, from string, rcpts []string, raw []byte) (map[string]Outcome, error) {
	all := make(map[string]Outcome, len(rcpts))
	for _, to := range rcpts {
		all[to] = Outcome{State: Deferred, Reason: NoConnection}
	}
	c, err := d.connect(ctx, srv)
	if err != nil {
		return all, err
	}
	defer c.close()

	if limit, known := c.MaxMessageSize(); known && limit > 0 && len(raw) > limit {
		return fill(all, Outcome{State: Refused, Code: 552, Enhanced: "5.3.4", Reason: LetterTooBig}), nil
	}
	extended, _ := c.Extension("SMTPUTF8")
	sender, reason := carry(from, extended)
	if reason != NoReason {
		return fill(all, Outcome{State: Refused, Reason: reason}), nil
	}
	wire := make(map[string]string, len(rcpts)) // as given -> as sent
	foreign := !ascii(sender)
	for _, to := range rcpts {
		address, reason := carry(to, extended)
		if reason != NoReason || to == "" {
			all[to] = Outcome{State: Refused, Reason: cmp.Or(reason, BadAddress)}
			continue
		}
		wire[to] = address
		foreign = foreign || !ascii(address)
	}
	if len(wire) == 0 {
		return all, nil
	}
	if err := c.Mail(sender, &smtp.MailOptions{Size: int64(len(raw)), UTF8: extended && (foreign || eightBitHeader(raw))}); err != nil {
		for to := range wire {
			all[to] = outcomeOf(err)
		}
		return all, brokenOff(err)
	}
	taken := make([]string, 0, len(wire))
	for _, to := range rcpts {
		address, ok := wire[to]
		if !ok {
			continue
		}
		delete(wire, to) // a recipient named twice is asked once
		err := c.Rcpt(address, nil)
		all[to] = outcomeOf(err)
		if all[to].Code == 552 {
			all[to] = Outcome{State: Deferred, Code: 552, Enhanced: all[to].Enhanced} // RFC 5321 section 4.5.3.1.10
		}
		if broken := brokenOff(err); broken != nil {
			return fillTaken(all, taken, Outcome{State: Deferred, Reason: NoConnection}), broken
		}
		if err == nil {
			taken = append(taken, to)
		}
	}
	if len(taken) == 0 {
		c.Quit()
		return all, nil
	}
	outcome, err := c.data(raw)
	return fillTaken(all, taken, outcome), err
}

// data sends the letter itself.
func (c *carrier) data(raw []byte) (Outcome, error) {
	w, err := c.Data()
	if err != nil {
		return outcomeOf(err), brokenOff(err)
	}
	if _, err := w.Write(raw); err != nil {
		return Outcome{State: Deferred, Reason: NoConnection}, lineTrouble(err)
	}
	c.allow(c.sender.Final, c.sender.Final)
	if _, err := w.CloseWithResponse(); err != nil {
		o := outcomeOf(err)
		o.Unknown = o.Code == 0
		return o, brokenOff(err)
	}
	c.allow(c.sender.Timeout, c.sender.Timeout)
	c.Quit() // the letter is accepted; how the server says goodbye does not matter
	return Outcome{State: Accepted, Code: 250}, nil
}

func fill(all map[string]Outcome, o Outcome) map[string]Outcome {
	for to := range all {
		all[to] = o
	}
	return all
}

func fillTaken(all map[string]Outcome, taken []string, o Outcome) map[string]Outcome {
	for _, to := range taken {
		all[to] = o
	}
	return all
}

// brokenOff is nil when the server answered, if only to refuse.
func brokenOff(err error) error {
	var answer *smtp.SMTPError
	if err == nil || errors.As(err, &answer) {
		return nil
	}
	return lineTrouble(err)
}

// carrier is one SMTP connection.
type carrier struct {
	*smtp.Client
	*hurried
	sender Sender
	unhook func() bool
}

func (c *carrier) close() {
	c.unhook()
	c.Client.Close()
}

// Close is the connection's; naming it settles which of the two is meant.
func (c *carrier) Close() error { return c.Client.Close() }

func (d Sender) connect(ctx context.Context, srv Server) (*carrier, error) {
	if d.Timeout <= 0 {
		d.Timeout = time.Minute
	}
	if d.Final <= 0 {
		d.Final = 5 * time.Minute
	}
	if d.LocalName == "" {
		d.LocalName = "localhost"
	}
	raw, err := d.Dial.dial(ctx, srv, d.Timeout)
	if err != nil {
		return nil, err
	}
	var under net.Conn = raw
	if srv.security() == implicitTLS {
		if under, err = srv.shake(ctx, raw, d.Timeout); err != nil {
			return nil, err
		}
	}
	line := &hurried{Conn: &earful{Conn: under, left: smtpChatter}}
	line.allow(d.Timeout, 10*d.Timeout)
	c := &carrier{hurried: line, sender: d, unhook: context.AfterFunc(ctx, func() { raw.Close() })}
	if err := c.greet(srv); err != nil {
		c.unhook()
		raw.Close()
		return nil, err
	}
	c.CommandTimeout, c.SubmissionTimeout = d.Timeout, d.Final
	if err := c.signIn(srv); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *carrier) greet(srv Server) error {
	if srv.security() != startTLS {
		c.Client = smtp.NewClient(c.hurried)
		c.CommandTimeout = c.sender.Timeout
		return greeted(c.Hello(c.sender.LocalName), false)
	}
	// What the server said before TLS is thrown away by the library together
	// with its buffer, and EHLO is asked again.
	client, err := smtp.NewClientStartTLS(c.hurried, srv.tls())
	if err != nil {
		var answer *smtp.SMTPError
		if errors.As(err, &answer) {
			return trouble(Declined, err)
		}
		t := lineTrouble(err)
		if CodeOf(t) == Protocol {
			// The one error the library makes up itself, without a type.
			return trouble(StartTLSMissing, err)
		}
		return t
	}
	c.Client = client
	c.CommandTimeout = c.sender.Timeout
	return greeted(client.Hello(c.sender.LocalName), true)
}

// greeted names why EHLO failed; over STARTTLS the handshake happens in it.
func greeted(err error, handshake bool) error {
	var answer *smtp.SMTPError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &answer):
		return trouble(Declined, err)
	}
	t := lineTrouble(err)
	if handshake && CodeOf(t) == Protocol {
		return tlsTrouble(err)
	}
	return t
}

// signIn gives the password away only where security allows it: under TLS, on
// loopback, or where the operator wrote smtp+insecure.
func (c *carrier) signIn(srv Server) error {
	if srv.User == "" {
		return nil
	}
	var mechanism sasl.Client
	switch {
	case c.SupportsAuth(sasl.Plain):
		mechanism = sasl.NewPlainClient("", srv.User, string(srv.Password))
	case c.SupportsAuth(sasl.Login):
		mechanism = sasl.NewLoginClient(srv.User, string(srv.Password))
	default:
		return trouble(SignInMethod, errors.New("neither PLAIN nor LOGIN is offered"))
	}
	err := c.Auth(mechanism)
	var answer *smtp.SMTPError
	if errors.As(err, &answer) {
		return trouble(SignIn, err)
	}
	return brokenOff(err)
}

// carry makes an address fit for the wire: with SMTPUTF8 as it is, else with
// its domain in ASCII (RFC 5891). The empty reverse path <> is an address.
func carry(address string, extended bool) (string, Reason) {
	if address == "" {
		return "", NoReason
	}
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at == len(address)-1 || len(address) > 254 || !utf8.ValidString(address) {
		return "", BadAddress
	}
	for _, c := range address {
		if c <= ' ' || c == '<' || c == '>' || c == 0x7f {
			return "", BadAddress // could end the command and begin another
		}
	}
	if ascii(address) || extended {
		return address, NoReason
	}
	if !ascii(address[:at]) {
		return "", NeedsSMTPUTF8
	}
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		return "", BadAddress
	}
	return address[:at+1] + domain, NoReason
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func eightBitHeader(raw []byte) bool {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	return !ascii(string(head))
}

// earful limits what a server may say in all.
type earful struct {
	net.Conn
	left int
}

func (e *earful) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, trouble(Hostile, errHostile)
	}
	n, err := e.Conn.Read(p[:min(len(p), e.left)])
	e.left -= n
	return n, err
}
