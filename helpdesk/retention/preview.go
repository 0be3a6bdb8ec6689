package retention

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// Ahead is how far a preview looks.
const Ahead = 30 // days

const (
	shownMost = 200   // tickets named in a preview
	countMost = 1_000 // where counting parts of tickets ends
	lookMost  = 5_000 // tickets looked at for it, of one team
)

// Preview is what goes next.
type Preview struct {
	Until   time.Time
	Decided bool // false: these rules were never saved, and nothing goes
	Counts  []Count
	// Going are the tickets that go as a whole, the oldest first; More: not all of
	// them.
	Going []Going
	More  bool
}

// Count is how many of a kind go: tickets of one team, or of no ticket at all.
type Count struct {
	Kind string
	Team helpdesk.ID // "" where it is of no team
	N    int64
	More bool // at least so many
}

// Going is a ticket that goes, by what stands in plain.
type Going struct {
	Ticket helpdesk.ID
	Number int64 // 0 of a restricted team's
	Team   helpdesk.ID
	Last   time.Time // the day of its last word
	Goes   time.Time // the first day on which a run takes it
	// Why it does not go yet, all the same.
	Held    time.Time // postponed until then
	Reason  string
	Runs    bool // a date still runs
	Outside bool // somebody outside may still read what they were handed
}

// Stays tells that it is not taken, though its age has come.
func (g Going) Stays() bool { return g.Runs || g.Outside || !g.Held.IsZero() }

// monthsBefore is the same day some months earlier, or the last one of a month
// that has no such day: never one later than that.
func monthsBefore(day time.Time, months int) time.Time {
	y, m, d := day.Date()
	last := time.Date(y, m-time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC)
	return time.Date(y, m-time.Month(months), min(d, last.Day()), 0, 0, 0, 0, time.UTC)
}

// Preview looks Ahead, for coordinators.
func (r *Room) Preview(ctx context.Context, s *staff.Session) (Preview, error) {
	if !s.Coordinator() {
		return Preview{}, fmt.Errorf("what goes next: %w", helpdesk.ErrDenied)
	}
	keep, err := r.Office.Retention(ctx)
	if err != nil {
		return Preview{}, err
	}
	teams, err := r.Staff.Teams(ctx)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Until: r.today().AddDate(0, 0, Ahead), Decided: keep.Decided}
	for _, rule := range ticketRules {
		months := keep.Months[rule.kind]
		if months == 0 {
			continue
		}
		before := monthsBefore(p.Until, months)
		for _, team := range teams {
			c := Count{Kind: rule.kind, Team: team.ID}
			if rule.part == tickets.PartTicket {
				c.N, err = r.Tickets.CountOld(ctx, r.DB, team, before)
				if err == nil {
					err = r.going(ctx, &p, team, before, months)
				}
			} else {
				c.N, c.More, err = r.countParts(ctx, team, rule.part, before)
			}
			if err != nil {
				return Preview{}, err
			}
			if c.N > 0 {
				p.Counts = append(p.Counts, c)
			}
		}
	}
	if err := r.countOthers(ctx, &p, keep); err != nil {
		return Preview{}, err
	}
	slices.SortStableFunc(p.Going, func(a, b Going) int { return a.Goes.Compare(b.Goes) })
	return p, nil
}

