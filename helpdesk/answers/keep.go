package answers

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

func answerAt(id helpdesk.ID, version int64) vault.Context {
	return vault.At("answers.answer", id, version)
}

// Put keeps an answer: a new one without ID, else the next version of one that
// stood at a.Version when it was read. It returns it as it was kept.
//
// Counsellors and coordinators may write a new one; to change one is for its owner
// and for coordinators, of which ErrDenied tells. ErrConflict when somebody else
// changed it meanwhile. Refusals "answer.kind", "answer.title", "answer.text",
// "answer.language", "answer.variable", "answer.source", "answer.owner" and
// "answer.review".
func (s *Shelf) Put(ctx context.Context, by *staff.Session, a Answer) (Answer, error) {
	a, err := s.checked(a)
	if err != nil {
		return Answer{}, err
	}
	a.Dropped = false
	if a.ID != "" {
		err = s.replace(ctx, by, a.ID, a.Version, VerbChanged, func(*store.Tx, Answer) (*Answer, error) { return &a, nil })
		return a, err
	}
	if by.User.Kind == staff.Interpreter {
		return Answer{}, fmt.Errorf("write an answer: %w", helpdesk.ErrDenied)
	}
	a.ID, a.Version = helpdesk.NewID(), 0
	err = s.write(ctx, func(tx *store.Tx) error { return s.add(ctx, tx, by, &a, VerbChanged) })
	return a, err
}

// Drop takes an answer off the shelf. Undo brings it back. As for Put.
func (s *Shelf) Drop(ctx context.Context, by *staff.Session, id helpdesk.ID, version int64) error {
	return s.replace(ctx, by, id, version, VerbDropped, func(_ *store.Tx, now Answer) (*Answer, error) {
		now.Dropped = true
		return &now, nil
	})
}

// Undo makes an older version the newest again, review date and all. As for
// Put; ErrNotFound when there is no such version.
func (s *Shelf) Undo(ctx context.Context, by *staff.Session, id helpdesk.ID, to, version int64) error {
	return s.replace(ctx, by, id, version, VerbUndone, func(tx *store.Tx, _ Answer) (*Answer, error) {
		a, err := s.one(ctx, tx, selectVersion, id, to)
		return &a, err
	})
}

func (s *Shelf) write(ctx context.Context, f func(tx *store.Tx) error) error {
	if err := s.db.Write(ctx, "change an answer", f); err != nil {
		return fmt.Errorf("change an answer: %w", err)
	}
	s.mu.Lock()
	s.changes++
	s.toldAt = time.Time{}
	s.mu.Unlock()
	return nil
}

// replace writes what change makes of the newest version, which must be the one
// that was read.
func (s *Shelf) replace(ctx context.Context, by *staff.Session, id helpdesk.ID, version int64, verb string, change func(*store.Tx, Answer) (*Answer, error)) error {
	return s.write(ctx, func(tx *store.Tx) error {
		now, err := s.one(ctx, tx, selectNewest, id)
		if err != nil {
			return err
		}
		if !mayChange(by, now) {
			return helpdesk.ErrDenied
		}
		if now.Version != version {
			return helpdesk.ErrConflict
		}
		next, err := change(tx, now)
		if err != nil {
			return err
		}
		next.ID, next.Version = id, version
		return s.add(ctx, tx, by, next, verb)
	})
}

func mayChange(by *staff.Session, a Answer) bool {
	return by.Coordinator() || by.User.ID == a.Owner
}

// MayChange tells whether the session may change the answer.
func (s *Shelf) MayChange(by *staff.Session, a Answer) bool { return mayChange(by, a) }

