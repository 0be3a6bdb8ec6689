package volunteer

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/staff"
)

// months are how long an account may last until somebody renews it.
var months = []int{3, 6, 12}

func (h *hall) members(v *frontend.Visit) error {
	return h.showMembers(v, http.StatusOK, Members{})
}

// showMembers lists who is of the branch; its coordinator invites and renews,
// everybody lets colleagues in whom they know.
func (h *hall) showMembers(v *frontend.Visit, status int, page Members) error {
	me := who(v)
	page.Frame, page.Lead, page.Done = frameOf(v, v.Say("volunteer.members")), me.Lead, done(v)
	all, err := h.Staff.Volunteers(v.Context, me.Org)
	if err != nil {
		return err
	}
	loads := map[helpdesk.ID]branches.Load{}
	if me.Lead {
		carry, err := h.Branches.Loads(v.Context, me.Outsider)
		if err != nil {
			return err
		}
		for _, l := range carry {
			loads[l.User] = l
		}
	}
	for _, m := range all {
		page.Rows = append(page.Rows, memberRow(page.Words, me, m, loads))
	}
	if !me.Lead {
		return v.ShowAs(status, page)
	}
	page.Name = frontend.Field{Name: "name", Label: v.Say("team.name"), Complete: "off", Value: v.Form.Value("name")}
	page.Account = frontend.Field{Name: "login", Label: v.Say("team.login"), Help: v.Say("partners.login.help"), Complete: "off", Value: v.Form.Value("login")}
	page.Address = frontend.Field{Name: "address", Label: v.Say("team.address"), Help: v.Say("partners.address.help"), Type: "email", Complete: "off", Value: v.Form.Value("address")}
	for _, n := range months {
		page.Months = append(page.Months, frontend.Option{Value: strconv.Itoa(n), Text: v.Say("volunteer.months", n), Chosen: n == 6})
	}
	for _, l := range v.Languages() {
		page.Langs = append(page.Langs, frontend.Option{Value: l.Tag, Text: l.Name, Chosen: l.Tag == v.Lang()})
	}
	return v.ShowAs(status, page)
}

func memberRow(w frontend.Words, me somebody, m staff.VolunteerUser, loads map[helpdesk.ID]branches.Load) Member {
	over := m.User.State == staff.Disabled
	row := Member{Words: w, ID: m.User.ID, Name: m.User.Name, Login: m.User.Login, CanAdmit: m.ForMemberToSay,
		CanRenew: me.Lead && !over, CanAgain: me.Lead && m.User.ID != me.User.ID, CanEnd: me.Lead && !over && m.User.ID != me.User.ID,
		State: frontend.Chip{Text: w.Say("user." + string(m.User.State))}, Until: w.Say("volunteer.member.until", w.Day(m.Until))}
	switch {
	case over:
		row.Until = ""
	case m.ForMemberToSay:
		row.State = frontend.Chip{Kind: "warn", Icon: "hourglass", Text: w.Say("volunteer.member.waits")}
	case m.Lead:
		row.State = frontend.Chip{Kind: "accent", Icon: "flag", Text: w.Say("volunteer.member.lead")}
	case m.User.State == staff.Active:
		row.State.Kind, row.State.Icon = "ok", "check"
	}
	if l, is := loads[m.User.ID]; is {
		row.Load = w.Say("volunteer.member.load", l.Open, l.Tasks)
	}
	return row
}

// member is one of the visitor's own branch, named by a form.
func (h *hall) member(v *frontend.Visit) (staff.User, error) {
	id, err := helpdesk.ParseID(v.Form.Value("user"))
	if err != nil {
		return staff.User{}, err
	}
	all, err := h.Staff.Volunteers(v.Context, who(v).Org)
	if err != nil {
		return staff.User{}, err
	}
	for _, m := range all {
		if m.User.ID == id {
			return m.User, nil
		}
	}
	return staff.User{}, helpdesk.ErrNotFound
}

// admit gives a colleague the keys the visitor holds.
func (h *hall) admit(v *frontend.Visit) error {
	m, err := h.member(v)
	if err != nil {
		return err
	}
	return h.managed(v, "admitted", h.Staff.AdmitPartner(v.Context, who(v).Outsider, m.ID))
}

// until is the day an account shall last to.
func until(v *frontend.Visit) time.Time {
	n, err := strconv.Atoi(v.Form.Value("months"))
	if err != nil {
		n = months[1]
	}
	return v.Now().AddDate(0, n, 0)
}

// invite makes an account; the link of its first visit is shown once.
func (h *hall) invite(v *frontend.Visit) error {
	login, lang := strings.TrimSpace(v.Form.Value("login")), v.Form.Value("lang")
	if !h.site.Words.Desk(lang) {
		lang = v.Lang()
	}
	token, err := h.Staff.InviteVolunteer(v.Context, who(v).Outsider, login, v.Form.Value("name"), v.Form.Value("address"), lang, until(v))
	return h.invited(v, token, login, lang, err)
}

// invited shows the link of an invitation, or what was refused.
func (h *hall) invited(v *frontend.Visit, token, login, lang string, err error) error {
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return h.showMembers(v, http.StatusUnprocessableEntity, Members{Problem: &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}})
	}
	if err != nil {
		return err
	}
	return h.showMembers(v, http.StatusOK, Members{For: login, Link: v.Site() + frontend.BranchPath + "/invitation/" + token + "?lang=" + lang})
}

// renew lets an account last on; for who lost words or phone, or whose account
// has ended, it makes another invitation.
func (h *hall) renew(v *frontend.Visit) error {
	m, err := h.member(v)
	if err != nil {
		return err
	}
	if v.Form.Value("again") != "" {
		token, err := h.Staff.InviteAgain(v.Context, who(v).Outsider, m.ID, until(v))
		return h.invited(v, token, m.Login, m.Locale, err)
	}
	return h.managed(v, "renewed", h.Staff.RenewVolunteer(v.Context, who(v).Outsider, m.ID, until(v)))
}

// endMember ends an account at once.
func (h *hall) endMember(v *frontend.Visit) error {
	m, err := h.member(v)
	if err != nil {
		return err
	}
	return h.managed(v, "over", h.Staff.EndVolunteer(v.Context, who(v).Outsider, m.ID))
}

func (h *hall) managed(v *frontend.Visit, said string, err error) error {
	return h.done(v, "/b/members?said="+said, err, func(v *frontend.Visit, status int, problem *frontend.Notice) error {
		return h.showMembers(v, status, Members{Problem: problem})
	})
}
