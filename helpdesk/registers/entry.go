package registers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// The books of entries.
const (
	incidents = "incident"
	requests  = "request"
)

// Bounds of what is typed, and of a page.
const (
	mostWords   = 4000 // letters of one field
	mostEntries = 500
)

// entry is a row: the plain half of an incident or a request.
type entry struct {
	id      helpdesk.ID
	book    string
	state   string
	at, due int64
	by      helpdesk.ID
	version int64
	body    []byte
	mac     []byte
}

func (e *entry) dest() []any {
	return []any{&e.id, &e.book, &e.state, &e.at, &e.due, &e.by, &e.version, &e.body, &e.mac}
}

// origin is what the MAC speaks for: a clock that somebody else put back would
// let 72 hours pass in silence.
func (e *entry) origin() vault.Context {
	return vault.At("registers.entry", e.id, e.book, e.state, e.at, e.due, e.by, e.version)
}

func bodyAt(id helpdesk.ID) vault.Context { return vault.At("registers.body", id) }

func keyAt(id helpdesk.ID, of vault.KeyID) vault.Context {
	return vault.At("registers.key", id, of.Owner, of.Version)
}

func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// add writes a new entry.
func (r *Room) add(ctx context.Context, s *staff.Session, e *entry, body any, verb string) error {
	if s.Own() == nil {
		return fmt.Errorf("write into a register: %w", helpdesk.ErrDenied)
	}
	users, err := r.Staff.Users(ctx)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(body)
	if err != nil {
		return err
	}
	key := vault.NewKey()
	e.id, e.by, e.version = helpdesk.NewID(), s.User.ID, 1
	e.body = key.Seal(bodyAt(e.id), plain)
	e.mac = r.Secrets.Vouch(e.origin(), e.body)
	return r.DB.Write(ctx, "write into a register", func(tx *store.Tx) error {
		if err := tx.Later(ctx, insertEntry, e.id, e.book, e.state, e.at, e.due, e.by, e.version, e.body, e.mac); err != nil {
			return err
		}
		if err := r.share(ctx, tx, s, e, key, users); err != nil {
			return err
		}
		return r.Journal.Write(ctx, tx, journal.Entry{Actor: s.User.ID, Verb: verb, Object: e.id})
	})
}

// share gives an entry's new key to who writes it, to who made it and to every
// coordinator, as they work here now, and to nobody else: who left reads nothing
// that was written since, who came reads what was written before.
func (r *Room) share(ctx context.Context, tx *store.Tx, s *staff.Session, e *entry, key vault.Key, users []staff.User) error {
	if err := tx.Later(ctx, deleteKeys, e.id); err != nil {
		return err
	}
	own := s.Own().ID()
	if err := tx.Later(ctx, insertKey, e.id, s.User.ID, own.Version, s.Own().Wrap(keyAt(e.id, own), key)); err != nil {
		return err
	}
	for _, u := range users {
		if u.State != staff.Active || u.ID == s.User.ID || u.Kind != staff.Coordinator && u.ID != e.by {
			continue
		}
		public, err := r.Staff.UserKey(ctx, tx, u.ID)
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		wrap, err := public.Wrap(keyAt(e.id, public.ID), key)
		if err != nil {
			return err
		}
		if err := tx.Later(ctx, insertKey, e.id, u.ID, public.ID.Version, wrap); err != nil {
			return err
		}
	}
	return nil
}

// open opens an entry's body for a session into what is handed in. ErrNotFound
// for who holds no key of it.
func (r *Room) open(ctx context.Context, s *staff.Session, e *entry, into any) error {
	if s.Own() == nil {
		return fmt.Errorf("open entry %s: %w", e.id, helpdesk.ErrNotFound)
	}
	for {
		if !r.Secrets.Vouched(e.mac, e.origin(), e.body) {
			break
		}
		own := s.Own().ID()
		var wrap, plain []byte
		if err := r.DB.QueryRow(ctx, selectKey, e.id, s.User.ID, own.Version).Scan(&wrap); err != nil {
			return fmt.Errorf("open entry %s: %w", e.id, err)
		}
		key, err := s.Own().Unwrap(keyAt(e.id, own), wrap)
		if err == nil {
			plain, err = key.Open(bodyAt(e.id), e.body)
		}
		if err == nil && json.Unmarshal(plain, into) == nil {
			return nil
		}
		// Somebody may have written on, under a new key, between the two looks.
		now := &entry{}
		if err := r.DB.QueryRow(ctx, selectEntry, e.id).Scan(now.dest()...); err != nil {
			return fmt.Errorf("open entry %s: %w", e.id, err)
		}
		if now.version == e.version {
			break
		}
		*e = *now
	}
	r.Journal.Alarm(ctx, "registers_entry", e.id)
	return helpdesk.Refuse("register.unproven")
}

