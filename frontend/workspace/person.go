package workspace

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// person shows what we know of a ticket's person.
func (d *desk) person(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return d.showPerson(v, 200, id, "", nil)
}

func personPath(id helpdesk.ID) string { return ticketPath(id) + "/person" }

// personSaid is what a form of the panel says it has done.
func personSaid(v *frontend.Visit) *frontend.Notice {
	key := v.Query("done")
	if slices.Contains([]string{
		"way", "way.gone", "proxy", "proxy.gone", "address", "merged", "unmerged", "split", "unsplit", "conflict", "unconflict", "called",
	}, key) {
		return &frontend.Notice{Kind: "ok", Text: v.Say("person.done." + key)}
	}
	return nil
}

func personDone(id helpdesk.ID, key string) string {
	return personPath(id) + "?done=" + url.QueryEscape(key)
}

// showPerson shows the panel; after a refusal with the form that was refused
// open, and what was typed in it.
func (d *desk) showPerson(v *frontend.Visit, status int, id helpdesk.ID, form string, refused error) error {
	sheet, err := d.Tickets.Person(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("person.title"), "")
	if err != nil {
		return err
	}
	if done := personSaid(v); done != nil {
		frame.Said = done
	}
	p := &panel{Words: frame.Words, v: v, sheet: sheet, base: ticketPath(id), open: form}
	page := Person{
		Desk: frame, Base: p.base, Number: number(sheet.Ticket.Number), Up: p.base,
		Name: firstOf(sheet.Head.Name, v.Say("person.nameless")), Where: sheet.Head.Address,
		Careful: carefulNotices(frame.Words, sheet.Careful),
		Ways:    p.ways(), Proxies: p.proxies(), Earlier: p.earlier(),
		Way: p.wayForm(), Proxy: p.proxyForm(), Address: p.addressForm(), Split: p.splitForm(),
	}
	if refused != nil {
		var no helpdesk.Refusal
		errors.As(refused, &no)
		page.Problem = &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...), More: v.Say("person.again")}
	}
	if page.Merge, err = d.mergeForm(p); err != nil {
		return err
	}
	if page.Conflict, err = d.conflictForm(p); err != nil {
		return err
	}
	return v.ShowAs(status, page)
}

// panel is the page on its way.
type panel struct {
	frontend.Words
	v     *frontend.Visit
	sheet *tickets.PersonSheet
	base  string
	open  string // the form that was refused
}

// typed is what was typed into a refused form, "" otherwise.
func (p *panel) typed(form, field string) string {
	if p.open != form {
		return ""
	}
	return p.v.Form.Value(field)
}

// carefulNotices are what must be known before somebody writes or calls.
func carefulNotices(w frontend.Words, c tickets.Careful) []frontend.Notice {
	var out []frontend.Notice
	add := func(is bool, kind, key string) {
		if is {
			out = append(out, frontend.Notice{Kind: kind, Text: w.Say("person.careful." + key), More: w.Say("person.careful." + key + ".more")})
		}
	}
	add(c.InConflict, "danger", "conflict")
	add(c.Unsafe, "warn", "unsafe")
	add(c.GivenUp, "warn", "givenup")
	return out
}

// personLink is what of the panel stands beside a ticket.
func (d *desk) personLink(v *frontend.Visit, s *showing) (PersonLink, error) {
	out := PersonLink{Words: s.Words, Base: ticketPath(s.sheet.Ticket.ID)}
	c, err := d.Tickets.Careful(v.Context, v.Session, s.sheet.Ticket.ID)
	if errors.Is(err, helpdesk.ErrDenied) {
		return PersonLink{}, nil // it was lent to them: they decide nothing about the person
	}
	if err != nil {
		return PersonLink{}, err
	}
	out.Notices = carefulNotices(s.Words, c)
	for _, m := range s.sheet.Messages {
		if m.Kind != tickets.KindLetter || len(m.Content.From) == 0 {
			continue
		}
		if from := m.Content.From[0].Addr; formerly(c.Former, from) {
			out.Doubted = append(out.Doubted, Doubted{"#m-" + string(m.ID), s.Say("person.doubted", s.Near(m.At), from)})
		}
	}
	return out, nil
}

