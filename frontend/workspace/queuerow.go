package workspace

import (
	"strconv"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
)

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
