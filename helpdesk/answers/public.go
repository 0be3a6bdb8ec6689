package answers

import (
	"context"
	"errors"
	"time"

	"returnsupport/helpdesk"
)

// Told is a piece of public information as a person reads it.
type Told struct {
	ID     helpdesk.ID
	Text   string
	Source string
	Day    time.Time // when a colleague last looked at it
}

// fresh is how long one look at the shelf serves: every first page asks.
const fresh = 20 * time.Second

// Told lists the public information that is written in a language and in date,
// by title, its variables filled. One that needs what nobody filled is left
// out: a person is not shown half a sentence.
func (s *Shelf) Told(ctx context.Context, language string, fill map[string]string) ([]Told, error) {
	all, err := s.public(ctx)
	if err != nil {
		return nil, err
	}
	var out []Told
	for _, a := range all {
		text, err := s.Render(a, language, fill)
		var no helpdesk.Refusal
		if errors.As(err, &no) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Told{ID: a.ID, Text: text, Source: a.Source, Day: a.At})
	}
	return out, nil
}

// public is the public information on the shelf, in date or not. What another
// process changes is seen after fresh.
func (s *Shelf) public(ctx context.Context) ([]Answer, error) {
	now := s.now()
	s.mu.Lock()
	kept, at, changes := s.told, s.toldAt, s.changes
	s.mu.Unlock()
	if !at.IsZero() && now.Sub(at).Abs() < fresh {
		return kept, nil
	}
	all, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	var out []Answer
	for _, a := range all {
		if a.Kind == Public {
			out = append(out, a)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes == changes { // not changed while it was read
		s.told, s.toldAt = out, now
	}
	return out, nil
}
