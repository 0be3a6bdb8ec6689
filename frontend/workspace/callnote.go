package workspace

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
)

// callPage is the form of a call in a ticket, or of one nobody has written down
// yet.
func (d *desk) callPage(v *frontend.Visit) error {
	return d.showCall(v, 200, string(helpdesk.NewID()), nil)
}

func (d *desk) showCall(v *frontend.Visit, status int, client string, refused error) error {
	frame, err := d.frame(v, v.Say("callnote.title"), "")
	if err != nil {
		return err
	}
	page := CallForm{Desk: frame, Client: client}
	f := v.Form
	if v.Param("id") != "" {
		if err := d.callIn(v, &page); err != nil {
			return err
		}
	} else if page.New, err = d.newCall(v, frame.Words); err != nil {
		return err
	} else {
		page.Action, page.Route = "/w/call", "/w/call"
	}
	if refused != nil {
		var no helpdesk.Refusal
		errors.As(refused, &no)
		page.Problem = &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...), More: v.Say("person.again")}
	}
	choose := func(name, key, usual string, values ...string) (out []frontend.Option) {
		chosen := firstOf(f.Value(name), usual)
		for _, value := range values {
			out = append(out, frontend.Option{Value: value, Text: v.Say("callnote." + key + "." + value), Chosen: value == chosen})
		}
		return out
	}
	page.How = choose("how", "how", tickets.ByPhone, tickets.ByPhone, tickets.ByVisit)
	page.Ours = choose("ours", "ours", "theirs", "theirs", "ours")
	page.Turn = choose("turn", "turn", "same", tickets.TurnOurs, tickets.TurnTheirs, "same")
	for _, r := range append([]people.Role{people.RoleSelf}, people.Roles...) {
		page.With = append(page.With, frontend.Option{Value: string(r), Text: v.Say("person.role." + string(r)), Chosen: string(r) == f.Value("with")})
	}
	page.Languages = languageChoice(frame.Words, v.Say("callnote.language.none"), f.Value("language"))
	page.Nobody, page.Left = f.Value("nobody") != "", f.Value("left") != ""
	page.Minutes = frontend.Field{Name: "minutes", Label: v.Say("callnote.minutes"), Value: f.Value("minutes"), Type: "number", Optional: true, Complete: "off"}
	page.At = frontend.Field{
		Name: "at", Label: v.Say("callnote.at"), Type: "datetime-local", Complete: "off",
		Value: firstOf(f.Value("at"), frame.Now.In(frame.Zone).Format(typedTime)),
	}
	page.Text = frontend.Field{Name: "text", Label: v.Say("callnote.text"), Help: v.Say("callnote.text.help"), Value: f.Value("text"), Rows: 10, Optional: true, Key: "note"}
	return v.ShowAs(status, page)
}

// typedTime is how an input of type datetime-local has an instant (HTML,
// section 2.3.5.5), in the counsellors' own zone.
const typedTime = "2006-01-02T15:04"

// callIn fills in what belongs to a ticket. Who may not add a call sees no form.
func (d *desk) callIn(v *frontend.Visit, page *CallForm) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	t, err := d.Tickets.Facts(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	c, err := d.Tickets.Careful(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	page.Action, page.Route = ticketPath(id)+"/call", "/w/t/:id/call"
	page.Number, page.Up = number(t.Number), ticketPath(id)
	page.Careful = carefulNotices(page.Words, c)
	return nil
}

func (d *desk) newCall(v *frontend.Visit, w frontend.Words) (*NewCall, error) {
	out := &NewCall{
		Words:  w,
		About:  frontend.Field{Name: "about", Label: v.Say("callnote.about"), Help: v.Say("callnote.about.help"), Value: v.Form.Value("about"), Spellcheck: true, Complete: "off"},
		Called: frontend.Field{Name: "called", Label: v.Say("callnote.called"), Help: v.Say("callnote.called.help"), Value: v.Form.Value("called"), Optional: true, Complete: "off"},
	}
	for _, t := range v.Session.Teams() {
		out.Teams = append(out.Teams, frontend.Option{Value: string(t.ID), Text: t.Name, Chosen: string(t.ID) == v.Form.Value("team")})
	}
	if len(out.Teams) == 0 {
		return nil, helpdesk.ErrDenied
	}
	for _, fact := range []string{"urgent", "child", "detained"} {
		out.Facts = append(out.Facts, frontend.Option{Value: fact, Text: v.Say("callnote.fact." + fact), Chosen: slices.Contains(v.Form.All("fact"), fact)})
	}
	return out, nil
}

// call writes it down.
func (d *desk) call(v *frontend.Visit) error {
	client := v.Form.Value("client")
	to, err := d.noteCall(v, client)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showCall(v, 422, client, err)
	}
	if err != nil {
		return err
	}
	return v.Go(told(ticketPath(to), "noted"))
}

