package tickets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// PageMost is the greatest limit of a queue page.
const PageMost = 50

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
	// Found is how many there are in all; only a search knows.
	Found Count
	// Skipped is how many tickets a search could not look into: those of the
	// night beyond the first few hundred, which the same search opens the next
	// time, and those that do not open.
	Skipped int
	// Partly: the page ends before it is full, because it looked through enough
	// of the archive for one request; Next goes on there.
	Partly bool
	// Overview came along for a list of all teams' tickets; nil for others.
	Overview *Overview
	Settle   Settle // for Desk.Settle, after the response
}

// Cursor says after which row a page begins; "" is the beginning. It comes
// back from a browser, so it is parsed with suspicion.
type Cursor string

// parse reads "rank.id" or "due.rank.id".
func (c Cursor) parse() (stand, error) {
	var at stand
	bad := fmt.Errorf("queue cursor: %w", helpdesk.ErrNotFound)
	parts := strings.Split(string(c), ".")
	if len(parts) < 2 || len(parts) > 3 {
		return stand{}, bad
	}
	var err error
	if len(parts) == 3 {
		if at.due, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
			return stand{}, bad
		}
		parts = parts[1:]
	}
	if at.rank, err = strconv.ParseInt(parts[0], 10, 64); err != nil || len(parts[1]) > 64 {
		return stand{}, bad
	}
	at.id = helpdesk.ID(parts[1])
	return at, nil
}

func (at stand) cursor() Cursor {
	c := strconv.FormatInt(at.rank, 10) + "." + string(at.id)
	if at.due != 0 {
		c = strconv.FormatInt(at.due, 10) + "." + c
	}
	return Cursor(c)
}

// from is where a page of the plan begins.
func (p *plan) from(c Cursor) (stand, error) {
	if c == "" {
		return p.first(), nil
	}
	at, err := c.parse()
	if err != nil || !p.byDue {
		at.due = 0
		return at, err
	}
	if at.due < p.due { // kept since yesterday
		return p.first(), nil
	}
	return at, nil
}

// stand is where a ticket stands in a queue; due only where due days order it.
type stand struct {
	due, rank int64
	id        helpdesk.ID
}

func (at stand) compare(o stand) int {
	return cmp.Or(cmp.Compare(at.due, o.due), cmp.Compare(at.rank, o.rank), cmp.Compare(at.id, o.id))
}

func (p *plan) stand(t *row) stand {
	at := stand{rank: t.rank, id: t.id}
	if p.byDue {
		at.due = t.dueDay
	}
	return at
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
// may open: what is lost if missed first, then the longest wait; by due day
// first in QueueLate. ErrNotFound for a team that is not the session's;
// refusals as Filter's.
//
// A filter over sealed facts opens all tickets of its queue (see Page.Skipped).
func (d *Desk) Queue(ctx context.Context, s *staff.Session, f Filter, after Cursor, limit int) (Page, error) {
	p, err := f.plan(s, d.now())
	if err != nil {
		return Page{}, err
	}
	if err := d.searched(ctx, s, f.Words); err != nil {
		return Page{}, err
	}
	at, err := p.from(after)
	if err != nil {
		return Page{}, err
	}
	teams, err := teamsOf(s, f.Team)
	if err != nil {
		return Page{}, err
	}
	x := d.search(s, p).withDays()
	counts, err := d.counted(ctx, s, teams, x)
	if err != nil {
		return Page{}, err
	}
	page := Page{}
	if f.Team == "" {
		over, err := d.overview(ctx, x, teams, counts)
		if err != nil {
			return Page{}, err
		}
		page.Overview = &over
	}
	for _, team := range teams {
		page.Counts.plus(counts[team])
	}
	limit = max(1, min(limit, PageMost))
	read := d.readPage
	if p.sealed != (wanted{}) {
		read = d.searchPage
	}
	lines, err := read(ctx, x, teams, counts, at, limit, &page)
	if err != nil {
		return Page{}, err
	}
	page.Settle = x.settle
	page.Rows = make([]Row, 0, len(lines))
	for _, q := range lines {
		page.Rows = append(page.Rows, d.openLine(ctx, s, q, &page.Settle))
	}
	return page, nil
}

// teamsOf are the session's teams, or the one of them a filter names.
func teamsOf(s *staff.Session, only helpdesk.ID) ([]helpdesk.ID, error) {
	var out []helpdesk.ID
	for _, team := range s.Teams() {
		if only == "" || only == team.ID {
			out = append(out, team.ID)
		}
	}
	if only != "" && len(out) == 0 {
		return nil, fmt.Errorf("queue of team %s: %w", only, helpdesk.ErrNotFound)
	}
	return out, nil
}

// stepMost is how many places of a queue one request looks through for what a
// filter lets pass: 20,000 are some milliseconds inside the index. Only the
// archive is longer.
var stepMost = int64(20_000)

// readPage merges where tickets stand in the plan's index ranges and in what was
// found in restricted teams, and reads those of the page.
func (d *Desk) readPage(ctx context.Context, x *search, teams []helpdesk.ID, counts map[helpdesk.ID]Counts, at stand, limit int, page *Page) ([]*queued, error) {
	p := x.plan
	found := x.behindStand(at)
	places := slices.Clone(found[:min(len(found), limit+1)])
	page.Skipped = x.skipped
	read := map[helpdesk.ID]*queued{}
	var end *stand // nobody looked behind it
	look := func(until *stand) {
		if until != nil && (end == nil || until.compare(*end) < 0) {
			end = until
		}
	}
	open, closed := splitTeams(x.s, teams)
	var ranges []reach
	for _, team := range open {
		for _, state := range p.states {
			until, err := d.until(ctx, p, team, state, counts[team].of(state), at)
			if err != nil {
				return nil, err
			}
			look(until)
			ranges = append(ranges, reach{team, state, until})
		}
	}
	places, err := d.places(ctx, places, p, ranges, at)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(places, stand.compare)
	// What stands behind a full page needs no opening.
	last := end
	if len(places) > limit && (last == nil || places[limit].compare(*last) < 0) {
		full := places[limit]
		last = &full
	}
	for _, team := range closed {
		if !slices.Contains(p.states, StateClosed) {
			continue
		}
		lines, until, err := d.closedLines(ctx, x.s, p, team, at, last, limit)
		if err != nil {
			return nil, err
		}
		look(until)
		for _, q := range lines {
			read[q.ticket.id] = q
			places = append(places, p.stand(&q.ticket))
		}
	}
	slices.SortFunc(places, stand.compare)
	if end != nil {
		behind := slices.IndexFunc(places, func(s stand) bool { return s.compare(*end) > 0 })
		if behind >= 0 {
			places = places[:behind]
		}
	}
	switch {
	case len(places) > limit:
		places = places[:limit]
		page.Next = places[limit-1].cursor()
	case end != nil:
		page.Next, page.Partly = end.cursor(), true
	}
	return d.placed(ctx, x.s, p, places, read)
}

// places adds where tickets stand behind a stand in each of some ranges.
func (d *Desk) places(ctx context.Context, places []stand, p *plan, ranges []reach, after stand) ([]stand, error) {
	if len(ranges) == 0 {
		return places, nil
	}
	query, args := p.places(ranges, after)
	rows, err := d.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read a queue: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at stand
		if err := rows.Scan(&at.due, &at.rank, &at.id); err != nil {
			return nil, fmt.Errorf("read a queue: %w", err)
		}
		places = append(places, at)
	}
	return places, finish(rows, "read a queue")
}

