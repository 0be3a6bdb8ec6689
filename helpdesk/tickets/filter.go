package tickets

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Filter says which list to show. The zero value of a field leaves it open.
type Filter struct {
	Queue Queue       `json:"queue"`
	Team  helpdesk.ID `json:"team,omitempty"` // "" for all of the session's teams

	// What stands in plain.
	Owner    helpdesk.ID `json:"owner,omitempty"` // Me, Nobody or a user
	Channel  string      `json:"channel,omitempty"`
	Language string      `json:"language,omitempty"`
	Priority int         `json:"priority,omitempty"`  // at least
	DueFrom  Day         `json:"due_from,omitempty"`  // this day or later
	DueUntil Day         `json:"due_until,omitempty"` // this day or earlier
	Waited   int         `json:"waited,omitempty"`    // waits for us, for so many hours at least

	// What is sealed: searched in the session, over tickets that are not closed.
	Topic    string `json:"topic,omitempty"`
	Tag      string `json:"tag,omitempty"`
	Centre   string `json:"centre,omitempty"`
	Audience string `json:"audience,omitempty"` // as hours.Audience; a child's tickets are also those Facts.Child marks
	Words    string `json:"words,omitempty"`    // each of them in title or name, as Fold makes both
}

// Owners a filter may name besides a user. No id looks like them.
const (
	Me     helpdesk.ID = "me"
	Nobody helpdesk.ID = "nobody"
)

// Day is a date: "2026-03-02", or a number of days from today such as "0",
// "-1" and "7".
type Day string

// wordMost bounds what a filter may hold in one field, in bytes.
const wordMost = 200

// zone is where a day begins: a due day is a date of the counsellors' calendar.
var zone = stockholm()

func stockholm() *time.Location {
	z, err := time.LoadLocation("Europe/Stockholm") // package hours embeds the zones
	if err != nil {
		panic("tickets: " + err.Error())
	}
	return z
}

// dayOf is the date an instant falls on, as due days are stored: the date's
// midnight in UTC, in microseconds.
func dayOf(at time.Time) int64 {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixMicro()
}

func (d Day) on(now time.Time) (int64, error) {
	if n, err := strconv.Atoi(string(d)); err == nil && n > -100_000 && n < 100_000 {
		return dayOf(now) + int64(n)*microsADay, nil
	}
	at, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return 0, helpdesk.Refuse("filter.day", string(d))
	}
	return at.UnixMicro(), nil
}

// Sealed tells whether the filter asks for what only opened tickets tell. Such
// a list costs a look into all tickets of the queue.
func (f Filter) Sealed() bool { return f.wanted() != (wanted{}) }

// plan is a filter as index ranges: for each team and state the same
// conditions, read in order and merged. That stays flat where one query over
// several states would sort.
type plan struct {
	states []State
	byDue  bool  // in order of the due day, from this one on; else of rank alone
	due    int64 // byDue: the first day
	where  []condition
	// tests are the same conditions, for tickets whose facts no row tells.
	tests  []func(*row) bool
	narrow bool // where leaves out some of what the index range holds
	sealed wanted
}

// keeps asks an opened ticket what where asks a row.
func (p *plan) keeps(t *row) bool {
	for _, test := range p.tests {
		if !test(t) {
			return false
		}
	}
	return slices.Contains(p.states, t.state)
}

// first is before everything.
func (p *plan) first() stand { return stand{due: p.due, rank: -1} }

// plan reads the filter for a session at an instant. Refusals "filter.day" for
// what is no date and "filter.closed" for sealed conditions on closed tickets;
// ErrNotFound for a queue or a value that can't be.
func (f Filter) plan(s *staff.Session, now time.Time) (*plan, error) {
	p := &plan{states: []State{StateOpen, StateWaiting}, sealed: f.wanted()}
	today := dayOf(now)
	switch f.Queue {
	case QueueTeam, QueueDetained, QueueChildren:
	case QueueUnassigned:
		p.states = []State{StateOpen}
		p.owned("")
	case QueueMine:
		p.owned(s.User.ID)
	case QueueWaiting:
		p.states = []State{StateOpen}
	case QueueAnswered:
		p.states = []State{StateWaiting}
	case QueueDue:
		p.dueUntil(today, today)
	case QueueLate:
		p.dueUntil(1, today-1)
	case QueueClosed:
		p.states = []State{StateClosed}
	default:
		return nil, fmt.Errorf("queue: %w", helpdesk.ErrNotFound)
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if p.sealed != (wanted{}) && f.Queue == QueueClosed {
		return nil, helpdesk.Refuse("filter.closed")
	}
	switch f.Owner {
	case "":
	case Me:
		p.owned(s.User.ID)
	case Nobody:
		p.owned("")
	default:
		p.owned(f.Owner)
	}
	if f.Channel != "" {
		p.and("channel = ?", f.Channel, func(t *row) bool { return t.channel == f.Channel })
	}
	if f.Language != "" {
		p.and("language = ?", f.Language, func(t *row) bool { return t.language == f.Language })
	}
	if f.Priority > 0 {
		p.and("priority >= ?", f.Priority, func(t *row) bool { return t.priority >= f.Priority })
	}
	for _, d := range []struct {
		day  Day
		sign string
		over int
	}{{f.DueFrom, ">= ?", 1}, {f.DueUntil, "<= ?", -1}} {
		if d.day == "" {
			continue
		}
		day, err := d.day.on(now)
		if err != nil {
			return nil, err
		}
		p.and("due_day > 0 AND due_day "+d.sign, day, func(t *row) bool {
			return t.dueDay > 0 && cmp.Compare(t.dueDay, day) != -d.over
		})
	}
	if f.Waited > 0 {
		since := now.Add(-time.Duration(f.Waited) * time.Hour).UnixMicro()
		p.and("waiting_since > 0 AND waiting_since <= ?", since, func(t *row) bool {
			return t.waitingSince > 0 && t.waitingSince <= since
		})
	}
	return p, nil
}

func (f Filter) check() error {
	for _, s := range []string{string(f.Owner), f.Channel, f.Language, f.Topic, f.Tag, f.Centre, f.Audience, f.Words} {
		if len(s) > wordMost {
			return fmt.Errorf("filter: %w", helpdesk.ErrNotFound)
		}
	}
	if f.Priority < 0 || f.Priority > MaxPriority || f.Waited < 0 || f.Waited > 24*366 {
		return fmt.Errorf("filter: %w", helpdesk.ErrNotFound)
	}
	return nil
}

// owned has an index of its own.
func (p *plan) owned(by helpdesk.ID) {
	p.where = append(p.where, condition{"owner = ?", by})
	p.tests = append(p.tests, func(t *row) bool { return t.owner == by })
}

func (p *plan) dueUntil(from, until int64) {
	p.byDue, p.due = true, from
	p.where = append(p.where, condition{"due_day > 0 AND due_day <= ?", until})
	p.tests = append(p.tests, func(t *row) bool { return t.dueDay > 0 && t.dueDay >= from && t.dueDay <= until })
}

func (p *plan) and(text string, value any, test func(*row) bool) {
	p.where, p.narrow = append(p.where, condition{text, value}), true
	p.tests = append(p.tests, test)
}
