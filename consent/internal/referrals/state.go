package referrals

import (
	"fmt"
	"time"

	"returnsupport/helpdesk"
)

// State is where a referral stands. The words are those of the database, and of
// nothing else: plain, and on the list of what may be.
type State string

// The states of a referral.
const (
	Draft     State = "draft"
	Awaiting  State = "awaiting" // the person's consent
	Ready     State = "ready"
	Sent      State = "sent"
	Overdue   State = "overdue"
	Accepted  State = "accepted"
	Returned  State = "returned" // by the recipient, with a reason
	Done      State = "done"     // the recipient has reported an outcome
	Closed    State = "closed"
	Lapsed    State = "lapsed" // nobody answered while it could be read
	Revoked   State = "revoked"
	Cancelled State = "cancelled"
)

// States are all of them.
var States = []State{Draft, Awaiting, Ready, Sent, Overdue, Accepted, Returned, Done, Closed, Lapsed, Revoked, Cancelled}

// Live tells whether something is still to come of it: such a referral has an
// owner and a due date.
func (s State) Live() bool {
	switch s {
	case Returned, Closed, Lapsed, Revoked, Cancelled:
		return false
	}
	return true
}

// Out tells whether a package has left in this state and was not given up by
// whoever has it: what remains is a question of time and of wraps.
func (s State) Out() bool {
	switch s {
	case Sent, Overdue, Accepted, Done, Closed:
		return true
	}
	return false
}

// Event is what may happen to a referral.
type Event string

// The events of a referral.
const (
	Submit   Event = "submit"
	Cover    Event = "cover"   // a consent covers all of it
	Except   Event = "except"  // an exception was approved
	Refuse   Event = "refuse"  // the person said no, or later
	Send     Event = "send"    //
	Accept   Event = "accept"  // by the recipient, as Return and Report
	Return   Event = "return"  //
	Report   Event = "report"  //
	Confirm  Event = "confirm" // by the person: how it went
	Withdraw Event = "withdraw"
	Revoke   Event = "revoke"
	Cancel   Event = "cancel"

	// What time alone does: nobody may name these from outside.
	Due    Event = "due"
	Expire Event = "expire"
	Rest   Event = "rest" // 14 days after the outcome
)

// Events are all of them.
var Events = []Event{Submit, Cover, Except, Refuse, Send, Accept, Return, Report, Confirm, Withdraw, Revoke, Cancel, Due, Expire, Rest}

// Guards are what the caller found to be so at this instant. The zero Guards
// let through only what needs nothing: withdrawing, revoking, giving up.
type Guards struct {
	Signpost bool // a contact card is given, nothing leaves
	Empty    bool // the package has no item

	Reliable bool // the target is vetted, and the vetting has not run out
	Likely   bool // the target is likely to help with this
	Promised bool // something was promised in the recipient's name
	Agreed   bool // the needs were found together with the person

	Permission bool // the person's yes to being referred
	Covered    bool // the person's yes to every item, this recipient, this country, now
	Excepted   bool // an exception stands: reasoned, seen by a second person or to be reviewed
	Frozen     bool // the package is sealed as the person saw it

	Confirmed bool // the recipient confirmed the restrictions
	Said      bool // a reason, or an outcome, was given
}

// errOffTable is for an event that does not exist in this state: somebody was
// faster, or somebody tries.
var errOffTable = helpdesk.ErrConflict

// Next is the table of CONSENT.md: where an event leads, or why it does not. A
// guard that does not hold is a helpdesk.Refusal whose key names it
// ("refer.reliable"); an event the table does not know there is
// helpdesk.ErrConflict.
func Next(from State, e Event, g Guards) (State, error) {
	off := fmt.Errorf("%s while %s: %w", e, from, errOffTable)
	switch e {
	case Submit:
		if from != Draft {
			return from, off
		}
		return submitted(from, g)
	case Cover:
		if from != Awaiting {
			return from, off
		}
		return when(from, Ready, g.sharing())
	case Except:
		if from != Draft && from != Awaiting {
			return from, off
		}
		return when(from, Ready, need(g.Excepted, "refer.exception"))
	case Refuse:
		if from != Awaiting {
			return from, off
		}
		return Cancelled, nil
	case Send:
		if from != Ready {
			return from, off
		}
		return when(from, Sent, g.sending())
	case Accept, Return:
		if from != Sent && from != Overdue {
			return from, off
		}
		if e == Accept {
			return when(from, Accepted, need(g.Confirmed, "refer.restrictions"))
		}
		return when(from, Returned, need(g.Said, "refer.reason"))
	case Report:
		if from != Accepted {
			return from, off
		}
		return when(from, Done, need(g.Said, "refer.outcome"))
	case Confirm, Rest:
		if from != Done {
			return from, off
		}
		return Closed, nil
	case Due:
		if from != Sent {
			return from, off
		}
		return Overdue, nil
	case Expire:
		if from != Overdue {
			return from, off
		}
		return Lapsed, nil
	case Withdraw, Revoke:
		switch from {
		case Ready, Sent, Overdue, Accepted, Done:
			return Revoked, nil
		}
	case Cancel:
		switch from {
		case Draft, Awaiting, Ready:
			return Cancelled, nil
		}
	}
	return from, off
}

