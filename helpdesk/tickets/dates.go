package tickets

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// DateKind is what falls on a day.
type DateKind string

const (
	DateDecision  DateKind = "decision_received" // what a last day is counted from; never due itself
	DateAppeal    DateKind = "appeal_last_day"
	DateFinal     DateKind = "final_decision" // never due itself
	DateLeaveBy   DateKind = "leave_by"       // end of the weeks after a final decision
	DateTalk      DateKind = "return_talk"
	DateReporting DateKind = "reporting"
	DateTravel    DateKind = "travel"
	DateAdult     DateKind = "turns_18"
	DatePromise   DateKind = "promise"
	DateFollowUp  DateKind = "follow_up"
	DateSnooze    DateKind = "snooze" // the whole ticket, until that day
	DateOther     DateKind = "other"
)

// dateKinds are all of them.
var dateKinds = []DateKind{DateDecision, DateAppeal, DateFinal, DateLeaveBy, DateTalk, DateReporting, DateTravel,
	DateAdult, DatePromise, DateFollowUp, DateSnooze, DateOther, DateNotes, DateCorrect, DateRestrict}

// Date is one day that matters in a ticket. It lies in the sealed head; of all
// of them only the earliest open day stands in plain. Days are written
// 2006-01-02 and belong to the calendar, not to a zone: a change of clocks or
// of server can't move them.
type Date struct {
	ID   helpdesk.ID `json:"id"`
	Kind DateKind    `json:"kind"`
	Day  string      `json:"day"`
	At   string      `json:"at,omitempty"` // 15:04 on the clock there, where the hour matters
	// Received is the day of the decision that Day was counted from.
	Received string `json:"received,omitempty"`
	// Proposed: counted by the program, and nobody who may say so has looked.
	Proposed  bool        `json:"proposed,omitempty"`
	Confirmed helpdesk.ID `json:"confirmed,omitempty"` // by whom
	Until     string      `json:"until,omitempty"`     // put off until this day
	Done      time.Time   `json:"done,omitzero"`
	By        helpdesk.ID `json:"by,omitempty"` // who wrote it last
	Note      string      `json:"note,omitempty"`
	// Ticket is the one it came from, by joining.
	Ticket helpdesk.ID `json:"ticket,omitempty"`
}

// LogValue keeps content out of logs.
func (Date) LogValue() slog.Value { return sealedValue }

// Open tells whether the date still has to be watched.
func (d Date) Open() bool {
	return d.Done.IsZero() && d.Kind != DateDecision && d.Kind != DateFinal
}

// Due is the day on which it is due: Day, or the later one it was put off to.
func (d Date) Due() string { return max(d.Day, d.Until) }

const (
	// handDate is the id of the date that Prioritise sets.
	handDate helpdesk.ID = "due"
	// datesMost bounds a ticket's dates, done ones included: the head is read
	// with every queue.
	datesMost = 60
	noteMost  = 300
)

// Appeal is the open last day to appeal; the earliest of several.
func (f Facts) Appeal() (Date, bool) { return f.earliest(DateAppeal) }

func (f Facts) earliest(kind DateKind) (Date, bool) {
	var found Date
	for _, d := range f.Dates {
		if d.Open() && d.Kind == kind && (found.ID == "" || d.Due() < found.Due()) {
			found = d
		}
	}
	return found, found.ID != ""
}

// Date finds a date by its id.
func (f Facts) Date(id helpdesk.ID) (Date, bool) {
	i := slices.IndexFunc(f.Dates, func(d Date) bool { return d.ID == id })
	if i < 0 {
		return Date{}, false
	}
	return f.Dates[i], true
}

// dueDay is the earliest open day as it stands in plain; 0 when none.
func (f Facts) dueDay() int64 {
	first := ""
	for _, d := range f.Dates {
		if d.Open() && (first == "" || d.Due() < first) {
			first = d.Due()
		}
	}
	day, err := time.Parse(time.DateOnly, first)
	if err != nil {
		return 0 // none, for checkDates let through nothing else
	}
	return day.UnixMicro()
}

// checkDates refuses what is no day, before it is sealed where nobody sees it.
func (f Facts) checkDates() error {
	if len(f.Dates) > datesMost {
		return helpdesk.Refuse("date.too_many", datesMost)
	}
	for _, d := range f.Dates {
		if !slices.Contains(dateKinds, d.Kind) || d.ID == "" || !clockTime(d.At) || !calendarDay(d.Day) ||
			d.Until != "" && !calendarDay(d.Until) || d.Received != "" && !calendarDay(d.Received) {
			return helpdesk.Refuse("date.day")
		}
		if len(d.Note) > noteMost*4 || len([]rune(d.Note)) > noteMost {
			return helpdesk.Refuse("date.note", noteMost)
		}
	}
	return nil
}

