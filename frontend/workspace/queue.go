package workspace

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tickets"
)

// queue shows one list of tickets.
func (d *desk) queue(v *frontend.Visit) error {
	filter := tickets.Filter{Queue: tickets.QueueUnassigned}
	for _, q := range queues {
		if v.Query("q") == string(q.name) {
			filter.Queue = q.name
		}
	}
	if team := v.Query("team"); team != "" {
		id, err := helpdesk.ParseID(team)
		if err != nil {
			return err
		}
		filter.Team = id
	}
	found, err := d.Tickets.Queue(v.Context, v.Session, filter, tickets.Cursor(v.Query("after")), tickets.PageMost)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("nav."+string(filter.Queue)), string(filter.Queue))
	if err != nil {
		return err
	}
	d.settle(v, found.Settle)
	page := Queue{Desk: frame, Name: string(filter.Queue)}
	page.Teams = teamChoice(v, filter.Team)
	for _, r := range found.Rows {
		page.Rows = append(page.Rows, queueRow(v, page.Words, filter.Queue, r))
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{
			Icon:  "inbox",
			Title: v.Say("queue.empty." + string(filter.Queue) + ".title"),
			Text:  v.Say("queue.empty." + string(filter.Queue) + ".text"),
		}
	}
	page.Pager = pager(v, "/w/queue", url.Values{"q": {page.Name}, "team": {string(filter.Team)}}, string(found.Next))
	return v.Show(page)
}

// settle re-wraps what this page found blind, after it is on its way.
func (d *desk) settle(v *frontend.Visit, found tickets.Settle) {
	if found.Empty() {
		return
	}
	session := v.Session
	v.After(func(ctx context.Context) {
		if err := d.Tickets.Settle(ctx, session, found); err != nil {
			// The next reader finds it blind again and tries anew.
			d.Log.Warn("wraps not settled", "err", err)
		}
	})
}

func teamChoice(v *frontend.Visit, chosen helpdesk.ID) []frontend.Option {
	teams := v.Session.Teams()
	if len(teams) < 2 {
		return nil
	}
	out := []frontend.Option{{Value: "", Text: v.Say("queue.all"), Chosen: chosen == ""}}
	for _, t := range teams {
		out = append(out, frontend.Option{Value: string(t.ID), Text: t.Name, Chosen: t.ID == chosen})
	}
	return out
}

func pager(v *frontend.Visit, path string, with url.Values, next string) frontend.Pager {
	for k := range with {
		if with.Get(k) == "" {
			with.Del(k)
		}
	}
	p := frontend.Pager{FirstText: v.Say("queue.first"), NextText: v.Say("queue.next")}
	if v.Query("after") != "" {
		p.First = path + "?" + with.Encode()
	}
	if next != "" {
		with.Set("after", next)
		p.Next = path + "?" + with.Encode()
	}
	return p
}

func number(n int64) string { return "R-" + strconv.FormatInt(n, 10) }

func queueRow(v *frontend.Visit, w frontend.Words, q tickets.Queue, r tickets.Row) QueueRow {
	t := r.Ticket
	out := QueueRow{
		ID: t.ID, Href: ticketPath(t.ID), Number: number(t.Number), Title: r.Head.Title,
		Who: firstOf(r.Head.Name, r.Head.Address, w.Say("queue.unknown")), First: t.Priority == tickets.MaxPriority,
	}
	if t.Channel == string(hours.Chat) {
		out.Who = w.Say("chats.somebody")
	}
	switch {
	case r.Broken:
		out.Title = w.Say("queue.broken")
	case out.Title == "":
		out.Title = w.Say("queue.untitled")
	}
	if !r.Proven {
		out.Chips = append(out.Chips, frontend.Chip{Kind: "warn", Icon: "triangle-alert", Text: w.Say("ticket.unproven")})
	}
	if !t.DueDay.IsZero() && t.State != tickets.StateClosed {
		out.Chips = append(out.Chips, dueChip(w, t.DueDay))
	}
	if t.Priority > 0 {
		out.Chips = append(out.Chips, priorityChip(w, t.Priority))
	}
	if q == tickets.QueueTeam || q == tickets.QueueMine {
		out.Chips = append(out.Chips, stateChip(w, t.State))
	}
	switch {
	case t.State == tickets.StateClosed:
		out.Wait, out.WaitExact = w.Day(t.LastAt), ""
	case !t.WaitingSince.IsZero():
		out.Wait, out.WaitExact = w.Since(t.WaitingSince), w.Say("queue.waited", w.Since(t.WaitingSince))+" · "+w.Exact(t.WaitingSince)
	default:
		out.Wait, out.WaitExact = w.Near(t.LastAt), w.Exact(t.LastAt)
	}
	return out
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

func dueChip(w frontend.Words, day time.Time) frontend.Chip {
	// A due day is a date without a clock: it is late when the counsellors'
	// own day is a later one.
	date := day.UTC().Format(time.DateOnly)
	if date < w.Now.Format(time.DateOnly) {
		return frontend.Chip{Kind: "danger", Icon: "clock", Text: w.Say("state.late", w.Day(day)), Title: date}
	}
	return frontend.Chip{Kind: "warn", Icon: "clock", Text: w.Say("state.due", w.Day(day)), Title: date}
}

func priorityChip(w frontend.Words, p int) frontend.Chip {
	kind := []string{"", "accent", "warn", "danger"}[min(max(p, 0), 3)]
	return frontend.Chip{Kind: kind, Icon: "flag", Text: w.Say("priority." + urgency(p))}
}

// urgency is the last part of a priority's key.
func urgency(p int) string { return "p" + strconv.Itoa(p) }

func stateChip(w frontend.Words, s tickets.State) frontend.Chip {
	switch s {
	case tickets.StateOpen:
		return frontend.Chip{Kind: "accent", Icon: "clock", Text: w.Say("state.open")}
	case tickets.StateWaiting:
		return frontend.Chip{Icon: "hourglass", Text: w.Say("state.waiting")}
	case tickets.StateClosed:
		return frontend.Chip{Icon: "archive", Text: w.Say("state.closed")}
	}
	return frontend.Chip{Icon: "link", Text: w.Say("state.joined")}
}

// bell rings for the session's teams, its own letters in the outbox, the list
// of those who wait, its own talks, and the ticket the page shows. What is said
// in a talk does not ring the team.
func (d *desk) bell(v *frontend.Visit) ([]frontend.Ring, error) {
	rings := []frontend.Ring{{Topic: post.TopicOutbox, Subject: v.Session.User.ID}, {Topic: chat.TopicWaiting}}
	for _, t := range v.Session.Teams() {
		rings = append(rings, frontend.Ring{Topic: tickets.TopicTeam, Subject: t.ID})
	}
	talks, err := d.Chat.Talks(v.Context, v.Session)
	if err != nil {
		return nil, err
	}
	for _, t := range talks {
		rings = append(rings, frontend.Ring{Topic: chat.TopicTable, Subject: t.Conversation})
	}
	if id, err := helpdesk.ParseID(v.Query("t")); err == nil {
		conversation, _, err := d.Tickets.PersonConversation(v.Context, v.Session, id)
		if err != nil {
			return rings, nil // not theirs to hear; the page itself says so
		}
		rings = append(rings, frontend.Ring{Topic: chat.TopicTable, Subject: conversation}, frontend.Ring{Topic: tickets.TopicTicket, Subject: id})
	}
	return rings, nil
}
