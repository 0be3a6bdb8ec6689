package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Stranger asks for a yes or a no to somebody who opened an answer by a link in
// another person's case.
type Stranger struct {
	frontend.Words
	Base, Person, Since string
}

func (d *desk) strangers(v *frontend.Visit, s *showing) ([]Stranger, error) {
	id := s.sheet.Ticket.ID
	waiting, err := d.Tickets.Strangers(v.Context, v.Session, id)
	if err != nil {
		return nil, err
	}
	var out []Stranger
	for _, w := range waiting {
		one := Stranger{Words: s.Words, Base: ticketPath(id), Person: string(w.Person)}
		if !w.Since.IsZero() {
			one.Since = s.Day(w.Since)
		}
		out = append(out, one)
	}
	return out, nil
}

// stranger takes the answer.
func (d *desk) stranger(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	person, err := helpdesk.ParseID(v.Form.Value("person"))
	if err != nil {
		return err
	}
	decide, said := d.Chat.TurnAway, "turnedaway"
	if v.Form.Value("do") == "yes" {
		decide, said = d.Chat.Welcome, "welcomed"
	}
	if err := decide(v.Context, v.Session, id, person); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), said))
}
