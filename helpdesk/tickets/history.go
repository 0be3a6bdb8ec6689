package tickets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// historyMost is how many entries a ticket's story tells: the newest.
const historyMost = 1000

// Happened is one thing somebody did with a ticket, as the journal has it: a verb,
// never content.
type Happened struct {
	At    time.Time
	Actor helpdesk.ID // "" for the program
	Verb  string
}

// History lists what was done with a ticket and those joined into it, and who
// opened them, oldest first. ErrDenied for whom it was lent to.
func (d *Desk) History(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Happened, error) {
	var unused Settle
	file, err := d.open(ctx, d.db, s, ticket, &unused)
	if err != nil {
		return nil, err
	}
	if !file.member {
		return nil, fmt.Errorf("history of ticket %s: %w", ticket, helpdesk.ErrDenied)
	}
	objects := []helpdesk.ID{ticket}
	for _, j := range file.joined {
		objects = append(objects, j.id)
	}
	for _, c := range file.talks {
		objects = append(objects, c.id)
	}
	// What was done while a restricted team had it is told under other names.
	for _, team := range closedTeams(s) {
		for _, id := range slices.Clone(objects) {
			if !isMark(id) {
				objects = append(objects, d.mark("object", team, id))
			}
		}
	}
	entries, err := d.journal.About(ctx, historyMost, objects...)
	if err != nil {
		return nil, fmt.Errorf("history of ticket %s: %w", ticket, err)
	}
	out := make([]Happened, 0, len(entries))
	for _, e := range entries {
		out = append(out, Happened{At: e.At, Actor: e.Actor, Verb: e.Verb})
	}
	return out, nil
}
