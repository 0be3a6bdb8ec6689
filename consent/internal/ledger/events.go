package ledger

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

func isNotFound(err error) bool { return errors.Is(err, helpdesk.ErrNotFound) }

// Events returns all steps of a consent or referral, the oldest first. One that
// our MAC does not stand on is there, marked Unproven, with an alarm: it counts
// for nothing.
func (b *Book) Events(ctx context.Context, r store.Reader, subject helpdesk.ID) ([]Step, error) {
	return b.steps(ctx, r, selectEvents, subject)
}

// EventsOf is Events of up to four subjects at once, in the order of the book.
func (b *Book) EventsOf(ctx context.Context, r store.Reader, subjects ...helpdesk.ID) ([]Step, error) {
	var ids [4]any
	for i := range ids {
		ids[i] = helpdesk.ID("")
	}
	for i, id := range subjects {
		ids[i] = id
	}
	return b.steps(ctx, r, selectOfFour, ids[:]...)
}

// Asked returns all steps of all consents that bear the same mark: one question
// asked several times, in the order of the book.
func (b *Book) Asked(ctx context.Context, r store.Reader, mark []byte) ([]Step, error) {
	return b.steps(ctx, r, selectAsked, mark)
}

func (b *Book) steps(ctx context.Context, r store.Reader, query string, args ...any) ([]Step, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the consent ledger: %w", err)
	}
	defer rows.Close()
	var out []Step
	for rows.Next() {
		var w row
		if err := rows.Scan(w.dest()...); err != nil {
			return nil, fmt.Errorf("read the consent ledger: %w", err)
		}
		s := w.step()
		if !b.Secrets.Vouched(s.mac, s.origin()) {
			s.Unproven = true
			b.alarm(ctx, "event", s.Subject)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the consent ledger: %w", err)
	}
	return out, nil
}

// row is an event as the database has it.
type row struct {
	s         Step
	at, until int64
}

func (w *row) dest() []any {
	s := &w.s
	return []any{&s.Seq, &s.ID, &s.Kind, &s.Subject, &s.State, &s.Outcome, &s.Purpose, &s.Version, &s.Age, &w.at, &w.until,
		&s.BodyHash, &s.previous, &s.Hash, &s.mac, &s.signature}
}

func (w *row) step() Step {
	s := w.s
	s.At, s.Until, s.HasBody = instant(w.at), instant(w.until), len(w.s.BodyHash) > 0
	return s
}

func (s *Step) values() []any {
	return []any{s.Seq, s.ID, string(s.Kind), s.Subject, s.State, s.Outcome, s.Purpose, s.Version, s.Age,
		s.At.UnixMicro(), micros(s.Until), s.BodyHash, s.previous, s.Hash, s.mac, s.signature}
}
