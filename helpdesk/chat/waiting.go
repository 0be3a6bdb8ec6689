package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// Waiting lists who waits for the session's teams, and the talks whose
// counsellor has gone or hands over: what is urgent, a child, who is detained,
// then the longest wait. Heads come opened.
func (r *Room) Waiting(ctx context.Context, s *staff.Session) ([]Table, error) {
	teams := teamArgs(s)
	if len(teams) == 0 {
		return nil, nil
	}
	rows, err := r.all(ctx, r.db, selectWaits+store.Places(len(teams), 1)+orderWaits, teams...)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(t *tableRow) bool {
		return t.state == Talking && (t.taken == s.User.ID || t.asked != anybody && t.asked != s.User.ID)
	})
	slices.SortFunc(rows, func(a, b *tableRow) int {
		if x, y := rank(a.priority, time.UnixMicro(a.since)), rank(b.priority, time.UnixMicro(b.since)); x != y {
			if x < y {
				return -1
			}
			return 1
		}
		return strings.Compare(string(a.id), string(b.id))
	})
	return r.shown(ctx, s, rows)
}

func teamArgs(s *staff.Session) []any {
	var ids []any
	for _, t := range s.Teams() {
		ids = append(ids, string(t.ID))
	}
	return ids
}

// Talks lists the session's own talks, and those it was brought into.
func (r *Room) Talks(ctx context.Context, s *staff.Session) ([]Table, error) {
	rows, err := r.all(ctx, r.db, selectMine, s.User.ID, r.now().UnixMicro())
	if err != nil {
		return nil, err
	}
	return r.shown(ctx, s, rows)
}

// TableOf is the newest sitting of a ticket the session may open;
// helpdesk.ErrNotFound when nobody ever sat there.
func (r *Room) TableOf(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (Table, error) {
	if _, err := r.tickets.Facts(ctx, s, ticket); err != nil {
		return Table{}, err
	}
	var t tableRow
	if err := r.db.QueryRow(ctx, selectOf, ticket).Scan(t.dest()...); err != nil {
		return Table{}, err
	}
	limits, err := r.limits(ctx)
	return r.table(&t, limits), err
}

// Look is what a talk's page at the desk is told on each ring.
type Look struct {
	tickets.Speech
	Table  *Table // the newest sitting; nil when nobody ever sat down
	Limits office.Chat
	Same   bool // they sit as before: Table was not asked for
}

// Listen is Look for who was told that a word came and nothing else changed:
// one query, unless the house shows marks, which come and go with words.
func (r *Room) Listen(ctx context.Context, s *staff.Session, ticket helpdesk.ID, after int64) (Look, error) {
	limits, err := r.limits(ctx)
	if err != nil {
		return Look{}, err
	}
	if limits.Read || limits.Typing {
		return r.Look(ctx, s, ticket, after)
	}
	speech, err := r.tickets.Spoken(store.Brief(ctx), s, ticket, after, tickets.HeardMost)
	return Look{Speech: speech, Limits: limits, Same: true}, err
}

// Look tells what was said in a ticket's talk after a number, and how both
// sit, with two queries. Errors as for tickets.Spoken.
func (r *Room) Look(ctx context.Context, s *staff.Session, ticket helpdesk.ID, after int64) (Look, error) {
	ctx = store.Brief(ctx)
	speech, err := r.tickets.Spoken(ctx, s, ticket, after, tickets.HeardMost)
	if err != nil {
		return Look{}, err
	}
	out := Look{Speech: speech}
	if out.Limits, err = r.limits(ctx); err != nil {
		return Look{}, err
	}
	var t tableRow
	err = r.db.QueryRow(ctx, selectOf, ticket).Scan(t.dest()...)
	switch {
	case errors.Is(err, helpdesk.ErrNotFound):
		return out, nil
	case err != nil:
		return Look{}, fmt.Errorf("read the table of ticket %s: %w", ticket, err)
	}
	table := r.table(&t, out.Limits)
	out.Table = &table
	return out, nil
}

// shown are tables with the heads the session may open.
func (r *Room) shown(ctx context.Context, s *staff.Session, rows []*tableRow) ([]Table, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]helpdesk.ID, len(rows))
	for i, t := range rows {
		ids[i] = t.ticket
	}
	heads, err := r.tickets.Heads(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	limits, err := r.limits(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Table, len(rows))
	for i, t := range rows {
		out[i] = r.table(t, limits)
		out[i].Head = heads[t.ticket]
	}
	return out, nil
}

// Call is a colleague who asks for a second person, at a ticket.
type Call struct {
	Ticket, Who helpdesk.ID
	At          time.Time
	Head        tickets.Head
}