// until is how far one request looks through a range of n tickets; nil for as
// far as it goes.
func (d *Desk) until(ctx context.Context, p *plan, team helpdesk.ID, state State, n int64, at stand) (*stand, error) {
	if !p.narrow || p.byDue || n <= stepMost {
		return nil, nil
	}
	var end stand
	query, args := p.step(team, state, at, stepMost)
	err := d.db.QueryRow(ctx, query, args...).Scan(&end.rank, &end.id)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a queue: %w", err)
	}
	return &end, nil
}

// searchPage opens all heads and reads the lines of those that hold.
func (d *Desk) searchPage(ctx context.Context, x *search, teams []helpdesk.ID, _ map[helpdesk.ID]Counts, at stand, limit int, page *Page) ([]*queued, error) {
	open, _ := splitTeams(x.s, teams)
	if err := x.seek(ctx, open); err != nil {
		return nil, err
	}
	page.Found, page.Skipped = Count{N: int64(len(x.found)), More: x.skipped > 0}, x.skipped
	found := x.behindStand(at)
	if len(found) > limit {
		found = found[:limit]
		page.Next = found[limit-1].cursor()
	}
	return d.placed(ctx, x.s, x.plan, found, nil)
}

func (d *Desk) lines(ctx context.Context, lines []*queued, query string, args ...any) ([]*queued, error) {
	rows, err := d.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read a queue: %w", err)
	}
	defer rows.Close()
	var lent []*readerRow
	for rows.Next() {
		var q queued
		if err := rows.Scan(q.dest()...); err != nil {
			return nil, fmt.Errorf("read a queue: %w", err)
		}
		q.talk.id, q.talk.ticket, q.talk.kind = q.ticket.conversation, q.ticket.id, personConversation
		lines = append(lines, &q)
		if isMark(q.reader.reader) {
			lent = append(lent, &q.reader)
		}
	}
	if err := finish(rows, "read a queue"); err != nil {
		return nil, err
	}
	_, err = d.named(ctx, d.db, lent)
	return lines, err
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
	if err == nil && q.ticket.restricted() && !q.ticket.revealed() {
		err = d.revealLine(ctx, s, q, &out.Head, settle)
		again := d.facts(&q.ticket)
		again.Proven, out.Ticket = out.Ticket.Proven, again
	}
	out.Head.Hidden = nil
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
		lines, err := d.lines(ctx, nil, selectHeads+store.Places(len(part), 1)+")", anys(part)...)
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
