package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Card is what colleagues know of the person beside what was said: how to reach
// them without harm, who else writes for them, which addresses they gave up. It
// lies in the head of the ticket's notes, so that it has the readers of the
// notes: never the person, nor whom the ticket was lent to. Of several tickets
// of one person each has a card of its own, and one sees those of the tickets
// one may open.
type Card struct {
	Ways    []people.Way   `json:"ways,omitempty"`
	Proxies []people.Proxy `json:"proxies,omitempty"`
	Former  []Former       `json:"former,omitempty"`

	// Apart are those they are in conflict with, and Split how the ticket came
	// to be somebody else's. Both are kept by the room alone.
	Apart []Opponent `json:"apart,omitempty"`
	Split *Parting   `json:"split,omitempty"`
}

// LogValue keeps the card out of logs.
func (Card) LogValue() slog.Value { return sealedValue }

// Former is an address somebody gave up.
type Former struct {
	Address string `json:"address"`
	Day     string `json:"day"` // since when we know, "2006-01-02"
}

// LogValue keeps addresses out of logs.
func (Former) LogValue() slog.Value { return sealedValue }

// Opponent is somebody to be kept apart from the person, and the ticket by
// which that was said.
type Opponent struct {
	Person helpdesk.ID `json:"person"`
	Ticket helpdesk.ID `json:"ticket"`
}

// cardMost bounds each list of a card.
const cardMost = 30

func (c Card) fit() error {
	if max(len(c.Ways), len(c.Proxies), len(c.Former), len(c.Apart)) > cardMost {
		return helpdesk.Refuse("card.most")
	}
	for _, w := range c.Ways {
		if err := w.Fit(); err != nil {
			return err
		}
	}
	for _, x := range c.Proxies {
		if err := x.Fit(); err != nil {
			return err
		}
	}
	return nil
}

func openCard(c *talk, under held) (Card, error) {
	var out Card
	if len(c.head) == 0 {
		return out, nil
	}
	plain, err := under.key.Open(headAt(c.id, c.headEpoch), c.head)
	if err != nil {
		return Card{}, fmt.Errorf("open the card in %s: %w", c.id, err)
	}
	if json.Unmarshal(plain, &out) != nil {
		return Card{}, fmt.Errorf("decode the card in %s: not what was sealed", c.id)
	}
	return out, nil
}

// SetCard changes what we know of the ticket's person. ErrDenied for whom it was
// lent to. Refusals: "card.most", and those of people.Way and people.Proxy.
func (d *Desk) SetCard(ctx context.Context, s *staff.Session, ticket helpdesk.ID, change func(*Card) error) error {
	return d.db.Write(ctx, "person.card", func(tx *store.Tx) error {
		file, notes, err := d.withNotes(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		if err := d.changeCard(ctx, tx, s, notes, change); err != nil {
			return err
		}
		if err := d.record(ctx, tx, s.User.ID, "person.card", ticket); err != nil {
			return err
		}
		d.ringTicket(tx, file.ticket)
		return nil
	})
}

// withNotes opens a ticket for a member and makes sure that it has notes.
func (d *Desk) withNotes(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID) (*caseFile, helpdesk.ID, error) {
	var unused Settle
	file, err := d.open(ctx, tx, s, ticket, &unused)
	if err != nil {
		return nil, "", err
	}
	if !file.member {
		return nil, "", fmt.Errorf("person of ticket %s: %w", ticket, helpdesk.ErrDenied)
	}
	notes, err := d.notes(ctx, tx, s, file)
	return file, notes, err
}

// changeCard seals the card in some notes anew. The notes are locked before
// their card is read, so of two changes at once none is lost.
func (d *Desk) changeCard(ctx context.Context, tx *store.Tx, s *staff.Session, notes helpdesk.ID, change func(*Card) error) error {
	c, err := d.lockTalk(ctx, tx, notes)
	if err != nil {
		return err
	}
	began, err := d.abreast(ctx, tx, c)
	if err != nil {
		return err
	}
	held, err := d.heldBy(ctx, tx, colleague{s}, c)
	if err != nil {
		return err
	}
	held.add(began)
	h, ok := held[spot{c.id, c.epoch}]
	under, also := held[spot{c.id, c.headEpoch}]
	if !ok || !also || !h.proven || !under.proven || !d.secrets.Vouched(c.mac, c.origin()) {
		d.alarm(ctx, "conversation", c.id)
		return unproven()
	}
	card, err := openCard(c, under)
	if err != nil {
		return err
	}
	if err := change(&card); err != nil {
		return err
	}
	if err := card.fit(); err != nil {
		return err
	}
	plain, err := json.Marshal(card)
	if err != nil {
		return fmt.Errorf("encode the card in %s: %w", c.id, err)
	}
	sealed := h.key.Seal(headAt(c.id, c.epoch), floor(plain, headFloor))
	if _, err := tx.Exec(ctx, updateHead, sealed, c.id, c.epoch); err != nil {
		return fmt.Errorf("change the card in %s: %w", c.id, err)
	}
	return nil
}

// cards opens the cards of the tickets, as far as the session may and their
// rows are ours.
func (d *Desk) cards(ctx context.Context, r store.Reader, s *staff.Session, tickets ...helpdesk.ID) (map[helpdesk.ID]Card, error) {
	out := map[helpdesk.ID]Card{}
	if len(tickets) == 0 {
		return out, nil
	}
	rows, err := r.Query(ctx, selectCards+store.Places(len(tickets), 1)+") ORDER BY c.id, r.reader", anys(tickets)...)
	if err != nil {
		return nil, fmt.Errorf("read cards: %w", err)
	}
	defer rows.Close()
	type found struct {
		talk   talk
		reader readerRow
	}
	var all []*found
	for rows.Next() {
		var f found
		if err := rows.Scan(append(f.talk.dest(), f.reader.dest()...)...); err != nil {
			return nil, fmt.Errorf("read cards: %w", err)
		}
		all = append(all, &f)
	}
	if err := finish(rows, "read cards"); err != nil {
		return nil, err
	}
	for _, f := range all {
		if _, have := out[f.talk.ticket]; have || f.reader.kind != teamReader || !s.Member(f.reader.reader) {
			continue
		}
		h, _, err := d.openReader(ctx, colleague{s}, &f.reader)
		if err != nil || !h.proven || !d.secrets.Vouched(f.talk.mac, f.talk.origin()) {
			continue
		}
		card, err := openCard(&f.talk, h)
		if err != nil {
			d.alarm(ctx, "conversation", f.talk.id)
			continue
		}
		out[f.talk.ticket] = card
	}
	return out, nil
}

// plus adds what another card of the same person says.
func (c *Card) plus(other Card) {
	c.Ways = append(c.Ways, other.Ways...)
	c.Proxies = append(c.Proxies, other.Proxies...)
	for _, f := range other.Former {
		if !slices.ContainsFunc(c.Former, func(have Former) bool { return have.Address == f.Address }) {
			c.Former = append(c.Former, f)
		}
	}
}
