package partner

import (
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// arrivals lists what was handed over. Behind a link there is one thing alone.
func (h *hall) arrivals(v *frontend.Visit) error {
	r := who(v)
	if only := r.Only(); only != "" {
		return v.Go("/p/r/" + string(only))
	}
	page := Arrivals{Frame: frameOf(v, v.Say("partner.list.title")), Waits: r.waits()}
	if page.Waits {
		return v.Show(page)
	}
	all, err := h.Consent.Arrivals(v.Context, r.Outside)
	if err != nil {
		return err
	}
	for _, a := range all {
		page.Rows = append(page.Rows, Arrival{Href: "/p/r/" + string(a.ID), Ref: reference(a.ID), When: page.Near(a.Since), Exact: page.Exact(a.Since),
			Chips: arrivalChips(page.Words, a)})
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "inbox", Title: v.Say("partner.list.none"), Text: v.Say("partner.list.none.text")}
	}
	wait, err := h.waiting(v)
	page.Waiting = len(wait)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// reference is what two people can name one by on the telephone: it tells
// nothing, and opens nothing.
func reference(id helpdesk.ID) string { return strings.ToUpper(string(id[len(id)-5:])) }

func arrivalChips(w frontend.Words, a consent.Arrived) []frontend.Chip {
	chips := []frontend.Chip{stateChip(w, a.State)}
	if !a.Due.IsZero() {
		chips = append(chips, dueChip(w, a.State, a.Priority, frontend.Chip{Text: w.Say("partner.due", w.Near(a.Due)), Title: w.Exact(a.Due)}))
	}
	if !a.Opened && !a.Until.IsZero() {
		chips = append(chips, frontend.Chip{Kind: "accent", Icon: "mail", Text: w.Say("partner.unread")})
	}
	return chips
}

func stateChip(w frontend.Words, s consent.ReferralState) frontend.Chip {
	c := frontend.Chip{Icon: "info", Text: w.Say("partner.state." + string(s))}
	switch s {
	case consent.ReferralAccepted, consent.ReferralDone:
		c.Kind, c.Icon = "ok", "check"
	case consent.ReferralOverdue:
		c.Kind, c.Icon = "danger", "triangle-alert"
	case consent.ReferralRevoked:
		c.Kind, c.Icon = "warn", "x"
	case consent.ReferralSent:
		c.Kind, c.Icon = "accent", "inbox"
	}
	return c
}

// dueChip says until when an answer is asked for, and how urgent it is.
func dueChip(w frontend.Words, s consent.ReferralState, p consent.Priority, c frontend.Chip) frontend.Chip {
	c.Icon = "clock"
	switch p {
	case consent.PriorityEmergency:
		c.Kind, c.Text = "danger", w.Say("partner.priority.emergency")+" · "+c.Text
	case consent.PriorityUrgent:
		c.Kind, c.Text = "warn", w.Say("partner.priority.urgent")+" · "+c.Text
	}
	if s == consent.ReferralOverdue {
		c.Kind = "danger"
	}
	return c
}

// waiting are the colleagues whom the visitor may let in.
func (h *hall) waiting(v *frontend.Visit) ([]Colleague, error) {
	r := who(v)
	if r.account == nil || r.waits() {
		return nil, nil
	}
	all, err := h.Staff.PartnerUsers(v.Context)
	if err != nil {
		return nil, err
	}
	var out []Colleague
	for _, p := range all {
		if p.Org == r.account.Org && p.ForMemberToSay {
			out = append(out, Colleague{ID: p.User.ID, Name: p.User.Name, Login: p.User.Login})
		}
	}
	return out, nil
}

func (h *hall) colleagues(v *frontend.Visit) error {
	if r := who(v); r.account == nil || r.waits() {
		return helpdesk.ErrNotFound
	}
	page := Colleagues{Frame: frameOf(v, v.Say("partner.colleagues.title")), Done: done(v)}
	var err error
	if page.Rows, err = h.waiting(v); err != nil {
		return err
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "users", Title: v.Say("partner.colleagues.none"), Text: v.Say("partner.colleagues.none.text")}
	}
	return v.Show(page)
}

// admit gives a colleague the keys the visitor holds; the room asks whether they
// are of the same organisation.
func (h *hall) admit(v *frontend.Visit) error {
	r := who(v)
	if r.account == nil || r.waits() {
		return helpdesk.ErrNotFound
	}
	id, err := helpdesk.ParseID(v.Form.Value("user"))
	if err != nil {
		return err
	}
	if err := h.Staff.AdmitPartner(v.Context, r.account, id); err != nil {
		return err
	}
	return v.Go("/p/colleagues?said=admitted")
}

// dones are what a page says after something was done.
var dones = map[string]bool{"agreed": true, "accepted": true, "asked": true, "reported": true, "admitted": true}

func done(v *frontend.Visit) *frontend.Notice {
	what := v.Query("said")
	if !dones[what] {
		return nil
	}
	return &frontend.Notice{Kind: "ok", Text: v.Say("partner.said." + what)}
}
