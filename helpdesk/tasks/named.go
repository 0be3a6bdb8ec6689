package tasks

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// named tells those whom something waits for by name: a note that names them, a
// question, a colleague who wants to talk. Once, not in their quiet hours, and
// not at all who wants no mail.
func (w *watch) named(ctx context.Context) error {
	ids, err := w.tickets.Untold(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	users, err := w.staff.Users(ctx)
	if err != nil {
		return fmt.Errorf("list who works here: %w", err)
	}
	here := map[string]staff.User{}
	for _, u := range users {
		if u.State == staff.Active {
			here[string(u.ID)] = u
		}
	}
	local := w.now.In(w.plan.Zone(""))
	var failed []error
	for _, id := range ids {
		u, works := here[string(id)]
		notify := w.profile(id).Notify
		if works && !notify.Never && !notify.At(hours.Clock(local.Hour()*60+local.Minute())) {
			continue // the first look after their quiet hours tells them
		}
		err := w.db.Write(ctx, "tell "+string(id), func(tx *store.Tx) error {
			first, err := w.tickets.Tell(ctx, tx, id)
			if err != nil || !first || !works || notify.Never {
				return err
			}
			return w.remind.Remind(ctx, tx, u, NoticeNamed)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("tell %s: %w", id, err))
		}
	}
	return errors.Join(failed...)
}
