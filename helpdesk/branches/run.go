package branches

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tasks"
)

const (
	roundEvery = time.Minute
	morning    = 7 // no mail before this hour of the house's day
)

// Run looks at the clock until ctx ends. Nothing anybody may read hangs on it:
// time ends that by itself. Several processes may run it at once.
func (d *Desk) Run(ctx context.Context) error {
	tick := time.NewTicker(roundEvery)
	defer tick.Stop()
	for {
		if err := d.Round(ctx); err != nil && ctx.Err() == nil {
			d.Log.ErrorContext(ctx, "the branches' round was not finished", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Round is one look: hand-ons follow their tickets, cards and phones' keys whose
// time is over are deleted, and a counsellor is told of a branch that fell
// silent, once.
func (d *Desk) Round(ctx context.Context) error {
	return errors.Join(d.observeAll(ctx), d.sweep(ctx), d.nudge(ctx))
}

func (d *Desk) observeAll(ctx context.Context) error {
	// Those closed lately, too: they may have been opened again.
	rows, err := d.handons(ctx, d.DB, selectUnobserved, d.Now().AddDate(0, 0, -30).UnixMicro())
	if err != nil {
		return err
	}
	var failed []error
	for _, h := range rows {
		failed = append(failed, d.observe(ctx, h))
	}
	return errors.Join(failed...)
}

func (d *Desk) sweep(ctx context.Context) error {
	now := d.Now()
	cards, err := d.cards(ctx, d.DB, selectLapsed, now.UnixMicro(), false)
	if err != nil {
		return err
	}
	for _, c := range cards {
		err := d.DB.Write(ctx, "let a card lapse", func(tx *store.Tx) error { return d.dropCard(ctx, tx, c) })
		if err != nil && !errors.Is(err, helpdesk.ErrConflict) { // used at this moment
			return err
		}
	}
	return d.DB.Write(ctx, "sweep the branches' room", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sweepPhones, now.Add(-waitMost).UnixMicro()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, forgetTold, now.AddDate(-1, 0, 0).UnixMicro())
		return err
	})
}

// nudge tells the named counsellor of a branch that fell silent; where nobody is
// named the list on the coordinators' page is enough.
func (d *Desk) nudge(ctx context.Context) error {
	if d.Remind == nil {
		return nil
	}
	plan, err := d.Office.Hours(ctx)
	if err != nil {
		return err
	}
	if d.Now().In(plan.Zone("")).Hour() < morning {
		return nil
	}
	all, err := d.beside(ctx)
	if err != nil {
		return err
	}
	users, err := d.Staff.Users(ctx)
	if err != nil {
		return err
	}
	for _, b := range all {
		if !b.Silent || b.Named.User == "" || b.Last.IsZero() {
			continue
		}
		for _, u := range users {
			if u.ID != b.Named.User || u.State != staff.Active || u.Address == "" {
				continue
			}
			err := d.DB.Write(ctx, "tell of a silent branch", func(tx *store.Tx) error {
				n, err := tx.Exec(ctx, insertToldOf, d.orgMark(b.Org), b.Last.UnixMicro(), d.Now().UnixMicro())
				if err != nil || n == 0 {
					return err
				}
				return d.Remind.Remind(ctx, tx, u, tasks.NoticeNamed)
			})
			// Somebody whose address changed meanwhile keeps nobody else uninformed.
			if err != nil && !errors.Is(err, helpdesk.ErrDenied) {
				return fmt.Errorf("tell of silent branch %s: %w", b.Org, err)
			}
		}
	}
	return nil
}

// Forget deletes what the room keeps of tickets, in the transaction that erases
// them.
func (d *Desk) Forget(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	if len(tickets) == 0 {
		return nil
	}
	args := make([]any, len(tickets))
	for i, id := range tickets {
		args[i] = id
	}
	// Most tickets never were with a branch: one question for all of them.
	tickets, err := store.IDs(ctx, tx, strings.ReplaceAll(selectTouched, "$1", store.Places(len(args), 1)), args...)
	if err != nil {
		return fmt.Errorf("look for what branches had: %w", err)
	}
	for _, ticket := range tickets {
		rows, err := store.IDs(ctx, tx, selectIDsOfTicket, ticket)
		if err != nil {
			return fmt.Errorf("forget the hand-ons of ticket %s: %w", ticket, err)
		}
		for _, id := range rows {
			for _, query := range []string{deleteWords, deleteTasks, deleteKeys, deleteHandOn} {
				if _, err := tx.Exec(ctx, query, id); err != nil {
					return fmt.Errorf("forget hand-on %s: %w", id, err)
				}
			}
			d.ring(tx, TopicThread, id)
		}
		if _, err := tx.Exec(ctx, dropLinks, ticket); err != nil {
			return fmt.Errorf("forget the links of ticket %s: %w", ticket, err)
		}
	}
	return nil
}
