package workspace

import (
	"returnsupport/frontend"
)

// printed is a ticket for paper: all messages, nothing around them. Paper can
// be found, and says so first.
func (d *desk) printed(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	sheet, err := d.Tickets.Page(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	if sheet.Ticket.JoinedInto != "" {
		return v.Go(ticketPath(sheet.Ticket.JoinedInto) + "/print")
	}
	d.settle(v, sheet.Settle)
	page := Printed{Page: v.Page(number(sheet.Ticket.Number))}
	show, err := d.showing(v, page.Words, sheet)
	if err != nil {
		return err
	}
	page.Up, page.Number = ticketPath(id), number(sheet.Ticket.Number)
	page.Name = firstOf(sheet.Head.Title, v.Say("queue.untitled"))
	page.Readers = d.readers(show)
	page.At = v.Say("printed.at", page.Exact(v.Now()), v.Session.User.Name)
	for _, m := range sheet.Messages {
		shown := show.message(m)
		shown.At = shown.Exact // paper is read on another day
		page.Messages = append(page.Messages, shown)
	}
	return v.Show(page)
}

// Printed is a ticket on paper.
type Printed struct {
	frontend.Page
	Up, Number, Name, At string
	Readers              frontend.Readers
	Messages             []Message
}
