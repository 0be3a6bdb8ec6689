package tickets

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// The queues of a restricted team. No row tells who owns a ticket, how urgent
// it is or how long it has waited, so each look opens what all its open tickets
// tell filters, in the member's session: order, counts and conditions are made
// of that.

// splitTeams are the teams whose rows tell, and the restricted ones.
func splitTeams(s *staff.Session, teams []helpdesk.ID) (open, closed []helpdesk.ID) {
	restricted := closedTeams(s)
	for _, id := range teams {
		if slices.Contains(restricted, id) {
			closed = append(closed, id)
		} else {
			open = append(open, id)
		}
	}
	return open, closed
}

// unveil looks through the open tickets of restricted teams.
func (x *search) unveil(ctx context.Context, teams []helpdesk.ID) error {
	for _, team := range teams {
		turn, err := x.desk.turn(ctx, team)
		if err != nil {
			return err
		}
		pack := &packing{team: team, turn: turn}
		rest, kept := x.unpack(team, turn)
		if !kept {
			if rest, err = x.veiled(ctx, team, pack); err != nil {
				return err
			}
		}
		for part := range slices.Chunk(rest, 200) {
			if err := x.behind(ctx, team, part, pack); err != nil {
				return err
			}
		}
		if !kept {
			x.keepPack(pack)
		}
	}
	return nil
}

// unsifted is a ticket whose sift does not tell how it stands now.
type unsifted struct {
	ticket helpdesk.ID
	stamp  int64
}

// veiled asks the sifts of one team, and returns what they do not tell.
func (x *search) veiled(ctx context.Context, team helpdesk.ID, pack *packing) ([]unsifted, error) {
	rows, err := x.desk.db.Query(ctx, selectVeiled, team)
	if err != nil {
		return nil, fmt.Errorf("look through team %s: %w", team, err)
	}
	defer rows.Close()
	pairs := x.pairs(team)
	var rest []unsifted
	var v sieve
	var body sql.RawBytes
	for rows.Next() {
		var of helpdesk.ID
		var version int
		var stamp int64
		t := row{team: team}
		if err := rows.Scan(&t.id, &t.state, &t.serial, &of, &version, &stamp, &body); err != nil {
			return nil, fmt.Errorf("look through team %s: %w", team, err)
		}
		if of != team || !x.unsift(pairs(version), t.id, team, version, body, &v) || v.hidden == nil || t.stale(v.hidden) {
			rest = append(rest, unsifted{t.id, stamp})
			continue
		}
		t.sifted(&v)
		holds, sure := x.wants.holds(&v)
		if !sure {
			rest = append(rest, unsifted{t.id, stamp})
			continue
		}
		pack.add(&t, &v)
		x.consider(&t, holds)
	}
	return rest, finish(rows, "look through a team")
}

// sifted fills in what queues ask of a ticket.
func (t *row) sifted(v *sieve) {
	h := v.hidden
	t.sealed, t.owner, t.priority, t.dueDay, t.channel, t.language = true, h.Owner, h.Priority, v.due, h.Channel, h.Language
	t.openedAt, t.waitingSince, t.lastAt = h.Opened, h.Waiting, h.Last
	t.rank = t.place()
}

// consider counts a ticket and keeps where it stands, if it is wanted.
func (x *search) consider(t *row, holds bool) {
	c := x.counts[t.team]
	c.add(cell{t.team, t.owner, t.state}, 1, x.s.User.ID)
	x.counts[t.team] = c
	switch {
	case t.dueDay == 0:
	case t.dueDay == x.today:
		x.due++
	case t.dueDay < x.today:
		x.late++
	}
	if holds && x.plan.keeps(t) {
		x.found = append(x.found, x.plan.stand(t))
	}
}

// behind opens the heads of what no sift tells.
func (x *search) behind(ctx context.Context, team helpdesk.ID, rest []unsifted, pack *packing) error {
	stamps, ids := map[helpdesk.ID]int64{}, make([]helpdesk.ID, len(rest))
	for i, u := range rest {
		stamps[u.ticket], ids[i] = u.stamp, u.ticket
	}
	lines, err := x.desk.lines(ctx, nil, selectHeads+store.Places(len(ids), 1)+")", anys(ids)...)
	if err != nil {
		return err
	}
	for _, q := range lines {
		if q.ticket.team != team || q.ticket.state != StateOpen && q.ticket.state != StateWaiting {
			continue // moved since
		}
		if q.reader.form == formBlind && x.blind.Add(1) > blindMost {
			x.unknown(&q.ticket, 1<<62)
			pack.void = true
			x.skipped++
			continue
		}
		line := x.desk.openLine(ctx, x.s, q, &x.settle)
		if line.Broken || !q.ticket.revealed() {
			x.unknown(&q.ticket, 0) // look at it first
			pack.void = true
			x.skipped++
			continue
		}
		head := line.Head
		head.Hidden = q.ticket.hide()
		v := sieveOf(&head)
		holds, _ := x.wants.holds(v)
		pack.add(&q.ticket, v)
		pack.void = pack.void || len(x.settle.heads) >= settleMost // some may be stale
		x.consider(&q.ticket, holds)
		if stamps[q.ticket.id] == unstamped {
			continue
		}
		x.leave(nil, x.desk.sift(x.s, team, q.ticket.id, stamps[q.ticket.id], v))
	}
	return nil
}

