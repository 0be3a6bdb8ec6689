package tasks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

const (
	turn    = 5 * time.Minute  // between two looks at the clock
	retry   = 30 * time.Second // while the database is away
	morning = 7                // no mail before this hour of the house's day
	kept    = 30               // days that a telling is remembered; no step comes again after so long
)

// Run watches the clock until ctx ends. Several processes may run it at once:
// who tells somebody of something writes so in the same transaction, and the
// second finds it written. What became due while no process ran is found by
// the first look.
func (r *Room) Run(ctx context.Context) error {
	for {
		pause := turn
		if err := r.Round(ctx); err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "the watch over dates stands still", "err", err)
			pause = retry
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// Round is one look: it tells whoever has to know, each once of each step.
func (r *Room) Round(ctx context.Context) error {
	plan, set, err := r.settings(ctx)
	if err != nil {
		return err
	}
	parts, err := r.office.Routing(ctx)
	if err != nil {
		return fmt.Errorf("read the profiles: %w", err)
	}
	w := watch{
		Room: r, plan: plan, parts: parts, now: r.now(), today: r.today(plan),
		members: map[helpdesk.ID][]staff.User{}, dates: map[helpdesk.ID]*calls{}, waits: map[helpdesk.ID]*calls{},
	}
	teams, err := r.staff.Teams(ctx)
	if err != nil {
		return fmt.Errorf("list the teams: %w", err)
	}
	for _, t := range teams {
		if err := w.look(ctx, t.ID, alarmsOf(plan, set.AlarmPercent)); err != nil {
			return err
		}
	}
	// One whom the mail can't reach keeps nobody else uninformed.
	return errors.Join(w.tell(ctx), w.named(ctx), r.forget(ctx, w.today))
}

// watch is one round.
type watch struct {
	*Room
	plan         hours.Plan
	parts        routing.Parts
	now          time.Time
	today        hours.Date
	members      map[helpdesk.ID][]staff.User // of each team, those who work and want to be told
	coordinators []staff.User
	dates, waits map[helpdesk.ID]*calls // by whom they are for
}

// calls are what one colleague is told of.
type calls struct {
	who    staff.User
	about  Notice
	claims []mark
}

// look finds what is due in a team.
func (w *watch) look(ctx context.Context, team helpdesk.ID, a alarms) error {
	if w.now.In(w.plan.Zone("")).Hour() >= morning {
		err := pages(func(after helpdesk.ID) ([]tickets.Watched, error) {
			return w.tickets.DueBy(ctx, team, midnight(w.today.Add(weekBefore)), after)
		}, func(t tickets.Watched) error { return w.dated(ctx, t) })
		if err != nil {
			return fmt.Errorf("look what is due in team %s: %w", team, err)
		}
	}
	if len(a.lines) == 0 {
		return nil
	}
	err := pages(func(after helpdesk.ID) ([]tickets.Watched, error) {
		return w.tickets.WaitingBefore(ctx, team, w.now.Add(-a.least), after)
	}, func(t tickets.Watched) error { return w.waiting(ctx, t, a) })
	if err != nil {
		return fmt.Errorf("look who waits for team %s: %w", team, err)
	}
	return nil
}

// pages runs f for all that a list has.
func pages(next func(after helpdesk.ID) ([]tickets.Watched, error), f func(tickets.Watched) error) error {
	for after := helpdesk.ID(""); ; {
		some, err := next(after)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, t := range some {
			if err := f(t); err != nil {
				return err
			}
			after = t.ID
		}
	}
}

// weekBefore is how many days ahead the first step is.
const weekBefore = 7

// stepAt is the step at which a ticket stands so many days before its day, as
// it is remembered; a step that was missed is taken with the next look. Below
// the first priority, where nothing is lost for good, the day itself is early
// enough. What has passed is a new step every day.
func stepAt(priority, days int) (step int, ok bool) {
	switch {
	case days <= 0:
		return days, true
	case priority < tickets.MaxPriority || days > weekBefore:
		return 0, false
	case days <= 1:
		return 1, true
	case days <= 3:
		return 3, true
	}
	return weekBefore, true
}

// dated notes whom a ticket's date is told to. The circle widens as the day
// comes near: its owner; on the last two days of what can be lost the team;
// once it has passed the team; and from the day after that the coordinators,
// who can't read it and can find somebody who does.
func (w *watch) dated(ctx context.Context, t tickets.Watched) error {
	days := Days(w.today, hours.DateOf(t.DueDay))
	step, ok := stepAt(t.Priority, days)
	if !ok {
		return nil
	}
	about := NoticeDue
	if days < 0 {
		about = NoticeOverdue
	}
	circle, err := w.owner(ctx, t)
	if err != nil {
		return err
	}
	if len(circle) == 0 || days < 0 || days <= 1 && t.Priority == tickets.MaxPriority {
		if circle, err = w.team(ctx, t.Team); err != nil {
			return err
		}
	}
	if len(circle) == 0 || days < -1 {
		more, err := w.lead(ctx)
		if err != nil {
			return err
		}
		circle = append(slices.Clone(circle), more...)
	}
	if len(circle) == 0 {
		w.log.ErrorContext(ctx, "nobody is left to be told of a date", "ticket", string(t.ID))
	}
	w.note(w.dates, circle, about, mark{ticket: t.ID, day: t.DueDay.UnixMicro(), step: step})
	return nil
}

// waiting notes whom the alarm before a broken promise is for: the owner, else
// those of the team who are rostered now, else all of it.
func (w *watch) waiting(ctx context.Context, t tickets.Watched, a alarms) error {
	if !a.due(t.WaitingSince, w.now) {
		return nil
	}
	circle, err := w.owner(ctx, t)
	if err != nil {
		return err
	}
	if len(circle) == 0 {
		all, err := w.team(ctx, t.Team)
		if err != nil {
			return err
		}
		for _, l := range a.lines {
			on := w.plan.Rostered(l, w.now)
			for _, u := range all {
				if slices.Contains(on, u.ID) {
					circle = append(circle, u)
				}
			}
		}
		if len(circle) == 0 {
			circle = all
		}
	}
	since := t.WaitingSince.UnixMicro()
	w.note(w.waits, circle, NoticeWaiting, mark{
		ticket: t.ID, day: midnight(hours.DateOf(t.WaitingSince.UTC())).UnixMicro(), step: stepWaits,
		wait: string(w.secrets.Index("tasks.wait", fmt.Sprintf("%s %d", t.ID, since))),
	})
	return nil
}

func (w *watch) note(all map[helpdesk.ID]*calls, circle []staff.User, about Notice, m mark) {
	for _, u := range circle {
		c := all[u.ID]
		if c == nil {
			c = &calls{who: u, about: about}
			all[u.ID] = c
		}
		if about == NoticeOverdue {
			c.about = about
		}
		m.who = u.ID
		if !slices.Contains(c.claims[max(0, len(c.claims)-1):], m) { // somebody on two lines
			c.claims = append(c.claims, m)
		}
	}
}

// owner is who has the ticket, if they work here and are here today; else who
// stands in for them; else nobody.
func (w *watch) owner(ctx context.Context, t tickets.Watched) ([]staff.User, error) {
	all, err := w.team(ctx, t.Team)
	if err != nil || t.Owner == "" {
		return nil, err
	}
	for _, who := range []helpdesk.ID{t.Owner, w.substitute(t.Owner)} {
		if i := slices.IndexFunc(all, func(u staff.User) bool { return u.ID == who }); i >= 0 && !w.away(who) {
			return all[i : i+1 : i+1], nil
		}
	}
	return nil, nil
}

// away: on leave, or absent for the whole of today.
func (w *watch) away(who helpdesk.ID) bool {
	return slices.ContainsFunc(w.parts.Leave, func(l routing.Leave) bool { return l.Who == who && l.On(w.today) }) ||
		slices.ContainsFunc(w.plan.Roster.Absences, func(a hours.Absence) bool {
			return a.Who == who && len(a.At) == 0 && !w.today.Before(a.From) && !a.To.Before(w.today)
		})
}

func (w *watch) substitute(who helpdesk.ID) helpdesk.ID {
	for _, l := range w.parts.Leave {
		if l.Who == who && l.On(w.today) && l.Substitute != "" {
			return l.Substitute
		}
	}
	return w.profile(who).Substitute
}

// profile is what the office knows of somebody; empty for who has none.
func (w *watch) profile(who helpdesk.ID) routing.Profile {
	if i := slices.IndexFunc(w.parts.Profiles, func(p routing.Profile) bool { return p.Who == who }); i >= 0 {
		return w.parts.Profiles[i]
	}
	return routing.Profile{}
}

// team are the members who work here, without those who want no notices: for
// what is theirs the others are told.
func (w *watch) team(ctx context.Context, id helpdesk.ID) ([]staff.User, error) {
	if all, ok := w.members[id]; ok {
		return all, nil
	}
	all, err := w.staff.Members(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("members of team %s: %w", id, err)
	}
	w.members[id] = slices.DeleteFunc(all, func(u staff.User) bool {
		return u.State != staff.Active || w.profile(u.ID).Notify.Never
	})
	return w.members[id], nil
}

// lead are the coordinators, who are told whether they want or not: behind them
// is nobody.
func (w *watch) lead(ctx context.Context) ([]staff.User, error) {
	if w.coordinators != nil {
		return w.coordinators, nil
	}
	all, err := w.staff.Users(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the coordinators: %w", err)
	}
	w.coordinators = slices.DeleteFunc(all, func(u staff.User) bool { return u.State != staff.Active || u.Kind != staff.Coordinator })
	return w.coordinators, nil
}
