package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
)

// renewEvery is how often the page of chats loads itself anew where no script
// does it: below half of what a presence lasts.
const renewEvery = "12"

// chats shows who waits, what calls for help, and who is here.
func (d *desk) chats(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("chats.title"), "chats")
	if err != nil {
		return err
	}
	page := Chats{Desk: frame, Every: "/w/chats?every=1"}
	if v.Query("every") != "" {
		v.Header("Refresh", renewEvery)
		page.Every = ""
	}
	if page.List, err = d.chatList(v, frame.Words); err != nil {
		return err
	}
	for _, a := range []hours.Audience{hours.Everyone, hours.Detained, hours.Child} {
		door, err := d.Chat.Door(v.Context, a)
		if err != nil {
			return err
		}
		chip, why := lineChip(frame.Words, door)
		page.Doors = append(page.Doors, DoorRow{Name: v.Say("chats.door." + string(a)), Chip: chip, Why: why})
	}
	return v.Show(page)
}

func (d *desk) chatList(v *frontend.Visit, w frontend.Words) (ChatList, error) {
	out := ChatList{Words: w}
	waiting, err := d.Chat.Waiting(v.Context, v.Session)
	if err != nil {
		return out, err
	}
	calls, err := d.Chat.Calls(v.Context, v.Session)
	if err != nil {
		return out, err
	}
	present, err := d.Chat.Present(v.Context)
	if err != nil {
		return out, err
	}
	names := d.names(v, involved(waiting, calls, present)...)
	for i, t := range waiting {
		row := waitRow(w, t, names, v.Session.User.ID)
		row.Next = i == 0
		out.Waiting = append(out.Waiting, row)
	}
	for _, c := range calls {
		out.Calls = append(out.Calls, CallRow{
			Words: w, Href: ticketPath(c.Ticket) + "#danger", Who: firstOf(names[c.Who], w.Say("message.inside")),
			Title: firstOf(c.Head.Title, w.Say("queue.untitled")), At: w.Near(c.At), Exact: w.Exact(c.At),
		})
	}
	for _, c := range present {
		row := ColleagueRow{Name: firstOf(names[c.User], w.Say("message.inside")), Chip: presenceChip(w, c.Presence)}
		if c.Talks > 0 {
			row.Talks = w.Say("chats.talks", c.Talks)
		}
		out.Colleagues = append(out.Colleagues, row)
	}
	if len(waiting) == 0 {
		out.Empty = &frontend.Empty{Icon: "message-circle", Title: w.Say("chats.empty.title"), Text: w.Say("chats.empty.text")}
	}
	return out, nil
}

func involved(waiting []chat.Table, calls []chat.Call, present []chat.Colleague) []helpdesk.ID {
	var ids []helpdesk.ID
	for _, t := range waiting {
		ids = append(ids, t.Taken)
	}
	for _, c := range calls {
		ids = append(ids, c.Who)
	}
	for _, c := range present {
		ids = append(ids, c.User)
	}
	return ids
}

func waitRow(w frontend.Words, t chat.Table, names map[helpdesk.ID]string, me helpdesk.ID) WaitRow {
	row := WaitRow{
		Words: w, Base: ticketPath(t.Ticket), Title: talkTitle(w, t), Language: spoken(w, t.Language, t.Head.Facts),
		Wait: w.Since(t.Since), Exact: w.Say("queue.waited", w.Since(t.Since)) + " · " + w.Exact(t.Since),
		First: t.Priority == tickets.MaxPriority,
	}
	row.Chips = factChips(w, t.Head.Facts)
	if len(row.Chips) == 0 && t.Priority > 0 {
		row.Chips = []frontend.Chip{priorityChip(w, t.Priority)} // the head does not open: the number alone is known
	}
	who := firstOf(names[t.Taken], w.Say("message.inside"))
	switch {
	case t.State == chat.Talking && t.Asked == me:
		row.Why = w.Say("chats.why.asked", who)
	case t.State == chat.Talking:
		row.Why = w.Say("chats.why.left", who)
	case t.Asked == me:
		row.Why = w.Say("chats.why.given")
	}
	return row
}

func talkTitle(w frontend.Words, t chat.Table) string {
	return firstOf(t.Head.Facts.Topic, t.Head.Title, w.Say("chats.somebody"))
}

// spoken is the language to speak: the one wished for, else the page's.
func spoken(w frontend.Words, tag string, f tickets.Facts) string {
	return languageName(w, firstOf(f.Spoken, tag))
}

// factChips say what decides who comes first, and how to begin.
func factChips(w frontend.Words, f tickets.Facts) []frontend.Chip {
	var out []frontend.Chip
	for _, c := range []struct {
		is   bool
		chip frontend.Chip
	}{
		{f.Urgent, frontend.Chip{Kind: "danger", Icon: "triangle-alert", Text: w.Say("about.urgent")}},
		{f.Child, frontend.Chip{Kind: "warn", Icon: "user", Text: w.Say("about.child")}},
		{f.Audience == string(hours.Detained), frontend.Chip{Kind: "accent", Icon: "lock", Text: w.Say("about.detained")}},
		{f.Helper, frontend.Chip{Icon: "users", Text: w.Say("about.helper")}},
		{f.Interpreter, frontend.Chip{Icon: "users", Text: w.Say("about.interpreter")}},
		{f.LeftQuickly, frontend.Chip{Kind: "warn", Icon: "log-out", Text: w.Say("about.left")}},
	} {
		if c.is {
			out = append(out, c.chip)
		}
	}
	return out
}

// sit takes a table that waits, or that a colleague left or hands over.
func (d *desk) sit(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	table, err := d.Chat.TableOf(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	if err := d.Chat.Take(v.Context, v.Session, table.ID); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "sat") + "#say")
}
