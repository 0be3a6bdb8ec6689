package consent

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Asking is how the person is asked about a referral.
type Asking struct {
	Language  string
	Spoken    bool // explained aloud
	Role      Role
	Age       Age
	Use       string // what the recipient uses it for, as the person reads it
	Retention int    // days they keep it
	Days      int    // shorter than 90; 0 for that
	Started   bool   // the person asked for it themselves
	// Permission: a yes to being referred to them that is there already.
	Permission helpdesk.ID
}

// Submitted is what comes of laying a draft before the person.
type Submitted struct {
	State      ReferralState
	Permission helpdesk.ID // two questions, each its own yes
	Consent    helpdesk.ID
	Card       helpdesk.ID // of a signpost: whose contact the person gets
}

// Submit passes a draft through its gates: they are likely to help, nothing was
// promised, the need was found together, they are reliable. A signpost ends
// there, with the contact card in the person's hands and nothing sent. Otherwise
// what was chosen is frozen as it stands in the ticket now, and the person is
// asked two things: whether we may refer them, and whether we may share each
// item.
//
// Refusals are those of the gates ("refer.likely", "refer.promised",
// "refer.agreed", "refer.reliable", "refer.empty", "refer.signpost_empty"), of
// the parts ("refer.parts", "refer.big") and of Ask. Tickets it names are read
// with the session's own rights. ErrConflict when the draft is another by now.
func (d *Door) Submit(ctx context.Context, s *staff.Session, id helpdesk.ID, version int64, a Asking) (Submitted, error) {
	h, z, err := d.ready(ctx, s, id, version)
	if err != nil {
		return Submitted{}, err
	}
	var out Submitted
	err = d.DB.Write(ctx, "submit a referral", func(tx *store.Tx) error {
		r := *h.row
		out = Submitted{}
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return err
		}
		g, err := d.guards(ctx, h)
		if err != nil {
			return err
		}
		g.Empty = len(z.handed.Items) == 0
		if err := d.turn(ctx, tx, &r, referrals.Submit, g); err != nil {
			return err
		}
		if h.Mode == Signpost {
			out.State, out.Card = r.State, h.To.ID
		} else {
			if err := d.freeze(ctx, tx, h, z); err != nil {
				return err
			}
			if out, err = d.askBoth(ctx, tx, s, h, a); err != nil {
				return err
			}
			r.Permission, r.Consent, out.State = out.Permission, out.Consent, r.State
			r.Due = d.instant().AddDate(0, 0, answerDays)
		}
		if err := d.keep(ctx, tx, h, &r); err != nil {
			return err
		}
		return d.tell(ctx, tx, s.User.ID, VerbSubmitted, &r)
	})
	return out, err
}

// ready reads a draft, and what it wants to hand over, before a transaction.
func (d *Door) ready(ctx context.Context, s *staff.Session, id helpdesk.ID, version int64) (*held, *frozen, error) {
	h, err := d.hold(ctx, d.DB, s, id, true)
	if err != nil {
		return nil, nil, err
	}
	if h.row.Version != version {
		return nil, nil, fmt.Errorf("submit referral %s: %w", id, helpdesk.ErrConflict)
	}
	z, err := d.gather(ctx, s, h)
	return h, z, err
}

// guards are what holds of a referral by itself at this instant.
func (d *Door) guards(ctx context.Context, h *held) (referrals.Guards, error) {
	g := referrals.Guards{Signpost: h.Mode == Signpost, Likely: h.Likely, Promised: h.Promised, Agreed: h.Agreed, Empty: len(h.handing.Items) == 0}
	t, err := d.Target(ctx, h.To.ID)
	if isNotFound(err) {
		return g, nil
	}
	if err != nil {
		return g, fmt.Errorf("look up organisation %s: %w", h.To.ID, err)
	}
	// The recipient is who was shown to the person: another country or kind by
	// now, and it is somebody else.
	g.Reliable = t.Vetted && t.Country == h.To.Country && (t.Kind == "authority") == h.To.Authority
	return g, nil
}

