package tasks

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// Scope says whose due list.
type Scope struct {
	Team helpdesk.ID // "" for all of the session's teams
	Mine bool        // what the session's user owns, and nothing else
	// Unowned, with Mine: and what nobody has taken, lest everybody thinks that
	// somebody else looks after it.
	Unowned bool
	// Ahead is how many days ahead the list looks; 0 means a fortnight. An
	// appeal is in it however far its day, and so is what has passed.
	Ahead int
}

func (c Scope) whose() tickets.Whose {
	switch {
	case c.Mine && c.Unowned:
		return tickets.OfMineOrNobody
	case c.Mine:
		return tickets.OfMine
	}
	return tickets.OfAll
}

const fortnight = 14

// KindAnswer is an item for a ticket whose promised answer is late or will be.
const KindAnswer tickets.DateKind = "answer"

// Item is one thing due.
type Item struct {
	Ticket tickets.Ticket
	Head   tickets.Head
	Kind   tickets.DateKind
	Date   tickets.Date // zero for KindAnswer and Broken
	Day    hours.Date   // on which it is due
	Days   int          // until then; less than nothing once it has passed
	Step   Step
	Rank   int
	// Why says what is lost, When how near it is; Hints what else to know:
	// task.hint.unconfirmed, .nobody (owns it), .closed, .snoozed (day it was for).
	Why, When Fact
	Hints     []Fact
	Wait      Wait // of KindAnswer
	// Broken: the ticket's head does not open, so all that is known is the day.
	Broken bool
}

// LogValue keeps content out of logs.
func (Item) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// List is a due list, in order of what is lost if it is missed.
type List struct {
	Today  hours.Date
	Items  []Item
	Later  int  // open dates further ahead than the list looks, at least so many
	More   bool // more tickets have dates than were opened
	Settle tickets.Settle
}

// LogValue keeps content out of logs.
func (List) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// listMost is how many tickets of one team a list opens: more dated tickets
// than that are no list for a person. Of late answers it opens those that wait
// longest.
const (
	listMost = 1000
	lateMost = 100
)

// Due makes the due list of a session: of its user or of its teams.
// ErrNotFound for a team that is not the session's.
func (r *Room) Due(ctx context.Context, s *staff.Session, scope Scope) (List, error) {
	plan, set, err := r.settings(ctx)
	if err != nil {
		return List{}, err
	}
	ahead := scope.Ahead
	if ahead <= 0 {
		ahead = fortnight
	}
	today := r.today(plan)
	dated, err := r.tickets.Dated(ctx, s, scope.Team, scope.whose(), midnight(today.Add(ahead)), listMost)
	if err != nil {
		return List{}, fmt.Errorf("make a due list: %w", err)
	}
	out := List{Today: today, Later: dated.Beyond, More: dated.More, Settle: dated.Settle}
	for _, row := range dated.Rows {
		for _, i := range itemsOf(row, today) {
			if i.Days > ahead && i.Kind != tickets.DateAppeal {
				out.Later++
				continue
			}
			out.Items = append(out.Items, i)
		}
	}
	if err := r.answers(ctx, s, scope, plan, set.AlarmPercent, &out); err != nil {
		return List{}, err
	}
	slices.SortStableFunc(out.Items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Days, b.Days), a.Wait.Due.Compare(b.Wait.Due), cmp.Compare(a.Ticket.Number, b.Ticket.Number))
	})
	return out, nil
}

// itemsOf are the open dates of a ticket.
func itemsOf(row tickets.Row, today hours.Date) []Item {
	if row.Broken {
		day := hours.DateOf(row.Ticket.DueDay.UTC())
		i := item(row, "", day, today)
		i.Broken, i.Why, i.Rank = true, Fact{Key: "task.why.sealed"}, 0 // nobody knows what it is: look first
		return []Item{i}
	}
	var out []Item
	for _, d := range row.Head.Facts.Dates {
		if !d.Open() {
			continue
		}
		day, err := ParseDay(d.Due())
		if err != nil {
			continue // no such day was let in
		}
		i := item(row, d.Kind, day, today)
		i.Date = d
		if d.Proposed {
			i.Hints = append(i.Hints, Fact{Key: "task.hint.unconfirmed"})
		}
		if d.Until > d.Day {
			i.Hints = append(i.Hints, Fact{"task.hint.snoozed", []any{d.Day}})
		}
		out = append(out, i)
	}
	return out
}

func item(row tickets.Row, kind tickets.DateKind, day, today hours.Date) Item {
	days := Days(today, day)
	i := Item{
		Ticket: row.Ticket, Head: row.Head, Kind: kind, Day: day, Days: days,
		Step: StepOf(days), Rank: Rank(kind, days), Why: Why(kind), When: When(days),
	}
	if row.Ticket.Owner == "" {
		i.Hints = append(i.Hints, Fact{Key: "task.hint.nobody"})
	}
	if row.Ticket.State == tickets.StateClosed {
		i.Hints = append(i.Hints, Fact{Key: "task.hint.closed"})
	}
	return i
}

// answers adds the tickets whose promised answer is late or will be.
func (r *Room) answers(ctx context.Context, s *staff.Session, scope Scope, plan hours.Plan, percent int, out *List) error {
	alarms := alarmsOf(plan, percent)
	if len(alarms.lines) == 0 {
		return nil
	}
	now := r.now()
	waited, err := r.tickets.Waited(ctx, s, scope.Team, scope.whose(), now.Add(-alarms.least), lateMost)
	if err != nil {
		return fmt.Errorf("make a due list: %w", err)
	}
	for _, row := range waited.Rows {
		if row.Broken {
			continue // it stands in the queues, marked; its audience is not known
		}
		w := WaitOf(plan, row.Head.Facts.Whose(), row.Ticket.WaitingSince, now, percent)
		if !w.Alarming(now) {
			continue
		}
		i := item(row, KindAnswer, hours.DateOf(w.Due), out.Today)
		i.Wait, i.Rank = w, rank(lossTrust, i.Days)
		i.When = Fact{"task.when.answer", []any{w.Due}}
		if w.Late(now) {
			i.Step, i.When = StepOverdue, Fact{"task.when.late", []any{w.Due}}
		}
		out.Items = append(out.Items, i)
	}
	return nil
}

// Of makes the items of one opened ticket, for its page, and how long it has
// waited. Open dates of any day are among them, in the order of the due list.
func (r *Room) Of(ctx context.Context, t tickets.Ticket, h tickets.Head) ([]Item, Wait, error) {
	plan, set, err := r.settings(ctx)
	if err != nil {
		return nil, Wait{}, err
	}
	items := itemsOf(tickets.Row{Ticket: t, Head: h}, r.today(plan))
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Days, b.Days))
	})
	var w Wait
	if t.State == tickets.StateOpen && !t.WaitingSince.IsZero() {
		w = WaitOf(plan, h.Facts.Whose(), t.WaitingSince, r.now(), set.AlarmPercent)
	}
	return items, w, nil
}

// Listen is ListenTo by the house's own setting, today.
func (r *Room) Listen(ctx context.Context, f tickets.Facts) (Listen, error) {
	plan, set, err := r.settings(ctx)
	if err != nil {
		return Listen{}, err
	}
	return ListenTo(f, r.today(plan), set.ListenDays), nil
}
