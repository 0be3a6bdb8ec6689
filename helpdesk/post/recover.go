package post

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge"
	"returnsupport/mailbridge/letter"
)

// The journal's names of this room's deeds.
const (
	VerbRecovered = "post.recovered"
	VerbExported  = "post.exported"
)

// Recover makes a letter set aside into what it would have become had a person
// written it: a message where it belongs, or a ticket. Somebody has looked at
// it and decided. It returns the ticket. Doing it twice returns the same one.
// Refusal "ticket.unproven" where our mark does not stand on it.
func (p *Postroom) Recover(ctx context.Context, s *staff.Session, aside helpdesk.ID) (helpdesk.ID, error) {
	r, err := p.aside(ctx, p.db, s, aside)
	if err != nil {
		return "", err
	}
	if r.state == asideRecovered {
		return p.ticketOf(ctx, r.conversation)
	}
	if !p.secrets.Vouched(r.mac, r.origin(), r.sealed) {
		// Anybody can seal to a team's public key. Made into a message it would
		// carry our mark, and be believed from then on.
		p.journal.Alarm(ctx, "aside_forged", r.id)
		return "", helpdesk.Refuse("ticket.unproven")
	}
	in, boxes, err := p.readAside(ctx, s, r)
	if err != nil {
		return "", err
	}
	var at place
	err = p.db.Write(ctx, "recover a letter", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, claimAside, aside)
		if err != nil {
			return fmt.Errorf("recover letter %s: %w", aside, err)
		}
		if n == 0 {
			return helpdesk.ErrConflict
		}
		if at, _, err = p.deliver(ctx, tx, boxes, in, nil); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, settleAside, at.conversation, aside); err != nil {
			return fmt.Errorf("recover letter %s: %w", aside, err)
		}
		if _, err := tx.Exec(ctx, updateLetter, at.object, at.conversation, at.ticket, aside, r.team); err != nil {
			return fmt.Errorf("recover letter %s: %w", aside, err)
		}
		tx.After(func() { p.bus.Publish(teamEvent(r.team)) })
		return p.journal.Write(ctx, tx, journal.Entry{At: p.now(), Actor: s.User.ID, Verb: VerbRecovered, Object: aside})
	})
	if errors.Is(err, helpdesk.ErrConflict) {
		// Two clicks at once.
		if r, again := p.aside(ctx, p.db, s, aside); again == nil && r.conversation != "" {
			return p.ticketOf(ctx, r.conversation)
		}
	}
	if err != nil {
		return "", err
	}
	return at.ticket, nil
}

// readAside makes a letter set aside ready for delivery.
func (p *Postroom) readAside(ctx context.Context, s *staff.Session, r *asideRow) (*incoming, *mailboxes, error) {
	laid, err := p.openAside(s, r)
	if err != nil {
		return nil, nil, err
	}
	from, err := p.original(ctx, r.id, laid)
	if err != nil {
		return nil, nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(from, laid.Original))
	if err != nil {
		return nil, nil, fmt.Errorf("read letter %s set aside: %w", r.id, err)
	}
	boxes, box, err := p.box(ctx, r.mailbox)
	switch {
	case errors.Is(err, helpdesk.ErrNotFound):
		if boxes, err = p.boxes(ctx); err != nil {
			return nil, nil, err
		}
		box = &mailbox{id: r.mailbox} // it is gone; its letters are not
	case err != nil:
		return nil, nil, err
	}
	own := *box
	own.team = r.team // whose it was when it came, and who may read it
	mark := mailbridge.Mark{UIDValidity: uint32(r.validity), UID: uint32(r.uid)}
	in, err := p.read(ctx, boxes, &own, mailbridge.Arrival{
		Mark: mark, Raw: raw, Internal: time.UnixMicro(r.at), Size: r.size,
		Withheld: r.reason == ReasonWithheld, TooLarge: !laid.Whole && r.reason != ReasonWithheld,
	})
	if err != nil {
		return nil, nil, err
	}
	if in.letter == nil {
		in.content = contentOfUnreadable(laid.Summary, in.reason)
		in.content.Source = &tickets.Source{Mailbox: box.id, UIDValidity: mark.UIDValidity, UID: mark.UID}
		if len(in.content.From) > 0 {
			in.from = letter.Address{Addr: in.content.From[0].Addr}.Key()
		}
	} else if in.kind != "" {
		p.readPerson(boxes, in)
	}
	in.wanted = true
	return in, boxes, nil
}

