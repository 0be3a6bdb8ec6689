package tickets

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// SetConflict says that the persons of two tickets are in conflict: spouses who
// part, somebody and who harms them. From then on neither is shown beside the
// other, they are never merged and their tickets never joined, neither reads
// what the other is told, and no colleague owns or was lent tickets of both.
// What breaks that now is ended, on the other's side. The session reads both.
//
// A team that reads both goes on reading both, unless apart names another team:
// then the other person's tickets that wait there are handed to it.
//
// Refusals: "conflict.same" for one and the same person, "conflict.joined" while
// the tickets are one, "conflict.team" when apart is no other team.
func (d *Desk) SetConflict(ctx context.Context, s *staff.Session, ticket, other, apart helpdesk.ID) error {
	if ticket == other {
		return helpdesk.Refuse("conflict.same")
	}
	var theirs []helpdesk.ID
	err := d.db.Write(ctx, "person.conflict", func(tx *store.Tx) error {
		notes, err := d.twoNotes(ctx, tx, s, ticket, other)
		if err != nil {
			return err
		}
		talks, err := d.lockPlaces(ctx, tx, notes, ticket, other)
		if err != nil {
			return err
		}
		a, b, err := d.lockPersons(ctx, tx, s, ticket, other)
		if err != nil {
			return err
		}
		switch {
		case a.ticket.joinedInto == other || b.ticket.joinedInto == ticket,
			a.ticket.joinedInto != "" && a.ticket.joinedInto == b.ticket.joinedInto,
			slices.Contains(a.ids(), other), slices.Contains(b.ids(), ticket):
			return helpdesk.Refuse("conflict.joined")
		case apart != "" && apart == a.ticket.team:
			return helpdesk.Refuse("conflict.team")
		}
		if err := d.people.SetConflict(ctx, tx, s.User.ID, a.ticket.person, b.ticket.person); err != nil {
			return err
		}
		if a.ticket.writer != "" && a.ticket.writer == b.ticket.writer {
			// One address for both: nothing is to be offered because of it.
			if err := d.people.SetShared(ctx, tx, a.ticket.writer, true); err != nil {
				return err
			}
		}
		if theirs, err = d.partHelpers(ctx, tx, talks, a.ticket, b.ticket); err != nil {
			return err
		}
		return d.onBothCards(ctx, tx, s, notes, a.ticket, b.ticket, func(c *Card, other *row) error {
			if !c.apart(other.person) {
				c.Apart = append(c.Apart, Opponent{Person: other.person, Ticket: other.id})
			}
			return nil
		})
	})
	if err != nil || apart == "" {
		return err
	}
	return d.moveApart(ctx, s, theirs, ticket, apart)
}

// twoNotes makes sure that both tickets have notes, in one order whoever asks.
func (d *Desk) twoNotes(ctx context.Context, tx *store.Tx, s *staff.Session, ticket, other helpdesk.ID) ([2]helpdesk.ID, error) {
	of := map[helpdesk.ID]helpdesk.ID{}
	for _, id := range []helpdesk.ID{min(ticket, other), max(ticket, other)} {
		_, notes, err := d.withNotes(ctx, tx, s, id)
		if err != nil {
			return [2]helpdesk.ID{}, err
		}
		of[id] = notes
	}
	return [2]helpdesk.ID{of[ticket], of[other]}, nil
}

// lockPlaces locks all conversations of the persons of two tickets and their
// notes, in order and before their tickets, and returns them.
func (d *Desk) lockPlaces(ctx context.Context, tx *store.Tx, notes [2]helpdesk.ID, tickets ...helpdesk.ID) (map[helpdesk.ID]*talk, error) {
	ids := notes[:]
	for _, id := range tickets {
		var t row
		if err := tx.QueryRow(ctx, selectTicket, id).Scan(t.dest()...); err != nil {
			return nil, fmt.Errorf("read ticket %s: %w", id, err)
		}
		ids = append(ids, t.conversation)
		kin, err := d.kinOf(ctx, tx, t.person)
		if err != nil {
			return nil, err
		}
		for _, person := range kin.Members {
			more, err := idsOf(ctx, tx, selectPlaces, person)
			if err != nil {
				return nil, err
			}
			ids = append(ids, more...)
		}
	}
	out := map[helpdesk.ID]*talk{}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		c, err := d.lockTalk(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		out[id] = c
	}
	return out, nil
}

// kinOf is people.Kin, of nobody where nobody is known.
func (d *Desk) kinOf(ctx context.Context, r store.Reader, person helpdesk.ID) (people.Kin, error) {
	if person == "" {
		return people.Kin{}, nil
	}
	return d.people.Kin(ctx, r, person)
}

