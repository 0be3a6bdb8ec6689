package volunteer

import (
	"errors"
	"net/http"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// whens are when somebody wants to talk about how they are.
var whens = []string{"now", "today", "week"}

func (h *hall) howPage(v *frontend.Visit) error { return h.showHow(v, http.StatusOK, nil) }

func (h *hall) showHow(v *frontend.Visit, status int, problem *frontend.Notice) error {
	page := How{Frame: frameOf(v, v.Say("volunteer.how")), Problem: problem, Done: done(v)}
	open, is, err := h.Branches.HowAmI(v.Context, who(v).Outsider)
	if err != nil {
		return err
	}
	if is {
		page.Asked = v.Say("volunteer.how.asked", page.Near(open.At))
		if open.Taker != "" {
			page.Asked = v.Say("volunteer.how.taken", h.Staff.Alias(v.Context, open.Taker))
		}
	}
	for _, when := range whens {
		page.Whens = append(page.Whens, frontend.Option{Value: when, Text: v.Say("volunteer.how." + when), Chosen: v.Form.Value("when") == when || v.Form.Value("when") == "" && when == "today"})
	}
	page.Text = frontend.Field{Name: "text", Rows: 3, Label: v.Say("volunteer.how.label"), Help: v.Say("volunteer.how.label.help"), Value: v.Form.Value("text"), Optional: true, Spellcheck: true}
	return v.ShowAs(status, page)
}

// how asks for somebody to talk with.
func (h *hall) how(v *frontend.Visit) error {
	return h.done(v, "/b/how?said=how", h.Branches.HowAreYou(v.Context, who(v).Outsider, v.Form.Value("when"), v.Form.Value("text")), h.showHow)
}

func (h *hall) dropHow(v *frontend.Visit) error {
	return h.done(v, "/b/how?said=unhow", h.Branches.DropDebrief(v.Context, who(v).Outsider), h.showHow)
}

// done leads on after a deed, or shows its form again with what was refused.
func (h *hall) done(v *frontend.Visit, to string, err error, show func(*frontend.Visit, int, *frontend.Notice) error) error {
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return show(v, http.StatusUnprocessableEntity, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)})
	}
	if err != nil {
		return err
	}
	return v.Go(to)
}
