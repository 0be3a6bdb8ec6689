package tickets

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Loan is a ticket that was lent to one reader, and until when.
type Loan struct {
	Ticket   helpdesk.ID
	Number   int64 // order number
	Language string
	Until    time.Time
}

// Interpreting is what an interpreter sees of a ticket lent to them: what was
// written, and its translations. Who wrote it, from which address, who else
// reads it and what the desk knows of it are not in it.
type Interpreting struct {
	Loan
	Messages []Opened // of letters, answers and talk alone, oldest first
	Settle   Settle   // for Desk.Settle, after the response
}

// LogValue keeps content out of logs.
func (Interpreting) LogValue() slog.Value { return sealedValue }

// Loans lists what was lent to the session's user and still is, newest first,
// at most 50.
func (d *Desk) Loans(ctx context.Context, s *staff.Session) ([]Loan, error) {
	lines, err := d.lentLines(ctx, s)
	if err != nil {
		return nil, err
	}
	var out []Loan
	for _, q := range lines[:min(len(lines), PageMost)] {
		if d.vouchedReader(&q.reader) {
			if q.ticket.restricted() {
				d.openLine(ctx, s, q, &Settle{})
			}
			out = append(out, Loan{Ticket: q.ticket.id, Number: q.ticket.number, Language: q.ticket.language, Until: instant(q.reader.expires)})
		}
	}
	return out, nil
}

// Interpret opens a ticket for the interpreter it was lent to and writes so
// into the journal. ErrNotFound for whom it was not lent to, also when their
// teams read it, and once their time is over.
func (d *Desk) Interpret(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (Interpreting, error) {
	loans, err := d.Loans(ctx, s)
	if err != nil {
		return Interpreting{}, err
	}
	var out Interpreting
	for _, l := range loans {
		if l.Ticket == ticket {
			out.Loan = l
		}
	}
	if out.Ticket == "" {
		return Interpreting{}, fmt.Errorf("interpret ticket %s: %w", ticket, helpdesk.ErrNotFound)
	}
	f, err := d.open(ctx, d.db, s, ticket, &out.Settle)
	if err != nil {
		return Interpreting{}, err
	}
	if err := d.opened(ctx, s, f); err != nil {
		return Interpreting{}, err
	}
	all, err := d.messages(ctx, d.db, s, f.held, f.talks, 0, &out.Settle)
	if err != nil {
		return Interpreting{}, err
	}
	byTime(all)
	for _, o := range all {
		if o.Kind == KindLetter || o.Kind == KindAnswer || o.Kind == KindChat {
			out.Messages = append(out.Messages, o.wordsAlone())
		}
	}
	return out, nil
}

// wordsAlone is the message without anything but what was said.
func (o Opened) wordsAlone() Opened {
	c := o.Content
	o.Content = Content{At: c.At, Subject: c.Subject, Text: c.Text, HTML: c.HTML, Language: c.Language, Files: c.Files, Offers: c.Offers}
	o.Author, o.OriginalSize, o.in = "", -1, nil
	return o
}
