// Package branches is the local branches' side: volunteers hand hard cases on,
// stay beside the person, ask without names, give cards away and are stood
// beside themselves.
//
// Never: a ticket shown to a branch. What a branch reads about a person is the
// thread of its own hand-on, opened at each look by the consent wing's door;
// everything else it reads is without names and its own.
package branches

import (
	"context"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// Topics of the events that leave after commit.
const (
	TopicThread bus.Topic = "branch-thread" // Subject: the hand-on, consultation or talk that has something new, or may be read no more
	TopicBranch bus.Topic = "branch"        // Subject: the organisation whose lists changed
)

// What the journal calls the room's deeds. Object is the ticket where there is
// one, else the thread.
const (
	VerbHandedOn  = "branch.handed_on"
	VerbEmergency = "branch.emergency"
	VerbConsulted = "branch.consulted"
	VerbSaid      = "branch.said"
	VerbAsked     = "branch.asked"
	VerbOpened    = "branch.opened"
	VerbPrinted   = "branch.cards_printed"
	VerbEnded     = "branch.ended"
	VerbLinked    = "branch.linked"
	VerbUnlinked  = "branch.unlinked"
	VerbPlaybook  = "branch.playbook"
	VerbNamed     = "branch.counsellor_named"
)

// Door is the consent wing as this room sees it: it alone decides whether a
// branch reads about a person, and holds what makes it read.
type Door interface {
	// BranchYes records that the person of a ticket said yes to support by the
	// volunteer's branch, and gives that branch the thread's key. It returns the
	// consent.
	BranchYes(ctx context.Context, tx *store.Tx, o *staff.Outsider, y Yes) (helpdesk.ID, error)
	// BranchReads opens the thread's key for a volunteer at this instant. What
	// never was theirs is helpdesk.ErrNotFound, what they may read no more is the
	// Refusal "branches.over".
	BranchReads(ctx context.Context, r store.Reader, o *staff.Outsider, thread helpdesk.ID) (vault.Key, error)
	// BranchStands tells whether the branch reads a thread now, and until when at
	// the latest.
	BranchStands(ctx context.Context, r store.Reader, thread helpdesk.ID) (reads bool, until time.Time, err error)
	// BranchOver says that the ticket of a thread was closed at an instant, or
	// with the zero instant that it is open again: the branch reads for 30 days
	// after.
	BranchOver(ctx context.Context, tx *store.Tx, thread helpdesk.ID, closed time.Time) error
	// BranchAgain makes a branch a reader once more, when the person came back to a
	// yes they had stopped; nothing otherwise.
	BranchAgain(ctx context.Context, tx *store.Tx, thread, org helpdesk.ID, key vault.Key) error
	// BranchEmergency records that somebody was handed on without their yes.
	BranchEmergency(ctx context.Context, tx *store.Tx, o *staff.Outsider, e Emergency) (helpdesk.ID, error)
	// SpendAuthority uses a consent to contact an authority, once and for all.
	SpendAuthority(ctx context.Context, tx *store.Tx, s *staff.Session, ticket, consent helpdesk.ID, what string) error
}

// Yes is what a person agreed to when a volunteer asked them.
type Yes struct {
	Ticket, Team, Person helpdesk.ID
	Thread               helpdesk.ID
	Key                  vault.Key // the thread's
	Language             string    // in which they were asked
}

// Emergency is a hand-on without the person's yes.
type Emergency struct {
	Ticket, Team helpdesk.ID
	Why          string
}

// LogValue keeps it out of logs.
func (Emergency) LogValue() slog.Value { return sealedValue }

var sealedValue = slog.StringValue("[sealed]")

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
	Door    Door
	// Words says what a ticket is called where nothing was said in words.
	Words interface {
		Say(lang, key string, args ...any) string
	}
	// Remind tells a counsellor, by a mail without content, that a branch has
	// fallen silent.
	Remind tasks.Reminder
	// Here lists who is at their desk; nil where nobody can tell.
	Here func(context.Context) ([]helpdesk.ID, error)
	Now  func() time.Time
	Log  *slog.Logger
}

// Desk is the room. Its methods may be called from many goroutines.
type Desk struct {
	House
	router *tickets.Router
}

// New makes the room.
func New(h House) *Desk {
	return &Desk{House: h, router: tickets.NewRouter(h.Office, h.Staff, h.Tickets, h.Here)}
}
