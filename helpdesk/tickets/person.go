package tickets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// AsPerson opens the door for the person whose conversation it is. ErrNotFound
// for everybody else's conversations, and once the session has ended; Refusal
// "ticket.unproven" when its rows lack our MAC. Append then refuses with
// "ticket.erasing" while an erasure waits.
func (d *Desk) AsPerson(ctx context.Context, tx *store.Tx, g *people.Guest, conversation helpdesk.ID) (*Conversation, error) {
	return d.enter(ctx, tx, guest{g}, conversation, selectPersonDoor, conversation, g.Person, g.ID)
}

// Thread is one conversation as its person sees it from outside.
type Thread struct {
	Conversation helpdesk.ID
	Ticket       helpdesk.ID
	Number       int64 // the ticket's order number
	State        State
	Closed       bool
	Erasing      bool
	Language     string    // the one they began in; "" where that is not plain
	Last         int64     // number of the newest message, seen by the person or not
	At           time.Time // of the last letter, answer or word; a day once it is closed, or the team restricted; zero where nobody knows
}

// Mine lists the conversations the person reads, newest ticket first. Those
// that our MAC does not stand on are left out, with an alarm.
func (d *Desk) Mine(ctx context.Context, g *people.Guest) ([]Thread, error) {
	return d.mine(ctx, d.db, g, selectMine+mineLiving+mineOrder, g.Person, g.ID)
}

// MineIn is Mine inside a transaction, also in one that has just ended the
// session.
func (d *Desk) MineIn(ctx context.Context, tx *store.Tx, g *people.Guest) ([]Thread, error) {
	return d.mine(ctx, tx, g, selectMine+mineOrder, g.Person)
}

func (d *Desk) mine(ctx context.Context, r store.Reader, g *people.Guest, query string, args ...any) ([]Thread, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list the conversations of %s: %w", g.Person, err)
	}
	defer rows.Close()
	var out []Thread
	for rows.Next() {
		var c talk
		var r readerRow
		var t Thread
		var at int64
		if err := rows.Scan(append(append(c.dest(), r.dest()...), &t.Number, &t.State, &at, &t.Language)...); err != nil {
			return nil, fmt.Errorf("list the conversations of %s: %w", g.Person, err)
		}
		if !d.vouchedReader(&r) || !d.secrets.Vouched(c.mac, c.origin()) {
			d.alarm(ctx, "reader", c.id)
			continue
		}
		if at == 0 {
			t.Number, at = d.hiddenOf(ctx, g, &c, &r, t.Number)
		}
		t.Conversation, t.Ticket, t.Last, t.At = c.id, c.ticket, c.last, instant(at)
		t.Closed, t.Erasing = t.State == StateClosed, t.State == StateErasing
		out = append(out, t)
	}
	return out, finish(rows, "list conversations")
}

// hiddenOf is the number and the last time of a ticket of a restricted team,
// from its head; zero for who does not read that.
func (d *Desk) hiddenOf(ctx context.Context, g *people.Guest, c *talk, r *readerRow, number int64) (int64, int64) {
	if r.epoch != c.headEpoch {
		return number, 0
	}
	under, _, err := d.openReader(ctx, guest{g}, r)
	if err != nil {
		return number, 0
	}
	head, err := openHead(c, under)
	if err != nil || head.Hidden == nil {
		return number, 0
	}
	if head.Hidden.Number > 0 {
		number = head.Hidden.Number
	}
	return number, toDay(head.Hidden.Last)
}

// TeamsOf are the teams of the tickets a person reads: those who decide
// together whether somebody gets a new code.
func (d *Desk) TeamsOf(ctx context.Context, r store.Reader, person helpdesk.ID) ([]helpdesk.ID, error) {
	return idsOf(ctx, r, selectTeamsOf, person)
}

func idsOf(ctx context.Context, r store.Reader, query string, args ...any) ([]helpdesk.ID, error) {
	ids, err := store.IDs(ctx, r, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read ids: %w", err)
	}
	return ids, nil
}

// SetFacts changes what we know of the person. The ticket's priority rises
// with it, and its due day is the earliest open one of its dates.
//
// Dates are decided by the ticket's teams: ErrDenied for who has it lent.
// Refusals "ticket.joined" for dates of a ticket that is shown in another,
// "date.day" for what is no day, "date.note" and "date.too_many".
func (d *Desk) SetFacts(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID, change func(*Facts)) error {
	file, err := d.lockCase(ctx, tx, s, ticket)
	if err != nil {
		return err
	}
	var before, after Facts
	err = d.changeHead(ctx, tx, file, func(h *Head) {
		h.Facts.adopt(file.ticket.dueDay)
		before = h.Facts
		before.Dates = slices.Clone(before.Dates)
		change(&h.Facts)
		after = h.Facts
	})
	if err != nil {
		return err
	}
	if dated := !slices.Equal(before.Dates, after.Dates); dated {
		switch {
		case !file.member:
			return fmt.Errorf("dates of ticket %s: %w", ticket, helpdesk.ErrDenied)
		case file.ticket.state == StateJoined:
			return helpdesk.Refuse("ticket.joined")
		}
		if err := after.checkDates(); err != nil {
			return err
		}
	}
	if err := d.recordOf(ctx, tx, s.User.ID, "ticket.facts", file.ticket); err != nil {
		return err
	}
	return d.raise(ctx, tx, file.ticket, func(t *row) { t.follow(before, after) })
}

