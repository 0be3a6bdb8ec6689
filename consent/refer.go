package consent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// TopicReferral rings when a referral changed; Subject is the referral. Whoever
// shows it asks again, and shows nothing when nothing comes.
const TopicReferral bus.Topic = "referral"

// What the journal calls what happens to referrals. Object is the ticket; of a
// request it is the request.
const (
	VerbReferred  = "referral.made"
	VerbSubmitted = "referral.submitted"
	VerbSent      = "referral.sent"
	VerbOpened    = "referral.opened"
	VerbAnswered  = "referral.answered"
	VerbCut       = "referral.cut"
	VerbGuessed   = "referral.wrong_code"
	VerbExcepted  = "referral.excepted"
	VerbReviewed  = "referral.reviewed"
	VerbRequested = "request.registered"
	VerbDecided   = "request.decided"
)

// Mode is how somebody is referred.
type Mode string

// The modes. A signpost gives the person a contact and lets nothing leave; warm
// is a talk of the recipient, the person and us about a few words; a package
// holds what the person chose.
const (
	Signpost Mode = "signpost"
	Warm     Mode = "warm"
	Package  Mode = "package"
)

// Referring is a referral as a counsellor lays it out.
type Referring struct {
	Mode         Mode
	Target       helpdesk.ID // in the directory
	Service      string      // which of theirs, as the directory names it
	Priority     Priority
	FromCountry  string // the person's country of origin, ISO 3166-1; "" for not known
	Need         string // a key of the house's list, or a few words: what for
	Reason       string // why them
	Restrictions []string
	// The gates: what has to be true before anybody is asked for anything.
	Likely   bool // likely to help
	Promised bool // something was promised in their name
	Agreed   bool // the need was found together with the person
	Parts    []Part
	Again    bool // that another one is open for this need was said, and this one is wanted
}

// LogValue keeps it out of logs.
func (Referring) LogValue() slog.Value { return sealedValue }

var sealedValue = slog.StringValue("[sealed]")

// PartKind is where something in a package comes from.
type PartKind string

// The kinds of parts.
const (
	PartMessage PartKind = "message" // what was written in the ticket, as it stands there
	PartFile    PartKind = "file"    // a file of a message
	PartNote    PartKind = "note"    // lines of a note of ours
	PartText    PartKind = "text"    // written for this referral: a number, a summary
)

// Part is one thing to hand over. What was written is taken from the ticket
// itself; only leaving out is possible.
type Part struct {
	Kind        PartKind    `json:"kind"`
	Label       string      `json:"label"`             // as the person reads it in the question
	Message     helpdesk.ID `json:"message,omitempty"` // of the same ticket
	File        int         `json:"file,omitzero"`     // position among the message's files
	Lines       []int       `json:"lines,omitempty"`   // of a note, from 0; none means all
	Cut         []Span      `json:"cut,omitempty"`     // blackened
	Text        string      `json:"text,omitempty"`    // of PartText
	Translation string      `json:"translation,omitempty"`
	Special     bool        `json:"special,omitzero"` // of a special category
	Updating    bool        `json:"updating,omitzero"`
}

// Span is a piece of a text, in runes: from the first to before the last.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// handing is a referral as it is sealed.
type handing struct {
	Referring
	To       Recipient `json:"to"`
	Key      []byte    `json:"key"`      // of the package
	Manifest []byte    `json:"manifest"` // of what is frozen; none while nothing is
	Items    []Item    `json:"items"`    // as they are frozen
	Basis    string    `json:"basis"`    // the purpose that has to allow it
	Told     string    `json:"told"`     // why we revoked, why they returned
}

// the most a referral holds.
const (
	mostParts    = 40
	mostPackage  = 25 << 20 // bytes of all files
	mostWords    = 20000    // runes of one text
	draftDays    = 14
	answerDays   = 30
	readyDays    = 3
	followDays   = 30
	accessDays   = 90
	restDays     = 14
	cutOut       = "▒▒▒"
	mostReferral = 200 // runes of a need, a service or a label
)

// held is a referral that was opened.
type held struct {
	row *referrals.Referral
	key vault.Key
	handing
}

func (h *held) packageKey() (vault.Key, error) { return vault.KeyFrom(h.handing.Key) }

