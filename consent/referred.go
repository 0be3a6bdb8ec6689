package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// Referred is a referral as the team, or the person, sees it.
type Referred struct {
	ID, Ticket, Owner  helpdesk.ID
	State              ReferralState // now: what time has made of it, too
	Priority           Priority
	Outcome            string // as the recipient reported it
	Told               string // as the person told it; both are kept
	Made, Since        time.Time
	Due, Follow, Until time.Time // Until: the recipient may read; zero when no more
	Version            int64
	Permission         helpdesk.ID
	Consent            helpdesk.ID
	Exception          helpdesk.ID

	// Open: the sealed half could be opened. Otherwise all below is empty, and it
	// can be stopped all the same.
	Open bool
	To   Recipient
	Referring
	Items     []Item // as they are frozen; none while nothing is
	Openings  []Opening
	Words     []Word
	Updates   []Updated
	Disclosed []Disclosure
	// Missing says why it can't be sent now ("" when it can), for a referral that
	// waits or is ready, to a colleague: the keys of Submit and Send.
	Missing string
}

// LogValue keeps it out of logs.
func (Referred) LogValue() slog.Value { return sealedValue }

// Opening is when somebody outside opened what was handed to them. Who is a
// partner's user, or "" behind a link.
type Opening struct {
	Act string // confirmed, read, file, wrong_code
	Who helpdesk.ID
	At  time.Time
}

// Disclosure is something that left the house.
type Disclosure struct {
	At time.Time
	Disclosed
}

// Referrals lists those of a ticket for who may open the ticket, the first made
// first.
func (d *Door) Referrals(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Referred, error) {
	if _, err := d.Tickets.Facts(ctx, s, ticket); err != nil {
		return nil, fmt.Errorf("referrals of ticket %s: %w", ticket, err)
	}
	rows, err := d.book.OfTicket(ctx, d.DB, ticket)
	if err != nil {
		return nil, err
	}
	var out []Referred
	for _, r := range rows {
		h, err := d.hold(ctx, d.DB, s, r.ID, false)
		if err != nil && !closedToUs(err) {
			return nil, err
		}
		out = append(out, d.referred(r, h))
	}
	return out, nil
}

// Referral is one of them, with everything that happened to it.
func (d *Door) Referral(ctx context.Context, s *staff.Session, id helpdesk.ID) (Referred, error) {
	h, err := d.hold(ctx, d.DB, s, id, false)
	if err != nil {
		return Referred{}, err
	}
	out := d.referred(h.row, h)
	if err := d.fill(ctx, &out, h); err != nil {
		return Referred{}, err
	}
	if out.State == ReferralAwaiting || out.State == ReferralReady {
		out.Missing, err = d.missing(ctx, s, h)
	}
	return out, err
}

// MyReferrals lists the person's own: what was prepared, what left, who opened it
// and when.
func (d *Door) MyReferrals(ctx context.Context, g *people.Guest) ([]Referred, error) {
	rows, err := d.book.OfPerson(ctx, d.DB, g.Person)
	if err != nil {
		return nil, err
	}
	var out []Referred
	for _, r := range rows {
		if r.State == referrals.Draft {
			continue // nobody has asked them yet
		}
		if r.Exception != "" {
			if known, err := d.knows(ctx, d.DB, r.Exception, g.Person); err != nil || !known {
				if err != nil {
					return nil, err
				}
				continue // nobody has told them yet
			}
		}
		h, err := d.heldBy(ctx, d.DB, g, r.ID)
		if err != nil && !closedToUs(err) {
			return nil, err
		}
		one := d.referred(r, h)
		if h != nil {
			if err := d.fill(ctx, &one, h); err != nil {
				return nil, err
			}
		}
		out = append(out, one)
	}
	return out, nil
}

func (d *Door) referred(r *referrals.Referral, h *held) Referred {
	now := d.Now()
	out := Referred{ID: r.ID, Ticket: r.Ticket, Owner: r.Owner, State: r.At(now), Priority: r.Priority, Outcome: r.Outcome, Told: r.Told,
		Made: r.Made, Since: r.Turned, Due: r.Due, Follow: r.Follow, Version: r.Version,
		Permission: r.Permission, Consent: r.Consent, Exception: r.Exception}
	if until := referrals.Ends(r.State, r.Times(), now); now.Before(until) {
		out.Until = until
	}
	if !out.State.Live() {
		out.Due = time.Time{}
	}
	if h != nil {
		out.Open, out.To, out.Referring, out.Items = true, h.To, h.Referring, h.handing.Items
	}
	return out
}