// unknown counts a ticket that does not open, or not yet. It stands where
// nothing is asked of those that are shown: hiding it would lose it.
func (x *search) unknown(t *row, rank int64) {
	c := x.counts[t.team]
	c.add(cell{t.team, marked, t.state}, 1, x.s.User.ID)
	x.counts[t.team] = c
	if len(x.plan.tests) == 0 && x.plan.sealed == (wanted{}) && slices.Contains(x.plan.states, t.state) {
		x.found = append(x.found, stand{rank: rank, id: t.id})
	}
}

// behindStand are the places found behind one, in order.
func (x *search) behindStand(at stand) []stand {
	slices.SortFunc(x.found, stand.compare)
	begin, _ := slices.BinarySearchFunc(x.found, at, func(e, at stand) int {
		if e.compare(at) <= 0 {
			return -1
		}
		return 1
	})
	return x.found[begin:]
}

// placed reads the lines of tickets that stand where they were found; some may
// have been read already. Whoever moved since then stands there still, for this
// page.
func (d *Desk) placed(ctx context.Context, s *staff.Session, p *plan, found []stand, read map[helpdesk.ID]*queued) ([]*queued, error) {
	var ids []helpdesk.ID
	for _, f := range found {
		if read[f.id] == nil {
			ids = append(ids, f.id)
		}
	}
	lines, err := d.linesOf(ctx, ids, func(q *queued) bool { return s.Member(q.ticket.team) })
	if err != nil {
		return nil, err
	}
	out := make([]*queued, 0, len(found))
	for _, f := range found {
		q := read[f.id]
		if q == nil && len(lines) > 0 && lines[0].ticket.id == f.id {
			q, lines = lines[0], lines[1:]
			q.ticket.rank = f.rank
			if p.byDue {
				q.ticket.dueDay = f.due
			}
		}
		if q != nil { // else it is gone
			out = append(out, q)
		}
	}
	return out, nil
}

// closedRounds bounds how often one request reads on in a restricted team's
// archive for what a filter lets pass.
const closedRounds = 4

// closedLines reads at most about so many of a restricted team's closed tickets
// behind a stand, and up to another where one is given. What a filter asks of
// them is known when they are open; end is then how far it looked, nil for as
// far as it was asked to.
func (d *Desk) closedLines(ctx context.Context, s *staff.Session, p *plan, team helpdesk.ID, at stand, until *stand, most int) (kept []*queued, end *stand, err error) {
	bare := &plan{states: p.states}
	for range closedRounds {
		query, args := bare.lines(team, StateClosed, at, until)
		lines, err := d.lines(ctx, nil, query, args...)
		if err != nil || len(p.tests) == 0 {
			return lines, nil, err
		}
		for _, q := range lines {
			seen := *q
			var unused Settle
			d.openLine(ctx, s, &seen, &unused)
			if p.keeps(&seen.ticket) {
				kept = append(kept, q)
			}
		}
		if len(lines) <= PageMost {
			return kept, nil, nil
		}
		at = p.stand(&lines[len(lines)-1].ticket)
		if len(kept) > most {
			return kept, &at, nil
		}
	}
	return kept, &at, nil
}

// revealLine fills a line's ticket with what its head holds, and counts in what
// came since.
func (d *Desk) revealLine(ctx context.Context, s *staff.Session, q *queued, head *Head, settle *Settle) error {
	h := head.Hidden
	if h == nil {
		return errors.New("the head of a restricted ticket hides nothing")
	}
	if err := d.reveal(ctx, &q.ticket, head); err != nil {
		return err
	}
	if !q.ticket.stale(h) || len(settle.heads) >= settleMost {
		return nil // the next look opens the next ones
	}
	f, err := d.open(ctx, d.db, s, q.ticket.id, settle)
	if err != nil {
		return err
	}
	q.ticket = *f.ticket
	return nil
}
