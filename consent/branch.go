package consent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// branchAfter is how long a branch reads its thread once the ticket is closed.
const branchAfter = 30 * 24 * time.Hour

// VerbBranch is what the journal calls a branch's look into its thread.
const VerbBranch = "consent.branch_yes"

// branchRow is what makes a branch a reader of one thread.
type branchRow struct {
	thread, ticket, consent helpdesk.ID
	target                  []byte // which branch, as an HMAC
	version                 int    // of the branch's pair
	wrap                    []byte // nil once the person stopped it
	closed                  int64  // when the ticket was closed, 0 while it is not
	mac                     []byte
}

func (b *branchRow) dest() []any {
	return []any{&b.thread, &b.ticket, &b.consent, &b.target, &b.version, &b.wrap, &b.closed, &b.mac}
}

func (b *branchRow) origin() vault.Context {
	return vault.At("consent.branch", b.thread, b.ticket, b.consent, b.version, b.closed)
}

func (b *branchRow) wrapAt(org helpdesk.ID) vault.Context {
	return vault.At("consent.branch.wrap", b.thread, org, b.version)
}

func (b *branchRow) officeAt() vault.Context { return vault.At("consent.branch.office", b.thread) }

func (d *Door) branchTarget(org helpdesk.ID) []byte {
	return d.Secrets.Index("consent.branch", string(org))
}

// BranchYes records what a person said to a volunteer: yes to support by that
// volunteer's branch, oral, with the volunteer as witness. Only that makes the
// branch a reader: the thread's key is sealed to its pair here and nowhere else.
func (d *Door) BranchYes(ctx context.Context, tx *store.Tx, o *staff.Outsider, y branches.Yes) (helpdesk.ID, error) {
	p, _ := grants.PurposeOf(grants.BranchSupport)
	t, err := d.Target(ctx, o.Org)
	if err != nil {
		return "", fmt.Errorf("look up branch %s: %w", o.Org, err)
	}
	country := strings.ToUpper(t.Country)
	if len(country) != 2 {
		country = "SE"
	}
	c := grants.Consent{ID: helpdesk.NewID(), Person: y.Person, Ticket: y.Ticket, Purpose: p.Code, Version: p.Version, Language: y.Language,
		Recipients: []grants.Recipient{{ID: t.ID, Name: t.Name, Kind: t.Kind, Country: country, Shares: t.Shares}},
		Countries:  []string{country}, Role: grants.Self, By: o.User.ID}
	if !d.Words.Has(c.Language) {
		c.Language = "en"
	}
	if c.Controller, err = d.Office.PublicName(ctx, c.Language); err != nil {
		return "", err
	}
	if err := d.ledger.Lock(ctx, tx); err != nil {
		return "", err
	}
	m, err := d.beginOral(ctx, tx, y.Team, c, p)
	if err != nil {
		return "", err
	}
	said := grants.Answer{State: grants.Given, Method: grants.Visit, Role: grants.Self, Language: c.Language,
		Witness: o.User.Name, Explained: o.User.Name}
	if err := d.takeYes(ctx, tx, m, said, nil, false); err != nil {
		return "", err
	}
	row := branchRow{thread: y.Thread, ticket: y.Ticket, consent: c.ID, target: d.branchTarget(o.Org)}
	if err := d.wrapToBranch(ctx, tx, &row, o.Org, y.Key); err != nil {
		return "", err
	}
	if err := tx.Later(ctx, insertBranch, row.thread, row.ticket, row.consent, row.target, row.version, row.wrap, row.closed, row.mac); err != nil {
		return "", fmt.Errorf("make a branch reader of %s: %w", y.Thread, err)
	}
	return c.ID, d.note(ctx, tx, "", VerbBranch, y.Ticket) // who asked lies sealed beside the yes
}

