// Package referrals keeps what was handed to somebody outside: the frozen
// package, to whom, until when, and what became of it.
//
// Never: the live ticket. A recipient reads what was frozen with the person's
// consent, sealed to them alone, and whoever takes back takes their wrap.
package referrals

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// House is what the room is built from.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Journal *journal.Book // for alarms
	Now     func() time.Time
	Log     *slog.Logger
}

// Book is the room. Its methods may be called from many goroutines.
type Book struct{ House }

// New makes the room.
func New(h House) *Book { return &Book{h} }

// Priority says how soon the recipient is to answer.
type Priority int

// The priorities.
const (
	Normal    Priority = 1 // fourteen days
	Urgent    Priority = 2 // 72 hours
	Emergency Priority = 3 // 24 hours
)

// Known tells whether it is one of them.
func (p Priority) Known() bool { return p >= Normal && p <= Emergency }

// Referral is one row. Body is sealed under the referral's key at BodyAt.
type Referral struct {
	ID, Ticket, Person, Team, Owner helpdesk.ID
	State                           State
	Priority                        Priority
	Outcome                         string // a code, as the recipient reported it
	Told                            string // a code, as the person told it
	Made, Turned                    time.Time
	Due, Expires, Follow            time.Time // zero for none
	Permission, Consent, Exception  helpdesk.ID
	Target, Need                    []byte // TargetIndex, NeedIndex
	Version                         int64
	Body                            []byte
	// Unproven: our MAC does not stand on the row. It may be stopped, and gives
	// no right.
	Unproven bool
}

// LogValue keeps all but the id out of logs.
func (r *Referral) LogValue() slog.Value { return slog.StringValue(string(r.ID)) }

// Times are the instants on which it turns by itself.
func (r *Referral) Times() Times { return Times{Due: r.Due, Expires: r.Expires, Turned: r.Turned} }

// At is where it stands at an instant, whether anybody wrote that down or not.
func (r *Referral) At(now time.Time) State {
	s, _ := Passed(r.State, r.Times(), now)
	return s
}

// BodyAt is where a referral's, exception's or request's body is sealed. The MAC
// on the row binds it to the row's version besides: who has no key moves on a
// referral without touching its body.
func BodyAt(subject helpdesk.ID) vault.Context { return vault.At("referrals.body", subject) }

// TargetIndex is by what a recipient's referrals are found, without naming them.
func (b *Book) TargetIndex(target helpdesk.ID) []byte {
	return b.Secrets.Index("referrals.target", string(target))
}

// Whose is an account of a recipient's, as it stands beside a referral: accounts
// stand beside the name of their organisation, and whom a referral went to is
// sealed.
func (b *Book) Whose(user helpdesk.ID) helpdesk.ID {
	return b.Secrets.Mark("referrals.who", string(user))
}

// NeedIndex is by what a second referral of one person for one need is found.
func (b *Book) NeedIndex(person helpdesk.ID, need string) []byte {
	return b.Secrets.Index("referrals.need", string(person)+"\x00"+need)
}

func (r *Referral) origin() vault.Context {
	return vault.At("referrals.referral", r.ID, r.Ticket, r.Person, r.Team, r.Owner, string(r.State), int(r.Priority), r.Outcome, r.Told,
		micros(r.Made), micros(r.Turned), micros(r.Due), micros(r.Expires), micros(r.Follow),
		r.Permission, r.Consent, r.Exception, r.Version)
}

func (b *Book) mark(r *Referral) []byte {
	return b.Secrets.Vouch(r.origin(), r.Target, r.Need, r.Body)
}

// Insert writes a new referral, at version 1.
func (b *Book) Insert(ctx context.Context, tx *store.Tx, r *Referral) error {
	r.Version = 1
	err := tx.Later(ctx, insertReferral, r.ID, r.Ticket, r.Person, r.Team, r.Owner, string(r.State), int(r.Priority), r.Outcome, r.Told,
		micros(r.Made), micros(r.Turned), micros(r.Due), micros(r.Expires), micros(r.Follow),
		r.Permission, r.Consent, r.Exception, r.Target, r.Need, r.Version, r.Body, b.mark(r))
	if err != nil {
		return fmt.Errorf("begin referral %s: %w", r.ID, err)
	}
	return nil
}