// Refer begins a referral of a ticket's person and returns its id. ErrNotFound
// for who does not read the ticket, ErrDenied for who is not of its team.
// Refusals: "refer.mode", "refer.target", "refer.reliable" (not vetted, or no
// longer; a signpost alone may point there), "refer.takes" (they take none in
// this way), "refer.priority", "refer.need", "refer.parts", "refer.long" and
// "refer.twice" (another one is open for this need; say Again to go on).
func (d *Door) Refer(ctx context.Context, s *staff.Session, ticket helpdesk.ID, f Referring) (helpdesk.ID, error) {
	t, err := d.Tickets.Facts(ctx, s, ticket)
	if err != nil {
		return "", fmt.Errorf("refer: %w", err)
	}
	if !s.Member(t.Team) {
		return "", fmt.Errorf("refer ticket %s: %w", ticket, helpdesk.ErrDenied)
	}
	h := &held{key: vault.NewKey(), handing: handing{Referring: f, Key: vault.NewKey().Bytes()}}
	if err := d.target(ctx, h); err != nil {
		return "", err
	}
	now := d.instant()
	h.row = &referrals.Referral{ID: helpdesk.NewID(), Ticket: ticket, Team: t.Team, Owner: s.User.ID, State: referrals.Draft,
		Priority: f.Priority, Made: now, Turned: now, Due: now.AddDate(0, 0, draftDays), Target: d.book.TargetIndex(f.Target)}
	err = d.DB.Write(ctx, "begin a referral", func(tx *store.Tx) error {
		r := h.row
		var err error
		if r.Person, err = d.Tickets.PersonOf(ctx, tx, s, ticket); err != nil {
			return err
		}
		r.Need = d.book.NeedIndex(r.Person, needOf(f.Need))
		if err := d.notTwice(ctx, tx, h); err != nil {
			return err
		}
		if r.Body, err = h.sealed(); err != nil {
			return err
		}
		if err := d.recordTurn(ctx, tx, r, r.Made); err != nil {
			return err
		}
		if err := d.book.Insert(ctx, tx, r); err != nil {
			return err
		}
		if err := d.giveReferral(ctx, tx, s, r.ID, r.Team, r.Person, h.key); err != nil {
			return err
		}
		return d.tell(ctx, tx, s.User.ID, VerbReferred, r)
	})
	return h.row.ID, err
}

// Redraft lays a draft out anew. version is the one that was shown; ErrConflict
// when somebody was faster, or it is no draft any more.
func (d *Door) Redraft(ctx context.Context, s *staff.Session, id helpdesk.ID, version int64, f Referring) error {
	h, err := d.hold(ctx, d.DB, s, id, true)
	if err != nil {
		return err
	}
	if h.row.Version != version || h.row.State != referrals.Draft {
		return fmt.Errorf("change referral %s: %w", id, helpdesk.ErrConflict)
	}
	h.Referring = f
	if err := d.target(ctx, h); err != nil {
		return err
	}
	return d.DB.Write(ctx, "change a referral", func(tx *store.Tx) error {
		r := *h.row
		r.Priority, r.Target, r.Need = f.Priority, d.book.TargetIndex(f.Target), d.book.NeedIndex(r.Person, needOf(f.Need))
		if err := d.notTwice(ctx, tx, &held{row: &r, handing: h.handing}); err != nil {
			return err
		}
		return d.keep(ctx, tx, h, &r)
	})
}

// target checks what was laid out, and fills in what the directory knows.
func (d *Door) target(ctx context.Context, h *held) error {
	f := &h.Referring
	f.Need, f.Reason, f.Service = strings.TrimSpace(f.Need), strings.TrimSpace(f.Reason), strings.TrimSpace(f.Service)
	switch {
	case f.Mode != Signpost && f.Mode != Warm && f.Mode != Package:
		return helpdesk.Refuse("refer.mode")
	case !f.Priority.Known():
		return helpdesk.Refuse("refer.priority")
	case f.Need == "" || long(f.Need, mostReferral):
		return helpdesk.Refuse("refer.need")
	case long(f.Service, mostReferral) || long(f.Reason, mostWords):
		return helpdesk.Refuse("refer.long")
	}
	for _, r := range f.Restrictions {
		if strings.TrimSpace(r) == "" || long(r, mostText) {
			return helpdesk.Refuse("refer.long")
		}
	}
	if err := checkParts(f.Mode, f.Parts); err != nil {
		return err
	}
	t, err := d.Target(ctx, f.Target)
	if err != nil {
		return helpdesk.Refuse("refer.target")
	}
	if f.Mode != Signpost {
		switch {
		case !t.Vetted:
			return helpdesk.Refuse("refer.reliable")
		case t.Takes != string(Package) && t.Takes != string(f.Mode):
			return helpdesk.Refuse("refer.takes")
		}
	}
	h.To = Recipient{ID: t.ID, Name: t.Name, Kind: t.Kind, Country: t.Country, Shares: t.Shares, Authority: t.Kind == "authority",
		Origin: f.FromCountry != "" && strings.EqualFold(f.FromCountry, t.Country)}
	switch {
	case h.To.Authority:
		h.Basis = Authority
	case h.To.Origin:
		h.Basis = Origin
	default:
		h.Basis = Share
	}
	return nil
}

