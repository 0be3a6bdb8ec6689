package post

import (
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// File is an attachment of a letter to be sent.
type File struct {
	Name, Type string
	Bytes      []byte
}

// LogValue keeps files out of logs.
func (File) LogValue() slog.Value { return sealedValue }

// Answer is a reply in a ticket. To and Cc are addresses as typed, one each,
// with or without a name.
type Answer struct {
	Ticket  helpdesk.ID
	To, Cc  []string
	Subject string // "" takes the subject of the letter that is answered
	Text    string
	Files   []File
	// Seen is Ticket.Last as the author saw it. With anything newer the answer
	// is refused ("reply.newer") unless Anyway.
	Seen     int64
	Anyway   bool
	ClientID string // the same one twice is one answer
	// Secure: the words stay here and the mail says only that they wait.
	Secure bool
	// Beside is the same in the person's language, at most one: it stands first in
	// a plain mail, and beside the answer where they read it here.
	Beside []tickets.Beside
}

// LogValue keeps answers out of logs.
func (Answer) LogValue() slog.Value { return sealedValue }

// First is a letter that begins a conversation.
type First struct {
	Mailbox  helpdesk.ID // whence it goes; its team gets the ticket
	To, Cc   []string
	Subject  string
	Text     string
	Files    []File
	ClientID string
}

// LogValue keeps letters out of logs.
func (First) LogValue() slog.Value { return sealedValue }

// Sent is a letter in the outbox.
type Sent struct {
	Outbox, Ticket, Message helpdesk.ID
	Number                  int64     // of the message in its conversation
	UndoUntil               time.Time // until then it stays in the house
	Again                   bool      // this ClientID was here before, and nothing was done
}

// State is where a letter of ours, or one recipient's copy, stands.
type State string

const (
	Held    State = "held"    // may still be undone
	Waiting State = "waiting" // to be tried (again)
	Sending State = "sending" // a worker has it
	Gone    State = "gone"    // the next server took it over for everybody
	Failed  State = "failed"  // somebody will not get it
	Undone  State = "undone"  // taken back in time

	Accepted State = "accepted" // recipients only: the next server took it
	Delayed  State = "delayed"  // recipients only: taken, and a server further on still tries
	Refused  State = "refused"  // recipients only: for good, at once or by a later report
)

// Outgoing is one letter of ours as the outbox shows it.
type Outgoing struct {
	ID, Ticket, Message, Team, Mailbox, Author helpdesk.ID
	State                                      State
	Made                                       time.Time
	Next                                       time.Time // zero when it is over
	Attempts                                   int
	// Again counts the workers that took it and did not come back. Each may
	// have delivered it: the same bytes, with the same Message-ID, went again.
	Again      int
	Deliveries []Delivery
}

// Delivery is the fate of one recipient, who stands at Position in To and then
// Cc of the message. Code is an enhanced status or SMTP reply code, one of ours
// (CodeExpired and the like) or one of mailbridge's; never a server's text.
type Delivery struct {
	Position int
	State    State
	Code     string
	At       time.Time
}

// AsideKind is why a letter did not become a message.
type AsideKind string

const (
	Unreadable AsideKind = "unreadable"
	Automatic  AsideKind = "automatic" // a program answered or announced something
	Bounce     AsideKind = "bounce"    // one of our letters did not arrive
	Report     AsideKind = "report"    // a read receipt or an abuse report
	List       AsideKind = "list"      // a mailing list handed it on
	Own        AsideKind = "own"       // our own letter came back
	Unwanted   AsideKind = "junk"      // from a writer who is kept out, or to a ticket called junk
)

// Aside is one letter that did not become a message.
type Aside struct {
	ID, Team, Mailbox helpdesk.ID
	Kind              AsideKind
	Reason            string // of Unreadable: that of letter.Unreadable, or ReasonWithheld
	At                time.Time
	Size              int64       // bytes on the mail server
	Whole             bool        // the original can be had; false when it stayed on the server
	Recovered         helpdesk.ID // the conversation it was made into
	Proven            bool        // our own mark stands on it; otherwise somebody else put it here
	Broken            bool        // it does not open, and Summary is empty
	Summary
}

// Summary is what could be read of it; sealed to the team.
type Summary struct {
	From, To, Subject, Date string
	Headers                 []HeaderLine
	MessageID               string
	UIDValidity, UID        uint32
}

// LogValue keeps summaries out of logs.
func (Summary) LogValue() slog.Value { return sealedValue }

// HeaderLine is one readable header of an unreadable letter.
type HeaderLine struct{ Name, Value string }

var sealedValue = slog.StringValue("[sealed]")