// Save writes what was loaded, when nobody wrote it since; helpdesk.ErrConflict
// otherwise.
func (b *Book) Save(ctx context.Context, tx *store.Tx, r *Referral) error {
	was := r.Version
	r.Version++
	n, err := tx.Exec(ctx, updateReferral, r.Owner, string(r.State), int(r.Priority), r.Outcome, r.Told, micros(r.Turned),
		micros(r.Due), micros(r.Expires), micros(r.Follow), r.Permission, r.Consent, r.Exception, r.Target, r.Need,
		r.Version, r.Body, b.mark(r), r.Team, r.ID, was)
	if err != nil {
		return fmt.Errorf("change referral %s: %w", r.ID, err)
	}
	if n != 1 {
		return fmt.Errorf("change referral %s: %w", r.ID, helpdesk.ErrConflict)
	}
	return nil
}

// Load reads a referral. ErrNotFound when there is none.
func (b *Book) Load(ctx context.Context, r store.Reader, id helpdesk.ID) (*Referral, error) {
	all, err := b.list(ctx, r, selectReferral, id)
	if err == nil && len(all) == 0 {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read referral %s: %w", id, err)
	}
	return all[0], nil
}

// Lock is Load for who must not be told that somebody was faster: everybody else
// waits until the transaction ends.
func (b *Book) Lock(ctx context.Context, tx *store.Tx, id helpdesk.ID) (*Referral, error) {
	if _, err := tx.Exec(ctx, lockReferral, id); err != nil {
		return nil, fmt.Errorf("lock referral %s: %w", id, err)
	}
	return b.Load(ctx, tx, id)
}

// OfTicket lists a ticket's, the first made first.
func (b *Book) OfTicket(ctx context.Context, r store.Reader, ticket helpdesk.ID) ([]*Referral, error) {
	return b.list(ctx, r, byTicket, ticket)
}

// OfPerson lists a person's, the first made first.
func (b *Book) OfPerson(ctx context.Context, r store.Reader, person helpdesk.ID) ([]*Referral, error) {
	return b.list(ctx, r, byPerson, person)
}

// OfTarget lists what was ever sent to a recipient, at most 500, the latest first.
func (b *Book) OfTarget(ctx context.Context, r store.Reader, target helpdesk.ID) ([]*Referral, error) {
	return b.list(ctx, r, byTarget, b.TargetIndex(target))
}

// OfNeed lists living ones for the same need of the same person.
func (b *Book) OfNeed(ctx context.Context, r store.Reader, need []byte, but helpdesk.ID) ([]*Referral, error) {
	return b.list(ctx, r, byNeed, need, but)
}

// OfConsent lists those that rest on a consent or a permission.
func (b *Book) OfConsent(ctx context.Context, r store.Reader, consent helpdesk.ID) ([]*Referral, error) {
	return b.list(ctx, r, byConsent, consent)
}

// DueBefore lists living ones that are late, at most 500, the latest first.
func (b *Book) DueBefore(ctx context.Context, r store.Reader, now time.Time) ([]*Referral, error) {
	return b.list(ctx, r, dueBefore, now.UnixMicro())
}

// ReturnedTo lists what recipients gave back to an owner since an instant, at
// most 100, the latest first.
func (b *Book) ReturnedTo(ctx context.Context, r store.Reader, owner helpdesk.ID, since time.Time) ([]*Referral, error) {
	return b.list(ctx, r, returnedTo, owner, since.UnixMicro())
}

func (b *Book) list(ctx context.Context, r store.Reader, query string, args ...any) ([]*Referral, error) {
	return rowsOf(ctx, r, func(rows *sql.Rows) (*Referral, error) {
		var one Referral
		var made, turned, due, expires, follow int64
		var mac []byte
		if err := rows.Scan(&one.ID, &one.Ticket, &one.Person, &one.Team, &one.Owner, &one.State, &one.Priority, &one.Outcome, &one.Told,
			&made, &turned, &due, &expires, &follow, &one.Permission, &one.Consent, &one.Exception,
			&one.Target, &one.Need, &one.Version, &one.Body, &mac); err != nil {
			return nil, err
		}
		one.Made, one.Turned, one.Due, one.Expires, one.Follow = instant(made), instant(turned), instant(due), instant(expires), instant(follow)
		if one.Unproven = !b.Secrets.Vouched(mac, one.origin(), one.Target, one.Need, one.Body); one.Unproven {
			b.alarm(ctx, "row", one.ID)
		}
		return &one, nil
	}, query, args...)
}

// rowsOf reads all rows of a query.
func rowsOf[T any](ctx context.Context, r store.Reader, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read referrals: %w", err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read referrals: %w", err)
		}
		out = append(out, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read referrals: %w", err)
	}
	return out, nil
}

func (b *Book) alarm(ctx context.Context, code string, object helpdesk.ID) {
	b.Journal.Alarm(ctx, "referral_"+code, object)
}

// micros is an instant as it is stored, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