// askBoth puts the two questions.
func (d *Door) askBoth(ctx context.Context, tx *store.Tx, s *staff.Session, h *held, a Asking) (Submitted, error) {
	draft := Draft{Ticket: h.row.Ticket, Purpose: Refer, Language: a.Language, Spoken: a.Spoken, Recipients: []Recipient{h.To}, Use: h.Need,
		Role: a.Role, Age: a.Age, FromCountry: h.FromCountry, Started: a.Started}
	out := Submitted{Permission: a.Permission}
	if out.Permission != "" {
		_, why, err := d.covers(ctx, tx, s, h.row.Ticket, out.Permission, h.use(Refer))
		if err != nil {
			return out, err
		}
		if why != "" {
			return out, helpdesk.Refuse("refer.permission")
		}
	} else {
		var err error
		if out.Permission, err = d.Ask(ctx, tx, s, draft); err != nil {
			return out, err
		}
	}
	draft.Purpose, draft.Items, draft.Restrictions = h.Basis, h.handing.Items, h.Restrictions
	draft.Use, draft.Retention, draft.Days = a.Use, a.Retention, a.Days
	var err error
	out.Consent, err = d.Ask(ctx, tx, s, draft)
	return out, err
}

// use is what this referral does, as a consent has to allow it.
func (h *held) use(purpose string) grants.Use {
	u := grants.Use{Purpose: purpose, Recipient: h.To.ID, Country: h.To.Country}
	if purpose != Refer {
		u.Items = keysOf(h.handing.Items)
	}
	return u
}

// Reduce leaves out of a referral what the person did not allow, so that what
// they did can go. Only leaving out is possible; asked again is nobody.
func (d *Door) Reduce(ctx context.Context, s *staff.Session, id helpdesk.ID, version int64) error {
	h, err := d.hold(ctx, d.DB, s, id, true)
	if err != nil {
		return err
	}
	if h.row.Version != version || h.row.State != referrals.Awaiting || h.row.Consent == "" {
		return fmt.Errorf("reduce referral %s: %w", id, helpdesk.ErrConflict)
	}
	key, err := h.packageKey()
	if err != nil {
		return err
	}
	whole, p, err := d.handed(ctx, d.DB, id, key)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "reduce a referral", func(tx *store.Tx) error {
		r := *h.row
		m, _, err := d.covers(ctx, tx, s, r.Ticket, r.Consent, h.use(h.Basis))
		if err != nil {
			return err
		}
		z := &frozen{handed: whole, files: map[int][]byte{}}
		z.handed.Items = nil
		for position, item := range whole.Items {
			if !slices.Contains(m.said.Items, item.Key) || item.Special && !m.said.Alone {
				continue // not allowed; or allowed while somebody was beside them
			}
			if item.Kind == PartFile {
				sealed, err := d.book.Part(ctx, tx, id, position)
				if err != nil {
					return err
				}
				if z.files[len(z.handed.Items)], err = key.Open(referrals.PartAt(id, position), sealed); err != nil {
					return fmt.Errorf("file %d of referral %s: %w", position, id, err)
				}
			}
			z.handed.Items = append(z.handed.Items, item)
		}
		switch {
		case len(z.handed.Items) == 0:
			return helpdesk.Refuse("refer.empty")
		case len(z.handed.Items) == len(whole.Items):
			return nil
		}
		// A package is written once: this is another, in the place of the one that
		// nobody outside has seen, under a key of its own.
		if err := d.book.Thaw(ctx, tx, id); err != nil {
			return err
		}
		again := *h
		again.handing.Key, again.Manifest = newPackageKey(), p.Manifest
		if err := d.freeze(ctx, tx, &again, z); err != nil {
			return err
		}
		if err := d.keep(ctx, tx, &again, &r); err != nil {
			return err
		}
		return d.tell(ctx, tx, s.User.ID, VerbSubmitted, &r)
	})
}

// Shown is the whole package as the person is shown it, before they say yes and
// for as long as the referral is kept. ErrNotFound for another's, and while
// nothing is frozen.
func (d *Door) Shown(ctx context.Context, g *people.Guest, id helpdesk.ID) (Handed, error) {
	h, err := d.heldBy(ctx, d.DB, g, id)
	if err != nil {
		return Handed{}, err
	}
	return d.shown(ctx, h)
}

// Preview is the package as its recipient will see it, for the colleague who
// prepares it: of a draft what would be frozen now.
func (d *Door) Preview(ctx context.Context, s *staff.Session, id helpdesk.ID) (Handed, error) {
	h, err := d.hold(ctx, d.DB, s, id, false)
	if err != nil {
		return Handed{}, err
	}
	if h.row.State == referrals.Draft {
		z, err := d.gather(ctx, s, h)
		if err != nil {
			return Handed{}, err
		}
		return z.handed, nil
	}
	return d.shown(ctx, h)
}

func (d *Door) shown(ctx context.Context, h *held) (Handed, error) {
	key, err := h.packageKey()
	if err != nil {
		return Handed{}, err
	}
	z, _, err := d.handed(ctx, d.DB, h.row.ID, key)
	return z, err
}
