package consent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Outside is somebody outside for one request: of an organisation with accounts,
// or behind a link. It opens what was handed to them, and nothing else of ours.
type Outside struct {
	who  helpdesk.ID           // the user, or the visit
	org  helpdesk.ID           // "" behind a link
	only helpdesk.ID           // the one referral of a link; "" for an organisation
	pair func(int) *vault.Pair // theirs of a version; nil for none
	key  vault.SessionKey      // of a visit
	from func(r *referrals.Referral) bool
}

// Format keeps keys out of fmt.
func (o *Outside) Format(f fmt.State, _ rune) { fmt.Fprint(f, "outside [sealed]") }

// LogValue keeps them out of logs.
func (*Outside) LogValue() slog.Value { return sealedValue }

// Only is the referral of somebody behind a link; "" for who signed in.
func (o *Outside) Only() helpdesk.ID { return o.only }

// Partner is a signed-in partner as this door knows them.
func (d *Door) Partner(p *staff.Outsider) *Outside {
	target := d.book.TargetIndex(p.Org)
	return &Outside{who: d.book.Whose(p.User.ID), org: p.Org,
		pair: func(version int) *vault.Pair {
			if pair, ok := p.Pair(version); ok {
				return pair
			}
			return nil
		},
		from: func(r *referrals.Referral) bool { return string(r.Target) == string(target) },
	}
}

// Arrived is a referral in a recipient's list: nothing of what is in it.
type Arrived struct {
	ID       helpdesk.ID
	State    ReferralState
	Priority Priority
	Since    time.Time // when it came to where it stands
	Due      time.Time // an answer, while one is due
	Until    time.Time // it may be read; zero when no more
	Opened   bool      // by anybody of theirs
}

// Arrivals lists what was handed to a recipient, the latest first; what was
// taken back or has ended stands there, without its contents.
func (d *Door) Arrivals(ctx context.Context, o *Outside) ([]Arrived, error) {
	var rows []*referrals.Referral
	if o.only != "" {
		r, err := d.book.Load(ctx, d.DB, o.only)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	} else {
		var err error
		if rows, err = d.book.OfTarget(ctx, d.DB, o.org); err != nil {
			return nil, err
		}
	}
	now := d.Now()
	var out []Arrived
	for _, r := range rows {
		// What somebody outside never had is none of theirs, also as a line.
		if r.Unproven || !o.from(r) || r.Expires.IsZero() {
			continue
		}
		a := Arrived{ID: r.ID, State: r.At(now), Priority: r.Priority, Since: r.Turned, Until: referrals.Ends(r.State, r.Times(), now)}
		if a.State == ReferralSent || a.State == ReferralOverdue {
			a.Due = r.Due
		}
		if !now.Before(a.Until) {
			a.Until = time.Time{}
		}
		openings, err := d.book.Openings(ctx, d.DB, r.ID)
		if err != nil {
			return nil, err
		}
		a.Opened = slices.ContainsFunc(openings, func(p referrals.Opening) bool { return p.Act == referrals.OpeningRead })
		out = append(out, a)
	}
	return out, nil
}

// Release is what a recipient sees at this request.
type Release struct {
	ID       helpdesk.ID
	State    ReferralState
	Priority Priority
	Due      time.Time
	Until    time.Time
	// Ended: it was taken back, or its time is over. All below is empty, and what
	// was noted from it may no longer be used.
	Ended bool
	// Confirmed: they confirmed the restrictions. Until then Handed holds these,
	// who sends, and nothing else.
	Confirmed bool
	Handed    Handed
	Updates   []Updated
	Words     []Word
}

// LogValue keeps it out of logs.
func (Release) LogValue() slog.Value { return sealedValue }

// Updated is newer than the package: one item of it.
type Updated struct {
	Key  string    `json:"key"`
	Text string    `json:"text"`
	At   time.Time `json:"-"`
}

// LogValue keeps it out of logs.
func (Updated) LogValue() slog.Value { return sealedValue }

// Word is something said about a referral, read by exactly its readers: the
// recipient, the team, the person.
type Word struct {
	ID     helpdesk.ID
	Side   string // "partner", "house" or "person"
	Author helpdesk.ID
	Kind   string // return, ask, report, word
	At     time.Time
	Text   string
}

// LogValue keeps it out of logs.
func (Word) LogValue() slog.Value { return sealedValue }

