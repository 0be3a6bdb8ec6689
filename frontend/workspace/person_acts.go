package workspace

import (
	"errors"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// panelAct does something in the panel: it says that it was done, or shows the
// panel again with what was refused and what was typed.
func (d *desk) panelAct(v *frontend.Visit, form, done string, do func(id helpdesk.ID) error) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	err = do(id)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showPerson(v, 422, id, form, err)
	}
	if err != nil {
		return err
	}
	return v.Go(personDone(id, done))
}

// way adds a way to reach the person, or with "drop" takes one away.
func (d *desk) way(v *frontend.Visit) error {
	if gone := v.Form.Value("drop"); gone != "" {
		return d.panelAct(v, "way", "way.gone", func(id helpdesk.ID) error {
			return d.Tickets.SetCard(v.Context, v.Session, id, func(c *tickets.Card) error {
				c.Ways = slices.DeleteFunc(c.Ways, func(w people.Way) bool { return string(w.ID) == gone })
				return nil
			})
		})
	}
	return d.panelAct(v, "way", "way", func(id helpdesk.ID) error {
		w := people.Way{
			ID: helpdesk.NewID(), By: v.Form.Value("by"), Where: strings.TrimSpace(v.Form.Value("way-where")), Language: v.Form.Value("language"),
			Leave: v.Form.Value("leave") != "", Never: v.Form.Value("never") != "", Note: strings.TrimSpace(v.Form.Value("way-note")),
		}
		var err error
		if w.From, err = hourOf(v.Form.Value("way-from")); err != nil {
			return err
		}
		if w.To, err = hourOf(v.Form.Value("way-to")); err != nil {
			return err
		}
		return d.Tickets.SetCard(v.Context, v.Session, id, func(c *tickets.Card) error {
			c.Ways = append(c.Ways, w)
			return nil
		})
	})
}

// hourOf reads an hour; none is 0.
func hourOf(typed string) (int, error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		return 0, helpdesk.Refuse("way.hours")
	}
	return n, nil
}

// proxy adds somebody who writes for the person, or with "drop" takes one away.
func (d *desk) proxy(v *frontend.Visit) error {
	if gone := v.Form.Value("drop"); gone != "" {
		return d.panelAct(v, "proxy", "proxy.gone", func(id helpdesk.ID) error {
			return d.Tickets.SetCard(v.Context, v.Session, id, func(c *tickets.Card) error {
				c.Proxies = slices.DeleteFunc(c.Proxies, func(x people.Proxy) bool { return string(x.ID) == gone })
				return nil
			})
		})
	}
	return d.panelAct(v, "proxy", "proxy", func(id helpdesk.ID) error {
		x := people.Proxy{
			ID: helpdesk.NewID(), Role: people.Role(v.Form.Value("role")), Name: strings.TrimSpace(v.Form.Value("proxy-name")),
			Where: strings.TrimSpace(v.Form.Value("proxy-where")), From: v.Form.Value("proxy-from"), Until: v.Form.Value("proxy-until"),
			Seen: v.Form.Value("seen") != "", Note: strings.TrimSpace(v.Form.Value("proxy-note")),
		}
		return d.Tickets.SetCard(v.Context, v.Session, id, func(c *tickets.Card) error {
			c.Proxies = append(c.Proxies, x)
			return nil
		})
	})
}

// address gives the person another address, also back to a former one.
func (d *desk) address(v *frontend.Visit) error {
	return d.panelAct(v, "address", "address", func(id helpdesk.ID) error {
		typed, err := mail.ParseAddress(strings.TrimSpace(v.Form.Value("address")))
		if err != nil {
			return helpdesk.Refuse("address.wrong")
		}
		to := tickets.Who{Key: letter.Address{Addr: typed.Address}.Key(), Name: typed.Name, Address: typed.Address}
		_, err = d.Tickets.MoveAddress(v.Context, v.Session, id, to)
		return err
	})
}

// other is the second ticket of a form: by the number somebody typed, or by the
// id of one that was offered.
func (d *desk) other(v *frontend.Visit) (helpdesk.ID, error) {
	if id := v.Form.Value("other"); id != "" {
		return helpdesk.ParseID(id)
	}
	typed := strings.TrimSpace(v.Form.Value(v.Form.Value("numbered")))
	typed = strings.TrimPrefix(strings.ToUpper(typed), "R-")
	n, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64)
	if err != nil {
		return "", helpdesk.Refuse("person.number")
	}
	id, err := d.Tickets.ByNumber(v.Context, v.Session, n)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return "", helpdesk.Refuse("person.number")
	}
	return id, err
}

func (d *desk) merge(v *frontend.Visit) error {
	return d.panelAct(v, "merge", "merged", func(id helpdesk.ID) error {
		other, err := d.other(v)
		if err != nil {
			return err
		}
		return d.Tickets.MergePersons(v.Context, v.Session, id, other)
	})
}

func (d *desk) unmerge(v *frontend.Visit) error {
	return d.panelAct(v, "merge", "unmerged", func(id helpdesk.ID) error {
		person, err := helpdesk.ParseID(v.Form.Value("person"))
		if err != nil {
			return err
		}
		return d.Tickets.UnmergePerson(v.Context, v.Session, id, person)
	})
}

