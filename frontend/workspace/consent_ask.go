package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/tickets"
)

// askPage begins a question: what for comes first, because one purpose is asked
// at a time.
func (d *desk) askPage(v *frontend.Visit) error {
	t, err := d.theirTicket(v)
	if err != nil {
		return err
	}
	if !v.Session.Member(t.Team) {
		return helpdesk.ErrDenied
	}
	for _, p := range consent.Purposes() {
		if p.Code == v.Query("purpose") {
			return d.showAsk(v, http.StatusOK, t, p, nil)
		}
	}
	frame, err := d.frame(v, v.Say("consent.desk.ask"), "")
	if err != nil {
		return err
	}
	page := ConsentAsk{Desk: frame, Base: ticketPath(t.ID), Number: number(t.Number)}
	for _, p := range consent.Purposes() {
		page.Purposes = append(page.Purposes, ConsentPurpose{Href: consentsPath(t.ID) + "/new?purpose=" + p.Code,
			Name: v.Say("consent.desk.purpose." + p.Code), Text: v.Say("consent.desk.purpose." + p.Code + ".text")})
	}
	return v.Show(page)
}

// askConsent takes the question, or what was pressed on its way: a search, somebody
// chosen or left out.
func (d *desk) askConsent(v *frontend.Visit) error {
	t, err := d.theirTicket(v)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(consent.Purposes(), func(p consent.Purpose) bool { return p.Code == v.Form.Value("purpose") })
	if i < 0 {
		return helpdesk.ErrNotFound
	}
	p := consent.Purposes()[i]
	if v.Form.Value("do") != "ask" {
		return d.showAsk(v, http.StatusOK, t, p, nil)
	}
	draft, err := draftOf(v, t, p)
	if err == nil {
		err = d.fromWhere(v, draft)
	}
	var id helpdesk.ID
	if err == nil {
		id, err = d.Consent.AskNow(v.Context, v.Session, draft)
	}
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showAsk(v, http.StatusUnprocessableEntity, t, p, &no)
	}
	if err != nil {
		return err
	}
	return v.Go(consentPath(t.ID, id) + "?done=asked")
}

// draftOf is the question as it was laid out.
func draftOf(v *frontend.Visit, t tickets.Ticket, p consent.Purpose) (consent.Draft, error) {
	f := v.Form
	draft := consent.Draft{Ticket: t.ID, Purpose: p.Code, Language: f.Value("language"), Spoken: f.Value("spoken") != "", Use: strings.TrimSpace(f.Value("use")),
		Restrictions: linesOf(f.Value("limits")), Day: f.Value("day"), Role: consent.Role(f.Value("role")), Age: consent.Age(f.Value("age")),
		FromCountry: strings.ToUpper(strings.TrimSpace(f.Value("from"))), Started: f.Value("started") != ""}
	chosen, err := recipientsOf(v)
	if err != nil {
		return draft, err
	}
	draft.Recipients = chosen
	for i, label := range linesOf(f.Value("items")) {
		draft.Items = append(draft.Items, consent.Item{Key: "o" + strconv.Itoa(i+1), Label: label})
	}
	for i, label := range linesOf(f.Value("special")) {
		draft.Items = append(draft.Items, consent.Item{Key: "s" + strconv.Itoa(i+1), Label: label, Special: true})
	}
	if draft.Retention, err = dayCount(f.Value("keep")); err != nil {
		return draft, err
	}
	if draft.Days, err = dayCount(f.Value("days")); err != nil {
		return draft, err
	}
	if f.Value("age") == mustChoose {
		return draft, helpdesk.Refuse("consent.desk.age.choose")
	}
	if p.Items && draft.Use == "" {
		return draft, helpdesk.Refuse("consent.desk.use.empty")
	}
	return draft, nil
}

// fromWhere wants to know where the person comes from before anybody abroad is
// named: whoever is in that country is asked about alone, with a warning.
func (d *desk) fromWhere(v *frontend.Visit, draft consent.Draft) error {
	if draft.FromCountry != "" {
		return nil
	}
	for _, r := range draft.Recipients {
		country := r.Country
		if r.ID != "" {
			t, err := d.Directory.Target(v.Context, r.ID)
			if errors.Is(err, helpdesk.ErrNotFound) {
				return helpdesk.Refuse("consent.recipients")
			}
			if err != nil {
				return err
			}
			country = t.Country
		}
		if country != "SE" {
			return helpdesk.Refuse("consent.desk.from")
		}
	}
	return nil
}

// mustChoose stands where somebody has to choose.
const mustChoose = "choose"

