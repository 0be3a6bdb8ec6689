package tickets

import (
	"context"
	"fmt"
	"slices"

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
	if err := d.searched(ctx, s, f.Words); err != nil {
		return Count{}, err
	}
	teams, err := teamsOf(s, f.Team)
	if err != nil {
		return Count{}, err
	}
	x := d.search(s, p)
	counts, err := d.counted(ctx, s, teams, x)
	if err != nil {
		return Count{}, err
	}
	open, closed := splitTeams(s, teams)
	if p.sealed != (wanted{}) {
		if err := x.seek(ctx, open); err != nil {
			return Count{}, err
		}
		return Count{N: int64(len(x.found)), More: x.skipped > 0}, nil
	}
	out := Count{N: int64(len(x.found)), More: x.skipped > 0}
	for _, team := range closed {
		if !slices.Contains(p.states, StateClosed) {
			continue
		}
		if len(p.tests) == 0 {
			out.N += counts[team].Closed
			continue
		}
		lines, end, err := d.closedLines(ctx, s, p, team, p.first(), nil, countMost)
		if err != nil {
			return Count{}, err
		}
		out.N, out.More = out.N+int64(len(lines)), out.More || end != nil
	}
	for _, team := range open {
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
	return out.capped(), nil
}

// cell is one standing count.
type cell struct {
	team, owner helpdesk.ID
	state       State
}

// cell is where the ticket is counted; of a restricted team by its state alone.
func (t *row) cell() cell {
	if t.restricted() {
		return cell{t.team, "", t.state}
	}
	return cell{t.team, t.owner, t.state}
}

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
	err := tx.Later(ctx, insertTally+store.Tuples(2, 5, 1)+onTally,
		a.team, a.owner, string(a.state), part, da, b.team, b.owner, string(b.state), part, db)
	if err != nil {
		return fmt.Errorf("count team %s: %w", to.team, err)
	}
	return nil
}

// countNew counts a ticket that did not exist, or with -1 one that ends.
func (d *Desk) countNew(ctx context.Context, tx *store.Tx, t *row, n int) error {
	c := t.cell()
	err := tx.Later(ctx, insertTally+store.Tuples(1, 5, 1)+onTally, c.team, c.owner, string(c.state), t.part(), n)
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

// counted counts some of the session's teams; x looks through the restricted
// ones among them.
func (d *Desk) counted(ctx context.Context, s *staff.Session, teams []helpdesk.ID, x *search) (map[helpdesk.ID]Counts, error) {
	out, err := d.standing(ctx, s, teams)
	if err != nil {
		return nil, err
	}
	_, closed := splitTeams(s, teams)
	if err := x.unveil(ctx, closed); err != nil {
		return nil, err
	}
	for _, team := range closed {
		counts := x.counts[team]
		counts.Closed = out[team].Closed
		out[team] = counts
	}
	return out, nil
}

// standing are the counts the writer keeps.
func (d *Desk) standing(ctx context.Context, s *staff.Session, teams []helpdesk.ID) (map[helpdesk.ID]Counts, error) {
	out := map[helpdesk.ID]Counts{}
	for _, team := range teams {
		out[team] = Counts{}
	}
	if len(teams) == 0 {
		return out, nil
	}
	rows, err := d.db.Query(ctx, selectCounts+store.Places(len(teams), 1)+groupCounts, anys(teams)...)
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
