package tickets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Form is what somebody filled in on another site, which that site's program
// brings here.
type Form struct {
	Team     helpdesk.ID // one of the session's
	Language string
	Title    string
	Text     string
	Who      Who // Key "" for who gave no address
	Files    []Upload
	ClientID string // makes doing it twice invisible
}

// LogValue keeps content out of logs.
func (Form) LogValue() slog.Value { return sealedValue }

// OpenForm opens a ticket with what somebody wrote elsewhere, as a letter whose
// sender nobody has proven. Done twice with one ClientID it is one ticket.
// ErrNotFound for a team that is not the session's, Refusals "form.title" and
// "form.text" for what is missing.
func (d *Desk) OpenForm(ctx context.Context, s *staff.Session, f Form) (helpdesk.ID, error) {
	switch {
	case strings.TrimSpace(f.Title) == "":
		return "", helpdesk.Refuse("form.title")
	case strings.TrimSpace(f.Text) == "":
		return "", helpdesk.Refuse("form.text")
	case !s.Member(f.Team):
		return "", fmt.Errorf("open a ticket in team %s: %w", f.Team, helpdesk.ErrNotFound)
	}
	id := d.callID(s, "form "+f.ClientID)
	err := d.db.Write(ctx, "open a form", func(tx *store.Tx) error {
		var have row
		err := tx.QueryRow(ctx, selectTicket, id).Scan(have.dest()...)
		if err == nil || !errors.Is(err, helpdesk.ErrNotFound) {
			return err // it was sent twice
		}
		o := Opening{Team: f.Team, Language: f.Language, Title: f.Title, Name: f.Who.Name, Address: f.Who.Address}
		m := Message{Kind: KindLetter, Direction: In, ClientID: f.ClientID, Content: Content{Subject: f.Title, Text: f.Text, Language: f.Language}, Files: f.Files}
		if f.Who.Key != "" {
			w, err := d.people.Writer(ctx, tx, f.Who.Key)
			if err != nil {
				return err
			}
			o.Writer, m.Content.From = w.ID, []Address{{Name: f.Who.Name, Addr: f.Who.Address}}
		}
		c, err := d.Open(ctx, tx, o)
		if err != nil {
			return err
		}
		c.Ticket, c.fresh.ticket.id, c.fresh.talk.ticket = id, id, id
		if _, err := c.Append(ctx, tx, m); err != nil {
			return err
		}
		return d.record(ctx, tx, s.User.ID, "ticket.letter", id)
	})
	if errors.Is(err, helpdesk.ErrConflict) {
		// Both copies at the same moment: the other one made it.
		if _, err := d.Facts(ctx, s, id); err == nil {
			return id, nil
		}
	}
	if err != nil {
		return "", err
	}
	return id, nil
}
