package tickets

import (
	"context"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// The tickets, then what the session's user is called there, then their teams.
const (
	selectMyRows = `SELECT ` + lineColumns + ` FROM tickets_ticket t
		JOIN tickets_conversation c ON c.id = t.conversation
		JOIN tickets_reader r ON r.conversation = c.id AND r.epoch = c.head_epoch WHERE t.id IN (`
	myRowsUser = `) AND t.state <> 'erasing' AND (r.kind = 'user' AND r.reader IN (`
	myRowsTeam = ` OR r.kind = 'team' AND r.reader IN (`
)

// rowsOf opens the lines of some tickets, by whichever way the session reads
// each: as a member of any team that does, or lent to its user. Those it does
// not read are missing.
func (d *Desk) rowsOf(ctx context.Context, s *staff.Session, ids []helpdesk.ID) (map[helpdesk.ID]Row, error) {
	out := map[helpdesk.ID]Row{}
	for len(ids) > 0 {
		part := ids[:min(len(ids), 200)]
		ids = ids[len(part):]
		args := append(anys(part), s.User.ID)
		for _, id := range part {
			args = append(args, d.seatMark(id, personConversation, s.User.ID))
		}
		query := selectMyRows + store.Places(len(part), 1) + myRowsUser + store.Places(len(part)+1, len(part)+1) + `)`
		if teams := s.Teams(); len(teams) > 0 {
			query += myRowsTeam + store.Places(len(teams), len(args)+1) + `)`
			for _, t := range teams {
				args = append(args, t.ID)
			}
		}
		lines, err := d.lines(ctx, nil, query+`)`, args...)
		if err != nil {
			return nil, err
		}
		var unused Settle
		for _, q := range lines {
			if q.reader.expires != 0 && q.reader.expires <= d.now().UnixMicro() {
				continue // their time is over; the next look at the clock deletes it
			}
			if r, known := out[q.ticket.id]; !known || r.Broken {
				out[q.ticket.id] = d.openLine(ctx, s, q, &unused)
			}
		}
	}
	return out, nil
}
