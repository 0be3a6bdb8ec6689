package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
)

var presences = []chat.Presence{chat.Here, chat.Full, chat.Absent}

// bar is what stands on every page; on is the ticket the page shows.
func (d *desk) bar(v *frontend.Visit, w frontend.Words, on helpdesk.ID) (Bar, error) {
	at, err := d.Chat.Glance(v.Context, v.Session)
	if err != nil {
		return Bar{}, err
	}
	return d.barOf(v, w, on, at)
}

// barOf is bar for a page that had its glance at the chat already.
func (d *desk) barOf(v *frontend.Visit, w frontend.Words, on helpdesk.ID, at chat.Glance) (Bar, error) {
	b := Bar{Words: w, Back: v.Address(), On: on, Waiting: at.Waiting, Calls: at.Calls}
	b.State = string(at.Presence)
	for _, p := range presences {
		b.Choices = append(b.Choices, frontend.Option{Value: string(p), Text: w.Say("duty." + string(p)), Chosen: p == at.Presence})
	}
	talks, err := d.Chat.Talks(v.Context, v.Session)
	if err != nil {
		return b, err
	}
	for _, t := range talks {
		b.Talks = append(b.Talks, talkRow(w, t, on))
		b.Unread += int(t.Unread())
	}
	return b, nil
}

func talkRow(w frontend.Words, t chat.Table, on helpdesk.ID) TalkRow {
	return TalkRow{
		Words: w, Href: ticketPath(t.Ticket), Title: talkTitle(w, t), Language: spoken(w, t.Language, t.Head.Facts),
		Unread: int(t.Unread()), Here: t.Ticket == on, Typing: t.GuestTyping, Away: !t.GuestHere,
	}
}

// stay says again that who is here is here: without scripts a page that is
// loaded is all there is to tell by.
func (d *desk) stay(v *frontend.Visit) (chat.Glance, error) {
	at, err := d.Chat.Glance(v.Context, v.Session)
	if err != nil || at.Presence == chat.Absent {
		return at, err
	}
	return at, d.Chat.Attend(v.Context, v.Session, at.Presence)
}

// barNews answers the script that keeps the bar fresh.
func (d *desk) barNews(v *frontend.Visit) error {
	page := BarNews{Page: v.Page("")}
	on, err := helpdesk.ParseID(v.Query("on"))
	if err != nil {
		on = "" // the page shows no ticket
	}
	if page.Bar, err = d.bar(v, page.Words, on); err != nil {
		return err
	}
	return v.Show(page)
}

// presence says whether the counsellor is here; pages say it again while they
// are open.
func (d *desk) presence(v *frontend.Visit) error {
	if err := d.Chat.Attend(v.Context, v.Session, chat.Presence(v.Form.Value("state"))); err != nil {
		return err
	}
	// Somebody who holds keys is here: what persons asked for while nobody was
	// can be made now.
	if _, err := d.Post.RenewLinks(v.Context, v.Session); err != nil {
		d.Log.ErrorContext(v.Context, "links asked for were not made", "err", err)
	}
	if v.Quiet {
		return v.Done() // nobody looks at the answer: what changes rings
	}
	if v.Partial() {
		return d.barNews(v)
	}
	return v.Go(firstOf(frontend.OwnPath(v.Form.Value("back")), "/w/chats"))
}

func presenceChip(w frontend.Words, p chat.Presence) frontend.Chip {
	switch p {
	case chat.Here:
		return frontend.Chip{Kind: "ok", Icon: "circle-check", Text: w.Say("duty.present")}
	case chat.Full:
		return frontend.Chip{Kind: "warn", Icon: "users", Text: w.Say("duty.capacity")}
	}
	return frontend.Chip{Icon: "clock", Text: w.Say("duty.away")}
}