// FactsAsPerson returns what stands in plain about the person's ticket and what
// they told us. ErrNotFound as for AsPerson. The facts are empty for who joined
// the conversation later and does not read its head.
func (d *Desk) FactsAsPerson(ctx context.Context, g *people.Guest, conversation helpdesk.ID) (Ticket, Facts, error) {
	c, _, err := d.door(ctx, d.db, conversation, selectPersonDoor, conversation, g.Person, g.ID)
	if err != nil {
		return Ticket{}, Facts{}, err
	}
	var t row
	if err := d.db.QueryRow(ctx, selectTicket, c.ticket).Scan(t.dest()...); err != nil {
		return Ticket{}, Facts{}, fmt.Errorf("read ticket %s: %w", c.ticket, err)
	}
	held, err := d.heldBy(ctx, d.db, guest{g}, c)
	if err != nil {
		return Ticket{}, Facts{}, err
	}
	under, ok := held[spot{c.id, c.headEpoch}]
	if !ok {
		return d.facts(&t), Facts{}, nil
	}
	head, err := openHead(c, under)
	if err == nil {
		err = d.reveal(ctx, &t, &head)
	}
	head.Facts.Why = nil // whose desk it lies on, and why, is ours
	return d.facts(&t), head.Facts, err
}

func (d *Desk) heldBy(ctx context.Context, r store.Reader, h holder, c *talk) (keys, error) {
	rows, err := d.readers(ctx, r, c.id)
	if err != nil {
		return nil, err
	}
	var unused Settle
	return d.openKeys(ctx, h, rows, &unused)
}

// SetFactsAsPerson is SetFacts by the person. ErrNotFound as for AsPerson. Who
// joined the conversation later does not read its head: that they left quickly
// is then written into the conversation, for us, and everything else is
// ErrDenied.
func (d *Desk) SetFactsAsPerson(ctx context.Context, tx *store.Tx, g *people.Guest, conversation helpdesk.ID, change func(*Facts)) error {
	open, c, held, err := d.lockAsPerson(ctx, tx, g, conversation)
	if err != nil {
		return err
	}
	var facts Facts
	// What a person's page says of themselves moves no date of ours.
	theirs := func(h *Head) {
		dates := h.Facts.Dates
		change(&h.Facts)
		h.Facts.Dates = dates
		facts = h.Facts
	}
	if _, ok := held[spot{c.id, c.headEpoch}]; !ok {
		if change(&facts); !facts.LeftQuickly {
			return fmt.Errorf("facts of conversation %s: %w", conversation, helpdesk.ErrDenied)
		}
		_, err := open.Append(ctx, tx, Message{Kind: KindSystem, Direction: Inside, Content: Content{Key: SystemLeft}})
		return err
	}
	if err := d.sealHead(ctx, tx, c, held, theirs); err != nil {
		return err
	}
	t, _, err := d.lockRoot(ctx, tx, c.ticket)
	if err != nil {
		return err
	}
	return d.raise(ctx, tx, t, func(t *row) { t.priority = max(t.priority, facts.Priority()) })
}

// lockAsPerson is AsPerson with the conversation locked and the keys the person
// holds of it. Whether that of its head is among them, the caller asks.
func (d *Desk) lockAsPerson(ctx context.Context, tx *store.Tx, g *people.Guest, conversation helpdesk.ID) (*Conversation, *talk, keys, error) {
	open, err := d.AsPerson(ctx, tx, g, conversation)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := d.lockTalk(ctx, tx, conversation)
	if err != nil {
		return nil, nil, nil, err
	}
	if _, err := d.abreast(ctx, tx, c); err != nil {
		return nil, nil, nil, err
	}
	held, err := d.heldBy(ctx, tx, guest{g}, c)
	return open, c, held, err
}

// PersonConversation is where an answer to a ticket's person goes, and who that
// is ("" while nobody is known), in one query. ErrNotFound for who does not
// read it, Refusal "ticket.unproven" as for With.
func (d *Desk) PersonConversation(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (conversation, person helpdesk.ID, err error) {
	var t row
	if err := d.db.QueryRow(ctx, selectReads, d.asReader(s, ticket)...).Scan(t.dest()...); err != nil {
		return "", "", fmt.Errorf("read ticket %s: %w", ticket, err)
	}
	if !d.secrets.Vouched(t.mac, t.origin()) {
		d.alarm(ctx, "ticket", ticket)
		return "", "", unproven()
	}
	return t.conversation, t.person, nil
}

// raise lets what stands in plain of a locked ticket follow new facts, and
// rings.
func (d *Desk) raise(ctx context.Context, tx *store.Tx, t *row, follow func(*row)) error {
	before := *t
	follow(t)
	t.version++
	if err := d.save(ctx, tx, before, t); err != nil {
		return err
	}
	d.ring(tx, t)
	return nil
}
