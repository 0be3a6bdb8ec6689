package workspace

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
)

// find shows what a filter finds, or keeps it.
func (d *desk) find(v *frontend.Visit) error {
	l := looking{filter: typedFilter(v.Form.Value), after: v.Form.Value("after"), posted: true}
	if v.Form.Value("do") != "save" {
		return d.showQueue(v, http.StatusOK, l)
	}
	id, err := d.Tickets.SaveFilter(v.Context, v.Session, tickets.SavedFilter{
		Team: helpdesk.ID(v.Form.Value("share")), Name: v.Form.Value("name"), Filter: l.filter,
	})
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		l.wrong = no
		return d.showQueue(v, http.StatusUnprocessableEntity, l)
	}
	if err != nil {
		return err
	}
	return v.Go(told("/w/queue?f="+string(id), "saved"))
}

// dropFilter forgets a kept filter.
func (d *desk) dropFilter(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("filter"))
	if err != nil {
		return err
	}
	if err := d.Tickets.DropFilter(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told("/w/queue", "dropped"))
}

// savedFilter finds one of the session's own and its teams'.
func (d *desk) savedFilter(v *frontend.Visit, id helpdesk.ID) (tickets.SavedFilter, error) {
	all, err := d.Tickets.Filters(v.Context, v.Session)
	if err != nil {
		return tickets.SavedFilter{}, err
	}
	for _, f := range all {
		if f.ID == id {
			return f, nil
		}
	}
	return tickets.SavedFilter{}, helpdesk.ErrNotFound
}

// typedFilter reads the form. What can't be is left for the room to refuse.
func typedFilter(value func(string) string) tickets.Filter {
	f := tickets.Filter{
		Queue: queueNamed(value("q")), Team: helpdesk.ID(value("team")), Owner: helpdesk.ID(value("owner")),
		Channel: value("channel"), Language: value("language"), DueFrom: tickets.Day(value("due_from")), DueUntil: tickets.Day(value("due_until")),
		Topic: value("topic"), Tag: value("tag"), Centre: value("centre"), Audience: value("audience"), Words: strings.TrimSpace(value("words")),
	}
	f.Priority = wholeNumber(value("priority"))
	f.Waited = wholeNumber(value("waited"))
	return f
}

