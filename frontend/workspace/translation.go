package workspace

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/translate"
)

// across is what the translations of a ticket are shown with.
type across struct {
	me    helpdesk.ID
	names map[helpdesk.ID]string
	base  string // "/w/m/", or "/w/lent/m/" on the interpreter's page
	back  string // the page they stand on
	all   bool   // any translation may be dropped, not one's own alone
}

// translatable tells whether a message holds words that can be put into another
// language. Notes stay among colleagues.
func translatable(m tickets.Opened) bool {
	return !m.Broken && !m.Withdrawn && (m.Kind == tickets.KindLetter || m.Kind == tickets.KindAnswer || m.Kind == tickets.KindChat)
}

// beside is what stands beside a message; nil where nothing can.
func (a across) beside(w frontend.Words, m tickets.Opened) *Beside {
	if !translatable(m) {
		return nil
	}
	out := &Beside{Words: w, ID: m.ID, Add: a.base + string(m.ID) + "/translation"}
	for _, x := range m.Translations {
		out.List = append(out.List, a.row(w, x))
	}
	return out
}

func (a across) row(w frontend.Words, x tickets.Translation) TranslationRow {
	r := TranslationRow{
		Words: w, ID: x.ID, Message: x.Message, Language: languageName(w, x.Language), Tag: x.Language, Text: x.Text,
		Mark: markOf(w, x.By), Who: a.names[x.Author], Machine: x.By == tickets.ByMachine, Broken: x.Broken, Back: a.back,
	}
	if x.Broken {
		r.Doubt = &frontend.Notice{Kind: "danger", Text: w.Say("across.broken")}
		r.Language = w.Say("language.unknown")
	} else {
		r.At, r.Exact = w.Near(x.At), w.Exact(x.At)
		if !x.Proven {
			r.Doubt = &frontend.Notice{Kind: "danger", Text: w.Say("message.unproven")}
		}
	}
	if a.all || x.Author == a.me && a.me != "" {
		r.Drop, r.Route = a.base+string(x.Message)+"/translation/drop", a.base+":id/translation/drop"
	}
	return r
}

func markOf(w frontend.Words, by tickets.By) frontend.Chip {
	switch by {
	case tickets.ByMachine:
		return frontend.Chip{Kind: "warn", Icon: "bot", Text: w.Say("across.by.machine"), Title: w.Say("across.machine.care")}
	case tickets.ByInterpreter:
		return frontend.Chip{Kind: "accent", Icon: "user-check", Text: w.Say("across.by.interpreter")}
	case tickets.ByStaff:
		return frontend.Chip{Icon: "users", Text: w.Say("across.by.staff")}
	}
	return frontend.Chip{Kind: "danger", Icon: "circle-alert", Text: w.Say("language.unknown")}
}

// acrossOf is the same for a ticket's page of the desk.
func (d *desk) acrossOf(v *frontend.Visit, sheet *tickets.Sheet) across {
	a := across{me: v.Session.User.ID, base: "/w/m/", back: ticketPath(sheet.Ticket.ID), all: v.Session.Member(sheet.Ticket.Team)}
	a.names = d.translators(v, sheet.Messages)
	return a
}

func (d *desk) translators(v *frontend.Visit, all []tickets.Opened) map[helpdesk.ID]string {
	var ids []helpdesk.ID
	for _, m := range all {
		for _, x := range m.Translations {
			ids = append(ids, x.Author)
		}
	}
	return d.names(v, ids...)
}

// besideListener remembers which translations the page shows. A talk rings with
// each word, so it waits a moment before it asks.
func (d *desk) besideListener(v *frontend.Visit, ticket helpdesk.ID) (*BesideListener, error) {
	mark, err := d.Tickets.TranslationMark(v.Context, v.Session, ticket)
	if err != nil {
		return nil, err
	}
	return &BesideListener{
		Href:    ticketPath(ticket) + "/translations?" + url.Values{"mark": {mark}}.Encode(),
		Trigger: "bell-ticket from:body delay:700ms, bell-team from:body delay:700ms, every 60s",
	}, nil
}