// add inserts the next version. Two at once meet at the primary key, and one of
// them is told ErrConflict.
func (s *Shelf) add(ctx context.Context, tx *store.Tx, by *staff.Session, a *Answer, verb string) error {
	a.Version++
	a.At, a.Actor = s.now().UTC(), by.User.ID
	plain, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode answer %s: %w", a.ID, err)
	}
	sealed := s.secrets.SealOffice(answerAt(a.ID, a.Version), plain)
	if _, err := tx.Exec(ctx, insertAnswer, string(a.ID), a.Version, a.At.UnixMicro(), string(a.Actor), sealed); err != nil {
		return fmt.Errorf("keep answer %s: %w", a.ID, err)
	}
	return s.journal.Write(ctx, tx, journal.Entry{
		At: a.At, Actor: a.Actor, Verb: verb, Object: a.ID,
		Sealed: s.secrets.SealOffice(vault.At("answers.change", a.ID, a.Version), plain),
	})
}

// List returns what stands on the shelf, by title. One that does not open, or
// that stepped back, is left out with an alarm: it must not stop the others.
func (s *Shelf) List(ctx context.Context) ([]Answer, error) {
	all, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	var out []Answer
	for _, a := range all {
		if !a.Dropped {
			out = append(out, a)
		}
	}
	return out, nil
}

// Dropped returns what was taken off the shelf, by title.
func (s *Shelf) Dropped(ctx context.Context) ([]Answer, error) {
	all, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	var out []Answer
	for _, a := range all {
		if a.Dropped {
			out = append(out, a)
		}
	}
	return out, nil
}

// Answer returns one as it stands, also a dropped one.
func (s *Shelf) Answer(ctx context.Context, id helpdesk.ID) (Answer, error) {
	// Somebody may have changed it between our look and another's: whoever reads
	// an older one looks again before it counts as put back.
	for range 2 {
		a, err := s.one(ctx, s.db, selectNewest, id)
		if err != nil {
			return Answer{}, err
		}
		if !s.steppedBack(a) {
			return a, nil
		}
	}
	s.journal.Alarm(ctx, "answers.back", id)
	return Answer{}, fmt.Errorf("answer %s stepped back: %w", id, helpdesk.ErrNotFound)
}

// History returns every version, newest first. One that does not open is left
// out with an alarm.
func (s *Shelf) History(ctx context.Context, id helpdesk.ID) ([]Answer, error) {
	all, err := s.read(ctx, s.db, selectHistory, string(id))
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("answer %s: %w", id, helpdesk.ErrNotFound)
	}
	return all, err
}

func (s *Shelf) newest(ctx context.Context) ([]Answer, error) {
	all, err := s.read(ctx, s.db, selectAll)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, a := range all {
		if s.steppedBack(a) {
			if a, err = s.Answer(ctx, a.ID); errors.Is(err, helpdesk.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
		}
		out = append(out, a)
	}
	byTitle(out)
	return out, nil
}

func (s *Shelf) one(ctx context.Context, r store.Reader, query string, id helpdesk.ID, more ...any) (Answer, error) {
	all, err := s.read(ctx, r, query, append([]any{string(id)}, more...)...)
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("answer %s: %w", id, helpdesk.ErrNotFound)
	}
	if err != nil {
		return Answer{}, err
	}
	return all[0], nil
}

func (s *Shelf) read(ctx context.Context, r store.Reader, query string, args ...any) ([]Answer, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	defer rows.Close()
	var out []Answer
	for rows.Next() {
		var a Answer
		var at int64
		var sealed []byte
		if err := rows.Scan(&a.ID, &a.Version, &at, &a.Actor, &sealed); err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
		plain, err := s.secrets.OpenOffice(answerAt(a.ID, a.Version), sealed)
		if err != nil || json.Unmarshal(plain, &a) != nil {
			s.journal.Alarm(ctx, "answers.forged", a.ID)
			continue
		}
		a.At = time.UnixMicro(at).UTC()
		out = append(out, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	return out, nil
}

// steppedBack reports whether the answer is older than this process has already
// seen it: somebody put an old row back.
func (s *Shelf) steppedBack(a Answer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Version < s.seen[a.ID] {
		return true
	}
	s.seen[a.ID] = a.Version
	return false
}
