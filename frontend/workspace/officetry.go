package workspace

import (
	"cmp"
	"slices"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/routing"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

const (
	triedTickets  = 200 // the last of those the session may open
	triedShown    = 40
	promisesShown = 60
	triedPages    = 8 // of each queue they are looked for in
)

func (a *OfficeAsk) nothing() bool {
	return len(a.Promises) == 0 && len(a.Findings) == 0 && a.Trial == nil
}

// ask is what saving a value would change: promises of the next two weeks,
// what the house could then not do, and where past tickets would have gone.
func (d *desk) ask(v *frontend.Visit, n *naming, name, value string) (*OfficeAsk, error) {
	a := &OfficeAsk{Words: n.Words}
	if office.Promising(name) {
		if err := d.askPromises(v, a, name, value); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(tried, name) {
		return a, nil
	}
	parts, err := d.Office.RoutingWith(v.Context, name, value)
	if err != nil {
		return nil, err
	}
	plan, err := d.Office.Hours(v.Context)
	if err != nil {
		return nil, err
	}
	house, err := d.house(v, n, parts, plan)
	if err != nil {
		return nil, err
	}
	n.parts = parts
	for _, f := range routing.Check(house) {
		a.Findings = append(a.Findings, n.finding(f))
	}
	a.FindingText = v.Say("office.findings", len(a.Findings))
	if len(a.Findings) == 0 {
		a.FindingText = v.Say("office.findings.none")
	}
	if name == office.Rules {
		return a, d.try(v, n, a, house, plan)
	}
	return a, nil
}

func (d *desk) askPromises(v *frontend.Visit, a *OfficeAsk, name, value string) error {
	all, err := d.Office.Promises(v.Context, name, value)
	if err != nil {
		return err
	}
	o, err := d.opening(v, a.Words)
	if err != nil {
		return err
	}
	a.PromiseText = v.Say("office.promises.none")
	if len(all) > 0 {
		a.PromiseText = v.Say("office.promises", len(all))
	}
	if len(all) > promisesShown {
		a.MorePromise = v.Say("office.more", len(all)-promisesShown)
		all = all[:promisesShown]
	}
	for _, p := range all {
		a.Promises = append(a.Promises, o.promise(p))
	}
	return nil
}

// promise says a difference: when a line is open, or until when it answers.
func (o *opening) promise(p hours.Difference) PromiseChange {
	noon := time.Date(p.Date.Year, p.Date.Month, p.Date.Day, 12, 0, 0, 0, o.plan.Zone(p.Line))
	row := PromiseChange{Line: o.line(p.Line), Day: o.Say("weekday.long."+weekdays[noon.Weekday()]) + " " + o.Day(noon)}
	if p.Asked.IsZero() {
		row.Was, row.Is = o.openings(p.Was), o.openings(p.Is)
	} else {
		row.Day += " " + p.Asked.In(o.plan.Zone(p.Line)).Format("15:04")
		row.Was, row.Is = o.answered(p.Before), o.answered(p.After)
	}
	if p.Broken() {
		row.Chip = &frontend.Chip{Kind: "warn", Icon: "triangle-alert", Text: o.Say("office.broken")}
	}
	return row
}

func (o *opening) openings(all []hours.Span) string {
	s := ""
	for _, span := range all {
		s = joined(s, clocks(span))
	}
	return firstOf(s, o.Say("office.notopen"))
}

func (o *opening) answered(t time.Time) string {
	if t.IsZero() {
		return o.Say("office.noanswer")
	}
	return o.Say("office.answered", o.Short(t))
}

// house is everybody and everything routing chooses among, now.
func (d *desk) house(v *frontend.Visit, n *naming, parts routing.Parts, plan hours.Plan) (routing.House, error) {
	var teams []routing.Team
	in := map[helpdesk.ID][]helpdesk.ID{}
	for _, t := range n.teams {
		teams = append(teams, routing.Team{ID: t.ID, Restricted: t.Restricted})
		members, err := d.Staff.Members(v.Context, t.ID)
		if err != nil {
			return routing.House{}, err
		}
		for _, m := range members {
			in[m.ID] = append(in[m.ID], t.ID)
		}
	}
	present, err := d.Chat.Present(v.Context)
	if err != nil {
		return routing.House{}, err
	}
	var people []routing.Counsellor
	for _, u := range n.active() {
		people = append(people, routing.Counsellor{
			ID: u.ID, Teams: in[u.ID],
			Present: slices.ContainsFunc(present, func(c chat.Colleague) bool { return c.User == u.ID && c.Presence != chat.Absent }),
		})
	}
	house := parts.House(teams, people, plan, v.Now())
	house.Mailboxes = []helpdesk.ID{}
	for _, b := range n.boxes {
		house.Mailboxes = append(house.Mailboxes, b.ID)
	}
	return house, nil
}

// try lets the new rules decide past tickets beside those in force.
func (d *desk) try(v *frontend.Visit, n *naming, a *OfficeAsk, house routing.House, plan hours.Plan) error {
	rows, err := d.past(v)
	if err != nil {
		return err
	}
	var facts []routing.Facts
	for _, r := range rows {
		facts = append(facts, factsOf(n, plan, r, v.Now()))
	}
	inForce, err := d.Office.Routing(v.Context)
	if err != nil {
		return err
	}
	rules := house.Rules
	house.Rules = inForce.Rules
	trial, now := routing.Try(house, rules, facts), routing.Ready(house)
	out := &OfficeTrial{Text: v.Say("office.tried", len(facts), len(trial.Changed))}
	for i, at := range trial.Changed {
		if i == triedShown {
			out.More = v.Say("office.more", len(trial.Changed)-triedShown)
			break
		}
		t := rows[at].Ticket
		out.Changed = append(out.Changed, TrialRow{
			Href: ticketPath(t.ID), Number: number(t.Number), Title: firstOf(rows[at].Head.Title, v.Say("queue.untitled")),
			Was: n.choice(now.Decide(facts[at])), Is: n.choice(trial.Choices[at]),
		})
	}
	for _, h := range trial.Hits {
		out.Hits = append(out.Hits, Fact{h.Rule, v.Say("office.hits", h.Held, h.Team, h.Owner)})
	}
	a.Trial = out
	return nil
}

// past are the newest tickets the session may open, open and closed ones.
func (d *desk) past(v *frontend.Visit) ([]tickets.Row, error) {
	var all []tickets.Row
	for _, q := range []tickets.Queue{tickets.QueueTeam, tickets.QueueClosed} {
		after := tickets.Cursor("")
		for range triedPages {
			page, err := d.Tickets.Queue(v.Context, v.Session, tickets.Filter{Queue: q}, after, tickets.PageMost)
			if err != nil {
				return nil, err
			}
			for _, r := range page.Rows {
				if !r.Broken && r.Proven {
					all = append(all, r)
				}
			}
			if after = page.Next; after == "" {
				break
			}
		}
	}
	// Of a closed one only the day it came is known; within a day the numbers tell.
	day := func(r tickets.Row) time.Time { return r.Ticket.OpenedAt.UTC().Truncate(24 * time.Hour) }
	slices.SortFunc(all, func(a, b tickets.Row) int {
		return cmp.Or(day(b).Compare(day(a)), cmp.Compare(b.Ticket.Number, a.Ticket.Number))
	})
	return all[:min(len(all), triedTickets)], nil
}

// factsOf is a ticket as routing sees it. By which mailbox it came, and who
// knew the person then, is not known any more.
func factsOf(n *naming, plan hours.Plan, r tickets.Row, now time.Time) routing.Facts {
	t, f := r.Ticket, r.Head.Facts
	out := routing.Facts{
		Channel: hours.Channel(t.Channel), Team: t.Team, Language: firstOf(f.Spoken, t.Language), Interpreter: f.Interpreter, Audience: hours.Everyone,
		Child: f.Child, Urgent: f.Urgent, Topic: f.Topic, Wish: routing.Gender(f.Wish), NotOwnCommunity: f.NotOwnCommunity,
	}
	if f.Audience != "" {
		out.Audience = hours.Audience(f.Audience)
	}
	for _, date := range f.Dates {
		at, err := time.ParseInLocation(time.DateOnly, date.Day, plan.Zone(""))
		if err == nil && date.Kind == tickets.DateTravel && date.Open() && (out.Travels.IsZero() || at.Before(out.Travels)) {
			out.Travels = at
		}
	}
	out.Child = out.Child || out.Audience == hours.Child
	out.Restricted = slices.ContainsFunc(n.teams, func(team staff.Team) bool { return team.ID == t.Team && team.Restricted })
	if !t.WaitingSince.IsZero() && t.State != tickets.StateClosed {
		out.Waited = tasks.WaitOf(plan, out.Audience, t.WaitingSince, now, 100).Open
	}
	return out
}