// linesOf are the lines of a field that hold something.
func linesOf(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// dayCount reads a number of days; none is 0.
func dayCount(typed string) (int, error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 || n > 3650 {
		return 0, helpdesk.Refuse("consent.desk.days.wrong")
	}
	return n, nil
}

// recipientsOf are those chosen so far, less who was just left out, with who was
// just added. Nobody is there who was not pressed.
func recipientsOf(v *frontend.Visit) ([]consent.Recipient, error) {
	f, do := v.Form, v.Form.Value("do")
	var out []consent.Recipient
	for _, typed := range f.All("to") {
		id, err := helpdesk.ParseID(typed)
		if err != nil {
			return nil, err
		}
		if do != "drop:"+typed {
			out = append(out, consent.Recipient{ID: id})
		}
	}
	if typed, chosen := strings.CutPrefix(do, "add:"); chosen && !slices.Contains(f.All("to"), typed) {
		id, err := helpdesk.ParseID(typed)
		if err != nil {
			return nil, err
		}
		out = append(out, consent.Recipient{ID: id})
	}
	for _, typed := range f.All("free") {
		if r, ok := freeRecipient(typed); ok && do != "drop:"+typed {
			out = append(out, r)
		}
	}
	if name := strings.TrimSpace(f.Value("free-name")); do == "free" && name != "" {
		r := consent.Recipient{Name: name, Country: strings.ToUpper(strings.TrimSpace(f.Value("free-country"))), Authority: f.Value("free-authority") != ""}
		if len(r.Country) != 2 {
			return out, helpdesk.Refuse("consent.desk.country")
		}
		out = append(out, r)
	}
	return out, nil
}

// A recipient who is not in the directory is carried by the form as "SE Name",
// an authority as "SE! Name".

func freeValue(r consent.Recipient) string {
	mark := " "
	if r.Authority {
		mark = "! "
	}
	return r.Country + mark + r.Name
}

func freeRecipient(typed string) (consent.Recipient, bool) {
	where, name, found := strings.Cut(typed, " ")
	country, authority := strings.CutSuffix(where, "!")
	return consent.Recipient{Name: name, Country: country, Authority: authority}, found && len(country) == 2 && name != ""
}

// showAsk shows the form with what was typed; refused is why it could not be asked.
func (d *desk) showAsk(v *frontend.Visit, status int, t tickets.Ticket, p consent.Purpose, refused *helpdesk.Refusal) error {
	frame, err := d.frame(v, v.Say("consent.desk.ask"), "")
	if err != nil {
		return err
	}
	heads, err := d.Tickets.Heads(v.Context, v.Session, []helpdesk.ID{t.ID})
	if err != nil {
		return err
	}
	facts := heads[t.ID].Facts
	form := askForm(v, frame.Words, t, facts, p)
	chosen, err := recipientsOf(v)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		refused, err = &no, nil
	}
	if err != nil {
		return err
	}
	if err := d.askWhom(v, form, p, chosen); err != nil {
		return err
	}
	if refused != nil {
		form.Problem = &frontend.Notice{Kind: "warn", Text: refusalText(frame.Words, refused.Key, refused.Args), More: v.Say("person.again")}
	}
	return v.ShowAs(status, ConsentAsk{Desk: frame, Base: ticketPath(t.ID), Number: number(t.Number), Form: form})
}

func askForm(v *frontend.Visit, w frontend.Words, t tickets.Ticket, facts tickets.Facts, p consent.Purpose) *AskForm {
	f := v.Form
	say := func(key string) string { return w.Say("consent.desk." + key) }
	field := func(name, kind string, rows int, optional bool) frontend.Field {
		return frontend.Field{Name: name, Label: say("field." + name), Help: say("field." + name + ".help"), Value: f.Value(name), Type: kind, Rows: rows, Optional: optional, Spellcheck: rows > 0, Complete: "off"}
	}
	form := &AskForm{Words: w, Base: ticketPath(t.ID), Purpose: p.Code, Name: say("purpose." + p.Code), Text: say("purpose." + p.Code + ".text"),
		HasItems: p.Items, HasTo: p.To, Find: field("find", "search", 0, true), From: field("from", "", 0, true),
		Items: field("items", "", 5, true), Special: field("special", "", 3, true), Use: field("use", "", 0, true),
		Limits: field("limits", "", 3, true), Keep: field("keep", "number", 0, true), Days: field("days", "number", 0, true),
		Spoken: f.Value("spoken") != "", Started: f.Value("started") != ""}
	switch p.Code {
	case consent.Authority:
		form.Warning = &frontend.Notice{Kind: "warn", Text: w.Say("consent.warn.authority"), More: say("alone.authority")}
	case consent.Origin:
		form.Warning = &frontend.Notice{Kind: "warn", Text: w.Say("consent.warn.origin"), More: say("alone.origin")}
	}
	if p.Months > 0 {
		day := field("day", "date", 0, false)
		form.Day = &day
	}
	form.Languages = theirLanguages(w, firstOf(f.Value("language"), facts.Spoken, t.Language))
	form.Roles, form.Ages = roleChoice(w, f.Value("role")), ageChoice(w, f.Value("age"), facts.Child)
	return form
}

