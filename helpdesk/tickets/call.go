package tickets

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// How a talk outside the house's own pages was held; also the channel of a
// ticket that began with it.
const (
	ByPhone = "phone"
	ByVisit = "visit"
)

// Whose turn it is after a call; "" leaves it as it was.
const (
	TurnOurs   = "ours"
	TurnTheirs = "theirs"
)

// Call is what a note of a call says beside its words.
type Call struct {
	How string `json:"how"` // ByPhone or ByVisit
	// Ours: we called, or went to them; else they did.
	Ours     bool        `json:"ours,omitempty"`
	With     people.Role `json:"with,omitempty"`     // with whom
	Nobody   bool        `json:"nobody,omitempty"`   // nobody answered
	Left     bool        `json:"left,omitempty"`     // a message was left
	Minutes  int         `json:"minutes,omitempty"`  // how long, 0 for not noted
	Language string      `json:"language,omitempty"` // in which it was held
}

// LogValue keeps content out of logs.
func (Call) LogValue() slog.Value { return sealedValue }

// CallNote is a call as it is written down.
type CallNote struct {
	Call
	At       time.Time // when it was; now when zero
	Text     string
	Turn     string // TurnOurs, TurnTheirs or ""
	ClientID string // makes doing it twice invisible
}

// LogValue keeps content out of logs.
func (CallNote) LogValue() slog.Value { return sealedValue }

// callMinutes bounds what a talk can have lasted.
const callMinutes = 12 * 60

func (n *CallNote) fit(now time.Time) error {
	if n.At.IsZero() {
		n.At = now
	}
	switch {
	case n.How != ByPhone && n.How != ByVisit:
		return helpdesk.Refuse("callnote.wrong.how")
	case strings.TrimSpace(n.Text) == "" && !n.Nobody:
		return helpdesk.Refuse("callnote.wrong.text")
	case n.Turn != "" && n.Turn != TurnOurs && n.Turn != TurnTheirs:
		return helpdesk.Refuse("callnote.wrong.turn")
	case n.Minutes < 0 || n.Minutes > callMinutes:
		return helpdesk.Refuse("callnote.wrong.minutes")
	case n.At.After(now.Add(time.Minute)) || n.At.Before(now.AddDate(-1, 0, 0)):
		return helpdesk.Refuse("callnote.wrong.at")
	}
	return nil
}

// message lies with the notes: what somebody said on the phone is for
// colleagues, and never shows on a page of theirs. Its direction is whose turn
// it is after it; who called whom is sealed.
func (n *CallNote) message(s *staff.Session) Message {
	m := Message{
		Kind: KindCall, Direction: Inside, At: n.At, Author: s.User.ID, ClientID: n.ClientID,
		Content: Content{Text: n.Text, Call: &n.Call},
	}
	switch n.Turn {
	case TurnOurs:
		m.Direction = In
	case TurnTheirs:
		m.Direction = Out
	}
	return m
}

// AddCall notes a call in a ticket. ErrDenied for whom it was lent to. Refusals:
// "callnote.wrong.how", "callnote.wrong.text", "callnote.wrong.turn", "callnote.wrong.minutes", "callnote.wrong.at".
func (d *Desk) AddCall(ctx context.Context, s *staff.Session, ticket helpdesk.ID, n CallNote) (int64, error) {
	if err := n.fit(d.now()); err != nil {
		return 0, err
	}
	_, number, err := d.noteAs(ctx, s, ticket, n.message(s))
	return number, err
}

// CallOpening is a ticket that begins with a call.
type CallOpening struct {
	Team     helpdesk.ID // one of the session's
	Language string
	Title    string
	Name     string // what they called themselves, if anything
	Facts    Facts
}

// LogValue keeps content out of logs.
func (CallOpening) LogValue() slog.Value { return sealedValue }

// OpenCall opens a ticket of the session's own with a call. Done twice with one
// ClientID it is one ticket. ErrNotFound for a team that is not the session's.
// Refusals as for AddCall, and "callnote.wrong.title".
func (d *Desk) OpenCall(ctx context.Context, s *staff.Session, o CallOpening, n CallNote) (helpdesk.ID, error) {
	if err := n.fit(d.now()); err != nil {
		return "", err
	}
	if strings.TrimSpace(o.Title) == "" {
		return "", helpdesk.Refuse("callnote.wrong.title")
	}
	if !s.Member(o.Team) {
		return "", fmt.Errorf("open a ticket in team %s: %w", o.Team, helpdesk.ErrNotFound)
	}
	id := d.callID(s, n.ClientID)
	err := d.db.Write(ctx, "open a call", func(tx *store.Tx) error {
		var have row
		err := tx.QueryRow(ctx, selectTicket, id).Scan(have.dest()...)
		if err == nil || !errors.Is(err, helpdesk.ErrNotFound) {
			return err // the form was sent twice
		}
		c, err := d.Open(ctx, tx, Opening{
			Team: o.Team, Owner: s.User.ID, Channel: n.How, Language: o.Language, Title: o.Title, Name: o.Name,
			Facts: o.Facts, Priority: o.Facts.Priority(),
		})
		if err != nil {
			return err
		}
		c.Ticket, c.fresh.ticket.id, c.fresh.talk.ticket = id, id, id
		// A ticket is never empty, and what was said lies with the notes.
		_, err = c.Append(ctx, tx, Message{
			Kind: KindSystem, Direction: Inside, At: n.At, Author: s.User.ID, Content: Content{Key: SystemCalled, Args: []string{n.How}},
		})
		if err != nil {
			return err
		}
		_, notes, err := d.withNotes(ctx, tx, s, id)
		if err != nil {
			return err
		}
		with, err := d.With(ctx, tx, s, notes)
		if err != nil {
			return err
		}
		_, err = with.Append(ctx, tx, n.message(s))
		return err
	})
	if errors.Is(err, helpdesk.ErrConflict) {
		// Both copies of the form at the same moment: the other one made it.
		if _, err := d.Facts(ctx, s, id); err == nil {
			return id, nil
		}
	}
	if err != nil {
		return "", err
	}
	return id, nil
}

// callID is the id of the ticket a form opens: as random as the form's own, and
// the same each time.
func (d *Desk) callID(s *staff.Session, client string) helpdesk.ID {
	if client == "" {
		return helpdesk.NewID()
	}
	mark := d.secrets.Index("tickets.call", string(s.User.ID)+" "+client)
	return helpdesk.ID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mark[:16])))
}
