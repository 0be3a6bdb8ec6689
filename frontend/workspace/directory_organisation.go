package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
)

// One organisation: its own words, its services, and what we found out.

func (d *desk) organisation(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return d.showOrganisation(v, http.StatusOK, id, nil, nil)
}

// showOrganisation shows what stands; typed is a vetting that could not be kept.
func (d *desk) showOrganisation(v *frontend.Visit, status int, id helpdesk.ID, typed *directory.Vetting, problem *frontend.Notice) error {
	o, err := d.Directory.Organisation(v.Context, directory.ForCounsellors, id)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, o.Name, "directory")
	if err != nil {
		return err
	}
	w := frame.Words
	page := DirectoryOrganisation{Desk: frame, Back: "/w/directory", Text: o.Description, Gates: v.Say("directory.gates")}
	page.Chips = []frontend.Chip{kindChip(w, o.Vetting.Kind), vettedChip(w, o.Vetting.Kind, o.Current, o.Vetting.Until)}
	page.Facts = facts(w, "directory.mail", o.Email)
	for _, p := range o.Phones {
		page.Facts = append(page.Facts, Fact{w.Say("directory.phone"), phoneText(p)})
	}
	for _, c := range o.Contacts {
		page.Facts = append(page.Facts, Fact{w.Say("directory.contact"), contactText(c)})
	}
	if o.Website != "" {
		page.Links = append(page.Links, DirectoryLink{w.Say("directory.website"), o.Website})
	}
	for _, s := range o.Services {
		page.Services = append(page.Services, serviceOf(w, s))
	}
	names, err := d.vettingHistory(v, w, o, &page)
	if err != nil {
		return err
	}
	if !v.Session.Coordinator() {
		page.Found = vettingFacts(w, o.Vetting, names[o.Vetting.By])
		return v.ShowAs(status, page)
	}
	vetting := o.Vetting
	if typed != nil {
		vetting = *typed
		vetting.Version = o.Vetting.Version
	}
	page.Form = vettingForm(v, w, id, vetting)
	page.Form.Problem = problem
	return v.ShowAs(status, page)
}

// facts are the labels of what is not empty, two by two.
func facts(w frontend.Words, pairs ...string) []Fact {
	var out []Fact
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, Fact{w.Say(pairs[i]), pairs[i+1]})
		}
	}
	return out
}

func phoneText(p directory.Phone) string {
	return join(" ", p.Number, p.Extension, p.Description)
}

func contactText(c directory.Contact) string {
	parts := []string{c.Name, c.Title, c.Department, c.Email}
	for _, p := range c.Phones {
		parts = append(parts, phoneText(p))
	}
	return join(", ", parts...)
}

// join puts what is not empty together.
func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

func serviceOf(w frontend.Words, s directory.Service) DirectoryService {
	out := DirectoryService{Words: w, ID: s.ID, Name: s.Name, Text: s.Description}
	if s.Status != "active" {
		out.Chips = append(out.Chips, statusChip(w, s.Status))
	}
	if s.Alert != "" {
		out.Alert = &frontend.Notice{Kind: "warn", Text: s.Alert}
	}
	age := ""
	if s.MinimumAge != "" || s.MaximumAge != "" {
		age = s.MinimumAge + "–" + s.MaximumAge
	}
	checked := ""
	if s.Checked != "" {
		checked = dayOf(w, s.Checked)
	}
	out.Facts = facts(w, "directory.eligible", s.Eligibility, "directory.age", age, "directory.apply", s.HowToApply, "directory.fees", s.Fees,
		"directory.documents", strings.Join(s.Documents, ", "), "directory.language", spokenThere(w, s.Languages), "directory.interpretation", s.Interpretation,
		"directory.topics", strings.Join(s.Topics, ", "), "directory.mail", s.Email)
	for _, p := range s.Phones {
		out.Facts = append(out.Facts, Fact{w.Say("directory.phone"), phoneText(p)})
	}
	for _, c := range s.Contacts {
		out.Facts = append(out.Facts, Fact{w.Say("directory.contact"), contactText(c)})
	}
	if len(s.Places) == 0 {
		for _, h := range s.Hours {
			out.Facts = append(out.Facts, Fact{w.Say("directory.hours"), hoursOf(h)})
		}
	}
	out.Facts = append(out.Facts, facts(w, "directory.checked", checked)...)
	if s.URL != "" {
		out.Links = append(out.Links, DirectoryLink{w.Say("directory.website"), s.URL})
	}
	for _, p := range s.Places {
		out.Places = append(out.Places, placeOf(w, p))
	}
	return out
}

