package main

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

// demoDay is one date of a conversation of the week.
type demoDay struct {
	thread string
	days   int // from today
	kind   tickets.DateKind
	at     string
	note   string
}

// demoDays fill the due list with something of each kind, in every step.
var demoDays = []demoDay{
	{thread: "karim", days: 9, kind: tickets.DateReporting, at: "09:00", note: "With the police, every second week."},
	{thread: "joseph", days: 12, kind: tickets.DateTravel, at: "06:10", note: "His sister wants to meet him at the airport."},
	{thread: "joseph", days: 5, kind: tickets.DateTalk, at: "13:00"},
	{thread: "hodan", days: -1, kind: tickets.DateFollowUp, note: "Has the school been told?"},
	{thread: "amir", days: 40, kind: tickets.DateAdult},
	{thread: "britta1", days: 0, kind: tickets.DateFollowUp, note: "Find a woman who interprets."},
}

// setDates writes the dates of the demo's week, as its counsellors would have.
func (d *demo) setDates(ctx context.Context) error {
	maria, err := d.signIn(ctx, "maria")
	if err != nil {
		return err
	}
	if err := d.skills(ctx); err != nil {
		return err
	}
	today, err := d.tasks.Today(ctx)
	if err != nil {
		return err
	}
	found := map[string]helpdesk.ID{}
	for thread, t := range d.story().threads {
		ticket, err := d.story().ticketTitled(ctx, maria, t.title)
		if err == nil { // some became no ticket
			found[thread] = ticket.ID
		}
	}
	for _, day := range demoDays {
		p := tasks.Plan{Kind: day.kind, Day: today.Add(day.days), At: day.at, Note: day.note}
		if _, err := d.tasks.Add(ctx, maria, found[day.thread], p); err != nil {
			return fmt.Errorf("write the demo's dates: %w", err)
		}
	}
	if err := d.decisions(ctx, maria, found, today); err != nil {
		return fmt.Errorf("write the demo's dates: %w", err)
	}
	_, err = d.tasks.Promise(ctx, maria, found["britta1"], tasks.Next(today, time.Thursday), "Call the family in the afternoon.", true)
	return err
}

// decisions are refusals of which one was looked at by a lawyer, and a final
// decision.
func (d *demo) decisions(ctx context.Context, s *staff.Session, found map[string]helpdesk.ID, today hours.Date) error {
	if _, err := d.tasks.Decision(ctx, s, found["karim"], today.Add(-18)); err != nil {
		return err
	}
	if err := d.tasks.Papers(ctx, s, found["karim"], tickets.PapersNone); err != nil {
		return err
	}
	p, err := d.tasks.Decision(ctx, s, found["hodan"], today.Add(-8))
	if err != nil {
		return err
	}
	items, err := d.tasks.Due(ctx, s, tasks.Scope{})
	if err != nil {
		return err
	}
	for _, i := range items.Items {
		if i.Ticket.ID == found["hodan"] && i.Kind == tickets.DateAppeal {
			if err := d.tasks.Confirm(ctx, s, i.Ticket.ID, i.Date.ID, p.Day); err != nil {
				return err
			}
		}
	}
	if err := d.tasks.AppealBy(ctx, s, found["hodan"], "Advokatbyrån Ek"); err != nil {
		return err
	}
	_, err = d.tasks.Final(ctx, s, found["joseph"], today.Add(-4), 4)
	return err
}

// skills says who of the demo's colleagues is a lawyer.
func (d *demo) skills(ctx context.Context) error {
	if v, err := d.office.Setting(ctx, office.Profiles); err != nil || v != "" {
		return err
	}
	users, err := d.staff.Users(ctx)
	if err != nil {
		return err
	}
	text := ""
	for _, u := range users {
		switch u.Login {
		case "maria":
			text += string(u.ID) + " | sv, en | " + tasks.SkillLawyer + " | woman\n"
		case "yusuf":
			text += string(u.ID) + " | prs, fa, sv | return | man\n"
		case "ida":
			text += string(u.ID) + " | sv, en | children | woman\n"
		}
	}
	return d.office.Set(ctx, "", office.Profiles, text)
}
