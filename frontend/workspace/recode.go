package workspace

import (
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk/people"
)

// recode gives the person a new code and shows it once, to be told by phone.
// There is no address to come back to: nobody here keeps it.
func (d *desk) recode(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	made, err := d.Chat.Recode(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	d.followQuietly(v, id)
	ticket, err := d.Tickets.Facts(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("recode.title"), "")
	if err != nil {
		return err
	}
	page := ClaimCode{Desk: frame, Back: ticketPath(id), Number: number(ticket.Number), Noted: made.Noted}
	if !made.Noted {
		page.Groups = strings.Fields(people.Groups(made.Code))
	}
	return v.Show(page)
}

// codeForm offers it, and says when a second counsellor has to want it, too.
func (s *showing) codeForm(v *frontend.Visit) *CodeForm {
	f := &CodeForm{Words: s.Words, Base: ticketPath(s.sheet.Ticket.ID)}
	for _, t := range v.Session.Teams() {
		if t.ID == s.sheet.Ticket.Team {
			f.Two = t.Restricted
			return f
		}
	}
	return nil // who is no member of the team decides nothing about its persons
}
