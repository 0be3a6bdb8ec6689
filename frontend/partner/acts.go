package partner

import (
	"context"
	"errors"
	"net/http"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
)

// act does something about what was handed over and shows it again. What is
// refused is said beside the form it came from, with what was typed.
func (h *hall) act(v *frontend.Visit, form, done string, do func(r *recipient, id helpdesk.ID) error) error {
	r, id, err := admitted(v)
	if err != nil {
		return err
	}
	err = do(r, id)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return h.show(v, http.StatusUnprocessableEntity, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}, form)
	}
	if err != nil {
		return err
	}
	path := "/p/r/" + string(id)
	if done != "" {
		path += "?said=" + done
	}
	return v.Go(path)
}

// agree confirms the restrictions; before it nothing else is shown.
func (h *hall) agree(v *frontend.Visit) error {
	return h.act(v, "", "agreed", func(r *recipient, id helpdesk.ID) error { return h.Consent.Agree(v.Context, r.Outside, id) })
}

func (h *hall) takeOn(v *frontend.Visit) error {
	return h.act(v, "", "accepted", func(r *recipient, id helpdesk.ID) error { return h.Consent.Accept(v.Context, r.Outside, id) })
}

// giveBack returns it with a reason, and nothing of it can be read after.
func (h *hall) giveBack(v *frontend.Visit) error {
	back := false
	err := h.act(v, "return", "", func(r *recipient, id helpdesk.ID) error {
		err := h.Consent.ReturnReferral(v.Context, r.Outside, id, v.Form.Value("text"))
		back = err == nil
		return err
	})
	if r := who(v); !back || r.account != nil {
		return err
	}
	// Behind a link the visit ended with it: there is no page to lead to.
	v.Leave()
	page := Closed{Frame: frameOf(v, v.Say("partner.returned.title")), Text: v.Say("partner.returned.text"), Stop: v.Say("partner.stop"), More: v.Say("partner.stop.more")}
	page.Inside = false
	return v.Show(page)
}

func (h *hall) ask(v *frontend.Visit) error {
	return h.act(v, "ask", "asked", func(r *recipient, id helpdesk.ID) error {
		return h.Consent.AskBack(v.Context, r.Outside, id, v.Form.Value("text"))
	})
}

func (h *hall) report(v *frontend.Visit) error {
	return h.act(v, "report", "reported", func(r *recipient, id helpdesk.ID) error {
		return h.Consent.Report(v.Context, r.Outside, id, v.Form.Value("outcome"), v.Form.Value("text"))
	})
}

// token is what a page keeps of where it stood.
func token(s consent.ReferralState, ended bool) string {
	if ended {
		return "ended"
	}
	return string(s)
}

// stands finds where one of theirs stands now, without opening it.
func (h *hall) stands(ctx context.Context, r *recipient, id helpdesk.ID) (string, error) {
	all, err := h.Consent.Arrivals(ctx, r.Outside)
	if err != nil {
		return "", err
	}
	for _, a := range all {
		if a.ID == id {
			return token(a.State, a.Until.IsZero()), nil
		}
	}
	return "", helpdesk.ErrNotFound
}

// rings are what an open page of theirs listens to.
func (h *hall) rings(v *frontend.Visit) ([]bus.Ring, error) {
	r, id, err := admitted(v)
	if err != nil {
		return nil, err
	}
	if _, err := h.stands(v.Context, r, id); err != nil {
		return nil, err
	}
	return ringsOf(id), nil
}

func ringsOf(id helpdesk.ID) []bus.Ring {
	return []bus.Ring{{Topic: consent.TopicReferral, Subject: id}}
}

// news tells a page whether it still stands where it stood; with wait it waits
// for a change, for browsers that no bell reaches.
func (h *hall) news(v *frontend.Visit) error {
	_, id, err := admitted(v)
	if err != nil {
		return err
	}
	changed := func(ctx context.Context, o frontend.Outsider) (bool, error) {
		at, err := h.stands(ctx, o.(*recipient), id)
		return at != v.Query("state"), err
	}
	return v.Changed(ringsOf(id), changed)
}
