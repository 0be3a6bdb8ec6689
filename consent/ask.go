package consent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Draft is a question as a counsellor lays it out: one purpose, and for it who,
// exactly what, where and for how long.
type Draft struct {
	Ticket       helpdesk.ID
	Purpose      string // its code
	Language     string // of the person
	Spoken       bool   // explained aloud: the text is not there in that language
	Recipients   []Recipient
	Items        []Item
	Restrictions []string
	Use          string // what they use it for, as the person reads it
	Retention    int    // days the recipient keeps it; 0 for not said
	Days         int    // shorter than the purpose's own; 0 for that
	Day          string // of the return, "2006-01-02", for the follow-up
	Role         Role   // who is asked; Self when empty
	Age          Age
	FromCountry  string // the person's country of origin, ISO 3166-1; "" for not known
	Started      bool   // the person asked for it themselves
}

// The most a question holds.
const (
	mostRecipients = 10
	mostItems      = 40
	mostText       = 2000 // bytes of one text
)

// Ask puts a question to the person of a ticket and returns the consent's id.
// It is sealed to the ticket's team and to the person, where they have a key.
//
// ErrNotFound for who does not read the ticket, ErrDenied for who is not of its
// team. Refusals: "consent.purpose", "consent.recipients", "consent.unvetted",
// "consent.alone_only" (an authority or a recipient in the country of origin is
// asked about alone, with its own purpose), "consent.items", "consent.long",
// "consent.day", "consent.language" (nothing is written in that language, and
// nobody explained), "consent.open" (this is being asked already),
// "consent.too_soon" (day from which it may be asked) and "consent.never"
// (refused twice).
func (d *Door) Ask(ctx context.Context, tx *store.Tx, s *staff.Session, draft Draft) (helpdesk.ID, error) {
	t, err := d.Tickets.Facts(ctx, s, draft.Ticket)
	if err != nil {
		return "", fmt.Errorf("ask for consent: %w", err)
	}
	if !s.Member(t.Team) {
		return "", fmt.Errorf("ask for consent in ticket %s: %w", draft.Ticket, helpdesk.ErrDenied)
	}
	c, p, err := d.draft(ctx, draft)
	if err != nil {
		return "", err
	}
	c.By = s.User.ID
	if c.Person, err = d.Tickets.PersonOf(ctx, tx, s, draft.Ticket); err != nil {
		return "", err
	}
	if err := d.ledger.Lock(ctx, tx); err != nil {
		return "", err
	}
	if err := d.mayAsk(ctx, tx, c, draft.Started); err != nil {
		return "", err
	}
	return d.begin(ctx, tx, s, t.Team, c, p, draft.Spoken)
}

