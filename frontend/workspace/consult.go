package workspace

import (
	"errors"
	"slices"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// asks are how long somebody who is asked may read along.
var asks = []stay{{"day", 24 * time.Hour}, {"three", 3 * 24 * time.Hour}, {"week", 7 * 24 * time.Hour}}

func consultStays(w frontend.Words) []frontend.Option {
	var out []frontend.Option
	for _, a := range asks {
		out = append(out, frontend.Option{Value: a.name, Text: w.Say("consult.stay." + a.name), Chosen: a.name == "three"})
	}
	return out
}

// mayAdvise: they work here and read what they are given.
func mayAdvise(u staff.User) bool { return u.State == staff.Active && u.Kind != staff.Interpreter }

// consult asks a colleague or a team about the ticket.
func (d *desk) consult(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(asks, func(a stay) bool { return a.name == v.Form.Value("stay") })
	kind, whom, _ := strings.Cut(v.Form.Value("whom"), ":")
	if i < 0 {
		return helpdesk.Refuse("consult.until")
	}
	q := tickets.Question{Text: v.Form.Value("question"), Until: v.Now().Add(asks[i].long), ClientID: v.Form.Value("client")}
	to, err := helpdesk.ParseID(whom)
	if err != nil {
		return helpdesk.Refuse("consult.nobody")
	}
	if q.User = to; kind == "team" {
		q.User, q.Team = "", to
	}
	if err := d.Tickets.Consult(v.Context, v.Session, id, q); err != nil {
		return err
	}
	if v.Form.Value("from") == "note" {
		// The question was the note that named them.
		if err := d.Tickets.DropDraft(v.Context, v.Session, id, tickets.KindNote); err != nil {
			return err
		}
	}
	return v.Go(told(ticketPath(id), "consulted"))
}

// endConsult says that a question is settled, or that one has said all one can.
func (d *desk) endConsult(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	which, err := helpdesk.ParseID(v.Form.Value("consult"))
	if err != nil {
		return err
	}
	if err := d.Tickets.EndConsult(v.Context, v.Session, id, which); err != nil {
		return err
	}
	if _, err := d.Tickets.Facts(v.Context, v.Session, id); errors.Is(err, helpdesk.ErrNotFound) {
		return v.Go(told("/w/you", "advised")) // the ticket is closed to them now
	}
	return v.Go(told(ticketPath(id), "consult.ended"))
}

// consults puts the open questions beside a ticket; whom it asks sees why they
// read it, and answers in a note.
func (d *desk) consults(v *frontend.Visit, s *showing, page *Ticket) error {
	t := s.sheet.Ticket
	open, err := d.Tickets.ConsultationsIn(v.Context, v.Session, t.ID)
	if err != nil {
		return err
	}
	var ids []helpdesk.ID
	for _, c := range open {
		ids = append(ids, c.Asker)
		for _, a := range c.Advisers {
			ids = append(ids, a.User)
		}
	}
	names, me := d.names(v, ids...), v.Session.User.ID
	member := slices.ContainsFunc(s.sheet.Readers, func(r tickets.Reader) bool { return r.Kind == "team" && v.Session.Member(r.Reader) })
	card := &ConsultCard{Words: s.Words, Base: ticketPath(t.ID), Client: string(helpdesk.NewID()), Stays: consultStays(s.Words)}
	card.Question = frontend.Field{Name: "question", Label: s.Say("consult.question"), Help: s.Say("consult.question.help"), Rows: 3}
	for _, c := range open {
		row := consultRow(s.Words, c, names, s.teams)
		if member || c.Asked(me) {
			row.Base, row.Button = card.Base, s.Say("consult.end")
		}
		card.Open = append(card.Open, row)
		i := slices.IndexFunc(c.Advisers, func(a tickets.Adviser) bool { return a.User == me })
		if i < 0 {
			continue
		}
		row.Button = s.Say("consult.done")
		page.Asked = &AskedPanel{Words: s.Words, Row: row, Text: s.Say("consult.asked", "\u2068"+firstOf(names[c.Asker], s.Say("message.inside"))+"\u2069")}
		page.Asked.More = s.Say("consult.asked.member")
		if c.Advisers[i].Silent {
			page.Asked.More = s.Say("consult.asked.more", s.Near(c.Until))
			page.Answer, page.Talk, page.Shelf, page.Head.Guest = nil, nil, nil, true
			page.Listener = listener(t, page.Head.Lookers)
		}
	}
	if !member || !s.sheet.Proven {
		return nil
	}
	if err := d.whomToAsk(v, s, card); err != nil {
		return err
	}
	page.Side.Consult = card
	return nil
}

func (d *desk) whomToAsk(v *frontend.Visit, s *showing, card *ConsultCard) error {
	users, err := d.Staff.Users(v.Context)
	if err != nil {
		return err
	}
	for _, u := range users {
		if mayAdvise(u) && u.ID != v.Session.User.ID {
			card.People = append(card.People, frontend.Option{Value: "user:" + string(u.ID), Text: u.Name})
		}
	}
	for id, name := range s.teams {
		card.Teams = append(card.Teams, frontend.Option{Value: "team:" + string(id), Text: name})
	}
	byText(card.People)
	byText(card.Teams)
	return nil
}

// consultRow is one open question: who asks whom, until when, who has answered.
func consultRow(w frontend.Words, c tickets.Consultation, names, teams map[helpdesk.ID]string) ConsultRow {
	isolated := func(id helpdesk.ID) string { return "\u2068" + firstOf(names[id], w.Say("message.inside")) + "\u2069" }
	row := ConsultRow{Words: w, ID: c.ID, Until: w.Say("ticket.until", w.Near(c.Until))}
	var whom []string
	for _, a := range c.Advisers {
		whom = append(whom, isolated(a.User))
		if a.Answered {
			row.Chips = append(row.Chips, frontend.Chip{Kind: "ok", Icon: "check", Text: w.Say("consult.answered", isolated(a.User))})
		}
	}
	if name := teams[c.Team]; name != "" {
		whom = []string{"\u2068" + name + "\u2069"}
	}
	row.Text = w.Say("consult.asks", isolated(c.Asker), strings.Join(whom, ", "))
	return row
}
