package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tasks"
)

const (
	watchEvery = 5 * time.Minute
	morning    = 7 // no mail before this hour of the house's day
)

// Ending is a vetting that ends soon, and who vetted.
type Ending struct {
	Organisation, Owner helpdesk.ID
	Until               time.Time
}

// Watch is one look at the clock. What time alone has ended is written down, and
// with it ends what the person allowed for it. Whoever works here is told by a
// mail without content, each of each thing once: the owner of what came back or
// is late, the coordinators with them of what nobody outside answered and of an
// exception nobody looked at, and who vetted an organisation that this is about
// to end. Several processes may look at once. Nothing anybody may read hangs on
// it.
func (d *Door) Watch(ctx context.Context) error {
	late, err := d.book.DueBefore(ctx, d.DB, d.Now())
	if err != nil {
		return err
	}
	if err := errors.Join(d.rest(ctx, late), d.news(ctx)); err != nil {
		return err
	}
	plan, err := d.Office.Hours(ctx)
	if err != nil {
		return err
	}
	if d.Now().In(plan.Zone("")).Hour() < morning {
		return nil
	}
	c, err := d.calls(ctx)
	if err != nil {
		return err
	}
	if err := c.late(ctx, d, late); err != nil {
		return err
	}
	if err := c.others(ctx, d); err != nil {
		return err
	}
	return d.call(ctx, c)
}

// rest writes down what time alone has made of referrals that are over by it.
func (d *Door) rest(ctx context.Context, late []*referrals.Referral) error {
	for _, r := range late {
		if r.Unproven || r.At(d.Now()).Live() {
			continue
		}
		err := d.DB.Write(ctx, "close a referral", func(tx *store.Tx) error {
			if err := d.ledger.Lock(ctx, tx); err != nil {
				return err
			}
			r, err := d.book.Lock(ctx, tx, r.ID)
			if isNotFound(err) {
				return nil
			}
			if err != nil {
				return err
			}
			_, turns := referrals.Passed(r.State, r.Times(), d.instant())
			if r.Unproven || len(turns) == 0 {
				return nil // another process was first
			}
			for _, t := range turns {
				r.State, r.Turned = t.To, t.At
				if err := d.recordTurn(ctx, tx, r, t.At); err != nil {
					return err
				}
			}
			if err := d.book.Save(ctx, tx, r); err != nil {
				return err
			}
			if err := d.over(ctx, tx, r); err != nil {
				return err
			}
			return d.tell(ctx, tx, "", VerbAnswered, r)
		})
		if err != nil {
			return fmt.Errorf("close referral %s: %w", r.ID, err)
		}
	}
	return nil
}

// over ends the consent of a referral that has come to its end: it held for that
// alone.
func (d *Door) over(ctx context.Context, tx *store.Tx, r *referrals.Referral) error {
	if r.Consent == "" {
		return nil
	}
	if err := d.finish(ctx, tx, r.Consent); err != nil && !isNotFound(err) {
		return err
	}
	return nil
}

// calls are who is told of what.
type calls struct {
	users []staff.User // who work here
	lead  []staff.User // the coordinators among them
	of    map[helpdesk.ID][]told
}

// told is one thing, and when it came.
type told struct {
	subject helpdesk.ID
	at      time.Time
	about   tasks.Notice
}

func (d *Door) calls(ctx context.Context) (*calls, error) {
	users, err := d.Staff.Users(ctx)
	if err != nil {
		return nil, fmt.Errorf("list who works here: %w", err)
	}
	c := &calls{of: map[helpdesk.ID][]told{}}
	for _, u := range users {
		if u.State != staff.Active || u.Address == "" {
			continue
		}
		c.users = append(c.users, u)
		if u.Kind == staff.Coordinator {
			c.lead = append(c.lead, u)
		}
	}
	return c, nil
}

// note tells somebody, and the coordinators besides or, when there is no such
// one here any more, in their place.
func (c *calls) note(owner helpdesk.ID, lead bool, t told) {
	here := slices.ContainsFunc(c.users, func(u staff.User) bool { return u.ID == owner })
	if here {
		c.of[owner] = append(c.of[owner], t)
	}
	if here && !lead {
		return
	}
	for _, u := range c.lead {
		if u.ID != owner {
			c.of[u.ID] = append(c.of[u.ID], t)
		}
	}
}

// late are referrals past their day. Whose ticket went to a team they do not work
// in is not told of what they may not open.
func (c *calls) late(ctx context.Context, d *Door, all []*referrals.Referral) error {
	for _, r := range all {
		at := r.At(d.Now())
		if r.Unproven || !at.Live() {
			continue
		}
		owner := r.Owner
		if serves, err := d.serves(ctx, r.Team, owner); err != nil {
			return err
		} else if !serves {
			owner = ""
		}
		c.note(owner, at == referrals.Overdue, told{r.ID, r.Due, tasks.NoticeOverdue})
	}
	return nil
}

// others are what came back, what waits for its second person, and what may soon
// be referred to no more.
func (c *calls) others(ctx context.Context, d *Door) error {
	now := d.Now()
	back, err := d.book.ReturnedSince(ctx, d.DB, now.AddDate(0, 0, -returnedDays))
	if err != nil {
		return err
	}
	for _, r := range back {
		if !r.Unproven {
			c.note(r.Owner, false, told{r.ID, r.Turned, tasks.NoticeDue})
		}
	}
	unseen, err := d.book.Unseen(ctx, d.DB)
	if err != nil {
		return err
	}
	for _, e := range unseen {
		if !e.Unproven && !now.Before(e.Due) {
			c.note(e.Decided, true, told{e.ID, e.Due, tasks.NoticeOverdue})
		}
	}
	if d.Endings == nil {
		return nil
	}
	ends, err := d.Endings(ctx)
	if err != nil {
		return fmt.Errorf("look which vettings end: %w", err)
	}
	for _, e := range ends {
		c.note(e.Owner, false, told{e.Organisation, e.Until, tasks.NoticeDue})
	}
	return nil
}

// call sends each at most one mail of all that is new to them. It is laid into
// the outbox with what it tells of, or not at all.
func (d *Door) call(ctx context.Context, c *calls) error {
	var failed []error
	for _, u := range c.users {
		all := c.of[u.ID]
		if len(all) == 0 {
			continue
		}
		err := d.DB.Write(ctx, "remind of referrals", func(tx *store.Tx) error {
			about := tasks.Notice("")
			for _, t := range all {
				first, err := d.book.Tell(ctx, tx, t.subject, t.at, u.ID)
				if err != nil {
					return err
				}
				if first && about != tasks.NoticeOverdue {
					about = t.about
				}
			}
			if about == "" {
				return nil
			}
			if err := d.book.ForgetTold(ctx, tx); err != nil {
				return err
			}
			return d.Post.Remind(ctx, tx, u, about)
		})
		// Somebody whose address changed meanwhile keeps nobody else uninformed.
		if err != nil && !errors.Is(err, helpdesk.ErrDenied) {
			failed = append(failed, fmt.Errorf("remind %s: %w", u.ID, err))
		}
	}
	return errors.Join(failed...)
}
