package tickets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sort"
	"strconv"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// PageMost is the greatest limit of a queue page.
const PageMost = 50

// Filter says which list to show.
type Filter struct {
	Queue Queue
	Team  helpdesk.ID // "" for all of the session's teams
}

// Row is one line of a queue.
type Row struct {
	Ticket Ticket
	Head   Head
	// Proven: our own MAC stands on all rows the line came from.
	Proven bool
	// Broken: the head does not open; it is empty.
	Broken bool
}

// LogValue keeps content out of logs.
func (Row) LogValue() slog.Value { return sealedValue }

// Page is one page of a queue.
type Page struct {
	Rows   []Row
	Counts Counts
	Next   Cursor // "" on the last page
	Settle Settle // for Desk.Settle, after the response
}

// Cursor says after which row a page begins; "" is the beginning. It comes
// back from a browser, so it is parsed with suspicion.
type Cursor string

func (c Cursor) parse() (rank int64, id string, err error) {
	if c == "" {
		return -1, "", nil
	}
	a, b, ok := strings.Cut(string(c), ".")
	if rank, err = strconv.ParseInt(a, 10, 64); err != nil || !ok || len(b) > 64 {
		return 0, "", fmt.Errorf("queue cursor: %w", helpdesk.ErrNotFound)
	}
	return rank, b, nil
}

func (t *row) cursor() Cursor {
	return Cursor(strconv.FormatInt(t.rank, 10) + "." + string(t.id))
}

// queued is one line before it is opened.
type queued struct {
	ticket row
	talk   talk
	reader readerRow
}

func (q *queued) dest() []any {
	return append(append(q.ticket.dest(), &q.talk.epoch, &q.talk.headEpoch, &q.talk.head, &q.talk.mac), q.reader.dest()...)
}

// Queue returns a page of at most limit (1 to PageMost) tickets the session
// may open: what is lost if missed first, then the longest wait. ErrNotFound
// for a team that is not the session's.
func (d *Desk) Queue(ctx context.Context, s *staff.Session, f Filter, after Cursor, limit int) (Page, error) {
	rank, id, err := after.parse()
	if err != nil {
		return Page{}, err
	}
	limit = max(1, min(limit, PageMost))
	states, owner, err := f.Queue.shards(s)
	if err != nil {
		return Page{}, err
	}
	counts, err := d.Counts(ctx, s)
	if err != nil {
		return Page{}, err
	}
	var page Page
	var lines []*queued
	found := false
	for _, team := range s.Teams() {
		if f.Team != "" && f.Team != team.ID {
			continue
		}
		found = true
		page.Counts.plus(counts[team.ID])
		for _, state := range states {
			query, args := selectQueue+queueOrder, []any{team.ID, string(state), rank, id}
			if owner != nil {
				query, args = selectQueue+queueOwner+queueOrder, append(args, *owner)
			}
			if lines, err = d.lines(ctx, lines, query, args...); err != nil {
				return Page{}, err
			}
		}
	}
	if f.Team != "" && !found {
		return Page{}, fmt.Errorf("queue of team %s: %w", f.Team, helpdesk.ErrNotFound)
	}
	sort.Slice(lines, func(i, j int) bool {
		a, b := &lines[i].ticket, &lines[j].ticket
		if a.rank != b.rank {
			return a.rank < b.rank
		}
		return a.id < b.id
	})
	if len(lines) > limit {
		lines = lines[:limit]
		page.Next = lines[limit-1].ticket.cursor()
	}
	page.Rows = make([]Row, 0, len(lines))
	for _, q := range lines {
		page.Rows = append(page.Rows, d.openLine(ctx, s, q, &page.Settle))
	}
	return page, nil
}

// shards are the index ranges a queue consists of, for one team. Each is read
// in order and merged, which stays flat where one query over several states
// would sort.
func (q Queue) shards(s *staff.Session) (states []State, owner *helpdesk.ID, err error) {
	nobody, me := helpdesk.ID(""), s.User.ID
	switch q {
	case QueueUnassigned:
		return []State{StateOpen}, &nobody, nil
	case QueueMine:
		return []State{StateOpen, StateWaiting}, &me, nil
	case QueueTeam:
		return []State{StateOpen, StateWaiting}, nil, nil
	case QueueWaiting:
		return []State{StateOpen}, nil, nil
	case QueueAnswered:
		return []State{StateWaiting}, nil, nil
	case QueueClosed:
		return []State{StateClosed}, nil, nil
	}
	return nil, nil, fmt.Errorf("queue: %w", helpdesk.ErrNotFound)
}

func (d *Desk) lines(ctx context.Context, lines []*queued, query string, args ...any) ([]*queued, error) {
	rows, err := d.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read a queue: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var q queued
		if err := rows.Scan(q.dest()...); err != nil {
			return nil, fmt.Errorf("read a queue: %w", err)
		}
		q.talk.id, q.talk.ticket, q.talk.kind = q.ticket.conversation, q.ticket.id, personConversation
		lines = append(lines, &q)
	}
	return lines, finish(rows, "read a queue")
}

// openLine opens one line's head. A line that does not open is shown without
// it: hiding a ticket would lose it.
func (d *Desk) openLine(ctx context.Context, s *staff.Session, q *queued, settle *Settle) Row {
	out := Row{Ticket: d.facts(&q.ticket)}
	h, settled, err := d.openReader(ctx, colleague{s}, &q.reader)
	if err == nil {
		out.Proven = out.Ticket.Proven && h.proven && d.secrets.Vouched(q.talk.mac, q.talk.origin())
		out.Head, err = openHead(&q.talk, h)
	}
	if err != nil {
		out.Broken, out.Proven = true, false
	}
	// Denied without a fault: a team key that waits for a member who holds it.
	if waits := errors.Is(err, helpdesk.ErrDenied) && q.reader.kind != ""; !out.Proven && !waits {
		d.alarm(ctx, "ticket", q.ticket.id)
	}
	if settled != nil && len(settle.readers) < settleMost {
		settle.readers = append(settle.readers, settled)
	}
	return out
}

func openHead(t *talk, h held) (Head, error) {
	plain, err := h.key.Open(headAt(t.id, t.headEpoch), t.head)
	if err != nil {
		return Head{}, fmt.Errorf("open the head of %s: %w", t.id, err)
	}
	return decodeHead(plain)
}

// Heads opens the heads of many tickets at once; those the session may not or
// can not open, or whose rows lack our MAC, are missing.
func (d *Desk) Heads(ctx context.Context, s *staff.Session, ids []helpdesk.ID) (map[helpdesk.ID]Head, error) {
	out := map[helpdesk.ID]Head{}
	for len(ids) > 0 {
		part := ids[:min(len(ids), 200)]
		ids = ids[len(part):]
		lines, err := d.lines(ctx, nil, selectHeads+list(len(part), 1)+")", anys(part)...)
		if err != nil {
			return nil, err
		}
		var unused Settle
		for _, q := range lines {
			if r := d.openLine(ctx, s, q, &unused); r.Proven && !r.Broken {
				out[q.ticket.id] = r.Head
			}
		}
	}
	return out, nil
}
