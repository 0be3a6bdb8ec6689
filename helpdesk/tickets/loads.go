package tickets

import (
	"context"
	"fmt"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

const selectLoads = `SELECT owner, CAST(SUM(n) AS BIGINT) FROM tickets_tally
	WHERE owner <> '' AND state IN ('open', 'waiting') GROUP BY owner`

// loads is how many tickets each has that are not closed.
func (d *Desk) loads(ctx context.Context) (map[helpdesk.ID]int, error) {
	rows, err := d.db.Query(ctx, selectLoads)
	if err != nil {
		return nil, fmt.Errorf("read the loads: %w", err)
	}
	defer rows.Close()
	out := map[helpdesk.ID]int{}
	for rows.Next() {
		var who helpdesk.ID
		var n int
		if err := rows.Scan(&who, &n); err != nil {
			return nil, fmt.Errorf("read the loads: %w", err)
		}
		out[who] = n
	}
	return out, finish(rows, "read the loads")
}

// loadStep is how finely the tickets of restricted teams weigh in somebody's
// load: a choice in another team must not move with every one of them, or it
// would tell when one came.
const loadStep = 5

// blurred is a number of restricted tickets, to the nearest step.
func blurred(n int) int { return (n + loadStep/2) / loadStep * loadStep }

// veiledKept are the loads of restricted teams as last counted: numbers by
// member, which name no ticket.
type veiledKept struct {
	mu  sync.Mutex
	all map[helpdesk.ID]veiledLoad // by team
}

type veiledLoad struct {
	turn int64
	at   time.Time
	n    map[helpdesk.ID]int
}

const selectVeiledOwners = `SELECT id, owner FROM tickets_ticket WHERE team = $1 AND state IN ('open', 'waiting')`

// veiledLoads counts a restricted team's tickets that are not closed by who owns
// them, as their marks tell whoever has the index secret. It is counted anew
// when something changed there, or somebody joined since a minute ago.
func (d *Desk) veiledLoads(ctx context.Context, team helpdesk.ID, members []staff.User) (map[helpdesk.ID]int, error) {
	turn, err := d.turn(ctx, team)
	if err != nil {
		return nil, err
	}
	d.loaded.mu.Lock()
	kept, ok := d.loaded.all[team]
	d.loaded.mu.Unlock()
	if ok && kept.turn == turn && d.now().Sub(kept.at).Abs() < packKept {
		return kept.n, nil
	}
	out, err := d.countVeiled(ctx, team, members)
	if err != nil {
		return nil, err
	}
	d.loaded.mu.Lock()
	defer d.loaded.mu.Unlock()
	if d.loaded.all == nil {
		d.loaded.all = map[helpdesk.ID]veiledLoad{}
	}
	d.loaded.all[team] = veiledLoad{turn, d.now(), out}
	return out, nil
}

func (d *Desk) countVeiled(ctx context.Context, team helpdesk.ID, members []staff.User) (map[helpdesk.ID]int, error) {
	out := map[helpdesk.ID]int{}
	rows, err := d.db.Query(ctx, selectVeiledOwners, team)
	if err != nil {
		return nil, fmt.Errorf("read the load of team %s: %w", team, err)
	}
	defer rows.Close()
	for rows.Next() {
		t := row{team: team}
		if err := rows.Scan(&t.id, &t.owner); err != nil {
			return nil, fmt.Errorf("read the load of team %s: %w", team, err)
		}
		if t.owner == d.ownerMark(&t, "") {
			continue
		}
		for _, m := range members {
			if t.owner == d.ownerMark(&t, m.ID) {
				out[m.ID]++
				break
			}
		}
	}
	return out, finish(rows, "read the load of a team")
}
