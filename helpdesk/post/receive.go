package post

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge"
	"returnsupport/mailbridge/letter"
)

// Bookmark implements mailbridge.Receiver.
func (p *Postroom) Bookmark(ctx context.Context, mailbox string) (mailbridge.Mark, error) {
	var validity, uid int64
	err := p.db.QueryRow(ctx, selectBookmark, mailbox).Scan(&validity, &uid)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return mailbridge.Mark{}, nil
	}
	if err != nil {
		return mailbridge.Mark{}, fmt.Errorf("read the bookmark of mailbox %s: %w", mailbox, err)
	}
	return mailbridge.Mark{UIDValidity: uint32(validity), UID: uint32(uid)}, nil
}

// Begin implements mailbridge.Beginner.
func (p *Postroom) Begin(ctx context.Context, mailbox string, at mailbridge.Mark) error {
	return p.db.Write(ctx, "begin a mailbox", func(tx *store.Tx) error {
		return p.move(ctx, tx, helpdesk.ID(mailbox), at)
	})
}

// Gap implements mailbridge.Receiver. Nothing is forgotten: the letters come
// again and are known by their identity.
func (p *Postroom) Gap(ctx context.Context, mailbox string, old, now uint32) error {
	p.log.WarnContext(ctx, "the mailbox was numbered anew: collecting it again", "mailbox", mailbox, "old", old, "new", now)
	return nil
}

// Received implements mailbridge.Rememberer. Of what is set aside as too large or
// withheld the rest lies on the server alone.
func (p *Postroom) Received(ctx context.Context, mailbox string, validity, from, to uint32) ([]uint32, error) {
	rows, err := p.db.Query(ctx, selectReceived, mailbox, int64(validity), int64(from), int64(to), letter.TooLarge, ReasonWithheld)
	if err != nil {
		return nil, fmt.Errorf("look which mails of mailbox %s were received: %w", mailbox, err)
	}
	defer rows.Close()
	var uids []uint32
	for rows.Next() {
		var uid int64
		if err := rows.Scan(&uid); err != nil {
			return nil, fmt.Errorf("look which mails of mailbox %s were received: %w", mailbox, err)
		}
		uids = append(uids, uint32(uid))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look which mails of mailbox %s were received: %w", mailbox, err)
	}
	return uids, nil
}

// Receive implements mailbridge.Receiver: one letter, one transaction, and the
// bookmark moves in it. The same mail again changes nothing. An error means
// that nothing was kept and the letter should come again.
func (p *Postroom) Receive(ctx context.Context, mailbox string, a mailbridge.Arrival) error {
	boxes, box, err := p.box(ctx, helpdesk.ID(mailbox))
	if err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	defer p.alone(len(a.Raw))()
	in, err := p.read(ctx, boxes, box, a)
	if err != nil {
		return fmt.Errorf("receive mail %d of mailbox %s: %w", a.Mark.UID, mailbox, err)
	}
	if ack, ok, err := p.acknowledgeable(ctx, in); ok {
		in.ack = &ack
	} else if err != nil {
		// An acknowledgement less is no reason to keep a letter out.
		p.log.WarnContext(ctx, "a letter is not acknowledged", "mailbox", mailbox, "err", err)
	}
	if in.kind == "" {
		if in.board, err = p.router.Now(ctx); err != nil {
			// Rules that can't be read must not keep a letter out.
			p.log.WarnContext(ctx, "a letter is not routed", "mailbox", mailbox, "err", err)
		}
	}
	for range 3 {
		err = p.db.Write(ctx, "receive a letter", func(tx *store.Tx) error { return p.take(ctx, tx, boxes, in) })
		// The same letter came through another mailbox at the same moment: the
		// second time it is known.
		if !errors.Is(err, helpdesk.ErrConflict) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("receive mail %d of mailbox %s: %w", a.Mark.UID, mailbox, err)
	}
	return nil
}

// The outcomes of a collected mail.
const (
	becameMessage = "message"
	becameAside   = "aside"
	hereBefore    = "again"
)

// place is where a known letter lies.
type place struct {
	object, conversation, ticket helpdesk.ID
	opened                       bool // a ticket began with it, and nothing says it belongs to another
}

// take decides what becomes of a letter and keeps it.
func (p *Postroom) take(ctx context.Context, tx *store.Tx, boxes *mailboxes, in *incoming) error {
	known, err := p.places(ctx, tx, in.identity)
	if err != nil {
		return err
	}
	if here, ok := known[in.box.team]; ok {
		if here.conversation != "" {
			here.object = ""
		}
		return p.done(ctx, tx, in, hereBefore, here.object)
	}
	kind := in.kind
	if in.ours && kind != Own {
		// Anything may look like one of our ids; only ours is one.
		switch _, err := p.sentAs(ctx, tx, in.letter.MessageID); {
		case err == nil:
			kind = Own
		case !errors.Is(err, helpdesk.ErrNotFound):
			return err
		}
	}
	if kind == "" {
		out, err := p.blocked(ctx, tx, in.box.team, in.from)
		if err != nil {
			return err
		}
		if out {
			kind = Unwanted
		}
	}
	if kind != "" {
		return p.setAside(ctx, tx, in, kind)
	}
	at, again, err := p.deliver(ctx, tx, boxes, in, known)
	if errors.Is(err, errJunk) {
		return p.setAside(ctx, tx, in, Unwanted)
	}
	if err != nil {
		return err
	}
	if err := p.keepPlace(ctx, tx, in, at); err != nil {
		return err
	}
	if again {
		return p.done(ctx, tx, in, hereBefore, "")
	}
	// Another team's ticket by the same letter was acknowledged when it began.
	if at.opened && in.ack != nil && len(known) == 0 {
		if err := p.acknowledge(ctx, tx, in, at); err != nil {
			return err
		}
	}
	return p.done(ctx, tx, in, becameMessage, "")
}