// going names the oldest tickets of a team.
func (r *Room) going(ctx context.Context, p *Preview, team staff.Team, before time.Time, months int) error {
	room := shownMost - len(p.Going)
	old, _, err := r.Tickets.OldOf(ctx, r.DB, team, before, tickets.OldFrom{}, room+1)
	if err != nil || len(old) == 0 {
		return err
	}
	if len(old) > room {
		p.More, old = true, old[:room]
	}
	ids := make([]helpdesk.ID, len(old))
	for i, o := range old {
		ids[i] = o.ID
	}
	roots, err := r.Tickets.Roots(ctx, r.DB, ids)
	if err != nil {
		return err
	}
	running, err := r.Others.Running(ctx, r.DB, slices.Sorted(maps.Keys(roots)))
	if err != nil {
		return err
	}
	outside := map[helpdesk.ID]bool{}
	for _, id := range running {
		outside[roots[id]] = true
	}
	holds, _, err := r.words(ctx, r.DB)
	if err != nil {
		return err
	}
	kept := map[helpdesk.ID]Word{}
	for _, w := range holds {
		if root := roots[w.Ticket]; root != "" && w.Day.After(r.today()) {
			kept[root] = w // of several, of what is joined, the last day: they come in order
		}
	}
	for _, o := range old {
		p.Going = append(p.Going, Going{Ticket: o.ID, Number: o.Number, Team: o.Team, Last: o.Last, Runs: o.Runs,
			Goes: later(o.Last.AddDate(0, months, 1), r.today()), Held: kept[o.ID].Day, Reason: kept[o.ID].Reason,
			Outside: outside[o.ID]})
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// countParts counts the tickets of a team of which a part goes.
func (r *Room) countParts(ctx context.Context, team staff.Team, part tickets.Part, before time.Time) (n int64, more bool, err error) {
	looked := 0
	for from := (tickets.OldFrom{}); ; {
		old, next, err := r.Tickets.OldOf(ctx, r.DB, team, before, from, sweep)
		if err != nil {
			return 0, false, err
		}
		ids := make([]helpdesk.ID, len(old))
		for i, o := range old {
			ids[i] = o.ID
		}
		left, err := r.Tickets.Left(ctx, r.DB, part, ids)
		if err != nil {
			return 0, false, err
		}
		n, looked = n+int64(len(left)), looked+len(old)
		if next == (tickets.OldFrom{}) {
			return n, false, nil
		}
		if n >= countMost || looked >= lookMost {
			return min(n, countMost), true, nil
		}
		from = next
	}
}

func (r *Room) countOthers(ctx context.Context, p *Preview, keep office.Keeping) error {
	rules := []struct {
		kind, counted string
		count         func(context.Context, time.Time) (int64, error)
	}{
		{office.KeepOriginals, CountAsides, r.Post.OldAsides},
		{office.KeepFigures, office.KeepFigures, r.Chat.OldFigures},
		{office.KeepJournal, office.KeepJournal, r.Journal.OldPages},
	}
	for _, rule := range rules {
		months := keep.Months[rule.kind]
		if months == 0 {
			continue
		}
		n, err := rule.count(ctx, monthsBefore(p.Until, months))
		if err != nil {
			return err
		}
		if n > 0 {
			p.Counts = append(p.Counts, Count{Kind: rule.counted, N: n})
		}
	}
	return nil
}

// Runs are the last runs, the latest first, for coordinators.
func (r *Room) Runs(ctx context.Context, s *staff.Session, most int) ([]Report, error) {
	if !s.Coordinator() {
		return nil, fmt.Errorf("what went: %w", helpdesk.ErrDenied)
	}
	rows, err := r.DB.Query(ctx, selectRuns, most)
	if err != nil {
		return nil, fmt.Errorf("read what went: %w", err)
	}
	defer rows.Close()
	var out []Report
	for rows.Next() {
		var id helpdesk.ID
		var began, ended, n int64
		var code, kind string
		if err := rows.Scan(&id, &began, &ended, &code, &kind, &n); err != nil {
			return nil, fmt.Errorf("read what went: %w", err)
		}
		if len(out) == 0 || out[len(out)-1].ID != id {
			one := Report{ID: id, Began: time.UnixMicro(began).UTC(), Code: code, Counts: map[string]int64{}}
			if ended > 0 {
				one.Ended = time.UnixMicro(ended).UTC()
			}
			out = append(out, one)
		}
		if kind != "" {
			out[len(out)-1].Counts[kind] = n
		}
	}
	return out, rows.Err()
}