// split says that the chosen tickets concern somebody else.
func (d *desk) split(v *frontend.Visit) error {
	return d.panelAct(v, "split", "split", func(helpdesk.ID) error {
		var ids []helpdesk.ID
		for _, typed := range v.Form.All("ticket") {
			id, err := helpdesk.ParseID(typed)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		_, err := d.Tickets.Split(v.Context, v.Session, ids...)
		return err
	})
}

func (d *desk) unsplit(v *frontend.Visit) error {
	return d.panelAct(v, "split", "unsplit", func(id helpdesk.ID) error {
		return d.Tickets.UndoSplit(v.Context, v.Session, id)
	})
}

// conflict marks the persons of two tickets as in conflict.
func (d *desk) conflict(v *frontend.Visit) error {
	return d.panelAct(v, "conflict", "conflict", func(id helpdesk.ID) error {
		other, err := d.other(v)
		if err != nil {
			return err
		}
		var team helpdesk.ID
		if chosen := v.Form.Value("team"); chosen != "" {
			if team, err = helpdesk.ParseID(chosen); err != nil {
				return err
			}
		}
		return d.Tickets.SetConflict(v.Context, v.Session, id, other, team)
	})
}

func (d *desk) unconflict(v *frontend.Visit) error {
	return d.panelAct(v, "conflict", "unconflict", func(id helpdesk.ID) error {
		other, err := helpdesk.ParseID(v.Form.Value("other"))
		if err != nil {
			return err
		}
		return d.Tickets.EndConflict(v.Context, v.Session, id, other)
	})
}

// mergeForm offers the tickets from the same address, and what can be undone.
func (d *desk) mergeForm(p *panel) (MergeForm, error) {
	t := p.sheet.Ticket
	f := MergeForm{
		Words: p.Words, Base: p.base, Open: p.open == "merge",
		Number: frontend.Field{Name: "merge-number", Label: p.Say("person.merge.number"), Help: p.Say("person.number.help"), Value: p.typed("merge", "merge-number"), Complete: "off"},
	}
	known := map[helpdesk.ID]bool{t.ID: true}
	under := map[helpdesk.ID][]string{t.Person: {number(t.Number)}}
	for _, e := range p.sheet.Earlier {
		known[e.Ticket.ID] = true
		under[e.Ticket.Person] = append(under[e.Ticket.Person], number(e.Ticket.Number))
	}
	for _, m := range p.sheet.Merges {
		f.Merged = append(f.Merged, MergedRow{m.Person, firstOf(strings.Join(under[m.Person], ", "), p.Say("person.merge.elsewhere"))})
	}
	offers, err := d.Tickets.SamePerson(p.v.Context, p.v.Session, t.ID)
	if err != nil {
		return MergeForm{}, err
	}
	for _, r := range offers {
		if !known[r.Ticket.ID] {
			f.Offers = append(f.Offers, Other{
				ID: r.Ticket.ID, Href: ticketPath(r.Ticket.ID), Number: number(r.Ticket.Number),
				Title: firstOf(r.Head.Title, p.Say("queue.untitled")), When: p.Near(r.Ticket.LastAt),
			})
		}
	}
	return f, nil
}

func (p *panel) splitForm() SplitForm {
	t := p.sheet.Ticket
	f := SplitForm{Words: p.Words, Base: p.base, Known: t.Person != "", CanUndo: p.sheet.Card.Split != nil && p.sheet.Card.Split.To == t.Person}
	f.Tickets = append(f.Tickets, frontend.Option{Value: string(t.ID), Text: p.Say("person.split.this", number(t.Number))})
	for _, e := range p.sheet.Earlier {
		title := firstOf(e.Head.Facts.Topic, e.Head.Title, p.Say("queue.untitled"))
		// Isolated (UAX 9): a right-to-left title turns nothing around it.
		f.Tickets = append(f.Tickets, frontend.Option{Value: string(e.Ticket.ID), Text: number(e.Ticket.Number) + " \u2068" + title + "\u2069"})
	}
	return f
}

// conflictForm marks a conflict and names those there are, as far as their
// tickets are the session's to see.
func (d *desk) conflictForm(p *panel) (ConflictForm, error) {
	f := ConflictForm{
		Words: p.Words, Base: p.base, Open: p.open == "conflict",
		Number: frontend.Field{Name: "conflict-number", Label: p.Say("person.conflict.number"), Help: p.Say("person.number.help"), Value: p.typed("conflict", "conflict-number"), Complete: "off"},
	}
	teams, err := d.teamNames(p.v)
	if err != nil {
		return ConflictForm{}, err
	}
	for id, name := range teams {
		if id != p.sheet.Ticket.Team {
			f.Teams = append(f.Teams, frontend.Option{Value: string(id), Text: name, Chosen: string(id) == p.typed("conflict", "team")})
		}
	}
	byText(f.Teams)
	f.Teams = append([]frontend.Option{{Text: p.Say("person.conflict.stay")}}, f.Teams...)
	for _, o := range p.sheet.Card.Apart {
		row := ConflictRow{Ticket: o.Ticket}
		t, err := d.Tickets.Facts(p.v.Context, p.v.Session, o.Ticket)
		switch {
		case err == nil:
			row.Href, row.Number = ticketPath(o.Ticket), number(t.Number)
		case !errors.Is(err, helpdesk.ErrNotFound):
			return ConflictForm{}, err
		}
		f.Rows = append(f.Rows, row)
	}
	return f, nil
}