// Released opens what was handed to a recipient, at this request: every check is
// made anew, in the database, and no key is kept. What was taken back or has run
// out comes as Ended, with nothing in it. ErrNotFound for what was never theirs.
func (d *Door) Released(ctx context.Context, o *Outside, id helpdesk.ID) (Release, error) {
	r, p, key, err := d.release(ctx, d.DB, o, id)
	if errors.Is(err, errEnded) {
		return Release{ID: id, State: r.At(d.Now()), Ended: true}, nil
	}
	if err != nil {
		return Release{}, err
	}
	out := Release{ID: id, State: r.At(d.Now()), Priority: r.Priority, Due: r.Due, Until: referrals.Ends(r.State, r.Times(), d.Now())}
	whole, err := d.unpacked(ctx, id, p, key)
	if err != nil {
		return Release{}, err
	}
	did, err := d.book.Did(ctx, d.DB, id, o.who)
	if err != nil {
		return Release{}, err
	}
	if out.Confirmed = !did[referrals.OpeningConfirmed].IsZero(); !out.Confirmed {
		out.Handed = Handed{From: whole.From, Restrictions: whole.Restrictions}
		return out, nil
	}
	out.Handed = whole
	if out.Updates, err = d.updates(ctx, d.DB, id, key); err != nil {
		return Release{}, err
	}
	if out.Words, err = d.words(ctx, d.DB, id, key); err != nil {
		return Release{}, err
	}
	// Once in a quarter of an hour.
	if d.Now().Sub(did[referrals.OpeningRead]) < 15*time.Minute {
		return out, nil
	}
	return out, d.noteOpening(ctx, o, r, referrals.OpeningRead)
}

// errEnded: theirs once, and no more.
var errEnded = errors.New("no longer released")

// release finds the package's key for a recipient, if it is theirs at this
// instant: the state and its times, the consents it rests on, and the wrap itself
// each say so, and any of them alone is enough to end it.
func (d *Door) release(ctx context.Context, r store.Reader, o *Outside, id helpdesk.ID) (*referrals.Referral, *referrals.Package, vault.Key, error) {
	row, err := d.book.Load(ctx, r, id)
	if err == nil && (row.Unproven || !o.from(row) || row.Expires.IsZero()) {
		err = fmt.Errorf("released %s: %w", id, helpdesk.ErrNotFound)
	}
	if err != nil {
		return nil, nil, vault.Key{}, err
	}
	if !referrals.Readable(row.State, row.Times(), d.Now()) {
		return row, nil, vault.Key{}, errEnded
	}
	stands, err := d.stands(ctx, r, row)
	if err != nil {
		return nil, nil, vault.Key{}, err
	}
	if !stands {
		return row, nil, vault.Key{}, errEnded
	}
	w, err := d.book.Outside(ctx, r, id)
	if isNotFound(err) {
		return row, nil, vault.Key{}, errEnded
	}
	if err != nil {
		return nil, nil, vault.Key{}, err
	}
	pair := o.pair(w.Version)
	if pair == nil {
		return nil, nil, vault.Key{}, helpdesk.Refuse("refer.old_key") // sealed to a pair they no longer hold
	}
	p, err := d.book.Package(ctx, r, id)
	if err != nil {
		return nil, nil, vault.Key{}, err
	}
	key, err := pair.Unwrap(referrals.WrapAt(id, pair.ID(), p.Manifest), w.Wrap)
	if err != nil {
		d.Journal.Alarm(ctx, "referral_wrap", id)
		return nil, nil, vault.Key{}, fmt.Errorf("released %s: %w", id, helpdesk.ErrNotFound)
	}
	return row, p, key, nil
}

// stands tells whether nobody has stopped what a referral rests on. A consent
// that was used up or ran out has stopped nothing: the referral's own times say
// until when it may be read.
func (d *Door) stands(ctx context.Context, r store.Reader, row *referrals.Referral) (bool, error) {
	if row.Exception != "" {
		return true, nil
	}
	all, err := d.matters(ctx, r, row.Consent, row.Permission)
	if isNotFound(err) {
		return false, nil // erased
	}
	if err != nil {
		return false, err
	}
	now := d.Now()
	for _, m := range all {
		void := !m.void.Purpose.IsZero() && !now.Before(m.void.Purpose) || !m.void.Notice.IsZero() && !now.Before(m.void.Notice)
		switch s := grants.Last(m.events, now); {
		case void, s != Given && s != Renewed && s != Expired:
			return false, nil
		}
	}
	return true, nil
}

// noteOpening writes down that somebody read.
func (d *Door) noteOpening(ctx context.Context, o *Outside, r *referrals.Referral, act string) error {
	return d.DB.Write(ctx, "note an opening", func(tx *store.Tx) error {
		if err := d.book.Note(ctx, tx, r.ID, o.who, act); err != nil {
			return err
		}
		return d.note(ctx, tx, "", VerbOpened, r.Ticket) // who it was stands with the referral
	})
}

