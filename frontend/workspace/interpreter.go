package workspace

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// The interpreter's pages: the conversations lent to them, and in each what was
// written and their own field. Nothing else of the desk is asked for here.

// lentList shows what was lent to them and until when.
func (d *desk) lentList(v *frontend.Visit) error {
	loans, err := d.Tickets.Loans(v.Context, v.Session)
	if err != nil {
		return err
	}
	page := Lent{Page: v.Page(v.Say("lent.title")), Me: v.Session.User.Name, Desk: v.Session.User.Kind != staff.Interpreter, Said: said(v)}
	for _, l := range loans {
		page.Rows = append(page.Rows, LentRow{
			Href: lentPath(l.Ticket), Number: number(l.Number), Language: languageName(page.Words, l.Language),
			Until: page.Near(l.Until), Exact: page.Exact(l.Until),
		})
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "inbox", Title: v.Say("lent.empty.title"), Text: v.Say("lent.empty.text")}
	}
	return v.Show(page)
}

func lentPath(ticket helpdesk.ID) string { return "/w/lent/" + string(ticket) }

// lent shows one of them.
func (d *desk) lent(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return d.showLent(v, 200, id, helpdesk.ID(""), &TranslateForm{})
}

func (d *desk) showLent(v *frontend.Visit, status int, ticket, about helpdesk.ID, back *TranslateForm) error {
	open, err := d.Tickets.Interpret(v.Context, v.Session, ticket)
	if err != nil {
		return err
	}
	d.settle(v, open.Settle)
	page := Interpret{Page: v.Page(number(open.Number)), Me: v.Session.User.Name, Number: number(open.Number), Said: said(v)}
	page.Member, page.Until = true, page.Near(open.Until)
	a := lentAcross(v, ticket)
	for _, m := range open.Messages {
		form := &TranslateForm{}
		if m.ID == about {
			form = back
		}
		page.Messages = append(page.Messages, lentMessage(page.Words, a, open, m, form))
	}
	if len(page.Messages) == 0 {
		page.Empty = &frontend.Empty{Icon: "inbox", Title: v.Say("lent.none.title"), Text: v.Say("lent.none.text")}
	}
	page.Listener = &LentListener{Href: lentHref(open)}
	return v.ShowAs(status, page)
}

func lentAcross(v *frontend.Visit, ticket helpdesk.ID) across {
	me := v.Session.User.ID
	return across{me: me, base: "/w/lent/m/", back: lentPath(ticket), names: map[helpdesk.ID]string{me: v.Session.User.Name}}
}

// lentHref asks for what comes after the messages shown, and for translations
// that changed.
func lentHref(open tickets.Interpreting) string {
	last, shown := int64(0), []string{}
	for _, m := range open.Messages {
		last = max(last, m.Serial)
		for _, x := range m.Translations {
			shown = append(shown, string(x.ID))
		}
	}
	slices.Sort(shown)
	return lentPath(open.Ticket) + "/news?" + url.Values{"after": {strconv.FormatInt(last, 10)}, "mark": {mark(strings.Join(shown, " "))}}.Encode()
}