// contentOfUnreadable is what can be shown of a letter that can't be parsed;
// the original lies beside it.
func contentOfUnreadable(s Summary, reason string) tickets.Content {
	c := tickets.Content{Subject: s.Subject, Problems: []string{reason}}
	if open := strings.LastIndexByte(s.From, '<'); open >= 0 && strings.HasSuffix(s.From, ">") {
		c.From = []tickets.Address{{Name: strings.Trim(s.From[:open], ` "`), Addr: s.From[open+1 : len(s.From)-1]}}
	} else if strings.Contains(s.From, "@") {
		c.From = []tickets.Address{{Addr: strings.TrimSpace(s.From)}}
	}
	var b strings.Builder
	for _, h := range s.Headers {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	c.Text = b.String()
	return c
}

func (p *Postroom) ticketOf(ctx context.Context, conversation helpdesk.ID) (helpdesk.ID, error) {
	var ticket helpdesk.ID
	if err := p.db.QueryRow(ctx, selectTicketOf, conversation).Scan(&ticket); err != nil {
		return "", fmt.Errorf("ticket of conversation %s: %w", conversation, err)
	}
	return ticket, nil
}

// AsOriginal makes a ticket whose letter a colleague forwarded the original
// sender's: title and writer change, the letter stays as it came, and answers
// go to who wrote first. It returns that address.
//
// Refusals: "post.not-forwarded" when no original sender is found in it,
// "post.forwarded-ours" when that is one of our own mailboxes.
func (p *Postroom) AsOriginal(ctx context.Context, s *staff.Session, message helpdesk.ID) (tickets.Address, error) {
	none := tickets.Address{}
	m, err := p.tickets.Message(ctx, s, message)
	if err != nil {
		return none, err
	}
	facts, err := p.tickets.Facts(ctx, s, m.Ticket)
	if err != nil {
		return none, err
	}
	_, raw, err := p.tickets.Original(ctx, s, message)
	if isNotFound(err) {
		return none, helpdesk.Refuse("post.not-forwarded")
	}
	if err != nil {
		return none, err
	}
	boxes, err := p.boxes(ctx)
	if err != nil {
		return none, err
	}
	whole, err := io.ReadAll(io.LimitReader(raw, int64(boxes.limits.Size)))
	if err != nil {
		return none, fmt.Errorf("read the original of message %s: %w", message, err)
	}
	l, err := letter.Parse(ctx, whole, boxes.limits)
	var bad *letter.Unreadable
	if errors.As(err, &bad) {
		return none, helpdesk.Refuse("post.not-forwarded")
	}
	if err != nil {
		return none, err
	}
	from, _, ok := letter.ForwardedOriginal(l)
	if !ok || sendable(*from) != "" {
		return none, helpdesk.Refuse("post.not-forwarded")
	}
	if boxes.holds(from.Key()) {
		return none, helpdesk.Refuse("post.forwarded-ours")
	}
	err = p.tickets.SetWriter(ctx, s, facts.ID, facts.Version, tickets.Who{Key: from.Key(), Name: from.Name, Address: from.Addr})
	if err != nil {
		return none, err
	}
	return tickets.Address{Name: from.Name, Addr: from.Addr}, nil
}

// Twin is another team's ticket that began with the same letter.
type Twin struct{ Team, Ticket helpdesk.ID }

// Twins finds the tickets of other teams that got the same letter. Nothing of
// them is shown but whose they are; opening one is that team's right.
func (p *Postroom) Twins(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Twin, error) {
	if _, err := p.tickets.Facts(ctx, s, ticket); err != nil {
		return nil, err
	}
	rows, err := p.db.Query(ctx, selectTwins, ticket)
	if err != nil {
		return nil, fmt.Errorf("twins of ticket %s: %w", ticket, err)
	}
	defer rows.Close()
	var out []Twin
	for rows.Next() {
		var t Twin
		if err := rows.Scan(&t.Team, &t.Ticket); err != nil {
			return nil, fmt.Errorf("twins of ticket %s: %w", ticket, err)
		}
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("twins of ticket %s: %w", ticket, err)
	}
	return out, nil
}

func isNotFound(err error) bool { return errors.Is(err, helpdesk.ErrNotFound) }
