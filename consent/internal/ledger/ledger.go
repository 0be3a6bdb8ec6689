// Package ledger is the book of consents: who allowed, refused and withdrew
// what, and what left the house because of it; chained inside the caller's own
// transaction and signed.
//
// Never: a word in the plain, and never a row taken back. What may be erased
// lies in tables of its own, and the chain goes over its hash.
package ledger

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Kind says what an event is a step of.
type Kind string

// The kinds of events.
const (
	Consent    Kind = "consent"    // a state of a consent
	View       Kind = "view"       // what a child said for itself
	Referral   Kind = "referral"   // a state of a referral
	Disclosure Kind = "disclosure" // something left the house
	Exception  Kind = "exception"  // something may leave without consent
	Purpose    Kind = "purpose"    // a version of a purpose no longer holds
	Notice     Kind = "notice"     // a version of a notice no longer holds
)

// Event is one step. Everything in it stands in plain but what lies in Body,
// which the caller sealed at BodyAt; keep persons' words, names, recipients and
// countries there.
type Event struct {
	ID      helpdesk.ID // drawn by Append when empty; draw it to seal Body
	Kind    Kind
	Subject helpdesk.ID // the consent or referral it is a step of
	State   string
	Outcome string // a code, "" for none
	Purpose string // "" for none
	Version int    // of the purpose
	Age     string // an age band, "" for none
	At      time.Time
	Until   time.Time // zero for no end
	Body    []byte    // sealed; nil for none
}

// Step is an event as it stands in the book.
type Step struct {
	Event           // Body is nil; Open reads it
	Seq       int64 // its place, from 1
	Hash      []byte
	HasBody   bool   // it was written with one, which may be erased since
	BodyHash  []byte // SHA-256 of it
	Unproven  bool   // our MAC does not stand on it: it counts for nothing
	previous  []byte
	mac       []byte
	signature []byte
}

// Placed says where an event came to stand.
type Placed struct {
	ID   helpdesk.ID
	Seq  int64
	Hash []byte // SHA-256
}

// Anchor is how far the chain went at some moment. Kept outside the database
// it proves later that nothing up to it was changed or cut off.
type Anchor struct {
	Seq  int64
	Hash []byte
}

// House is what the room is built from.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Journal *journal.Book // for alarms
	Now     func() time.Time
	Log     *slog.Logger
	// Moved hears of each new head, in its transaction. nil hears nothing.
	Moved func(context.Context, *store.Tx, Anchor)
}

// Book is the room. Its methods may be called from many goroutines.
type Book struct{ House }

// New makes the room.
func New(h House) *Book { return &Book{h} }

// BodyAt is where an event's body is sealed: it opens nowhere else.
func BodyAt(event, subject helpdesk.ID) vault.Context {
	return vault.At("ledger.body", event, subject)
}

// origin is what our MAC on an event speaks for: everything but its place, so
// that a true row in a false place is told from a false row.
func (s *Step) origin() vault.Context {
	return vault.At("ledger.event", s.ID, string(s.Kind), s.Subject, s.State, s.Outcome, s.Purpose, s.Version, s.Age,
		s.At.UnixMicro(), micros(s.Until), s.BodyHash)
}

// micros is an instant as it is stored, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func (b *Book) alarm(ctx context.Context, code string, object helpdesk.ID) {
	b.Journal.Alarm(ctx, "consent_"+code, object)
}

// Body opens nothing: it reads an event's sealed bytes. ErrNotFound when there
// are none, or they were erased; bytes that are not those the event was written
// with are an alarm and ErrNotFound, too.
func (b *Book) Body(ctx context.Context, r store.Reader, s Step) ([]byte, error) {
	var sealed []byte
	if err := r.QueryRow(ctx, selectBody, s.Seq).Scan(&sealed); err != nil {
		return nil, fmt.Errorf("body of event %s: %w", s.ID, err)
	}
	if sum := sha256.Sum256(sealed); string(sum[:]) != string(s.BodyHash) {
		b.alarm(ctx, "body", s.Subject)
		return nil, fmt.Errorf("body of event %s: %w", s.ID, helpdesk.ErrNotFound)
	}
	return sealed, nil
}
