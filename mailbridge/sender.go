package mailbridge

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/emersion/go-smtp"
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
	if err := unlessYes(c.Mail(sender, &smtp.MailOptions{Size: int64(len(raw)), UTF8: extended && (foreign || eightBitHeader(raw))})); err != nil {
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
		err := unlessYes(c.Rcpt(address, nil))
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
		c.goodbye()
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
	if _, err := w.CloseWithResponse(); unlessYes(err) != nil {
		o := outcomeOf(err)
		o.Unknown = o.Code == 0
		return o, brokenOff(err)
	}
	c.goodbye()
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

// unlessYes drops the library's complaint about a 2xx that is not the one it knows: the
// first digit says whether it is a yes (RFC 5321 section 4.3.2), and taking a yes
// for a no would send the letter again.
func unlessYes(err error) error {
	var answer *smtp.SMTPError
	if errors.As(err, &answer) && answer.Code/100 == 2 {
		return nil
	}
	return err
}

// brokenOff is nil when the server answered, if only to refuse.
func brokenOff(err error) error {
	var answer *smtp.SMTPError
	if err == nil || errors.As(err, &answer) {
		return nil
	}
	return lineTrouble(err)
}
