// Package journal is the append-only, hash-chained book: who opened, changed
// and exported what, and which alarms were raised.
//
// Never: content in the plain. An entry holds ids, a verb and a time; whatever
// else must be told lies sealed, in a table of its own that may be erased.
package journal

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Entry is one line of the book.
type Entry struct {
	At     time.Time   // kept in microseconds; zero means now
	Actor  helpdesk.ID // "" for the house itself
	Verb   string      // a constant of the room that writes, "ticket.taken"
	Object helpdesk.ID // what it was done to: an id, or a setting's name
	Sealed []byte      // sealed by the caller, may be nil; erasable
}

// Book is the room. Its methods may be called from many goroutines.
type Book struct {
	db      *store.DB
	secrets *vault.Secrets
	now     func() time.Time
	log     *slog.Logger
	holder  helpdesk.ID // this process, in the chainer's lease

	mu     sync.Mutex
	alarms []alarm
	lost   int  // alarms that no longer fitted
	last   Head // the highest head this process has seen
}

// New makes the room.
func New(db *store.DB, secrets *vault.Secrets, now func() time.Time, log *slog.Logger) *Book {
	return &Book{db: db, secrets: secrets, now: now, log: log, holder: helpdesk.NewID()}
}

// Write adds an entry in the caller's transaction. The chainer links it after
// the commit.
func (b *Book) Write(ctx context.Context, tx *store.Tx, e Entry) error {
	_, err := b.insert(ctx, tx, e, nil)
	return err
}

// row is an entry as it is stored.
type row struct {
	id            helpdesk.ID
	at            int64
	actor         helpdesk.ID
	verb          string
	object        helpdesk.ID
	details, once []byte
	mac           []byte
}

// origin is what the MAC speaks for: every column.
func (r *row) origin() vault.Context {
	return vault.At("journal.entry", r.id, r.at, r.actor, r.verb, r.object)
}

// insert reports whether the entry is new: with a once that is known already
// nothing is written.
func (b *Book) insert(ctx context.Context, tx *store.Tx, e Entry, once []byte) (bool, error) {
	if e.At.IsZero() {
		e.At = b.now()
	}
	r := row{
		id: helpdesk.NewID(), at: e.At.UnixMicro(), actor: e.Actor,
		verb: e.Verb, object: e.Object, once: once,
	}
	if e.Sealed != nil {
		sum := sha256.Sum256(e.Sealed)
		r.details = sum[:]
	}
	r.mac = b.secrets.Vouch(r.origin(), r.details, r.once)
	args := []any{string(r.id), r.at, string(r.actor), r.verb, string(r.object), r.details, r.once, r.mac}
	if once == nil { // nothing can be in its way
		if err := tx.Later(ctx, insertEntry, args...); err != nil {
			return false, fmt.Errorf("write %s about %s to the journal: %w", e.Verb, e.Object, err)
		}
	} else if n, err := tx.Exec(ctx, insertEntry, args...); err != nil || n == 0 {
		if err != nil {
			err = fmt.Errorf("write %s about %s to the journal: %w", e.Verb, e.Object, err)
		}
		return false, err
	}
	if e.Sealed != nil {
		if err := tx.Later(ctx, insertDetail, string(r.id), e.Sealed); err != nil {
			return false, fmt.Errorf("write the details of %s about %s: %w", e.Verb, e.Object, err)
		}
	}
	if err := tx.Later(ctx, insertWaiting, string(r.id)); err != nil {
		return false, fmt.Errorf("write %s about %s to the journal: %w", e.Verb, e.Object, err)
	}
	return true, nil
}

// Erase deletes the sealed details of everything written about an object. The
// chain goes over their hashes and stays whole.
func (b *Book) Erase(ctx context.Context, tx *store.Tx, object helpdesk.ID) error {
	if _, err := tx.Exec(ctx, deleteDetails, string(object)); err != nil {
		return fmt.Errorf("erase the journal's details of %s: %w", object, err)
	}
	return nil
}
