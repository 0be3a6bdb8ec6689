package post

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// RenewLinks sends the new links that persons asked for and this session can
// make: each to the address its answer went to, and nowhere else. It returns
// how many. Whoever signs in next does so without knowing; of two at once one
// sends.
func (p *Postroom) RenewLinks(ctx context.Context, s *staff.Session) (int, error) {
	if p.links == nil {
		return 0, nil
	}
	asked, err := p.tickets.AskedLinks(ctx, s)
	if err != nil || len(asked) == 0 {
		return 0, err
	}
	boxes, err := p.boxes(ctx)
	if err != nil {
		return 0, err
	}
	sent := 0
	for _, a := range asked {
		err := p.renewLink(ctx, s, boxes, a)
		var no helpdesk.Refusal
		switch {
		case err == nil:
			sent++
		case errors.As(err, &no), errors.Is(err, helpdesk.ErrNotFound), errors.Is(err, helpdesk.ErrConflict):
			// Taken back, lent no more, or made by a colleague at this moment.
		default:
			return sent, err
		}
	}
	return sent, nil
}

func (p *Postroom) renewLink(ctx context.Context, s *staff.Session, boxes *mailboxes, a tickets.Asked) error {
	m, err := p.tickets.Message(ctx, s, a.Message)
	if err != nil {
		return err
	}
	facts, err := p.tickets.Facts(ctx, s, a.Ticket)
	if err != nil {
		return err
	}
	box := boxes.forTicket(facts.Team, &m.Content)
	if box == nil || len(m.Content.To) == 0 {
		return helpdesk.Refuse("post.mailbox")
	}
	to := letter.Address{Addr: m.Content.To[0].Addr}
	link, err := p.tickets.NewLink(ctx)
	if err != nil {
		return err
	}
	id, now := box.newMessageID(), p.now()
	raw, err := p.secureMail(box, []letter.Address{to}, m.Content.Language, link, id, now)
	if err != nil {
		return err
	}
	o := outgoing{conversation: a.Conversation, ticket: a.Ticket, team: box.team, mailbox: box.id, author: s.User.ID}
	err = p.db.Write(ctx, "renew a link", func(tx *store.Tx) error {
		c, err := p.tickets.With(ctx, tx, s, a.Conversation)
		if err != nil {
			return err
		}
		if _, err := p.tickets.MakeLink(ctx, tx, c, a.Message, link); err != nil {
			return err
		}
		return p.layNotice(ctx, tx, o, box.address, to.Addr, id, raw, now)
	})
	if err != nil {
		return fmt.Errorf("renew the link to %s: %w", a.Message, err)
	}
	return nil
}