// beginOral begins a consent that was asked for aloud, by nobody who holds a key
// of the team.
func (d *Door) beginOral(ctx context.Context, tx *store.Tx, team helpdesk.ID, c grants.Consent, p grants.Purpose) (*matter, error) {
	terms, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	if err := d.ledger.KeepPurpose(ctx, tx, p.Code, p.Version, terms); err != nil {
		return nil, err
	}
	shown, err := d.keepNotice(ctx, tx, p, c.Language, true)
	if err != nil {
		return nil, err
	}
	c.Notice = shown.ID
	m := &matter{subject: ledger.Subject{ID: c.ID, Person: c.Person, Ticket: c.Ticket, Notice: shown.ID, Mark: d.mark(c)},
		purpose: p.Code, version: p.Version, age: c.Age, key: vault.NewKey(), terms: c, opened: true}
	if err := d.ledger.Begin(ctx, tx, m.subject); err != nil {
		return nil, err
	}
	key, err := d.Staff.TeamKey(ctx, tx, team)
	if err != nil {
		return nil, err
	}
	if err := d.giveBlind(ctx, tx, m, key); err != nil {
		return nil, err
	}
	if err := d.wrapToPerson(ctx, tx, m); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	event := helpdesk.NewID()
	return m, d.write(ctx, tx, m, []grants.Move{{State: grants.Requested, Outcome: string(c.Role)}}, time.Time{}, &sealedBody{event, m.seal(event, plain)})
}

// wrapToBranch seals a thread's key to the branch's current pair, and vouches.
func (d *Door) wrapToBranch(ctx context.Context, r store.Reader, row *branchRow, org helpdesk.ID, key vault.Key) error {
	id, public, err := d.Staff.PartnerKey(ctx, r, org)
	if err != nil {
		return fmt.Errorf("make branch %s a reader: %w", org, err)
	}
	row.version = id.Version
	wrap, err := vault.OutsideKey{ID: id, Public: public}.Wrap(row.wrapAt(org), key)
	if err != nil {
		return fmt.Errorf("make branch %s a reader: %w", org, err)
	}
	row.wrap = d.Secrets.SealOffice(row.officeAt(), wrap)
	row.mac = d.Secrets.Vouch(row.origin(), row.target, row.wrap)
	return nil
}

// branchRow reads a thread's row; one that is not ours is ErrNotFound, and an
// alarm.
func (d *Door) branchRow(ctx context.Context, r store.Reader, thread helpdesk.ID) (*branchRow, error) {
	var row branchRow
	if err := r.QueryRow(ctx, selectBranch, thread).Scan(row.dest()...); err != nil {
		return nil, fmt.Errorf("branch of thread %s: %w", thread, err)
	}
	// A wrap that was cut leaves the rest vouched for by nothing: it gives no right.
	if row.wrap != nil && !d.Secrets.Vouched(row.mac, row.origin(), row.target, row.wrap) {
		d.Journal.Alarm(ctx, "consent_branch", row.ticket)
		return nil, fmt.Errorf("branch of thread %s: %w", thread, helpdesk.ErrNotFound)
	}
	return &row, nil
}

// branchStands asks the ledger and the clock at this instant.
func (d *Door) branchStands(ctx context.Context, r store.Reader, row *branchRow) (bool, time.Time, error) {
	if row.wrap == nil {
		return false, time.Time{}, nil
	}
	holds, until, err := d.holds(ctx, r, row.consent)
	if err != nil || !holds {
		return false, time.Time{}, err
	}
	if row.closed > 0 {
		if after := time.UnixMicro(row.closed).Add(branchAfter); after.Before(until) {
			until = after
		}
	}
	return d.Now().Before(until), until, nil
}

var errBranchOver = helpdesk.Refuse("branches.over")

// BranchReads opens a thread's key for a volunteer at this request, after every
// check was made anew. What never was their branch's is ErrNotFound; what they
// may read no more is the Refusal "branches.over".
func (d *Door) BranchReads(ctx context.Context, r store.Reader, o *staff.Outsider, thread helpdesk.ID) (vault.Key, error) {
	missing := fmt.Errorf("thread %s: %w", thread, helpdesk.ErrNotFound)
	if o.User.Kind != staff.Volunteer || o.User.State != staff.Active {
		return vault.Key{}, missing
	}
	row, err := d.branchRow(ctx, r, thread)
	if err != nil {
		return vault.Key{}, err
	}
	if string(row.target) != string(d.branchTarget(o.Org)) {
		return vault.Key{}, missing
	}
	stands, _, err := d.branchStands(ctx, r, row)
	if err != nil {
		return vault.Key{}, err
	}
	pair, held := o.Pair(row.version)
	if !stands || !held {
		return vault.Key{}, errBranchOver
	}
	wrap, err := d.Secrets.OpenOffice(row.officeAt(), row.wrap)
	if err != nil {
		d.Journal.Alarm(ctx, "consent_branch", row.ticket)
		return vault.Key{}, missing
	}
	key, err := pair.Unwrap(row.wrapAt(o.Org), wrap)
	if err != nil {
		d.Journal.Alarm(ctx, "consent_branch", row.ticket)
		return vault.Key{}, missing
	}
	return key, nil
}

