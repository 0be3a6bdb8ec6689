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

// of is how many stand in one state.
func (c Counts) of(state State) int64 {
	switch state {
	case StateOpen:
		return c.Waiting
	case StateWaiting:
		return c.Answered
	}
	return c.Closed
}

// Count is a number that stands nowhere: exact up to 1,000, and above it, or
// where the archive is too long to look through, More tells that there are at
// least so many.
type Count struct {
	N    int64
	More bool
}

// countMost is where counting ends.
const countMost = 1_000

// Count counts what a filter lets pass. One over sealed facts opens all tickets
// of its queue; the page of the same filter tells the same (Page.Found).
func (d *Desk) Count(ctx context.Context, s *staff.Session, f Filter) (Count, error) {
	p, err := f.plan(s, d.now())
	if err != nil {
		return Count{}, err
	}
	teams, err := teamsOf(s, f.Team)
	if err != nil {
		return Count{}, err
	}
	if p.sealed != (wanted{}) {
		x, err := d.seek(ctx, s, p, teams)
		if err != nil {
			return Count{}, err
		}
		return Count{N: int64(len(x.found)), More: x.skipped > 0}, nil
	}
	counts, err := d.Counts(ctx, s)
	if err != nil {
		return Count{}, err
	}
	var out Count
	for _, team := range teams {
		for _, state := range p.states {
			until, err := d.until(ctx, p, team, state, counts[team].of(state), p.first())
			if err != nil {
				return Count{}, err
			}
			var n int64
			query, args := p.count(team, state, until)
			if err := d.db.QueryRow(ctx, query, args...).Scan(&n); err != nil {
				return Count{}, fmt.Errorf("count a queue: %w", err)
			}
			out.N += n
			out.More = out.More || until != nil
		}
	}
	if out.N > countMost {
		return Count{N: countMost, More: true}, nil
	}
	return out, nil
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
func (d *Desk) recount(ctx context.Context, tx *store.Tx, from, to cell, part int) error {
	if from == to {
		return nil
	}
	// Always in one order, or two colleagues would wait for each other.
	a, b, da, db := from, to, -1, 1
	if b.less(a) {
		a, b, da, db = b, a, db, da
	}
	err := tx.Later(ctx, insertTally+tuples(2, 5, 1)+onTally,
		a.team, a.owner, string(a.state), part, da, b.team, b.owner, string(b.state), part, db)
	if err != nil {
		return fmt.Errorf("count team %s: %w", to.team, err)
	}
	return nil
}

// countNew counts a ticket that did not exist, or with -1 one that ends.
func (d *Desk) countNew(ctx context.Context, tx *store.Tx, t *row, n int) error {
	c := t.cell()
	err := tx.Later(ctx, insertTally+tuples(1, 5, 1)+onTally, c.team, c.owner, string(c.state), t.part(), n)
	if err != nil {
		return fmt.Errorf("count team %s: %w", c.team, err)
	}
	return nil
}

// parts is how many rows hold one count, so that those who write about
// different tickets seldom wait for each other.
const parts = 16

// part is the ticket's own among them: always the same, so that what a ticket
// adds it takes away in the same row.
func (t *row) part() int {
	if t.id == "" {
		return 0
	}
	return int(t.id[len(t.id)/2]) % parts
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
	rows, err := d.db.Query(ctx, selectCounts+list(len(ids), 1)+groupCounts, ids...)
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
		return // joined tickets are counted where they are shown, and nobody sees one that is being erased
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