// calendarDay: 29 February is one in leap years alone.
func calendarDay(s string) bool {
	at, err := time.Parse(time.DateOnly, s)
	return err == nil && at.Year() >= 1900 && at.Year() < 2200
}

func clockTime(s string) bool {
	_, err := time.Parse("15:04", s)
	return s == "" || err == nil
}

// adopt writes into the facts a due day that stands in plain and in no date:
// from before tickets had dates, named when the ticket was opened, or of a right
// asked for by somebody who does not read them (AskRight).
func (f *Facts) adopt(dueDay int64) {
	switch first := f.dueDay(); {
	case dueDay == 0:
	case first == 0:
		f.setHand(dueDay)
	case dueDay < first:
		f.Dates = append(slices.Clone(f.Dates), Date{ID: helpdesk.NewID(), Kind: DateOther, Day: instant(dueDay).Format(time.DateOnly)})
	}
}

// setHand sets or, with 0, ends the date that Prioritise keeps.
func (f *Facts) setHand(dueDay int64) {
	f.Dates = slices.DeleteFunc(slices.Clone(f.Dates), func(d Date) bool { return d.ID == handDate })
	if dueDay != 0 {
		f.Dates = append(f.Dates, Date{ID: handDate, Kind: DateOther, Day: instant(dueDay).Format(time.DateOnly)})
	}
}

// follow lets what stands in plain follow changed facts. The priority rises
// with them; it falls only from where a date had put it.
func (t *row) follow(before, after Facts) {
	t.dueDay = after.dueDay()
	if was := before.Priority(); t.priority == was && !slices.Equal(before.Dates, after.Dates) {
		t.priority = after.Priority()
	}
	t.priority = max(t.priority, after.Priority())
}

// moveDates takes all dates of a case that is joined into another along, where
// everybody sees them; each remembers whence it came. Both rows are locked.
func (d *Desk) moveDates(ctx context.Context, tx *store.Tx, from, into *caseFile) error {
	return d.passDates(ctx, tx, from, into, func(d Date) bool { return true })
}

// returnDates gives a case that is taken out again what came with it.
func (d *Desk) returnDates(ctx context.Context, tx *store.Tx, from, into *caseFile) error {
	came := []helpdesk.ID{into.ticket.id}
	for _, j := range into.joined {
		came = append(came, j.id)
	}
	return d.passDates(ctx, tx, from, into, func(d Date) bool { return slices.Contains(came, d.Ticket) })
}

func (d *Desk) passDates(ctx context.Context, tx *store.Tx, from, into *caseFile, goes func(Date) bool) error {
	var moved []Date
	due := from.ticket.dueDay
	leave := func(h *Head) {
		before := h.Facts
		h.Facts.adopt(due)
		moved = nil
		var kept []Date
		for _, day := range h.Facts.Dates {
			if goes(day) {
				moved = append(moved, day)
			} else {
				kept = append(kept, day)
			}
		}
		h.Facts.Dates = kept
		from.ticket.follow(before, h.Facts)
	}
	head, err := d.ownHead(from)
	if err != nil {
		if due == 0 {
			return nil // what does not open holds no open date
		}
		return err
	}
	if leave(&head); len(moved) == 0 {
		return nil // no need to open the other's head
	}
	if err := d.changeHead(ctx, tx, from, leave); err != nil {
		return err
	}
	return d.changeHead(ctx, tx, into, func(h *Head) {
		before := h.Facts
		h.Facts.adopt(into.ticket.dueDay)
		h.Facts.Dates = slices.Clone(h.Facts.Dates)
		for _, day := range moved {
			if day.ID == handDate {
				day.ID = helpdesk.NewID()
			}
			switch {
			case day.Ticket == "":
				day.Ticket = from.ticket.id
			case day.Ticket == into.ticket.id:
				day.Ticket = "" // home again
			}
			h.Facts.Dates = append(h.Facts.Dates, day)
		}
		into.ticket.follow(before, h.Facts)
	})
}

// ownHead opens the head of a case.
func (d *Desk) ownHead(f *caseFile) (Head, error) {
	own := f.own()
	h, ok := f.held[spot{own.id, own.headEpoch}]
	if !ok {
		return Head{}, unproven()
	}
	return openHead(own, h)
}

