// Package chat seats a person and a counsellor at one table, live: who waits,
// who is present, who talks with whom, and what becomes of a talk that breaks
// off.
//
// A table is one sitting of one conversation. What is said lies in tickets; a
// table knows only who sits there, since when, and how far each has read. So a
// table that is lost loses no word.
//
// Never: a sentence, a key, or a word that somebody said. Websockets, polls and
// forms are the pages' business: each of them asks for everything after a
// number.
package chat

import (
	"context"
	"log/slog"
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
)

// Topics of the events that leave after commit.
const (
	// TopicTable's subject is the conversation whose table changed. Number is
	// that of a word that was said, where nothing else changed.
	TopicTable   bus.Topic = "table"
	TopicWaiting bus.Topic = "waiting" // no subject: the list of those who wait changed
)

// Keys of the system messages this room writes into a person's conversation.
const (
	SystemTaken   = "chat.taken"   // args: alias
	SystemAway    = "chat.away"    // the counsellor lost the net; a colleague is asked
	SystemHanded  = "chat.handed"  // args: alias of who comes, "" for the next who is free
	SystemBrought = "chat.brought" // args: alias, role: colleague or interpreter
	SystemMissed  = "chat.missed"  // nobody came in time; it is a letter now
	SystemEnded   = "chat.ended"   // args: who: desk, person, idle
	SystemTravel  = "chat.travel"  // must travel within three days; the one on call was told
)

// Postroom is what of post a talk needs: letters without content while nobody
// is signed in, and an end to letters of who wants to be forgotten.
type Postroom interface {
	// Waiting tells somebody, at an address they left, that a message waits.
	Waiting(ctx context.Context, tx *store.Tx, address, lang string, notBefore time.Time) error
	// OnCall tells staff at their work addresses that somebody needs them now.
	OnCall(ctx context.Context, tx *store.Tx, addresses []string) error
	// Stop keeps letters of these tickets that have not left from leaving, and
	// Forget leaves of all their letters only that they were here once.
	Stop(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error
	Forget(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error
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
	Bell    Postroom
	Now     func() time.Time
	Log     *slog.Logger
}

// Room is the room. Its methods may be called from many goroutines.
type Room struct {
	db      *store.DB
	secrets *vault.Secrets
	bus     bus.Bus
	journal *journal.Book
	office  *office.Office
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	router  *tickets.Router
	bell    Postroom
	now     func() time.Time
	log     *slog.Logger

	kept atomic.Pointer[keptLimits]
}

// New makes the room.
func New(h House) *Room {
	r := &Room{
		db: h.DB, secrets: h.Secrets, bus: h.Bus, journal: h.Journal, office: h.Office, staff: h.Staff,
		people: h.People, tickets: h.Tickets, bell: h.Bell, now: h.Now, log: h.Log,
	}
	r.router = tickets.NewRouter(h.Office, h.Staff, h.Tickets, r.presentIDs)
	return r
}

// Router routes by who is here, too.
func (r *Room) Router() *tickets.Router {
	return r.router
}

// ring tells everybody at a table, and who watches the list, that something
// changed.
func (r *Room) ring(tx *store.Tx, conversation helpdesk.ID) {
	tx.After(func() {
		r.bus.Publish(bus.Event{Topic: TopicTable, Subject: conversation})
		r.bus.Publish(bus.Event{Topic: TopicWaiting})
	})
}
