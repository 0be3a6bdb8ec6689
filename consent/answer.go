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
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// codeRests is how long a yes by web has to wait after somebody's code was
// replaced: whoever took it over can read, and allow nothing.
const codeRests = 72 * time.Hour

// Reply is what the person themselves says to a question.
type Reply struct {
	State    State    // Given, Refused or Deferred
	Items    []string // the keys of those ticked
	Method   Method   // Web, Chat or MailLink
	Language string   // in which they read it
	Alone    bool     // nobody is with them
}

// Answer takes a person's own yes, no or later, signed with their key. A no or
// a later after a yes stops it; saying the same twice is saying it once. A yes
// to a question of before, which lapsed or was answered otherwise, is taken as
// a question of their own.
//
// ErrNotFound for somebody else's consent. Refusals, for a yes alone:
// "consent.rests" (instant from which it may be given: their code was replaced
// lately), "consent.closed" (the consent does not open with their key yet),
// "consent.none_ticked", "consent.over" (we ended it: a new question is
// needed), "consent.given" (to change a yes, stop it first).
func (d *Door) Answer(ctx context.Context, g *people.Guest, id helpdesk.ID, r Reply) error {
	if !r.Method.Own() || r.State != grants.Given && r.State != grants.Refused && r.State != grants.Deferred {
		return fmt.Errorf("answer consent %s: %w", id, helpdesk.ErrDenied)
	}
	if r.State == grants.Given {
		if err := d.rested(ctx, g); err != nil {
			return err
		}
	}
	return d.DB.Write(ctx, "answer a consent", func(tx *store.Tx) error {
		m, err := d.mineLocked(ctx, tx, g, id)
		if err != nil {
			return err
		}
		a := grants.Answer{State: r.State, Items: r.Items, Method: r.Method, Role: grants.Self, Language: r.Language, Alone: r.Alone}
		if r.State != grants.Given {
			if err := d.takeNo(ctx, tx, m, a, g.Pair()); err != nil {
				return err
			}
		} else if err := d.takeYes(ctx, tx, m, a, g.Pair(), true); err != nil {
			return err
		}
		return d.note(ctx, tx, "", VerbReplied, m.subject.Ticket)
	})
}

// rested refuses while a person's new code has not rested.
func (d *Door) rested(ctx context.Context, g *people.Guest) error {
	changed, err := d.People.CodeChanged(ctx, g.Person)
	if err != nil {
		return fmt.Errorf("look whether the code of %s is new: %w", g.Person, err)
	}
	if from := changed.Add(codeRests); !changed.IsZero() && d.Now().Before(from) {
		return helpdesk.Refuse("consent.rests", from)
	}
	return nil
}

// mineLocked reads a person's own consent with the book locked, and opens it
// where their key does.
func (d *Door) mineLocked(ctx context.Context, tx *store.Tx, g *people.Guest, id helpdesk.ID) (*matter, error) {
	if err := d.ledger.Lock(ctx, tx); err != nil {
		return nil, err
	}
	m, err := d.matter(ctx, tx, id)
	if err == nil && m.subject.Person != g.Person {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("consent %s: %w", id, err)
	}
	if err := d.open(ctx, tx, m, asGuest(g)); err != nil && !errors.Is(err, errClosed) {
		return nil, err
	}
	return m, nil
}

// takeNo writes down a refusal or "later", with its body where the consent
// opens. After a yes either one stops it.
func (d *Door) takeNo(ctx context.Context, tx *store.Tx, m *matter, a grants.Answer, own *vault.Pair) error {
	now := d.Now()
	if last := grants.Last(m.events, now); last == grants.Given || last == grants.Renewed {
		a.State = grants.Withdrawn
		return d.stop(ctx, tx, m, a, own)
	}
	moves, err := grants.Path(m.events, a.State, string(a.Role), true, now)
	if errors.Is(err, helpdesk.ErrConflict) {
		return nil // it is over already, which is what they ask for
	}
	if err != nil {
		return err
	}
	return d.writeSaid(ctx, tx, m, moves, time.Time{}, a, own)
}

