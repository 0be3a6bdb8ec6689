package chat

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// State is where a sitting stands.
type State string

// The states. Away is said, never stored: the counsellor has lost the net.
const (
	None    State = "" // nobody ever sat down in this conversation
	Waiting State = "waiting"
	Talking State = "talking"
	Away    State = "away"
	Missed  State = "missed" // nobody came in time: it is a letter now
	Ended   State = "ended"
)

// anybody in Table.Asked: whoever is free should come.
const anybody helpdesk.ID = "any"

// Table is one sitting as the desk sees it.
type Table struct {
	ID, Conversation, Ticket, Team, Person helpdesk.ID

	State    State
	Priority int
	Language string
	Since    time.Time   // when the person sat down
	Taken    helpdesk.ID // the counsellor, "" while nobody is
	TakenAt  time.Time
	Asked    helpdesk.ID // who is asked to come: a colleague, "any" for whoever is free, "" nobody
	EndedBy  string      // desk, person, left (by the exit), idle; "" while it lasts

	// Active is how long both have really talked: pauses of more than three
	// minutes do not count. Hint is 1 and then 2 when a talk with somebody in
	// crisis should find its end (about 35 and 45 minutes). Nothing is cut off.
	Active time.Duration
	Hint   int

	Last, Read  int64 // the newest message, and the newest the counsellor has seen
	GuestHere   bool  // the person's page asked within the last half minute
	GuestTyping bool
	// Seen: the newest message is the desk's, and the person's page has shown it.
	// Known only where the house has switched reading marks on.
	Seen bool

	// Head is the sealed head of the ticket, where the session may open it.
	Head tickets.Head
}

// Unread is how many messages came in that the counsellor has not seen.
func (t Table) Unread() int64 { return max(t.Last-t.Read, 0) }

// tableRow is a table as it is stored; instants in microseconds.
type tableRow struct {
	id, conversation, ticket, team, person helpdesk.ID
	state                                  State
	priority                               int
	language                               string
	since                                  int64
	taken                                  helpdesk.ID
	takenAt, waited                        int64
	asked                                  helpdesk.ID
	askedAt, deskAt, guestAt               int64
	active, activeAt                       int64
	last, readTo                           int64
	deskTyping, guestTyping                int64
	guestLast, heardTo                     int64
	endedBy                                string
}

// dest are the scan targets in the order of tableColumns.
func (t *tableRow) dest() []any {
	return []any{&t.id, &t.conversation, &t.ticket, &t.team, &t.person, &t.state, &t.priority, &t.language, &t.since,
		&t.taken, &t.takenAt, &t.waited, &t.asked, &t.askedAt, &t.deskAt, &t.guestAt, &t.active, &t.activeAt,
		&t.last, &t.readTo, &t.deskTyping, &t.guestTyping, &t.guestLast, &t.heardTo, &t.endedBy}
}

// rank orders the list: urgent, a child, detained, then the longest wait.
func rank(priority int, since time.Time) int64 {
	return int64(tickets.MaxPriority-priority)<<52 | since.UnixMicro()
}

const (
	here   = 30 * time.Second // who said so within this time is there
	pause  = 3 * time.Minute  // longer than this between two messages is no talking
	typing = 6 * time.Second
)

func (r *Room) table(t *tableRow, limits office.Chat) Table {
	now := r.now()
	out := Table{
		ID: t.id, Conversation: t.conversation, Ticket: t.ticket, Team: t.team, Person: t.person,
		State: t.state, Priority: t.priority, Language: t.language, Since: instant(t.since),
		Taken: t.taken, TakenAt: instant(t.takenAt), Asked: t.asked, EndedBy: t.endedBy,
		Active: time.Duration(t.active) * time.Microsecond, Last: t.last, Read: t.readTo,
		GuestHere:   now.Sub(time.UnixMicro(t.guestAt)) < here,
		Seen:        t.last > t.guestLast && t.heardTo >= t.last,
		GuestTyping: now.Before(time.UnixMicro(t.guestTyping)),
	}
	switch {
	case out.Active >= limits.LastHint:
		out.Hint = 2
	case out.Active >= limits.Hint:
		out.Hint = 1
	}
	return out
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// living is the sitting that goes on in a conversation; helpdesk.ErrNotFound
// when there is none.
func (r *Room) living(ctx context.Context, from store.Reader, conversation helpdesk.ID) (*tableRow, error) {
	var t tableRow
	if err := from.QueryRow(ctx, selectLiving, conversation).Scan(t.dest()...); err != nil {
		return nil, fmt.Errorf("read the table of conversation %s: %w", conversation, err)
	}
	return &t, nil
}

// latest is the newest sitting of a conversation, over or not.
func (r *Room) latest(ctx context.Context, from store.Reader, conversation helpdesk.ID) (*tableRow, error) {
	var t tableRow
	if err := from.QueryRow(ctx, selectLatest, conversation).Scan(t.dest()...); err != nil {
		return nil, fmt.Errorf("read the table of conversation %s: %w", conversation, err)
	}
	return &t, nil
}

func (r *Room) byID(ctx context.Context, from store.Reader, id helpdesk.ID) (*tableRow, error) {
	var t tableRow
	if err := from.QueryRow(ctx, selectTable, id).Scan(t.dest()...); err != nil {
		return nil, fmt.Errorf("read table %s: %w", id, err)
	}
	return &t, nil
}

func (r *Room) all(ctx context.Context, from store.Reader, query string, args ...any) ([]*tableRow, error) {
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read tables: %w", err)
	}
	defer rows.Close()
	var out []*tableRow
	for rows.Next() {
		var t tableRow
		if err := rows.Scan(t.dest()...); err != nil {
			return nil, fmt.Errorf("read tables: %w", err)
		}
		out = append(out, &t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read tables: %w", err)
	}
	return out, nil
}
