package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Allowed is one consent as its person, or a colleague of the ticket's team,
// sees it: what is asked or allowed, to whom, until when.
type Allowed struct {
	ID, Ticket helpdesk.ID
	Purpose    Purpose
	Notice     helpdesk.ID
	Age        Age
	State      State // now: what time has made of it, too
	Valid      bool  // it holds at this moment
	Asked      time.Time
	Changed    time.Time // when it came to where it stands
	Until      time.Time // of a yes; of a question, when a yes said now would end

	// Open: the sealed half could be opened. Otherwise Terms and Said are empty,
	// and it can be stopped all the same.
	Open  bool
	Terms Terms
	Said  Said // the last yes
	// View: a child under 13 said yes for itself; Spoken: somebody spoke for it.
	View, Spoken bool
	Steps        []Step
}

// CanStop tells whether there is anything to stop.
func (a Allowed) CanStop() bool {
	return a.State == Requested || a.State == Deferred || a.Valid || a.State == Given || a.State == Renewed
}

// CanAnswer tells whether the person may say yes to it, now or again.
func (a Allowed) CanAnswer() bool {
	switch a.State {
	case Requested, Deferred, Refused, Withdrawn:
		return a.Open
	case Expired:
		return a.Open && !a.Purpose.Single
	}
	return false
}

// Step is one thing that happened to a consent.
type Step struct {
	State   State
	Outcome string
	View    bool
	At      time.Time
}

// Asked lists the questions that wait for the person's answer, the oldest
// first; with what was put off.
func (d *Door) Asked(ctx context.Context, g *people.Guest) ([]Allowed, error) {
	all, err := d.Mine(ctx, g)
	return slices.DeleteFunc(all, func(a Allowed) bool { return a.State != Requested && a.State != Deferred }), err
}

// Mine lists everything the person was asked and what became of it, the oldest
// first.
func (d *Door) Mine(ctx context.Context, g *people.Guest) ([]Allowed, error) {
	subjects, err := d.ledger.OfPerson(ctx, d.DB, g.Person)
	if err != nil {
		return nil, err
	}
	return d.list(ctx, subjects, asGuest(g))
}

// One is one of the person's own; ErrNotFound for another's.
func (d *Door) One(ctx context.Context, g *people.Guest, id helpdesk.ID) (Allowed, error) {
	m, err := d.own(ctx, g, id)
	if err != nil {
		return Allowed{}, err
	}
	return d.allowed(m), nil
}

// own reads one of the person's own, opened where their key does.
func (d *Door) own(ctx context.Context, g *people.Guest, id helpdesk.ID) (*matter, error) {
	m, err := d.matter(ctx, d.DB, id)
	if err == nil && m.subject.Person != g.Person {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("consent %s: %w", id, err)
	}
	if err := d.open(ctx, d.DB, m, asGuest(g)); err != nil && !errors.Is(err, errClosed) {
		return nil, err
	}
	return m, nil
}

// Of lists the consents of a ticket for who may open the ticket, the oldest
// first. ErrNotFound as for the ticket.
func (d *Door) Of(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Allowed, error) {
	if _, err := d.Tickets.Facts(ctx, s, ticket); err != nil {
		return nil, fmt.Errorf("consents of ticket %s: %w", ticket, err)
	}
	subjects, err := d.ledger.OfTicket(ctx, d.DB, ticket)
	if err != nil {
		return nil, err
	}
	return d.list(ctx, subjects, asStaff(s))
}

func (d *Door) list(ctx context.Context, subjects []ledger.Subject, as reader) ([]Allowed, error) {
	out := make([]Allowed, 0, len(subjects))
	for _, subject := range subjects {
		m, err := d.matterOf(ctx, d.DB, subject)
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue // a row without a step of ours is nobody's consent
		}
		if err == nil {
			err = d.open(ctx, d.DB, m, as)
		}
		if err != nil && !errors.Is(err, errClosed) {
			return nil, err
		}
		out = append(out, d.allowed(m))
	}
	return out, nil
}

// allowed is a matter as it is seen.
func (d *Door) allowed(m *matter) Allowed {
	now := d.Now()
	a := Allowed{ID: m.subject.ID, Ticket: m.subject.Ticket, Notice: m.subject.Notice, Age: m.age, State: m.now(now), Valid: m.valid(now),
		Open: m.opened, Terms: m.terms, Said: m.said}
	a.Purpose, _ = grants.PurposeOf(m.purpose)
	if a.Purpose.Code == "" {
		a.Purpose = Purpose{Code: m.purpose, Version: m.version}
	}
	for _, e := range m.events {
		a.Steps = append(a.Steps, Step{e.State, e.Outcome, e.View, e.At})
		switch {
		case e.View:
			a.View = e.State == Given
		case e.State == Requested:
			a.View, a.Spoken = false, false
		case e.State == Given || e.State == Renewed:
			a.Spoken, a.Until = e.Outcome != string(Self), e.Until
		}
		if !e.View {
			a.Changed = e.At
		}
	}
	a.Asked = m.events[0].At
	if (a.State == Requested || a.State == Deferred) && m.opened {
		a.Until = a.Purpose.Ends(m.terms, now)
	}
	return a
}

// Follow gives a ticket's consents to who should read them now and can't yet:
// the team the ticket was handed to, the person once they have a key, or a new
// one. Call it after a hand-over or a new code, and when a colleague opens the
// consents; it writes only what is missing.
func (d *Door) Follow(ctx context.Context, s *staff.Session, ticket helpdesk.ID) error {
	t, err := d.Tickets.Facts(ctx, s, ticket)
	if err != nil {
		return fmt.Errorf("consents of ticket %s: %w", ticket, err)
	}
	return d.followTo(ctx, s, ticket, t.Team)
}

func (d *Door) followTo(ctx context.Context, s *staff.Session, ticket, team helpdesk.ID) error {
	subjects, err := d.ledger.OfTicket(ctx, d.DB, ticket)
	if err != nil || len(subjects) == 0 {
		return err
	}
	for _, subject := range subjects {
		m, err := d.matterOf(ctx, d.DB, subject)
		if err == nil {
			err = d.open(ctx, d.DB, m, asStaff(s))
		}
		if errors.Is(err, errClosed) || errors.Is(err, helpdesk.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := d.follow(ctx, s, m, team); err != nil {
			return err
		}
	}
	return nil
}

func (d *Door) follow(ctx context.Context, s *staff.Session, m *matter, team helpdesk.ID) error {
	wraps, err := d.ledger.Wraps(ctx, d.DB, m.subject.ID)
	if err != nil {
		return err
	}
	needsTeam := !slices.ContainsFunc(wraps, func(w ledger.Wrap) bool { return w.Reader == team })
	key, err := d.People.PersonKey(ctx, d.DB, m.subject.Person)
	needsPerson := err == nil && !slices.ContainsFunc(wraps, func(w ledger.Wrap) bool { return w.KeyID() == key.ID })
	if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		return err
	}
	if !needsTeam && !needsPerson {
		return nil
	}
	return d.DB.Write(ctx, "give a consent to its readers", func(tx *store.Tx) error {
		if needsTeam {
			if err := d.wrapToTeam(ctx, tx, s, m, team); err != nil {
				return err
			}
		}
		if needsPerson {
			return d.giveBlind(ctx, tx, m, key)
		}
		return nil
	})
}
