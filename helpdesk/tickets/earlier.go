package tickets

import (
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
	slices.SortFunc(lines, func(a, b *queued) int { return int(b.ticket.number - a.ticket.number) })
	var out []Row
	var unused Settle
	for _, q := range lines {
		if !s.Member(q.ticket.team) {
			continue
		}
		if r := d.openLine(ctx, s, q, &unused); r.Proven && len(out) < PageMost {
			out = append(out, r)
		}
	}
	return out, kin, nil
}
