package tickets

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Overview is how much stands in a session's queues, as every page shows it.
type Overview struct {
	Teams     map[helpdesk.ID]Counts
	Due, Late Count // of all teams: due today, and before
}

// Sum are the counts of all teams.
func (o Overview) Sum() (all Counts) {
	for _, c := range o.Teams {
		all.plus(c)
	}
	return all
}

// Overview counts the session's queues. Who owns tickets of a restricted team,
// each look finds out anew.
func (d *Desk) Overview(ctx context.Context, s *staff.Session) (Overview, error) {
	teams, err := teamsOf(s, "")
	if err != nil {
		return Overview{}, err
	}
	x := d.search(s, &plan{}).withDays()
	counts, err := d.counted(ctx, s, teams, x)
	if err != nil {
		return Overview{}, err
	}
	return d.overview(ctx, x, teams, counts)
}

// overview adds what is due to counts that x was there for. It is one question
// for all teams: every page asks it.
func (d *Desk) overview(ctx context.Context, x *search, teams []helpdesk.ID, counts map[helpdesk.ID]Counts) (Overview, error) {
	out := Overview{Teams: counts, Due: Count{N: x.due, More: x.skipped > 0}, Late: Count{N: x.late, More: x.skipped > 0}}
	if open, _ := splitTeams(x.s, teams); len(open) > 0 {
		of := `(` + store.Places(len(open), 2) + `)`
		var due, late int64
		if err := d.db.QueryRow(ctx, countDays(of), append([]any{x.today}, anys(open)...)...).Scan(&due, &late); err != nil {
			return Overview{}, fmt.Errorf("count what is due: %w", err)
		}
		out.Due.N, out.Late.N = out.Due.N+due, out.Late.N+late
	}
	out.Due, out.Late = out.Due.capped(), out.Late.capped()
	return out, nil
}

// capped is a count that ends where counting does.
func (c Count) capped() Count {
	if c.N > countMost {
		return Count{N: countMost, More: true}
	}
	return c
}

// countDays asks for what is due on the day $1 and before it, out of the index
// on due days alone.
func countDays(teams string) string {
	const dated = `(SELECT COUNT(*) FROM (SELECT 1 FROM tickets_ticket WHERE team IN `
	const open = ` AND state IN ('open', 'waiting') AND due_day > 0 AND due_day `
	return `SELECT ` + dated + teams + open + `= $1` + countAtMost + `), ` + dated + teams + open + `< $1` + countAtMost + `)`
}