// accounts are a recipient's, by how they stand beside a referral.
func (d *Door) accounts(ctx context.Context, org helpdesk.ID) (map[helpdesk.ID]helpdesk.ID, error) {
	all, err := d.Staff.PartnerUsers(ctx)
	if err != nil {
		return nil, err
	}
	theirs := map[helpdesk.ID]helpdesk.ID{}
	for _, p := range all {
		if p.Org == org {
			theirs[d.book.Whose(p.User.ID)] = p.User.ID
		}
	}
	return theirs, nil
}

// fill adds what happened to a referral.
func (d *Door) fill(ctx context.Context, out *Referred, h *held) error {
	openings, err := d.book.Openings(ctx, d.DB, out.ID)
	if err != nil {
		return err
	}
	key, err := h.packageKey()
	if err != nil {
		return err
	}
	if out.Words, err = d.words(ctx, d.DB, out.ID, key); err != nil {
		return err
	}
	theirs, err := d.accounts(ctx, h.To.ID)
	if err != nil {
		return err
	}
	for _, o := range openings {
		out.Openings = append(out.Openings, Opening{Act: o.Act, Who: cmp.Or(theirs[o.Who], o.Who), At: o.At})
	}
	for i, w := range out.Words {
		out.Words[i].Author = cmp.Or(theirs[w.Author], w.Author)
	}
	if out.Updates, err = d.updates(ctx, d.DB, out.ID, key); err != nil {
		return err
	}
	out.Disclosed, err = d.disclosures(ctx, out.ID, h.key)
	return err
}

