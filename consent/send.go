package consent

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"time"

	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Way is how a recipient without account is told. Where the organisation has
// staff with accounts it is left empty: they get the notice, and sign in.
type Way struct {
	Address  string // where the neutral mail with the link goes
	Language string // "sv" or "en"
	// Link makes the page's address of a link; the secret stands behind its #.
	Link func(fragment string) string
}

// SentReferral is a referral that has left.
type SentReferral struct {
	Due, Expires time.Time
	// Code is what a recipient without account types besides opening the link:
	// twelve digits, shown once and kept nowhere, to be told by another way than
	// mail. "" for who has an account.
	Code string
}

// LogValue keeps the code out of logs.
func (SentReferral) LogValue() slog.Value { return sealedValue }

// Format does, too.
func (SentReferral) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sent referral [sealed]") }

// Disclosed is what the ledger keeps, sealed, of what left the house.
type Disclosed struct {
	Recipient Recipient   `json:"recipient"`
	Channel   string      `json:"channel"` // account, link, or of an exception: phone, letter, visit, mail
	Manifest  []byte      `json:"manifest,omitempty"`
	Items     []string    `json:"items,omitempty"` // labels
	Basis     string      `json:"basis"`           // the purpose, or "exception"
	Consent   helpdesk.ID `json:"consent,omitempty"`
	Exception helpdesk.ID `json:"exception,omitempty"`
	By        helpdesk.ID `json:"by"`
	Informed  string      `json:"informed,omitempty"` // RFC 3339: when the person was told; "" not yet
	Note      string      `json:"note,omitempty"`
}

// LogValue keeps it out of logs.
func (Disclosed) LogValue() slog.Value { return sealedValue }

// Send hands a referral over. In one transaction it asks the ledger again
// whether the person's two yeses, or an approved exception, cover recipient,
// country and every item at this instant; wraps the frozen package to the
// recipient's key; writes the disclosure; and lays a notice without content into
// the outbox. What the person sees is what was sent: theirs is the same package.
//
// Refusals name what is missing ("refer.permission", "refer.consent" with the
// Reason, "refer.reliable", "refer.way": they have no account, and no way was
// named). ErrConflict when the referral is another by now.
func (d *Door) Send(ctx context.Context, s *staff.Session, id helpdesk.ID, version int64, w Way) (SentReferral, error) {
	h, err := d.hold(ctx, d.DB, s, id, true)
	if err != nil {
		return SentReferral{}, err
	}
	if h.row.Version != version {
		return SentReferral{}, fmt.Errorf("send referral %s: %w", id, helpdesk.ErrConflict)
	}
	plan, err := d.Office.Hours(ctx)
	if err != nil {
		return SentReferral{}, err
	}
	to, err := d.recipientKey(ctx, h, w)
	if err != nil {
		return SentReferral{}, err
	}
	key, err := h.packageKey()
	if err != nil {
		return SentReferral{}, err
	}
	// HPKE costs more than all that follows; the manifest it is bound to can not
	// change without the version.
	wrap, err := to.key.Wrap(referrals.WrapAt(id, to.key.ID, h.Manifest), key)
	if err != nil {
		return SentReferral{}, fmt.Errorf("seal the package of %s: %w", id, err)
	}
	var out SentReferral
	err = d.DB.Write(ctx, "send a referral", func(tx *store.Tx) error {
		r := *h.row
		out = SentReferral{Code: to.code}
		until, err := d.maySend(ctx, tx, s, h, &r)
		if err != nil {
			return err
		}
		now := d.instant()
		r.Due = answerDue(plan, r.Priority, now, h.To.Country)
		r.Expires = until
		if r.Expires.Before(r.Due) {
			r.Due = r.Expires
		}
		out.Due, out.Expires = r.Due, r.Expires
		if err := d.book.GiveOutside(ctx, tx, id, referrals.Wrap{Version: to.key.ID.Version, Wrap: wrap}); err != nil {
			return err
		}
		if err := d.announce(ctx, tx, to, w, &r); err != nil {
			return err
		}
		body := Disclosed{Recipient: h.To, Channel: to.channel, Manifest: h.Manifest, Basis: h.Basis, Consent: r.Consent, Exception: r.Exception, By: s.User.ID,
			Informed: now.Format(time.RFC3339)}
		for _, i := range h.handing.Items {
			body.Items = append(body.Items, i.Label)
		}
		if r.Exception != "" {
			body.Basis, body.Informed = "exception", ""
		}
		if err := d.disclose(ctx, tx, id, h.key, "sent", body); err != nil {
			return err
		}
		if r.Consent != "" && r.Exception == "" {
			if err := d.spend(ctx, tx, r.Consent); err != nil {
				return err
			}
		}
		if err := d.keep(ctx, tx, h, &r); err != nil {
			return err
		}
		return d.tell(ctx, tx, s.User.ID, VerbSent, &r)
	})
	if err != nil {
		return SentReferral{}, err
	}
	return out, nil
}

