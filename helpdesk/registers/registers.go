// Package registers is what data protection asks to be written down: who read
// what, incidents with their 72 hours, what people asked for by law with its
// month, the record of what is done with personal data, and a draft of its
// impact assessment.
//
// Never: a word of an incident or a request in plain, and never a sealed one
// for anybody but whoever wrote it down and the coordinators.
package registers

import (
	"log/slog"
	"time"

	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// What the journal calls the room's deeds. Object is the entry.
const (
	VerbIncident = "incident.registered"
	VerbMoved    = "incident.changed"
	VerbAsked    = "right.registered"
	VerbAnswered = "right.changed"
)

// House is what the room is built from.
type House struct {
	DB        *store.DB
	Secrets   *vault.Secrets
	Journal   *journal.Book
	Office    *office.Office
	Staff     *staff.Desk
	Tickets   *tickets.Desk
	Directory *directory.Room
	Now       func() time.Time
}

// Room is the room. Its methods may be called from many goroutines.
type Room struct {
	House
	opened, changed recent
}

// New makes the room.
func New(h House) *Room {
	return &Room{House: h, opened: recent{verbs: []string{journal.VerbOpened, journal.VerbOwnName}}, changed: recent{verbs: []string{"ticket."}}}
}

// zone is where days begin.
var zone = stockholm()

func stockholm() *time.Location {
	z, err := time.LoadLocation("Europe/Stockholm") // package hours embeds the zones
	if err != nil {
		panic("registers: " + err.Error())
	}
	return z
}

var sealedValue = slog.StringValue("[sealed]")
