// Package tickets is the case file: the only writer of messages and the place
// where each of them is sealed; queues, owners, notes, drafts and wraps.
//
// Never: a key that outlives the request that needed it, or a sentence for
// people.
package tickets

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Topics of the events that leave after commit. Subject is the ticket or the
// team, Number (tickets only) what Ticket.Last became.
const (
	TopicTicket bus.Topic = "ticket"
	TopicTeam   bus.Topic = "team"
)

// ErrNobody: a conversation has no reader that our own keys vouch for, so
// nothing can be sealed to it.
var ErrNobody = errors.New("no vouched reader")

// House is what the room is built from.
type House struct {
	DB        *store.DB
	Secrets   *vault.Secrets
	Bus       bus.Bus
	Journal   *journal.Book
	Staff     *staff.Desk
	People    *people.Registry
	Aftermath staff.Aftermath // nil keeps no such book
	Now       func() time.Time
	Cost      vault.Cost // of a guess at a link's digits; zero means vault.CodeCost
}

// Desk is the room. Its methods may be called from many goroutines.
type Desk struct {
	db        *store.DB
	secrets   *vault.Secrets
	bus       bus.Bus
	journal   *journal.Book
	staff     *staff.Desk
	people    *people.Registry
	aftermath staff.Aftermath
	now       func() time.Time
	cost      vault.Cost
	links     *staff.Gate // those who type a link's digits wait in a line of their own
	noted     noted
	seeking   chan struct{} // one search of sealed facts at a time
	taking    taking
	packs     packs
	loaded    veiledKept
	closed    struct {
		mu    sync.Mutex
		teams map[helpdesk.ID]bool // which are restricted
	}
}

// New makes the room.
func New(h House) *Desk {
	if h.Cost == (vault.Cost{}) {
		h.Cost = vault.CodeCost
	}
	if h.Aftermath == nil {
		h.Aftermath = staff.NoAftermath{}
	}
	return &Desk{
		db: h.DB, secrets: h.Secrets, bus: h.Bus, journal: h.Journal,
		staff: h.Staff, people: h.People, aftermath: h.Aftermath, now: h.Now, cost: h.Cost,
		links:   staff.NewGate(1, 20, 0, "code.busy"),
		seeking: make(chan struct{}, 1),
	}
}

// alarm tells the operator that a row lacks a valid origin MAC or does not
// open: somebody wrote to the database who is not this program.
func (d *Desk) alarm(ctx context.Context, what string, id helpdesk.ID) {
	d.journal.Alarm(ctx, "tickets."+what, id)
}

// unproven refuses to seal to what nobody vouches for.
func unproven() error { return helpdesk.Refuse("ticket.unproven") }

// ring publishes after commit that a ticket and its team's queues changed.
func (d *Desk) ring(tx *store.Tx, t *row, teams ...helpdesk.ID) {
	d.ringTicket(tx, t)
	teams = append(teams, t.team)
	tx.After(func() {
		for _, team := range teams {
			d.bus.Publish(bus.Event{Topic: TopicTeam, Subject: team})
		}
	})
}

// ringTicket tells those who have the ticket open.
func (d *Desk) ringTicket(tx *store.Tx, t *row) {
	id, last := t.id, t.serial
	tx.After(func() { d.bus.Publish(bus.Event{Topic: TopicTicket, Subject: id, Number: last}) })
}

// record writes one line of the journal in the caller's transaction, about a
// ticket or something else.
func (d *Desk) record(ctx context.Context, tx *store.Tx, actor helpdesk.ID, verb string, object helpdesk.ID) error {
	var t row
	err := tx.QueryRow(ctx, selectVeiledRow, object).Scan(t.dest()...)
	if err == nil {
		return d.recordOf(ctx, tx, actor, verb, &t)
	}
	if !errors.Is(err, helpdesk.ErrNotFound) {
		return fmt.Errorf("record %s of %s: %w", verb, object, err)
	}
	return d.journal.Write(ctx, tx, journal.Entry{At: d.now(), Actor: actor, Verb: verb, Object: object})
}

// recordOf is record for a ticket in hand. Who did what with one of a restricted
// team, and when, is told under another name than its own.
func (d *Desk) recordOf(ctx context.Context, tx *store.Tx, actor helpdesk.ID, verb string, t *row) error {
	object := d.object(t)
	return d.journal.Write(ctx, tx, journal.Entry{At: d.now(), Actor: actor, Verb: verb, Object: object})
}
