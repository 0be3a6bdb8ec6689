package workspace

import (
	"errors"
	"slices"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// team shows teams, members and who waits to be admitted.
func (d *desk) team(v *frontend.Visit) error { return d.showTeam(v, 200, inviting{}) }

// inviting is an invitation as far as it has come.
type inviting struct {
	name, login, address string
	kind                 staff.Kind
	teams                []string
	problem              *frontend.Notice
	link                 string
}

func (d *desk) showTeam(v *frontend.Visit, status int, form inviting) error {
	frame, err := d.frame(v, v.Say("team.title"), "people")
	if err != nil {
		return err
	}
	page := Team{Desk: frame, Problem: form.problem, Link: form.link}
	waiting, err := d.Staff.Waiting(v.Context, v.Session)
	if err != nil {
		return err
	}
	for _, c := range waiting {
		page.Waiting = append(page.Waiting, waitingRow(v, c))
	}
	teams, err := d.Staff.Teams(v.Context)
	if err != nil {
		return err
	}
	for _, t := range teams {
		if !v.Session.Member(t.ID) && (t.Restricted || !v.Session.Coordinator()) {
			continue
		}
		card, err := d.teamCard(v, t)
		if err != nil {
			return err
		}
		page.Teams = append(page.Teams, card)
	}
	if v.Session.Coordinator() {
		page.Invite = inviteForm(v, form, teams)
	}
	return v.ShowAs(status, page)
}

func waitingRow(v *frontend.Visit, c staff.Candidate) WaitingRow {
	row := WaitingRow{User: c.User.ID, TeamID: c.Team.ID, Name: c.User.Name, Login: c.User.Login, Team: c.Team.Name, CanAdmit: c.ForMeToSay}
	switch {
	case !c.HasKeys:
		row.Why = v.Say("team.nokeys")
	case c.NeedsTwo && c.Voice != "":
		row.Why = v.Say("team.second")
	case c.NeedsTwo:
		row.Why = v.Say("team.both")
	case !c.ForMeToSay:
		row.Why = v.Say("team.members")
	}
	return row
}

func (d *desk) teamCard(v *frontend.Visit, t staff.Team) (TeamCard, error) {
	members, err := d.Staff.Members(v.Context, t.ID)
	if err != nil {
		return TeamCard{}, err
	}
	card := TeamCard{ID: t.ID, Name: t.Name}
	for _, m := range members {
		row := MemberRow{
			User: m.ID, Name: m.Name, Kind: v.Say("kind." + string(m.Kind)),
			CanRemove: v.Session.Coordinator() || m.ID == v.Session.User.ID,
		}
		if m.State != staff.Active {
			row.Chip = &frontend.Chip{Text: v.Say("user." + string(m.State))}
		}
		card.Members = append(card.Members, row)
	}
	return card, nil
}

func inviteForm(v *frontend.Visit, form inviting, teams []staff.Team) *InviteForm {
	out := &InviteForm{
		Name:    frontend.Field{Name: "name", Label: v.Say("team.name"), Value: form.name, Complete: "off"},
		Login:   frontend.Field{Name: "login", Label: v.Say("team.login"), Help: v.Say("team.login.help"), Value: form.login, Complete: "off"},
		Address: frontend.Field{Name: "address", Label: v.Say("team.address"), Type: "email", Value: form.address, Complete: "off"},
	}
	for _, k := range []staff.Kind{staff.Counsellor, staff.Interpreter, staff.Coordinator} {
		out.Kinds = append(out.Kinds, frontend.Option{
			Value: string(k), Text: v.Say("kind." + string(k)), Chosen: k == form.kind || form.kind == "" && k == staff.Counsellor,
		})
	}
	for _, t := range teams {
		out.Teams = append(out.Teams, frontend.Option{
			Value: string(t.ID), Text: t.Name, Chosen: slices.Contains(form.teams, string(t.ID)) || len(teams) == 1,
		})
	}
	return out
}

func (d *desk) admit(v *frontend.Visit) error {
	user, team, err := member(v)
	if err != nil {
		return err
	}
	if err := d.Staff.Admit(v.Context, v.Session, user, team); err != nil {
		return err
	}
	return v.Go(told("/w/team", "admitted"))
}

func (d *desk) remove(v *frontend.Visit) error {
	user, team, err := member(v)
	if err != nil {
		return err
	}
	if err := d.Staff.Remove(v.Context, v.Session, user, team); err != nil {
		return err
	}
	return v.Go(told("/w/team", "removed"))
}

func member(v *frontend.Visit) (user, team helpdesk.ID, err error) {
	if user, err = helpdesk.ParseID(v.Form.Value("user")); err != nil {
		return "", "", err
	}
	team, err = helpdesk.ParseID(v.Form.Value("team"))
	return user, team, err
}

// invite makes an invitation and shows its link once, on this page alone.
func (d *desk) invite(v *frontend.Visit) error {
	form := inviting{
		name: v.Form.Value("name"), login: v.Form.Value("login"), address: v.Form.Value("address"),
		kind: staff.Kind(v.Form.Value("kind")), teams: v.Form.All("team"),
	}
	var teams []helpdesk.ID
	for _, t := range form.teams {
		id, err := helpdesk.ParseID(t)
		if err != nil {
			return err
		}
		teams = append(teams, id)
	}
	token, err := d.Staff.Invite(v.Context, v.Session, form.login, form.name, form.address, form.kind, teams...)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		form.problem = &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}
		return d.showTeam(v, 422, form)
	}
	if err != nil {
		return err
	}
	return d.showTeam(v, 200, inviting{link: v.Site() + "/w/invitation/" + token})
}
