package post

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge/letter"
)

// Reply answers in a ticket: the message and the letter in the outbox are one
// transaction, and so is the check that nothing newer came in. It stays in the
// house until Sent.UndoUntil. The author's draft of an answer is dropped.
//
// Refusals: "reply.newer", "post.mailbox" (the team has none to write from),
// and those of recipients and compose. ErrNotFound as for the ticket.
func (p *Postroom) Reply(ctx context.Context, s *staff.Session, a Answer) (Sent, error) {
	client := p.clientIndex(s, string(a.Ticket), a.ClientID)
	if sent, err := p.sentBefore(ctx, p.db, s, client); !errors.Is(err, helpdesk.ErrNotFound) {
		return sent, err
	}
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
	if news.Ticket.Last > a.Seen && !a.Anyway {
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
	c, err := p.compose(ctx, d)
	if err != nil {
		return Sent{}, err
	}
	sent, err := p.send(ctx, s, c, client, a.ClientID, func(tx *store.Tx) (*tickets.Conversation, error) {
		return p.tickets.With(ctx, tx, s, conversation)
	}, func(tx *store.Tx) error {
		if a.Anyway {
			return nil
		}
		// The ticket's row is locked by now, so nothing slips in between.
		var last int64
		if err := tx.QueryRow(ctx, selectSerial, a.Ticket).Scan(&last); err != nil {
			return fmt.Errorf("look for news in ticket %s: %w", a.Ticket, err)
		}
		if last > a.Seen+1 {
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
	if sent, err := p.sentBefore(ctx, p.db, s, client); !errors.Is(err, helpdesk.ErrNotFound) {
		return sent, err
	}
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

// send appends the message and lays the letter into the outbox. door opens the
// conversation, check has the last word before the commit.
func (p *Postroom) send(ctx context.Context, s *staff.Session, c *composed, client []byte, clientID string,
	door func(*store.Tx) (*tickets.Conversation, error), check func(*store.Tx) error) (Sent, error) {
	hold, err := p.undoTime(ctx)
	if err != nil {
		return Sent{}, err
	}
	now := p.now()
	until := now.Add(hold)
	out := Sent{Outbox: helpdesk.NewID(), Message: helpdesk.NewID(), UndoUntil: until}
	mail := p.secrets.SealOffice(mailAt(out.Outbox), packed(c.box.address, c.to, c.raw))
	err = p.db.Write(ctx, "send an answer", func(tx *store.Tx) error {
		talk, err := door(tx)
		if err != nil {
			return err
		}
		out.Number, err = talk.Append(ctx, tx, tickets.Message{
			ID: out.Message, Kind: tickets.KindAnswer, Direction: tickets.Out, At: now, Author: s.User.ID,
			Content: c.content, Original: c.raw, Files: c.files, ClientID: string(client) + clientID,
		})
		if err != nil {
			return err
		}
		if talk.Twice {
			return helpdesk.ErrConflict
		}
		if err := check(tx); err != nil {
			return err
		}
		out.Ticket = talk.Ticket
		if _, err := tx.Exec(ctx, insertOutbox, out.Outbox, out.Message, talk.ID, talk.Ticket, c.box.team, c.box.id, s.User.ID,
			p.idIndex(c.id), mail, now.UnixMicro(), until.UnixMicro(), client, out.Number); err != nil {
			return fmt.Errorf("lay letter %s into the outbox: %w", out.Outbox, err)
		}
		at := place{out.Message, talk.ID, talk.Ticket}
		id := p.idIndex(c.id)
		var notes []threadNote
		have := map[string]bool{}
		for i, to := range c.to {
			key := letter.Address{Addr: to}.Key()
			index := p.addressIndex(key)
			if _, err := tx.Exec(ctx, insertDelivery, out.Outbox, i, index, now.UnixMicro()); err != nil {
				return fmt.Errorf("lay letter %s into the outbox: %w", out.Outbox, err)
			}
			if !have[key] {
				have[key] = true
				notes = append(notes, threadNote{id, index, own})
			}
		}
		p.ring(tx, s.User.ID)
		return p.note(ctx, tx, notes, at, c.box.team)
	})
	if errors.Is(err, helpdesk.ErrConflict) {
		// Two clicks at once: the other one is there now.
		if sent, again := p.sentBefore(ctx, p.db, s, client); again == nil {
			return sent, nil
		}
	}
	return out, err
}

// undoTime is how long a letter is held.
func (p *Postroom) undoTime(ctx context.Context) (time.Duration, error) {
	n, err := p.office.Number(ctx, office.UndoSeconds)
	if err != nil {
		return 0, fmt.Errorf("read the time for undoing: %w", err)
	}
	return time.Duration(n) * time.Second, nil
}

// clientIndex keys what makes doing it twice invisible; without a ClientID
// nothing is ever the same.
func (p *Postroom) clientIndex(s *staff.Session, where, id string) []byte {
	if id == "" {
		id = string(helpdesk.NewID())
	}
	return p.secrets.Index("post.client", string(s.User.ID)+" "+where+" "+id)
}

// sentBefore finds what this client id did; ErrNotFound when nothing.
func (p *Postroom) sentBefore(ctx context.Context, r store.Reader, s *staff.Session, client []byte) (Sent, error) {
	o, err := scanOutgoing(r.QueryRow(ctx, selectByClient, client))
	if err != nil {
		return Sent{}, err
	}
	if o.Author != s.User.ID {
		return Sent{}, helpdesk.ErrNotFound
	}
	return Sent{Outbox: o.ID, Ticket: o.Ticket, Message: o.Message, Number: o.number, UndoUntil: o.hold, Again: true}, nil
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

// envelope says whence and to whom the bytes behind it go.
type envelope struct {
	From string
	To   []string
}

func mailAt(outbox helpdesk.ID) vault.Context { return vault.At("post.mail", outbox) }

// packed puts the envelope before the bytes.
func packed(from string, to []string, raw []byte) []byte {
	head, _ := json.Marshal(envelope{from, to}) // strings always encode
	out := make([]byte, 4, 4+len(head)+len(raw))
	binary.BigEndian.PutUint32(out, uint32(len(head)))
	return append(append(out, head...), raw...)
}

func unpacked(b []byte) (envelope, []byte, error) {
	var e envelope
	if len(b) < 4 || uint32(len(b)-4) < binary.BigEndian.Uint32(b) {
		return e, nil, errors.New("not what was packed")
	}
	n := 4 + int(binary.BigEndian.Uint32(b))
	if json.Unmarshal(b[4:n], &e) != nil {
		return e, nil, errors.New("not what was packed")
	}
	return e, b[n:], nil
}