// Watched is what the watch over the clock sees of a ticket: nothing sealed. Of
// a restricted team's it is a name for the day alone, the priority is the
// greatest, and since when somebody waits is a day.
type Watched struct {
	ID           helpdesk.ID
	Team, Owner  helpdesk.ID
	Priority     int
	DueDay       time.Time
	WaitingSince time.Time
}

// watchedMost is how many tickets one look at the clock reads.
const watchedMost = 500

// DueBy lists the tickets of a team with an open date on or before a day,
// closed ones too: a date does not pass because somebody closed the ticket. At
// most 500 in order of id, behind the given one.
func (d *Desk) DueBy(ctx context.Context, team helpdesk.ID, day time.Time, after helpdesk.ID) ([]Watched, error) {
	return d.watched(ctx, team, dayDue, selectDueBy, toDay(micros(day)), after)
}

// WaitingBefore lists the tickets of a team that have waited for us since an
// instant or longer, as DueBy does.
func (d *Desk) WaitingBefore(ctx context.Context, team helpdesk.ID, since time.Time, after helpdesk.ID) ([]Watched, error) {
	return d.watched(ctx, team, dayWaits, selectWaitingBefore, micros(since), after)
}

func (d *Desk) watched(ctx context.Context, team helpdesk.ID, kind, query string, until int64, after helpdesk.ID) ([]Watched, error) {
	if restricted, err := d.isRestricted(ctx, team); err != nil {
		return nil, err
	} else if restricted {
		return d.watchedDays(ctx, team, kind, toDay(until), after)
	}
	rows, err := d.db.Query(ctx, query, team, until, after, watchedMost)
	if err != nil {
		return nil, fmt.Errorf("look what is due: %w", err)
	}
	defer rows.Close()
	var out []Watched
	for rows.Next() {
		var w Watched
		var due, since int64
		if err := rows.Scan(&w.ID, &w.Team, &w.Owner, &w.Priority, &due, &since); err != nil {
			return nil, fmt.Errorf("look what is due: %w", err)
		}
		w.DueDay, w.WaitingSince = instant(due), instant(since)
		out = append(out, w)
	}
	return out, finish(rows, "look what is due")
}

// Some are tickets of a session's teams, opened.
type Some struct {
	Rows   []Row // of each team in its order
	More   bool  // a team has more than were asked for
	Beyond int   // tickets that were not opened, because their dates are far
	Settle Settle
}

// LogValue keeps content out of logs.
func (Some) LogValue() slog.Value { return sealedValue }

// Whose says which tickets of a team a list is about.
type Whose int

const (
	OfAll          Whose = iota
	OfMine               // those of the session's user
	OfMineOrNobody       // and those nobody has, so that they do not hide
)

// owners are the two whose tickets they are; "" first for everybody's.
func (w Whose) owners(s *staff.Session) (owner, also helpdesk.ID) {
	switch w {
	case OfMine:
		return s.User.ID, s.User.ID
	case OfMineOrNobody:
		return s.User.ID, ""
	}
	return "", ""
}

// Dated opens the heads of the session's tickets that have open dates, of each
// team at most the given number, the earliest day first, closed ones too. Those
// whose first date lies behind a day, zero for none, are counted alone, unless
// an appeal may be among their dates; of a restricted team all are opened. A
// ticket whose head does not open is Broken, and in the list all the same.
// ErrNotFound for a team that is not the session's.
func (d *Desk) Dated(ctx context.Context, s *staff.Session, team helpdesk.ID, whose Whose, until time.Time, most int) (Some, error) {
	owner, also := whose.owners(s)
	day := int64(1 << 60)
	if !until.IsZero() {
		day = toDay(micros(until))
	}
	var out Some
	err := someTeams(s, team, func(t staff.Team) error {
		var lines []*queued
		var err error
		if t.Restricted {
			lines, err = d.datedLines(ctx, t.ID, dayDue, instant(1<<60), func(b dayBody) bool {
				return owner == "" || b.Owner == owner || b.Owner == also
			}, most)
		} else {
			var beyond int
			if err := d.db.QueryRow(ctx, countBeyond, t.ID, owner, also, day, MaxPriority).Scan(&beyond); err != nil {
				return fmt.Errorf("count dates of team %s: %w", t.ID, err)
			}
			out.Beyond += beyond
			lines, err = d.lines(ctx, nil, selectDated, t.ID, owner, also, day, MaxPriority, most+1)
		}
		if err != nil {
			return err
		}
		if out.More = out.More || len(lines) > most; len(lines) > most {
			lines = lines[:most]
		}
		for _, q := range lines {
			out.Rows = append(out.Rows, d.openLine(ctx, s, q, &out.Settle))
		}
		return nil
	})
	return out, err
}

