package tickets

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

const (
	// What one has not seen, has not answered, has not promised or was handed.
	countWaits = `SELECT (SELECT COUNT(*) FROM tickets_mention WHERE who = $1 AND seen = $2)
		+ (SELECT COUNT(*) FROM tickets_adviser a JOIN tickets_consult c ON c.id = a.consult
			WHERE a.who = $1 AND a.answered = $2 AND c.until > $3)
		+ (SELECT COUNT(*) FROM tickets_debrief d JOIN tickets_listener l ON l.debrief = d.id
			WHERE l.who = $1 AND d.asker <> $1 AND d.state = 'asked')
		+ (SELECT COUNT(*) FROM tickets_passed WHERE taker_kind = 'user' AND taker = $1 AND LENGTH(body) > 0)`

	selectUntold = `SELECT who FROM tickets_mention WHERE told = $1 AND seen = $1
		UNION SELECT who FROM tickets_adviser WHERE told = $1 AND answered = $1
		UNION SELECT who FROM tickets_listener WHERE told = $1 ORDER BY who`
	tellMentions  = `UPDATE tickets_mention SET told = $1 WHERE who = $2 AND told = $3`
	tellAdvisers  = `UPDATE tickets_adviser SET told = $1 WHERE who = $2 AND told = $3`
	tellListeners = `UPDATE tickets_listener SET told = $1 WHERE who = $2 AND told = $3`

	selectMyPassed = `SELECT ` + passedColumns + ` FROM tickets_passed WHERE taker_kind = 'user' AND taker = $1 AND LENGTH(body) > 0 ORDER BY id`
)

// Waits is how much waits for the session's user by name: notes that name them,
// questions, debriefs asked of them, drafts handed to them.
func (d *Desk) Waits(ctx context.Context, s *staff.Session) (int64, error) {
	var n int64
	if err := d.db.QueryRow(ctx, countWaits, s.User.ID, false, d.now().UnixMicro()).Scan(&n); err != nil {
		return 0, fmt.Errorf("count what waits for %s: %w", s.User.ID, err)
	}
	return n, nil
}

// DraftTickets lists the tickets in which a draft was handed to the session's
// user that they neither took nor dropped.
func (d *Desk) DraftTickets(ctx context.Context, s *staff.Session) ([]Row, error) {
	ids, err := d.passedTo(ctx, s.User.ID)
	if err != nil {
		return nil, err
	}
	rows, err := d.rowsOf(ctx, s, ids)
	var out []Row
	for _, id := range ids {
		if r, ok := rows[id]; ok {
			out = append(out, r)
		}
	}
	return out, err
}

// passedTo are the tickets in which a draft went to somebody.
func (d *Desk) passedTo(ctx context.Context, user helpdesk.ID) ([]helpdesk.ID, error) {
	rows, err := d.db.Query(ctx, selectMyPassed, user)
	if err != nil {
		return nil, fmt.Errorf("drafts handed to %s: %w", user, err)
	}
	defer rows.Close()
	var out []helpdesk.ID
	for rows.Next() {
		var r passedRow
		if err := rows.Scan(r.dest()...); err != nil {
			return nil, fmt.Errorf("drafts handed to %s: %w", user, err)
		}
		of := about{Ticket: r.ticket}
		if err := d.openAbout(r.at(), r.about, &of); err != nil {
			d.alarm(ctx, "passed", r.id)
			continue
		}
		out = append(out, of.Ticket)
	}
	slices.Sort(out)
	return slices.Compact(out), finish(rows, "drafts handed over")
}

// Untold lists whom something waits for by name that no mail told them of.
func (d *Desk) Untold(ctx context.Context) ([]helpdesk.ID, error) {
	return idsOf(ctx, d.db, selectUntold, false)
}

// Tell notes, in the caller's transaction, that somebody is told of all that
// waits for them by name; false when another did it first.
func (d *Desk) Tell(ctx context.Context, tx *store.Tx, user helpdesk.ID) (bool, error) {
	var sum int64
	for _, query := range []string{tellMentions, tellAdvisers, tellListeners} {
		n, err := tx.Exec(ctx, query, true, user, false)
		if err != nil {
			return false, fmt.Errorf("note that %s was told: %w", user, err)
		}
		sum += n
	}
	return sum > 0, nil
}
