// Package retention lets go of what had its time: by the rules of the office, a
// step at a time at night, and sooner where somebody's person asks for it.
//
// It looks at what stands in plain alone, for at night nobody is there who could
// open anything: that a ticket is closed and when its last word was. A restricted
// team's ticket tells the half of a year, so it goes up to six months later than
// another. What is open, what has a date that still runs (a right that was asked
// for is one), what somebody outside may still read and what a coordinator
// postponed is not taken. Rules that nobody ever saved erase nothing.
//
// A step is one transaction of a few rows: what it erases, in every room, and
// what it counts. So a process that is killed leaves whole steps, and the next
// run goes on by the rules alone; nothing is remembered of what is left to do.
// For the same reason a backup that is put back needs no list of what went by its
// age: the rules erase it again. Tickets stand in the aftermath log besides, by
// the door.
//
// Never: a word of what it erases, in rows, in the log or in the journal. It
// keeps ids of what is still there, and counts.
package retention

import (
	"context"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// The journal's names of what is done here. The object of a run is its id.
const (
	VerbRan      = "retention.ran"
	VerbHeld     = "retention.held"
	VerbReleased = "retention.released"
	VerbAsked    = "retention.asked"
	VerbUnasked  = "retention.unasked"
)

// Others are the rooms behind the desk, as cmd wires them: letters, branches, the
// door.
type Others interface {
	// Stop closes what anybody outside could read of tickets.
	Stop(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error
	// Forget destroys what they keep of tickets.
	Forget(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error
	// Running are those that are not to be erased by their age yet.
	Running(ctx context.Context, r store.Reader, tickets []helpdesk.ID) ([]helpdesk.ID, error)
}

// House is what the room is built from.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Journal *journal.Book
	Office  *office.Office
	Staff   *staff.Desk
	People  *people.Registry
	Tickets *tickets.Desk
	Post    *post.Postroom
	Chat    *chat.Room
	Others  Others
	// Servers asks all mail servers to erase letters that are gone here, and
	// tells how many they erased; an error where one could not be asked. Nil where
	// no mail is collected.
	Servers func(context.Context, *post.GoneLetters) (int, error)
	Now     func() time.Time
	Log     *slog.Logger
}

// Room is the room. Its methods may be called from many goroutines.
type Room struct{ House }

// New makes the room.
func New(h House) *Room { return &Room{h} }

// today is the day that it is, in UTC.
func (r *Room) today() time.Time { return r.Now().UTC().Truncate(24 * time.Hour) }
