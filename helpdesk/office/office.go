// Package office keeps the organisation's settings, each in versions, and its
// mailboxes with their credentials.
//
// Never: a password in a log, an error or an unsealed column, and never a
// mailbox that feeds a team its row does not vouch for.
package office

import (
	"log/slog"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// What the journal calls the room's deeds. A setting's entry has its name as
// object.
const (
	VerbSetting          = "setting.changed"
	VerbMailboxAdded     = "mailbox.added"
	VerbMailboxChanged   = "mailbox.changed"
	VerbMailboxRemoved   = "mailbox.removed"
	VerbMailboxConnected = "mailbox.connected"
	VerbLineClosed       = "line.closed"
	VerbLineReopened     = "line.reopened"
)

// House is what the room is built from.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Journal *journal.Book
	Now     func() time.Time
	Log     *slog.Logger
}

// Office is the room. Its methods may be called from many goroutines.
type Office struct {
	db      *store.DB
	secrets *vault.Secrets
	journal *journal.Book
	now     func() time.Time
	log     *slog.Logger

	mu    sync.Mutex       // of all below
	seen  map[string]int64 // highest version seen of a setting, closure or mailbox
	kept  map[string]kept  // what was read of settings and closures, by name
	plan  keptPlan
	parts keptParts

	hold           time.Duration // as the constant says; tests take none
	changes        int           // of ours
	newestVersions keptVersions
}

// New makes the room.
func New(h House) *Office {
	return &Office{
		db: h.DB, secrets: h.Secrets, journal: h.Journal, now: h.Now, log: h.Log,
		seen: map[string]int64{},
		kept: map[string]kept{},
		hold: hold,
	}
}

// steppedBack reports whether a row is older than this process has already
// seen it: somebody put an old one back.
func (o *Office) steppedBack(what string, version int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if version < o.seen[what] {
		return true
	}
	o.seen[what] = version
	return false
}

// forget drops what was seen of a row that was removed by us.
func (o *Office) forget(id helpdesk.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.seen, string(id))
}
