package tickets

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Consultations lists the open questions the session's user asked or was asked,
// those that end first before the others.
func (d *Desk) Consultations(ctx context.Context, s *staff.Session) ([]Consultation, error) {
	all, err := d.consults(ctx, d.db, selectMyConsults, s.User.ID, d.now().UnixMicro())
	if err != nil {
		return nil, err
	}
	ids := make([]helpdesk.ID, len(all))
	for i, c := range all {
		ids[i] = c.ticket
	}
	rows, err := d.rowsOf(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	var out []Consultation
	for _, c := range all {
		if row, ok := rows[c.ticket]; ok {
			out = append(out, c.open(row))
		}
	}
	return out, nil
}

// ConsultationsIn lists the open questions about a ticket. For whom it was only
// lent there are none.
func (d *Desk) ConsultationsIn(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Consultation, error) {
	var unused Settle
	file, err := d.open(ctx, d.db, s, ticket, &unused)
	if err != nil || !d.notesOpen(s, file) {
		return nil, err
	}
	all, err := d.consultsIn(ctx, d.db, ticket)
	if err != nil {
		return nil, err
	}
	var out []Consultation
	for _, c := range all {
		if c.until > d.now().UnixMicro() {
			out = append(out, c.open(Row{Ticket: d.facts(file.ticket)}))
		}
	}
	return out, nil
}

func (c *consultRow) open(row Row) Consultation {
	out := Consultation{ID: c.id, Row: row, Message: c.message, Asker: c.asker, Team: c.team, Until: instant(c.until)}
	for _, a := range c.advisers {
		out.Advisers = append(out.Advisers, Adviser{a.who, a.answered, a.standing == standingNone})
	}
	return out
}

// EndConsult ends a question: for a member of the ticket's teams for all it
// asks, for one it asks their own part alone. Who read because they were asked
// reads no more, and what comes from now on has another key. ErrNotFound when
// it has ended, and for who has no part in it.
func (d *Desk) EndConsult(ctx context.Context, s *staff.Session, ticket, consult helpdesk.ID) error {
	return d.db.Write(ctx, verbConsultEnd, func(tx *store.Tx) error {
		file, err := d.lockCase(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		open, err := d.consultsIn(ctx, tx, ticket)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(open, func(c *consultRow) bool { return c.id == consult })
		if i < 0 || !file.member && !open[i].asks(s.User.ID) {
			return fmt.Errorf("end consultation %s: %w", consult, helpdesk.ErrNotFound)
		}
		c := open[i]
		gone := c.advisers
		if !file.member {
			gone = slices.DeleteFunc(slices.Clone(gone), func(a *adviserRow) bool { return a.who != s.User.ID })
		}
		if err := d.unseatAdvisers(ctx, tx, s, file, gone); err != nil {
			return err
		}
		if err := d.dropConsult(ctx, tx, c, gone); err != nil {
			return err
		}
		whom := c.team
		if whom == "" || len(gone) < len(c.advisers) {
			whom = gone[0].who
		}
		return d.told(ctx, tx, s, file, SystemUnasked, verbConsultEnd, string(whom))
	})
}

// unseatAdvisers takes away what advisers read because they were asked.
func (d *Desk) unseatAdvisers(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, gone []*adviserRow) error {
	for _, c := range file.talks {
		left := map[seat]bool{}
		for _, a := range gone {
			to := seat{kind: userReader, reader: a.who}
			lost := a.standing == standingNone || a.standing == standingLent && c.kind == notesConversation
			if !lost || !file.reads(c.id, c.epoch, to) {
				continue
			}
			if err := d.dropReader(ctx, tx, c, to); err != nil {
				return err
			}
			left[to] = true
		}
		if len(left) == 0 {
			continue
		}
		stay := slices.DeleteFunc(d.presentSeats(ctx, file.rows, c, seat{}), func(to seat) bool {
			return left[seat{kind: to.kind, reader: to.reader}]
		})
		if err := d.stepEpoch(ctx, tx, s, file, c, stay); err != nil {
			return err
		}
	}
	return nil
}

// dropConsult forgets a question, or the part of it that some were asked.
func (d *Desk) dropConsult(ctx context.Context, tx *store.Tx, c *consultRow, gone []*adviserRow) error {
	for _, a := range gone {
		if _, err := tx.Exec(ctx, deleteAdviser, c.id, a.who); err != nil {
			return fmt.Errorf("end consultation %s: %w", c.id, err)
		}
		d.callFor(tx, a.who)
	}
	if _, err := tx.Exec(ctx, deleteConsult, c.id); err != nil {
		return fmt.Errorf("end consultation %s: %w", c.id, err)
	}
	d.callFor(tx, c.asker)
	return nil
}

// answered notes that somebody who was asked wrote a note.
func (d *Desk) answered(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID) error {
	mark, id := d.calls(ticket)
	n, err := tx.Exec(ctx, answerConsult, true, s.User.ID, false, mark, id)
	if err != nil || n == 0 {
		return err
	}
	open, err := d.consultsIn(ctx, tx, ticket)
	for _, c := range open {
		if c.asks(s.User.ID) {
			d.callFor(tx, c.asker)
		}
	}
	return err
}

// lentToo: who was asked has the ticket lent now besides, and may write to the
// person until that ends.
func (d *Desk) lentToo(ctx context.Context, tx *store.Tx, ticket, user helpdesk.ID) error {
	open, err := d.consultsIn(ctx, tx, ticket)
	if err != nil {
		return err
	}
	for _, c := range open {
		for _, a := range c.advisers {
			if a.who != user || a.standing != standingNone {
				continue
			}
			a.standing = standingLent
			if _, err := tx.Exec(ctx, standAdviser, a.standing, d.secrets.Vouch(a.origin()), a.consult, a.who); err != nil {
				return err
			}
		}
	}
	return nil
}

// unasked: somebody was sent away altogether, and is asked nothing any more.
func (d *Desk) unasked(ctx context.Context, tx *store.Tx, ticket, user helpdesk.ID) error {
	open, err := d.consultsIn(ctx, tx, ticket)
	if err != nil {
		return err
	}
	for _, c := range open {
		for _, a := range c.advisers {
			if a.who != user || a.standing == standingMember {
				continue
			}
			if err := d.dropConsult(ctx, tx, c, []*adviserRow{a}); err != nil {
				return err
			}
		}
	}
	return nil
}

// lapseConsults forgets the questions whose time is over; the wraps have
// lapsed on their own.
func (d *Desk) lapseConsults(ctx context.Context, tx *store.Tx) error {
	over, err := d.consults(ctx, tx, selectOverdue, d.now().UnixMicro())
	if err != nil {
		return err
	}
	for _, c := range over {
		if err := d.dropConsult(ctx, tx, c, c.advisers); err != nil {
			return err
		}
		if err := d.record(ctx, tx, "", verbConsultLapse, c.ticket); err != nil {
			return err
		}
	}
	return nil
}
