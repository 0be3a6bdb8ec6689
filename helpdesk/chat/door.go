package chat

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

// Door tells whether somebody of an audience can talk now: within hours, not
// closed for capacity, and enough rostered counsellors present. Pages show
// nothing else, so that no promise stands there which nobody keeps.
func (r *Room) Door(ctx context.Context, a hours.Audience) (hours.Status, error) {
	plan, err := r.office.Hours(ctx)
	if err != nil {
		return hours.Status{}, err
	}
	present, err := r.presentIDs(ctx)
	if err != nil {
		return hours.Status{}, err
	}
	return plan.Door(hours.Chat, a, r.now(), present), nil
}

// Crowded: more people wait than the house can answer soon. The page then
// offers to leave a message instead.
func (r *Room) Crowded(ctx context.Context) (bool, error) {
	limits, err := r.limits(ctx)
	if err != nil {
		return false, err
	}
	var waiting int
	if err := r.db.QueryRow(ctx, countWaits).Scan(&waiting); err != nil {
		return false, fmt.Errorf("count the queue: %w", err)
	}
	return waiting >= limits.QueueLong, nil
}

// presentIDs are the counsellors who are here and not away.
func (r *Room) presentIDs(ctx context.Context) ([]helpdesk.ID, error) {
	all, err := r.Present(ctx)
	if err != nil {
		return nil, err
	}
	var ids []helpdesk.ID
	for _, c := range all {
		if c.Presence != Absent {
			ids = append(ids, c.User)
		}
	}
	return ids, nil
}
