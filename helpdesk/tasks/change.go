package tasks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/routing"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// datesKept is how many dates a ticket keeps; the oldest that are done make
// room.
const datesKept = 40

// change changes the facts of a ticket, or of the one it is joined into. The
// journal hears that facts were changed and not which: the kind of a date is
// sealed, and who wrote it last lies beside it.
func (r *Room) change(ctx context.Context, s *staff.Session, ticket helpdesk.ID, f func(*tickets.Facts) error) error {
	ticket, err := r.root(ctx, s, ticket)
	if err != nil {
		return err
	}
	err = r.db.Write(ctx, "change dates", func(tx *store.Tx) error {
		var refused error
		err := r.tickets.SetFacts(ctx, tx, s, ticket, func(facts *tickets.Facts) {
			facts.Dates = slices.Clone(facts.Dates)
			if refused = f(facts); refused == nil {
				trim(facts)
			}
		})
		if refused != nil {
			return refused // nothing was changed: the transaction ends here
		}
		return err
	})
	if err != nil && !errors.As(err, new(helpdesk.Refusal)) {
		return fmt.Errorf("dates of ticket %s: %w", ticket, err)
	}
	return err
}

// root is the ticket in which another is shown: there its dates are. Who has it
// lent decides none of them, nor what was seen of the papers.
func (r *Room) root(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (helpdesk.ID, error) {
	for range 32 {
		t, err := r.tickets.Facts(ctx, s, ticket)
		switch {
		case err != nil:
			return "", err
		case t.JoinedInto == "" && !s.Member(t.Team):
			return "", fmt.Errorf("lent: %w", helpdesk.ErrDenied)
		case t.JoinedInto == "":
			return ticket, nil
		}
		ticket = t.JoinedInto
	}
	return "", fmt.Errorf("ticket %s is joined in a circle", ticket)
}

func trim(f *tickets.Facts) {
	for len(f.Dates) > datesKept {
		i := slices.IndexFunc(f.Dates, func(d tickets.Date) bool { return !d.Done.IsZero() })
		if i < 0 {
			return
		}
		f.Dates = slices.Delete(f.Dates, i, i+1)
	}
}

// at finds a date for changing; ErrNotFound when somebody took it away.
func at(f *tickets.Facts, id helpdesk.ID) (*tickets.Date, error) {
	for i := range f.Dates {
		if f.Dates[i].ID == id {
			return &f.Dates[i], nil
		}
	}
	return nil, fmt.Errorf("date: %w", helpdesk.ErrNotFound)
}

// only finds the one date of a kind, or adds it.
func only(f *tickets.Facts, kind tickets.DateKind) *tickets.Date {
	for i := range f.Dates {
		if f.Dates[i].Kind == kind && f.Dates[i].Done.IsZero() {
			return &f.Dates[i]
		}
	}
	f.Dates = append(f.Dates, tickets.Date{ID: helpdesk.NewID(), Kind: kind})
	return &f.Dates[len(f.Dates)-1]
}

// Decision says on which day the person received a refusal that may be
// appealed, and proposes the last day to do so. A last day that a lawyer has
// confirmed is confirmed anew, because what it was counted from has changed;
// until then the earlier of both days stands.
func (r *Room) Decision(ctx context.Context, s *staff.Session, ticket helpdesk.ID, received hours.Date) (Proposal, error) {
	plan, set, err := r.settings(ctx)
	if err != nil {
		return Proposal{}, err
	}
	if r.today(plan).Before(received) {
		return Proposal{}, helpdesk.Refuse("task.future")
	}
	p := ProposeAppeal(plan, received, set.AppealDays)
	return p, r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		r.propose(s, f, tickets.DateDecision, p)
		return nil
	})
}

// Final says on which day a decision became final, and proposes the day by
// which the person must leave: after weeks, or 0 for the shortest time the
// house counts with. Refusal "task.weeks" for another one.
func (r *Room) Final(ctx context.Context, s *staff.Session, ticket helpdesk.ID, day hours.Date, weeks int) (Proposal, error) {
	plan, set, err := r.settings(ctx)
	if err != nil {
		return Proposal{}, err
	}
	if weeks == 0 {
		weeks = set.LeaveWeeks[0]
	}
	if !slices.Contains(set.LeaveWeeks, weeks) {
		return Proposal{}, helpdesk.Refuse("task.weeks")
	}
	p := ProposeLeave(plan, day, weeks)
	return p, r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		r.propose(s, f, tickets.DateFinal, p)
		return nil
	})
}