func formerly(all []tickets.Former, address string) bool {
	key := letter.Address{Addr: address}.Key()
	return slices.ContainsFunc(all, func(f tickets.Former) bool { return letter.Address{Addr: f.Address}.Key() == key })
}

// everyCard calls do with the ticket's own card and with those of the others.
func (p *panel) everyCard(do func(card tickets.Card, elsewhere, href string)) {
	do(p.sheet.Card, "", "")
	for _, e := range p.sheet.Earlier {
		do(e.Card, number(e.Ticket.Number), personPath(e.Ticket.ID))
	}
}

func (p *panel) ways() []WayRow {
	var out []WayRow
	p.everyCard(func(card tickets.Card, elsewhere, href string) {
		for _, w := range card.Ways {
			row := WayRow{
				ID: w.ID, By: p.Say("person.by." + w.By), Where: w.Where, Note: w.Note, When: p.Say("person.anytime"), Elsewhere: elsewhere, Href: href,
				Leave: frontend.Chip{Kind: "warn", Icon: "x", Text: p.Say("person.leave.no")},
			}
			if w.From != w.To {
				row.When = p.Say("person.hours", clock(w.From), clock(w.To))
			}
			if w.Language != "" {
				row.Language = languageName(p.Words, w.Language)
			}
			switch {
			case w.Never:
				row.Leave, row.When = frontend.Chip{Kind: "danger", Icon: "triangle-alert", Text: p.Say("person.never")}, ""
			case w.Leave:
				row.Leave = frontend.Chip{Kind: "ok", Icon: "check", Text: p.Say("person.leave.yes")}
			}
			out = append(out, row)
		}
	})
	return out
}

func clock(hour int) string { return strconv.Itoa(hour) + ":00" }

func (p *panel) proxies() []ProxyRow {
	var out []ProxyRow
	today := p.Now.Format(time.DateOnly)
	p.everyCard(func(card tickets.Card, elsewhere, href string) {
		for _, x := range card.Proxies {
			row := ProxyRow{ID: x.ID, Role: p.Say("person.role." + string(x.Role)), Name: x.Name, Where: x.Where, Note: x.Note, Elsewhere: elsewhere, Href: href}
			if x.From != "" || x.Until != "" {
				row.Days = p.Say("person.days", firstOf(x.From, "…"), firstOf(x.Until, "…"))
			}
			if !x.InForce(today) {
				row.Chips = append(row.Chips, frontend.Chip{Kind: "warn", Icon: "clock", Text: p.Say("person.lapsed")})
			}
			if x.Seen {
				row.Chips = append(row.Chips, frontend.Chip{Kind: "ok", Icon: "file-text", Text: p.Say("person.seen")})
			} else {
				row.Chips = append(row.Chips, frontend.Chip{Icon: "circle-alert", Text: p.Say("person.unseen")})
			}
			out = append(out, row)
		}
	})
	return out
}

func (p *panel) earlier() []EarlierRow {
	var out []EarlierRow
	for _, e := range p.sheet.Earlier {
		t := e.Ticket
		out = append(out, EarlierRow{
			ID: t.ID, Href: ticketPath(t.ID), Number: number(t.Number), Title: firstOf(e.Head.Facts.Topic, e.Head.Title, p.Say("queue.untitled")),
			Channel: channelName(p.Words, t.Channel), When: p.Near(t.LastAt), State: stateChip(p.Words, t.State),
		})
	}
	return out
}

func channelName(w frontend.Words, channel string) string {
	switch channel {
	case "mail", "chat", "phone", "visit", "branch":
		return w.Say("channel." + channel)
	}
	return ""
}

