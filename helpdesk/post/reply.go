package post

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// Reply answers in a ticket: the message and the letter in the outbox are one
// transaction, and so is the check that nothing newer came in. It stays in the
// house until Sent.UndoUntil. The author's draft of an answer is dropped.
//
// Refusals: "reply.newer", "post.mailbox" (the team has none to write from),
// those of recipients and compose, and
// of tickets.Beside.Check. ErrNotFound as for the ticket.
func (p *Postroom) Reply(ctx context.Context, s *staff.Session, a Answer) (Sent, error) {
	client := p.clientIndex(s, string(a.Ticket), a.ClientID)
	return p.once(ctx, s, client, func(client []byte) (Sent, error) { return p.reply(ctx, s, a, client) })
}

func (p *Postroom) reply(ctx context.Context, s *staff.Session, a Answer, client []byte) (Sent, error) {
	boxes, err := p.boxes(ctx)
	if err != nil {
		return Sent{}, err
	}
	have := map[string]bool{}
	to, err := recipients("to", a.To, boxes, have)
	if err != nil {
		return Sent{}, err
	}
	cc, err := recipients("cc", a.Cc, boxes, have)
	if err != nil {
		return Sent{}, err
	}
	news, err := p.tickets.Since(ctx, s, a.Ticket, 0)
	if err != nil {
		return Sent{}, err
	}
	// What comes to a joined ticket counts for the one it was joined into; who
	// still has its own page open would see nothing of it.
	if (news.Ticket.Last > a.Seen || news.Ticket.JoinedInto != "") && !a.Anyway {
		return Sent{}, helpdesk.Refuse("reply.newer")
	}
	conversation, parent := answered(news.Messages, have)
	if conversation == "" {
		return Sent{}, fmt.Errorf("ticket %s has no conversation to answer in: %w", a.Ticket, helpdesk.ErrNotFound)
	}
	d := draft{
		box: boxes.forTicket(news.Ticket.Team, parent), to: to, cc: cc, subject: a.Subject, text: a.Text, files: a.Files,
		lang: news.Ticket.Language, parent: parent, at: p.now(),
	}
	if d.box == nil {
		return Sent{}, helpdesk.Refuse("post.mailbox")
	}
	for _, b := range a.Beside {
		if err := b.Check(); err != nil {
			return Sent{}, err
		}
	}
	compose := p.compose
	var over *tickets.Over
	switch {
	case a.Secure:
		compose = p.composeSecure
	case len(a.Beside) > 0:
		d.text, over = overText(a.Beside[0], d.text)
	}
	c, err := compose(ctx, d)
	if err != nil {
		return Sent{}, err
	}
	c.content.Over = over
	if a.Secure {
		c.beside = a.Beside
	}
	sent, err := p.send(ctx, s, c, client, a.ClientID, func(tx *store.Tx) (*tickets.Conversation, error) {
		return p.tickets.With(ctx, tx, s, conversation)
	}, func(tx *store.Tx) error {
		if a.Anyway {
			return nil
		}
		// The ticket's row is locked by now, so nothing slips in between.
		var last int64
		var joined helpdesk.ID
		if err := tx.QueryRow(ctx, selectSerial, a.Ticket).Scan(&last, &joined); err != nil {
			return fmt.Errorf("look for news in ticket %s: %w", a.Ticket, err)
		}
		if last > a.Seen+1 || joined != "" {
			return helpdesk.Refuse("reply.newer")
		}
		return nil
	})
	if err != nil {
		return Sent{}, err
	}
	sent.Ticket = a.Ticket
	if err := p.tickets.DropDraft(ctx, s, a.Ticket, tickets.KindAnswer); err != nil {
		// The answer stands; a draft too many is seen and thrown away.
		p.log.WarnContext(ctx, "a sent draft was not dropped", "ticket", string(a.Ticket))
	}
	return sent, nil
}