// besides answers the bell: every message's translations, when one changed.
func (d *desk) besides(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	listener, err := d.besideListener(v, id)
	if err != nil {
		return err
	}
	if strings.HasSuffix(listener.Href, "?"+url.Values{"mark": {v.Query("mark")}}.Encode()) {
		return v.Done()
	}
	sheet, err := d.Tickets.Page(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	d.settle(v, sheet.Settle)
	page := BesideNews{Page: v.Page(""), Listener: *listener}
	a := d.acrossOf(v, sheet)
	for _, m := range sheet.Messages {
		if b := a.beside(page.Words, m); b != nil {
			b.OOB = true
			page.List = append(page.List, *b)
		}
	}
	return v.Show(page)
}

// translatePage shows one message with its translations and the form for
// another; a script gets the form alone.
func (d *desk) translatePage(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return d.showTranslate(v, 200, id, &TranslateForm{})
}

// subjectOf is the message a translation is about, as its ticket's page has it.
func (d *desk) subjectOf(v *frontend.Visit, id helpdesk.ID) (*tickets.Sheet, tickets.Opened, error) {
	m, err := d.Tickets.Message(v.Context, v.Session, id)
	if err != nil {
		return nil, tickets.Opened{}, err
	}
	sheet, err := d.Tickets.Page(v.Context, v.Session, m.Ticket)
	if err != nil {
		return nil, tickets.Opened{}, err
	}
	d.settle(v, sheet.Settle)
	i := slices.IndexFunc(sheet.Messages, func(o tickets.Opened) bool { return o.ID == id })
	if i < 0 || !translatable(sheet.Messages[i]) {
		return nil, tickets.Opened{}, helpdesk.ErrNotFound
	}
	return sheet, sheet.Messages[i], nil
}

func (d *desk) showTranslate(v *frontend.Visit, status int, id helpdesk.ID, back *TranslateForm) error {
	sheet, m, err := d.subjectOf(v, id)
	if err != nil {
		return err
	}
	form := d.translateForm(v, v.Page("").Words, m, back)
	if form.Languages == nil {
		to := v.Lang()
		if m.Direction == tickets.Out {
			to = firstOf(sheet.Head.Facts.Spoken, sheet.Ticket.Language)
		}
		form.Languages, form.Targets = languageOptions(form.Words, to), languageOptions(form.Words, to)
	}
	if v.Partial() && status == 200 {
		return v.Show(TranslateHere{Page: v.Page(""), Form: form})
	}
	frame, err := d.frame(v, v.Say("across.title"), "")
	if err != nil {
		return err
	}
	page := Translate{
		Desk: frame, Back: ticketPath(sheet.Ticket.ID) + "#m-" + string(id), Original: strings.Trim(m.Content.Text, "\n"), Form: form,
		Beside: *d.acrossOf(v, sheet).beside(frame.Words, m),
	}
	if page.Original == "" {
		// post made it harmless before it was sealed; its pictures stay away.
		page.HTML = template.HTML(post.Inline(m.Content.HTML, func(string) string { return "" }))
	}
	page.Beside.Add = ""
	return v.ShowAs(status, page)
}

// translateForm is the form with what was typed.
func (d *desk) translateForm(v *frontend.Visit, w frontend.Words, m tickets.Opened, back *TranslateForm) TranslateForm {
	form := *back
	form.Words, form.ID, form.Back = w, m.ID, ticketPath(m.Ticket)
	form.Action, form.Route = "/w/m/"+string(m.ID)+"/translation", "/w/m/:id/translation"
	for _, by := range []tickets.By{tickets.ByStaff, tickets.ByInterpreter} {
		form.Marks = append(form.Marks, frontend.Option{Value: string(by), Text: w.Say("across.mark." + string(by)), Chosen: by == tickets.ByStaff})
	}
	if d.Translate != nil && strings.TrimSpace(m.Content.Text) != "" {
		form.Machine, form.MachineRoute = "/w/m/"+string(m.ID)+"/machine", "/w/m/:id/machine"
	}
	return form
}

func languageOptions(w frontend.Words, chosen string) []frontend.Option {
	out := make([]frontend.Option, 0, len(locale.Languages))
	for _, l := range locale.Languages {
		out = append(out, frontend.Option{Value: l.Tag, Text: languageName(w, l.Tag), Chosen: l.Tag == chosen})
	}
	return out
}

// translate keeps a translation somebody wrote.
func (d *desk) translate(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	language, text, by := v.Form.Value("language"), v.Form.Value("text"), tickets.By(v.Form.Value("by"))
	if by != tickets.ByStaff && by != tickets.ByInterpreter {
		return helpdesk.ErrNotFound // the machine's is asked for, not typed
	}
	_, err = d.Tickets.AddTranslation(v.Context, v.Session, id, language, text, by)
	return d.afterTranslating(v, id, err, text, language)
}

// askMachine asks the organisation's own server. Its answer is marked as a
// machine's, wherever it is shown.
func (d *desk) askMachine(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if d.Translate == nil {
		return helpdesk.ErrNotFound
	}
	_, m, err := d.subjectOf(v, id)
	if err != nil {
		return err
	}
	language := v.Form.Value("language")
	text, err := d.Translate.Translate(v.Context, m.Content.Text, translate.Auto, language)
	if err == nil {
		_, err = d.Tickets.AddTranslation(v.Context, v.Session, id, language, text, tickets.ByMachine)
	}
	return d.afterTranslating(v, id, err, "", language)
}

// afterTranslating shows what stands beside the message now. What was refused
// goes back onto a page, with what was typed.
func (d *desk) afterTranslating(v *frontend.Visit, id helpdesk.ID, err error, text, language string) error {
	var no helpdesk.Refusal
	if errors.As(err, &no) && !v.Partial() {
		w := v.Page("").Words
		return d.showTranslate(v, http.StatusUnprocessableEntity, id, &TranslateForm{
			Text: text, Wrong: v.Say(no.Key, no.Args...), Languages: languageOptions(w, language), Targets: languageOptions(w, language),
		})
	}
	if err != nil {
		return err
	}
	sheet, m, err := d.subjectOf(v, id)
	if err != nil {
		return err
	}
	if !v.Partial() {
		return v.Go(ticketPath(sheet.Ticket.ID) + "#m-" + string(id))
	}
	page := BesideAlone{Page: v.Page("")}
	page.Beside = *d.acrossOf(v, sheet).beside(page.Words, m)
	return v.Show(page)
}

// dropTranslation takes one away.
func (d *desk) dropTranslation(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	which, err := helpdesk.ParseID(v.Form.Value("translation"))
	if err != nil {
		return err
	}
	err = d.Tickets.DropTranslation(v.Context, v.Session, id, which)
	return d.afterTranslating(v, id, err, "", "")
}

// lendCard offers to lend the ticket to an interpreter, to who may.
func (d *desk) lendCard(v *frontend.Visit, s *showing, side *Side) error {
	if !v.Session.Member(s.sheet.Ticket.Team) || !s.sheet.Proven {
		return nil
	}
	users, err := d.Staff.Users(v.Context)
	if err != nil {
		return err
	}
	card := &LendCard{Words: s.Words, Base: ticketPath(s.sheet.Ticket.ID)}
	for _, u := range users {
		if u.Kind == staff.Interpreter && u.State == staff.Active {
			card.Who = append(card.Who, frontend.Option{Value: string(u.ID), Text: u.Name})
		}
	}
	byText(card.Who)
	for _, l := range loans {
		card.Stays = append(card.Stays, frontend.Option{Value: l.name, Text: s.Say("across.stay." + l.name), Chosen: l.name == "week"})
	}
	side.Lend = card
	return nil
}

type stay struct {
	name string
	long time.Duration
}

// loans are how long an interpreter may read along.
var loans = []stay{{"day", 24 * time.Hour}, {"week", 7 * 24 * time.Hour}, {"month", 30 * 24 * time.Hour}}

// lend lets an interpreter read a ticket.
func (d *desk) lend(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	user, err := helpdesk.ParseID(v.Form.Value("user"))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(loans, func(l stay) bool { return l.name == v.Form.Value("stay") })
	if i < 0 {
		return helpdesk.Refuse("reader.until")
	}
	if err := d.Tickets.AddReader(v.Context, v.Session, id, user, v.Now().Add(loans[i].long)); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "lent"))
}
