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
	"returnsupport/helpdesk/vault"
)

// A link can be forwarded. Where somebody reads the case already, who opens one
// gets its answer alone: whether they join the case a member says.

// Stranger is somebody who opened an answer by a link in a case that another
// person reads, and waits for our yes.
type Stranger struct {
	Person helpdesk.ID
	Since  time.Time // a day; zero where the team is restricted
}

const (
	strangerAsks    = "asks"
	strangerRefused = "refused"
)

type strangerRow struct {
	conversation, person helpdesk.ID
	state                string
	since                int64
	mac                  []byte
}

// origin is what our MAC on the row speaks for.
func (r *strangerRow) origin() vault.Context {
	return vault.At("tickets.stranger", r.conversation, r.person, r.state, r.since)
}

// taken tells whether another person reads the conversation at present.
func (d *Desk) taken(ctx context.Context, tx *store.Tx, c *talk, person helpdesk.ID) (bool, error) {
	rows, err := d.readers(ctx, tx, c.id)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(rows, func(r *readerRow) bool {
		return r.epoch == c.epoch && r.kind == personReader && r.reader != person && d.counts(ctx, r)
	}), nil
}

// knock has a stranger wait, and the ticket wait for us. Refusal
// "conflict.reader" as for AddPerson: who is in conflict with whom it concerns
// does not even ask.
func (d *Desk) knock(ctx context.Context, tx *store.Tx, c *talk, person helpdesk.ID) error {
	var t row
	if err := tx.QueryRow(ctx, selectTicket, c.ticket).Scan(t.dest()...); err != nil {
		return fmt.Errorf("read ticket %s: %w", c.ticket, err)
	}
	if err := d.together(ctx, tx, t.person, person, "conflict.reader"); err != nil {
		return err
	}
	since := toDay(d.now().UnixMicro())
	if t.restricted() {
		since = 0 // the line below says it, sealed
	}
	if err := d.putStranger(ctx, tx, strangerRow{conversation: c.id, person: person, state: strangerAsks, since: since}); err != nil {
		return err
	}
	open, err := d.Blind(ctx, tx, c.id)
	if err != nil {
		return err
	}
	_, err = open.Append(ctx, tx, Message{Kind: KindSystem, Direction: In, Content: Content{Key: SystemKnocked}})
	return err
}

func (d *Desk) putStranger(ctx context.Context, tx *store.Tx, r strangerRow) error {
	if _, err := tx.Exec(ctx, upsertStranger, r.conversation, r.person, r.state, r.since, d.secrets.Vouch(r.origin())); err != nil {
		return fmt.Errorf("note a stranger in %s: %w", r.conversation, err)
	}
	return nil
}

// strangers reads rows by one of the two queries. One without our MAC counts
// for nothing: nobody joins a case by writing to the database.
func (d *Desk) strangers(ctx context.Context, r store.Reader, query string, of ...any) ([]strangerRow, error) {
	rows, err := r.Query(ctx, query, of...)
	if err != nil {
		return nil, fmt.Errorf("read strangers: %w", err)
	}
	defer rows.Close()
	var out []strangerRow
	for rows.Next() {
		var s strangerRow
		if err := rows.Scan(&s.conversation, &s.person, &s.state, &s.since, &s.mac); err != nil {
			return nil, fmt.Errorf("read strangers: %w", err)
		}
		if !d.secrets.Vouched(s.mac, s.origin()) {
			d.alarm(ctx, "stranger", s.conversation)
			continue
		}
		out = append(out, s)
	}
	return out, finish(rows, "read strangers")
}

// Strangers lists who waits for our yes to a ticket, at most 50. ErrNotFound
// for somebody else's ticket.
func (d *Desk) Strangers(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Stranger, error) {
	conversation, _, err := d.PersonConversation(ctx, s, ticket)
	if err != nil {
		return nil, err
	}
	rows, err := d.strangers(ctx, d.db, selectAsking, conversation)
	if err != nil {
		return nil, err
	}
	var out []Stranger
	for _, r := range rows {
		if r.state == strangerAsks {
			out = append(out, Stranger{Person: r.person, Since: instant(r.since)})
		}
	}
	return out, nil
}