// errJunk: the letter belongs to a ticket somebody called junk.
var errJunk = errors.New("the ticket is junk")

// deliver puts a person's letter into its conversation, or into a new one.
func (p *Postroom) deliver(ctx context.Context, tx *store.Tx, boxes *mailboxes, in *incoming, known map[helpdesk.ID]place) (place, bool, error) {
	v, met, err := p.judge(ctx, tx, boxes, in)
	if err != nil {
		return place{}, false, err
	}
	for _, twin := range known {
		if v.join != "" && twin.conversation == v.join {
			// It came through another team's mailbox already, into this very
			// conversation.
			return twin, true, nil
		}
	}
	var c *tickets.Conversation
	if v.join != "" && !in.wanted {
		junk, err := p.isJunk(ctx, tx, met.tickets[v.join])
		if err != nil {
			return place{}, false, err
		}
		if junk {
			return place{}, false, errJunk
		}
	}
	if v.join != "" {
		c, err = p.tickets.Blind(ctx, tx, v.join)
		if errors.Is(err, tickets.ErrNobody) || errors.Is(err, helpdesk.ErrNotFound) {
			// Nobody vouched is left to seal to: a ticket of its own, which
			// says where it wanted to go.
			v, err = verdict{claim: v.join}, nil
		}
		if err != nil {
			return place{}, false, err
		}
	}
	m := tickets.Message{
		ID: helpdesk.NewID(), Kind: tickets.KindLetter, Direction: tickets.In, At: in.at,
		Content: in.content, Original: in.raw, Files: in.files,
	}
	if v.join == "" {
		if m.Content.Claim = met.tickets[v.claim]; m.Content.Claim != "" {
			m.Content.Proven = false
		}
		if c, err = p.openFor(ctx, tx, in, m.Content); err != nil {
			return place{}, false, err
		}
	}
	if _, err := c.Append(ctx, tx, m); err != nil {
		return place{}, false, err
	}
	at := place{m.ID, c.ID, c.Ticket, v == verdict{}}
	return at, false, p.remember(ctx, tx, in, at, met.ids)
}

// openFor opens a ticket for a letter nobody waited for, where routing sends it:
// to the mailbox's team while nothing says another.
func (p *Postroom) openFor(ctx context.Context, tx *store.Tx, in *incoming, content tickets.Content) (*tickets.Conversation, error) {
	n := tickets.Opening{
		Team: in.box.team, Channel: "mail", Language: content.Language, Title: content.Subject, Claim: content.Claim,
	}
	var known []tickets.Known
	if len(content.From) > 0 {
		n.Name, n.Address = content.From[0].Name, content.From[0].Addr
	}
	if in.from != "" {
		w, err := p.people.Writer(ctx, tx, in.from)
		if err != nil {
			return nil, err
		}
		n.Writer = w.ID
		if content.Proven && !w.New {
			if known, err = p.tickets.KnownBy(ctx, tx, "", w.ID, ""); err != nil {
				return nil, err
			}
		}
	}
	if in.board != nil {
		in.board.Arrive(&n, in.box.id, known)
	}
	return p.tickets.Open(ctx, tx, n)
}

// places are where a letter of this identity lies, by team.
func (p *Postroom) places(ctx context.Context, tx *store.Tx, identity []byte) (map[helpdesk.ID]place, error) {
	rows, err := tx.Query(ctx, selectLetters, identity)
	if err != nil {
		return nil, fmt.Errorf("look for the letter: %w", err)
	}
	defer rows.Close()
	var out map[helpdesk.ID]place
	for rows.Next() {
		var team helpdesk.ID
		var at place
		if err := rows.Scan(&team, &at.object, &at.conversation, &at.ticket); err != nil {
			return nil, fmt.Errorf("look for the letter: %w", err)
		}
		if out == nil {
			out = map[helpdesk.ID]place{}
		}
		out[team] = at
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for the letter: %w", err)
	}
	return out, nil
}

func (p *Postroom) keepPlace(ctx context.Context, tx *store.Tx, in *incoming, at place) error {
	if err := tx.Later(ctx, insertLetter, in.identity, in.box.team, at.object, at.conversation, at.ticket); err != nil {
		return fmt.Errorf("remember the letter: %w", err)
	}
	return nil
}

// done writes down what became of the mail, and which letter set aside, and moves
// the bookmark, unless older mails still wait. Which message it became is not
// said: numbers on a mail server tell in which order all of them came.
func (p *Postroom) done(ctx context.Context, tx *store.Tx, in *incoming, outcome string, aside helpdesk.ID) error {
	if err := tx.Later(ctx, insertSeen, in.box.id, int64(in.mark.UIDValidity), int64(in.mark.UID), outcome, aside); err != nil {
		return fmt.Errorf("write down the mail: %w", err)
	}
	if in.ahead {
		return nil
	}
	return p.move(ctx, tx, in.box.id, in.mark)
}

func (p *Postroom) move(ctx context.Context, tx *store.Tx, mailbox helpdesk.ID, at mailbridge.Mark) error {
	if err := tx.Later(ctx, moveBookmark, mailbox, int64(at.UIDValidity), int64(at.UID), p.now().UnixMicro()); err != nil {
		return fmt.Errorf("move the bookmark: %w", err)
	}
	return nil
}