// maySend asks for consent or exception at this very instant, moves the referral
// to sent, and tells until when it may be read. The ledger is locked: nobody
// withdraws between the answer and the sending.
func (d *Door) maySend(ctx context.Context, tx *store.Tx, s *staff.Session, h *held, r *referrals.Referral) (until time.Time, err error) {
	until = d.instant().AddDate(0, 0, accessDays)
	g, err := d.guards(ctx, h)
	if err != nil {
		return until, err
	}
	p, err := d.book.Package(ctx, tx, r.ID)
	if err != nil && !isNotFound(err) {
		return until, err
	}
	g.Frozen = err == nil && len(h.Manifest) > 0 && string(p.Manifest) == string(h.Manifest)
	var why Reason
	if r.Exception != "" {
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return until, err
		}
		if g.Excepted, err = d.excepted(ctx, tx, r); err != nil {
			return until, err
		}
	} else {
		if _, why, err = d.covers(ctx, tx, s, r.Ticket, r.Permission, h.use(Refer)); err != nil {
			return until, err
		}
		g.Permission = why == ""
		var m *matter
		if m, why, err = d.covers(ctx, tx, s, r.Ticket, r.Consent, h.use(h.Basis)); err != nil {
			return until, err
		}
		g.Covered = why == ""
		for _, e := range m.events {
			if !e.View && e.Until.After(time.Time{}) && e.Until.Before(until) {
				until = e.Until
			}
		}
	}
	if r.State == referrals.Awaiting {
		if err := d.turn(ctx, tx, r, referrals.Cover, g); err != nil {
			return until, because(err, why)
		}
	}
	return until, because(d.turn(ctx, tx, r, referrals.Send, g), why)
}

// because says why a consent does not cover.
func because(err error, why Reason) error {
	var r helpdesk.Refusal
	if errors.As(err, &r) && r.Key == "refer.consent" {
		return helpdesk.Refuse("refer.consent", string(why))
	}
	return err
}

// addressee is whom a package is sealed to, and how they are told.
type addressee struct {
	key     vault.OutsideKey
	channel string
	users   []staff.User    // with accounts
	link    *referrals.Link // without
	secret  vault.LinkKey
	code    string
}

// recipientKey finds the organisation's key, or makes a link and a code.
//
// A key that changed needs no call before something is sealed to it, and none is
// asked for (CONSENT.md, SEALING.md): the database alone can neither change it
// nor take it back, for our MAC speaks for it and we have seen its version
// (staff.PartnerKey); it changes because somebody of theirs left, for those whom
// their own colleagues had let in; and the one key that no colleague of theirs
// vouches for, the first, opens by an invitation that a coordinator gives to whom
// the organisation named, by telephone, and that no mail carries. To who has no
// account the digits go by another way than the link.
func (d *Door) recipientKey(ctx context.Context, h *held, w Way) (*addressee, error) {
	id, public, err := d.Staff.PartnerKey(ctx, d.DB, h.To.ID)
	if err == nil {
		users, err := d.Staff.PartnerAddresses(ctx, h.To.ID)
		return &addressee{key: vault.OutsideKey{ID: id, Public: public}, channel: "account", users: users}, err
	}
	if !isNotFound(err) {
		return nil, err
	}
	if w.Link == nil || !strings.Contains(w.Address, "@") {
		return nil, helpdesk.Refuse("refer.way")
	}
	to := &addressee{channel: "link", secret: vault.NewLinkKey()}
	if to.code, err = twelveDigits(); err != nil {
		return nil, err
	}
	to.link = &referrals.Link{Place: to.secret.RowID(), Referral: h.row.ID, Pair: helpdesk.NewID()}
	pair := vault.NewPair(to.link.Key())
	to.key = vault.OutsideKey{ID: pair.ID(), Public: pair.Public().Public}
	leave, err := d.gate.Enter(ctx, string(h.row.ID))
	if err != nil {
		return nil, err
	}
	defer leave()
	to.link.Locked = d.Secrets.WithCode(to.secret, to.code, d.cost)[0].Lock(referrals.LockedAt(h.row.ID, to.link.Pair), pair)
	return to, nil
}

func twelveDigits() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%012d", n), nil
}

// announce tells the recipient, without content, that something waits.
func (d *Door) announce(ctx context.Context, tx *store.Tx, to *addressee, w Way, r *referrals.Referral) error {
	for _, u := range to.users {
		if err := d.Post.Handed(ctx, tx, u.Address, u.Locale, "", "", r.Expires); err != nil {
			return err
		}
	}
	if to.link == nil {
		return nil
	}
	to.link.Expires = r.Expires
	if err := d.book.AddLink(ctx, tx, to.link); err != nil {
		return err
	}
	return d.Post.Handed(ctx, tx, w.Address, w.Language, w.Link(to.secret.Fragment()), to.secret.Fragment(), r.Expires)
}

// disclose writes into the ledger that something left, sealed under the key of
// the referral or exception it left by.
func (d *Door) disclose(ctx context.Context, tx *store.Tx, subject helpdesk.ID, key vault.Key, state string, body Disclosed) error {
	plain, err := json.Marshal(body)
	if err != nil {
		return err
	}
	event := helpdesk.NewID()
	_, err = d.ledger.Append(ctx, tx, ledger.Event{ID: event, Kind: ledger.Disclosure, Subject: subject, State: state, At: d.instant(),
		Body: key.Seal(ledger.BodyAt(event, subject), plain)})
	return err
}

// answerDue counts in the recipient's working days; only our own public holidays
// are known.
func answerDue(plan hours.Plan, p Priority, from time.Time, country string) time.Time {
	return referrals.AnswerDue(p, from, country, plan.Zone(""), func(day time.Time) bool {
		return country == "SE" && plan.Holiday(hours.DateOf(day)) != ""
	})
}

func newPackageKey() []byte { return vault.NewKey().Bytes() }