// Welcome says yes: the stranger reads what comes from now on. ErrNotFound when
// nobody of that id waits, ErrDenied to whom the ticket was only lent; otherwise
// as AddPerson.
func (d *Desk) Welcome(ctx context.Context, tx *store.Tx, s *staff.Session, ticket, person helpdesk.ID) error {
	c, err := d.asking(ctx, tx, s, ticket, person)
	if err != nil {
		return err
	}
	key, err := d.people.PersonKey(ctx, tx, person)
	if err != nil {
		return fmt.Errorf("welcome %s to ticket %s: %w", person, ticket, err)
	}
	if err := d.AddPerson(ctx, tx, c.id, key); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, deleteStranger, c.id, person); err != nil {
		return fmt.Errorf("welcome %s to ticket %s: %w", person, ticket, err)
	}
	return d.record(ctx, tx, s.User.ID, "ticket.welcomed", ticket)
}

// TurnAway says no: the stranger keeps the one answer. Errors as for Welcome.
func (d *Desk) TurnAway(ctx context.Context, tx *store.Tx, s *staff.Session, ticket, person helpdesk.ID) error {
	c, err := d.asking(ctx, tx, s, ticket, person)
	if err != nil {
		return err
	}
	if err := d.putStranger(ctx, tx, strangerRow{conversation: c.id, person: person, state: strangerRefused}); err != nil {
		return err
	}
	t, err := d.lock(ctx, tx, ticket)
	if err != nil {
		return err
	}
	before := *t
	t.version++ // pages show that it was decided
	if err := d.save(ctx, tx, before, t); err != nil {
		return err
	}
	d.ring(tx, t)
	return d.record(ctx, tx, s.User.ID, "ticket.turned_away", ticket)
}

// asking locks a ticket in which somebody waits for a member's yes or no.
func (d *Desk) asking(ctx context.Context, tx *store.Tx, s *staff.Session, ticket, person helpdesk.ID) (*talk, error) {
	file, err := d.lockCase(ctx, tx, s, ticket)
	if err != nil {
		return nil, err
	}
	if !file.member {
		return nil, fmt.Errorf("stranger in ticket %s: %w", ticket, helpdesk.ErrDenied)
	}
	c := file.own()
	rows, err := d.strangers(ctx, tx, selectAsking, c.id)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(rows, func(r strangerRow) bool { return r.person == person && r.state == strangerAsks }) {
		return nil, fmt.Errorf("stranger %s in ticket %s: %w", person, ticket, helpdesk.ErrNotFound)
	}
	return c, nil
}

// Handed is an answer somebody has by a link, in a case they do not read.
type Handed struct {
	Said
	Refused bool // a member said that they do not join
}

// HandedTo lists the answers the person has by links in cases that others read:
// at most 20, the newest case last. Nothing for a session that ended.
func (d *Desk) HandedTo(ctx context.Context, g *people.Guest) ([]Handed, error) {
	all, err := d.handedTo(ctx, g)
	if err != nil {
		return nil, err
	}
	out := make([]Handed, len(all))
	for i, l := range all {
		out[i] = Handed{Said: said(l.Opened), Refused: l.refused}
	}
	return out, nil
}

// HandedFile opens an attachment of one of them. ErrNotFound as for HeardFile.
func (d *Desk) HandedFile(ctx context.Context, g *people.Guest, message helpdesk.ID, position int) (File, *Bytes, error) {
	all, err := d.handedTo(ctx, g)
	if err != nil {
		return File{}, nil, err
	}
	for _, l := range all {
		if l.ID == message {
			return d.bytes(ctx, l.Opened, position)
		}
	}
	return File{}, nil, fmt.Errorf("file of message %s: %w", message, helpdesk.ErrNotFound)
}

type handed struct {
	Opened
	refused bool
}

func (d *Desk) handedTo(ctx context.Context, g *people.Guest) ([]handed, error) {
	rows, err := d.strangers(ctx, d.db, selectKnocking, g.Person)
	if err != nil {
		return nil, err
	}
	var out []handed
	for _, r := range rows {
		// Again one query that asks whether the session lives and brings the wraps.
		x, err := d.listen(ctx, guest{g}, false, selectHanded, r.conversation, g.Person, g.ID)
		if err != nil {
			return nil, err
		}
		if err := d.besideHeard(ctx, g, x); err != nil {
			return nil, err
		}
		for _, o := range x.opened {
			out = append(out, handed{o, r.state == strangerRefused})
		}
	}
	return out, nil
}
