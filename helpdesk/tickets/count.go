package tickets

import (
	"context"
	"fmt"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Counts are the sizes of a session's queues.
type Counts struct {
	Unassigned, Mine, Team, Waiting, Answered, Closed int64
}

// cell is one standing count.
type cell struct {
	team, owner helpdesk.ID
	state       State
}

func (t *row) cell() cell { return cell{t.team, t.owner, t.state} }

func (c cell) less(o cell) bool {
	if c.team != o.team {
		return c.team < o.team
	}
	if c.owner != o.owner {
		return c.owner < o.owner
	}
	return c.state < o.state
}

// recount moves one ticket from a cell to another.
func (d *Desk) recount(ctx context.Context, tx *store.Tx, from, to cell) error {
	if from == to {
		return nil
	}
	// Always in one order, or two colleagues would wait for each other.
	a, b, da, db := from, to, -1, 1
	if b.less(a) {
		a, b, da, db = b, a, db, da
	}
	_, err := tx.Exec(ctx, moveCount, a.team, a.owner, string(a.state), da, b.team, b.owner, string(b.state), db)
	if err != nil {
		return fmt.Errorf("count team %s: %w", to.team, err)
	}
	return nil
}

// countNew counts a ticket that did not exist.
func (d *Desk) countNew(ctx context.Context, tx *store.Tx, c cell) error {
	if err := tx.Later(ctx, addCount, c.team, c.owner, string(c.state), 1); err != nil {
		return fmt.Errorf("count team %s: %w", c.team, err)
	}
	return nil
}

// Counts tells how many tickets stand in each queue of each of the session's
// teams.
func (d *Desk) Counts(ctx context.Context, s *staff.Session) (map[helpdesk.ID]Counts, error) {
	out := map[helpdesk.ID]Counts{}
	var ids []any
	for _, team := range s.Teams() {
		out[team.ID] = Counts{}
		ids = append(ids, team.ID)
	}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := d.db.Query(ctx, selectCounts+list(len(ids), 1)+")", ids...)
	if err != nil {
		return nil, fmt.Errorf("read the counts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at cell
		var n int64
		if err := rows.Scan(&at.team, &at.owner, &at.state, &n); err != nil {
			return nil, fmt.Errorf("read the counts: %w", err)
		}
		c := out[at.team]
		c.add(at, n, s.User.ID)
		out[at.team] = c
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the counts: %w", err)
	}
	return out, nil
}

func (c *Counts) add(at cell, n int64, me helpdesk.ID) {
	switch at.state {
	case StateClosed:
		c.Closed += n
		return
	case StateOpen:
		c.Waiting += n
		if at.owner == "" {
			c.Unassigned += n
		}
	case StateWaiting:
		c.Answered += n
	default:
		return // joined tickets are counted where they are shown
	}
	c.Team += n
	if at.owner == me {
		c.Mine += n
	}
}

func (c *Counts) plus(o Counts) {
	c.Unassigned += o.Unassigned
	c.Mine += o.Mine
	c.Team += o.Team
	c.Waiting += o.Waiting
	c.Answered += o.Answered
	c.Closed += o.Closed
}

// list writes n placeholders from $first on, for IN (…).
func list(n, first int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

// tuples writes n groups of width placeholders from $first on, for VALUES.
func tuples(n, width, first int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + list(width, first+i*width) + ")")
	}
	return b.String()
}
