package registers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// PageLines is how many lines of the journal a page holds.
const PageLines = 50

// Look says which lines of the journal somebody wants to read.
type Look struct {
	Colleague helpdesk.ID // "" for all
	Number    int64       // of a ticket; 0 for all
	Verbs     []string    // as in journal.Query
	Day       time.Time   // a day, midnight UTC; zero for all
	Behind    journal.Place
}

// Lines is a page of the journal.
type Lines struct {
	Lines []journal.Entry
	Next  journal.Place // "" on the last
	// Called are the tickets among the objects, as far as the session may hear of
	// them: a line about another says who and when, and names nothing.
	Called map[helpdesk.ID]tickets.Called
}

// Book reads the journal for a coordinator, and writes into it that they did.
// ErrDenied for anybody else; Refusal "journal.ticket" for a number that no
// ticket has, or one of a restricted team, which look alike.
func (r *Room) Book(ctx context.Context, s *staff.Session, l Look) (Lines, error) {
	if !s.Coordinator() {
		return Lines{}, fmt.Errorf("read the journal: %w", helpdesk.ErrDenied)
	}
	q := journal.Query{Actor: l.Colleague}
	object := l.Colleague
	if l.Number != 0 {
		objects, err := r.Tickets.BookObjects(ctx, s, l.Number)
		if errors.Is(err, helpdesk.ErrNotFound) {
			return Lines{}, helpdesk.Refuse("journal.ticket")
		}
		if err != nil {
			return Lines{}, err
		}
		q.Objects, object = objects, objects[len(objects)-1]
	}
	// What is not in the book was not read.
	if err := r.Journal.Noted(ctx, s.ID, s.User.ID, journal.VerbRead, object); err != nil {
		return Lines{}, err
	}
	return r.lines(ctx, s, q, l)
}

// Mine reads what a session's user did, and what was done with their account.
func (r *Room) Mine(ctx context.Context, s *staff.Session, l Look) (Lines, error) {
	if s.User.ID == "" {
		return Lines{}, fmt.Errorf("read the journal: %w", helpdesk.ErrDenied)
	}
	return r.lines(ctx, s, journal.Query{Own: s.User.ID}, l)
}

func (r *Room) lines(ctx context.Context, s *staff.Session, q journal.Query, l Look) (Lines, error) {
	q.Verbs, q.Behind = l.Verbs, l.Behind
	if !l.Day.IsZero() {
		y, m, d := l.Day.Date()
		q.From, q.Until = time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	}
	var out Lines
	var err error
	if out.Lines, out.Next, err = r.Journal.Read(ctx, q, PageLines); err != nil {
		return Lines{}, err
	}
	out.Called, err = r.Tickets.Called(ctx, s, objectsOf(out.Lines)...)
	return out, err
}

func objectsOf(lines []journal.Entry) []helpdesk.ID {
	var out []helpdesk.ID
	for _, l := range lines {
		out = append(out, l.Object)
	}
	return out
}

// watchDays is how far back what is unusual is looked for, and watchMost how
// many lines are read for it.
const (
	watchDays = 7
	watchMost = 100_000
)

// Watched is what is unusual, and whether there was more to read than could be.
type Watched struct {
	Unusual []journal.Unusual
	Called  map[helpdesk.ID]tickets.Called
	Since   time.Time
	Cut     bool
}

// Watch points out what was unusual in the last days. ErrDenied for who is no
// coordinator. Tickets of restricted teams count, and are not named.
func (r *Room) Watch(ctx context.Context, s *staff.Session) (Watched, error) {
	if !s.Coordinator() {
		return Watched{}, fmt.Errorf("watch the journal: %w", helpdesk.ErrDenied)
	}
	y, m, d := r.Now().In(zone).Date()
	out := Watched{Since: time.Date(y, m, d-watchDays+1, 0, 0, 0, 0, zone)}
	read, cut, err := r.opened.read(ctx, r.Journal, out.Since.Add(-journal.UsualBefore), r.Now())
	if err != nil {
		return Watched{}, err
	}
	out.Cut = cut
	var lately []journal.Entry
	for _, l := range read {
		if !l.At.Before(out.Since) {
			lately = append(lately, l)
		}
	}
	if out.Called, err = r.Tickets.Called(ctx, s, objectsOf(lately)...); err != nil {
		return Watched{}, err
	}
	in, err := r.memberships(ctx)
	if err != nil {
		return Watched{}, err
	}
	worked, err := r.worked(ctx, out.Since, s)
	if err != nil {
		return Watched{}, err
	}
	deeds := make([]journal.Deed, 0, len(read))
	for _, l := range read {
		deed := journal.Deed{At: l.At, Actor: l.Actor, Object: l.Object, Search: l.Verb == journal.VerbOwnName}
		if c, known := out.Called[l.Object]; known && !l.At.Before(out.Since) {
			deed.Foreign = !in[membership{l.Actor, c.Team}]
			deed.Others = c.Owner != "" && c.Owner != l.Actor && !worked[did{l.Actor, c.Ticket}]
		}
		deeds = append(deeds, deed)
	}
	out.Unusual = journal.Watch(deeds, out.Since, zone)
	return out, nil
}

type membership struct{ user, team helpdesk.ID }

// memberships are who is in which team now.
func (r *Room) memberships(ctx context.Context) (map[membership]bool, error) {
	teams, err := r.Staff.Teams(ctx)
	if err != nil {
		return nil, err
	}
	out := map[membership]bool{}
	for _, t := range teams {
		members, err := r.Staff.Members(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			out[membership{m.ID, t.ID}] = true
		}
	}
	return out, nil
}

type did struct{ actor, ticket helpdesk.ID }

// worked are who did something in which ticket: it was not only looked at.
func (r *Room) worked(ctx context.Context, since time.Time, s *staff.Session) (map[did]bool, error) {
	read, _, err := r.changed.read(ctx, r.Journal, since, r.Now())
	if err != nil {
		return nil, err
	}
	called, err := r.Tickets.Called(ctx, s, objectsOf(read)...)
	if err != nil {
		return nil, err
	}
	out := map[did]bool{}
	for _, l := range read {
		if c, ok := called[l.Object]; ok {
			out[did{l.Actor, c.Ticket}] = true
		}
	}
	return out, nil
}
