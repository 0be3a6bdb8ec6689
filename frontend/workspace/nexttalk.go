package workspace

import (
	"errors"
	"slices"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/routing"
	"returnsupport/helpdesk/tickets"
)

// waitingTalks are those the counsellor may take, in their order, and every
// ticket at whose other end somebody waits: none of these is taken as if it
// were a letter.
func (d *desk) waitingTalks(v *frontend.Visit, board *tickets.Board, me routing.Counsellor, team helpdesk.ID) (talks []chat.Table, waits map[helpdesk.ID]bool, err error) {
	all, err := d.Chat.Waiting(v.Context, v.Session)
	if err != nil {
		return nil, nil, err
	}
	state, err := d.Chat.Presence(v.Context, v.Session)
	if err != nil {
		return nil, nil, err
	}
	waits = map[helpdesk.ID]bool{}
	for _, t := range all {
		waits[t.Ticket] = true
		if team != "" && t.Team != team || state == chat.Full && t.Priority < tickets.MaxPriority {
			continue
		}
		ticket, err := d.Tickets.Facts(v.Context, v.Session, t.Ticket)
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue // it left the team since
		}
		if err != nil {
			return nil, nil, err
		}
		if t.Asked == me.ID || board.Suits(me, board.Facts(ticket, t.Head.Facts)) {
			talks = append(talks, t)
		}
	}
	return talks, waits, nil
}

// sitNext sits the counsellor down with the first of those who wait whom nobody
// else takes first. helpdesk.ErrNotFound when there is none; Refusal
// "chat.alone" as chat.Take.
func (d *desk) sitNext(v *frontend.Visit, talks []chat.Table) (helpdesk.ID, error) {
	for _, t := range talks {
		err := d.Chat.Take(v.Context, v.Session, t.ID)
		if err == nil {
			return t.Ticket, nil
		}
		if !errors.Is(err, helpdesk.ErrConflict) && !errors.Is(err, helpdesk.ErrNotFound) {
			return "", err
		}
	}
	return "", helpdesk.ErrNotFound
}

// graver tells whether an unowned ticket may be more urgent than the first who
// waits in the chat. Where they weigh the same, whoever waits at the other end
// comes first: a letter is still there in half an hour.
func (d *desk) graver(v *frontend.Visit, team helpdesk.ID, talks []chat.Table) (bool, error) {
	if len(talks) == 0 || talks[0].Priority >= tickets.MaxPriority {
		return false, nil
	}
	found, err := d.Tickets.Queue(v.Context, v.Session,
		tickets.Filter{Queue: tickets.QueueUnassigned, Team: team, Priority: talks[0].Priority + 1}, "", 1+len(talks))
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(found.Rows, func(r tickets.Row) bool {
		return !slices.ContainsFunc(talks, func(t chat.Table) bool { return t.Ticket == r.Ticket.ID })
	}), nil
}
