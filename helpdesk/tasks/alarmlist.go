package tasks

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
)

// wayOf names a way of a mailbox.
type wayOf struct {
	mailbox helpdesk.ID
	way     Way
}

// mailRow is what is kept of it.
type mailRow struct {
	good, raised time.Time // raised is zero without an alarm
	why          string
	mailed       bool
}

func (r *Room) mailRows(ctx context.Context) (map[wayOf]mailRow, error) {
	rows, err := r.db.Query(ctx, selectMail)
	if err != nil {
		return nil, fmt.Errorf("read how the mailboxes did: %w", err)
	}
	defer rows.Close()
	out := map[wayOf]mailRow{}
	for rows.Next() {
		var of wayOf
		var row mailRow
		var good, raised int64
		if err := rows.Scan(&of.mailbox, &of.way, &good, &raised, &row.why, &row.mailed); err != nil {
			return nil, fmt.Errorf("read how the mailboxes did: %w", err)
		}
		row.good = time.UnixMicro(good).UTC()
		if raised > 0 {
			row.raised = time.UnixMicro(raised).UTC()
		}
		out[of] = row
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read how the mailboxes did: %w", err)
	}
	return out, nil
}

// Alarms lists what stands still now, by mailbox and way. Address is left empty.
func (r *Room) Alarms(ctx context.Context) (map[helpdesk.ID][]Alarm, error) {
	known, err := r.mailRows(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := r.office.Hours(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the hours: %w", err)
	}
	out := map[helpdesk.ID][]Alarm{}
	for of, row := range known {
		if !row.raised.IsZero() {
			out[of.mailbox] = append(out[of.mailbox], Alarm{Mailbox: of.mailbox, Way: of.way, Why: row.why, Since: row.good.In(plan.Zone("")), Mailed: row.mailed})
		}
	}
	for _, ways := range out {
		if len(ways) == 2 && ways[0].Way == Out {
			ways[0], ways[1] = ways[1], ways[0]
		}
	}
	return out, nil
}
