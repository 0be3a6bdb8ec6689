// Package directory knows who helps with what, where and in which language:
// organisations, services and places in the shape of Open Referral's HSDS 3.0
// and 3.1, and beside it what we found out ourselves: whom we vetted, until
// when, what they tell the authorities and which referrals they take.
//
// Never: a word about a person who seeks help. Everybody who works here reads
// all of it, and what is shown to everyone says so in its vetting.
package directory

import (
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// What the journal calls the room's deeds. Object is the record, or the
// organisation that was vetted; an import's is an id of its own. The sealed part
// is what was written, for an import its counts.
const (
	VerbImported = "directory.imported"
	VerbExported = "directory.exported"
	VerbChanged  = "directory.changed"
	VerbUndone   = "directory.undone"
	VerbVetted   = "directory.vetted"
)

// House is what the room is built from.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Journal *journal.Book
	Now     func() time.Time
	Zone    *time.Location // of hours that name none, and in which days begin; nil for Europe/Stockholm
}

// Room is the directory. Its methods may be called from many goroutines.
type Room struct {
	db      *store.DB
	secrets *vault.Secrets
	journal *journal.Book
	now     func() time.Time
	zone    *time.Location

	seenMu sync.Mutex
	seen   map[helpdesk.ID]int64 // highest versions seen of organisations and vettings

	mu    sync.RWMutex
	index *index
}

// New makes the room.
func New(h House) (*Room, error) {
	if h.Zone == nil {
		zone, err := time.LoadLocation("Europe/Stockholm")
		if err != nil {
			return nil, err
		}
		h.Zone = zone
	}
	return &Room{db: h.DB, secrets: h.Secrets, journal: h.Journal, now: h.Now, zone: h.Zone, seen: map[helpdesk.ID]int64{}, index: newIndex()}, nil
}

// today is the day it is here.
func (r *Room) today() string { return r.now().In(r.zone).Format(time.DateOnly) }

// recordAt is the place of a sealed record.
func recordAt(id helpdesk.ID, version int64) vault.Context {
	return vault.At("directory.record", id, version)
}
