package consent

import (
	"context"
	"fmt"
	"time"

	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// AskNow is Ask in a transaction of its own.
func (d *Door) AskNow(ctx context.Context, s *staff.Session, draft Draft) (helpdesk.ID, error) {
	var id helpdesk.ID
	err := d.DB.Write(ctx, "ask for consent", func(tx *store.Tx) error {
		var err error
		id, err = d.Ask(ctx, tx, s, draft)
		return err
	})
	return id, err
}

const (
	returnedDays = 30
	mostUnderway = 300
)

// Underway lists what a colleague, or a team of theirs, has begun and something
// is still to come of, the first due first; and before it what came back to the
// colleague with a reason within a month. At most 300; each is opened as far as
// the session's keys go, and asked for on its own ticket.
func (d *Door) Underway(ctx context.Context, s *staff.Session) ([]Referred, error) {
	now := d.Now()
	rows, err := d.book.ReturnedTo(ctx, d.DB, s.User.ID, now.AddDate(0, 0, -returnedDays))
	if err != nil {
		return nil, err
	}
	living, err := d.book.DueBefore(ctx, d.DB, now.AddDate(10, 0, 0)) // every living one has a day
	if err != nil {
		return nil, err
	}
	var out []Referred
	for _, r := range append(rows, living...) {
		at := r.At(now)
		if r.Owner != s.User.ID && !s.Member(r.Team) || !at.Live() && at != referrals.Returned || len(out) == mostUnderway {
			continue
		}
		h, err := d.hold(ctx, d.DB, s, r.ID, false)
		if err != nil {
			if closedToUs(err) {
				continue
			}
			return nil, err
		}
		one := d.referred(r, h)
		if at == referrals.Returned {
			if err := d.fill(ctx, &one, h); err != nil {
				return nil, err
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// HandOver gives what stands under a ticket to a team that is about to get the
// ticket: afterwards whoever hands it over may not open it any more. What the
// team then may read is asked for on the ticket, as ever. ErrDenied for who is
// not of the ticket's team.
func (d *Door) HandOver(ctx context.Context, s *staff.Session, ticket, team helpdesk.ID) error {
	t, err := d.Tickets.Facts(ctx, s, ticket)
	if err == nil && !s.Member(t.Team) {
		err = helpdesk.ErrDenied
	}
	if err != nil {
		return fmt.Errorf("hand over what stands under ticket %s: %w", ticket, err)
	}
	if err := d.followTo(ctx, s, ticket, team); err != nil {
		return err
	}
	return d.followReferralsTo(ctx, s, t, team)
}

// Late tells whether somebody should have done something by now.
func (r Referred) Late(now time.Time) bool { return !r.Due.IsZero() && !now.Before(r.Due) }
