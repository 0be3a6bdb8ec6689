package workspace

import (
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// head is what stands over a ticket: what it is, who can read it, who is
// there, and what can be done.
func (d *desk) head(v *frontend.Visit, s *showing) (Head, error) {
	t := s.sheet.Ticket
	h := Head{
		Words: s.Words, Base: ticketPath(t.ID), Up: "/w/queue?q=" + string(upQueue(v, t)),
		Number: number(t.Number), Title: firstOf(s.sheet.Head.Title, s.Say("queue.untitled")), Version: t.Version,
		CanTake:  t.Owner != v.Session.User.ID && t.State != tickets.StateClosed && !s.sitting.waits(),
		CanClose: t.State != tickets.StateClosed, CanReopen: t.State == tickets.StateClosed,
		Readers: d.readers(s), Guests: s.guests(),
	}
	for _, saved := range s.sheet.Drafts {
		h.Drafted = h.Drafted || strings.TrimSpace(saved.Text) != ""
	}
	h.Chips = append(h.Chips, stateChip(s.Words, t.State))
	if t.Priority > 0 {
		h.Chips = append(h.Chips, priorityChip(s.Words, t.Priority))
	}
	if !t.DueDay.IsZero() {
		h.Chips = append(h.Chips, dueChip(s.Words, t.DueDay))
		h.Due = t.DueDay.UTC().Format(time.DateOnly)
	}
	h.Chips = append(h.Chips, ownerChip(v, s))
	came, err := d.came(v, s)
	if err != nil {
		return Head{}, err
	}
	h.Chips = append(h.Chips, came...)
	taken, err := d.taken(v, s)
	if err != nil {
		return Head{}, err
	}
	if taken != nil {
		h.Notices = append(h.Notices, *taken)
	}
	h.Lookers = d.lookers(v, s.Words, s.sheet.Lookers)
	if !s.sheet.Proven {
		h.Notices = append(h.Notices, Question{Words: s.Words, Kind: "danger", Text: s.Say("ticket.unproven"), More: s.Say("ticket.unproven.more")})
	}
	h.Notices = append(h.Notices, s.careful()...)
	h.Notices = append(h.Notices, d.claims(v, s)...)
	if err := d.unwanted(v, s, &h); err != nil {
		return Head{}, err
	}
	if h.Strangers, err = d.strangers(v, s); err != nil {
		return Head{}, err
	}
	if h.People, err = d.colleagues(v, s); err != nil {
		return Head{}, err
	}
	for id, name := range s.teams {
		if id != t.Team {
			h.Teams = append(h.Teams, frontend.Option{Value: string(id), Text: name})
		}
	}
	byText(h.Teams)
	for p := 0; p <= tickets.MaxPriority; p++ {
		h.Priorities = append(h.Priorities, frontend.Option{
			Value: strconv.Itoa(p), Text: s.Say("priority." + urgency(p)), Chosen: p == t.Priority,
		})
	}
	return h, nil
}

// upQueue is the list a ticket is most likely to be found in.
func upQueue(v *frontend.Visit, t tickets.Ticket) tickets.Queue {
	switch {
	case t.State == tickets.StateClosed:
		return tickets.QueueClosed
	case t.Owner == v.Session.User.ID:
		return tickets.QueueMine
	case t.Owner == "" && t.State == tickets.StateOpen:
		return tickets.QueueUnassigned
	}
	return tickets.QueueTeam
}

func ownerChip(v *frontend.Visit, s *showing) frontend.Chip {
	switch owner := s.sheet.Ticket.Owner; owner {
	case "":
		return frontend.Chip{Icon: "user", Text: s.Say("state.nobody")}
	case v.Session.User.ID:
		return frontend.Chip{Kind: "ok", Icon: "user-check", Text: s.Say("state.mine")}
	default:
		return frontend.Chip{Icon: "user", Text: s.colleague(owner)}
	}
}

// readers is who can read what is written to the person: the teams, and the
// person themselves. Notes have fewer, and say so on their own form.
func (d *desk) readers(s *showing) frontend.Readers {
	out := frontend.Readers{Label: s.Say("ticket.readers")}
	for _, r := range s.sheet.Readers {
		switch name := s.teams[r.Reader]; {
		case r.Kind == "user":
			out.Names = append(out.Names, s.colleague(r.Reader)+" "+s.Say("ticket.until", s.Near(r.Until)))
		case name != "":
			out.Names = append(out.Names, s.Say("ticket.readers.us", name))
		}
	}
	out.Names = append(out.Names, s.Say("ticket.readers.person"))
	return out
}

// claims asks about letters that say they belong to another ticket without
// proof. One click joins; not clicking is the other answer.
func (d *desk) claims(v *frontend.Visit, s *showing) []Question {
	var out []Question
	asked := map[helpdesk.ID]bool{s.sheet.Ticket.ID: true}
	for _, j := range s.sheet.Joined {
		asked[j.ID] = true
	}
	for _, m := range s.sheet.Messages {
		if m.Content.Claim == "" || asked[m.Content.Claim] {
			continue
		}
		asked[m.Content.Claim] = true
		other, err := d.Tickets.Facts(v.Context, v.Session, m.Content.Claim)
		if err != nil {
			continue // another team's: this session may not even know of it
		}
		if other.JoinedInto == s.sheet.Ticket.ID {
			continue
		}
		out = append(out, Question{
			Words: s.Words, Kind: "warn", Text: s.Say("ticket.claim", number(other.Number)), More: s.Say("ticket.claim.more"),
			Look: ticketPath(other.ID), LookText: s.Say("ticket.claim.look", number(other.Number)),
			Action: ticketPath(s.sheet.Ticket.ID) + "/join", Route: "/w/t/:id/join", Button: s.Say("ticket.claim.join"),
			Values: []Hidden{{"into", string(other.ID)}},
		})
	}
	return out
}
