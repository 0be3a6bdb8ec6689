package tickets

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// PersonSheet is what a colleague sees of a ticket's person.
type PersonSheet struct {
	Ticket  Ticket
	Head    Head
	Card    Card           // of this ticket, with those joined into it
	Earlier []PersonTicket // newest first, over all channels
	// Merges are those between this person and who turned out to be them.
	Merges []people.Merged
	Careful
}

// LogValue keeps content out of logs.
func (PersonSheet) LogValue() slog.Value { return sealedValue }

// PersonTicket is another ticket of the same person with the card in it.
type PersonTicket struct {
	Row
	Card Card
}

// LogValue keeps content out of logs.
func (PersonTicket) LogValue() slog.Value { return sealedValue }

// Careful is what a colleague must know before they write or call.
type Careful struct {
	InConflict bool // somebody else we know must be kept apart from them
	// GivenUp: the ticket's own address is one its owner gave up.
	GivenUp bool
	Former  []Former // addresses they gave up: a letter from one may be anybody's
	Unsafe  bool     // there is a way by which they must never be reached
}

// LogValue keeps content out of logs.
func (Careful) LogValue() slog.Value { return sealedValue }

// Person returns what we know of a ticket's person. ErrDenied for whom the
// ticket was lent to.
func (d *Desk) Person(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (*PersonSheet, error) {
	f, err := d.member(ctx, d.db, s, ticket)
	if err != nil {
		return nil, err
	}
	// What is not in the book was not read.
	if err := d.journal.Noted(ctx, s.ID, s.User.ID, VerbPerson, d.object(f.ticket)); err != nil {
		return nil, fmt.Errorf("person of ticket %s: %w", ticket, err)
	}
	out := &PersonSheet{Ticket: d.facts(f.ticket)}
	if under, ok := f.held[spot{f.own().id, f.own().headEpoch}]; ok {
		if out.Head, err = openHead(f.own(), under); err != nil {
			d.alarm(ctx, "conversation", f.own().id)
		}
		out.Head.Hidden = nil // it stands in Ticket
	}
	earlier, kin, err := d.sameKin(ctx, s, f)
	if err != nil {
		return nil, err
	}
	ids := f.ids()
	for _, r := range earlier {
		ids = append(ids, r.Ticket.ID)
	}
	cards, err := d.cards(ctx, d.db, s, ids...)
	if err != nil {
		return nil, err
	}
	out.Card = cards[ticket]
	for _, j := range f.joined {
		out.Card.plus(cards[j.id])
	}
	for _, r := range earlier {
		out.Earlier = append(out.Earlier, PersonTicket{Row: r, Card: cards[r.Ticket.ID]})
	}
	out.Merges = kin.Merges
	out.Careful, err = d.careful(ctx, f, out.Card)
	return out, err
}

// Careful is the part of Person that stands beside every ticket.
func (d *Desk) Careful(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (Careful, error) {
	f, err := d.member(ctx, d.db, s, ticket)
	if err != nil {
		return Careful{}, err
	}
	cards, err := d.cards(ctx, d.db, s, f.ids()...)
	if err != nil {
		return Careful{}, err
	}
	var card Card
	for _, id := range f.ids() {
		card.plus(cards[id])
	}
	return d.careful(ctx, f, card)
}

func (d *Desk) careful(ctx context.Context, f *caseFile, card Card) (Careful, error) {
	t := f.ticket
	out := Careful{
		Former: card.Former,
		Unsafe: slices.ContainsFunc(card.Ways, func(w people.Way) bool { return w.Never }),
	}
	if t.person != "" {
		apart, err := d.people.Apart(ctx, d.db, t.person)
		if err != nil {
			return Careful{}, err
		}
		out.InConflict = apart.Any()
	}
	if t.writer == "" {
		return out, nil
	}
	var err error
	out.GivenUp, err = d.people.Former(ctx, d.db, t.writer)
	return out, err
}

// member opens a ticket for a member of a team that reads it.
func (d *Desk) member(ctx context.Context, r store.Reader, s *staff.Session, ticket helpdesk.ID) (*caseFile, error) {
	var unused Settle
	f, err := d.open(ctx, r, s, ticket, &unused)
	if err != nil {
		return nil, err
	}
	if !f.member {
		return nil, fmt.Errorf("person of ticket %s: %w", ticket, helpdesk.ErrDenied)
	}
	return f, nil
}

// ids are the ticket and those joined into it.
func (f *caseFile) ids() []helpdesk.ID {
	out := []helpdesk.ID{f.ticket.id}
	for _, j := range f.joined {
		out = append(out, j.id)
	}
	return out
}

// ByNumber finds a ticket by its order number; ErrNotFound also for one the
// session may not open.
func (d *Desk) ByNumber(ctx context.Context, s *staff.Session, number int64) (helpdesk.ID, error) {
	var id helpdesk.ID
	if err := d.db.QueryRow(ctx, selectByNumber, number).Scan(&id); err != nil {
		return "", fmt.Errorf("find ticket %d: %w", number, err)
	}
	if _, err := d.Facts(ctx, s, id); err != nil {
		return "", err
	}
	return id, nil
}

// MergePersons says that two tickets concern one person. Where nobody was known
// yet, a person is made. The session reads both.
//
// Refusals: "merge.self" for a ticket with itself, and those of people.Merge.
func (d *Desk) MergePersons(ctx context.Context, s *staff.Session, ticket, other helpdesk.ID) error {
	if ticket == other {
		return helpdesk.Refuse("merge.self")
	}
	return d.db.Write(ctx, "person.merge", func(tx *store.Tx) error {
		a, b, err := d.lockPersons(ctx, tx, s, ticket, other)
		if err != nil {
			return err
		}
		cards, err := d.cards(ctx, tx, s, ticket, other)
		if err != nil {
			return err
		}
		// Said a second time in the sealed cards: a row gone from the database
		// brings nobody together.
		if cards[ticket].apart(b.ticket.person) || cards[other].apart(a.ticket.person) {
			return helpdesk.Refuse("merge.conflict")
		}
		if err := d.people.Merge(ctx, tx, s.User.ID, b.ticket.person, a.ticket.person); err != nil {
			return err
		}
		d.ring(tx, a.ticket)
		d.ring(tx, b.ticket)
		return nil
	})
}

func (c Card) apart(person helpdesk.ID) bool {
	return slices.ContainsFunc(c.Apart, func(o Opponent) bool { return o.Person == person })
}

// lockPersons locks two tickets in one order, opens both, and makes a person
// for each that has none.
func (d *Desk) lockPersons(ctx context.Context, tx *store.Tx, s *staff.Session, ticket, other helpdesk.ID) (a, b *caseFile, err error) {
	files := map[helpdesk.ID]*caseFile{}
	for _, id := range []helpdesk.ID{min(ticket, other), max(ticket, other)} {
		t, err := d.lock(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		var unused Settle
		f, err := d.openRow(ctx, tx, s, t, &unused)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case !f.member:
			return nil, nil, fmt.Errorf("person of ticket %s: %w", id, helpdesk.ErrDenied)
		case !d.secrets.Vouched(t.mac, t.origin()):
			d.alarm(ctx, "ticket", id)
			return nil, nil, unproven()
		}
		files[id] = f
	}
	for _, id := range []helpdesk.ID{min(ticket, other), max(ticket, other)} {
		if err := d.concern(ctx, tx, files[id].ticket); err != nil {
			return nil, nil, err
		}
	}
	return files[ticket], files[other], nil
}

// concern gives a locked ticket a person of its own where it has none.
func (d *Desk) concern(ctx context.Context, tx *store.Tx, t *row) error {
	if t.person != "" {
		return nil
	}
	before := *t
	var err error
	if t.person, err = d.people.NewPerson(ctx, tx); err != nil {
		return err
	}
	t.version++
	return d.save(ctx, tx, before, t)
}

// UnmergePerson takes back that person (one of PersonSheet.Merges) is the
// ticket's. ErrNotFound when it is none of them.
func (d *Desk) UnmergePerson(ctx context.Context, s *staff.Session, ticket, person helpdesk.ID) error {
	return d.db.Write(ctx, "person.unmerge", func(tx *store.Tx) error {
		f, err := d.member(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		kin, err := d.people.Kin(ctx, tx, f.ticket.person)
		if err != nil {
			return err
		}
		if f.ticket.person == "" || !slices.ContainsFunc(kin.Merges, func(m people.Merged) bool { return m.Person == person }) {
			return fmt.Errorf("undo the merging of %s: %w", person, helpdesk.ErrNotFound)
		}
		if err := d.people.Unmerge(ctx, tx, s.User.ID, person); err != nil {
			return err
		}
		d.ring(tx, f.ticket)
		return nil
	})
}
