package mailbridge

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// smtpChatter is the most a server may say during one delivery: the library
// collects an answer whole, however many lines it has.
const smtpChatter = 1 << 20

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
	if err := c.signIn(ctx, srv); err != nil {
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

// signIn gives password or token away only where security allows it: under TLS, on
// loopback, or where the operator wrote smtp+insecure.
func (c *carrier) signIn(ctx context.Context, srv Server) error {
	if srv.User == "" {
		return nil
	}
	switch {
	case srv.Tokens != nil:
		return bear(ctx, srv, c.SupportsAuth, c.authenticate)
	case c.SupportsAuth(sasl.Plain):
		return c.authenticate(sasl.NewPlainClient("", srv.User, string(srv.Password)))
	case c.SupportsAuth(sasl.Login):
		return c.authenticate(sasl.NewLoginClient(srv.User, string(srv.Password)))
	}
	return trouble(SignInMethod, errors.New("neither PLAIN nor LOGIN is offered"))
}

func (c *carrier) authenticate(mechanism sasl.Client) error {
	err := c.Auth(mechanism)
	var answer *smtp.SMTPError
	switch {
	case errors.As(err, &answer) && answer.Code/100 == 4: // RFC 4954 section 6: its own trouble, not the password
		return trouble(Declined, err)
	case errors.As(err, &answer):
		return trouble(SignIn, err)
	}
	return brokenOff(err)
}

// farewell is how long a server may take to say goodbye. What became of the
// letter is known, and nobody must wait to write it down.
const farewell = 2 * time.Second

func (c *carrier) goodbye() {
	c.CommandTimeout = min(c.sender.Timeout, farewell)
	c.allow(c.CommandTimeout, c.CommandTimeout)
	c.Quit()
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
