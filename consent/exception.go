package consent

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// ExceptionKinds are why something may leave without the person's yes. Each
// stands as a sentence in the public promise: "promise.exception." and the kind.
var ExceptionKinds = []string{"child", "vital", "crime", "court"}

// reviewTime is how long a second person has where one must act first.
const reviewTime = 24 * time.Hour

// Excepting is an exception as whoever decides on it lays it out.
type Excepting struct {
	Ticket   helpdesk.ID `json:"-"`
	Referral helpdesk.ID `json:"-"` // what leaves by it; "" when it is told by phone or letter (Disclose)
	Kind     string      `json:"kind"`
	// Must: the law demands it of the helper in their role. Then nobody's second
	// look ever stands in its way.
	Must      bool   `json:"must"`
	Emergency bool   `json:"emergency"` // somebody is in danger now: act first
	Law       string `json:"law"`       // the reference, as text
	Why       string `json:"why"`
	Anonymous bool   `json:"anonymous"` // consulted without a name first
	Informed  bool   `json:"informed"`  // the person knows
	WhyNot    string `json:"why_not"`   // why not
}

// LogValue keeps it out of logs.
func (Excepting) LogValue() slog.Value { return sealedValue }

// exceptionBody is an exception as it is sealed.
type exceptionBody struct {
	Excepting
	Review string `json:"review"` // what the second person said
	Key    []byte `json:"key"`    // of what is told by it, which its person may come to read
	// By is the volunteer who handed somebody on without their yes. The plain row
	// names colleagues alone: somebody of a branch would tell which it is.
	By helpdesk.ID `json:"by,omitempty"`
}

// stands tells whether one may act by it now.
func (b *exceptionBody) stands(e *referrals.Exception) bool {
	switch {
	case b.Must:
		return true
	case e.State == referrals.ExceptionDisputed:
		return false
	}
	return b.Emergency || e.Second != ""
}

// Except decides that something may leave without consent. What the law demands,
// and what can't wait, stands at once, and a second person looks at it within 24
// hours; all else waits for them. A draft it names is frozen and made ready as
// soon as the exception stands.
//
// There is no tick box for it: refusals "excepted.kind", "excepted.law", "excepted.why",
// "excepted.informed" (the person is told, or it is said why not) and "excepted.long".
// staff.ErrProof for who has not proven of late who they are: also Review.
func (d *Door) Except(ctx context.Context, s *staff.Session, x Excepting) (helpdesk.ID, error) {
	t, err := d.Tickets.Facts(ctx, s, x.Ticket)
	if err != nil {
		return "", fmt.Errorf("decide on an exception: %w", err)
	}
	if !s.Member(t.Team) {
		return "", fmt.Errorf("decide on an exception in ticket %s: %w", x.Ticket, helpdesk.ErrDenied)
	}
	if err := s.Proof(); err != nil {
		return "", err
	}
	if err := x.check(); err != nil {
		return "", err
	}
	var h *held
	var z *frozen
	if x.Referral != "" {
		if h, z, err = d.exceptional(ctx, s, x); err != nil {
			return "", err
		}
	}
	body := exceptionBody{Excepting: x, Key: vault.NewKey().Bytes()}
	now := d.instant()
	e := referrals.Exception{ID: helpdesk.NewID(), Ticket: x.Ticket, Team: t.Team, Referral: x.Referral, State: referrals.ExceptionOpen,
		Decided: s.User.ID, At: now, Due: now.Add(reviewTime)}
	key := vault.NewKey()
	plain, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	e.Body = key.Seal(referrals.BodyAt(e.ID), plain)
	err = d.DB.Write(ctx, "decide on an exception", func(tx *store.Tx) error {
		e := e
		if err := d.recordException(ctx, tx, &e); err != nil {
			return err
		}
		if err := d.book.AddException(ctx, tx, &e); err != nil {
			return err
		}
		if err := d.giveReferral(ctx, tx, s, e.ID, e.Team, "", key); err != nil {
			return err
		}
		if err := d.letRead(ctx, tx, &e, &body, t.Person); err != nil {
			return err
		}
		if h != nil {
			r := *h.row
			r.Exception = e.ID
			if z != nil {
				if err := d.book.Thaw(ctx, tx, r.ID); err != nil {
					return err
				}
				again := *h
				again.handing.Key = newPackageKey()
				if err := d.freeze(ctx, tx, &again, z); err != nil {
					return err
				}
				h.handing = again.handing
			}
			if body.stands(&e) {
				if err := d.turn(ctx, tx, &r, referrals.Except, referrals.Guards{Excepted: true}); err != nil {
					return err
				}
				r.Due = now.AddDate(0, 0, readyDays)
			}
			if err := d.keep(ctx, tx, h, &r); err != nil {
				return err
			}
		}
		return d.note(ctx, tx, s.User.ID, VerbExcepted, x.Ticket)
	})
	return e.ID, err
}

