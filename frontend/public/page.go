package public

import (
	"context"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/office"
)

// Page is what every page here begins with.
type Page struct {
	frontend.PublicPage
	Here string // where it is, behind the language
}

// Chooser lists the languages by their own names.
type Chooser struct {
	Label, All, Here, Lang string
	Choices                []locale.Language
}

// Reader is the button that reads a part of the page aloud. It is shown where
// there is a recording, or where the browser has a voice.
type Reader struct{ Of, Text, Stop, Sound string }

// Note tells something beside what the page is for. Kind is "", "ok", "warn"
// or "danger".
type Note struct {
	Kind, Icon, Text string
	More             []string
	Href, Go         string
}

// Door is one big choice: a link, or, without Href, a button that posts.
type Door struct {
	Icon, Text  string
	Help        []string
	Href        string
	Name, Value string
	Main        bool
}

// Hidden is a field the form carries along.
type Hidden struct{ Name, Value string }

// Input is a field with its label above and what is wrong beside it.
type Input struct {
	Name, Label, Help, Wrong, Value string
	Type, Mode, Dir                 string
	Rows                            int // more than 0 makes it a textarea
	Required                        bool
}

// Described lists what describes the field.
func (i Input) Described() string {
	switch {
	case i.Wrong != "" && i.Help != "":
		return i.Name + "-wrong " + i.Name + "-help"
	case i.Wrong != "":
		return i.Name + "-wrong"
	case i.Help != "":
		return i.Name + "-help"
	}
	return ""
}

// Files is the field for pictures and papers.
type Files struct{ Label, Help, Wrong string }

// Option is one of a Pick.
type Option struct {
	Value, Text, Lang string
	Chosen            bool
}

// Pick is a list to choose from.
type Pick struct {
	Name, Label string
	Options     []Option
}

// Tick is a box to tick.
type Tick struct {
	Name, Text string
	Checked    bool
}

// page begins a page. title may be "": then the name of the service stands
// alone, so that a tab or a history tells nothing.
func page(v *frontend.Visit, title, here string) Page {
	return Page{PublicPage: v.PublicPage(title), Here: here}
}

func (p Page) chooser() Chooser {
	return Chooser{Label: p.Say("page.language"), All: p.Say("page.languages"), Here: p.Here, Lang: p.Lang, Choices: p.Choices()}
}

// reader reads the part of the page called lead. Where a recording of the page
// lies in the data folder, that is played.
func (h *hall) reader(p Page, name string) Reader {
	r := Reader{Of: "lead", Text: p.Say("page.read"), Stop: p.Say("page.stop")}
	if h.recorded(p.Lang, name) {
		r.Sound = "/" + p.Lang + "/sound/" + name
	}
	return r
}

func (p Page) files(wrong string) Files {
	return Files{Label: p.Say("start.files"), Help: p.Say("start.files.help"), Wrong: wrong}
}

// pays says who pays for the service.
func (h *hall) pays(ctx context.Context, p Page) (string, error) {
	funder, err := h.Office.Setting(ctx, office.Funder)
	if err != nil {
		return "", err
	}
	if funder == "" {
		return p.Say("who.pays.ask"), nil
	}
	return p.Say("who.pays", funder), nil
}
