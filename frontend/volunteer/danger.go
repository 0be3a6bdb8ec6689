package volunteer

import (
	"errors"
	"net/http"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
)

func (h *hall) dangerPage(v *frontend.Visit) error { return h.showDanger(v, http.StatusOK, nil) }

func (h *hall) showDanger(v *frontend.Visit, status int, problem *frontend.Notice) error {
	page := Danger{Frame: frameOf(v, v.Say("volunteer.danger")), Problem: problem, Client: v.Form.Value("client")}
	if page.Client == "" {
		page.Client = string(helpdesk.NewID())
	}
	panel, err := h.Office.Crisis(v.Context, v.Lang())
	if err != nil {
		return err
	}
	for _, c := range panel {
		n := Number{Name: c.Name, Number: c.Number, Dial: dial(c.Number)}
		if n.Name == "" {
			n.Name = v.Say("crisis." + c.Key)
		}
		page.Numbers = append(page.Numbers, n)
	}
	lang := v.Form.Value("language")
	if lang == "" {
		lang = "other" // who is in a hurry must not say Swedish by leaving it
	}
	page.Language = languageOptions(page.Words, lang)
	for _, n := range branches.Needs {
		page.Needs = append(page.Needs, frontend.Option{Value: string(n), Text: v.Say("branch.need." + string(n)), Chosen: v.Form.Value("need") == string(n)})
	}
	page.Line = frontend.Field{Name: "line", Rows: 4, Label: v.Say("volunteer.danger.line"), Help: v.Say("volunteer.danger.line.help"), Value: v.Form.Value("line"), Spellcheck: true}
	return v.ShowAs(status, page)
}

// danger hands on without a yes, because life or a child is in danger. The room
// has the exception recorded, and a second person looks at it.
func (h *hall) danger(v *frontend.Visit) error {
	r, err := h.Branches.HandOn(v.Context, who(v).Outsider, branches.HandOn{Client: v.Form.Value("client"), Urgent: true, Reach: branches.ReachBranch,
		Language: v.Form.Value("language"), Need: branches.Need(v.Form.Value("need")), Line: v.Form.Value("line")})
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return h.showDanger(v, http.StatusUnprocessableEntity, &frontend.Notice{Kind: "danger", Text: v.Say(no.Key, no.Args...)})
	}
	if err != nil {
		return err
	}
	return h.receipt(v, r)
}

// languageOptions are the languages by their own names.
func languageOptions(w frontend.Words, chosen string) []frontend.Option {
	var out []frontend.Option
	for _, l := range locale.Languages {
		out = append(out, frontend.Option{Value: l.Tag, Text: l.Name, Chosen: l.Tag == chosen})
	}
	return append(out, frontend.Option{Value: "other", Text: w.Say("volunteer.hand.language.other"), Chosen: chosen == "other"})
}

// languageName is what a page calls a language.
func languageName(w frontend.Words, tag string) string {
	for _, l := range locale.Languages {
		if l.Tag == tag {
			return w.Say("language." + tag)
		}
	}
	return w.Say("volunteer.hand.language.other")
}
