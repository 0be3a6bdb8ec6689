package tickets

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// BulkMost is how many tickets one act takes.
const BulkMost = 200

// Pick is one ticket as somebody saw it.
type Pick struct {
	ID      helpdesk.ID
	Version int64
}

// Act is what to do with many tickets.
type Act struct {
	Do     Deed
	To     To       // ActGive
	Tag    []string // ActTag: to put on
	Remove []string // ActTag: to take off
}

// Deed is a kind of act.
type Deed string

const (
	ActTake  Deed = "take"
	ActClose Deed = "close"
	ActGive  Deed = "give"
	ActTag   Deed = "tag"
)

// Result is what became of one ticket. Err is nil where it was done; else a
// Refusal, ErrConflict (it moved since it was seen), ErrNotFound or ErrDenied.
type Result struct {
	ID  helpdesk.ID
	Err error
}

// Bulk does one thing to many tickets, each in a short transaction of its own:
// what fails for one fails for that one alone. All of it can be taken back for
// UndoTime with Undo. An error is the database's; what was done before it
// stays, and can be taken back.
//
// Refusal "bulk.too_many" for more than BulkMost.
func (d *Desk) Bulk(ctx context.Context, s *staff.Session, picks []Pick, act Act) ([]Result, error) {
	if len(picks) > BulkMost {
		return nil, helpdesk.Refuse("bulk.too_many", BulkMost)
	}
	out := make([]Result, 0, len(picks))
	var done []undoing
	var failed error
	for _, p := range picks {
		before, err := d.actOn(ctx, s, p, act)
		if err != nil && !ownFault(err) {
			failed = fmt.Errorf("%s many tickets: %w", act.Do, err)
			break
		}
		out = append(out, Result{p.ID, err})
		if err == nil {
			done = append(done, before)
		}
	}
	// What was done can be taken back also when the caller has left.
	if err := d.keepUndo(context.WithoutCancel(ctx), s, done); err != nil && failed == nil {
		failed = err
	}
	return out, failed
}

// ownFault: the ticket's, and no reason to leave the others.
func ownFault(err error) bool {
	var refused helpdesk.Refusal
	return errors.As(err, &refused) || errors.Is(err, helpdesk.ErrConflict) || errors.Is(err, helpdesk.ErrNotFound) ||
		errors.Is(err, helpdesk.ErrDenied)
}

// actOn does it to one ticket and tells how to take it back.
func (d *Desk) actOn(ctx context.Context, s *staff.Session, p Pick, act Act) (undoing, error) {
	t, err := d.Facts(ctx, s, p.ID)
	if err != nil {
		return undoing{}, err
	}
	if t.Version != p.Version {
		return undoing{}, fmt.Errorf("%s ticket %s: %w", act.Do, p.ID, helpdesk.ErrConflict)
	}
	u := undoing{
		Do: act.Do, Ticket: t.ID, After: p.Version + 1, Owner: t.Owner, Team: t.Team, State: t.State,
		Opened: micros(t.OpenedAt), Waiting: micros(t.WaitingSince), Last: micros(t.LastAt),
	}
	switch act.Do {
	case ActTake:
		return u, d.Take(ctx, s, p.ID, p.Version)
	case ActClose:
		return u, d.CloseTicket(ctx, s, p.ID, p.Version)
	case ActGive:
		u.After, err = d.give(ctx, s, p.ID, p.Version, act.To, false) // a restricted team's version jumps
		return u, err
	case ActTag:
		u.On, u.Off, err = d.tag(ctx, s, p.ID, p.Version, act.Tag, act.Remove)
		return u, err
	}
	return undoing{}, fmt.Errorf("act on ticket %s: %w", p.ID, helpdesk.ErrNotFound)
}
