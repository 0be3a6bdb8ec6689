package workspace

import (
	"slices"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// names are those of colleagues, for whom a message or a ticket names.
func (d *desk) names(v *frontend.Visit, ids ...helpdesk.ID) map[helpdesk.ID]string {
	var asked []helpdesk.ID
	for _, id := range ids {
		if id != "" && !slices.Contains(asked, id) {
			asked = append(asked, id)
		}
	}
	if len(asked) == 0 {
		return map[helpdesk.ID]string{}
	}
	return d.Staff.Names(v.Context, asked...)
}

// teamNames are all teams' names: they stand in the office's own rows. Of a
// restricted team only its members hear.
func (d *desk) teamNames(v *frontend.Visit) (map[helpdesk.ID]string, error) {
	teams, err := d.Staff.Teams(v.Context)
	if err != nil {
		return nil, err
	}
	out := make(map[helpdesk.ID]string, len(teams))
	for _, t := range teams {
		if !t.Restricted || v.Session.Member(t.ID) {
			out[t.ID] = t.Name
		}
	}
	return out, nil
}

// members are those of the ticket's team, asked once for a page.
func (d *desk) members(v *frontend.Visit, s *showing) (all []staff.User, err error) {
	if s.team == nil {
		s.team, err = d.Staff.Members(v.Context, s.sheet.Ticket.Team)
	}
	return s.team, err
}

// colleagues are those a ticket can be handed to within its team.
func (d *desk) colleagues(v *frontend.Visit, s *showing) ([]frontend.Option, error) {
	members, err := d.members(v, s)
	if err != nil {
		return nil, err
	}
	out := []frontend.Option{}
	for _, m := range members {
		if m.State == staff.Active {
			out = append(out, frontend.Option{Value: string(m.ID), Text: m.Name, Chosen: m.ID == s.sheet.Ticket.Owner})
		}
	}
	byText(out)
	return append([]frontend.Option{{Text: s.Say("act.give.nobody"), Chosen: s.sheet.Ticket.Owner == ""}}, out...), nil
}

func byText(all []frontend.Option) {
	slices.SortFunc(all, func(a, b frontend.Option) int {
		return strings.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text))
	})
}