func (p *panel) wayForm() WayForm {
	f := WayForm{
		Words: p.Words, Base: p.base, Open: p.open == "way", Leave: p.typed("way", "leave") != "", Never: p.typed("way", "never") != "",
		Where: frontend.Field{Name: "way-where", Label: p.Say("person.where"), Help: p.Say("person.where.help"), Value: p.typed("way", "way-where"), Optional: true, Complete: "off"},
		From:  frontend.Field{Name: "way-from", Label: p.Say("person.from"), Value: p.typed("way", "way-from"), Type: "number", Optional: true, Complete: "off"},
		To:    frontend.Field{Name: "way-to", Label: p.Say("person.to"), Help: p.Say("person.to.help"), Value: p.typed("way", "way-to"), Type: "number", Optional: true, Complete: "off"},
		Note:  frontend.Field{Name: "way-note", Label: p.Say("person.note"), Help: p.Say("person.note.help"), Value: p.typed("way", "way-note"), Optional: true, Spellcheck: true, Complete: "off"},
	}
	for _, by := range people.Ways {
		f.By = append(f.By, frontend.Option{Value: by, Text: p.Say("person.by." + by), Chosen: by == p.typed("way", "by")})
	}
	f.Languages = languageChoice(p.Words, p.Say("person.language.theirs"), p.typed("way", "language"))
	return f
}

// languageChoice offers the house's languages, and none of them first.
func languageChoice(w frontend.Words, none, chosen string) []frontend.Option {
	out := []frontend.Option{{Text: none, Chosen: chosen == ""}}
	for _, tag := range houseLanguages {
		out = append(out, frontend.Option{Value: tag, Text: w.Say("language." + tag), Chosen: tag == chosen})
	}
	return out
}

var houseLanguages = []string{"sv", "en", "ar", "fa", "prs", "ps", "ckb", "kmr", "so", "ti", "sq", "ru", "uz", "ka", "mn", "es"}

func (p *panel) proxyForm() ProxyForm {
	f := ProxyForm{
		Words: p.Words, Base: p.base, Open: p.open == "proxy", Seen: p.typed("proxy", "seen") != "",
		Name:  frontend.Field{Name: "proxy-name", Label: p.Say("person.name"), Value: p.typed("proxy", "proxy-name"), Optional: true, Complete: "off"},
		Where: frontend.Field{Name: "proxy-where", Label: p.Say("person.proxy.where"), Value: p.typed("proxy", "proxy-where"), Optional: true, Complete: "off"},
		From:  frontend.Field{Name: "proxy-from", Label: p.Say("person.proxy.from"), Value: p.typed("proxy", "proxy-from"), Type: "date", Optional: true},
		Until: frontend.Field{Name: "proxy-until", Label: p.Say("person.proxy.until"), Help: p.Say("person.proxy.until.help"), Value: p.typed("proxy", "proxy-until"), Type: "date", Optional: true},
		Note:  frontend.Field{Name: "proxy-note", Label: p.Say("person.note"), Value: p.typed("proxy", "proxy-note"), Optional: true, Spellcheck: true, Complete: "off"},
	}
	for _, r := range people.Roles {
		f.Roles = append(f.Roles, frontend.Option{Value: string(r), Text: p.Say("person.role." + string(r)), Chosen: string(r) == p.typed("proxy", "role")})
	}
	return f
}

func (p *panel) addressForm() AddressForm {
	f := AddressForm{
		Words: p.Words, Base: p.base, Open: p.open == "address", Current: p.sheet.Head.Address,
		New: frontend.Field{Name: "address", Label: p.Say("person.address.new"), Help: p.Say("person.address.help"), Value: p.typed("address", "address"), Type: "email", Complete: "off"},
	}
	seen := map[string]bool{}
	p.everyCard(func(card tickets.Card, _, _ string) {
		for _, x := range card.Former {
			if !seen[x.Address] {
				seen[x.Address] = true
				f.Former = append(f.Former, FormerRow{x.Address, p.Say("person.address.since", x.Day)})
			}
		}
	})
	return f
}
