package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Accounts of those outside to whom things are handed over. A coordinator says
// who an organisation named; who reads there is then their own to say.

// Partners lists the organisations that have accounts.
type Partners struct {
	Desk
	Rows  []PartnerRow
	Empty *frontend.Empty
}

// PartnerRow is one of them.
type PartnerRow struct{ Href, Name, What string }

// PartnerAccounts are those of one organisation.
type PartnerAccounts struct {
	Desk
	ID      helpdesk.ID
	Problem *frontend.Notice
	Link    string // shown once
	Login   string // whose it is
	Rows    []PartnerAccount
	Name    frontend.Field
	User    frontend.Field
	Address frontend.Field
	Langs   []frontend.Option
}

// PartnerAccount is one of them.
type PartnerAccount struct {
	User        helpdesk.ID
	Name, Login string
	State       frontend.Chip
	CanClose    bool
}

func (d *desk) partners(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("partners.title"), "office")
	if err != nil {
		return err
	}
	all, err := d.Staff.PartnerUsers(v.Context)
	if err != nil {
		return err
	}
	open := map[helpdesk.ID]int{}
	for _, p := range all {
		if p.User.State == staff.Disabled {
			open[p.Org] += 0
		} else {
			open[p.Org]++
		}
	}
	page := Partners{Desk: frame}
	for org, n := range open {
		name, err := d.organisationName(v, org)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, PartnerRow{Href: "/w/partners/" + string(org), Name: name, What: v.Say("partners.count", n)})
	}
	slices.SortFunc(page.Rows, func(a, b PartnerRow) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "users", Title: v.Say("partners.none"), Text: v.Say("partners.none.text")}
	}
	return v.Show(page)
}

// organisationName is what the directory calls one that may have left it since.
func (d *desk) organisationName(v *frontend.Visit, org helpdesk.ID) (string, error) {
	t, err := d.Directory.Target(v.Context, org)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return v.Say("partners.gone"), nil
	}
	return t.Name, err
}

func (d *desk) partner(v *frontend.Visit) error {
	return d.showPartner(v, http.StatusOK, PartnerAccounts{})
}

func (d *desk) showPartner(v *frontend.Visit, status int, page PartnerAccounts) error {
	var err error
	if page.ID, err = v.ID("org"); err != nil {
		return err
	}
	all, err := d.Staff.PartnerUsers(v.Context)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Org != page.ID {
			continue
		}
		row := PartnerAccount{User: p.User.ID, Name: p.User.Name, Login: p.User.Login, CanClose: p.User.State != staff.Disabled,
			State: frontend.Chip{Text: v.Say("user." + string(p.User.State))}}
		switch {
		case p.ForMemberToSay:
			row.State = frontend.Chip{Kind: "warn", Icon: "hourglass", Text: v.Say("partners.waits")}
		case p.User.State == staff.Active:
			row.State.Kind, row.State.Icon = "ok", "check"
		}
		page.Rows = append(page.Rows, row)
	}
	_, err = d.Directory.Target(v.Context, page.ID)
	if err != nil && (len(page.Rows) == 0 || !errors.Is(err, helpdesk.ErrNotFound)) {
		return err // nobody there, and no such organisation
	}
	name, err := d.organisationName(v, page.ID)
	if err != nil {
		return err
	}
	if page.Desk, err = d.frame(v, name, "office"); err != nil {
		return err
	}
	page.Name = frontend.Field{Name: "name", Label: v.Say("team.name"), Complete: "off", Value: page.Name.Value}
	page.User = frontend.Field{Name: "login", Label: v.Say("team.login"), Help: v.Say("partners.login.help"), Complete: "off", Value: page.User.Value}
	page.Address = frontend.Field{Name: "address", Label: v.Say("team.address"), Help: v.Say("partners.address.help"), Type: "email", Complete: "off", Value: page.Address.Value}
	for _, l := range v.Languages() {
		page.Langs = append(page.Langs, frontend.Option{Value: l.Tag, Text: l.Name, Chosen: l.Tag == or(v.Form.Value("lang"), v.Lang())})
	}
	return v.ShowAs(status, page)
}

// or is the first that says something.
func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// invitePartner makes an account for somebody the organisation named; the link of
// their first sign-in is shown once, on this page alone.
func (d *desk) invitePartner(v *frontend.Visit) error {
	org, err := v.ID("org")
	if err != nil {
		return err
	}
	if _, err := d.Directory.Target(v.Context, org); err != nil {
		return err
	}
	page, lang := PartnerAccounts{Login: strings.TrimSpace(v.Form.Value("login"))}, v.Form.Value("lang")
	if !d.site.Words.Desk(lang) {
		lang = v.Lang()
	}
	token, err := d.Staff.InvitePartner(v.Context, v.Session, org, page.Login, v.Form.Value("name"), v.Form.Value("address"), lang)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		page.Problem = &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}
		page.Name.Value, page.User.Value, page.Address.Value = v.Form.Value("name"), page.Login, v.Form.Value("address")
		return d.showPartner(v, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	page.Link = partnerInvitation(v, token, lang)
	return d.showPartner(v, http.StatusOK, page)
}

// partnerInvitation is the address of a first sign-in, in the language it will be
// read in.
func partnerInvitation(v *frontend.Visit, token, lang string) string {
	return v.Site() + frontend.OutsidePath + "/invitation/" + token + "?lang=" + lang
}

// partnerUser is one of this organisation's, named by a form.
func (d *desk) partnerUser(v *frontend.Visit) (helpdesk.ID, staff.User, error) {
	org, err := v.ID("org")
	if err != nil {
		return "", staff.User{}, err
	}
	user, err := helpdesk.ParseID(v.Form.Value("user"))
	if err != nil {
		return "", staff.User{}, err
	}
	all, err := d.Staff.PartnerUsers(v.Context)
	if err != nil {
		return "", staff.User{}, err
	}
	for _, p := range all {
		if p.Org == org && p.User.ID == user {
			return org, p.User, nil
		}
	}
	return "", staff.User{}, helpdesk.ErrNotFound
}

// closePartner ends an account at once: no session, no sign-in, and what is
// handed over from now on is sealed to a key they never had.
func (d *desk) closePartner(v *frontend.Visit) error {
	org, user, err := d.partnerUser(v)
	if err != nil {
		return err
	}
	if err := d.Staff.Disable(v.Context, v.Session, user.ID); err != nil {
		return err
	}
	return v.Go(told("/w/partners/"+string(org), "saved"))
}

// renewPartner is for who lost words or telephone.
func (d *desk) renewPartner(v *frontend.Visit) error {
	_, user, err := d.partnerUser(v)
	if err != nil {
		return err
	}
	token, err := d.Staff.Reissue(v.Context, v.Session, user.ID)
	if err != nil {
		return err
	}
	return d.showPartner(v, http.StatusOK, PartnerAccounts{Link: partnerInvitation(v, token, user.Locale), Login: user.Login})
}
