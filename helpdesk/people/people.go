// Package people knows who stands on the other side: the writers, recognised
// by the keyed index of their address; the persons, who may have a key pair, a
// return code and a session; and where somebody agreed to be told that a
// message is waiting.
//
// Never: an address, a code or a key that can be read here. Addresses of
// letters lie sealed in messages, those for notices under the notice secret,
// and a person's private seed only under their code or their cookie.
package people

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// TopicGuest rings when a person's session ended; Subject is the session.
const TopicGuest bus.Topic = "guest"

// What the journal calls the room's deeds. Object is the person.
const (
	VerbCode      = "person.code_made"
	VerbVoiced    = "person.code_voiced"
	VerbReissued  = "person.code_reissued"
	VerbErasing   = "person.erasing"
	VerbUnerased  = "person.erasing_undone"
	VerbForgotten = "person.forgotten"

	VerbMerged        = "person.merged"
	VerbUnmerged      = "person.unmerged"
	VerbConflict      = "person.conflict"
	VerbConflictEnded = "person.conflict_ended"
)

const (
	warnBefore  = 2 * time.Minute
	sessionTime = 12 * time.Hour
	touchEvery  = 15 * time.Second // how exact the idle clock is
	authorTime  = 24 * time.Hour   // how long an ended session knows its author
	lateTime    = 30 * 24 * time.Hour
	eraseTime   = 72 * time.Hour
	voiceTime   = 7 * 24 * time.Hour
)

// errForged: a row that our origin key does not vouch for. It counts for
// nothing, and nothing is sealed to it.
var errForged = errors.New("row without our mark")

// House is what the room is built from. A room that only recognises writers
// does with Secrets and Now.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Bus     bus.Bus
	Journal *journal.Book
	Staff   *staff.Desk
	Now     func() time.Time
	Log     *slog.Logger
	Cost    vault.Cost // of a guess at a code; zero means vault.CodeCost
	// Idle says how long somebody may do nothing; nil means ten minutes, and
	// five where others use the computer too.
	Idle      func(context.Context) (Idle, error)
	Aftermath staff.Aftermath // nil keeps no such book
}

// Registry is the room. Its methods may be called from many goroutines.
type Registry struct {
	db      *store.DB
	secrets *vault.Secrets
	bus     bus.Bus
	journal *journal.Book
	staff   *staff.Desk
	now     func() time.Time
	log     *slog.Logger
	cost    vault.Cost

	aftermath staff.Aftermath

	// Two lines, besides that of the staff's words: guessing at codes keeps
	// nobody from signing in, nor from getting a first code.
	returns, codes *staff.Gate

	askIdle func(context.Context) (Idle, error)
	kept    atomic.Pointer[keptIdle]

	mu   sync.Mutex
	seen map[helpdesk.ID]int64 // highest committed key version seen of a person
}

// New makes the room.
func New(h House) *Registry {
	if h.Cost == (vault.Cost{}) {
		h.Cost = vault.CodeCost
	}
	if h.Aftermath == nil {
		h.Aftermath = staff.NoAftermath{}
	}
	return &Registry{
		aftermath: h.Aftermath,
		db:        h.DB, secrets: h.Secrets, bus: h.Bus, journal: h.Journal, staff: h.Staff,
		now: h.Now, log: h.Log, cost: h.Cost, askIdle: h.Idle,
		returns: staff.NewGate(gateWork, gateLine, 0, "code.busy"),
		codes:   staff.NewGate(gateWork, gateLine, 0, "code.busy"),
		seen:    map[helpdesk.ID]int64{},
	}
}

const (
	gateWork = 1 // codes computed at once in a line, 19 MiB and one core each
	gateLine = 20
)

func (p *Registry) alarm(ctx context.Context, code string, id helpdesk.ID) {
	p.journal.Alarm(ctx, code, id)
}

func (p *Registry) note(ctx context.Context, tx *store.Tx, actor helpdesk.ID, verb string, person helpdesk.ID) error {
	return p.journal.Write(ctx, tx, journal.Entry{At: p.now(), Actor: actor, Verb: verb, Object: person})
}

// ringEnded tells after commit that these sessions are over.
func (p *Registry) ringEnded(tx *store.Tx, guests ...helpdesk.ID) {
	tx.After(func() {
		for _, id := range guests {
			p.bus.Publish(bus.Event{Topic: TopicGuest, Subject: id})
		}
	})
}

// day cuts an instant to its day in UTC: nobody needs to know the minute at
// which somebody first wrote.
func day(t time.Time) int64 {
	const length = 24 * 60 * 60 * 1_000_000
	us := t.UnixMicro()
	return us - us%length
}