// theirLanguages offers the house's languages, with the person's own even where we
// have no texts in it.
func theirLanguages(w frontend.Words, chosen string) []frontend.Option {
	out := languageChoice(w, w.Say("person.language.theirs"), chosen)[1:]
	if !slices.ContainsFunc(out, func(o frontend.Option) bool { return o.Chosen }) && chosen != "" {
		out = append(out, frontend.Option{Value: chosen, Text: chosen, Chosen: true})
	}
	return out
}

func roleChoice(w frontend.Words, chosen string) []frontend.Option {
	var out []frontend.Option
	for _, r := range []consent.Role{consent.Self, consent.Guardian, consent.Representative} {
		out = append(out, frontend.Option{Value: string(r), Text: w.Say("consent.desk.role." + string(r)), Chosen: string(r) == chosen})
	}
	return out
}

// ageChoice offers the bands; of a child one has to be chosen.
func ageChoice(w frontend.Words, chosen string, child bool) []frontend.Option {
	out := []frontend.Option{{Value: "", Text: w.Say("consent.desk.age.unknown"), Chosen: chosen == ""}}
	if child {
		out[0] = frontend.Option{Value: mustChoose, Text: w.Say("consent.desk.age.choose"), Chosen: chosen == "" || chosen == mustChoose}
	}
	for _, a := range []consent.Age{consent.Under13, consent.Under18, consent.Adult} {
		out = append(out, frontend.Option{Value: string(a), Text: w.Say("consent.desk.age." + string(a)), Chosen: string(a) == chosen})
	}
	return out
}

// askWhom shows who was chosen, and whom a search found. Nobody is chosen
// beforehand.
func (d *desk) askWhom(v *frontend.Visit, form *AskForm, p consent.Purpose, chosen []consent.Recipient) error {
	if !p.To {
		return nil
	}
	w := form.Words
	form.Free = &FreeRecipient{Words: w,
		Name:    frontend.Field{Name: "free-name", Label: w.Say("consent.desk.free.name"), Optional: true, Complete: "off"},
		Country: frontend.Field{Name: "free-country", Label: w.Say("consent.desk.free.country"), Help: w.Say("consent.desk.free.country.help"), Optional: true, Complete: "off"}}
	taken := map[helpdesk.ID]bool{}
	for _, r := range chosen {
		if r.ID == "" {
			form.To = append(form.To, AskRecipient{Words: w, Name: r.Name, Value: freeValue(r), Where: w.Country(r.Country), Chips: recipientChips(w, r.Authority, false)})
			continue
		}
		t, err := d.Directory.Target(v.Context, r.ID)
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		taken[r.ID] = true
		form.To = append(form.To, askRecipient(w, t))
	}
	typed := strings.TrimSpace(v.Form.Value("find"))
	if typed == "" || v.Form.Value("do") == "ask" {
		return nil
	}
	found, err := d.organisations(v, typed, "")
	if err != nil {
		return err
	}
	for _, t := range found {
		if taken[t.ID] {
			continue
		}
		one := askRecipient(w, t)
		switch authority := t.Kind == directory.Authority; {
		case !t.Vetted:
			one.Why = w.Say("consent.unvetted")
		case authority != (p.Code == consent.Authority) && p.Code != consent.Refer:
			one.Why = w.Say("consent.alone_only")
		}
		form.Found = append(form.Found, one)
	}
	if len(form.Found) == 0 {
		form.None = w.Say("consent.desk.found.none")
	}
	return nil
}

// organisations are those a search finds, each once, as they stand now.
func (d *desk) organisations(v *frontend.Visit, need, language string) ([]directory.Target, error) {
	found, err := d.Directory.Find(v.Context, directory.Query{View: directory.ForCounsellors, Need: need, Language: language, Limit: 60})
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []directory.Target
	for _, h := range found.Hits {
		if slices.ContainsFunc(out, func(t directory.Target) bool { return t.ID == h.Organisation }) || len(out) == 12 {
			continue
		}
		t, err := d.Directory.Target(v.Context, h.Organisation)
		if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			out = append(out, t)
		}
	}
	return out, nil
}

func askRecipient(w frontend.Words, t directory.Target) AskRecipient {
	return AskRecipient{Words: w, ID: t.ID, Name: t.Name, Where: w.Country(t.Country), Chips: append(
		[]frontend.Chip{kindChip(w, t.Kind), vettedChip(w, t.Kind, t.Vetted, t.Until)}, recipientChips(w, t.Kind == directory.Authority, t.SharesWithAuthorities && t.Kind != directory.Authority)...)}
}

// recipientChips warn of who decides about the person, or tells those who do.
func recipientChips(w frontend.Words, authority, shares bool) []frontend.Chip {
	var out []frontend.Chip
	if authority {
		out = append(out, frontend.Chip{Kind: "warn", Icon: "triangle-alert", Text: w.Say("consent.desk.authority"), Title: w.Say("consent.warn.authority")})
	}
	if shares {
		out = append(out, frontend.Chip{Kind: "warn", Icon: "triangle-alert", Text: w.Say("consent.desk.shares")})
	}
	return out
}