// BranchStands tells whether a branch reads a thread now, and until when at the
// latest.
func (d *Door) BranchStands(ctx context.Context, r store.Reader, thread helpdesk.ID) (bool, time.Time, error) {
	row, err := d.branchRow(ctx, r, thread)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return false, time.Time{}, nil
	}
	if err != nil {
		return false, time.Time{}, err
	}
	return d.branchStands(ctx, r, row)
}

// BranchOver notes that the ticket of a thread was closed at an instant, or is
// open again: its branch reads for thirty days after.
func (d *Door) BranchOver(ctx context.Context, tx *store.Tx, thread helpdesk.ID, closed time.Time) error {
	row, err := d.branchRow(ctx, tx, thread)
	if errors.Is(err, helpdesk.ErrNotFound) || err == nil && row.wrap == nil {
		return nil
	}
	if err != nil {
		return err
	}
	row.closed = 0
	if !closed.IsZero() {
		row.closed = closed.UnixMicro()
	}
	return d.saveBranch(ctx, tx, row)
}

// BranchAgain makes a branch a reader once more, when the person came back to
// their yes after they had stopped it. Only who holds the thread's key can.
func (d *Door) BranchAgain(ctx context.Context, tx *store.Tx, thread, org helpdesk.ID, key vault.Key) error {
	row, err := d.branchRow(ctx, tx, thread)
	if errors.Is(err, helpdesk.ErrNotFound) || err == nil && row.wrap != nil {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := d.matter(ctx, tx, row.consent)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	// The row lost its mark with its wrap: what it says is held against the book.
	if m.subject.Unproven || m.subject.Ticket != row.ticket || m.purpose != grants.BranchSupport || !m.valid(d.Now()) ||
		string(row.target) != string(d.branchTarget(org)) {
		return nil
	}
	if err := d.wrapToBranch(ctx, tx, row, org, key); err != nil {
		return err
	}
	d.ringThread(tx, thread)
	return d.saveBranch(ctx, tx, row)
}

func (d *Door) saveBranch(ctx context.Context, tx *store.Tx, row *branchRow) error {
	row.mac = d.Secrets.Vouch(row.origin(), row.target, row.wrap)
	if _, err := tx.Exec(ctx, updateBranch, row.version, row.wrap, row.closed, row.mac, row.thread); err != nil {
		return fmt.Errorf("change the branch of thread %s: %w", row.thread, err)
	}
	return nil
}

// branchChanged deletes the wraps that hang on a consent when it ends, and rings,
// so that an open page clears.
func (d *Door) branchChanged(ctx context.Context, tx *store.Tx, consent helpdesk.ID, state grants.State) error {
	switch state {
	case Withdrawn, Revoked, Invalidated, Refused, Deferred, Expired:
	default:
		return nil
	}
	threads, err := d.branchThreads(ctx, tx, consent)
	if err != nil || len(threads) == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, cutBranches, consent); err != nil {
		return fmt.Errorf("end what branches read by %s: %w", consent, err)
	}
	for _, thread := range threads {
		d.ringThread(tx, thread)
	}
	return nil
}

func (d *Door) branchThreads(ctx context.Context, r store.Reader, consent helpdesk.ID) ([]helpdesk.ID, error) {
	rows, err := r.Query(ctx, selectBranchesOf, consent)
	if err != nil {
		return nil, fmt.Errorf("look what branches read by %s: %w", consent, err)
	}
	defer rows.Close()
	var out []helpdesk.ID
	for rows.Next() {
		var row branchRow
		if err := rows.Scan(row.dest()...); err != nil {
			return nil, fmt.Errorf("look what branches read by %s: %w", consent, err)
		}
		out = append(out, row.thread)
	}
	return out, rows.Err()
}

