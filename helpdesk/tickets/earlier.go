package tickets

import (
	"context"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Earlier lists the other tickets that concern the same person, newest first,
// at most 50, as far as the session's teams have them and they open. Whom a
// ticket concerns stands under its MAC: unlike SamePerson it is no guess.
func (d *Desk) Earlier(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Row, error) {
	var unused Settle
	f, err := d.open(ctx, d.db, s, ticket, &unused)
	if err != nil {
		return nil, err
	}
	var out []Row
	if f.ticket.person == "" || !d.secrets.Vouched(f.ticket.mac, f.ticket.origin()) {
		return out, nil
	}
	lines, err := d.lines(ctx, nil, selectSamePerson, f.ticket.person, ticket)
	if err != nil {
		return nil, err
	}
	for _, q := range lines {
		if !s.Member(q.ticket.team) {
			continue
		}
		if r := d.openLine(ctx, s, q, &unused); r.Proven && len(out) < PageMost {
			out = append(out, r)
		}
	}
	return out, nil
}
