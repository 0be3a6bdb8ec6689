package tickets

import (
	"cmp"
	"context"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
)

// Earlier lists the other tickets that concern the same person, or somebody who
// turned out to be them, over all channels, newest first, at most 50, as far as
// the session's teams have them and they open. Whom a ticket concerns stands
// under its MAC: unlike SamePerson it is no guess.
func (d *Desk) Earlier(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Row, error) {
	var unused Settle
	f, err := d.open(ctx, d.db, s, ticket, &unused)
	if err != nil {
		return nil, err
	}
	out, _, err := d.sameKin(ctx, s, f)
	return out, err
}

// newestFirst goes by the order number, and where a restricted team's tell no
// order, by the day.
func newestFirst(a, b Row) int {
	if max(a.Ticket.Number, b.Ticket.Number) < unordered {
		return cmp.Compare(b.Ticket.Number, a.Ticket.Number)
	}
	return cmp.Or(b.Ticket.OpenedAt.Compare(a.Ticket.OpenedAt), cmp.Compare(b.Ticket.Number, a.Ticket.Number))
}

// sameKin is Earlier of an open ticket, with who is one with its person.
func (d *Desk) sameKin(ctx context.Context, s *staff.Session, f *caseFile) ([]Row, people.Kin, error) {
	t := f.ticket
	if t.person == "" || !d.secrets.Vouched(t.mac, t.origin()) {
		return []Row{}, people.Kin{}, nil
	}
	kin, err := d.people.Kin(ctx, d.db, t.person)
	if err != nil {
		return nil, people.Kin{}, err
	}
	apart, err := d.people.Opponents(ctx, d.db, kin)
	if err != nil {
		return nil, people.Kin{}, err
	}
	var lines []*queued
	for _, person := range kin.Members {
		// Never together, whatever else a row says.
		far, err := d.people.From(ctx, d.db, apart, person)
		if err != nil {
			return nil, people.Kin{}, err
		}
		if far {
			continue
		}
		if lines, err = d.lines(ctx, lines, selectSamePerson, person, t.id); err != nil {
			return nil, people.Kin{}, err
		}
	}
	var out []Row
	var unused Settle
	for _, q := range lines {
		if !s.Member(q.ticket.team) {
			continue
		}
		if r := d.openLine(ctx, s, q, &unused); r.Proven {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, newestFirst)
	return out[:min(len(out), PageMost)], kin, nil
}