// disclosures are what left by a referral or exception, as the ledger has it.
func (d *Door) disclosures(ctx context.Context, subject helpdesk.ID, key vault.Key) ([]Disclosure, error) {
	steps, err := d.ledger.Events(ctx, d.DB, subject)
	if err != nil {
		return nil, err
	}
	var out []Disclosure
	for _, s := range steps {
		if s.Kind != ledger.Disclosure || s.Unproven {
			continue
		}
		one := Disclosure{At: s.At}
		sealed, err := d.ledger.Body(ctx, d.DB, s)
		if err == nil {
			var plain []byte
			if plain, err = key.Open(ledger.BodyAt(s.ID, s.Subject), sealed); err == nil {
				err = strict(plain, &one.Disclosed)
			}
			if err != nil {
				d.Journal.Alarm(ctx, "referral_disclosure", subject)
			}
		} else if !isNotFound(err) {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// missing asks what Send would say, and sends nothing.
func (d *Door) missing(ctx context.Context, s *staff.Session, h *held) (string, error) {
	errAsked := fmt.Errorf("only asked")
	err := d.DB.Write(ctx, "ask whether a referral may be sent", func(tx *store.Tx) error {
		r := *h.row
		if _, err := d.maySend(ctx, tx, s, h, &r); err != nil {
			return err
		}
		return errAsked // and nothing of it stays
	})
	return missingKey(err, errAsked)
}

func missingKey(err, asked error) (string, error) {
	var r helpdesk.Refusal
	switch {
	case errors.Is(err, asked):
		return "", nil
	case errors.As(err, &r):
		return r.Key, nil
	}
	return "", err
}

// Late is a referral that waits for somebody: for an answer, a follow-up, or one
// of us. Only what stands in plain.
type Late struct {
	ID, Ticket, Owner helpdesk.ID
	State             ReferralState
	Priority          Priority
	Due               time.Time
}

// LateReferrals lists those past their day: one's own, and to a coordinator all
// of them, the longest late first.
func (d *Door) LateReferrals(ctx context.Context, s *staff.Session) ([]Late, error) {
	now := d.Now()
	rows, err := d.book.DueBefore(ctx, d.DB, now)
	if err != nil {
		return nil, err
	}
	var out []Late
	for _, r := range rows {
		if at := r.At(now); at.Live() && (r.Owner == s.User.ID || s.Coordinator()) {
			out = append(out, Late{ID: r.ID, Ticket: r.Ticket, Owner: r.Owner, State: at, Priority: r.Priority, Due: r.Due})
		}
	}
	return out, nil
}

// Own gives a living referral to a colleague of the team: every one has an owner.
func (d *Door) Own(ctx context.Context, s *staff.Session, id helpdesk.ID, version int64, owner helpdesk.ID) error {
	h, err := d.hold(ctx, d.DB, s, id, true)
	if err != nil {
		return err
	}
	if h.row.Version != version {
		return fmt.Errorf("give referral %s: %w", id, helpdesk.ErrConflict)
	}
	t, err := d.Tickets.Facts(ctx, s, h.row.Ticket)
	if err != nil {
		return err
	}
	serves, err := d.serves(ctx, t.Team, owner)
	if err == nil && !serves {
		err = helpdesk.ErrDenied
	}
	if err != nil {
		return fmt.Errorf("give referral %s: %w", id, err)
	}
	return d.DB.Write(ctx, "give a referral to a colleague", func(tx *store.Tx) error {
		r := *h.row
		r.Owner = owner
		if err := d.book.Save(ctx, tx, &r); err != nil {
			return err
		}
		return d.tell(ctx, tx, s.User.ID, VerbAnswered, &r)
	})
}

// FollowReferrals gives a ticket's referrals and exceptions to who should read
// them now and can't yet, as Follow does for its consents.
func (d *Door) FollowReferrals(ctx context.Context, s *staff.Session, ticket helpdesk.ID) error {
	t, err := d.Tickets.Facts(ctx, s, ticket)
	if err != nil || !s.Member(t.Team) {
		return err
	}
	return d.followReferralsTo(ctx, s, t, t.Team)
}

func (d *Door) followReferralsTo(ctx context.Context, s *staff.Session, t tickets.Ticket, team helpdesk.ID) error {
	rows, err := d.book.OfTicket(ctx, d.DB, t.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := d.followOwner(ctx, s, r, t, team); err != nil {
			return err
		}
		h, err := d.hold(ctx, d.DB, s, r.ID, false)
		if closedToUs(err) {
			continue
		}
		if err == nil {
			err = d.followKey(ctx, s, r.ID, team, r.Person, h.key)
		}
		if err != nil {
			return err
		}
	}
	all, err := d.book.Exceptions(ctx, d.DB, t.ID)
	if err != nil {
		return err
	}
	for _, e := range all {
		e, body, key, err := d.exception(ctx, d.DB, s, e.ID)
		if closedToUs(err) {
			continue
		}
		if err == nil {
			err = d.followKey(ctx, s, e.ID, team, "", key)
		}
		if err == nil && body.Informed {
			err = d.followLeft(ctx, e, body, t.Person)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// followOwner leaves a living referral with the team its ticket went to, and once
// somebody of that team is here with one of them: whose the ticket is, or who
// looks.
func (d *Door) followOwner(ctx context.Context, s *staff.Session, r *referrals.Referral, t tickets.Ticket, team helpdesk.ID) error {
	if r.Unproven || !r.At(d.Now()).Live() {
		return nil
	}
	serves, err := d.serves(ctx, team, r.Owner)
	if err != nil || serves && r.Team == team {
		return err
	}
	owner := r.Owner
	if !serves && s.Member(team) {
		owner = s.User.ID
		if theirs, err := d.serves(ctx, team, t.Owner); err != nil {
			return err
		} else if theirs {
			owner = t.Owner
		}
	}
	if owner == r.Owner && r.Team == team {
		return nil
	}
	r.Owner, r.Team = owner, team
	err = d.DB.Write(ctx, "give a referral to the ticket's team", func(tx *store.Tx) error {
		r := *r
		if err := d.book.Save(ctx, tx, &r); err != nil {
			return err
		}
		return d.tell(ctx, tx, s.User.ID, VerbAnswered, &r)
	})
	if errors.Is(err, helpdesk.ErrConflict) {
		return nil // somebody did something with it just now, and looks again
	}
	return err
}

// serves tells whether somebody works in a team.
func (d *Door) serves(ctx context.Context, team, user helpdesk.ID) (bool, error) {
	members, err := d.Staff.Members(ctx, team)
	if err != nil {
		return false, fmt.Errorf("who works in team %s: %w", team, err)
	}
	return slices.ContainsFunc(members, func(u staff.User) bool { return u.ID == user && u.State == staff.Active }), nil
}

func (d *Door) followKey(ctx context.Context, s *staff.Session, subject, team, person helpdesk.ID, key vault.Key) error {
	keys, err := d.book.Keys(ctx, d.DB, subject)
	if err != nil {
		return err
	}
	has := func(id helpdesk.ID) bool {
		return slices.ContainsFunc(keys, func(k referrals.Key) bool { return k.Reader == id })
	}
	public, err := d.People.PersonKey(ctx, d.DB, person)
	needs := err == nil && !slices.ContainsFunc(keys, func(k referrals.Key) bool { return k.KeyID() == public.ID })
	if err != nil && !isNotFound(err) {
		return err
	}
	if has(team) && !needs {
		return nil
	}
	return d.DB.Write(ctx, "give a referral to its readers", func(tx *store.Tx) error {
		return d.giveReferral(ctx, tx, s, subject, team, person, key)
	})
}
