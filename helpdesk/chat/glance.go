package chat

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// Glance is what every page of the desk shows of the chat, in one question.
type Glance struct {
	Presence Presence
	Waiting  int // as many as Waiting lists
	Calls    int // of colleagues for a second person; one's own is known to oneself
	Hard     int // hard talks of the session's user today, the one they are in counted
}

// A talk is hard when it was somebody's who is in danger, or when it lasted
// into the first hint. Of one that is over the day it began on is known. The
// teams follow twice, by the same numbers.
const (
	selectGlance = `SELECT COALESCE((SELECT state FROM chat_presence WHERE who = $1 AND until >= $2), $3),
		(SELECT COUNT(*) FROM chat_table WHERE taken = $1 AND taken_at >= $4 AND (priority >= $5 OR active >= $6)),
		(SELECT COUNT(*) FROM chat_call WHERE who <> $1 AND team IN (`
	glanceWaits = `)), (SELECT COUNT(*) FROM chat_table WHERE (state = 'waiting'
		OR state = 'talking' AND asked <> '' AND taken <> $1 AND (asked = $1 OR asked = $7)) AND team IN (`
	glanceEnd = `))`
)

// Glance opens nothing.
func (r *Room) Glance(ctx context.Context, s *staff.Session) (Glance, error) {
	limits, err := r.limits(ctx)
	if err != nil {
		return Glance{}, err
	}
	now := r.now()
	args := []any{s.User.ID, now.UnixMicro(), string(Absent), now.UTC().Truncate(24 * time.Hour).UnixMicro(),
		tickets.MaxPriority, limits.Hint.Microseconds(), string(anybody)}
	teams := teamArgs(s)
	if len(teams) == 0 {
		teams = []any{""} // no team's
	}
	in := store.Places(len(teams), len(args)+1)
	var g Glance
	row := r.db.QueryRow(ctx, selectGlance+in+glanceWaits+in+glanceEnd, append(args, teams...)...)
	if err := row.Scan(&g.Presence, &g.Hard, &g.Calls, &g.Waiting); err != nil {
		return Glance{}, fmt.Errorf("look at the chat for %s: %w", s.User.ID, err)
	}
	return g, nil
}
