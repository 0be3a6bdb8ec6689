package tickets

import (
	"context"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Fewest is how many tickets a figure for outside tells of: fewer are none, and
// more are rounded down to a multiple of it, so that neither one figure nor two
// of them, asked for one after the other, tell of somebody alone.
const Fewest = 5

// Figure is how many tickets of a team stand where.
type Figure struct {
	Team                    helpdesk.ID
	Waiting, Answered, Done int64
}

// Figures are what may be told outside of how much there is to do, without a
// session: nothing of restricted teams, and nothing fewer than five persons could
// hide in.
func (d *Desk) Figures(ctx context.Context) ([]Figure, error) {
	teams, err := d.staff.Teams(ctx)
	if err != nil {
		return nil, err
	}
	var open []helpdesk.ID
	for _, t := range teams {
		if !t.Restricted {
			open = append(open, t.ID)
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	sums, err := d.standing(ctx, &staff.Session{}, open)
	if err != nil {
		return nil, err
	}
	round := func(n int64) int64 { return n - n%Fewest }
	out := make([]Figure, len(open))
	for i, team := range open {
		c := sums[team]
		out[i] = Figure{Team: team, Waiting: round(c.Waiting), Answered: round(c.Answered), Done: round(c.Closed)}
	}
	return out, nil
}