func placeOf(w frontend.Words, p directory.Site) DirectoryPlace {
	until := ""
	if !p.OpenUntil.IsZero() {
		until = w.Near(p.OpenUntil)
	}
	name := p.Name
	if name == "" {
		name = p.City
	}
	out := DirectoryPlace{Name: name, Chips: []frontend.Chip{openChip(w, p.Open, until)}}
	out.Facts = facts(w, "directory.place", p.Description, "directory.address", strings.Join(p.Address, ", "), "directory.way", p.Transport,
		"directory.access", strings.Join(p.Accessibility, " "), "directory.language", spokenThere(w, p.Languages))
	for _, h := range p.Hours {
		out.Facts = append(out.Facts, Fact{w.Say("directory.hours"), hoursOf(h)})
	}
	for _, n := range p.Phones {
		out.Facts = append(out.Facts, Fact{w.Say("directory.phone"), phoneText(n)})
	}
	for _, c := range p.Contacts {
		out.Facts = append(out.Facts, Fact{w.Say("directory.contact"), contactText(c)})
	}
	return out
}

// hoursOf prefers the organisation's own words: what a schedule can't say
// stands in them.
func hoursOf(h directory.Hours) string {
	if h.Words != "" {
		return h.Words
	}
	return join(" ", h.Days, h.Opens+"–"+h.Closes, h.From, h.To)
}

func vettingFacts(w frontend.Words, found directory.Vetting, by string) []Fact {
	days := ""
	if found.On != "" && found.Until != "" {
		days = dayOf(w, found.On) + " – " + dayOf(w, found.Until)
	}
	var audiences []string
	for _, a := range found.Audiences {
		audiences = append(audiences, w.Say("directory.audience."+a))
	}
	return facts(w, "directory.vetting.field.kind", w.Say("directory.kind."+string(found.Kind)), "directory.vetting.field.country", found.Country,
		"directory.vetting.field.on", days, "directory.vetting.field.by", by, "directory.vetting.field.shares", w.Say("directory.shares."+string(found.SharesWithAuthorities)),
		"directory.vetting.field.takes", w.Say("directory.takes."+string(found.Takes)), "directory.vetting.field.how", found.How,
		"directory.vetting.field.languages", spokenThere(w, found.Languages), "directory.vetting.field.audiences", strings.Join(audiences, ", "),
		"directory.vetting.field.shown", w.Say("directory.shown."+string(found.Shown)))
}

// vettingHistory adds what was found out earlier, and names who did.
func (d *desk) vettingHistory(v *frontend.Visit, w frontend.Words, o directory.Organisation, page *DirectoryOrganisation) (map[helpdesk.ID]string, error) {
	if o.Vetting.Version == 0 {
		return nil, nil
	}
	all, err := d.Directory.VettingHistory(v.Context, o.ID)
	if err != nil {
		return nil, err
	}
	var who []helpdesk.ID
	for _, f := range all {
		who = append(who, f.By, f.Actor)
	}
	names := d.names(v, who...)
	for _, f := range all {
		page.History = append(page.History, VettingVersion{Words: w, ID: o.ID, To: f.Version, Version: o.Vetting.Version, What: v.Say("directory.vetting.version", f.Version),
			Who: names[f.Actor], At: w.Near(f.At), Exact: w.Exact(f.At), Facts: vettingFacts(w, f, names[f.By]),
			CanUndo: v.Session.Coordinator() && f.Version != o.Vetting.Version, Newer: f.Version == o.Vetting.Version})
	}
	return names, nil
}