func checkParts(mode Mode, parts []Part) error {
	if mode == Signpost && len(parts) > 0 {
		return helpdesk.Refuse("refer.signpost_empty")
	}
	if len(parts) > mostParts {
		return helpdesk.Refuse("refer.parts")
	}
	for _, p := range parts {
		fromTicket := p.Kind == PartMessage || p.Kind == PartFile || p.Kind == PartNote
		switch {
		case strings.TrimSpace(p.Label) == "" || long(p.Label, mostReferral):
			return helpdesk.Refuse("refer.parts")
		case !fromTicket && p.Kind != PartText, fromTicket != (p.Message != ""), (p.Kind == PartText) != (strings.TrimSpace(p.Text) != ""):
			return helpdesk.Refuse("refer.parts")
		case p.Updating && p.Kind != PartText:
			return helpdesk.Refuse("refer.parts")
		case long(p.Text, mostWords) || long(p.Translation, mostWords):
			return helpdesk.Refuse("refer.long")
		}
	}
	return nil
}

func long(s string, runes int) bool { return len([]rune(s)) > runes }

// needOf is a need in its one form.
func needOf(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// notTwice says that another referral for the same need is open.
func (d *Door) notTwice(ctx context.Context, tx *store.Tx, h *held) error {
	others, err := d.book.OfNeed(ctx, tx, h.row.Need, h.row.ID)
	if err != nil {
		return err
	}
	for _, o := range others {
		if !o.Unproven && o.At(d.Now()).Live() && !h.Again {
			return helpdesk.Refuse("refer.twice")
		}
	}
	return nil
}

// sealed closes what a referral is about.
func (h *held) sealed() ([]byte, error) {
	plain, err := json.Marshal(h.handing)
	if err != nil {
		return nil, err
	}
	return h.key.Seal(referrals.BodyAt(h.row.ID), plain), nil
}

// keep saves a changed row with its body.
func (d *Door) keep(ctx context.Context, tx *store.Tx, h *held, r *referrals.Referral) error {
	var err error
	if r.Body, err = h.sealed(); err != nil {
		return err
	}
	return d.book.Save(ctx, tx, r)
}

// giveReferral gives the key of a referral to the ticket's team and the person.
func (d *Door) giveReferral(ctx context.Context, tx *store.Tx, s *staff.Session, subject, team, person helpdesk.ID, key vault.Key) error {
	if err := d.giveToTeam(ctx, tx, s, subject, team, key); err != nil || person == "" {
		return err
	}
	public, err := d.People.PersonKey(ctx, tx, person)
	if isNotFound(err) {
		return nil // they get it once they have a key (Follow)
	}
	if err != nil {
		return err
	}
	return d.giveKeyBlind(ctx, tx, subject, public, key)
}

func (d *Door) giveToTeam(ctx context.Context, tx *store.Tx, s *staff.Session, subject, team helpdesk.ID, key vault.Key) error {
	pair, err := s.TeamPair(team, 0)
	if err != nil { // handed to a team that is not their own
		public, err := d.Staff.TeamKey(ctx, tx, team)
		if err != nil {
			return err
		}
		return d.giveKeyBlind(ctx, tx, subject, public, key)
	}
	k := referrals.Key{Kind: vault.Team, Reader: team, Version: pair.ID().Version}
	k.Wrap = pair.Wrap(referrals.KeyAt(subject, k.KeyID()), key)
	return d.book.Give(ctx, tx, subject, k)
}

func (d *Door) giveKeyBlind(ctx context.Context, tx *store.Tx, subject helpdesk.ID, to vault.InsideKey, key vault.Key) error {
	k := referrals.Key{Kind: to.ID.Kind, Reader: to.ID.Owner, Version: to.ID.Version}
	var err error
	if k.Wrap, err = to.Wrap(referrals.KeyAt(subject, to.ID), key); err != nil {
		return err
	}
	return d.book.Give(ctx, tx, subject, k)
}

// hold opens a referral for a colleague: rights are checked on its own ticket,
// and who acts is of the team. ErrNotFound for everybody else.
func (d *Door) hold(ctx context.Context, r store.Reader, s *staff.Session, id helpdesk.ID, acts bool) (*held, error) {
	row, err := d.book.Load(ctx, r, id)
	if err != nil {
		return nil, err
	}
	t, err := d.Tickets.Facts(ctx, s, row.Ticket)
	if err != nil {
		return nil, fmt.Errorf("referral %s: %w", id, err)
	}
	if acts && !s.Member(t.Team) {
		return nil, fmt.Errorf("referral %s: %w", id, helpdesk.ErrDenied)
	}
	return d.opened(ctx, r, row, func(k referrals.Key, at vault.Context) (vault.Key, bool) { return ours(s, k, at) })
}

// ours opens a wrap with a team's or the user's own pair.
func ours(s *staff.Session, k referrals.Key, at vault.Context) (vault.Key, bool) {
	var pair *vault.Pair
	switch k.Kind {
	case vault.Team:
		var err error
		if pair, err = s.TeamPair(k.Reader, k.Version); err != nil {
			return vault.Key{}, false
		}
	case vault.User:
		if pair = s.Own(); pair == nil || pair.ID() != k.KeyID() {
			return vault.Key{}, false
		}
	default:
		return vault.Key{}, false
	}
	key, err := pair.Unwrap(at, k.Wrap)
	return key, err == nil
}

// heldBy opens a referral for the person it concerns.
func (d *Door) heldBy(ctx context.Context, r store.Reader, g *people.Guest, id helpdesk.ID) (*held, error) {
	row, err := d.book.Load(ctx, r, id)
	if err == nil && row.Person != g.Person {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("referral %s: %w", id, err)
	}
	return d.opened(ctx, r, row, func(k referrals.Key, at vault.Context) (vault.Key, bool) {
		if k.KeyID() != g.Pair().ID() {
			return vault.Key{}, false
		}
		key, err := g.Pair().Unwrap(at, k.Wrap)
		return key, err == nil
	})
}

func (d *Door) opened(ctx context.Context, r store.Reader, row *referrals.Referral, open func(referrals.Key, vault.Context) (vault.Key, bool)) (*held, error) {
	if row.Unproven {
		return nil, helpdesk.Refuse("refer.unproven")
	}
	keys, err := d.book.Keys(ctx, r, row.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		key, ok := open(k, referrals.KeyAt(row.ID, k.KeyID()))
		if !ok {
			continue
		}
		h := &held{row: row, key: key}
		plain, err := key.Open(referrals.BodyAt(row.ID), row.Body)
		if err == nil {
			err = strict(plain, &h.handing)
		}
		if err != nil {
			d.Journal.Alarm(ctx, "referral_body", row.ID)
			return nil, helpdesk.Refuse("refer.unproven")
		}
		return h, nil
	}
	return nil, fmt.Errorf("referral %s: %w", row.ID, helpdesk.ErrNotFound)
}

// turn moves a referral along the table: first what time has made of it, then
// the event. Each step is written into the ledger; the row is for the caller to
// save.
func (d *Door) turn(ctx context.Context, tx *store.Tx, r *referrals.Referral, e referrals.Event, g referrals.Guards) error {
	now := d.instant()
	at, turns := referrals.Passed(r.State, r.Times(), now)
	to, err := referrals.Next(at, e, g)
	if err != nil {
		return fmt.Errorf("referral %s: %w", r.ID, err)
	}
	for _, t := range turns {
		r.State = t.To
		if err := d.recordTurn(ctx, tx, r, t.At); err != nil {
			return err
		}
	}
	r.State, r.Turned = to, now
	return d.recordTurn(ctx, tx, r, now)
}

func (d *Door) recordTurn(ctx context.Context, tx *store.Tx, r *referrals.Referral, at time.Time) error {
	_, err := d.ledger.Append(ctx, tx, ledger.Event{Kind: ledger.Referral, Subject: r.ID, State: string(r.State), Outcome: r.Outcome, At: at})
	return err
}

// tell writes a deed into the journal and rings for who looks at the referral.
func (d *Door) tell(ctx context.Context, tx *store.Tx, actor helpdesk.ID, verb string, r *referrals.Referral) error {
	id := r.ID
	tx.After(func() { d.Bus.Publish(bus.Event{Topic: TopicReferral, Subject: id}) })
	return d.note(ctx, tx, actor, verb, r.Ticket)
}

// instant is now, as the database keeps it.
func (d *Door) instant() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

func isNotFound(err error) bool { return errors.Is(err, helpdesk.ErrNotFound) }
