// Package consent is the door: what a person allows, to whom, until when, and
// the only way by which anything about them leaves the house.
//
// Never: content to anybody outside without a consent that is valid at that
// instant, or an approved exception; and never a withdrawal that is refused.
package consent

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// TopicConsent rings when a consent changed; Subject is its ticket.
const TopicConsent bus.Topic = "consent"

// What the journal calls the room's deeds. Object is the ticket.
const (
	VerbAsked       = "consent.asked"
	VerbReplied     = "consent.answered"
	VerbWithdrawn   = "consent.withdrawn"
	VerbRevoked     = "consent.revoked"
	VerbInvalidated = "consent.invalidated"
	VerbNotice      = "consent.notice_void" // Object is the notice
	VerbPurpose     = "consent.purpose_void"
)

// Target is an organisation as the directory knows it now.
type Target struct {
	ID      helpdesk.ID
	Name    string
	Kind    string // own, branch, partner, authority, sister, unverified
	Country string // ISO 3166-1 alpha-2
	Vetted  bool   // vetted, and the vetting has not run out
	Shares  bool   // shares with authorities
	Takes   string // no, signpost, warm, package
}

// Words says sentences in a language of the house.
type Words interface {
	Say(lang, key string, args ...any) string
	Has(lang string) bool
}

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
	Post    *post.Postroom
	// Target finds an organisation in the directory; ErrNotFound for none.
	Target func(ctx context.Context, id helpdesk.ID) (Target, error)
	// Endings lists the vettings that end within thirty days, or have ended; nil
	// where there is no directory.
	Endings func(ctx context.Context) ([]Ending, error)
	// Aftermath outlives the database; nil for none.
	Aftermath *Aftermath
	Words     Words
	Now       func() time.Time
	Log       *slog.Logger
	// CodeCost is that of a guess at a link's code; zero means vault.CodeCost.
	CodeCost vault.Cost
}

// Door is the wing's front door. Its methods may be called from many
// goroutines.
type Door struct {
	House
	ledger *ledger.Book
	book   *referrals.Book
	gate   *staff.Gate // before the Argon2id of links and codes
	cost   vault.Cost
	// changed are called in the transaction in which a consent came to another
	// state, whoever brought it there, so that what hangs on it follows: an end
	// (withdrawn, expired, revoked, invalidated) deletes what was released.
	changed []func(ctx context.Context, tx *store.Tx, consent helpdesk.ID, state grants.State) error
}

// New makes the room.
func New(h House) *Door {
	d := &Door{House: h}
	d.book = referrals.New(referrals.House{DB: h.DB, Secrets: h.Secrets, Journal: h.Journal, Now: h.Now, Log: h.Log})
	d.gate, d.cost = staff.NewGate(2, 20, 4, "refer.busy"), h.CodeCost
	if d.cost == (vault.Cost{}) {
		d.cost = vault.CodeCost
	}
	d.changed = append(d.changed, d.consentChanged, d.branchChanged)
	d.ledger = ledger.New(ledger.House{DB: h.DB, Secrets: h.Secrets, Journal: h.Journal, Now: h.Now, Log: h.Log, Moved: d.headMoved})
	return d
}

// note writes a deed into the journal and rings for who looks at the ticket.
func (d *Door) note(ctx context.Context, tx *store.Tx, actor helpdesk.ID, verb string, ticket helpdesk.ID) error {
	if err := d.Journal.Write(ctx, tx, journal.Entry{Actor: actor, Verb: verb, Object: ticket}); err != nil {
		return fmt.Errorf("note %s: %w", verb, err)
	}
	d.ring(tx, ticket)
	return nil
}

func (d *Door) ring(tx *store.Tx, ticket helpdesk.ID) {
	tx.After(func() { d.Bus.Publish(bus.Event{Topic: TopicConsent, Subject: ticket}) })
}
