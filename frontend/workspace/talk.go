package workspace

import (
	"errors"
	"strconv"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

// sitting is what a ticket's page needs to know of the talk in it.
type sitting struct {
	table  *chat.Table // the newest sitting; nil when nobody ever sat down
	limits office.Chat
	me     helpdesk.ID
}

// live: the session's own table, now.
func (t sitting) live() bool {
	return t.table != nil && t.table.State == chat.Talking && t.table.Taken == t.me
}

// waits: taking the talk takes the ticket, too.
func (t sitting) waits() bool { return t.table != nil && t.table.State == chat.Waiting }

// elsewhere: a colleague talks with the person now.
func (t sitting) elsewhere() bool {
	return t.table != nil && t.table.State == chat.Talking && t.table.Taken != t.me
}

func (d *desk) sitting(v *frontend.Visit, ticket helpdesk.ID) (sitting, error) {
	t := sitting{me: v.Session.User.ID}
	table, err := d.Chat.TableOf(v.Context, v.Session, ticket)
	switch {
	case err == nil:
		t.table = &table
	case !errors.Is(err, helpdesk.ErrNotFound):
		return t, err
	}
	t.limits, err = d.Office.Chat(v.Context)
	return t, err
}

// isTalk: the ticket is a conversation of the pages, not of letters.
func isTalk(t tickets.Ticket, s sitting) bool {
	return t.Channel == string(hours.Chat) || s.table != nil
}

// talk dresses a chat's ticket.
func (d *desk) talk(v *frontend.Visit, s *showing, back *typed) (*Talk, error) {
	id := s.sheet.Ticket.ID
	t := &Talk{
		Words: s.Words, Base: ticketPath(id), Ticket: id, After: newest(s.sheet.Messages, s.sheet.Conversation),
		Live: s.sitting.live(),
	}
	t.Seat = d.seatLine(v, s.Words, s.sheet.Ticket, s.sitting)
	brought := s.brought()
	var err error
	if t.Form, err = d.sayForm(v, s, back); err != nil {
		return nil, err
	}
	if !brought && s.sitting.elsewhere() {
		t.Form = nil // a colleague speaks; here one reads along and writes notes
	}
	if !t.Live {
		return t, nil
	}
	if err := d.moves(v, s, t); err != nil {
		return nil, err
	}
	// Who sees the page has read it; without scripts nothing else tells.
	// Now and not after the response: no session outlives its request.
	err = d.Chat.ReadTo(v.Context, v.Session, s.sitting.table.ID, t.After)
	if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		d.Log.WarnContext(v.Context, "not marked as read", "err", err)
	}
	return t, nil
}

// brought: the session reads as a single colleague, for a time.
func (s *showing) brought() bool {
	for _, r := range s.sheet.Readers {
		if r.Kind == "user" && r.Reader == s.sitting.me {
			return true
		}
	}
	return false
}

// newest is the number of the last message of a conversation.
func newest(messages []tickets.Opened, conversation helpdesk.ID) int64 {
	var last int64
	for _, m := range messages {
		if m.Conversation == conversation {
			last = max(last, m.Number)
		}
	}
	return last
}

// seatLine says how both sit.
func (d *desk) seatLine(v *frontend.Visit, w frontend.Words, t tickets.Ticket, s sitting) SeatLine {
	out := SeatLine{Words: w, Base: ticketPath(t.ID), Chip: frontend.Chip{Icon: "mail", Text: w.Say("sitting.none")}, Text: w.Say("sitting.none.text")}
	if s.table == nil {
		return out
	}
	out.State = string(s.table.State) + " " + string(s.table.Taken) + " " + strconv.FormatBool(s.table.Asked != "")
	name := func(id helpdesk.ID) string { return firstOf(d.names(v, id)[id], w.Say("message.inside")) }
	switch s.table.State {
	case chat.Waiting:
		out.Chip = frontend.Chip{Kind: "warn", Icon: "clock", Text: w.Say("sitting.waiting")}
		out.Text, out.CanTake, out.Take = w.Say("sitting.waiting.text", w.Since(s.table.Since)), true, w.Say("sitting.take")
	case chat.Talking:
		out.Chip = frontend.Chip{Kind: "ok", Icon: "message-circle", Text: w.Say("sitting.talking")}
		out.Text = w.Say("sitting.talking.text")
		if s.elsewhere() {
			out.Text = w.Say("sitting.elsewhere", name(s.table.Taken))
			out.CanTake = s.table.Asked == s.me || s.table.Asked == "any"
			out.Take = w.Say("sitting.take.over")
		} else if s.table.Asked != "" {
			out.Text = w.Say("sitting.handing")
		}
		out.Guest = guestLine(w, s)
		out.hint(w, s)
		if s.live() && s.table.Hint > 0 {
			out.Closing = d.closing(w, t.Language)
		}
	case chat.Missed:
		out.Chip, out.Text = frontend.Chip{Kind: "warn", Icon: "mail", Text: w.Say("sitting.missed")}, w.Say("sitting.missed.text")
	case chat.Ended:
		out.Chip = frontend.Chip{Icon: "archive", Text: w.Say("sitting.ended")}
		out.Text = w.Say("sitting.ended." + endedBy(s.table.EndedBy))
	}
	return out
}

