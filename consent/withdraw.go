package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Withdraw stops a consent by the person's own word, with the return code
// alone: one step, at any hour, and whatever else is wrong. What hangs on it
// ends in the same transaction. Stopping what is over already is no error;
// ErrNotFound for somebody else's.
func (d *Door) Withdraw(ctx context.Context, g *people.Guest, id helpdesk.ID, by Method) error {
	return d.DB.Write(ctx, "withdraw a consent", func(tx *store.Tx) error {
		m, err := d.mineLocked(ctx, tx, g, id)
		if err != nil {
			return err
		}
		if err := d.stop(ctx, tx, m, grants.Answer{Method: by, Role: grants.Self}, g.Pair()); err != nil {
			return err
		}
		return d.note(ctx, tx, "", VerbWithdrawn, m.subject.Ticket)
	})
}

// WithdrawTold stops a consent because the person told somebody of us, in
// whatever way; note says how, for colleagues. Whoever reads the ticket may,
// and every coordinator; for others it is ErrNotFound.
func (d *Door) WithdrawTold(ctx context.Context, s *staff.Session, id helpdesk.ID, note string) error {
	return d.DB.Write(ctx, "withdraw a consent", func(tx *store.Tx) error {
		m, err := d.oursLocked(ctx, tx, s, id)
		if err != nil {
			return err
		}
		a := grants.Answer{Method: grants.Told, Role: grants.Self, Witness: string(s.User.ID), Note: note}
		if err := d.stop(ctx, tx, m, a, nil); err != nil {
			return err
		}
		return d.note(ctx, tx, s.User.ID, VerbWithdrawn, m.subject.Ticket)
	})
}

// Revoke ends a consent because we do, for good; as WithdrawTold. why is for
// colleagues.
func (d *Door) Revoke(ctx context.Context, s *staff.Session, id helpdesk.ID, why string) error {
	return d.endOurs(ctx, s, id, grants.Revoked, VerbRevoked, why)
}

// Invalidate says that a yes never was one: somebody else spoke, or they were
// pressed. As Revoke.
func (d *Door) Invalidate(ctx context.Context, s *staff.Session, id helpdesk.ID, why string) error {
	return d.endOurs(ctx, s, id, grants.Invalidated, VerbInvalidated, why)
}

func (d *Door) endOurs(ctx context.Context, s *staff.Session, id helpdesk.ID, as grants.State, verb, why string) error {
	return d.DB.Write(ctx, "end a consent", func(tx *store.Tx) error {
		m, err := d.oursLocked(ctx, tx, s, id)
		if err != nil {
			return err
		}
		moves := grants.End(m.events, as, grants.OutcomeClosed, d.Now())
		if len(moves) == 0 {
			return nil
		}
		a := grants.Answer{State: moves[len(moves)-1].State, Method: grants.Told, Witness: string(s.User.ID), Note: why}
		if err := d.writeSaid(ctx, tx, m, moves, time.Time{}, a, nil); err != nil {
			return err
		}
		return d.note(ctx, tx, s.User.ID, verb, m.subject.Ticket)
	})
}

// oursLocked reads a consent for who may stop it, with the book locked, and
// opens it where their keys do. Rights are checked on the consent's own ticket.
func (d *Door) oursLocked(ctx context.Context, tx *store.Tx, s *staff.Session, id helpdesk.ID) (*matter, error) {
	if err := d.ledger.Lock(ctx, tx); err != nil {
		return nil, err
	}
	m, err := d.matter(ctx, tx, id)
	if err == nil && !s.Coordinator() {
		_, err = d.Tickets.Facts(ctx, s, m.subject.Ticket)
	}
	if err != nil {
		return nil, fmt.Errorf("consent %s: %w", id, err)
	}
	if s.Own() == nil {
		return m, nil // the console holds no key
	}
	if err := d.open(ctx, tx, m, asStaff(s)); err != nil && !errors.Is(err, errClosed) {
		return nil, err
	}
	return m, nil
}

// Stop ends every consent of some tickets, in the transaction in which their
// person asks to have everything erased: what anybody outside could read is
// closed at once. It stays closed when the erasure is undone.
func (d *Door) Stop(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	d.afterwards(ctx, tx, afterStop, tickets...)
	if err := d.tellErased(ctx, tx, tickets); err != nil {
		return err
	}
	if err := d.stopReferrals(ctx, tx, tickets); err != nil {
		return err
	}
	return d.each(ctx, tx, tickets, func(m *matter) error {
		return d.write(ctx, tx, m, grants.Stop(m.events, grants.OutcomeErased, d.Now()), time.Time{}, nil)
	})
}

// Forget destroys what is sealed about the consents and referrals of some
// tickets, their keys and whose they were. The steps stay in the book, of nobody.
func (d *Door) Forget(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	d.forgotten(ctx, tx, tickets)
	tickets, err := d.touched(ctx, tx, tickets)
	if err != nil {
		return err
	}
	if err := d.forgetReferrals(ctx, tx, tickets); err != nil {
		return err
	}
	if err := d.forgetBranches(ctx, tx, tickets); err != nil {
		return err
	}
	return d.each(ctx, tx, tickets, func(m *matter) error {
		if err := d.write(ctx, tx, m, grants.Stop(m.events, grants.OutcomeErased, d.Now()), time.Time{}, nil); err != nil {
			return err
		}
		return d.ledger.Erase(ctx, tx, m.subject.ID)
	})
}

func (d *Door) each(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID, do func(*matter) error) error {
	locked := false
	for _, ticket := range tickets {
		subjects, err := d.ledger.OfTicket(ctx, tx, ticket)
		if err != nil {
			return err
		}
		for _, subject := range subjects {
			if !locked {
				if err := d.ledger.Lock(ctx, tx); err != nil {
					return err
				}
				locked = true
			}
			m, err := d.matterOf(ctx, tx, subject)
			if errors.Is(err, helpdesk.ErrNotFound) {
				// A row of nobody's: it is erased with the others.
				m, err = &matter{subject: subject}, nil
			}
			if err != nil {
				return err
			}
			if err := do(m); err != nil {
				return err
			}
		}
	}
	return nil
}