// Waited opens the heads of those that have waited for us since an instant or
// longer: of all teams at most the given number, those that wait longest, and
// of each restricted one as many.
func (d *Desk) Waited(ctx context.Context, s *staff.Session, team helpdesk.ID, whose Whose, since time.Time, most int) (Some, error) {
	owner, also := whose.owners(s)
	var out Some
	var places []stand // those that wait longest, whichever team's
	err := someTeams(s, team, func(t staff.Team) error {
		if !t.Restricted {
			return d.longest(ctx, &places, t.ID, owner, also, micros(since), most+1)
		}
		lines, err := d.datedLines(ctx, t.ID, dayWaits, since, func(dayBody) bool { return true }, most)
		if err != nil {
			return err
		}
		if out.More = out.More || len(lines) > most; len(lines) > most {
			lines = lines[:most]
		}
		for _, q := range lines {
			line := d.openLine(ctx, s, q, &out.Settle)
			waits := line.Ticket.WaitingSince
			if line.Broken || (owner == "" || line.Ticket.Owner == owner || line.Ticket.Owner == also) && !waits.IsZero() && !waits.After(since) {
				out.Rows = append(out.Rows, line)
			}
		}
		return nil
	})
	if err != nil {
		return Some{}, err
	}
	slices.SortFunc(places, stand.compare)
	if len(places) > most {
		places, out.More = places[:most], true
	}
	ids := make([]helpdesk.ID, len(places))
	for i, at := range places {
		ids[i] = at.id
	}
	lines, err := d.linesOf(ctx, ids, func(q *queued) bool {
		return q.ticket.state == StateOpen && q.ticket.waitingSince > 0 && s.Member(q.ticket.team)
	})
	if err != nil {
		return Some{}, err
	}
	for _, q := range lines {
		out.Rows = append(out.Rows, d.openLine(ctx, s, q, &out.Settle))
	}
	return out, nil
}

// longest adds where those of a team stand that wait longest; their rank is
// since when.
func (d *Desk) longest(ctx context.Context, places *[]stand, team, owner, also helpdesk.ID, since int64, most int) error {
	rows, err := d.db.Query(ctx, selectWaited, team, owner, also, since, most)
	if err != nil {
		return fmt.Errorf("look who waits: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at stand
		if err := rows.Scan(&at.rank, &at.id); err != nil {
			return fmt.Errorf("look who waits: %w", err)
		}
		*places = append(*places, at)
	}
	return finish(rows, "look who waits")
}

// someTeams goes through a session's teams, or to the one that is named.
func someTeams(s *staff.Session, only helpdesk.ID, each func(staff.Team) error) error {
	found := only == ""
	for _, t := range s.Teams() {
		if only != "" && only != t.ID {
			continue
		}
		found = true
		if err := each(t); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("dates of team %s: %w", only, helpdesk.ErrNotFound)
	}
	return nil
}

// The index on due days serves these, a range for each state.
const (
	watchedColumns = `SELECT id, team, owner, priority, due_day, waiting_since FROM tickets_ticket WHERE team = $1 AND `
	watchedOrder   = ` AND id > $3 ORDER BY id LIMIT $4`
	selectDueBy    = watchedColumns + `state IN ('open', 'waiting', 'closed') AND due_day > 0 AND due_day <= $2` + watchedOrder
	// Both conditions on the time, so that an index that holds it may serve.
	selectWaitingBefore = watchedColumns + `state = 'open' AND waiting_since > 0 AND waiting_since <= $2` + watchedOrder

	datedOf     = ` FROM tickets_ticket WHERE team = $1 AND state IN ('open', 'waiting', 'closed') AND due_day > 0 AND ($2 = '' OR owner IN ($2, $3))`
	countBeyond = `SELECT COUNT(*)` + datedOf + ` AND due_day > $4 AND priority < $5`
	selectDated = `SELECT ` + lineColumns + ` FROM (SELECT ` + ticketColumns + datedOf + ` AND (due_day <= $4 OR priority >= $5)
		ORDER BY due_day, id LIMIT $6)` + lineJoins + ` ORDER BY t.due_day, t.id`
	// All of it stands in the queue's own index.
	selectWaited = `SELECT waiting_since, id FROM tickets_ticket
		WHERE team = $1 AND state = 'open' AND waiting_since > 0 AND waiting_since <= $4 AND ($2 = '' OR owner IN ($2, $3))
		ORDER BY waiting_since, id LIMIT $5`
)
