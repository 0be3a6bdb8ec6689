package public

import (
	"returnsupport/frontend"
	"returnsupport/frontend/uploads"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
)

// Child is where somebody under 18 hears what we must report, before they tell
// anything, and can say whether they are alone.
type Child struct {
	Page
	Chooser Chooser
	Reader  Reader
	Hidden  []Hidden
	Choices []Door
}

func (h *hall) child(v *frontend.Visit) error { return h.childPage(v, answers{askAbout: child}) }

func (h *hall) childPage(v *frontend.Visit, a answers) error {
	p := page(v, "", "/child")
	page := Child{Page: p, Chooser: p.chooser(), Reader: h.reader(p, "child"), Hidden: a.hidden()}
	for _, c := range []struct{ icon, value string }{{"user", "alone"}, {"users", "parents"}, {"users", "other"}, {"x", "pass"}} {
		page.Choices = append(page.Choices, Door{Icon: c.icon, Text: p.Say("child.alone." + c.value), Name: askAlone, Value: c.value})
	}
	return v.Show(&page)
}

// Helper is one screen for somebody who helps, perhaps with the person beside
// them: thirty seconds, no sign-in.
type Helper struct {
	Page
	Chooser Chooser
	Reader  Reader
	Doors   []Door
}

func (h *hall) helper(v *frontend.Visit) error {
	p := page(v, "", "/helper")
	page := Helper{Page: p, Chooser: p.chooser(), Reader: h.reader(p, "helper"), Doors: []Door{
		{Icon: "message-circle", Text: p.Say("helper.ask"), Help: []string{p.Say("helper.ask.help")}, Href: "/" + p.Lang + "/start/helper", Main: true},
		{Icon: "printer", Text: p.Say("helper.card"), Href: "/" + p.Lang + "/print/cards"},
		{Icon: "phone", Text: p.Say("door.call"), Href: "/" + p.Lang + "/call"},
	}}
	info, err := h.infoDoor(v, p)
	if err != nil {
		return err
	}
	if info != nil {
		page.Doors = append(page.Doors, *info)
	}
	return v.Show(&page)
}

// Urgent is for who must travel within three days. It promises nothing but to
// wake somebody.
type Urgent struct {
	Page
	Chooser        Chooser
	Reader         Reader
	Wrong          *Note
	Hidden         []Hidden
	When, Detained Pick
	Text, Phone    Input
	Files          Files
	Call           string
}

func (h *hall) urgentPage(v *frontend.Visit) error { return h.urgentForm(v, nil) }

func (h *hall) urgentForm(v *frontend.Visit, wrong error) error {
	p := page(v, "", "/urgent")
	phone, err := h.Office.Setting(v.Context, office.FullPhone)
	if err != nil {
		return err
	}
	f := v.Form
	page := Urgent{
		Page: p, Chooser: p.chooser(), Reader: h.reader(p, "urgent"), Hidden: []Hidden{{"client", newClientID()}},
		When:     Pick{Name: "when", Label: p.Say("urgent.when"), Options: options(p, f.Value("when"), "urgent.when.", "unknown", "today", "tomorrow", "days")},
		Detained: Pick{Name: askDetained, Label: p.Say("urgent.detained"), Options: options(p, f.Value(askDetained), "start.", "pass", "yes", "no")},
		Text:     Input{Name: "text", Label: p.Say("urgent.text"), Help: p.Say("urgent.text.help"), Rows: 5, Value: f.Value("text")},
		Phone:    Input{Name: "phone", Label: p.Say("urgent.phone"), Help: p.Say("urgent.phone.help"), Type: "tel", Mode: "tel", Dir: "ltr", Value: f.Value("phone")},
		Files:    p.files(""),
		Call:     p.Say("urgent.call", ltr(phone)),
	}
	status := 200
	if wrong != nil {
		if err := beside(v, wrong, &page.Text, &page.Files); err != nil {
			return err
		}
		status = refusedStatus
	}
	return v.ShowAs(status, &page)
}

// options are choices whose words stand under one key each.
func options(p Page, chosen, under string, values ...string) []Option {
	var all []Option
	for _, val := range values {
		all = append(all, Option{Value: val, Text: p.Say(under + val), Chosen: val == chosen})
	}
	return all
}

// urgent rings the one on call, at any hour. A phone number alone is enough.
func (h *hall) urgent(v *frontend.Visit) error {
	f := v.Form
	files, err := uploads.Clean(f.Files)
	if err != nil {
		return h.urgentForm(v, err)
	}
	a := answers{askDetained: f.Value(askDetained)}
	facts := a.facts(v.Lang())
	facts.Urgent, facts.CallBack = true, cut(f.Value("phone"), 200)
	// When it is stands first, in the counsellors' language: it is what the
	// list shows.
	text := h.site.Words.Say("sv", "urgent.title") + " " + h.site.Words.Say("sv", "urgent.when."+known(f.Value("when"), "unknown", "today", "tomorrow", "days")) +
		"\n\n" + f.Value("text")
	begun, err := h.Chat.Start(v.Context, chat.First{
		Lang: v.Lang(), ClientID: f.Value("client"), Live: true, Facts: facts, Text: text, Files: files,
	})
	switch {
	case refused(err, "start.twice"):
		return h.twice(v)
	case err != nil:
		return h.urgentForm(v, err)
	}
	v.EnterGuest(begun.Cookie)
	return v.Go("/" + v.Lang() + "/code/offer?said=alarm")
}

// known is value if it is one of all, else the first.
func known(value string, all ...string) string {
	for _, a := range all {
		if a == value {
			return a
		}
	}
	return all[0]
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
