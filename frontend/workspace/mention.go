package workspace

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// note keeps a word among colleagues. It is another form, another route and
// another conversation: it can't leave by accident. Whom it names hears of it;
// before it names somebody who can't read it, it asks.
func (d *desk) note(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	text := v.Form.Value("note")
	if strings.TrimSpace(text) == "" {
		return helpdesk.Refuse("composer.empty")
	}
	named, strangers, err := d.namedIn(v, id, text)
	if err != nil {
		return err
	}
	if len(strangers) > 0 && v.Form.Value("anyway") == "" {
		if _, err := d.Tickets.SaveDraft(v.Context, v.Session, id, tickets.Draft{Kind: tickets.KindNote, Text: text}); err != nil {
			return err
		}
		return d.showTicket(v, http.StatusUnprocessableEntity, id, &typed{strangers: strangers, named: named})
	}
	if _, err := d.Tickets.Note(v.Context, v.Session, id, text, v.Form.Value("client"), named...); err != nil {
		return err
	}
	if err := d.Tickets.DropDraft(v.Context, v.Session, id, tickets.KindNote); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "noted"))
}

// namedIn are whom a note names, by the boxes beside it or by an @ in it: those
// who read the ticket's notes, and those who do not.
func (d *desk) namedIn(v *frontend.Visit, ticket helpdesk.ID, text string) (named []helpdesk.ID, strangers []staff.User, err error) {
	readers, err := d.Tickets.Nameable(v.Context, v.Session, ticket)
	if err != nil {
		return nil, nil, err
	}
	users, err := d.Staff.Users(v.Context)
	if err != nil {
		return nil, nil, err
	}
	typed := atNames(text, users)
	for _, id := range readers {
		if slices.Contains(v.Form.All("named"), string(id)) || slices.Contains(typed, id) {
			named = append(named, id)
		}
	}
	for _, u := range users {
		if slices.Contains(typed, u.ID) && !slices.Contains(readers, u.ID) && u.ID != v.Session.User.ID && mayAdvise(u) {
			strangers = append(strangers, u)
		}
	}
	return named, strangers, nil
}

// atNames finds colleagues by their whole name behind an @, in whichever case,
// the longest name first: "@Anna Berg" names no Anna.
func atNames(text string, users []staff.User) []helpdesk.ID {
	text = strings.ToLower(text)
	if !strings.Contains(text, "@") {
		return nil
	}
	users = slices.Clone(users)
	slices.SortStableFunc(users, func(a, b staff.User) int { return cmp.Compare(len(b.Name), len(a.Name)) })
	var out []helpdesk.ID
	for _, u := range users {
		at := "@" + strings.ToLower(u.Name)
		if len(at) > 1 && strings.Contains(text, at) {
			out = append(out, u.ID)
			text = strings.ReplaceAll(text, at, " ")
		}
	}
	return out
}

// nameBoxes are the colleagues beside the note's form; nobody where the note is
// not the reader's to write.
func (d *desk) nameBoxes(v *frontend.Visit, s *showing, note *NoteForm, back *typed) (*NoteForm, error) {
	id := s.sheet.Ticket.ID
	readers, err := d.Tickets.Nameable(v.Context, v.Session, id)
	if errors.Is(err, helpdesk.ErrDenied) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := d.names(v, readers...)
	boxes := Names{Words: s.Words}
	for _, who := range readers {
		chosen := back != nil && slices.Contains(back.named, who)
		boxes.Open = boxes.Open || chosen
		boxes.All = append(boxes.All, frontend.Option{Value: string(who), Text: names[who], Chosen: chosen})
	}
	byText(boxes.All)
	note.Names = boxes
	if back != nil && len(back.strangers) > 0 {
		note.Ask = nameAsk(s, back.strangers, note.Text.Value)
	}
	return note, nil
}

func nameAsk(s *showing, strangers []staff.User, text string) *NameAsk {
	ask := &NameAsk{
		Words: s.Words, Base: ticketPath(s.sheet.Ticket.ID), Question: text, Client: string(helpdesk.NewID()), Stays: consultStays(s.Words),
		More: s.Say("mention.ask.more"),
	}
	var names []string
	for _, u := range strangers {
		ask.People = append(ask.People, frontend.Option{Value: "user:" + string(u.ID), Text: u.Name})
		names = append(names, "\u2068"+u.Name+"\u2069")
	}
	ask.Text = s.Say("mention.ask", strings.Join(names, ", "))
	return ask
}

// toWhom says beside a note whom it names, or whom it asks.
func (s *showing) toWhom(out *Message, m tickets.Opened) {
	if m.Content.Asks != "" {
		out.What = s.Say("message.question")
		out.Ways = append(out.Ways, Fact{s.Say("message.asks"), firstOf(s.teams[m.Content.Asks], s.colleague(m.Content.Asks))})
	}
	var names []string
	for _, id := range m.Content.Named {
		names = append(names, "\u2068"+s.colleague(id)+"\u2069")
	}
	if len(names) > 0 {
		out.Ways = append(out.Ways, Fact{s.Say("message.names"), strings.Join(names, ", ")})
	}
}
