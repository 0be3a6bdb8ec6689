package tasks

import (
	"context"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// Promise writes down what somebody was promised by a day ("by Thursday": see
// Next). A promise must be one the roster can keep: Refusal
// "task.promise.roster" where nobody is rostered to answer between now and that
// day's end, unless anyway. Refusal "task.past" for a day that is over.
func (r *Room) Promise(ctx context.Context, s *staff.Session, ticket helpdesk.ID, day hours.Date, what string, anyway bool) (helpdesk.ID, error) {
	plan, err := r.office.Hours(ctx)
	if err != nil {
		return "", err
	}
	if day.Before(r.today(plan)) {
		return "", helpdesk.Refuse("task.past")
	}
	id := helpdesk.NewID()
	return id, r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		if !anyway && !r.kept(plan, f.Whose(), day) {
			return helpdesk.Refuse("task.promise.roster", day.String())
		}
		f.Dates = append(f.Dates, tickets.Date{ID: id, Kind: tickets.DatePromise, Day: day.String(), Note: what, By: s.User.ID})
		return nil
	})
}

// kept tells whether somebody is rostered, in open hours that count for an
// audience's answers, between now and the end of a day.
func (r *Room) kept(plan hours.Plan, a hours.Audience, day hours.Date) bool {
	line, ok := plan.AnswerLine(a)
	if !ok {
		return true // a house without such hours promises by its own judgement
	}
	now := r.now()
	end := midnight(day.Add(2)) // the day's end, whatever the zone; duties are cut below
	for _, d := range plan.Duties(now, end) {
		if d.Line == line.Key && !day.Before(hours.DateOf(d.From.In(plan.Zone(line.Key)))) {
			return true
		}
	}
	return false
}

// Snooze puts one date off until a day, or with date "" all of the ticket that
// may be, which comes back on that day. What is lost by waiting, a promise too,
// is never put off: Refusal "task.snooze.never". "task.past" for a day that is
// not after today.
func (r *Room) Snooze(ctx context.Context, s *staff.Session, ticket, date helpdesk.ID, until hours.Date) error {
	today, err := r.Today(ctx)
	if err != nil {
		return err
	}
	if !today.Before(until) {
		return helpdesk.Refuse("task.past")
	}
	return r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		if date == "" {
			for i := range f.Dates {
				if d := &f.Dates[i]; d.Open() && loss(d.Kind) == lossOrder {
					d.Until = max(d.Until, until.String())
				}
			}
			d := only(f, tickets.DateSnooze)
			d.Day, d.Until, d.By = until.String(), "", s.User.ID
			return nil
		}
		d, err := at(f, date)
		if err != nil {
			return err
		}
		if loss(d.Kind) < lossOrder {
			return helpdesk.Refuse("task.snooze.never")
		}
		d.Until, d.By = until.String(), s.User.ID
		return nil
	})
}

// Papers says which papers of the case we have seen: tickets.PapersNone, Part
// or All.
func (r *Room) Papers(ctx context.Context, s *staff.Session, ticket helpdesk.ID, seen string) error {
	switch seen {
	case tickets.PapersNone, tickets.PapersPart, tickets.PapersAll:
	default:
		return helpdesk.Refuse("task.papers.wrong")
	}
	return r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		f.Papers = seen
		return nil
	})
}

// AppealBy says who looks after the appeal; "" when nobody knows. Refusal
// "task.name" beyond 200 characters.
func (r *Room) AppealBy(ctx context.Context, s *staff.Session, ticket helpdesk.ID, who string) error {
	if len([]rune(who)) > 200 {
		return helpdesk.Refuse("task.name")
	}
	return r.change(ctx, s, ticket, func(f *tickets.Facts) error {
		f.AppealBy = who
		return nil
	})
}
