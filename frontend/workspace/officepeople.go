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

// officePeople lists everybody who works here, and makes teams.
func (d *desk) officePeople(v *frontend.Visit) error {
	return d.showPeople(v, http.StatusOK, OfficePeople{}, TeamForm{})
}

func (d *desk) showPeople(v *frontend.Visit, status int, page OfficePeople, form TeamForm) error {
	frame, err := d.frame(v, v.Say("office.link.staff"), "office")
	if err != nil {
		return err
	}
	n, err := d.naming(v)
	if err != nil {
		return err
	}
	page.Desk = frame
	in := map[helpdesk.ID][]string{}
	for _, t := range n.teams {
		if t.Restricted && !v.Session.Member(t.ID) {
			continue // being in it is itself delicate
		}
		members, err := d.Staff.Members(v.Context, t.ID)
		if err != nil {
			return err
		}
		for _, m := range members {
			in[m.ID] = append(in[m.ID], t.Name)
		}
	}
	for _, u := range n.users {
		row := OfficePerson{User: u.ID, Name: u.Name, Login: u.Login, Kind: v.Say("kind." + string(u.Kind)), Teams: strings.Join(in[u.ID], ", ")}
		if u.State != staff.Active {
			row.State = &frontend.Chip{Text: v.Say("user." + string(u.State))}
		}
		row.CanClose = n.boss && u.ID != v.Session.User.ID && u.State != staff.Disabled
		row.CanRenew = row.CanClose
		page.People = append(page.People, row)
	}
	slices.SortFunc(page.People, func(a, b OfficePerson) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	if n.boss {
		form.Words = frame.Words
		form.Name.Name, form.Name.Label, form.Name.Complete = "name", v.Say("office.team.name"), "off"
		for _, u := range n.active() {
			form.First = append(form.First, frontend.Option{Value: string(u.ID), Text: u.Name, Chosen: slices.Contains(v.Form.All("first"), string(u.ID))})
		}
		byText(form.First)
		page.Form = &form
	}
	return v.ShowAs(status, page)
}

// addTeam makes a team with its first members.
func (d *desk) addTeam(v *frontend.Visit) error {
	n := staff.NewTeam{Name: strings.TrimSpace(v.Form.Value("name")), Restricted: v.Form.Has("restricted")}
	var first []helpdesk.ID
	for _, s := range v.Form.All("first") {
		id, err := helpdesk.ParseID(s)
		if err != nil {
			return err
		}
		first = append(first, id)
	}
	_, err := d.Staff.AddTeam(v.Context, v.Session, n, first...)
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		form := TeamForm{Restricted: n.Restricted}
		form.Name.Value = n.Name
		return d.showPeople(v, http.StatusUnprocessableEntity, OfficePeople{Problem: &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}}, form)
	case err != nil:
		return err
	}
	return v.Go(told("/w/office/people", "saved"))
}

// goodbye shows somebody the door.
func (d *desk) goodbye(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("user"))
	if err != nil {
		return err
	}
	if err := d.Staff.Disable(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told("/w/office/people", "saved"))
}

// renew makes a new invitation for who lost their words; its link is shown
// once, on this page alone.
func (d *desk) renew(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("user"))
	if err != nil {
		return err
	}
	token, err := d.Staff.Reissue(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	return d.showPeople(v, http.StatusOK, OfficePeople{Link: v.Site() + "/w/invitation/" + token}, TeamForm{})
}
