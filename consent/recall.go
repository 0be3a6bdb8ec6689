package consent

import (
	"context"
	"fmt"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// consentChanged follows a consent: what was stopped is taken back from whoever
// has it, in the same transaction; what was refused or put off is not waited for.
// What merely ran out, or was used once, ends by its own time.
func (d *Door) consentChanged(ctx context.Context, tx *store.Tx, consent helpdesk.ID, state grants.State) error {
	switch state {
	case Withdrawn, Revoked, Invalidated, Refused, Deferred:
	default:
		return nil
	}
	if state == Withdrawn || state == Revoked || state == Invalidated {
		d.afterwards(ctx, tx, afterConsent, consent)
	}
	all, err := d.book.OfConsent(ctx, tx, consent)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Exception != "" {
			continue // it does not rest on a yes
		}
		event := referrals.Withdraw
		switch state {
		case Revoked, Invalidated:
			event = referrals.Revoke
		case Refused, Deferred:
			event = referrals.Refuse
		}
		if err := d.cut(ctx, tx, r.ID, event, ""); err != nil {
			return err
		}
	}
	return nil
}

// cut ends a referral, and never fails for what it finds: the wraps go first,
// whatever the row says, and the state follows as far as the table knows a way.
func (d *Door) cut(ctx context.Context, tx *store.Tx, id helpdesk.ID, e referrals.Event, actor helpdesk.ID) error {
	if err := d.ledger.Lock(ctx, tx); err != nil {
		return err
	}
	r, err := d.book.Lock(ctx, tx, id)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := d.book.Cut(ctx, tx, id); err != nil {
		return err
	}
	d.afterwards(ctx, tx, afterReferral, id)
	if !r.Unproven {
		if err := d.endTurn(ctx, tx, r, e); err != nil {
			return err
		}
	}
	return d.tell(ctx, tx, actor, VerbCut, r)
}

// endTurn moves a referral to the end that fits where it stands: what was sent
// is revoked, what was not is cancelled, what is over stays as it is.
func (d *Door) endTurn(ctx context.Context, tx *store.Tx, r *referrals.Referral, e referrals.Event) error {
	at := r.At(d.instant())
	if _, err := referrals.Next(at, e, referrals.Guards{}); err != nil {
		if e = referrals.Cancel; at != referrals.Draft && at != referrals.Awaiting {
			if now := d.instant(); at.Out() && now.Before(r.Expires) {
				r.Expires = now // closed, and still open to be read for a week: no more
				return d.book.Save(ctx, tx, r)
			}
			return nil
		}
	}
	if err := d.turn(ctx, tx, r, e, referrals.Guards{}); err != nil {
		return err
	}
	// The body stays as it was sealed: nobody may be here who could open it.
	return d.book.Save(ctx, tx, r)
}

// TakeBack is the person's own stop: with the return code alone, in one step, at
// any hour. The package is empty at the next request of whoever had it, and both
// consents it rested on are withdrawn with it. Stopping what is over is no error;
// ErrNotFound for another's. A report that rests on an exception stays.
func (d *Door) TakeBack(ctx context.Context, g *people.Guest, id helpdesk.ID) error {
	return d.DB.Write(ctx, "take a referral back", func(tx *store.Tx) error {
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return err
		}
		r, err := d.book.Load(ctx, tx, id)
		if err == nil && r.Person != g.Person {
			err = helpdesk.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("take back referral %s: %w", id, err)
		}
		// What left because the law demands it did not leave by their yes.
		if r.Exception == "" {
			if err := d.cut(ctx, tx, id, referrals.Withdraw, ""); err != nil {
				return err
			}
		}
		for _, consent := range []helpdesk.ID{r.Consent, r.Permission} {
			m, err := d.mineLocked(ctx, tx, g, consent)
			if isNotFound(err) {
				continue
			}
			if err != nil {
				return err
			}
			if err := d.stop(ctx, tx, m, grants.Answer{Method: grants.Web, Role: grants.Self}, g.Pair()); err != nil {
				return err
			}
		}
		return nil
	})
}

