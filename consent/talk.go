package consent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// A talk about a referral has exactly three readers: who it was handed to, the
// team, the person. It is sealed under the package's key and is no conversation
// of the ticket: nobody outside ever holds a key to one of those. With the wrap
// a recipient loses both at once.

// SayReferral is a colleague's word to the recipient and the person. A signpost,
// and what was not sent or has ended, has nobody to talk to ("refer.ended").
func (d *Door) SayReferral(ctx context.Context, s *staff.Session, id helpdesk.ID, text string) error {
	h, err := d.hold(ctx, d.DB, s, id, true)
	if err != nil {
		return err
	}
	return d.sayAs(ctx, h, referrals.SideHouse, s.User.ID, text)
}

// SayAsPerson is the person's own.
func (d *Door) SayAsPerson(ctx context.Context, g *people.Guest, id helpdesk.ID, text string) error {
	h, err := d.heldBy(ctx, d.DB, g, id)
	if err != nil {
		return err
	}
	return d.sayAs(ctx, h, referrals.SidePerson, "", text)
}

func (d *Door) sayAs(ctx context.Context, h *held, side string, author helpdesk.ID, text string) error {
	key, err := h.packageKey()
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "say something about a referral", func(tx *store.Tx) error {
		r, err := d.book.Load(ctx, tx, h.row.ID)
		if err != nil {
			return err
		}
		if !referrals.Readable(r.State, r.Times(), d.Now()) {
			return helpdesk.Refuse("refer.ended")
		}
		if err := d.say(ctx, tx, r.ID, key, side, author, "word", text); err != nil {
			return err
		}
		return d.tell(ctx, tx, author, VerbAnswered, r)
	})
}

func (d *Door) say(ctx context.Context, tx *store.Tx, id helpdesk.ID, key vault.Key, side string, author helpdesk.ID, kind, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return helpdesk.Refuse("refer.empty_word")
	}
	if long(text, mostWords) {
		return helpdesk.Refuse("refer.long")
	}
	w := referrals.Word{ID: helpdesk.NewID(), Side: side, Author: author, Kind: kind, At: d.instant()}
	w.Sealed = key.Seal(referrals.WordAt(id, w), []byte(text))
	return d.book.Say(ctx, tx, id, w)
}

// words opens what was said. What does not open is left out, with an alarm.
func (d *Door) words(ctx context.Context, r store.Reader, id helpdesk.ID, key vault.Key) ([]Word, error) {
	all, err := d.book.Words(ctx, r, id)
	if err != nil {
		return nil, err
	}
	var out []Word
	for _, w := range all {
		text, err := key.Open(referrals.WordAt(id, w), w.Sealed)
		if err != nil {
			d.Journal.Alarm(ctx, "referral_word", id)
			continue
		}
		out = append(out, Word{ID: w.ID, Side: w.Side, Author: w.Author, Kind: w.Kind, At: w.At, Text: string(text)})
	}
	return out, nil
}

// UpdateItem sends a newer text of an item that the person allowed as updating.
// It asks for consent at this instant, as Send does, and is a disclosure of its
// own. Refusals "refer.updating" for any other item, "refer.ended".
func (d *Door) UpdateItem(ctx context.Context, s *staff.Session, id helpdesk.ID, item, text string) error {
	h, err := d.hold(ctx, d.DB, s, id, true)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(h.handing.Items, func(i Item) bool { return i.Key == item && i.Updating })
	text = strings.TrimSpace(text)
	if at < 0 || text == "" || long(text, mostWords) {
		return helpdesk.Refuse("refer.updating")
	}
	key, err := h.packageKey()
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "update an item", func(tx *store.Tx) error {
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return err
		}
		r, err := d.book.Load(ctx, tx, id)
		if err != nil {
			return err
		}
		if !referrals.Readable(r.State, r.Times(), d.Now()) {
			return helpdesk.Refuse("refer.ended")
		}
		use := h.use(h.Basis)
		use.Items = []string{item}
		if _, why, err := d.covers(ctx, tx, s, r.Ticket, r.Consent, use); err != nil || why != "" {
			return because(firstOf(err, helpdesk.Refuse("refer.consent")), why)
		}
		u := referrals.Update{ID: helpdesk.NewID(), At: d.instant()}
		plain, err := json.Marshal(Updated{Key: item, Text: text})
		if err != nil {
			return err
		}
		u.Sealed = key.Seal(referrals.UpdateAt(id, u.ID), plain)
		if err := d.book.Renew(ctx, tx, id, u); err != nil {
			return err
		}
		body := Disclosed{Recipient: h.To, Channel: "update", Items: []string{h.handing.Items[at].Label}, Basis: h.Basis, Consent: r.Consent,
			By: s.User.ID, Informed: u.At.Format(time.RFC3339)}
		if err := d.disclose(ctx, tx, id, h.key, "updated", body); err != nil {
			return err
		}
		return d.tell(ctx, tx, s.User.ID, VerbSent, r)
	})
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Door) updates(ctx context.Context, r store.Reader, id helpdesk.ID, key vault.Key) ([]Updated, error) {
	all, err := d.book.Updates(ctx, r, id)
	if err != nil {
		return nil, err
	}
	var out []Updated
	for _, u := range all {
		plain, err := key.Open(referrals.UpdateAt(id, u.ID), u.Sealed)
		one := Updated{At: u.At}
		if err == nil {
			err = strict(plain, &one)
		}
		if err != nil {
			d.Journal.Alarm(ctx, "referral_update", id)
			continue
		}
		one.At = u.At
		out = append(out, one)
	}
	return out, nil
}

// ConfirmOutcome is the person's own word on how it went; it may differ from the
// recipient's, and both are kept. It closes the referral, and the consent it
// rested on.
func (d *Door) ConfirmOutcome(ctx context.Context, g *people.Guest, id helpdesk.ID, outcome string) error {
	if !slices.Contains(Outcomes, outcome) {
		return helpdesk.Refuse("refer.outcome")
	}
	return d.DB.Write(ctx, "confirm an outcome", func(tx *store.Tx) error {
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return err
		}
		r, err := d.book.Load(ctx, tx, id)
		if err == nil && (r.Person != g.Person || r.Unproven) {
			err = helpdesk.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("confirm the outcome of %s: %w", id, err)
		}
		if err := d.turn(ctx, tx, r, referrals.Confirm, referrals.Guards{}); err != nil {
			return err
		}
		r.Told = outcome
		if err := d.book.Save(ctx, tx, r); err != nil {
			return err
		}
		if err := d.over(ctx, tx, r); err != nil {
			return err
		}
		return d.tell(ctx, tx, "", VerbAnswered, r)
	})
}