// ReleasedFile opens a file of a released package; position is the item's place
// in Handed.Items. ErrNotFound once it has ended, and before the restrictions
// were confirmed.
func (d *Door) ReleasedFile(ctx context.Context, o *Outside, id helpdesk.ID, position int) (HandedItem, []byte, error) {
	missing := fmt.Errorf("file %d of referral %s: %w", position, id, helpdesk.ErrNotFound)
	r, p, key, err := d.release(ctx, d.DB, o, id)
	if errors.Is(err, errEnded) {
		return HandedItem{}, nil, missing
	}
	if err != nil {
		return HandedItem{}, nil, err
	}
	did, err := d.book.Did(ctx, d.DB, id, o.who)
	if err != nil {
		return HandedItem{}, nil, err
	}
	whole, err := d.unpacked(ctx, id, p, key)
	if err != nil {
		return HandedItem{}, nil, err
	}
	if did[referrals.OpeningConfirmed].IsZero() || position < 0 || position >= len(whole.Items) || whole.Items[position].Kind != PartFile {
		return HandedItem{}, nil, missing
	}
	sealed, err := d.book.Part(ctx, d.DB, id, position)
	if err != nil {
		return HandedItem{}, nil, err
	}
	plain, err := key.Open(referrals.PartAt(id, position), sealed)
	if err != nil {
		d.Journal.Alarm(ctx, "referral_package", id)
		return HandedItem{}, nil, missing
	}
	return whole.Items[position], plain, d.noteOpening(ctx, o, r, referrals.OpeningFile)
}

// Agree confirms the restrictions; only then is the package shown. Each of a
// recipient's people does so for themselves.
func (d *Door) Agree(ctx context.Context, o *Outside, id helpdesk.ID) error {
	return d.answers(ctx, o, id, func(tx *store.Tx, r *referrals.Referral, _ vault.Key) (bool, error) {
		return false, d.book.Note(ctx, tx, r.ID, o.who, referrals.OpeningConfirmed)
	})
}

// Accept says that the recipient takes it on. Refusal "refer.restrictions" until
// they confirmed those.
func (d *Door) Accept(ctx context.Context, o *Outside, id helpdesk.ID) error {
	return d.answers(ctx, o, id, func(tx *store.Tx, r *referrals.Referral, _ vault.Key) (bool, error) {
		did, err := d.book.Did(ctx, tx, r.ID, o.who)
		if err != nil {
			return false, err
		}
		if err := d.turn(ctx, tx, r, referrals.Accept, referrals.Guards{Confirmed: !did[referrals.OpeningConfirmed].IsZero()}); err != nil {
			return false, err
		}
		r.Follow = r.Turned.AddDate(0, 0, followDays)
		r.Due = r.Follow
		return true, nil
	})
}

// ReturnReferral gives it back with a reason; nothing of it can be read after.
func (d *Door) ReturnReferral(ctx context.Context, o *Outside, id helpdesk.ID, reason string) error {
	return d.answers(ctx, o, id, func(tx *store.Tx, r *referrals.Referral, key vault.Key) (bool, error) {
		if err := d.turn(ctx, tx, r, referrals.Return, referrals.Guards{Said: strings.TrimSpace(reason) != ""}); err != nil {
			return false, err
		}
		if err := d.say(ctx, tx, r.ID, key, referrals.SidePartner, o.who, "return", reason); err != nil {
			return false, err
		}
		if err := d.over(ctx, tx, r); err != nil {
			return false, err
		}
		return true, d.book.Cut(ctx, tx, r.ID)
	})
}

// Outcomes are the codes of what came of a referral.
var Outcomes = []string{"helped", "partly", "declined", "not_eligible", "no_capacity", "could_not", "no_show", "unreachable"}

// Report says what came of it; outcome is one of Outcomes, note may be empty.
func (d *Door) Report(ctx context.Context, o *Outside, id helpdesk.ID, outcome, note string) error {
	return d.answers(ctx, o, id, func(tx *store.Tx, r *referrals.Referral, key vault.Key) (bool, error) {
		if slices.Contains(Outcomes, outcome) {
			r.Outcome = outcome
		}
		if err := d.turn(ctx, tx, r, referrals.Report, referrals.Guards{Said: slices.Contains(Outcomes, outcome)}); err != nil {
			return false, err
		}
		r.Due = r.Turned.AddDate(0, 0, restDays)
		if strings.TrimSpace(note) == "" {
			return true, nil
		}
		return true, d.say(ctx, tx, r.ID, key, referrals.SidePartner, o.who, "report", note)
	})
}

// AskBack says something to the team and the person, while it is released.
func (d *Door) AskBack(ctx context.Context, o *Outside, id helpdesk.ID, text string) error {
	return d.answers(ctx, o, id, func(tx *store.Tx, r *referrals.Referral, key vault.Key) (bool, error) {
		return false, d.say(ctx, tx, r.ID, key, referrals.SidePartner, o.who, "ask", text)
	})
}