// list reads a book: what runs out first, then the latest. To whom is no
// coordinator what they hold a key of, however much others wrote.
func (r *Room) list(ctx context.Context, s *staff.Session, book string) ([]*entry, error) {
	query, args := selectBook, []any{book, mostEntries}
	if !s.Coordinator() {
		query, args = selectOwn, append(args, s.User.ID)
	}
	rows, err := r.DB.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read a register: %w", err)
	}
	defer rows.Close()
	out := []*entry{}
	for rows.Next() {
		e := &entry{}
		if err := rows.Scan(e.dest()...); err != nil {
			return nil, fmt.Errorf("read a register: %w", err)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// change reads an entry of a book for a coordinator, lets it be changed and
// writes it back. ErrDenied for who is none, ErrConflict when somebody was
// faster.
func (r *Room) change(ctx context.Context, s *staff.Session, book string, id helpdesk.ID, body any, verb string, do func(*entry) error) error {
	if !s.Coordinator() {
		return fmt.Errorf("change entry %s: %w", id, helpdesk.ErrDenied)
	}
	e := &entry{}
	if err := r.DB.QueryRow(ctx, selectEntry, id).Scan(e.dest()...); err != nil {
		return fmt.Errorf("change entry %s: %w", id, err)
	}
	if e.book != book {
		return fmt.Errorf("change entry %s: %w", id, helpdesk.ErrNotFound)
	}
	if err := r.open(ctx, s, e, body); err != nil {
		return err
	}
	if err := do(e); err != nil {
		return err
	}
	plain, err := json.Marshal(body)
	if err != nil {
		return err
	}
	users, err := r.Staff.Users(ctx)
	if err != nil {
		return err
	}
	was, key := e.version, vault.NewKey()
	e.version++
	e.body = key.Seal(bodyAt(e.id), plain)
	e.mac = r.Secrets.Vouch(e.origin(), e.body)
	return r.DB.Write(ctx, "change a register", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, updateEntry, e.state, e.due, e.version, e.body, e.mac, e.id, was)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("change entry %s: %w", id, helpdesk.ErrConflict)
		}
		if err := r.share(ctx, tx, s, e, key, users); err != nil {
			return err
		}
		return r.Journal.Write(ctx, tx, journal.Entry{Actor: s.User.ID, Verb: verb, Object: e.id})
	})
}

// closedToUs: the entry is there, and its sealed half opens to others alone, or
// to nobody.
func closedToUs(err error) bool {
	var no helpdesk.Refusal
	return errors.Is(err, helpdesk.ErrNotFound) || errors.As(err, &no)
}

// Late counts incidents and requests whose time is over: for the page that says
// how the house stands, which is no secret among colleagues.
func (r *Room) Late(ctx context.Context) (late struct{ Incidents, Requests int }, err error) {
	now := r.Now().UnixMicro()
	if err = r.DB.QueryRow(ctx, countLate, now, incidents).Scan(&late.Incidents); err == nil {
		err = r.DB.QueryRow(ctx, countLate, now, requests).Scan(&late.Requests)
	}
	if err != nil {
		err = fmt.Errorf("count what is late in the registers: %w", err)
	}
	return late, err
}

// SoonDays is how long before its last day a request by law is pointed out.
const SoonDays = 14

// Soon counts the requests whose time ends within SoonDays and is not over.
func (r *Room) Soon(ctx context.Context) (n int, err error) {
	now := r.Now()
	if err = r.DB.QueryRow(ctx, countSoon, now.UnixMicro(), now.AddDate(0, 0, SoonDays).UnixMicro(), requests).Scan(&n); err != nil {
		err = fmt.Errorf("count what is soon due in the registers: %w", err)
	}
	return n, err
}