// stop writes down that the person ends whatever there is. It always succeeds.
func (d *Door) stop(ctx context.Context, tx *store.Tx, m *matter, a grants.Answer, own *vault.Pair) error {
	outcome := string(a.Role)
	if a.Method == grants.Told {
		outcome = grants.OutcomeTold
	}
	moves := grants.Stop(m.events, outcome, d.Now())
	if len(moves) == 0 {
		// Used up or run out: there is nothing to say no to any more, but what was
		// released by it may still be read, and is taken back.
		return d.consentChanged(ctx, tx, m.subject.ID, Withdrawn)
	}
	a.State = moves[len(moves)-1].State
	return d.writeSaid(ctx, tx, m, moves, time.Time{}, a, own)
}

// takeYes writes down a yes that was found in order. A child under 13 says its
// view so; the consent is given by who speaks for it.
func (d *Door) takeYes(ctx context.Context, tx *store.Tx, m *matter, a grants.Answer, own *vault.Pair, started bool) error {
	if !m.opened {
		return helpdesk.Refuse("consent.closed")
	}
	now := d.Now()
	p, _ := grants.PurposeOf(m.purpose)
	if err := ticked(m.terms, p, a.Items); err != nil {
		return err
	}
	if a.Role == grants.Self && m.age == grants.Under13 {
		return d.view(ctx, tx, m, a, own)
	}
	if s := m.now(now); s == grants.Given || s == grants.Renewed {
		if slices.Equal(m.said.Items, a.Items) {
			return nil
		}
		return helpdesk.Refuse("consent.given")
	}
	moves, err := grants.Path(m.events, grants.Given, string(a.Role), started, now)
	if errors.Is(err, helpdesk.ErrConflict) {
		return helpdesk.Refuse("consent.over")
	}
	if err != nil {
		return err
	}
	return d.writeSaid(ctx, tx, m, moves, p.Ends(m.terms, now), a, own)
}

// ticked holds what was ticked against what was asked.
func ticked(c grants.Consent, p grants.Purpose, keys []string) error {
	if p.Items && len(keys) == 0 {
		return helpdesk.Refuse("consent.none_ticked")
	}
	for i, key := range keys {
		if slices.Contains(keys[:i], key) || !slices.ContainsFunc(c.Items, func(it grants.Item) bool { return it.Key == key }) {
			return helpdesk.Refuse("consent.none_ticked")
		}
	}
	return nil
}

// view writes down what a child says for itself: beside the yes of who speaks
// for it, which it can stop at any time.
func (d *Door) view(ctx context.Context, tx *store.Tx, m *matter, a grants.Answer, own *vault.Pair) error {
	now := d.Now()
	switch s := m.now(now); s {
	case grants.Requested, grants.Given, grants.Renewed:
	default:
		moves, err := grants.Path(m.events, grants.Deferred, string(grants.Self), true, now)
		if err != nil || len(moves) < 2 {
			return helpdesk.Refuse("consent.over")
		}
		// They came back to it: asked anew, and nobody has spoken for them yet.
		if err := d.write(ctx, tx, m, moves[:len(moves)-1], time.Time{}, nil); err != nil {
			return err
		}
	}
	event := helpdesk.NewID()
	plain, err := say(m, event, a, own)
	if err != nil {
		return err
	}
	err = d.append(ctx, tx, m, ledger.Event{ID: event, Kind: ledger.View, Subject: m.subject.ID, State: string(grants.Given), Outcome: string(grants.Self),
		Purpose: m.purpose, Version: m.version, Age: string(m.age), At: d.after(m), Body: m.seal(event, plain)})
	if err != nil {
		return err
	}
	return d.moved(ctx, tx, m, m.now(d.Now()))
}

// writeSaid writes steps, the last with what was said sealed in it where the
// consent opens for whoever is here.
func (d *Door) writeSaid(ctx context.Context, tx *store.Tx, m *matter, moves []grants.Move, until time.Time, a grants.Answer, own *vault.Pair) error {
	if len(moves) == 0 || !m.opened {
		return d.write(ctx, tx, m, moves, until, nil)
	}
	event := helpdesk.NewID()
	plain, err := say(m, event, a, own)
	if err != nil {
		return err
	}
	return d.write(ctx, tx, m, moves, until, &sealedBody{event, m.seal(event, plain)})
}