// begin writes a checked question into the book.
func (d *Door) begin(ctx context.Context, tx *store.Tx, s *staff.Session, team helpdesk.ID, c grants.Consent, p grants.Purpose, spoken bool) (helpdesk.ID, error) {
	terms, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	if err := d.ledger.KeepPurpose(ctx, tx, p.Code, p.Version, terms); err != nil {
		return "", err
	}
	shown, err := d.keepNotice(ctx, tx, p, c.Language, spoken)
	if err != nil {
		return "", err
	}
	c.ID, c.Version, c.Notice = helpdesk.NewID(), p.Version, shown.ID
	if c.Controller, err = d.Office.PublicName(ctx, c.Language); err != nil {
		return "", err
	}
	m := &matter{subject: ledger.Subject{ID: c.ID, Person: c.Person, Ticket: c.Ticket, Notice: shown.ID, Mark: d.mark(c)},
		purpose: p.Code, version: p.Version, age: c.Age, key: vault.NewKey(), terms: c, opened: true}
	if err := d.ledger.Begin(ctx, tx, m.subject); err != nil {
		return "", err
	}
	if err := d.wrapToTeam(ctx, tx, s, m, team); err != nil {
		return "", err
	}
	if err := d.wrapToPerson(ctx, tx, m); err != nil {
		return "", err
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	event := helpdesk.NewID()
	err = d.write(ctx, tx, m, []grants.Move{{State: grants.Requested, Outcome: string(c.Role)}}, time.Time{}, &sealedBody{event, m.seal(event, plain)})
	if err != nil {
		return "", err
	}
	return c.ID, d.note(ctx, tx, s.User.ID, VerbAsked, c.Ticket)
}

// draft checks a question and fills in what the directory knows.
func (d *Door) draft(ctx context.Context, draft Draft) (grants.Consent, grants.Purpose, error) {
	c := grants.Consent{Ticket: draft.Ticket, Purpose: draft.Purpose, Language: draft.Language, Items: draft.Items,
		Restrictions: draft.Restrictions, Use: draft.Use, Retention: draft.Retention, Days: draft.Days, Day: draft.Day,
		Role: draft.Role, Age: draft.Age}
	if c.Role == "" {
		c.Role = grants.Self
	}
	p, ok := grants.PurposeOf(draft.Purpose)
	if !ok || p.Code == grants.BranchSupport {
		return c, p, helpdesk.Refuse("consent.purpose")
	}
	if !d.Words.Has(draft.Language) && !draft.Spoken {
		return c, p, helpdesk.Refuse("consent.language")
	}
	if p.Months > 0 {
		if _, err := time.Parse(time.DateOnly, draft.Day); err != nil {
			return c, p, helpdesk.Refuse("consent.day")
		}
	}
	for _, r := range draft.Recipients {
		r, err := d.recipient(ctx, r, draft.FromCountry)
		if err != nil {
			return c, p, err
		}
		c.Recipients = append(c.Recipients, r)
		if !slices.Contains(c.Countries, r.Country) {
			c.Countries = append(c.Countries, r.Country)
		}
	}
	return c, p, check(c, p)
}

// recipient fills in what the directory knows of a recipient.
func (d *Door) recipient(ctx context.Context, r grants.Recipient, from string) (grants.Recipient, error) {
	r.Name, r.Country = strings.TrimSpace(r.Name), strings.ToUpper(strings.TrimSpace(r.Country))
	if r.ID != "" {
		t, err := d.Target(ctx, r.ID)
		if errors.Is(err, helpdesk.ErrNotFound) {
			return r, helpdesk.Refuse("consent.recipients")
		}
		if err != nil {
			return r, fmt.Errorf("look up organisation %s: %w", r.ID, err)
		}
		if !t.Vetted {
			return r, helpdesk.Refuse("consent.unvetted")
		}
		r = grants.Recipient{ID: t.ID, Name: t.Name, Kind: t.Kind, Country: t.Country, Shares: t.Shares,
			Authority: r.Authority || t.Kind == "authority", Origin: r.Origin}
	}
	if from != "" && strings.EqualFold(from, r.Country) {
		r.Origin = true
	}
	return r, nil
}

// check holds a question against its purpose.
func check(c grants.Consent, p grants.Purpose) error {
	if p.To != (len(c.Recipients) > 0) || len(c.Recipients) > mostRecipients {
		return helpdesk.Refuse("consent.recipients")
	}
	for _, r := range c.Recipients {
		own := ""
		switch {
		case r.Name == "" || len(r.Country) != 2:
			return helpdesk.Refuse("consent.recipients")
		case r.Authority:
			own = grants.OwnAuthority
		case r.Origin:
			own = grants.OwnOrigin
		}
		// Never among others, never by a consent that is for anybody; asking
		// such a one whether they can help gives nothing away, and stands alone,
		// too.
		if own != "" && len(c.Recipients) > 1 || own != p.Own && p.Code != grants.Refer {
			return helpdesk.Refuse("consent.alone_only")
		}
	}
	if p.Items != (len(c.Items) > 0) || len(c.Items) > mostItems || c.Days < 0 || c.Retention < 0 {
		return helpdesk.Refuse("consent.items")
	}
	seen := map[string]bool{}
	for _, it := range c.Items {
		if it.Key == "" || strings.TrimSpace(it.Label) == "" || seen[it.Key] {
			return helpdesk.Refuse("consent.items")
		}
		seen[it.Key] = true
		if len(it.Key) > mostText || len(it.Label) > mostText {
			return helpdesk.Refuse("consent.long")
		}
	}
	for _, text := range append([]string{c.Use}, c.Restrictions...) {
		if len(text) > mostText {
			return helpdesk.Refuse("consent.long")
		}
	}
	return nil
}

// mayAsk looks at all times this was asked before.
func (d *Door) mayAsk(ctx context.Context, tx *store.Tx, c grants.Consent, started bool) error {
	steps, err := d.ledger.Asked(ctx, tx, d.mark(c))
	if err != nil {
		return err
	}
	now := d.Now()
	each := map[helpdesk.ID][]grants.Event{}
	var all []grants.Event
	for _, s := range steps {
		if s.Unproven {
			continue
		}
		each[s.Subject] = append(each[s.Subject], event(s))
		all = append(all, event(s))
	}
	for _, events := range each {
		if grants.Now(events, now) == grants.Requested {
			return helpdesk.Refuse("consent.open")
		}
	}
	if ok, from := grants.MayAsk(all, now); !ok && !started {
		if from.IsZero() {
			return helpdesk.Refuse("consent.never")
		}
		return helpdesk.Refuse("consent.too_soon", from)
	}
	return nil
}

// wrapToTeam gives the ticket's team the key of a consent.
func (d *Door) wrapToTeam(ctx context.Context, tx *store.Tx, s *staff.Session, m *matter, team helpdesk.ID) error {
	w := ledger.Wrap{Kind: vault.Team, Reader: team}
	if pair, err := s.TeamPair(team, 0); err == nil {
		w.Version = pair.ID().Version
		w.Wrap = pair.Wrap(ledger.WrapAt(m.subject.ID, w.KeyID()), m.key)
		return d.ledger.Give(ctx, tx, m.subject.ID, w)
	}
	key, err := d.Staff.TeamKey(ctx, tx, team)
	if err != nil {
		return err
	}
	return d.giveBlind(ctx, tx, m, key)
}

// wrapToPerson gives the person the key of a consent; who has no pair yet gets
// it from the next member who opens the consent once they have (Follow).
func (d *Door) wrapToPerson(ctx context.Context, tx *store.Tx, m *matter) error {
	key, err := d.People.PersonKey(ctx, tx, m.subject.Person)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.giveBlind(ctx, tx, m, key)
}

func (d *Door) giveBlind(ctx context.Context, tx *store.Tx, m *matter, key vault.InsideKey) error {
	w := ledger.Wrap{Kind: key.ID.Kind, Reader: key.ID.Owner, Version: key.ID.Version}
	var err error
	if w.Wrap, err = key.Wrap(ledger.WrapAt(m.subject.ID, key.ID), m.key); err != nil {
		return err
	}
	return d.ledger.Give(ctx, tx, m.subject.ID, w)
}