func (d *desk) noteCall(v *frontend.Visit, client string) (helpdesk.ID, error) {
	note, err := typedCall(v, client)
	if err != nil {
		return "", err
	}
	if v.Param("id") != "" {
		id, err := v.ID("id")
		if err != nil {
			return "", err
		}
		_, err = d.Tickets.AddCall(v.Context, v.Session, id, note)
		return id, err
	}
	team, err := helpdesk.ParseID(v.Form.Value("team"))
	if err != nil {
		return "", err
	}
	facts := tickets.Facts{Spoken: note.Language}
	for _, fact := range v.Form.All("fact") {
		switch fact {
		case "urgent":
			facts.Urgent = true
		case "child":
			facts.Child = true
		case "detained":
			facts.Audience = "detained"
		}
	}
	return d.Tickets.OpenCall(v.Context, v.Session, tickets.CallOpening{
		Team: team, Language: note.Language, Title: strings.TrimSpace(v.Form.Value("about")), Name: strings.TrimSpace(v.Form.Value("called")), Facts: facts,
	}, note)
}

func typedCall(v *frontend.Visit, client string) (tickets.CallNote, error) {
	f := v.Form
	n := tickets.CallNote{
		Call: tickets.Call{
			How: f.Value("how"), Ours: f.Value("ours") == "ours", With: people.Role(f.Value("with")),
			Nobody: f.Value("nobody") != "", Left: f.Value("left") != "", Language: f.Value("language"),
		},
		Text: f.Value("text"), ClientID: client, Turn: strings.TrimSuffix(f.Value("turn"), "same"),
	}
	if client == "" {
		return n, helpdesk.ErrNotFound
	}
	if n.Language != "" && !slices.Contains(houseLanguages, n.Language) {
		return n, helpdesk.ErrNotFound
	}
	if n.With != people.RoleSelf && !slices.Contains(people.Roles, n.With) {
		return n, helpdesk.Refuse("proxy.role")
	}
	var err error
	if typed := strings.TrimSpace(f.Value("minutes")); typed != "" {
		if n.Minutes, err = strconv.Atoi(typed); err != nil {
			return n, helpdesk.Refuse("callnote.wrong.minutes")
		}
	}
	if n.At, err = time.ParseInLocation(typedTime, f.Value("at"), v.Page("").Zone); err != nil {
		return n, helpdesk.Refuse("callnote.wrong.at")
	}
	return n, nil
}

// callHead says how a talk outside our pages was held.
func (s *showing) callHead(out *Message, m tickets.Opened) {
	out.Look, out.Icon, out.Who = "note", "message-circle", s.colleague(m.Author)
	c := m.Content.Call
	if c == nil {
		c = &tickets.Call{How: tickets.ByPhone}
	}
	who := "theirs"
	if c.Ours {
		who = "ours"
	}
	how := tickets.ByPhone
	if c.How == tickets.ByVisit {
		how = tickets.ByVisit
	}
	out.What = s.Say("callnote.was." + how + "." + who)
	if c.With == people.RoleSelf || slices.Contains(people.Roles, c.With) {
		out.Ways = append(out.Ways, Fact{s.Say("callnote.with"), s.Say("person.role." + string(c.With))})
	}
	if c.Minutes > 0 {
		out.Ways = append(out.Ways, Fact{s.Say("callnote.lasted"), s.Say("callnote.minutes.n", c.Minutes)})
	}
	if c.Language != "" {
		out.Ways = append(out.Ways, Fact{s.Say("side.language"), s.language(c.Language)})
	}
	if c.Nobody {
		out.Ways = append(out.Ways, Fact{s.Say("callnote.result"), s.Say("callnote.nobody")})
	}
	if c.Left {
		out.Ways = append(out.Ways, Fact{s.Say("callnote.result"), s.Say("callnote.left")})
	}
}
