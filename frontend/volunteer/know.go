package volunteer

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk/branches"
)

// know says what we can help with, a wide range, and what was learned from
// questions without names.
func (h *hall) know(v *frontend.Visit) error {
	page := Know{Frame: frameOf(v, v.Say("volunteer.know")), Leaflets: "/" + v.Lang() + "/print"}
	for _, n := range branches.Needs {
		page.Scopes = append(page.Scopes, Scope{Title: v.Say("branch.need." + string(n)), Text: v.Say("volunteer.scope." + string(n))})
	}
	books, err := h.Branches.Playbooks(v.Context)
	if err != nil {
		return err
	}
	for _, b := range books {
		page.Playbooks = append(page.Playbooks, Playbook{Title: b.Title, Text: b.Text, When: page.Day(b.At)})
	}
	if len(books) == 0 {
		page.Empty = &frontend.Empty{Icon: "file-text", Title: v.Say("volunteer.playbooks.none"), Text: v.Say("volunteer.playbooks.none.text")}
	}
	return v.Show(page)
}

// guide is the conversation guide, in the reader's language.
func (h *hall) guide(v *frontend.Visit) error {
	page := Guide{Frame: frameOf(v, v.Say("volunteer.guide"))}
	steps, err := h.Office.Guide(v.Context, v.Lang())
	if err != nil {
		return err
	}
	for _, g := range steps {
		step := v.Say("guide." + g.Step)
		if n := len(page.Steps); n > 0 && page.Steps[n-1].Step == step {
			page.Steps[n-1].Lines = append(page.Steps[n-1].Lines, g.Text)
			continue
		}
		page.Steps = append(page.Steps, GuideStep{Step: step, Lines: []string{g.Text}})
	}
	return v.Show(page)
}