// lentNews answers the page's own clock: an interpreter hears no bell of the
// desk.
func (d *desk) lentNews(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	after, err := strconv.ParseInt(v.Query("after"), 10, 64)
	if err != nil {
		return helpdesk.ErrNotFound
	}
	open, err := d.Tickets.Interpret(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	d.settle(v, open.Settle)
	page := LentNews{Page: v.Page(""), Listener: LentListener{Href: lentHref(open)}}
	if page.Listener.Href == v.Address() {
		return v.Done()
	}
	a := lentAcross(v, id)
	for _, m := range open.Messages {
		shown := lentMessage(page.Words, a, open, m, &TranslateForm{})
		if m.Serial > after {
			page.Messages = append(page.Messages, shown)
		} else if translatable(m) {
			shown.Beside.OOB = true
			page.List = append(page.List, shown.Beside)
		}
	}
	return v.Show(page)
}

func lentMessage(w frontend.Words, a across, open tickets.Interpreting, m tickets.Opened, back *TranslateForm) LentMessage {
	out := LentMessage{
		Words: w, ID: m.ID, Look: "letter", What: w.Say("lent.person"), At: w.Near(m.At), Exact: w.Exact(m.At), Machine: w.Machine(m.At),
		Subject: m.Content.Subject, Text: strings.Trim(m.Content.Text, "\n"), Offers: m.Content.Offers,
	}
	to := w.Lang
	if m.Direction != tickets.In {
		out.Look, out.What, to = "answer", w.Say("lent.us"), open.Language
	}
	out.Beside = Beside{Words: w, ID: m.ID}
	if !translatable(m) {
		out.Notice = &frontend.Notice{Text: w.Say("message.withdrawn")}
		if m.Broken {
			out.Notice = &frontend.Notice{Kind: "danger", Text: w.Say("message.broken"), More: w.Say("message.broken.more")}
		}
		return out
	}
	if out.Text == "" {
		// Without its pictures: those come from another part of the desk. post
		// made the rest harmless before it was sealed.
		out.HTML = template.HTML(post.Inline(m.Content.HTML, func(string) string { return "" }))
	}
	for i, f := range m.Content.Files {
		out.Files = append(out.Files, frontend.Attachment{
			Name: firstOf(f.Name, w.Say("message.unnamed")), Size: w.Size(f.Size), Href: "/w/lent/m/" + string(m.ID) + "/file/" + strconv.Itoa(i),
		})
	}
	out.Beside = *a.beside(w, m)
	out.Beside.Add = "" // the field stands below already
	for i := range out.Beside.List {
		out.Beside.List[i].Plain = true
	}
	form := *back
	form.Words, form.ID, form.Back = w, m.ID, a.back
	form.Action, form.Route = "/w/lent/m/"+string(m.ID)+"/translation", "/w/lent/m/:id/translation"
	if form.Languages == nil {
		form.Languages = languageOptions(w, to)
	}
	out.Form = &form
	return out
}

// lentTranslate keeps what the interpreter wrote.
func (d *desk) lentTranslate(v *frontend.Visit) error {
	id, ticket, err := d.lentSubject(v)
	if err != nil {
		return err
	}
	language, text := v.Form.Value("language"), v.Form.Value("text")
	_, err = d.Tickets.AddTranslation(v.Context, v.Session, id, language, text, tickets.ByInterpreter)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showLent(v, http.StatusUnprocessableEntity, ticket, id, &TranslateForm{
			Text: text, Wrong: v.Say(no.Key, no.Args...), Languages: languageOptions(v.Page("").Words, language),
		})
	}
	if err != nil {
		return err
	}
	return v.Go(told(lentPath(ticket), "translated") + "#m-" + string(id))
}

// lentDrop takes away what they wrote.
func (d *desk) lentDrop(v *frontend.Visit) error {
	id, ticket, err := d.lentSubject(v)
	if err != nil {
		return err
	}
	which, err := helpdesk.ParseID(v.Form.Value("translation"))
	if err != nil {
		return err
	}
	if err := d.Tickets.DropTranslation(v.Context, v.Session, id, which); err != nil {
		return err
	}
	return v.Go(lentPath(ticket) + "#m-" + string(id))
}

// lentSubject is the message a form is about and the loan it lies in.
func (d *desk) lentSubject(v *frontend.Visit) (message, ticket helpdesk.ID, err error) {
	if message, err = v.ID("id"); err != nil {
		return "", "", err
	}
	if ticket, err = helpdesk.ParseID(strings.TrimPrefix(v.Form.Value("back"), "/w/lent/")); err != nil {
		return "", "", err
	}
	open, err := d.Tickets.Interpret(v.Context, v.Session, ticket)
	if err != nil {
		return "", "", err
	}
	d.settle(v, open.Settle)
	if !slices.ContainsFunc(open.Messages, func(m tickets.Opened) bool { return m.ID == message }) {
		return "", "", helpdesk.ErrNotFound
	}
	return message, ticket, nil
}
