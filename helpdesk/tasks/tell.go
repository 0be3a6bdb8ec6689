package tasks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/store"
)

// mark is one telling: it happens once.
type mark struct {
	ticket helpdesk.ID
	day    int64
	step   int
	wait   string // a keyed mark of the instant, which must not stand in plain once the ticket is closed
	who    helpdesk.ID
}

// Steps that are no days left: far from any that are.
const (
	stepWaits = 1000
	stepHour  = 2000 // and the hour, in UTC, where no hour comes twice
)

// memory holds the tellings this process knows to have happened, so that a
// thing that stays due costs no write at each look.
type memory struct {
	of   hours.Date
	done map[mark]bool
}

// tell sends each colleague at most one mail about dates and one about those
// who wait. Each is laid into the outbox with what it tells of, or not at all.
func (w *watch) tell(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.told.of != w.today {
		w.told = memory{of: w.today, done: map[mark]bool{}}
	}
	var failed []error
	for _, c := range inOrder(w.dates) {
		failed = append(failed, w.call(ctx, c, false))
	}
	for _, c := range inOrder(w.waits) {
		// Not more than one an hour: whoever signs in sees all who wait. What is
		// not told now is told with the next.
		failed = append(failed, w.call(ctx, c, true))
	}
	return errors.Join(failed...)
}

// inOrder: whoever claims many rows claims them in one order, or two processes
// would wait for each other.
func inOrder(all map[helpdesk.ID]*calls) []*calls {
	var out []*calls
	for _, c := range all {
		slices.SortFunc(c.claims, func(a, b mark) int {
			return cmp.Or(cmp.Compare(a.ticket, b.ticket), cmp.Compare(a.day, b.day), cmp.Compare(a.step, b.step), cmp.Compare(a.wait, b.wait))
		})
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *calls) int { return cmp.Compare(a.who.ID, b.who.ID) })
	return out
}

// errLater ends a telling that has to wait for the next hour.
var errLater = errors.New("told of others in this hour")

func (w *watch) call(ctx context.Context, c *calls, hourly bool) error {
	local := w.now.In(w.plan.Zone(""))
	if quiet := w.profile(c.who.ID).Notify; !quiet.Never && !quiet.At(hours.Clock(local.Hour()*60+local.Minute())) {
		return nil // the first look after their quiet hours tells them
	}
	claims := slices.DeleteFunc(slices.Clone(c.claims), func(m mark) bool { return w.told.done[m] })
	if len(claims) == 0 {
		return nil
	}
	err := w.db.Write(ctx, "remind "+string(c.who.ID), func(tx *store.Tx) error {
		told := false
		for _, m := range claims {
			mine, err := w.claim(ctx, tx, m)
			if err != nil {
				return err
			}
			told = told || mine
		}
		if !told {
			return nil // another process told them
		}
		if hourly {
			hour := mark{day: midnight(w.today).UnixMicro(), step: stepHour + w.now.UTC().Hour(), who: c.who.ID}
			if mine, err := w.claim(ctx, tx, hour); err != nil {
				return err
			} else if !mine {
				return errLater
			}
		}
		return w.remind.Remind(ctx, tx, c.who, c.about)
	})
	if errors.Is(err, errLater) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remind %s: %w", c.who.ID, err)
	}
	for _, m := range claims {
		w.told.done[m] = true
	}
	return nil
}

// claim tells whether a telling is this transaction's to do.
func (w *watch) claim(ctx context.Context, tx *store.Tx, m mark) (bool, error) {
	n, err := tx.Exec(ctx, claim, m.ticket, m.day, m.step, []byte(m.wait), m.who, midnight(w.today).UnixMicro())
	if err != nil {
		return false, fmt.Errorf("note a reminder: %w", err)
	}
	return n == 1, nil
}

// forget lets tellings go once a day.
func (r *Room) forget(ctx context.Context, today hours.Date) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.swept == today {
		return nil
	}
	err := r.db.Write(ctx, "forget reminders", func(tx *store.Tx) error {
		if err := tx.Later(ctx, forgetOld, midnight(today.Add(-kept)).UnixMicro()); err != nil {
			return err
		}
		return tx.Later(ctx, forgetGone)
	})
	if err != nil {
		return fmt.Errorf("forget reminders: %w", err)
	}
	r.swept = today
	return nil
}
