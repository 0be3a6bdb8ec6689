package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// holds tells whether a consent is valid now and until when, by what stands in
// plain: for who has no key and must know whether access has ended. A consent
// that is not there, or whose row is not ours, does not hold.
func (d *Door) holds(ctx context.Context, r store.Reader, consent helpdesk.ID) (bool, time.Time, error) {
	m, err := d.matter(ctx, r, consent)
	if errors.Is(err, helpdesk.ErrNotFound) || err == nil && m.subject.Unproven {
		return false, time.Time{}, nil
	}
	if err != nil {
		return false, time.Time{}, err
	}
	var until time.Time
	for _, e := range m.events {
		if !e.View {
			until = e.Until
		}
	}
	return m.valid(d.Now()), until, nil
}

// covers asks, with the session's keys, whether a consent of a ticket allows a
// use at this instant; Reason says why not. Inside a transaction it locks the
// book first, so that no withdrawal slips in before what the caller then
// appends.
func (d *Door) covers(ctx context.Context, r store.Reader, s *staff.Session, ticket, consent helpdesk.ID, u grants.Use) (*matter, grants.Reason, error) {
	if tx, ok := r.(*store.Tx); ok {
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return nil, "", err
		}
	}
	m, err := d.matter(ctx, r, consent)
	if err != nil {
		return nil, "", err
	}
	// The ticket may have turned out to be somebody else's than who said yes.
	t, err := d.Tickets.Facts(ctx, s, ticket)
	if err != nil {
		return nil, "", err
	}
	if m.subject.Unproven || m.subject.Ticket != ticket || m.subject.Person != t.Person {
		return nil, "", fmt.Errorf("use consent %s: %w", consent, helpdesk.ErrNotFound)
	}
	switch err := d.open(ctx, r, m, asStaff(s)); {
	case errors.Is(err, errClosed):
		return m, grants.NotValid, nil
	case err != nil:
		return nil, "", err
	}
	_, why := grants.Covers(m.terms, m.said, m.events, m.void, u, d.Now())
	return m, why, nil
}

// spend notes that something left because of a consent: one for a single use is
// over by that. The caller has appended the disclosure.
func (d *Door) spend(ctx context.Context, tx *store.Tx, consent helpdesk.ID) error {
	m, err := d.matter(ctx, tx, consent)
	if err != nil {
		return err
	}
	if p, ok := grants.PurposeOf(m.purpose); !ok || !p.Single {
		return nil
	}
	return d.write(ctx, tx, m, grants.End(m.events, grants.Expired, grants.OutcomeUsed, d.Now()), time.Time{}, nil)
}

// finish notes that what a consent was for is over.
func (d *Door) finish(ctx context.Context, tx *store.Tx, consent helpdesk.ID) error {
	if err := d.ledger.Lock(ctx, tx); err != nil {
		return err
	}
	m, err := d.matter(ctx, tx, consent)
	if err != nil {
		return err
	}
	return d.write(ctx, tx, m, grants.End(m.events, grants.Expired, grants.OutcomeClosed, d.Now()), time.Time{}, nil)
}

// write appends the steps of a consent, the last one with its body (sealed at
// the id it names) and its end, and tells who waits for it. No steps, no deed.
func (d *Door) write(ctx context.Context, tx *store.Tx, m *matter, moves []grants.Move, until time.Time, body *sealedBody) error {
	for i, move := range moves {
		e := ledger.Event{Kind: ledger.Consent, Subject: m.subject.ID, State: string(move.State), Outcome: move.Outcome,
			Purpose: m.purpose, Version: m.version, Age: string(m.age), At: d.after(m)}
		if i == len(moves)-1 {
			e.Until = until
			if body != nil {
				e.ID, e.Body = body.event, body.sealed
			}
		}
		if err := d.append(ctx, tx, m, e); err != nil {
			return err
		}
		if err := d.moved(ctx, tx, m, move.State); err != nil {
			return err
		}
	}
	return nil
}

// moved has what hangs on a consent follow it, and rings.
func (d *Door) moved(ctx context.Context, tx *store.Tx, m *matter, state State) error {
	for _, f := range d.changed {
		if err := f(ctx, tx, m.subject.ID, state); err != nil {
			return err
		}
	}
	d.ring(tx, m.subject.Ticket)
	return nil
}

// sealedBody is what an event is to hold, sealed for its id.
type sealedBody struct {
	event  helpdesk.ID
	sealed []byte
}

func (d *Door) append(ctx context.Context, tx *store.Tx, m *matter, e ledger.Event) error {
	placed, err := d.ledger.Append(ctx, tx, e)
	if err != nil {
		return err
	}
	e.ID = placed.ID
	s := ledger.Step{Event: e, Seq: placed.Seq, Hash: placed.Hash, HasBody: e.Body != nil}
	m.steps, m.events = append(m.steps, s), append(m.events, event(s))
	return nil
}

// after is now, and never before what was written last: the clocks of two
// processes differ, and what came later must count.
func (d *Door) after(m *matter) time.Time {
	now := d.Now().UTC().Truncate(time.Microsecond)
	if n := len(m.steps); n > 0 && m.steps[n-1].At.After(now) {
		return m.steps[n-1].At
	}
	return now
}
