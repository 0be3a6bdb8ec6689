package referrals

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Exception is sharing without consent. What kind, by which law and why stands
// in Body, sealed under its own key at BodyAt.
type Exception struct {
	ID, Ticket, Team, Referral helpdesk.ID
	State                      string      // ExceptionOpen and the like
	Decided, Second            helpdesk.ID // Second: "" until somebody else has looked
	At                         time.Time
	Due                        time.Time // of the review; zero when it is done
	Version                    int64
	Body                       []byte
	Unproven                   bool
}

// How far an exception has come.
const (
	ExceptionOpen     = "open"     // it stands; somebody else has still to look at it
	ExceptionSeen     = "seen"     // a second person agrees
	ExceptionDisputed = "disputed" // a second person does not; what is a duty stands all the same
)

func (e *Exception) origin() vault.Context {
	return vault.At("referrals.exception", e.ID, e.Ticket, e.Team, e.Referral, e.State, e.Decided, e.Second, micros(e.At), micros(e.Due), e.Version)
}

// AddException writes a new one, at version 1.
func (b *Book) AddException(ctx context.Context, tx *store.Tx, e *Exception) error {
	e.Version = 1
	if err := tx.Later(ctx, insertException, e.ID, e.Ticket, e.Team, e.Referral, e.State, e.Decided, e.Second,
		micros(e.At), micros(e.Due), e.Version, e.Body, b.Secrets.Vouch(e.origin(), e.Body)); err != nil {
		return fmt.Errorf("add exception %s: %w", e.ID, err)
	}
	return nil
}

// SaveException writes what was loaded; helpdesk.ErrConflict when somebody was
// faster.
func (b *Book) SaveException(ctx context.Context, tx *store.Tx, e *Exception) error {
	was := e.Version
	e.Version++
	n, err := tx.Exec(ctx, updateException, e.State, e.Second, micros(e.Due), e.Version, e.Body, b.Secrets.Vouch(e.origin(), e.Body), e.ID, was)
	if err != nil {
		return fmt.Errorf("change exception %s: %w", e.ID, err)
	}
	if n != 1 {
		return fmt.Errorf("change exception %s: %w", e.ID, helpdesk.ErrConflict)
	}
	return nil
}

// Exception reads one.
func (b *Book) Exception(ctx context.Context, r store.Reader, id helpdesk.ID) (*Exception, error) {
	all, err := b.exceptions(ctx, r, selectException, id)
	if err == nil && len(all) == 0 {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read exception %s: %w", id, err)
	}
	return all[0], nil
}

// EraseException destroys one and its keys.
func (b *Book) EraseException(ctx context.Context, tx *store.Tx, id helpdesk.ID) error {
	for _, query := range []string{eraseKeys, eraseTold, eraseExcepted} {
		if err := tx.Later(ctx, query, id); err != nil {
			return fmt.Errorf("erase exception %s: %w", id, err)
		}
	}
	return nil
}

// Exceptions lists a ticket's.
func (b *Book) Exceptions(ctx context.Context, r store.Reader, ticket helpdesk.ID) ([]*Exception, error) {
	return b.exceptions(ctx, r, exceptionsOf, ticket)
}

// ExceptionsFor lists those of which a person holds a key: they were told of
// them. A row that is not ours is left out.
func (b *Book) ExceptionsFor(ctx context.Context, r store.Reader, person helpdesk.ID) ([]*Exception, error) {
	all, err := b.exceptions(ctx, r, exceptionsFor, person)
	return slices.DeleteFunc(all, func(e *Exception) bool { return e.Unproven }), err
}

// Unseen lists those that wait for a second person, the first due first.
func (b *Book) Unseen(ctx context.Context, r store.Reader) ([]*Exception, error) {
	return b.exceptions(ctx, r, exceptionsOpen)
}

func (b *Book) exceptions(ctx context.Context, r store.Reader, query string, args ...any) ([]*Exception, error) {
	return rowsOf(ctx, r, func(rows *sql.Rows) (*Exception, error) {
		var e Exception
		var at, due int64
		var mac []byte
		err := rows.Scan(&e.ID, &e.Ticket, &e.Team, &e.Referral, &e.State, &e.Decided, &e.Second, &at, &due, &e.Version, &e.Body, &mac)
		e.At, e.Due = instant(at), instant(due)
		if err == nil {
			if e.Unproven = !b.Secrets.Vouched(mac, e.origin(), e.Body); e.Unproven {
				b.alarm(ctx, "exception", e.ID)
			}
		}
		return &e, err
	}, query, args...)
}

// Request is what an authority asks of us.
type Request struct {
	ID          helpdesk.ID
	State       string // RequestOpen and the like
	By, Decided helpdesk.ID
	At, Due     time.Time
	Version     int64
	Body        []byte // at BodyAt, under its own key
	Unproven    bool
}

// How far a request has come. Open is refused: nothing is handed over by
// waiting.
const (
	RequestOpen    = "open"
	RequestRefused = "refused"
	RequestGranted = "granted"
)

func (q *Request) origin() vault.Context {
	return vault.At("referrals.request", q.ID, q.State, q.By, q.Decided, micros(q.At), micros(q.Due), q.Version)
}

// AddRequest writes a new one, at version 1.
func (b *Book) AddRequest(ctx context.Context, tx *store.Tx, q *Request) error {
	q.Version = 1
	if err := tx.Later(ctx, insertRequest, q.ID, q.State, q.By, q.Decided, micros(q.At), micros(q.Due), q.Version, q.Body, b.Secrets.Vouch(q.origin(), q.Body)); err != nil {
		return fmt.Errorf("add request %s: %w", q.ID, err)
	}
	return nil
}

// SaveRequest writes what was loaded; helpdesk.ErrConflict when somebody was
// faster.
func (b *Book) SaveRequest(ctx context.Context, tx *store.Tx, q *Request) error {
	was := q.Version
	q.Version++
	n, err := tx.Exec(ctx, updateRequest, q.State, q.Decided, q.Version, q.Body, b.Secrets.Vouch(q.origin(), q.Body), q.ID, was)
	if err != nil {
		return fmt.Errorf("change request %s: %w", q.ID, err)
	}
	if n != 1 {
		return fmt.Errorf("change request %s: %w", q.ID, helpdesk.ErrConflict)
	}
	return nil
}

// Request reads one.
func (b *Book) Request(ctx context.Context, r store.Reader, id helpdesk.ID) (*Request, error) {
	all, err := b.requests(ctx, r, selectRequest, id)
	if err == nil && len(all) == 0 {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read request %s: %w", id, err)
	}
	return all[0], nil
}

// Requests lists them, the latest first, at most 500.
func (b *Book) Requests(ctx context.Context, r store.Reader) ([]*Request, error) {
	return b.requests(ctx, r, selectRequests)
}

func (b *Book) requests(ctx context.Context, r store.Reader, query string, args ...any) ([]*Request, error) {
	return rowsOf(ctx, r, func(rows *sql.Rows) (*Request, error) {
		var q Request
		var at, due int64
		var mac []byte
		err := rows.Scan(&q.ID, &q.State, &q.By, &q.Decided, &at, &due, &q.Version, &q.Body, &mac)
		q.At, q.Due = instant(at), instant(due)
		if err == nil {
			if q.Unproven = !b.Secrets.Vouched(mac, q.origin(), q.Body); q.Unproven {
				b.alarm(ctx, "request", q.ID)
			}
		}
		return &q, err
	}, query, args...)
}
