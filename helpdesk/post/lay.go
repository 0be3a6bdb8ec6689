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
			Content: c.content, Original: c.original(), Files: c.files, ClientID: string(client) + clientID,
			OwnKey: c.link != nil, Beside: c.beside,
		})
		if err != nil {
			return err
		}
		if talk.Twice {
			return helpdesk.ErrConflict
		}
		if c.link != nil {
			if _, err := p.tickets.MakeLink(ctx, tx, talk, out.Message, c.link); err != nil {
				return err
			}
		}
		if err := check(tx); err != nil {
			return err
		}
		out.Ticket = talk.Ticket
		id := p.idIndex(c.id)
		o := outgoing{
			id: out.Outbox, message: out.Message, conversation: talk.ID, ticket: talk.Ticket,
			team: c.box.team, mailbox: c.box.id, author: s.User.ID,
		}
		if _, err := tx.Exec(ctx, insertOutbox, o.id, o.message, o.conversation, o.ticket, o.team, o.mailbox, o.author,
			id, mail, now.UnixMicro(), until.UnixMicro(), client, out.Number, p.secrets.Vouch(o.origin(id))); err != nil {
			return fmt.Errorf("lay letter %s into the outbox: %w", out.Outbox, err)
		}
		at := place{object: out.Message, conversation: talk.ID, ticket: talk.Ticket}
		var notes []threadNote
		have := map[string]bool{}
		for i, to := range c.to {
			key := letter.Address{Addr: to}.Key()
			index := p.addressIndex(key)
			if _, err := tx.Exec(ctx, insertDelivery, out.Outbox, i, index, dayOf(now).UnixMicro()); err != nil {
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
	return out, err
}

// once does what a client id asks for, unless it was done before. Of two
// clicks at once the second fails in one way or another (its own twin is what
// "came in meanwhile") and then finds the first. What was taken back goes when
// it is asked for again, because the browser's Back shows the form as it was:
// as another client, who is the same for every further click.
func (p *Postroom) once(ctx context.Context, s *staff.Session, client []byte, do func(client []byte) (Sent, error)) (Sent, error) {
	before, err := p.sentBefore(ctx, p.db, s, client)
	for ; err == nil && before.undone; before, err = p.sentBefore(ctx, p.db, s, client) {
		client = p.secrets.Index("post.client", "after "+string(before.Outbox))
	}
	if !errors.Is(err, helpdesk.ErrNotFound) {
		return before.Sent, err
	}
	sent, err := do(client)
	if err == nil {
		return sent, nil
	}
	if before, again := p.sentBefore(ctx, p.db, s, client); again == nil && !before.undone {
		return before.Sent, nil
	}
	return Sent{}, err
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

// sentOnce is what a client id did.
type sentOnce struct {
	Sent
	undone bool // and was taken back in time
}

// sentBefore finds what this client id did; ErrNotFound when nothing.
func (p *Postroom) sentBefore(ctx context.Context, r store.Reader, s *staff.Session, client []byte) (sentOnce, error) {
	o, err := p.scanOutgoing(r.QueryRow(ctx, selectByClient, client))
	if err != nil {
		return sentOnce{}, err
	}
	if o.Author != s.User.ID {
		return sentOnce{}, helpdesk.ErrNotFound
	}
	return sentOnce{
		Sent:   Sent{Outbox: o.ID, Ticket: o.Ticket, Message: o.Message, Number: o.number, UndoUntil: o.hold, Again: true},
		undone: o.State == Undone,
	}, nil
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