func (x Excepting) check() error {
	known := false
	for _, k := range ExceptionKinds {
		known = known || k == x.Kind
	}
	switch {
	case !known:
		return helpdesk.Refuse("excepted.kind")
	case strings.TrimSpace(x.Law) == "":
		return helpdesk.Refuse("excepted.law")
	case strings.TrimSpace(x.Why) == "":
		return helpdesk.Refuse("excepted.why")
	case !x.Informed && strings.TrimSpace(x.WhyNot) == "":
		return helpdesk.Refuse("excepted.informed")
	case long(x.Law, mostText) || long(x.Why, mostWords) || long(x.WhyNot, mostWords):
		return helpdesk.Refuse("excepted.long")
	}
	return nil
}

// exceptional reads the referral an exception is for: of the same ticket, and
// not sent yet.
func (d *Door) exceptional(ctx context.Context, s *staff.Session, x Excepting) (*held, *frozen, error) {
	h, err := d.hold(ctx, d.DB, s, x.Referral, true)
	if err == nil && h.row.Ticket != x.Ticket {
		err = helpdesk.ErrNotFound
	}
	if err == nil && h.row.State != referrals.Draft && h.row.State != referrals.Awaiting {
		err = helpdesk.ErrConflict
	}
	if err != nil {
		return nil, nil, fmt.Errorf("an exception for referral %s: %w", x.Referral, err)
	}
	if h.Mode == Signpost || len(h.Parts) == 0 {
		return nil, nil, helpdesk.Refuse("refer.empty")
	}
	z, err := d.gather(ctx, s, h)
	return h, z, err
}

// Review is the second person's look. Whoever decided can't. A no ends what was
// not a duty: what is ready is given up, what was sent is taken back. What is a
// duty stands, and both views are kept.
func (d *Door) Review(ctx context.Context, s *staff.Session, id helpdesk.ID, agree bool, note string) error {
	e, body, key, err := d.exception(ctx, d.DB, s, id)
	if err != nil {
		return err
	}
	if err := s.Proof(); err != nil {
		return err
	}
	switch {
	case e.Decided == s.User.ID:
		return helpdesk.Refuse("excepted.second")
	case e.State != referrals.ExceptionOpen:
		return fmt.Errorf("review exception %s: %w", id, helpdesk.ErrConflict)
	case !agree && strings.TrimSpace(note) == "":
		return helpdesk.Refuse("excepted.why")
	case long(note, mostWords):
		return helpdesk.Refuse("excepted.long")
	}
	body.Review = note
	plain, err := json.Marshal(body)
	if err != nil {
		return err
	}
	sealed := key.Seal(referrals.BodyAt(id), plain)
	return d.DB.Write(ctx, "review an exception", func(tx *store.Tx) error {
		e := *e
		e.Second, e.Due, e.Body, e.State = s.User.ID, time.Time{}, sealed, referrals.ExceptionSeen
		if !agree {
			e.State = referrals.ExceptionDisputed
		}
		if err := d.recordException(ctx, tx, &e); err != nil {
			return err
		}
		if err := d.book.SaveException(ctx, tx, &e); err != nil {
			return err
		}
		if e.Referral != "" {
			if err := d.follows(ctx, tx, s, &e, body); err != nil {
				return err
			}
		}
		return d.note(ctx, tx, s.User.ID, VerbReviewed, e.Ticket)
	})
}

// follows moves a referral on when the exception it waits for, or rests on, was
// looked at.
func (d *Door) follows(ctx context.Context, tx *store.Tx, s *staff.Session, e *referrals.Exception, body *exceptionBody) error {
	r, err := d.book.Load(ctx, tx, e.Referral)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if !body.stands(e) {
		return d.cut(ctx, tx, r.ID, referrals.Revoke, s.User.ID)
	}
	if at := r.At(d.Now()); r.Unproven || at != referrals.Draft && at != referrals.Awaiting {
		return nil
	}
	if err := d.turn(ctx, tx, r, referrals.Except, referrals.Guards{Excepted: true}); err != nil {
		return err
	}
	r.Due = d.instant().AddDate(0, 0, readyDays)
	return d.book.Save(ctx, tx, r)
}

func (d *Door) recordException(ctx context.Context, tx *store.Tx, e *referrals.Exception) error {
	_, err := d.ledger.Append(ctx, tx, ledger.Event{Kind: ledger.Exception, Subject: e.ID, State: e.State, At: d.instant(), Until: e.Due})
	return err
}

// excepted tells whether a referral's exception stands at this instant, by what
// its own row and the ledger say. What it says of duty lies sealed: the referral
// came to be ready only because it stood, and a no since then has cut it off, so
// that only a row of ours in the states that allow it is asked for.
func (d *Door) excepted(ctx context.Context, r store.Reader, row *referrals.Referral) (bool, error) {
	e, err := d.book.Exception(ctx, r, row.Exception)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil && !e.Unproven && e.Referral == row.ID && e.Ticket == row.Ticket, err
}

