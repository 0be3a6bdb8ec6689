package chat

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
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
	door := plan.Door(hours.Chat, a, r.now(), present)
	if door.State != hours.Open {
		door.Next = opens(plan, a, r.now(), present)
	}
	return door, nil
}

// opens is the next opening the roster keeps, on any line an audience may use;
// zero for none. Hours in which nobody is rostered are no promise.
func opens(plan hours.Plan, a hours.Audience, now time.Time, present []helpdesk.ID) time.Time {
	var next time.Time
	for _, line := range plan.For(hours.Chat, a) {
		from := now
		if s := plan.At(line, now, present); s.State == hours.Few || s.State == hours.Capacity {
			from = s.Until // not in the hours that go on now
		}
		if at, ok := plan.Opens(line, from); ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// childFirst is the priority from which nobody is turned away because others
// wait: a child, and who must travel.
const childFirst = 2

// Crowded: more people wait than the house can answer soon. The page then
// offers to leave a message instead; never to a child or who must travel.
func (r *Room) Crowded(ctx context.Context, f tickets.Facts) (bool, error) {
	if f.Priority() >= childFirst {
		return false, nil
	}
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