func endedBy(by string) string {
	switch by {
	case "desk", "person", "left", "idle":
		return by
	}
	return "desk"
}

func guestLine(w frontend.Words, s sitting) string {
	switch {
	case !s.table.GuestHere:
		return w.Say("sitting.guest.away")
	case s.table.GuestTyping && s.limits.Typing:
		return w.Say("sitting.guest.typing")
	case s.table.Seen:
		return w.Say("sitting.guest.seen")
	}
	return w.Say("sitting.guest.here")
}

// hint is quiet, and nothing follows from it: a talk with somebody in crisis
// should find its end, and the counsellor decides how.
func (l *SeatLine) hint(w frontend.Words, s sitting) {
	if !s.live() || s.table.Hint == 0 {
		return
	}
	l.Hint = &frontend.Notice{
		Text: w.Say("sitting.hint."+strconv.Itoa(s.table.Hint), int(s.table.Active.Minutes())), More: w.Say("sitting.hint.more"),
	}
}

// closing are the questions a talk ends with, in the person's language, and
// where that has none in the counsellor's.
func (d *desk) closing(w frontend.Words, tag string) []string {
	if d.site.Words.Knows(tag, "phrase.closing") {
		return []string{d.site.WordsFor(tag).Say("phrase.closing")}
	}
	return []string{w.Say("sitting.closing.soon"), w.Say("sitting.closing.tonight"), w.Say("sitting.closing.somebody"), w.Say("sitting.closing.back")}
}

// talkNews answers a page whose bell brought it nothing.
func (d *desk) talkNews(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	after, err := strconv.ParseInt(v.Query("after"), 10, 64)
	if err != nil {
		return helpdesk.ErrNotFound
	}
	page, err := d.talkAfter(v, id, after, false)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// talkAfter is what was said after a number, and how both sit unless words is
// all that is asked for.
func (d *desk) talkAfter(v *frontend.Visit, id helpdesk.ID, after int64, words bool) (TalkNews, error) {
	listen := d.Chat.Look
	if words {
		listen = d.Chat.Listen
	}
	look, err := listen(v.Context, v.Session, id, after)
	if err != nil {
		return TalkNews{}, err
	}
	d.settle(v, look.Settle)
	page := TalkNews{Page: v.Page(""), After: after, shut: look.Shut}
	if !look.Same {
		seat := d.seatLine(v, page.Words, tickets.Ticket{ID: id, Language: look.Language}, sitting{look.Table, look.Limits, v.Session.User.ID})
		page.Seat = &seat
	}
	show, err := d.heard(v, page.Words, look.Messages)
	if err != nil {
		return TalkNews{}, err
	}
	for _, m := range look.Messages {
		page.Messages = append(page.Messages, show.message(m))
		page.After = max(page.After, m.Number)
		if m.Direction == tickets.In {
			page.Announce = v.Say("sitting.new")
		}
	}
	return page, nil
}

// heard is a showing for a few messages, without the sheet they stand on. What
// the person says names nobody.
func (d *desk) heard(v *frontend.Visit, w frontend.Words, said []tickets.Opened) (*showing, error) {
	s := &showing{Words: w, sheet: &tickets.Sheet{Messages: said}}
	var ids []helpdesk.ID
	system := false
	for _, m := range said {
		ids, system = append(ids, m.Author), system || m.Kind == tickets.KindSystem
	}
	s.names = d.names(v, ids...)
	if !system {
		return s, nil
	}
	var err error
	s.teams, err = d.teamNames(v)
	return s, err
}