// exception opens one for a colleague: rights are checked on its own ticket.
func (d *Door) exception(ctx context.Context, r store.Reader, s *staff.Session, id helpdesk.ID) (*referrals.Exception, *exceptionBody, vault.Key, error) {
	e, err := d.book.Exception(ctx, r, id)
	if err == nil {
		_, err = d.Tickets.Facts(ctx, s, e.Ticket)
	}
	if err != nil {
		return nil, nil, vault.Key{}, fmt.Errorf("exception %s: %w", id, err)
	}
	if e.Unproven {
		return nil, nil, vault.Key{}, helpdesk.Refuse("refer.unproven")
	}
	key, plain, err := d.openBody(ctx, r, s, id, e.Body)
	if err != nil {
		return nil, nil, vault.Key{}, err
	}
	body := &exceptionBody{}
	if strict(plain, body) != nil {
		return nil, nil, vault.Key{}, helpdesk.Refuse("refer.unproven")
	}
	return e, body, key, nil
}

// openBody opens what was sealed under a key of its own, with a team's or a
// user's pair. ErrNotFound when none of the session's opens it.
func (d *Door) openBody(ctx context.Context, r store.Reader, s *staff.Session, subject helpdesk.ID, sealed []byte) (vault.Key, []byte, error) {
	keys, err := d.book.Keys(ctx, r, subject)
	if err != nil {
		return vault.Key{}, nil, err
	}
	for _, k := range keys {
		key, ok := ours(s, k, referrals.KeyAt(subject, k.KeyID()))
		if !ok {
			continue
		}
		plain, err := key.Open(referrals.BodyAt(subject), sealed)
		if err != nil {
			d.Journal.Alarm(ctx, "referral_body", subject)
			return vault.Key{}, nil, helpdesk.Refuse("refer.unproven")
		}
		return key, plain, nil
	}
	return vault.Key{}, nil, fmt.Errorf("open %s: %w", subject, helpdesk.ErrNotFound)
}

// Excepted is an exception as a colleague sees it.
type Excepted struct {
	ID, Ticket, Referral helpdesk.ID
	State                string // open, seen, disputed
	Decided, Second      helpdesk.ID
	At, Due              time.Time // Due: of the second look; zero when it is done
	Late                 bool
	Stands               bool // one may act by it now
	Open                 bool // the sealed half could be opened
	Excepting
	Review    string
	Disclosed []Disclosure // told in another way than by the referral
}

// LogValue keeps it out of logs.
func (Excepted) LogValue() slog.Value { return sealedValue }

// Exceptions lists those of a ticket.
func (d *Door) Exceptions(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Excepted, error) {
	if _, err := d.Tickets.Facts(ctx, s, ticket); err != nil {
		return nil, fmt.Errorf("exceptions of ticket %s: %w", ticket, err)
	}
	all, err := d.book.Exceptions(ctx, d.DB, ticket)
	if err != nil {
		return nil, err
	}
	return d.excepteds(ctx, s, all)
}

// Unreviewed lists what waits for a second look, the first due first: to a
// coordinator all of it, by its plain half; to others what they can open.
func (d *Door) Unreviewed(ctx context.Context, s *staff.Session) ([]Excepted, error) {
	all, err := d.book.Unseen(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	out, err := d.excepteds(ctx, s, all)
	if err != nil || s.Coordinator() {
		return out, err
	}
	var mine []Excepted
	for _, e := range out {
		if e.Open {
			mine = append(mine, e)
		}
	}
	return mine, nil
}

func (d *Door) excepteds(ctx context.Context, s *staff.Session, all []*referrals.Exception) ([]Excepted, error) {
	var out []Excepted
	for _, e := range all {
		one := Excepted{ID: e.ID, Ticket: e.Ticket, Referral: e.Referral, State: e.State, Decided: e.Decided, Second: e.Second, At: e.At, Due: e.Due,
			Late: !e.Due.IsZero() && !d.Now().Before(e.Due)}
		_, body, _, err := d.exception(ctx, d.DB, s, e.ID)
		switch {
		case err == nil:
			one.Open, one.Excepting, one.Review, one.Stands = true, body.Excepting, body.Review, body.stands(e)
			one.Excepting.Ticket, one.Excepting.Referral = e.Ticket, e.Referral
			if one.Decided == "" {
				one.Decided = body.By
			}
			key, err := vault.KeyFrom(body.Key)
			if err != nil {
				return nil, err
			}
			if one.Disclosed, err = d.disclosures(ctx, e.ID, key); err != nil {
				return nil, err
			}
		case !closedToUs(err):
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}
