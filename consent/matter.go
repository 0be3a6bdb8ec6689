package consent

import (
	"context"
	"crypto/sha256"
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
	"returnsupport/helpdesk/vault"
)

// matter is one consent: what the book says of it without any key, and, once
// somebody's key opened it, what it is about.
type matter struct {
	subject ledger.Subject
	steps   []ledger.Step  // those our MAC stands on
	events  []grants.Event // the same, as the rules read them
	purpose string
	version int
	age     grants.Age
	void    grants.Void

	key    vault.Key // of a consent that was opened
	opened bool
	terms  grants.Consent
	said   grants.Answer // the last yes; zero where there is none that opens
}

func (m *matter) valid(t time.Time) bool         { return grants.Valid(m.events, m.age, m.void, t) }
func (m *matter) now(t time.Time) State          { return grants.Now(m.events, t) }
func purposeSubject(c string, v int) helpdesk.ID { return helpdesk.ID(fmt.Sprintf("%s.%d", c, v)) }

// matter reads what the book says of a consent. ErrNotFound when there is none.
func (d *Door) matter(ctx context.Context, r store.Reader, id helpdesk.ID) (*matter, error) {
	subject, err := d.ledger.Subject(ctx, r, id)
	if err != nil {
		return nil, err
	}
	return d.matterOf(ctx, r, subject)
}

func (d *Door) matterOf(ctx context.Context, r store.Reader, subject ledger.Subject) (*matter, error) {
	steps, err := d.ledger.Events(ctx, r, subject.ID)
	if err != nil {
		return nil, err
	}
	m, err := matterFrom(subject, steps)
	if err != nil {
		return nil, err
	}
	return m, d.voids(ctx, r, m)
}