// propose writes a decision's day and what is counted from it.
func (r *Room) propose(s *staff.Session, f *tickets.Facts, decision tickets.DateKind, p Proposal) {
	d := only(f, decision)
	d.Day, d.By = p.From.String(), s.User.ID
	last := only(f, p.Kind)
	if last.Received == p.From.String() && last.Day != "" {
		return // the same day said twice: what somebody confirmed stands
	}
	day := p.Day.String()
	if last.Confirmed != "" && last.Day < day {
		day = last.Day
	}
	last.Day, last.Received, last.By = day, p.From.String(), s.User.ID
	last.Proposed, last.Confirmed = true, ""
}

// Confirm says that a proposed day is right, or which one is. An appeal's last
// day is confirmed by a lawyer alone: Refusal "task.lawyer".
func (r *Room) Confirm(ctx context.Context, s *staff.Session, ticket, date helpdesk.ID, day hours.Date) error {
	return r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		d, err := at(f, date)
		if err != nil {
			return err
		}
		if err := r.mayDecide(ctx, s, d); err != nil {
			return err
		}
		d.Day, d.Proposed, d.Confirmed, d.By = day.String(), false, s.User.ID, s.User.ID
		return nil
	})
}

// SkillLawyer is the skill, in the office's profiles, of who may say when the
// right to appeal ends.
const SkillLawyer = "lawyer"

// mayDecide asks for a lawyer where a right to appeal hangs on the date.
func (r *Room) mayDecide(ctx context.Context, s *staff.Session, d *tickets.Date) error {
	if d.Kind != tickets.DateAppeal {
		return nil
	}
	lawyer, err := r.Lawyer(ctx, s.User.ID)
	if err != nil || lawyer {
		return err
	}
	return helpdesk.Refuse("task.lawyer")
}

// Lawyer tells whether somebody may confirm an appeal's last day.
func (r *Room) Lawyer(ctx context.Context, user helpdesk.ID) (bool, error) {
	parts, err := r.office.Routing(ctx)
	if err != nil {
		return false, fmt.Errorf("read the profiles: %w", err)
	}
	return slices.ContainsFunc(parts.Profiles, func(p routing.Profile) bool {
		return p.Who == user && slices.Contains(p.Skills, SkillLawyer)
	}), nil
}

// Plan is a date somebody writes into a ticket.
type Plan struct {
	Kind tickets.DateKind
	Day  hours.Date
	At   string // 15:04, or ""
	Note string
}

// Add writes a date. Decisions and what is counted from them have their own
// doors, but a last day to appeal may be entered by itself and then waits for a
// lawyer. It returns the date's id.
func (r *Room) Add(ctx context.Context, s *staff.Session, ticket helpdesk.ID, p Plan) (helpdesk.ID, error) {
	id := helpdesk.NewID()
	switch p.Kind {
	case tickets.DateDecision, tickets.DateFinal, tickets.DateSnooze, tickets.DatePromise:
		return "", helpdesk.Refuse("task.kind")
	}
	return id, r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		f.Dates = append(f.Dates, tickets.Date{
			ID: id, Kind: p.Kind, Day: p.Day.String(), At: p.At, Note: p.Note, By: s.User.ID,
			Proposed: p.Kind == tickets.DateAppeal,
		})
		return nil
	})
}

// Move gives a date another day. A last day to appeal is moved by Confirm
// alone: Refusal "task.lawyer" for others.
func (r *Room) Move(ctx context.Context, s *staff.Session, ticket, date helpdesk.ID, p Plan) error {
	return r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		d, err := at(f, date)
		if err != nil {
			return err
		}
		if err := r.mayDecide(ctx, s, d); err != nil {
			return err
		}
		d.Day, d.At, d.Note, d.Until, d.By = p.Day.String(), p.At, p.Note, "", s.User.ID
		return nil
	})
}

// Done says that a date is settled. One that the program counted and nobody
// confirmed is settled by who may confirm it.
func (r *Room) Done(ctx context.Context, s *staff.Session, ticket, date helpdesk.ID) error {
	return r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		d, err := at(f, date)
		if err != nil {
			return err
		}
		if d.Proposed {
			if err := r.mayDecide(ctx, s, d); err != nil {
				return err
			}
		}
		d.Done, d.By = r.now().UTC(), s.User.ID
		return nil
	})
}

// Undone takes Done back.
func (r *Room) Undone(ctx context.Context, s *staff.Session, ticket, date helpdesk.ID) error {
	return r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		d, err := at(f, date)
		if err != nil {
			return err
		}
		d.Done, d.By = time.Time{}, s.User.ID
		return nil
	})
}

// settings are the plan and what dates are counted by.
func (r *Room) settings(ctx context.Context) (plan hours.Plan, set office.Dates, err error) {
	if plan, err = r.office.Hours(ctx); err != nil {
		return plan, set, fmt.Errorf("read the hours: %w", err)
	}
	if set, err = r.office.Dates(ctx); err != nil {
		return plan, set, fmt.Errorf("read what dates are counted by: %w", err)
	}
	return plan, set, nil
}
