package main

import (
	"context"
	"fmt"
	"io"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// aftermath lets the helpdesk's rooms write in the book that consent keeps.
type aftermath struct{ *house }

func (a aftermath) Ends(ctx context.Context, tx *store.Tx, lines ...string) {
	a.after.Afterwards(tx, a.unwritten(ctx), lines...)
}

func (a aftermath) Ended(ctx context.Context, tx *store.Tx, lines ...string) {
	a.after.Ended(tx, a.unwritten(ctx), lines...)
}

func (a aftermath) unwritten(ctx context.Context) func(error) {
	return func(err error) {
		a.journal.Alarm(ctx, "staff_aftermath", "")
		a.log.ErrorContext(ctx, "who left, what code or address was replaced or who reads a conversation no more is not in the aftermath log: a backup put back would let them in", "error", err)
	}
}

// teller is the postroom, which is made after the room that tells by it.
type teller struct{ *house }

func (t teller) SignIn(ctx context.Context, tx *store.Tx, to staff.User, what staff.Told) error {
	return t.post.SignIn(ctx, tx, to, what)
}

// ended is what was ended again because a backup did not know of it.
type ended struct {
	users   []staff.User
	codes   int
	notices int  // addresses
	sheets  bool // the recovery sheets were made anew since
	seats   int
}

// replay ends again what the aftermath log says and the database does not know:
// a backup was put back. Before anybody is served.
func (h *house) replay(ctx context.Context) (ended, error) {
	if err := h.door.Replay(ctx); err != nil {
		return ended{}, err
	}
	left, err := h.staff.Departures(ctx)
	if err != nil {
		return ended{}, err
	}
	persons, err := h.people.Ended(ctx)
	if err != nil {
		return ended{}, err
	}
	seats := &tickets.EndedSeats{}
	err = h.after.Lines(func(words []string) error {
		left.Line(words)
		persons.Line(words)
		seats.Line(words)
		return nil
	})
	if err != nil {
		return ended{}, err
	}
	var e ended
	if e.sheets, err = h.staff.SheetsAreOld(ctx, left); err != nil {
		return e, err
	}
	if e.users, err = h.staff.Replay(ctx, left); err != nil {
		return e, err
	}
	if e.codes, e.notices, err = h.people.Replay(ctx, persons); err != nil {
		return e, err
	}
	e.seats, err = h.tickets.ReplaySeats(ctx, seats)
	return e, err
}

func (e ended) print(out io.Writer) {
	if e.codes > 0 {
		fmt.Fprintf(out, "%d return codes that were replaced since open nothing again. Their new ones are lost: a counsellor makes another when their person asks.\n", e.codes)
	}
	if e.notices > 0 {
		fmt.Fprintf(out, "%d addresses that were taken away or replaced since are told nothing. A new one is lost: its person leaves it again.\n", e.notices)
	}
	if e.seats > 0 {
		fmt.Fprintf(out, "%d readers of conversations do not read them: colleagues to whom they are no longer lent, people who were set apart.\n", e.seats)
	}
	if e.sheets {
		fmt.Fprintln(out, "The recovery sheets were made anew since. The new ones open nothing of this backup, and the old ones do: make others from two of the old ones with `returnsupport recover sheets`, and destroy all six.")
	}
	if len(e.users) == 0 {
		return
	}
	fmt.Fprint(out, "Who left since, was invited anew or has other words does not come in with the old ones:\n")
	for _, u := range e.users {
		fmt.Fprintf(out, "    %s\n", u.Login)
	}
	fmt.Fprint(out, "Those who still work here are invited again: `returnsupport user reissue LOGIN`, then a member of their team admits them.\n")
}