// matters reads two consents in as many looks as one. ErrNotFound when either is
// missing.
func (d *Door) matters(ctx context.Context, r store.Reader, one, other helpdesk.ID) ([]*matter, error) {
	subjects, err := d.ledger.Two(ctx, r, one, other)
	if err != nil {
		return nil, err
	}
	for _, id := range []helpdesk.ID{one, other} {
		if !slices.ContainsFunc(subjects, func(s ledger.Subject) bool { return s.ID == id }) {
			return nil, fmt.Errorf("read consent %s: %w", id, helpdesk.ErrNotFound)
		}
	}
	steps, err := d.ledger.EventsOf(ctx, r, one, other)
	if err != nil {
		return nil, err
	}
	var all []*matter
	for _, subject := range subjects {
		m, err := matterFrom(subject, steps)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, d.voids(ctx, r, all...)
}

// matterFrom reads a consent out of its steps, and passes over those of others.
func matterFrom(subject ledger.Subject, steps []ledger.Step) (*matter, error) {
	m := &matter{subject: subject}
	for _, s := range steps {
		if s.Subject != subject.ID || s.Unproven || s.Kind != ledger.Consent && s.Kind != ledger.View {
			continue
		}
		m.steps = append(m.steps, s)
		m.events = append(m.events, event(s))
		m.purpose, m.version, m.age = s.Purpose, s.Version, grants.Age(s.Age)
	}
	if len(m.steps) == 0 {
		return nil, fmt.Errorf("read consent %s: %w", subject.ID, helpdesk.ErrNotFound)
	}
	return m, nil
}

// voids adds to one or two consents since when their purpose or notice does not
// hold.
func (d *Door) voids(ctx context.Context, r store.Reader, all ...*matter) error {
	var about []helpdesk.ID
	for _, m := range all {
		about = append(about, purposeSubject(m.purpose, m.version), m.subject.Notice)
	}
	steps, err := d.ledger.EventsOf(ctx, r, about...)
	if err != nil {
		return err
	}
	for _, m := range all {
		m.void.Purpose = voidSince(steps, purposeSubject(m.purpose, m.version))
		m.void.Notice = voidSince(steps, m.subject.Notice)
	}
	return nil
}

// voidSince tells since when a version of a purpose or a notice does not hold.
func voidSince(steps []ledger.Step, subject helpdesk.ID) time.Time {
	for _, s := range steps {
		if s.Subject == subject && !s.Unproven && s.State == string(grants.Invalidated) {
			return s.At
		}
	}
	return time.Time{}
}

// event is a step as the rules read it.
func event(s ledger.Step) grants.Event {
	return grants.Event{State: grants.State(s.State), Outcome: s.Outcome, View: s.Kind == ledger.View, At: s.At, Until: s.Until}
}

// errClosed: nobody here holds a key that opens this consent. What stands in
// plain is known, and it can be stopped.
var errClosed = errors.New("consent does not open here")

// reader unwraps a consent's key.
type reader func(w ledger.Wrap, at vault.Context) (vault.Key, bool)

func asGuest(g *people.Guest) reader {
	return func(w ledger.Wrap, at vault.Context) (vault.Key, bool) {
		if w.KeyID() != g.Pair().ID() {
			return vault.Key{}, false
		}
		k, err := g.Pair().Unwrap(at, w.Wrap)
		return k, err == nil
	}
}

func asStaff(s *staff.Session) reader {
	return func(w ledger.Wrap, at vault.Context) (vault.Key, bool) {
		if w.Kind != vault.Team {
			return vault.Key{}, false
		}
		pair, err := s.TeamPair(w.Reader, w.Version)
		if err != nil {
			return vault.Key{}, false
		}
		k, err := pair.Unwrap(at, w.Wrap)
		return k, err == nil
	}
}

// open finds the consent's key with a reader's and reads what it is about.
// errClosed when none of their wraps opens.
func (d *Door) open(ctx context.Context, r store.Reader, m *matter, as reader) error {
	if m.subject.Unproven {
		return errClosed
	}
	wraps, err := d.ledger.Wraps(ctx, r, m.subject.ID)
	if err != nil {
		return err
	}
	found := false
	for _, w := range wraps {
		if m.key, found = as(w, ledger.WrapAt(m.subject.ID, w.KeyID())); found {
			break
		}
	}
	if !found {
		return errClosed
	}
	first := m.steps[0]
	plain, err := d.body(ctx, r, m, first)
	if err != nil {
		return err
	}
	if m.terms, err = readTerms(plain); err != nil || !m.same() {
		d.Journal.Alarm(ctx, "consent_terms", m.subject.ID)
		return errClosed
	}
	m.opened = true
	for i := len(m.steps) - 1; i > 0; i-- {
		s := m.steps[i]
		if yes := s.State == string(grants.Given) || s.State == string(grants.Renewed); !yes || !s.HasBody || s.Kind != ledger.Consent {
			continue
		}
		m.said, err = d.answer(ctx, r, m, s)
		if errors.Is(err, errClosed) {
			return nil // the yes counts for nothing: nothing is allowed by it
		}
		return err
	}
	return nil
}

// same tells whether the sealed terms are those the plain rows speak of.
func (m *matter) same() bool {
	t := m.terms
	return t.ID == m.subject.ID && t.Person == m.subject.Person && t.Ticket == m.subject.Ticket && t.Notice == m.subject.Notice &&
		t.Purpose == m.purpose && t.Version == m.version && t.Age == m.age
}

// body opens an event's sealed bytes. errClosed when they were erased or are not ours.
func (d *Door) body(ctx context.Context, r store.Reader, m *matter, s ledger.Step) ([]byte, error) {
	sealed, err := d.ledger.Body(ctx, r, s)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil, errClosed
	}
	if err != nil {
		return nil, err
	}
	plain, err := m.key.Open(ledger.BodyAt(s.ID, s.Subject), sealed)
	if err != nil {
		d.Journal.Alarm(ctx, "consent_body", m.subject.ID)
		return nil, errClosed
	}
	return plain, nil
}

// answer opens what somebody said. One given with the person's own key must
// bear its signature, or it counts for nothing.
func (d *Door) answer(ctx context.Context, r store.Reader, m *matter, s ledger.Step) (grants.Answer, error) {
	plain, err := d.body(ctx, r, m, s)
	if err != nil {
		return grants.Answer{}, err
	}
	said, err := readSaid(plain)
	if err != nil || !said.fits(m, s) {
		d.Journal.Alarm(ctx, "consent_said", m.subject.ID)
		return grants.Answer{}, errClosed
	}
	return said.answer, nil
}

// seal closes an event's body under the consent's key.
func (m *matter) seal(event helpdesk.ID, plain []byte) []byte {
	return m.key.Seal(ledger.BodyAt(event, m.subject.ID), plain)
}

// asked is what an answer is an answer to: the SHA-256 of the sealed question.
func (m *matter) asked() []byte { return m.steps[0].BodyHash }

// mark recognises the same question asked again: this person, this purpose,
// these recipients. Who has the database alone can't guess it.
func (d *Door) mark(c grants.Consent) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s", c.Person, c.Purpose)
	for _, r := range sortedRecipients(c.Recipients) {
		fmt.Fprintf(h, "\x00%s\x00%s\x00%s", r.ID, r.Name, r.Country)
	}
	return d.Secrets.Index("consent.mark", string(h.Sum(nil)))
}
