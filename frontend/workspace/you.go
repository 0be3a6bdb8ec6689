package workspace

import (
	"net/http"
	"strconv"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// forYou is how much waits for the visitor by name.
func (d *desk) forYou(v *frontend.Visit, w frontend.Words) (ForYou, error) {
	n, err := d.Tickets.Waits(v.Context, v.Session)
	return ForYou{w, n}, err
}

// youCount answers the bell.
func (d *desk) youCount(v *frontend.Visit) error {
	page := ForYouNews{Page: v.Page("")}
	var err error
	if page.You, err = d.forYou(v, page.Words); err != nil {
		return err
	}
	if before, err := strconv.ParseInt(v.Query("n"), 10, 64); err == nil && page.You.N > before {
		page.Announce = v.Say("you.new")
	}
	return v.Show(page)
}

// you shows what waits for the visitor by name: drafts, questions, notes, and
// colleagues who want to talk after a hard talk.
func (d *desk) you(v *frontend.Visit) error { return d.showYou(v, http.StatusOK, nil) }

func (d *desk) showYou(v *frontend.Visit, status int, back *DebriefForm) error {
	frame, err := d.frame(v, v.Say("you.title"), "you")
	if err != nil {
		return err
	}
	page := Yours{Desk: frame}
	if err := d.yourTickets(v, &page); err != nil {
		return err
	}
	if err := d.yourQuestions(v, &page); err != nil {
		return err
	}
	if err := d.debriefs(v, &page, back); err != nil {
		return err
	}
	if len(page.Drafts)+len(page.Named)+len(page.Asked)+len(page.Asking)+len(page.Debriefs) == 0 {
		page.Empty = &frontend.Empty{Icon: "circle-check", Title: v.Say("you.empty.title"), Text: v.Say("you.empty.text")}
	}
	return v.ShowAs(status, page)
}

// yourTickets are those in which one was named or handed a draft.
func (d *desk) yourTickets(v *frontend.Visit, page *Yours) error {
	drafts, err := d.Tickets.DraftTickets(v.Context, v.Session)
	if err != nil {
		return err
	}
	for _, r := range drafts {
		row := yoursRow(v, page.Words, r)
		row.Text, row.New, row.Href = v.Say("you.draft"), true, row.Href+"#passed"
		page.Drafts = append(page.Drafts, row)
	}
	named, err := d.Tickets.Mentions(v.Context, v.Session)
	if err != nil {
		return err
	}
	var ids []helpdesk.ID
	for _, m := range named {
		ids = append(ids, m.By)
	}
	names := d.names(v, ids...)
	for _, m := range named {
		row := yoursRow(v, page.Words, m.Row)
		row.Text = v.Say("you.named", "\u2068"+firstOf(names[m.By], v.Say("message.inside"))+"\u2069")
		if !m.At.IsZero() { // as in a restricted team
			row.When, row.Exact, row.Machine = page.Near(m.At), page.Exact(m.At), page.Machine(m.At)
		}
		row.New, row.Message = !m.Seen, m.Message
		if row.Href != "" {
			row.Href += "#m-" + string(m.Message)
		}
		page.Named = append(page.Named, row)
	}
	return nil
}

// yoursRow is a ticket one may open; of another only that it is none.
func yoursRow(v *frontend.Visit, w frontend.Words, r tickets.Row) YoursRow {
	if r.Ticket.Number == 0 {
		return YoursRow{Words: w, Title: v.Say("you.closed")}
	}
	return YoursRow{Words: w, Href: ticketPath(r.Ticket.ID), Number: number(r.Ticket.Number), Title: firstOf(r.Head.Title, v.Say("queue.untitled"))}
}

// yourQuestions are those one was asked, and those one asked.
func (d *desk) yourQuestions(v *frontend.Visit, page *Yours) error {
	open, err := d.Tickets.Consultations(v.Context, v.Session)
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
	names := d.names(v, ids...)
	teams, err := d.teamNames(v)
	if err != nil {
		return err
	}
	for _, c := range open {
		row := consultRow(page.Words, c, names, teams)
		at := yoursRow(v, page.Words, c.Row)
		row.Href, row.Number, row.Title = at.Href+"#m-"+string(c.Message), at.Number, at.Title
		if c.Asker == v.Session.User.ID {
			page.Asking = append(page.Asking, row)
		} else {
			page.Asked = append(page.Asked, row)
		}
	}
	return nil
}

// clearMention puts a note aside that named the visitor.
func (d *desk) clearMention(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("message"))
	if err != nil {
		return err
	}
	if err := d.Tickets.ClearMention(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told("/w/you", "cleared"))
}

// listeners are whom one can ask to listen: all coordinators, or one colleague.
func (d *desk) listeners(v *frontend.Visit) ([]frontend.Option, error) {
	users, err := d.Staff.Users(v.Context)
	if err != nil {
		return nil, err
	}
	var out []frontend.Option
	coordinators := false
	for _, u := range users {
		if !mayAdvise(u) || u.ID == v.Session.User.ID {
			continue
		}
		coordinators = coordinators || u.Kind == staff.Coordinator
		out = append(out, frontend.Option{Value: string(u.ID), Text: u.Name})
	}
	byText(out)
	if coordinators {
		out = append([]frontend.Option{{Text: v.Say("debrief.coordinators")}}, out...)
	}
	return out, nil
}
