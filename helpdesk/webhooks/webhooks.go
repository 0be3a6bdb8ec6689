// Package webhooks rings an organisation's own systems when a ticket moved: an
// https address is told that something happened, to which opaque id, and when;
// what it is, they ask for with a token of their own.
//
//	ticket moves ──same transaction──▶ webhooks_change      (the database's own trigger)
//	                                        │ Share: claimed by deleting it
//	                                        ▼ same transaction
//	                                   webhooks_bell, one for each address that wants it
//	                                        │ Ring: leased, POSTed, signed
//	                          2xx ──▶ done   ┴ else: due again, later each time, for three days
//	                                            then given up, with an alarm
//
// A process that dies anywhere between leaves a line behind that another takes
// up; a bell may ring twice, under one id.
//
// An address may be for some teams' tickets alone. Never: content, a name, or
// anything of a restricted team, whoever asks for it.
package webhooks

import (
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Event is what an address can be told.
type Event string

// The events. TicketGone tells to delete what was kept: it was erased, or went to
// a team the address is not for, as a restricted one always is.
const (
	TicketNew     Event = "ticket.new"
	TicketChanged Event = "ticket.changed"
	TicketClosed  Event = "ticket.closed"
	TicketGone    Event = "ticket.gone"
	MessageNew    Event = "message.new" // also a note
	Test          Event = "test"        // once, to a new address; not to be chosen
)

// Events are those an address may ask for.
func Events() []Event { return []Event{TicketNew, TicketChanged, TicketClosed, TicketGone, MessageNew} }

// What the journal calls the room's deeds. Object is the address's id.
const (
	VerbMade  = "webhooks.made"
	VerbEnded = "webhooks.ended"
	VerbAgain = "webhooks.again" // one that was given up is rung again
)

// House is what the room is built from.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Journal *journal.Book
	Staff   *staff.Desk
	Now     func() time.Time
	Log     *slog.Logger
	// Allowed tells which addresses of the net may be rung; nil allows public ones
	// alone, so that nobody reaches what only our own server can.
	Allowed func(netip.Addr) bool
	// Roots are whom certificates are believed from; nil for the system's.
	Roots *x509.CertPool
}

// Room is the room. Its methods may be called from many goroutines.
type Room struct {
	db      *store.DB
	secrets *vault.Secrets
	journal *journal.Book
	staff   *staff.Desk
	now     func() time.Time
	log     *slog.Logger
	allowed func(netip.Addr) bool
	http    *http.Client
}

// New makes the room.
func New(h House) *Room {
	if h.Allowed == nil {
		h.Allowed = public
	}
	return &Room{db: h.DB, secrets: h.Secrets, journal: h.Journal, staff: h.Staff, now: h.Now, log: h.Log, allowed: h.Allowed, http: caller(h.Allowed, h.Roots)}
}
