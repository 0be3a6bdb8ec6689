// Package post is the postroom: letters become messages, answers become
// letters; threading, the same letter again, what is no letter to answer, and
// the outbox.
//
// Never: a letter to anybody who did not stand in the session's own To or Cc,
// or the words of a letter in a log, an error or a row that is not sealed.
package post

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge"
)

// Words are the catalogues, for what is written into a mail.
type Words interface {
	Say(lang, key string, args ...any) string
}

// Deliverer hands bytes to a mail server; mailbridge.Sender is one. It answers
// an outcome for each recipient, whatever happens.
type Deliverer interface {
	Deliver(ctx context.Context, srv mailbridge.Server, from string, rcpts []string, raw []byte) (map[string]mailbridge.Outcome, error)
}

// TopicOutbox rings when something changed about a letter on its way. Subject
// is its author.
const TopicOutbox bus.Topic = "outbox"

// Keys of the system messages this room writes. Their arguments are sealed
// with them: the addresses, with commas, and a code (see Delivery).
const (
	SystemUndelivered = "post.undelivered" // our server or the next one refused it, or two days were over
	SystemReturned    = "post.returned"    // it was accepted and came back later: the address is no good
	// It came back, and the address may be good another day: a full mailbox, a
	// server that was not there.
	SystemReturnedSoft = "post.returned_soft"
	SystemDelayed      = "post.delayed" // a server further on still tries
)

// House is what the room is built from.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Bus     bus.Bus
	Journal *journal.Book
	Office  *office.Office
	Staff   *staff.Desk
	People  *people.Registry
	Tickets *tickets.Desk
	Words   Words
	Deliver Deliverer
	// Tokens is what a mailbox signs in by instead of a password; nil, and nil for
	// one that has a password.
	Tokens func(office.Mailbox) mailbridge.Tokens
	// Links makes the address of a link in a language, with the secret behind #,
	// and the address where its digits are typed; nil where no pages are served.
	Links func(lang, fragment string) (link, typed string)
	Now   func() time.Time
	Log   *slog.Logger
}

// Postroom is the room. It implements mailbridge.Receiver and Beginner; its
// methods may be called from many goroutines.
type Postroom struct {
	db        *store.DB
	secrets   *vault.Secrets
	bus       bus.Bus
	journal   *journal.Book
	office    *office.Office
	staff     *staff.Desk
	people    *people.Registry
	tickets   *tickets.Desk
	router    *tickets.Router
	words     Words
	deliverer Deliverer
	tokens    func(office.Mailbox) mailbridge.Tokens
	links     func(lang, fragment string) (link, typed string)
	now       func() time.Time
	log       *slog.Logger

	kept   atomic.Pointer[mailboxes]
	lanes  lanes        // of the outbox
	shaken atomic.Int64 // when the outbox last met a database that was away; microseconds
	large  sync.Mutex   // see alone
}

// New makes the room.
func New(h House) *Postroom {
	return &Postroom{
		// Who is at their desk is known further on; for a letter the roster says enough.
		router: tickets.NewRouter(h.Office, h.Staff, h.Tickets, nil),
		db:     h.DB, secrets: h.Secrets, bus: h.Bus, journal: h.Journal, office: h.Office, staff: h.Staff,
		people: h.People, tickets: h.Tickets, words: h.Words, deliverer: h.Deliver, tokens: h.Tokens, links: h.Links, now: h.Now, log: h.Log,
	}
}

var (
	_ mailbridge.Receiver   = (*Postroom)(nil)
	_ mailbridge.Beginner   = (*Postroom)(nil)
	_ mailbridge.Rememberer = (*Postroom)(nil)
)

// largeLetter is from how many bytes on a letter is read alone.
const largeLetter = 2 << 20

// alone lets one large letter at a time be read, however many mailboxes bring
// one: reading takes four times its size in memory, and some tenths of a second.
func (p *Postroom) alone(size int) (done func()) {
	if size < largeLetter {
		return func() {}
	}
	p.large.Lock()
	return p.large.Unlock
}

// ring publishes after commit that an author's letter changed.
func (p *Postroom) ring(tx *store.Tx, author helpdesk.ID) {
	tx.After(func() { p.bus.Publish(bus.Event{Topic: TopicOutbox, Subject: author}) })
}

func teamEvent(team helpdesk.ID) bus.Event { return bus.Event{Topic: tickets.TopicTeam, Subject: team} }