// TakeBackTold is TakeBack because the person told one of us. Whoever reads the
// ticket may, and every coordinator.
func (d *Door) TakeBackTold(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	return d.takeFrom(ctx, s, id, referrals.Withdraw)
}

// Recall ends a referral because we do: it was a mistake, or they are not who
// they were. As TakeBackTold.
func (d *Door) Recall(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	return d.takeFrom(ctx, s, id, referrals.Revoke)
}

func (d *Door) takeFrom(ctx context.Context, s *staff.Session, id helpdesk.ID, e referrals.Event) error {
	r, err := d.book.Load(ctx, d.DB, id)
	if err == nil && !s.Coordinator() {
		_, err = d.Tickets.Facts(ctx, s, r.Ticket)
	}
	if err != nil {
		return fmt.Errorf("recall referral %s: %w", id, err)
	}
	return d.DB.Write(ctx, "recall a referral", func(tx *store.Tx) error {
		return d.cut(ctx, tx, id, e, s.User.ID)
	})
}

// CancelReferral gives up what was not sent. ErrConflict for what was.
func (d *Door) CancelReferral(ctx context.Context, s *staff.Session, id helpdesk.ID, version int64) error {
	return d.act(ctx, s, id, version, referrals.Cancel, referrals.Guards{}, nil)
}

// act moves a referral for a colleague of the team, with what else changes.
func (d *Door) act(ctx context.Context, s *staff.Session, id helpdesk.ID, version int64, e referrals.Event, g referrals.Guards, change func(*held, *referrals.Referral)) error {
	h, err := d.hold(ctx, d.DB, s, id, true)
	if err != nil {
		return err
	}
	if h.row.Version != version {
		return fmt.Errorf("change referral %s: %w", id, helpdesk.ErrConflict)
	}
	return d.DB.Write(ctx, "change a referral", func(tx *store.Tx) error {
		r := *h.row
		if err := d.turn(ctx, tx, &r, e, g); err != nil {
			return err
		}
		if change != nil {
			change(h, &r)
		}
		if err := d.keep(ctx, tx, h, &r); err != nil {
			return err
		}
		return d.tell(ctx, tx, s.User.ID, VerbAnswered, &r)
	})
}

// stopReferrals takes back everything of some tickets, when their person has
// everything erased.
func (d *Door) stopReferrals(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	return d.eachReferral(ctx, tx, tickets, func(r *referrals.Referral) error {
		return d.cut(ctx, tx, r.ID, referrals.Withdraw, "")
	})
}

// forgetReferrals destroys what is sealed about them, the keys and whose they
// were. The ledger's steps stay, of nobody.
func (d *Door) forgetReferrals(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	err := d.eachReferral(ctx, tx, tickets, func(r *referrals.Referral) error {
		if err := d.cut(ctx, tx, r.ID, referrals.Withdraw, ""); err != nil {
			return err
		}
		if err := d.ledger.Erase(ctx, tx, r.ID); err != nil {
			return err
		}
		return d.book.Erase(ctx, tx, r)
	})
	if err != nil {
		return err
	}
	for _, ticket := range tickets {
		all, err := d.book.Exceptions(ctx, tx, ticket)
		if err != nil {
			return err
		}
		for _, e := range all {
			if err := d.ledger.Erase(ctx, tx, e.ID); err != nil {
				return err
			}
			if err := d.book.EraseException(ctx, tx, e.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Door) eachReferral(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID, do func(*referrals.Referral) error) error {
	for _, ticket := range tickets {
		all, err := d.book.OfTicket(ctx, tx, ticket)
		if err != nil {
			return err
		}
		for _, r := range all {
			if err := do(r); err != nil {
				return err
			}
		}
	}
	return nil
}