// partHelpers ends whatever somebody reads or owns on both sides, on the second
// person's, and what either person reads of the other. It returns the second
// person's tickets.
func (d *Desk) partHelpers(ctx context.Context, tx *store.Tx, talks map[helpdesk.ID]*talk, a, b *row) ([]helpdesk.ID, error) {
	one, err := d.sideOf(ctx, tx, a.person)
	if err != nil {
		return nil, err
	}
	two, err := d.sideOf(ctx, tx, b.person)
	if err != nil {
		return nil, err
	}
	lent := map[helpdesk.ID]bool{}
	for _, t := range one.tickets {
		if t.owner != "" && t.state != StateClosed {
			lent[t.owner] = true
		}
	}
	// First who reads on the one side and the one side's readers that go, then
	// what of it the other side has.
	err = d.eachTalk(ctx, tx, talks, one, func(c *talk, rows []*readerRow) error {
		for _, r := range rows {
			lent[r.reader] = lent[r.reader] || r.kind == userReader
		}
		return d.clear(ctx, tx, c, rows, func(r *readerRow) bool { return r.kind == personReader && two.kin.Has(r.reader) })
	})
	if err != nil {
		return nil, err
	}
	err = d.eachTalk(ctx, tx, talks, two, func(c *talk, rows []*readerRow) error {
		helps := func(r *readerRow) bool { return r.kind == userReader && lent[r.reader] }
		err := d.clear(ctx, tx, c, rows, func(r *readerRow) bool { return r.kind == personReader && one.kin.Has(r.reader) || helps(r) })
		for _, r := range rows {
			if err == nil && helps(r) {
				err = d.unasked(ctx, tx, c.ticket, r.reader)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var theirs []helpdesk.ID
	for _, t := range two.tickets {
		theirs = append(theirs, t.id)
		if t.owner == "" || !lent[t.owner] {
			continue
		}
		t, err := d.lock(ctx, tx, t.id)
		if err != nil {
			return nil, err
		}
		before := *t
		t.owner = ""
		t.version++
		if err := d.save(ctx, tx, before, t); err != nil {
			return nil, err
		}
		d.ring(tx, t)
	}
	return theirs, nil
}

// eachTalk goes through the locked conversations of one side, in order, each
// with its readers.
func (d *Desk) eachTalk(ctx context.Context, tx *store.Tx, talks map[helpdesk.ID]*talk, of party, do func(*talk, []*readerRow) error) error {
	for _, id := range slices.Sorted(maps.Keys(talks)) {
		c := talks[id]
		if !of.has(c.ticket) {
			continue
		}
		rows, err := d.readers(ctx, tx, c.id)
		if err != nil {
			return err
		}
		if err := do(c, rows); err != nil {
			return err
		}
	}
	return nil
}

// party is one side of a conflict.
type party struct {
	kin     people.Kin
	tickets []*row
}

func (p party) has(ticket helpdesk.ID) bool {
	return slices.ContainsFunc(p.tickets, func(t *row) bool { return t.id == ticket })
}

func (d *Desk) sideOf(ctx context.Context, r store.Reader, person helpdesk.ID) (party, error) {
	kin, err := d.people.Kin(ctx, r, person)
	if err != nil {
		return party{}, err
	}
	out := party{kin: kin}
	for _, id := range kin.Members {
		rows, err := d.ticketRows(ctx, r, selectConcerning, id)
		if err != nil {
			return party{}, err
		}
		for _, t := range rows {
			if t.owner, err = d.ownerOf(ctx, t); err != nil {
				return party{}, err
			}
		}
		out.tickets = append(out.tickets, rows...)
	}
	return out, nil
}

// clear ends readers of a locked conversation, with a new key for what comes.
func (d *Desk) clear(ctx context.Context, tx *store.Tx, c *talk, rows []*readerRow, gone func(*readerRow) bool) error {
	ended := map[seat]bool{}
	for _, r := range rows {
		if gone(r) {
			ended[seat{kind: r.kind, reader: r.reader}] = true
		}
	}
	if len(ended) == 0 {
		return nil
	}
	for who := range ended {
		if err := d.dropReader(ctx, tx, c, who); err != nil {
			return err
		}
	}
	stay := slices.DeleteFunc(d.presentSeats(ctx, rows, c, seat{}), func(to seat) bool {
		return ended[seat{kind: to.kind, reader: to.reader}]
	})
	_, err := d.nextEpoch(ctx, tx, nil, c, stay)
	return err
}

// moveApart hands the second person's tickets in the first's team to another.
func (d *Desk) moveApart(ctx context.Context, s *staff.Session, theirs []helpdesk.ID, ticket, apart helpdesk.ID) error {
	first, err := d.Facts(ctx, s, ticket)
	if err != nil {
		return err
	}
	for _, id := range theirs {
		var t row
		if err := d.db.QueryRow(ctx, selectTicket, id).Scan(t.dest()...); err != nil {
			return fmt.Errorf("read ticket %s: %w", id, err)
		}
		if t.team != first.Team || t.state == StateJoined || t.state == StateErasing || !s.Member(t.team) {
			continue
		}
		if err := d.Give(ctx, s, id, t.version, To{Team: apart}); err != nil {
			return err
		}
	}
	return nil
}

// EndConflict takes the mark off the persons of two tickets. Nobody gets back
// what they could read. The session reads both. ErrConflict when there is none.
func (d *Desk) EndConflict(ctx context.Context, s *staff.Session, ticket, other helpdesk.ID) error {
	return d.db.Write(ctx, "person.unconflict", func(tx *store.Tx) error {
		notes, err := d.twoNotes(ctx, tx, s, ticket, other)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(slices.Values(notes[:])) {
			if _, err := d.lockTalk(ctx, tx, id); err != nil {
				return err
			}
		}
		a, b, err := d.lockPersons(ctx, tx, s, ticket, other)
		if err != nil {
			return err
		}
		if err := d.people.EndConflict(ctx, tx, s.User.ID, a.ticket.person, b.ticket.person); err != nil {
			return err
		}
		return d.onBothCards(ctx, tx, s, notes, a.ticket, b.ticket, func(c *Card, other *row) error {
			kin, err := d.people.Kin(ctx, tx, other.person)
			if err != nil {
				return err
			}
			c.Apart = slices.DeleteFunc(c.Apart, func(o Opponent) bool { return kin.Has(o.Person) })
			return nil
		})
	})
}

// onBothCards changes what either ticket's card says of the other's person, and
// rings for both.
func (d *Desk) onBothCards(ctx context.Context, tx *store.Tx, s *staff.Session, notes [2]helpdesk.ID, a, b *row, change func(c *Card, other *row) error) error {
	for i, other := range []*row{b, a} {
		if err := d.changeCard(ctx, tx, s, notes[i], func(c *Card) error { return change(c, other) }); err != nil {
			return err
		}
	}
	d.ring(tx, a)
	d.ring(tx, b)
	return nil
}

// apart are those to be kept from a ticket's person.
func (d *Desk) apart(ctx context.Context, r store.Reader, t *row) (people.Apart, error) {
	if t.person == "" {
		return people.Apart{}, nil
	}
	return d.people.Apart(ctx, r, t.person)
}

// neutral refuses to give somebody a place with a locked ticket's person who has
// one with a person in conflict with them: owns a ticket of theirs, or had one
// lent. Of two at once, who comes second sees the first.
func (d *Desk) neutral(ctx context.Context, tx *store.Tx, t *row, user helpdesk.ID, key string) error {
	if t.person == "" || user == "" {
		return nil
	}
	apart, err := d.people.LockApart(ctx, tx, t.person)
	if err != nil || !apart.Any() {
		return err
	}
	served, err := d.served(ctx, tx, user)
	if err != nil {
		return err
	}
	for _, person := range served {
		far, err := d.people.From(ctx, tx, apart, person)
		if err != nil {
			return err
		}
		if far {
			return helpdesk.Refuse(key)
		}
	}
	return nil
}

// served are whom the tickets concern that somebody owns, or that were lent to
// them.
func (d *Desk) served(ctx context.Context, r store.Reader, user helpdesk.ID) ([]helpdesk.ID, error) {
	out, err := idsOf(ctx, r, selectServed, user)
	if err != nil {
		return nil, err
	}
	veiled, err := d.ticketRows(ctx, r, selectServedVeiled, user)
	for _, t := range veiled {
		if t.owner == d.ownerMark(t, user) {
			out = append(out, t.person)
		}
	}
	if err != nil {
		return nil, err
	}
	lent, err := d.lentTo(ctx, r, user)
	for part := range slices.Chunk(lent, 200) {
		some, err := idsOf(ctx, r, selectPersonsOf+store.Places(len(part), 1)+`) ORDER BY person`, anys(part)...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, err
}

// together refuses what would bring the persons of two tickets together who are
// in conflict.
func (d *Desk) together(ctx context.Context, r store.Reader, a, b helpdesk.ID, key string) error {
	apart, err := d.people.InConflict(ctx, r, a, b)
	if err != nil {
		return err
	}
	if apart {
		return helpdesk.Refuse(key)
	}
	return nil
}
