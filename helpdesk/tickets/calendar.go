package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// The watch over the clock runs at night, with no member's key. Of a restricted
// team it finds days that name no ticket; what they are, an earliest open date
// or since when somebody waits, and whom to tell, lies under the office key:
// the server must read it alone. To whoever reads the database a day of such a
// team tells that something falls on it.

// dayBody is what a day is, always of one length.
type dayBody struct {
	Ticket helpdesk.ID `json:"ticket"`
	Owner  helpdesk.ID `json:"owner"`
	Kind   string      `json:"kind"`
}

const (
	dayDue   = "due"
	dayWaits = "wait"
	// dayFloor is more than two ids and their names take.
	dayFloor = 248
)

const (
	upsertDay = `INSERT INTO tickets_day (mark, team, day, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (mark) DO UPDATE SET day = excluded.day, body = excluded.body`
	insertDay = `INSERT INTO tickets_day (mark, team, day, body) VALUES ($1, $2, $3, $4) ON CONFLICT (mark) DO NOTHING`
	deleteDay = `DELETE FROM tickets_day WHERE mark = $1`
	// The order is the mark's, so that a page of them goes on where one ended.
	selectDays    = `SELECT mark, day, body FROM tickets_day WHERE team = $1 AND day <= $2 AND mark > $3 ORDER BY mark LIMIT $4`
	selectAllDays = `SELECT mark, day, body FROM tickets_day WHERE team = $1 AND day <= $2 ORDER BY day, mark`
	// The ids follow.
	selectStates = `SELECT id, state FROM tickets_ticket WHERE id IN (`
)

func dayAt(mark helpdesk.ID) vault.Context { return vault.At("tickets.day", mark) }

func (d *Desk) dayMark(kind string, team, ticket helpdesk.ID) helpdesk.ID {
	return d.mark("day."+kind, team, ticket)
}

// keepBeside lets what a restricted team's tickets have beside their rows follow
// a change.
func (d *Desk) keepBeside(ctx context.Context, tx *store.Tx, before, t *row) error {
	if err := d.keepDays(ctx, tx, before, t); err != nil {
		return err
	}
	return d.turnOver(ctx, tx, before, t)
}

// keepDays lets the days of a ticket follow it. What is due is known to who
// opened it alone; that somebody waits, the server sees itself, by the day.
func (d *Desk) keepDays(ctx context.Context, tx *store.Tx, before, t *row) error {
	if before.restricted() && before.team != t.team {
		if err := d.dropDays(ctx, tx, before.team, t.id); err != nil {
			return err
		}
	}
	if !t.restricted() {
		return nil
	}
	if t.revealed() {
		if err := d.keepDay(ctx, tx, t, dayDue, t.dueDay, upsertDay); err != nil {
			return err
		}
	}
	var since int64
	if t.state == StateOpen {
		if since = t.waitingSince; since == 0 && !t.revealed() {
			since = d.now().UnixMicro()
		}
	}
	if t.revealed() {
		return d.keepDay(ctx, tx, t, dayWaits, toDay(since), upsertDay)
	}
	return d.keepDay(ctx, tx, t, dayWaits, toDay(since), insertDay)
}

func (d *Desk) keepDay(ctx context.Context, tx *store.Tx, t *row, kind string, day int64, query string) error {
	mark := d.dayMark(kind, t.team, t.id)
	if day == 0 {
		return tx.Later(ctx, deleteDay, mark)
	}
	body := dayBody{Ticket: t.id, Kind: kind}
	if t.revealed() {
		body.Owner = t.owner
	}
	plain, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode a day: %w", err)
	}
	return tx.Later(ctx, query, mark, t.team, day, d.secrets.SealOffice(dayAt(mark), floor(plain, dayFloor)))
}

// dropDays forgets what a team kept of a ticket.
func (d *Desk) dropDays(ctx context.Context, tx *store.Tx, team, ticket helpdesk.ID) error {
	for _, kind := range []string{dayDue, dayWaits} {
		if err := tx.Later(ctx, deleteDay, d.dayMark(kind, team, ticket)); err != nil {
			return err
		}
	}
	return nil
}

// dayRow is one row of it, opened.
type dayRow struct {
	mark helpdesk.ID
	day  int64
	dayBody
}

