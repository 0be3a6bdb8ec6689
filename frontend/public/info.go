package public

import (
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	shelf "returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/office"
)

// Info is what the house tells everybody, in the reader's language and in date,
// each with its source and the day a colleague last looked at it.
type Info struct {
	Page
	Chooser Chooser
	Reader  Reader
	All     []Fact
	More    string // where it goes on; "" at the end
}

// Fact is one piece of it.
type Fact struct {
	Text    []string // paragraphs
	Source  string
	Checked string
}

// infoMost is how many bytes of words one page shows, so that it stays as light
// as every other one; a longer piece stands alone.
const infoMost = 24_000

func (h *hall) info(v *frontend.Visit) error {
	from, err := startOf(v.Param("from"))
	if err != nil {
		return err
	}
	p := page(v, "", "/info")
	all, err := h.told(v, p)
	if err != nil {
		return err
	}
	if from >= len(all) {
		return helpdesk.ErrNotFound // nothing is told, and nothing leads here
	}
	page := Info{Page: p, Chooser: p.chooser(), Reader: h.reader(p, "info")}
	page.Title = p.Say("info.title")
	size := 0
	for i, a := range all[from:] {
		if size += len(a.Text); i > 0 && size > infoMost {
			page.More = "/" + p.Lang + "/info/" + strconv.Itoa(from+i)
			break
		}
		page.All = append(page.All, Fact{
			Text: paragraphs(a.Text), Source: p.Say("info.source", a.Source), Checked: p.Say("info.checked", p.Day(a.Day)),
		})
	}
	return v.Show(&page)
}

// paragraphs cuts a text at its empty lines.
func paragraphs(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func startOf(param string) (int, error) {
	if param == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(param)
	if err != nil || n < 1 {
		return 0, helpdesk.ErrNotFound
	}
	return n, nil
}

// told is what the house tells everybody in a page's language.
func (h *hall) told(v *frontend.Visit, p Page) ([]shelf.Told, error) {
	if h.Answers == nil {
		return nil, nil
	}
	phone, err := h.Office.Setting(v.Context, office.FullPhone)
	if err != nil {
		return nil, err
	}
	return h.Answers.Told(v.Context, p.Lang, map[string]string{"service": p.Public, "phone": ltr(phone), "today": p.Day(v.Now())})
}

// infoDoor leads there where something is told in the page's language.
func (h *hall) infoDoor(v *frontend.Visit, p Page) (*Door, error) {
	all, err := h.told(v, p)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &Door{Icon: "info", Text: p.Say("info.title"), Href: "/" + p.Lang + "/info"}, nil
}
