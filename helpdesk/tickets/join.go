package tickets

import (
	"context"
	"fmt"
	"strconv"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Join shows one ticket in another, because both are one matter of one person.
// Messages stay in their conversations; letters to either count for into.
//
// Refusals: "join.self" for a ticket with itself or a circle, "join.team" when
// the two belong to different teams (hand one over first), "join.already",
// "conflict.join" when their persons are in conflict.
func (d *Desk) Join(ctx context.Context, s *staff.Session, from, into helpdesk.ID) error {
	if from == into {
		return helpdesk.Refuse("join.self")
	}
	return d.db.Write(ctx, "ticket.join", func(tx *store.Tx) error {
		source, target, err := d.lockTwo(ctx, tx, s, from, into)
		if err != nil {
			return err
		}
		a, b := source.ticket, target.ticket
		for _, j := range source.joined {
			if j.id == b.id {
				return helpdesk.Refuse("join.self")
			}
		}
		switch {
		case a.state == StateJoined || b.state == StateJoined:
			return helpdesk.Refuse("join.already")
		case a.team != b.team:
			return helpdesk.Refuse("join.team")
		case !d.secrets.Vouched(a.mac, a.origin()) || !d.secrets.Vouched(b.mac, b.origin()):
			d.alarm(ctx, "ticket", a.id)
			return unproven()
		}
		if err := d.together(ctx, tx, a.person, b.person, "conflict.join"); err != nil {
			return err
		}
		beforeA, beforeB := *a, *b
		a.joinedInto, a.joinedState, a.state = b.id, a.state, StateJoined
		a.version++
		b.version++
		// Serials go on above both, or a page that waits for what is new
		// would miss what the other ticket already counted.
		b.serial = max(a.serial, b.serial)
		if a.joinedState == StateOpen {
			if b.state != StateOpen || b.waitingSince == 0 || (a.waitingSince > 0 && a.waitingSince < b.waitingSince) {
				b.waitingSince = a.waitingSince
			}
			b.state = StateOpen
		}
		b.lastAt = max(a.lastAt, b.lastAt)
		b.priority = max(a.priority, b.priority)
		if err := d.moveDates(ctx, tx, source, target); err != nil {
			return err
		}
		if err := d.system(ctx, tx, s, target, target.own(), SystemJoined, strconv.FormatInt(a.number, 10)); err != nil {
			return err
		}
		return d.saveTwo(ctx, tx, s, "ticket.join", beforeA, a, beforeB, b)
	})
}

// Unjoin takes a joined ticket out again. It stands where it stood; a letter
// that came to it meanwhile has made it wait for us.
func (d *Desk) Unjoin(ctx context.Context, s *staff.Session, from helpdesk.ID) error {
	return d.db.Write(ctx, "ticket.unjoin", func(tx *store.Tx) error {
		var at row
		if err := tx.QueryRow(ctx, selectTicket, from).Scan(at.dest()...); err != nil {
			return fmt.Errorf("read ticket %s: %w", from, err)
		}
		var unused Settle
		if _, err := d.openRow(ctx, tx, s, &at, &unused); err != nil {
			return err
		}
		if at.joinedInto == "" {
			return fmt.Errorf("unjoin ticket %s: %w", from, helpdesk.ErrConflict)
		}
		source, target, err := d.lockTwo(ctx, tx, s, from, at.joinedInto)
		if err != nil {
			return err
		}
		a, b := source.ticket, target.ticket
		if a.joinedInto != b.id {
			return fmt.Errorf("unjoin ticket %s: %w", from, helpdesk.ErrConflict)
		}
		beforeA, beforeB := *a, *b
		a.state, a.joinedState, a.joinedInto = a.joinedState, "", ""
		since, err := d.cameIn(ctx, tx, s, source)
		if err != nil {
			return fmt.Errorf("unjoin ticket %s: %w", from, err)
		}
		if since > 0 {
			a.state, a.waitingSince, a.lastAt = StateOpen, since, max(a.lastAt, since)
		}
		a.serial = max(a.serial, b.serial)
		a.version++
		b.version++
		if err := d.returnDates(ctx, tx, target, source); err != nil {
			return err
		}
		if err := d.system(ctx, tx, s, target, target.own(), SystemUnjoined, strconv.FormatInt(a.number, 10)); err != nil {
			return err
		}
		return d.saveTwo(ctx, tx, s, "ticket.unjoin", beforeA, a, beforeB, b)
	})
}

// cameIn is when the first letter came to a ticket while it was joined; 0 when
// none did.
func (d *Desk) cameIn(ctx context.Context, tx *store.Tx, s *staff.Session, f *caseFile) (since int64, err error) {
	if !f.ticket.restricted() {
		err = tx.QueryRow(ctx, selectCameIn, f.ticket.id, f.ticket.serial).Scan(&since)
		return since, err
	}
	var unused Settle
	came, err := d.came(ctx, tx, s, f.held, []*talk{f.own()}, f.ticket.serial, &unused)
	for _, m := range came {
		if m.Direction == In {
			return m.At.UnixMicro(), err
		}
	}
	return 0, err
}

// lockTwo locks two tickets in one order whoever asks, and opens both.
func (d *Desk) lockTwo(ctx context.Context, tx *store.Tx, s *staff.Session, from, into helpdesk.ID) (*caseFile, *caseFile, error) {
	// Conversations before tickets, as everywhere: the fact goes into the
	// target's own.
	var unused Settle
	seen, err := d.open(ctx, tx, s, into, &unused)
	if err != nil {
		return nil, nil, err
	}
	if _, err := d.lockTalk(ctx, tx, seen.own().id); err != nil {
		return nil, nil, err
	}
	files := map[helpdesk.ID]*caseFile{}
	order := []helpdesk.ID{min(from, into), max(from, into)}
	rows := map[helpdesk.ID]*row{}
	for _, id := range order {
		if rows[id], err = d.lock(ctx, tx, id); err != nil {
			return nil, nil, err
		}
	}
	for _, id := range order {
		if files[id], err = d.openRow(ctx, tx, s, rows[id], &unused); err != nil {
			return nil, nil, err
		}
		if !files[id].member {
			return nil, nil, fmt.Errorf("join ticket %s: %w", id, helpdesk.ErrDenied)
		}
	}
	return files[from], files[into], nil
}

func (d *Desk) saveTwo(ctx context.Context, tx *store.Tx, s *staff.Session, verb string, beforeA row, a *row, beforeB row, b *row) error {
	if err := d.save(ctx, tx, beforeA, a); err != nil {
		return err
	}
	if err := d.save(ctx, tx, beforeB, b); err != nil {
		return err
	}
	if err := d.recordOf(ctx, tx, s.User.ID, verb, a); err != nil {
		return err
	}
	d.ring(tx, a)
	d.ring(tx, b)
	return nil
}