func (d *Door) ringThread(tx *store.Tx, thread helpdesk.ID) {
	tx.After(func() { d.Bus.Publish(bus.Event{Topic: branches.TopicThread, Subject: thread}) })
}

// forgetBranches destroys what makes branches readers of some tickets' threads.
func (d *Door) forgetBranches(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	for _, ticket := range tickets {
		if err := tx.Later(ctx, forgetBranches, ticket); err != nil {
			return fmt.Errorf("forget the branches of ticket %s: %w", ticket, err)
		}
	}
	return nil
}

// BranchEmergency records that a volunteer handed somebody on who had not said
// yes, because they are in danger: it stands at once, and a second person, one of
// the team, looks at it within a day.
func (d *Door) BranchEmergency(ctx context.Context, tx *store.Tx, o *staff.Outsider, e branches.Emergency) (helpdesk.ID, error) {
	say := func(key string) string { return d.Words.Say(o.User.Locale, "branches.emergency."+key) }
	body := exceptionBody{Excepting: Excepting{Kind: "vital", Emergency: true, Law: say("law"), Why: e.Why, WhyNot: say("why_not")}, Key: newPackageKey(), By: o.User.ID}
	now := d.instant()
	x := referrals.Exception{ID: helpdesk.NewID(), Ticket: e.Ticket, Team: e.Team, State: referrals.ExceptionOpen,
		At: now, Due: now.Add(reviewTime)}
	key := vault.NewKey()
	plain, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	x.Body = key.Seal(referrals.BodyAt(x.ID), plain)
	if err := d.ledger.Lock(ctx, tx); err != nil {
		return "", err
	}
	if err := d.recordException(ctx, tx, &x); err != nil {
		return "", err
	}
	if err := d.book.AddException(ctx, tx, &x); err != nil {
		return "", err
	}
	team, err := d.Staff.TeamKey(ctx, tx, e.Team)
	if err != nil {
		return "", err
	}
	if err := d.giveKeyBlind(ctx, tx, x.ID, team, key); err != nil {
		return "", err
	}
	return x.ID, d.note(ctx, tx, "", VerbExcepted, e.Ticket)
}

// SpendAuthority uses a consent of a ticket to contact the authority it names: it
// is written down as what left, and the consent is over by it. Refusal
// "branches.consent" for one that does not hold, or is for something else.
func (d *Door) SpendAuthority(ctx context.Context, tx *store.Tx, s *staff.Session, ticket, consent helpdesk.ID, what string) error {
	no := helpdesk.Refuse("branches.consent")
	if err := d.ledger.Lock(ctx, tx); err != nil {
		return err
	}
	m, err := d.matter(ctx, tx, consent)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return no
	}
	if err != nil {
		return err
	}
	t, err := d.Tickets.Facts(ctx, s, ticket)
	if err != nil {
		return err
	}
	if m.subject.Unproven || m.subject.Ticket != ticket || m.subject.Person != t.Person || !s.Member(t.Team) {
		return no
	}
	if err := d.open(ctx, tx, m, asStaff(s)); err != nil && !errors.Is(err, errClosed) {
		return err
	}
	if !m.opened || len(m.terms.Recipients) != 1 {
		return no
	}
	to := m.terms.Recipients[0]
	use := grants.Use{Purpose: Authority, Recipient: to.ID, Country: to.Country, Items: m.said.Items}
	if ok, _ := grants.Covers(m.terms, m.said, m.events, m.void, use, d.Now()); !ok {
		return no
	}
	var labels []string
	for _, item := range m.terms.Items {
		for _, key := range m.said.Items {
			if item.Key == key {
				labels = append(labels, item.Label)
			}
		}
	}
	err = d.disclose(ctx, tx, consent, m.key, "told", Disclosed{Recipient: to, Channel: "phone", Items: labels, Basis: Authority,
		Consent: consent, By: s.User.ID, Note: what})
	if err != nil {
		return err
	}
	if err := d.spend(ctx, tx, consent); err != nil {
		return err
	}
	return d.note(ctx, tx, s.User.ID, VerbSent, ticket)
}

var _ branches.Door = (*Door)(nil)
