package people

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/vault"
)

// CodeState says what a person has to come back with.
type CodeState string

// The states of a code.
const (
	NoCode       CodeState = "none"     // was never asked, or has not answered
	DeclinedCode CodeState = "declined" // wants none; the session is all there is
	OwnCode      CodeState = "own"
	ClaimCode    CodeState = "claim" // somebody else handed it over; its first use replaces it
)

// Guest is a person's session, with their keys, for one request. It must not
// outlive the request that opened it: no key does, but see Again.
type Guest struct {
	ID           helpdesk.ID // names the session; opens nothing
	Person       helpdesk.ID
	Conversation helpdesk.ID // the one they are in, "" for none
	Started      time.Time
	Expires      time.Time // at the latest; idleness ends it sooner
	Ends         time.Time // when it ends if they do nothing more
	Warn         time.Time // when they are to be warned of that; zero while Held
	Shared       bool      // others use the computer too
	Held         bool      // waits in a queue: never idle
	Linked       bool      // came by the link of an answer, not by a code
	Code         CodeState
	MustShowCode bool      // the code is new and they have not seen it
	Erasing      time.Time // when everything of theirs is erased; zero for never

	pair     *vault.Pair
	registry *Registry // of one that was looked up
	looked   time.Time // when it was
	touched  time.Time // when they last did something, as far as it is written down
}

// Pair is the person's own pair.
func (g *Guest) Pair() *vault.Pair { return g.pair }

const sealedText = "[sealed]"

// LogValue keeps everything but the session's id out of logs.
func (g *Guest) LogValue() slog.Value { return slog.StringValue(string(g.ID)) }

// Format keeps it out of fmt, too.
func (g *Guest) Format(f fmt.State, _ rune) { io.WriteString(f, "guest "+sealedText) }

// guestRow is a session as it is stored.
type guestRow struct {
	place                            []byte
	id, person, conversation         helpdesk.ID
	generation                       int
	seed                             []byte
	created, touched, expires, ended int64
	shared, held, show, linked       bool
	mac                              []byte

	idle Idle // as the house has it now; no column
}

func (r *guestRow) dest() []any {
	return []any{&r.place, &r.id, &r.person, &r.generation, &r.seed, &r.created, &r.touched, &r.expires, &r.ended,
		&r.shared, &r.held, &r.show, &r.linked, &r.conversation, &r.mac}
}

// bound is what the sealed seed is bound to: a row that was moved or prolonged
// does not open.
func (r *guestRow) bound() vault.Context {
	return vault.At("people.guest", r.id, r.created, r.expires, r.shared)
}

// origin is what our MAC speaks for: all that never changes. It holds the
// place, so that nobody makes a session of their own for somebody else.
func (r *guestRow) origin() vault.Context {
	return vault.At("people.guest.origin", r.place, r.id, r.person, r.generation, r.created, r.expires, r.shared)
}

func (r *guestRow) key() vault.KeyID { return personKey(r.person, r.generation) }

// ends is when idleness or age ends the session.
func (r *guestRow) ends() int64 {
	idle := r.idle.Own
	if r.shared {
		idle = r.idle.Shared
	}
	if r.held {
		return r.expires
	}
	return min(r.expires, r.touched+idle.Microseconds())
}

func (r *guestRow) alive(now time.Time) bool {
	return r.seed != nil && r.ended == 0 && now.UnixMicro() < r.ends()
}

// guest is the row as a request sees it.
func (r *guestRow) guest(k *keyRow, pair *vault.Pair) *Guest {
	g := &Guest{
		ID: r.id, Person: r.person, Conversation: r.conversation,
		Started: time.UnixMicro(r.created), Expires: time.UnixMicro(r.expires),
		Shared: r.shared, Held: r.held, Linked: r.linked, Code: k.state, MustShowCode: r.show, pair: pair, touched: time.UnixMicro(r.touched),
	}
	g.setEnd(r)
	if k.eraseAt > 0 {
		g.Erasing = time.UnixMicro(k.eraseAt)
	}
	return g
}

func (g *Guest) setEnd(r *guestRow) {
	g.Ends, g.Warn = time.UnixMicro(r.ends()), time.Time{}
	if !r.held {
		g.Warn = g.Ends.Add(-warnBefore)
	}
}