// wholeNumber is 0 for nothing and -1, which no room takes, for what is none.
func wholeNumber(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// hiddenFilter is typedFilter backwards, for the next page.
func hiddenFilter(f tickets.Filter) []Hidden {
	out := []Hidden{{"q", string(f.Queue)}}
	for _, h := range []Hidden{
		{"team", string(f.Team)}, {"owner", string(f.Owner)}, {"channel", f.Channel}, {"language", f.Language},
		{"due_from", string(f.DueFrom)}, {"due_until", string(f.DueUntil)}, {"topic", f.Topic}, {"tag", f.Tag}, {"centre", f.Centre},
		{"audience", f.Audience}, {"words", f.Words}, {"priority", digits(f.Priority)}, {"waited", digits(f.Waited)},
	} {
		if h.Value != "" {
			out = append(out, h)
		}
	}
	return out
}

func digits(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// queueForms are the filter, the kept ones, and what can be done with many.
func (d *desk) queueForms(v *frontend.Visit, page *Queue, l looking) error {
	kept, err := d.Tickets.Filters(v.Context, v.Session)
	if err != nil {
		return err
	}
	teams := map[helpdesk.ID]string{}
	for _, t := range v.Session.Teams() {
		teams[t.ID] = t.Name
	}
	for _, k := range kept {
		page.Saved = append(page.Saved, SavedRow{Words: page.Words, ID: k.ID, Name: k.Name, Team: teams[k.Team], Here: k.ID == l.saved})
		if k.ID == l.saved {
			page.Title = k.Name
		}
	}
	people, err := d.teammates(v)
	if err != nil {
		return err
	}
	tags, err := d.Office.Tags(v.Context)
	if err != nil {
		return err
	}
	w := page.Words
	var tagged []frontend.Option
	for _, t := range tags {
		tagged = append(tagged, frontend.Option{Value: t.Key, Text: t.In(w.Lang), Chosen: t.Key == l.filter.Tag})
	}
	if len(page.Rows) > 0 && l.filter.Queue != tickets.QueueClosed {
		page.Bulk = &BulkForm{Words: w, Back: l.path(), People: unchosen(people), Tags: unchosen(tagged)}
		if err := d.bulkTeams(v, page.Bulk); err != nil {
			return err
		}
	}
	page.Filter = filterForm(v, w, l, people, orAny(w, tagged))
	parts, err := d.Office.Routing(v.Context)
	if err != nil {
		return err
	}
	for _, t := range parts.Topics {
		page.Filter.Topics = append(page.Filter.Topics, frontend.Option{Value: t.Key, Text: topicIn(w, t), Chosen: t.Key == l.filter.Topic})
	}
	page.Filter.Topics = orAny(w, page.Filter.Topics)
	centres, err := d.Office.Centres(v.Context)
	if err != nil {
		return err
	}
	for _, c := range centres {
		page.Filter.Centres = append(page.Filter.Centres, frontend.Option{Value: c.Key, Text: c.Name, Chosen: c.Key == l.filter.Centre})
	}
	page.Filter.Centres = orAny(w, page.Filter.Centres)
	return nil
}

// bulkTeams are the teams many tickets can be handed to.
func (d *desk) bulkTeams(v *frontend.Visit, f *BulkForm) error {
	names, err := d.teamNames(v)
	if err != nil {
		return err
	}
	for id, name := range names {
		o := frontend.Option{Value: toTeam + string(id), Text: name}
		if v.Session.Member(id) {
			f.Own = append(f.Own, o)
		} else {
			f.Others = append(f.Others, o)
		}
	}
	if len(f.Own) == 1 {
		f.Own = nil // all of them are there already
	}
	byText(f.Own)
	byText(f.Others)
	return nil
}

// filterForm is the form as it was filled in.
func filterForm(v *frontend.Visit, w frontend.Words, l looking, people, tags []frontend.Option) FilterForm {
	f := l.filter
	form := FilterForm{Words: w, Open: l.posted || l.wrong != nil, Tags: tags}
	for _, q := range queues {
		form.Queues = append(form.Queues, frontend.Option{Value: string(q.name), Text: w.Say("nav." + string(q.name)), Chosen: q.name == f.Queue})
	}
	form.Share = []frontend.Option{{Text: w.Say("filter.share.me")}}
	for _, t := range v.Session.Teams() {
		form.Teams = append(form.Teams, frontend.Option{Value: string(t.ID), Text: t.Name, Chosen: t.ID == f.Team})
		form.Share = append(form.Share, frontend.Option{Value: string(t.ID), Text: w.Say("filter.share.team", t.Name)})
	}
	form.Teams = orAny(w, form.Teams)
	form.Owners = orAny(w, append([]frontend.Option{
		{Value: string(tickets.Me), Text: w.Say("filter.owner.me")}, {Value: string(tickets.Nobody), Text: w.Say("filter.owner.nobody")},
	}, people...))
	choose(form.Owners, string(f.Owner))
	for _, c := range []string{"mail", "chat", "phone", "visit"} {
		form.Channels = append(form.Channels, frontend.Option{Value: c, Text: w.Say("channel." + c)})
	}
	form.Channels = orAny(w, form.Channels)
	choose(form.Channels, f.Channel)
	for _, tag := range []string{"sv", "en", "ar", "fa", "prs", "ps", "ckb", "kmr", "so", "ti", "sq", "ru", "uz", "ka", "mn", "es"} {
		form.Languages = append(form.Languages, frontend.Option{Value: tag, Text: languageName(w, tag)})
	}
	form.Languages = orAny(w, form.Languages)
	choose(form.Languages, f.Language)
	form.Priorities = []frontend.Option{{Text: w.Say("filter.any")}}
	for p := 1; p <= tickets.MaxPriority; p++ {
		form.Priorities = append(form.Priorities, frontend.Option{Value: strconv.Itoa(p), Text: w.Say("priority." + urgency(p)), Chosen: p == f.Priority})
	}
	for _, a := range []hours.Audience{hours.Detained, hours.Child, hours.Partner} {
		form.Audiences = append(form.Audiences, frontend.Option{Value: string(a), Text: w.Say("filter.audience." + string(a))})
	}
	form.Audiences = orAny(w, form.Audiences)
	choose(form.Audiences, f.Audience)
	form.From = frontend.Field{Name: "due_from", Type: "date", Label: w.Say("filter.from"), Value: string(f.DueFrom), Optional: true}
	form.Until = frontend.Field{Name: "due_until", Type: "date", Label: w.Say("filter.until"), Value: string(f.DueUntil), Optional: true}
	form.Waited = frontend.Field{Name: "waited", Type: "number", Label: w.Say("filter.waited"), Value: digits(max(f.Waited, 0)), Optional: true}
	form.Text = frontend.Field{Name: "words", Label: w.Say("filter.words"), Help: w.Say("filter.words.help"), Value: f.Words, Optional: true, Complete: "off", Key: "search"}
	form.Name = frontend.Field{Name: "name", Label: w.Say("filter.name.label"), Optional: true, Complete: "off"}
	return form
}

// teammates are those the session's teams can hand a ticket to.
func (d *desk) teammates(v *frontend.Visit) ([]frontend.Option, error) {
	all, err := d.Staff.Colleagues(v.Context, v.Session)
	if err != nil {
		return nil, err
	}
	out := make([]frontend.Option, len(all))
	for i, c := range all {
		out[i] = frontend.Option{Value: string(c.ID), Text: c.Name}
	}
	byText(out)
	return out, nil
}

// orAny puts "any" before the choices.
func orAny(w frontend.Words, all []frontend.Option) []frontend.Option {
	return append([]frontend.Option{{Text: w.Say("filter.any")}}, all...)
}

func choose(all []frontend.Option, value string) {
	for i := range all {
		all[i].Chosen = all[i].Value == value
	}
}

func unchosen(all []frontend.Option) []frontend.Option {
	out := append([]frontend.Option{}, all...)
	choose(out, "\x00")
	return out
}
