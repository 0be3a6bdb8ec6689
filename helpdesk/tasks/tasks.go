// Package tasks is whatever is due: dates, promises, follow-ups and nudges, and
// the only worker that watches the clock.
//
// The dates of a ticket lie sealed in its head. A session sees them all, each
// with what is lost if it is missed. The watch, which runs while nobody is
// signed in, sees a day and a priority alone: the earliest open day of the
// ticket. That is enough for no date to pass in silence. The day after a date
// passed its ticket is told of daily until somebody settles it, and by then the
// next date is the earliest; so whatever lies behind an earlier date is told of
// on its own last day at the latest, and seen in every due list before.
//
// Never: an automatic reminder to a person who seeks help, or a word of what is
// due in a mail to those who work here.
package tasks

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// Notice is what a reminder is about, and all it says.
type Notice string

// The notices, the most pressing last.
const (
	NoticeDue     Notice = "due"     // a date comes near
	NoticeNamed   Notice = "named"   // a colleague named them, or asks for them
	NoticeWaiting Notice = "waiting" // an answer is about to be late
	NoticeOverdue Notice = "overdue" // a date has passed and nobody said what became of it
	NoticeGrave   Notice = "grave"   // something that opens everything was done, or has to be
)

// Reminder tells one who works here, by a mail without content, in the caller's
// transaction: it is sent exactly if what is written beside it stands.
type Reminder interface {
	Remind(ctx context.Context, tx *store.Tx, to staff.User, about Notice) error
}

// House is what the room is built from.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Journal *journal.Book
	Office  *office.Office
	Staff   *staff.Desk
	Tickets *tickets.Desk
	Remind  Reminder
	// Lines tells how mail is fetched and sent, one line for each way of each
	// mailbox that should work; nil where nothing is.
	Lines func(context.Context) ([]Line, error)
	Alarm Alarmist
	Now   func() time.Time
	Log   *slog.Logger
}

// Room is the room. Its methods may be called from many goroutines.
type Room struct {
	db      *store.DB
	secrets *vault.Secrets
	journal *journal.Book
	office  *office.Office
	staff   *staff.Desk
	tickets *tickets.Desk
	remind  Reminder
	now     func() time.Time
	log     *slog.Logger

	lines    func(context.Context) ([]Line, error)
	alarmist Alarmist
	mail     mailWatch

	mu    sync.Mutex
	told  memory
	swept hours.Date // the day on which old tellings were last let go
}

// New makes the room.
func New(h House) *Room {
	return &Room{
		db: h.DB, secrets: h.Secrets, journal: h.Journal, office: h.Office, staff: h.Staff, tickets: h.Tickets,
		remind: h.Remind, lines: h.Lines, alarmist: h.Alarm, now: h.Now, log: h.Log,
	}
}

// Today is the day it is where the house stands.
func (r *Room) Today(ctx context.Context) (hours.Date, error) {
	plan, err := r.office.Hours(ctx)
	if err != nil {
		return hours.Date{}, fmt.Errorf("read the hours: %w", err)
	}
	return r.today(plan), nil
}

func (r *Room) today(plan hours.Plan) hours.Date { return hours.DateOf(r.now().In(plan.Zone(""))) }

// Fact is something to be turned into words: Args are strings (keys, days as
// 2006-01-02, names), ints and time.Time.
type Fact struct {
	Key  string
	Args []any
}

// LogValue keeps what was written about somebody out of logs.
func (Fact) LogValue() slog.Value { return slog.StringValue("[sealed]") }
