package tickets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// taking are the tickets somebody of this process takes at this moment. It
// spares the others the wait for a lock they would lose; who gets a ticket is
// decided in the database alone.
type taking struct {
	mu  sync.Mutex
	ids map[helpdesk.ID]bool
}

func (t *taking) begin(id helpdesk.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ids[id] {
		return false
	}
	if t.ids == nil {
		t.ids = map[helpdesk.ID]bool{}
	}
	t.ids[id] = true
	return true
}

func (t *taking) end(id helpdesk.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.ids, id)
}

// nextMost is how many tickets that do not suit TakeNext looks at before it
// gives up.
const nextMost = 500

// nextAtOnce is how many are read at a time (queueNext says the same).
const nextAtOnce = 12

// TakeNext makes the next ticket that nobody has the session's own: what is
// lost if missed first, then the longest wait, among those that suit; nil is
// suited by all. team is "" for all of the session's teams. Two who ask at
// once get two tickets. ErrNotFound when there is none.
//
// A ticket that does not open for the session is none it could answer: it is
// passed over and stays in the queue.
func (d *Desk) TakeNext(ctx context.Context, s *staff.Session, team helpdesk.ID, suits func(Ticket, Head) bool) (helpdesk.ID, error) {
	p, err := Filter{Queue: QueueUnassigned}.plan(s, d.now())
	if err != nil {
		return "", err
	}
	teams, err := teamsOf(s, team)
	if err != nil {
		return "", err
	}
	open, closed := splitTeams(s, teams)
	for {
		x := d.search(s, p)
		if err := x.unveil(ctx, closed); err != nil {
			return "", err
		}
		id, err := d.takeFirst(ctx, x, open, suits)
		more := x.skipped > 0 && !x.settle.Empty() && errors.Is(err, helpdesk.ErrNotFound)
		if err := d.Settle(ctx, s, x.settle); err != nil {
			return "", err
		}
		if !more { // else there are some that were not looked into
			return id, err
		}
	}
}

// takeFirst takes the first that suits and that nobody is faster to take.
func (d *Desk) takeFirst(ctx context.Context, x *search, teams []helpdesk.ID, suits func(Ticket, Head) bool) (helpdesk.ID, error) {
	s, p := x.s, x.plan
	at := p.first()
	for seen := 0; seen < nextMost; {
		lines, end, err := d.waiting(ctx, x, teams, at, suits != nil)
		if err != nil {
			return "", err
		}
		for _, q := range lines {
			seen++
			took, err := d.takeLine(ctx, s, q, suits)
			if err != nil {
				return "", err
			}
			if took {
				return q.ticket.id, nil
			}
		}
		if end == nil {
			break
		}
		at = *end
	}
	return "", fmt.Errorf("take the next ticket: %w", helpdesk.ErrNotFound)
}

// waiting reads the next few unowned tickets of the teams behind a stand, with
// what opens them where somebody asks for it. end is the last of them, nil when
// there are no more.
func (d *Desk) waiting(ctx context.Context, x *search, teams []helpdesk.ID, at stand, whole bool) (lines []*queued, end *stand, err error) {
	p := x.plan
	if found := x.behindStand(at); len(found) > 0 {
		found = found[:min(len(found), nextAtOnce)]
		if lines, err = d.placed(ctx, x.s, p, found, nil); err != nil {
			return nil, nil, err
		}
		if len(found) == nextAtOnce {
			end = &found[nextAtOnce-1]
		}
	}
	for _, team := range teams {
		for _, state := range p.states {
			before := len(lines)
			query, args := p.next(team, state, at, whole)
			if lines, err = d.lines(ctx, lines, query, args...); err != nil {
				return nil, nil, err
			}
			if len(lines)-before < nextAtOnce {
				continue
			}
			// What stands behind it in another team comes with the next few.
			if last := p.stand(&lines[len(lines)-1].ticket); end == nil || last.compare(*end) < 0 {
				end = &last
			}
		}
	}
	slices.SortFunc(lines, func(a, b *queued) int { return p.stand(&a.ticket).compare(p.stand(&b.ticket)) })
	if end != nil {
		lines = slices.DeleteFunc(lines, func(q *queued) bool { return p.stand(&q.ticket).compare(*end) > 0 })
	}
	return lines, end, nil
}

// takeLine takes one ticket; false when somebody was faster or it does not
// suit.
func (d *Desk) takeLine(ctx context.Context, s *staff.Session, q *queued, suits func(Ticket, Head) bool) (bool, error) {
	id, restricted := q.ticket.id, q.ticket.restricted()
	if !d.taking.begin(id) {
		return false, nil
	}
	defer d.taking.end(id)
	if suits != nil {
		var unused Settle
		line := d.openLine(ctx, s, q, &unused)
		if line.Broken || !suits(line.Ticket, line.Head) {
			return false, nil
		}
	}
	if restricted {
		err := d.takeVeiled(ctx, s, id)
		if err != nil && ownFault(err) {
			return false, nil
		}
		return err == nil, err
	}
	err := d.db.Write(ctx, "ticket.take", func(tx *store.Tx) error { return d.claim(ctx, tx, s, id) })
	if err != nil && ownFault(err) {
		return false, nil // somebody was faster, or it is none they may decide on
	}
	return err == nil, err
}

// claim makes an unowned ticket the session's own, in one statement that asks
// all that may be the matter: nobody has it, and the session reads it, which
// needs no key. Whoever opens it next opens the keys. One without our MAC is
// left for somebody who looks at it.
func (d *Desk) claim(ctx context.Context, tx *store.Tx, s *staff.Session, id helpdesk.ID) error {
	t := &row{}
	err := tx.QueryRow(ctx, claimUnowned, id, s.User.ID, d.now().UnixMicro()).Scan(t.dest()...)
	switch {
	case errors.Is(err, helpdesk.ErrNotFound):
		return fmt.Errorf("take ticket %s: %w", id, helpdesk.ErrConflict)
	case err != nil:
		return fmt.Errorf("take ticket %s: %w", id, err)
	case !d.secrets.Vouched(t.mac, t.origin()):
		d.alarm(ctx, "ticket", id)
		return unproven()
	case !s.Member(t.team): // it moved while the statement waited for the row
		return fmt.Errorf("take ticket %s: %w", id, helpdesk.ErrDenied)
	}
	if err := d.neutral(ctx, tx, t, s.User.ID, "conflict.owner"); err != nil {
		return err
	}
	free := cell{t.team, "", t.state}
	if err := d.recount(ctx, tx, free, t.cell(), t.part()); err != nil {
		return err
	}
	if err := d.recordOf(ctx, tx, s.User.ID, "ticket.take", t); err != nil {
		return err
	}
	d.ring(tx, t)
	return nil
}

// takeVeiled is claim for a ticket of a restricted team: that nobody has it is
// known when it is open.
func (d *Desk) takeVeiled(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	return d.change(ctx, s, id, anyVersion, "ticket.take", func(_ *store.Tx, t *row, _ *caseFile) error {
		if t.owner != "" || t.state != StateOpen || !s.Member(t.team) {
			return fmt.Errorf("take ticket %s: %w", id, helpdesk.ErrConflict)
		}
		t.owner = s.User.ID
		return nil
	})
}
