package tickets

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Parting is what a split took from somebody, so that it can be undone.
type Parting struct {
	From    helpdesk.ID    `json:"from"`
	To      helpdesk.ID    `json:"to"`
	Seats   []formerSeat   `json:"seats,omitempty"`
	Singles []formerSingle `json:"singles,omitempty"`
}

// formerSeat is an epoch somebody read.
type formerSeat struct {
	Reader       helpdesk.ID `json:"r"`
	Conversation helpdesk.ID `json:"c"`
	Epoch        int64       `json:"e"`
	Present      bool        `json:"p,omitempty"`
}

// formerSingle is a message somebody read without its conversation.
type formerSingle struct {
	Reader  helpdesk.ID `json:"r"`
	Message helpdesk.ID `json:"m"`
}

// Split says that tickets concern somebody else than we thought: a new person,
// whom they concern from now on, and whom it returns. The person they were taken
// from reads them no more, and what comes has a new key; whoever is given a code
// for the new person reads them from their beginning.
//
// Refusals: "split.none" without a ticket, "split.nobody" where nobody is known
// to be the person, "ticket.joined", "ticket.unproven".
func (d *Desk) Split(ctx context.Context, s *staff.Session, tickets ...helpdesk.ID) (helpdesk.ID, error) {
	tickets = slices.Compact(slices.Sorted(slices.Values(tickets)))
	if len(tickets) == 0 {
		return "", helpdesk.Refuse("split.none")
	}
	var to helpdesk.ID
	err := d.db.Write(ctx, "person.split", func(tx *store.Tx) error {
		var err error
		if to, err = d.people.NewPerson(ctx, tx); err != nil {
			return err
		}
		for _, id := range tickets {
			if err := d.splitOff(ctx, tx, s, id, to); err != nil {
				return fmt.Errorf("split off ticket %s: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return to, nil
}

func (d *Desk) splitOff(ctx context.Context, tx *store.Tx, s *staff.Session, ticket, to helpdesk.ID) error {
	_, notes, err := d.withNotes(ctx, tx, s, ticket)
	if err != nil {
		return err
	}
	file, err := d.lockCase(ctx, tx, s, ticket)
	if err != nil {
		return err
	}
	t := file.ticket
	switch {
	case t.state == StateJoined:
		return helpdesk.Refuse("ticket.joined")
	case !d.secrets.Vouched(t.mac, t.origin()):
		d.alarm(ctx, "ticket", t.id)
		return unproven()
	case t.person == "":
		return helpdesk.Refuse("split.nobody")
	}
	kin, err := d.people.Kin(ctx, tx, t.person)
	if err != nil {
		return err
	}
	was := Parting{From: t.person, To: to}
	for _, c := range file.talks {
		if c.kind != personConversation {
			continue
		}
		if err := d.unseat(ctx, tx, s, file, c, kin, &was); err != nil {
			return err
		}
	}
	if err := d.concernAll(ctx, tx, s, file, kin, to, SystemSplit, "person.split"); err != nil {
		return err
	}
	return d.changeCard(ctx, tx, s, notes, func(c *Card) error { c.Split = &was; return nil })
}

// unseat takes a person and who is one with them out of a locked conversation,
// and remembers what they read in it.
func (d *Desk) unseat(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *talk, kin people.Kin, was *Parting) error {
	// A letter that lies blind was wrapped to them by itself.
	if err := d.settleAll(ctx, tx, s, file, c); err != nil {
		return err
	}
	for _, r := range file.rows {
		if r.conversation == c.id && r.kind == personReader && kin.Has(r.reader) && d.vouchedReader(r) {
			was.Seats = append(was.Seats, formerSeat{r.reader, c.id, r.epoch, r.epoch == c.epoch})
		}
	}
	singles, err := d.singles(ctx, tx, selectPersonSingles, c.id)
	if err != nil {
		return err
	}
	for _, k := range singles {
		if kin.Has(k.reader) {
			was.Singles = append(was.Singles, formerSingle{k.reader, k.message})
		}
	}
	for _, person := range kin.Members {
		if err := d.dropReader(ctx, tx, c, seat{kind: personReader, reader: person}); err != nil {
			return err
		}
	}
	readers := slices.DeleteFunc(d.presentSeats(ctx, file.rows, c, seat{}), func(to seat) bool {
		return to.kind == personReader && kin.Has(to.reader)
	})
	return d.stepEpoch(ctx, tx, s, file, c, readers)
}

// concernAll makes a locked case somebody else's: the ticket and those joined
// into it that concerned one of the kin.
func (d *Desk) concernAll(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, kin people.Kin, to helpdesk.ID, key, verb string) error {
	for _, j := range file.joined {
		j, err := d.lock(ctx, tx, j.id)
		if err != nil {
			return err
		}
		if !kin.Has(j.person) {
			continue
		}
		before := *j
		j.person = to
		j.version++
		if err := d.save(ctx, tx, before, j); err != nil {
			return err
		}
	}
	before := *file.ticket
	file.ticket.person = to
	file.ticket.version++
	if err := d.system(ctx, tx, s, file, file.own(), key); err != nil {
		return err
	}
	if err := d.save(ctx, tx, before, file.ticket); err != nil {
		return err
	}
	if err := d.recordOf(ctx, tx, s.User.ID, verb, file.ticket); err != nil {
		return err
	}
	d.ring(tx, file.ticket)
	return nil
}

// UndoSplit gives a ticket back to whom it was taken from: they read again what
// they read, and what comes from now on; what was said in between stays closed
// to them. ErrConflict when it was never split off.
//
// Refusals: "split.used" once the new person reads it, "split.gone" when the
// other was erased, "merge.conflict" when the two are in conflict by now.
func (d *Desk) UndoSplit(ctx context.Context, s *staff.Session, ticket helpdesk.ID) error {
	return d.db.Write(ctx, "person.unsplit", func(tx *store.Tx) error {
		_, notes, err := d.withNotes(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		file, err := d.lockCase(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		cards, err := d.cards(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		was := cards[ticket].Split
		if was == nil || file.ticket.person != was.To || file.ticket.state == StateJoined {
			return fmt.Errorf("undo the split of ticket %s: %w", ticket, helpdesk.ErrConflict)
		}
		if err := d.mayReunite(ctx, tx, file, was); err != nil {
			return err
		}
		for _, c := range file.talks {
			if c.kind != personConversation {
				continue
			}
			if err := d.reseat(ctx, tx, s, file, c, was); err != nil {
				return err
			}
		}
		kin := people.Kin{Members: []helpdesk.ID{was.To}}
		if err := d.concernAll(ctx, tx, s, file, kin, was.From, SystemUnsplit, "person.unsplit"); err != nil {
			return err
		}
		return d.changeCard(ctx, tx, s, notes, func(c *Card) error { c.Split = nil; return nil })
	})
}

func (d *Desk) mayReunite(ctx context.Context, tx *store.Tx, file *caseFile, was *Parting) error {
	for _, r := range file.rows {
		if r.kind == personReader && r.reader == was.To {
			return helpdesk.Refuse("split.used")
		}
	}
	if err := d.people.Person(ctx, tx, was.From); errors.Is(err, helpdesk.ErrNotFound) {
		return helpdesk.Refuse("split.gone")
	} else if err != nil {
		return err
	}
	apart, err := d.people.InConflict(ctx, tx, was.From, was.To)
	if err != nil {
		return err
	}
	if apart {
		return helpdesk.Refuse("merge.conflict")
	}
	return nil
}

// reseat wraps to somebody anew what they read before a split, and lets them
// read what comes.
func (d *Desk) reseat(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *talk, was *Parting) error {
	readers := d.presentSeats(ctx, file.rows, c, seat{})
	var rows []*readerRow
	for _, f := range was.Seats {
		if f.Conversation != c.id {
			continue
		}
		key, err := d.people.PersonKey(ctx, tx, f.Reader)
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue // erased meanwhile
		}
		if err != nil {
			return err
		}
		to := seat{kind: personReader, reader: f.Reader, key: &key}
		if f.Present {
			readers = append(readers, to)
		}
		h, ok := file.held[spot{c.id, f.Epoch}]
		if !ok || !h.proven || file.reads(c.id, f.Epoch, to) {
			continue
		}
		row, err := d.readerFor(ctx, tx, nil, c, f.Epoch, to, h.key)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if err := d.insertReaders(ctx, tx, rows); err != nil {
		return err
	}
	if err := d.regiveSingles(ctx, tx, file, c, was); err != nil {
		return err
	}
	return d.stepEpoch(ctx, tx, s, file, c, readers)
}

func (d *Desk) regiveSingles(ctx context.Context, tx *store.Tx, file *caseFile, c *talk, was *Parting) error {
	for _, f := range was.Singles {
		var m messageRow
		if err := tx.QueryRow(ctx, selectMessage, f.Message).Scan(m.dest()...); err != nil {
			return fmt.Errorf("read message %s: %w", f.Message, err)
		}
		h, ok := file.held[spot{m.conversation, m.epoch}]
		if m.conversation != c.id || !ok || !h.proven || m.form != formSettled || !d.secrets.Vouched(m.mac, m.origin(), m.content) {
			continue // what is sealed under the conversation's own key came back with its epoch
		}
		key, err := h.key.Unwrap(m.settledAt(), m.keywrap)
		if err != nil {
			d.alarm(ctx, "message", m.id)
			continue
		}
		public, err := d.people.PersonKey(ctx, tx, f.Reader)
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := d.giveSingle(ctx, tx, &m, seat{kind: personReader, reader: f.Reader, key: &public}, key); err != nil {
			return err
		}
	}
	return nil
}
