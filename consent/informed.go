package consent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// What left by an exception stands on the person's own page from the moment they
// are told of it, and not before: it may be that knowing would put somebody in
// danger. Why it left stays ours; it is sealed under another key than what left.

// Disclose writes down what was told or given by an exception in another way
// than a referral: by phone, letter, visit. The exception has to stand. informed
// is when the person was told of it; zero for not yet.
func (d *Door) Disclose(ctx context.Context, s *staff.Session, exception helpdesk.ID, to, channel, what string, informed time.Time) error {
	e, body, key, err := d.exception(ctx, d.DB, s, exception)
	if err != nil {
		return err
	}
	if !body.stands(e) {
		return helpdesk.Refuse("refer.exception")
	}
	if strings.TrimSpace(to) == "" || strings.TrimSpace(what) == "" || long(to, mostText) || long(what, mostWords) {
		return helpdesk.Refuse("excepted.long")
	}
	out := Disclosed{Recipient: Recipient{Name: to}, Channel: channel, Basis: "exception", Exception: exception, By: s.User.ID, Note: what}
	if !informed.IsZero() {
		out.Informed = informed.UTC().Format(time.RFC3339)
	}
	told, err := vault.KeyFrom(body.Key)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "write a disclosure down", func(tx *store.Tx) error {
		if err := d.disclose(ctx, tx, exception, told, "told", out); err != nil {
			return err
		}
		if !informed.IsZero() {
			if err := d.informed(ctx, tx, s, *e, *body, key); err != nil {
				return err
			}
		}
		return d.note(ctx, tx, s.User.ID, VerbExcepted, e.Ticket)
	})
}

// Inform writes down that the person has been told of an exception by now. Errors
// as for the ticket it stands under.
func (d *Door) Inform(ctx context.Context, s *staff.Session, exception helpdesk.ID) error {
	e, body, key, err := d.exception(ctx, d.DB, s, exception)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "write down that somebody was told", func(tx *store.Tx) error {
		if err := d.informed(ctx, tx, s, *e, *body, key); err != nil {
			return err
		}
		return d.note(ctx, tx, s.User.ID, VerbExcepted, e.Ticket)
	})
}

func (d *Door) informed(ctx context.Context, tx *store.Tx, s *staff.Session, e referrals.Exception, body exceptionBody, key vault.Key) error {
	if body.Informed {
		return nil
	}
	body.Informed = true
	plain, err := json.Marshal(body)
	if err != nil {
		return err
	}
	e.Body = key.Seal(referrals.BodyAt(e.ID), plain)
	if err := d.book.SaveException(ctx, tx, &e); err != nil {
		return err
	}
	_, err = d.ledger.Append(ctx, tx, ledger.Event{Kind: ledger.Exception, Subject: e.ID, State: e.State, Outcome: "informed", At: d.instant(), Until: e.Due})
	if err != nil {
		return err
	}
	person, err := d.Tickets.PersonOf(ctx, tx, s, e.Ticket)
	if err != nil {
		return err
	}
	return d.letRead(ctx, tx, &e, &body, person)
}

// letRead gives the person of an exception they know of the key of what left by
// it; who has no key yet gets it from the next member who opens the ticket.
func (d *Door) letRead(ctx context.Context, tx *store.Tx, e *referrals.Exception, body *exceptionBody, person helpdesk.ID) error {
	if !body.Informed || person == "" {
		return nil
	}
	public, err := d.People.PersonKey(ctx, tx, person)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	key, err := vault.KeyFrom(body.Key)
	if err != nil {
		return err
	}
	return d.giveKeyBlind(ctx, tx, e.ID, public, key)
}

// followLeft is letRead for who got a key since, or a new one.
func (d *Door) followLeft(ctx context.Context, e *referrals.Exception, body *exceptionBody, person helpdesk.ID) error {
	public, err := d.People.PersonKey(ctx, d.DB, person)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	keys, err := d.book.Keys(ctx, d.DB, e.ID)
	if err != nil || slices.ContainsFunc(keys, func(k referrals.Key) bool { return k.KeyID() == public.ID }) {
		return err
	}
	return d.DB.Write(ctx, "give what left to its person", func(tx *store.Tx) error { return d.letRead(ctx, tx, e, body, person) })
}

// MyDisclosures lists what was told about the person by phone, letter or visit
// without their yes, as far as they were told of it, the first first.
func (d *Door) MyDisclosures(ctx context.Context, g *people.Guest) ([]Disclosure, error) {
	all, err := d.book.ExceptionsFor(ctx, d.DB, g.Person)
	if err != nil {
		return nil, err
	}
	var out []Disclosure
	for _, e := range all {
		keys, err := d.book.Keys(ctx, d.DB, e.ID)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			if k.KeyID() != g.Pair().ID() {
				continue
			}
			key, err := g.Pair().Unwrap(referrals.KeyAt(e.ID, k.KeyID()), k.Wrap)
			if err != nil {
				d.Journal.Alarm(ctx, "referral_key", e.ID)
				continue
			}
			left, err := d.disclosures(ctx, e.ID, key)
			if err != nil {
				return nil, fmt.Errorf("what left by exception %s: %w", e.ID, err)
			}
			out = append(out, left...)
		}
	}
	slices.SortStableFunc(out, func(a, b Disclosure) int { return a.At.Compare(b.At) })
	return out, nil
}

// knows tells whether a person was told of an exception.
func (d *Door) knows(ctx context.Context, r store.Reader, exception, person helpdesk.ID) (bool, error) {
	all, err := d.book.ExceptionsFor(ctx, r, person)
	return slices.ContainsFunc(all, func(e *referrals.Exception) bool { return e.ID == exception }), err
}
