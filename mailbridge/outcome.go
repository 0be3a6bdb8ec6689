package mailbridge

import (
	"errors"
	"fmt"

	"github.com/emersion/go-smtp"
)

// Verdict is what became of a letter for one recipient.
type Verdict int

// Deferred is the zero Verdict: what is not known to be accepted or refused
// is tried again, with the same bytes.
const (
	Deferred Verdict = iota
	Accepted
	Refused // for good
)

func (v Verdict) String() string {
	switch v {
	case Accepted:
		return "accepted"
	case Refused:
		return "refused"
	}
	return "deferred"
}

// Outcome is one recipient's verdict.
type Outcome struct {
	State    Verdict
	Code     int    // SMTP reply code (RFC 5321 section 4.2); 0 when no server spoke
	Enhanced string // such as 5.1.1 (RFC 3463); may be empty
	Reason   Reason // when no server spoke, or what we know beyond its code
	// Unknown marks a Deferred letter that may have been accepted: the
	// connection broke after its last byte. A retry may deliver it twice, with
	// one Message-ID.
	Unknown bool
}

// Reason says why without a server's words.
type Reason string

// The reasons of outcomes.
const (
	NoReason      Reason = ""
	BadAddress    Reason = "bad_address"    // not something SMTP can carry
	NeedsSMTPUTF8 Reason = "needs_smtputf8" // the server cannot carry this address (RFC 6531)
	LetterTooBig  Reason = "letter_too_big" // beyond the SIZE the server announced (RFC 1870)
	NoConnection  Reason = "no_connection"  // see the error of Deliver
)

// ours are refusals of us, not of the letter or its recipients (RFC 4954 section
// 6): somebody can put them right, and then the letter may still go.
var ours = map[int]bool{530: true, 534: true, 535: true, 538: true}

// outcomeOf reads an answer to RCPT, MAIL or DATA.
func outcomeOf(err error) Outcome {
	var answer *smtp.SMTPError
	switch {
	case err == nil:
		return Outcome{State: Accepted, Code: 250}
	case !errors.As(err, &answer):
		return Outcome{State: Deferred, Reason: NoConnection}
	}
	o := Outcome{State: Deferred, Code: answer.Code}
	if e := answer.EnhancedCode; e[0] > 0 {
		o.Enhanced = fmt.Sprintf("%d.%d.%d", e[0], e[1], e[2])
	}
	if answer.Code/100 == 5 && !ours[answer.Code] {
		o.State = Refused
	}
	return o
}