func submitted(from State, g Guards) (State, error) {
	if err := g.gates(); err != nil {
		return from, err
	}
	if g.Signpost {
		return when(from, Closed, need(g.Empty, "refer.signpost_empty"))
	}
	return when(from, Awaiting, first(need(g.Reliable, "refer.reliable"), need(!g.Empty, "refer.empty")))
}

// gates are what has to be true before anybody is asked for anything.
func (g Guards) gates() error {
	return first(need(g.Likely, "refer.likely"), need(!g.Promised, "refer.promised"), need(g.Agreed, "refer.agreed"))
}

// sharing: permission to refer and consent to share are two.
func (g Guards) sharing() error {
	if g.Excepted {
		return nil
	}
	return first(need(g.Permission, "refer.permission"), need(g.Covered, "refer.consent"))
}

func (g Guards) sending() error {
	return first(g.sharing(), need(g.Reliable || g.Excepted, "refer.reliable"), need(!g.Empty, "refer.empty"), need(g.Frozen, "refer.frozen"))
}

func need(holds bool, key string) error {
	if holds {
		return nil
	}
	return helpdesk.Refuse(key)
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func when(from, to State, err error) (State, error) {
	if err != nil {
		return from, err
	}
	return to, nil
}

// Times are the instants on which a referral turns by itself; zero for none.
type Times struct {
	Due     time.Time // an answer is due
	Expires time.Time // nobody outside reads after it
	Turned  time.Time // when the present state began
}

const (
	restAfter  = 14 * 24 * time.Hour // the person has that long to say how it went
	readAfter  = 7 * 24 * time.Hour  // what was closed may still be read that long
	openAccess = 90 * 24 * time.Hour // and never longer than this after it was sent
)

// Turn is one step that time alone took.
type Turn struct {
	Event Event
	To    State
	At    time.Time
}

// Passed tells what has become of a state by now, without any job having run:
// every reader computes it, and the next writer writes it down.
func Passed(s State, t Times, now time.Time) (State, []Turn) {
	var turns []Turn
	turn := func(e Event, at time.Time) bool {
		if at.IsZero() || now.Before(at) {
			return false
		}
		to, err := Next(s, e, Guards{})
		if err != nil {
			return false
		}
		s = to
		turns = append(turns, Turn{Event: e, To: to, At: at})
		return true
	}
	if s == Sent {
		due := t.Due
		if !t.Expires.IsZero() && t.Expires.Before(due) {
			due = t.Expires
		}
		turn(Due, due)
	}
	if s == Overdue {
		turn(Expire, t.Expires)
	}
	if s == Done && !t.Turned.IsZero() {
		turn(Rest, t.Turned.Add(restAfter))
	}
	return s, turns
}

// Ends tells until when the recipient may read: the earliest of expiry and
// seven days after closing; the zero time when they may not read at all.
// Withdrawal and revocation are states, and take the wraps besides.
func Ends(s State, t Times, now time.Time) time.Time {
	at, turns := Passed(s, t, now)
	if !at.Out() || t.Expires.IsZero() {
		return time.Time{}
	}
	turned := t.Turned
	if len(turns) > 0 {
		turned = turns[len(turns)-1].At
	}
	ends := t.Expires
	if at == Closed {
		if last := turned.Add(readAfter); last.Before(ends) {
			ends = last
		}
	}
	return ends
}

// Readable tells whether the recipient may read at this instant.
func Readable(s State, t Times, now time.Time) bool {
	return now.Before(Ends(s, t, now))
}
