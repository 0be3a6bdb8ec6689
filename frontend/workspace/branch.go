package workspace

import (
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
)

// branches shows what local branches handed on and asked, the first due first:
// a queue with its own promise, and how their people are.
func (d *desk) branches(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("branch.desk.title"), "branches")
	if err != nil {
		return err
	}
	page := Branches{Desk: frame, Live: "/w/branches"}
	waits, err := d.Branches.Queue(v.Context, v.Session)
	if err != nil {
		return err
	}
	for _, w := range waits {
		page.Rows = append(page.Rows, branchRow(page.Words, w))
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "circle-check", Title: v.Say("branch.desk.none"), Text: v.Say("branch.desk.none.text")}
	}
	talks, err := d.Branches.Consultations(v.Context, v.Session, v.Query("all") != "")
	if err != nil {
		return err
	}
	for _, t := range talks {
		row := BranchRow{Href: "/w/branches/talk/" + string(t.ID), Title: v.Say("branch.talk.title"), When: page.Near(t.Changed), Exact: page.Exact(t.Changed), Chips: []frontend.Chip{branchTalkChip(page.Words, t)}}
		if len(t.Words) > 0 {
			row.Title = beginning(t.Words[0].Text)
		}
		if row.By, err = d.organisationName(v, t.Org); err != nil {
			return err
		}
		page.Talks = append(page.Talks, row)
	}
	if err := d.branchPeople(v, &page); err != nil {
		return err
	}
	return v.Show(page)
}

// branchPeople are the volunteers who ask to talk, and the branches that fell
// silent.
func (d *desk) branchPeople(v *frontend.Visit, page *Branches) error {
	ask, err := d.Branches.Debriefs(v.Context, v.Session)
	if err != nil {
		return err
	}
	for _, a := range ask {
		names := d.names(v, a.By, a.Taker)
		row := BranchDebrief{Words: page.Words, ID: a.ID, Who: names[a.By], When: v.Say("volunteer.how." + a.When), Text: a.Words, CanTake: a.Taker == ""}
		if org, err := d.organisationName(v, a.Org); err == nil {
			row.Who += " · " + org
		}
		if a.Taker != "" {
			row.Taken = v.Say("branch.debrief.taken", firstOf(names[a.Taker], v.Say("message.inside")))
		}
		page.Debrief = append(page.Debrief, row)
	}
	silent, err := d.Branches.Silent(v.Context, v.Session)
	if err != nil {
		return err
	}
	for _, b := range silent {
		row := BranchSilent{Words: page.Words, Org: b.Org, Text: v.Say("branch.silent.never")}
		if !b.Last.IsZero() {
			row.Text = v.Say("branch.silent.since", page.Day(b.Last))
		}
		if row.Name, err = d.organisationName(v, b.Org); err != nil {
			return err
		}
		page.Silent = append(page.Silent, row)
	}
	return nil
}

func branchRow(w frontend.Words, is branches.Waits) BranchRow {
	r := BranchRow{Href: ticketPath(is.Ticket), Title: number(is.Number) + " · " + languageName(w, is.Language), When: w.Say("volunteer.told", w.Near(is.Told)), Exact: w.Exact(is.Told)}
	due := frontend.Chip{Icon: "clock", Text: w.Say("volunteer.due", w.DayName(is.Due)), Title: w.Exact(is.Due)}
	switch {
	case is.Kind == branches.EmergencyNow:
		r.Chips = append(r.Chips, frontend.Chip{Kind: "danger", Icon: "triangle-alert", Text: w.Say("branch.kind.emergency")})
	case is.Answered:
		r.Chips = append(r.Chips, frontend.Chip{Kind: "accent", Icon: "mail", Text: w.Say("branch.more")})
	}
	if is.Late {
		due.Kind, due.Icon = "danger", "circle-alert"
	}
	r.Chips = append(r.Chips, due)
	return r
}

func branchTalkChip(w frontend.Words, t branches.Talk) frontend.Chip {
	c := frontend.Chip{Icon: "info", Text: w.Say("branch.talk." + string(t.State))}
	switch {
	case t.State == branches.TalkWaits && t.Urgent:
		c.Kind, c.Icon, c.Text = "danger", "triangle-alert", w.Say("branch.kind.emergency")
	case t.State == branches.TalkWaits && !t.Due.IsZero():
		c.Kind, c.Icon, c.Text = "warn", "clock", w.Say("volunteer.due", w.DayName(t.Due))
	case t.State == branches.TalkAnswered:
		c.Kind, c.Icon = "ok", "check"
	}
	return c
}