// answers lets a recipient act on what is released to them at this instant; the
// row is saved where do says so.
func (d *Door) answers(ctx context.Context, o *Outside, id helpdesk.ID, do func(*store.Tx, *referrals.Referral, vault.Key) (bool, error)) error {
	return d.DB.Write(ctx, "answer a referral", func(tx *store.Tx) error {
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return err
		}
		r, _, key, err := d.release(ctx, tx, o, id)
		if errors.Is(err, errEnded) {
			return helpdesk.Refuse("refer.ended")
		}
		if err != nil {
			return err
		}
		save, err := do(tx, r, key)
		if err != nil {
			return err
		}
		if save {
			if err := d.book.Save(ctx, tx, r); err != nil {
				return err
			}
		}
		return d.tell(ctx, tx, "", VerbAnswered, r)
	})
}

// OpenLink opens a link with its code and returns the cookie of a visit. It is
// for a POST alone: following a link opens nothing. Every wrong code is counted
// before it is compared, is written down, and after ten the link opens nothing
// any more; unknown, wrong and over are one Refusal, "refer.link". "refer.busy":
// too many are trying at this moment.
func (d *Door) OpenLink(ctx context.Context, fragment, code string) (cookie string, err error) {
	wrong := helpdesk.Refuse("refer.link")
	link, err := vault.ParseLinkKey(strings.TrimSpace(fragment))
	typed := helpdesk.Latin(code)
	if err != nil || len(typed) != 12 || strings.Trim(typed, "0123456789") != "" {
		return "", wrong
	}
	place := link.RowID()
	leave, err := d.gate.Enter(ctx, string(place))
	if err != nil {
		return "", err
	}
	defer leave()
	var l *referrals.Link
	var row *referrals.Referral
	var tries int
	found := true
	err = d.DB.Write(ctx, "try a link", func(tx *store.Tx) error {
		l, tries, err = d.book.Try(ctx, tx, place)
		if found = !isNotFound(err); !found {
			return nil
		}
		if err == nil {
			row, err = d.book.Load(ctx, tx, l.Referral)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	keys := d.Secrets.WithCode(link, typed, d.cost) // its whole price, whether there is a link or not
	if !found {
		return "", wrong
	}
	var pair *vault.Pair
	for _, k := range keys {
		if p, err := k.Unlock(referrals.LockedAt(l.Referral, l.Pair), l.Key(), l.Locked); err == nil {
			pair = p
			break
		}
	}
	err = d.DB.Write(ctx, "open a link", func(tx *store.Tx) error {
		if pair == nil {
			if tries >= referrals.LinkTries {
				d.Journal.Alarm(ctx, "referral_link_guessed", l.Referral)
			}
			if err := d.book.Note(ctx, tx, l.Referral, "", referrals.OpeningWrong); err != nil {
				return err
			}
			return d.Journal.Write(ctx, tx, journal.Entry{Verb: VerbGuessed, Object: row.Ticket})
		}
		if err := d.book.Right(ctx, tx, place); err != nil {
			return err
		}
		cookie, _, err = d.book.Enter(ctx, tx, l, pair)
		return err
	})
	if err != nil {
		return "", err
	}
	if pair == nil {
		return "", wrong
	}
	return cookie, nil
}

// Visitor opens the visit of a cookie for one request, or reports ErrDenied. A
// quiet look leaves the idle clock alone.
func (d *Door) Visitor(ctx context.Context, cookie string, quiet bool) (*Outside, error) {
	key, err := vault.ParseSessionKey(cookie)
	if err != nil {
		return nil, fmt.Errorf("open a visit: %w", helpdesk.ErrDenied)
	}
	v, pair, err := d.book.Visited(ctx, key, quiet)
	if err != nil {
		return nil, err
	}
	return &Outside{who: v.ID, only: v.Referral, key: key,
		pair: func(version int) *vault.Pair {
			if version == pair.ID().Version {
				return pair
			}
			return nil
		},
		from: func(r *referrals.Referral) bool { return r.ID == v.Referral },
	}, nil
}

// Token proves that a form for this purpose was painted for this visit.
func (o *Outside) Token(purpose string) string { return o.key.Token(purpose) }

// TokenFits checks a token in constant time.
func (o *Outside) TokenFits(token, purpose string) bool { return o.key.TokenFits(token, purpose) }

// LeaveVisit ends a visit.
func (d *Door) LeaveVisit(ctx context.Context, o *Outside) error {
	if o.only == "" {
		return nil
	}
	return d.book.Leave(ctx, o.key)
}
