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
	at := p.first()
	for seen := 0; seen < nextMost; {
		lines, end, err := d.waiting(ctx, p, teams, at)
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

// waiting reads the next few unowned tickets of the teams behind a stand. end
// is the last of them, nil when there are no more.
func (d *Desk) waiting(ctx context.Context, p *plan, teams []helpdesk.ID, at stand) (lines []*queued, end *stand, err error) {
	for _, team := range teams {
		for _, state := range p.states {
			before := len(lines)
			query, args := p.next(team, state, at)
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
	id := q.ticket.id
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
	err := d.db.Write(ctx, "ticket.take", func(tx *store.Tx) error { return d.claim(ctx, tx, s, id) })
	if err != nil && ownFault(err) {
		return false, nil // somebody was faster, or it is none they may decide on
	}
	return err == nil, err
}

// claim makes an unowned ticket the session's own. It asks in the database, and
// without a key, that the session reads it: whoever opens it next opens the
// keys. One without our MAC is left for somebody who looks at it.
func (d *Desk) claim(ctx context.Context, tx *store.Tx, s *staff.Session, id helpdesk.ID) error {
	t := &row{}
	err := tx.QueryRow(ctx, lockUnowned, id).Scan(t.dest()...)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return fmt.Errorf("take ticket %s: %w", id, helpdesk.ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("take ticket %s: %w", id, err)
	}
	if !d.secrets.Vouched(t.mac, t.origin()) {
		d.alarm(ctx, "ticket", id)
		return unproven()
	}
	var reads row
	if err := tx.QueryRow(ctx, selectReads, id, s.User.ID, d.now().UnixMicro()).Scan(reads.dest()...); err != nil {
		return fmt.Errorf("take ticket %s: %w", id, err)
	}
	if !s.Member(t.team) {
		return fmt.Errorf("take ticket %s: %w", id, helpdesk.ErrDenied)
	}
	before := *t
	t.owner = s.User.ID
	t.version++
	if err := d.saveLocked(ctx, tx, before, t); err != nil {
		return err
	}
	if err := d.record(ctx, tx, s.User.ID, "ticket.take", id); err != nil {
		return err
	}
	d.ring(tx, t)
	return nil
}