// beginning is the first words of a text, for a line.
func beginning(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

// branchDebrief promises to talk with a volunteer, or says that it was held.
func (d *desk) branchDebrief(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("debrief"))
	if err != nil {
		return err
	}
	if v.Form.Value("do") == "end" {
		err = d.Branches.EndDebrief(v.Context, v.Session, id)
	} else {
		err = d.Branches.TakeDebrief(v.Context, v.Session, id)
	}
	if err != nil {
		return err
	}
	return v.Go(told("/w/branches", "saved"))
}

// branchesBeside lists the branches with accounts, who stands beside each, and
// how much their people carry.
func (d *desk) branchesBeside(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("branch.beside.title"), "branches")
	if err != nil {
		return err
	}
	page := BranchesBeside{Desk: frame, Coordinator: v.Session.Coordinator()}
	all, err := d.Branches.Beside(v.Context, v.Session)
	if err != nil {
		return err
	}
	users, err := d.Staff.Users(v.Context)
	if err != nil {
		return err
	}
	for _, b := range all {
		row := BranchBeside{Words: page.Words, Org: b.Org, Coordinator: page.Coordinator, Named: firstOf(b.Named.Name, v.Say("branch.beside.nobody")), Last: v.Say("branch.silent.never")}
		if row.Name, err = d.organisationName(v, b.Org); err != nil {
			return err
		}
		if !b.Last.IsZero() {
			row.Last = v.Say("branch.silent.since", page.Day(b.Last))
		}
		row.Chips = []frontend.Chip{{Text: v.Say("branch.open", b.Open), Icon: "inbox"}}
		if b.Silent {
			row.Chips = append(row.Chips, frontend.Chip{Kind: "warn", Icon: "clock", Text: v.Say("branch.silent.chip")})
		}
		var ids []helpdesk.ID
		for _, l := range b.Loads {
			ids = append(ids, l.User)
		}
		names := d.names(v, ids...)
		for _, l := range b.Loads {
			row.Loads = append(row.Loads, BranchLoad{firstOf(names[l.User], v.Say("volunteer.colleague")), v.Say("branch.load", l.Open, l.Tasks, l.Month, l.Debriefs)})
		}
		row.People = []frontend.Option{{Text: v.Say("branch.beside.nobody")}}
		for _, u := range users {
			if mayAdvise(u) {
				row.People = append(row.People, frontend.Option{Value: string(u.ID), Text: u.Name, Chosen: u.ID == b.Named.User})
			}
		}
		for i, key := range []string{"mon", "tue", "wed", "thu", "fri"} {
			day := time.Weekday(i + 1)
			chosen := false
			for _, is := range b.Named.Days {
				chosen = chosen || is == day
			}
			row.Days = append(row.Days, frontend.Option{Value: key, Text: v.Say("weekday.long." + key), Chosen: chosen})
		}
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "users", Title: v.Say("branch.beside.none"), Text: v.Say("branch.beside.none.text")}
	}
	return v.Show(page)
}

// nameBeside says who stands beside a branch and on which days.
func (d *desk) nameBeside(v *frontend.Visit) error {
	org, err := v.ID("org")
	if err != nil {
		return err
	}
	var user helpdesk.ID
	if id := v.Form.Value("user"); id != "" {
		if user, err = helpdesk.ParseID(id); err != nil {
			return err
		}
	}
	var days []time.Weekday
	for i, key := range []string{"mon", "tue", "wed", "thu", "fri"} {
		for _, is := range v.Form.All("day") {
			if is == key {
				days = append(days, time.Weekday(i+1))
			}
		}
	}
	if err := d.Branches.NameCounsellor(v.Context, v.Session, org, user, days); err != nil {
		return err
	}
	return v.Go(told("/w/branches/beside", "saved"))
}

// writeToBranch leads to the standing talk with a branch, to write there first.
func (d *desk) writeToBranch(v *frontend.Visit) error {
	org, err := v.ID("org")
	if err != nil {
		return err
	}
	id, err := d.Branches.Standing(v.Context, v.Session, org)
	if err != nil {
		return err
	}
	return v.Go("/w/branches/talk/" + string(id))
}