func vettingForm(v *frontend.Visit, w frontend.Words, id helpdesk.ID, f directory.Vetting) *VettingForm {
	say := func(key string) string { return w.Say("directory.vetting.field." + key) }
	form := &VettingForm{Words: w, ID: id, Version: f.Version,
		Country: frontend.Field{Name: "country", Label: say("country"), Help: say("country.help"), Value: f.Country, Optional: true, Complete: "off"},
		On:      frontend.Field{Name: "on", Label: say("on"), Value: f.On, Type: "date", Optional: true},
		Until:   frontend.Field{Name: "until", Label: say("until"), Value: f.Until, Type: "date", Optional: true},
		How:     frontend.Field{Name: "how", Label: say("how"), Help: say("how.help"), Value: f.How, Rows: 3, Optional: true, Spellcheck: true}}
	for _, k := range directory.Kinds {
		form.Kinds = append(form.Kinds, frontend.Option{Value: string(k), Text: w.Say("directory.kind." + string(k)), Chosen: k == f.Kind})
	}
	for _, s := range directory.Sharings {
		form.Shares = append(form.Shares, frontend.Option{Value: string(s), Text: w.Say("directory.shares." + string(s)), Chosen: s == f.SharesWithAuthorities})
	}
	for _, t := range directory.AllTakes {
		form.Takes = append(form.Takes, frontend.Option{Value: string(t), Text: w.Say("directory.takes." + string(t)), Chosen: t == f.Takes})
	}
	for _, s := range directory.Views {
		form.Shown = append(form.Shown, frontend.Option{Value: string(s), Text: w.Say("directory.shown." + string(s)), Chosen: s == f.Shown})
	}
	for _, l := range locale.Languages {
		form.Languages = append(form.Languages, frontend.Option{Value: l.Tag, Text: languageName(w, l.Tag), Chosen: slices.Contains(f.Languages, l.Tag)})
	}
	byText(form.Languages)
	for _, a := range directory.Audiences {
		form.Audiences = append(form.Audiences, frontend.Option{Value: a, Text: w.Say("directory.audience." + a), Chosen: slices.Contains(f.Audiences, a)})
	}
	return form
}

// vet keeps what was found out.
func (d *desk) vet(v *frontend.Visit) error {
	id, version, err := answerSubject(v)
	if err != nil {
		return err
	}
	typed := directory.Vetting{Kind: directory.Kind(v.Form.Value("kind")), Country: v.Form.Value("country"), On: v.Form.Value("on"), Until: v.Form.Value("until"),
		SharesWithAuthorities: directory.Sharing(v.Form.Value("shares")), Takes: directory.Takes(v.Form.Value("takes")), How: strings.TrimSpace(v.Form.Value("how")),
		Languages: v.Form.All("language"), Audiences: v.Form.All("audience"), Shown: directory.View(v.Form.Value("shown")), Version: version}
	_, err = d.Directory.Vet(v.Context, v.Session, id, typed)
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		return d.showOrganisation(v, http.StatusUnprocessableEntity, id, &typed, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)})
	case errors.Is(err, helpdesk.ErrConflict):
		return d.showOrganisation(v, http.StatusConflict, id, &typed,
			&frontend.Notice{Kind: "warn", Text: v.Say("directory.vetting.conflict"), More: v.Say("directory.vetting.conflict.more")})
	case err != nil:
		return err
	}
	return v.Go(told("/w/directory/"+string(id), "saved"))
}

// unvet goes back to what was found out earlier.
func (d *desk) unvet(v *frontend.Visit) error {
	id, version, err := answerSubject(v)
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(v.Form.Value("to"), 10, 64)
	if err != nil {
		return helpdesk.ErrNotFound
	}
	if err := d.Directory.UndoVetting(v.Context, v.Session, id, to, version); err != nil {
		return err
	}
	return v.Go(told("/w/directory/"+string(id), "saved"))
}

// expiring lists vettings that end within thirty days, and those that ended.
func (d *desk) expiring(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("directory.expiring"), "directory")
	if err != nil {
		return err
	}
	ends, err := d.Directory.Expiring(v.Context, directory.WarnDays)
	if err != nil {
		return err
	}
	page := DirectoryExpiring{Desk: frame}
	var owners []helpdesk.ID
	for _, e := range ends {
		owners = append(owners, e.Owner)
	}
	names := d.names(v, owners...)
	for _, e := range ends {
		row := DirectoryEnd{Href: "/w/directory/" + string(e.Organisation) + "#vetting", Name: e.Name, Kind: v.Say("directory.kind." + string(e.Kind))}
		if name := names[e.Owner]; name != "" {
			row.Owner = v.Say("directory.expiring.owner", name)
		}
		switch {
		case e.Days < 0:
			row.Chip = frontend.Chip{Kind: "danger", Icon: "triangle-alert", Text: v.Say("directory.expiring.over", -e.Days)}
		case e.Days == 0:
			row.Chip = frontend.Chip{Kind: "warn", Icon: "clock", Text: v.Say("directory.expiring.today")}
		default:
			row.Chip = frontend.Chip{Kind: "warn", Icon: "clock", Text: v.Say("directory.expiring.left", e.Days)}
		}
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "circle-check", Title: v.Say("directory.expiring.none"), Text: v.Say("directory.expiring.text")}
	}
	return v.Show(page)
}