// Write begins a conversation. The ticket belongs to the mailbox's team, which
// the author must be a member of, and to the author.
//
// Refusals as for Reply.
func (p *Postroom) Write(ctx context.Context, s *staff.Session, f First) (Sent, error) {
	client := p.clientIndex(s, "first", f.ClientID)
	return p.once(ctx, s, client, func(client []byte) (Sent, error) { return p.writeFirst(ctx, s, f, client) })
}

func (p *Postroom) writeFirst(ctx context.Context, s *staff.Session, f First, client []byte) (Sent, error) {
	boxes, box, err := p.box(ctx, f.Mailbox)
	if err != nil {
		return Sent{}, err
	}
	if !s.Member(box.team) {
		return Sent{}, fmt.Errorf("write from mailbox %s: %w", f.Mailbox, helpdesk.ErrNotFound)
	}
	have := map[string]bool{}
	to, err := recipients("to", f.To, boxes, have)
	if err != nil {
		return Sent{}, err
	}
	cc, err := recipients("cc", f.Cc, boxes, have)
	if err != nil {
		return Sent{}, err
	}
	c, err := p.compose(ctx, draft{box: box, to: to, cc: cc, subject: f.Subject, text: f.Text, files: f.Files, at: p.now()})
	if err != nil {
		return Sent{}, err
	}
	sent, err := p.send(ctx, s, c, client, f.ClientID, func(tx *store.Tx) (*tickets.Conversation, error) {
		// The person it concerns is who will answer: the first recipient.
		first := append(to, cc...)[0]
		w, err := p.people.Writer(ctx, tx, first.Key())
		if err != nil {
			return nil, err
		}
		return p.tickets.Open(ctx, tx, tickets.Opening{
			Team: box.team, Owner: s.User.ID, Channel: "mail", Writer: w.ID,
			Title: c.content.Subject, Name: first.Name, Address: first.Addr,
		})
	}, func(*store.Tx) error { return nil })
	if err != nil {
		return Sent{}, err
	}
	if err := p.tickets.DropDraft(ctx, s, "", tickets.KindAnswer); err != nil {
		p.log.WarnContext(ctx, "a sent draft was not dropped", "user", string(s.User.ID))
	}
	return sent, nil
}

// answered finds the conversation an answer goes into and the letter it
// answers: the newest that came from one of the recipients, else the newest
// that came in, else our own newest.
func answered(messages []tickets.Opened, to map[string]bool) (helpdesk.ID, *tickets.Content) {
	var best *tickets.Opened
	strength := 0
	for i := range messages {
		m := &messages[i]
		how := 0
		switch {
		case m.Withdrawn || m.Broken:
		case m.Kind == tickets.KindAnswer:
			how = 1
		case m.Kind == tickets.KindLetter:
			how = 2
			for _, list := range [][]tickets.Address{m.Content.From, m.Content.ReplyTo} {
				for _, a := range list {
					if to[(letter.Address{Addr: a.Addr}).Key()] {
						how = 3
					}
				}
			}
		}
		if how > 0 && how >= strength {
			best, strength = m, how
		}
	}
	if best == nil {
		// Nothing readable is left to answer: the conversation still is.
		for i := range messages {
			if m := &messages[i]; m.Kind != tickets.KindNote && m.Conversation != "" {
				return m.Conversation, nil
			}
		}
		return "", nil
	}
	return best.Conversation, &best.Content
}

// forTicket chooses whence to write: the mailbox the letter came through while
// the ticket is that team's, else one of the ticket's team, else where the
// letter came from. nil when there is none.
func (m *mailboxes) forTicket(team helpdesk.ID, parent *tickets.Content) *mailbox {
	var came *mailbox
	if parent != nil && parent.Source != nil {
		came = m.byID[parent.Source.Mailbox]
	}
	if came != nil && came.team == team {
		return came
	}
	for _, b := range m.all {
		if b.team == team {
			return b
		}
	}
	return came
}
