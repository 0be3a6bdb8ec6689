package workspace

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Accounts of a branch's volunteers. A coordinator invites the first, who leads
// the branch; who else reads there is then their own to say.

func (d *desk) branchAccounts(v *frontend.Visit) error {
	return d.showBranchAccounts(v, http.StatusOK, BranchAccounts{})
}

func (d *desk) showBranchAccounts(v *frontend.Visit, status int, page BranchAccounts) error {
	var err error
	if page.ID, err = v.ID("org"); err != nil {
		return err
	}
	all, err := d.Staff.Volunteers(v.Context, page.ID)
	if err != nil {
		return err
	}
	if _, err := d.Directory.Target(v.Context, page.ID); err != nil && len(all) == 0 {
		return err // nobody there, and no such organisation
	}
	name, err := d.organisationName(v, page.ID)
	if err != nil {
		return err
	}
	if page.Desk, err = d.frame(v, name, "branches"); err != nil {
		return err
	}
	for _, a := range all {
		over := a.User.State == staff.Disabled
		row := BranchAccount{User: a.User.ID, Name: a.User.Name, Login: a.User.Login, CanClose: !over, CanRenew: true,
			State: frontend.Chip{Text: v.Say("user." + string(a.User.State))}}
		switch {
		case a.ForMemberToSay:
			row.State = frontend.Chip{Kind: "warn", Icon: "hourglass", Text: v.Say("volunteer.member.waits")}
		case a.Lead && !over:
			row.State = frontend.Chip{Kind: "accent", Icon: "flag", Text: v.Say("volunteer.member.lead")}
		case a.User.State == staff.Active:
			row.State.Kind, row.State.Icon = "ok", "check"
		}
		if !over {
			row.Until = v.Say("volunteer.member.until", page.Day(a.Until))
		}
		page.Rows = append(page.Rows, row)
	}
	page.Name = frontend.Field{Name: "name", Label: v.Say("team.name"), Complete: "off", Value: page.Name.Value}
	page.User = frontend.Field{Name: "login", Label: v.Say("team.login"), Help: v.Say("partners.login.help"), Complete: "off", Value: page.User.Value}
	page.Address = frontend.Field{Name: "address", Label: v.Say("team.address"), Help: v.Say("partners.address.help"), Type: "email", Complete: "off", Value: page.Address.Value}
	for _, n := range []int{3, 6, 12} {
		page.Months = append(page.Months, frontend.Option{Value: strconv.Itoa(n), Text: v.Say("volunteer.months", n), Chosen: n == 12})
	}
	for _, l := range v.Languages() {
		page.Langs = append(page.Langs, frontend.Option{Value: l.Tag, Text: l.Name, Chosen: l.Tag == or(v.Form.Value("lang"), v.Lang())})
	}
	return v.ShowAs(status, page)
}

// branchAccountDo invites the one who leads a branch, renews an account, invites
// again who lost words or phone, or ends one at once.
func (d *desk) branchAccountDo(v *frontend.Visit) error {
	org, err := v.ID("org")
	if err != nil {
		return err
	}
	months, err := strconv.Atoi(v.Form.Value("months"))
	if err != nil {
		months = 12
	}
	until, lang := v.Now().AddDate(0, months, 0), v.Form.Value("lang")
	if !d.site.Words.Desk(lang) {
		lang = v.Lang()
	}
	page, token := BranchAccounts{Login: strings.TrimSpace(v.Form.Value("login"))}, ""
	if v.Form.Value("do") == "invite" {
		if _, err := d.Directory.Target(v.Context, org); err != nil {
			return err
		}
		token, err = d.Staff.InviteBranchLead(v.Context, v.Session, org, page.Login, v.Form.Value("name"), v.Form.Value("address"), lang, until)
	} else {
		var one staff.User
		if one, err = d.branchUser(v, org); err != nil {
			return err
		}
		switch v.Form.Value("do") {
		case "again":
			page.Login, lang = one.Login, one.Locale
			token, err = d.Staff.InviteAgain(v.Context, v.Session, one.ID, until)
		case "renew":
			err = d.Staff.RenewVolunteer(v.Context, v.Session, one.ID, until)
		case "end":
			err = d.Staff.EndVolunteer(v.Context, v.Session, one.ID)
		default:
			err = helpdesk.ErrNotFound
		}
	}
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		page.Problem = &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}
		page.Name.Value, page.User.Value, page.Address.Value = v.Form.Value("name"), page.Login, v.Form.Value("address")
		return d.showBranchAccounts(v, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	if token == "" {
		return v.Go(told("/w/branches/accounts/"+string(org), "saved"))
	}
	page.Link = v.Site() + frontend.BranchPath + "/invitation/" + token + "?lang=" + lang
	return d.showBranchAccounts(v, http.StatusOK, page)
}

// branchUser is one of this branch's, named by a form.
func (d *desk) branchUser(v *frontend.Visit, org helpdesk.ID) (staff.User, error) {
	id, err := helpdesk.ParseID(v.Form.Value("user"))
	if err != nil {
		return staff.User{}, err
	}
	all, err := d.Staff.Volunteers(v.Context, org)
	if err != nil {
		return staff.User{}, err
	}
	for _, a := range all {
		if a.User.ID == id {
			return a.User, nil
		}
	}
	return staff.User{}, helpdesk.ErrNotFound
}