func (d *Desk) days(ctx context.Context, query string, args ...any) ([]dayRow, error) {
	rows, err := d.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the days of a team: %w", err)
	}
	defer rows.Close()
	var out []dayRow
	for rows.Next() {
		var one dayRow
		var body []byte
		if err := rows.Scan(&one.mark, &one.day, &body); err != nil {
			return nil, fmt.Errorf("read the days of a team: %w", err)
		}
		plain, err := d.secrets.OpenOffice(dayAt(one.mark), body)
		if err != nil || json.Unmarshal(plain, &one.dayBody) != nil {
			d.alarm(ctx, "day", one.mark)
			continue
		}
		out = append(out, one)
	}
	return out, finish(rows, "read the days of a team")
}

// watchedDays is watched for a restricted team. Each is called by its mark, not
// by its ticket, and all count as what can be lost: which of them can, the
// server does not know.
func (d *Desk) watchedDays(ctx context.Context, team helpdesk.ID, kind string, until int64, after helpdesk.ID) ([]Watched, error) {
	var out []Watched
	for {
		some, err := d.days(ctx, selectDays, team, until, after, watchedMost)
		if err != nil || len(some) == 0 {
			return out, err
		}
		states, err := d.states(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, one := range some {
			after = one.mark
			state := states[one.Ticket]
			if one.Kind != kind || state != StateOpen && (kind == dayWaits || state != StateWaiting && state != StateClosed) {
				continue
			}
			w := Watched{ID: one.mark, Team: team, Owner: one.Owner, Priority: MaxPriority}
			if kind == dayDue {
				w.DueDay = instant(one.day)
			} else {
				w.WaitingSince = instant(one.day)
			}
			out = append(out, w)
		}
		if len(out) > 0 {
			return out, nil
		}
	}
}

func (d *Desk) states(ctx context.Context, days []dayRow) (map[helpdesk.ID]State, error) {
	ids := make([]any, len(days))
	for i, one := range days {
		ids[i] = one.Ticket
	}
	rows, err := d.db.Query(ctx, selectStates+store.Places(len(ids), 1)+")", ids...)
	if err != nil {
		return nil, fmt.Errorf("look what is due: %w", err)
	}
	defer rows.Close()
	out := map[helpdesk.ID]State{}
	for rows.Next() {
		var id helpdesk.ID
		var state State
		if err := rows.Scan(&id, &state); err != nil {
			return nil, fmt.Errorf("look what is due: %w", err)
		}
		out[id] = state
	}
	return out, finish(rows, "look what is due")
}

// datedLines reads the tickets of a restricted team that have a day of a kind
// up to an instant, the earliest first.
func (d *Desk) datedLines(ctx context.Context, team helpdesk.ID, kind string, until time.Time, keep func(dayBody) bool, most int) ([]*queued, error) {
	all, err := d.days(ctx, selectAllDays, team, toDay(micros(until)))
	if err != nil {
		return nil, err
	}
	var ids []helpdesk.ID
	for _, one := range all {
		if one.Kind == kind && keep(one.dayBody) && len(ids) <= most {
			ids = append(ids, one.Ticket)
		}
	}
	return d.linesOf(ctx, ids, func(q *queued) bool {
		return q.ticket.team == team && (q.ticket.state == StateOpen || kind == dayDue && (q.ticket.state == StateWaiting || q.ticket.state == StateClosed))
	})
}

// linesOf reads tickets' lines in the order of their ids.
func (d *Desk) linesOf(ctx context.Context, ids []helpdesk.ID, keep func(*queued) bool) ([]*queued, error) {
	found := map[helpdesk.ID]*queued{}
	for from := 0; from < len(ids); from += 200 {
		part := ids[from:min(from+200, len(ids))]
		lines, err := d.lines(ctx, nil, selectHeads+store.Places(len(part), 1)+")", anys(part)...)
		if err != nil {
			return nil, err
		}
		for _, q := range lines {
			if keep(q) {
				found[q.ticket.id] = q
			}
		}
	}
	var out []*queued
	for _, id := range ids {
		if q := found[id]; q != nil {
			out = append(out, q)
		}
	}
	return out, nil
}
