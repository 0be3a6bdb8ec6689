package workspace

import (
	"slices"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// stays are how long somebody who is brought in may read along.
var stays = []struct {
	name string
	long time.Duration
}{{"hour", time.Hour}, {"day", 24 * time.Hour}, {"week", 7 * 24 * time.Hour}}

// moves are what can be done with one's own talk: hand it over, bring somebody
// in, end it.
func (d *desk) moves(v *frontend.Visit, s *showing, t *Talk) error {
	members, err := d.members(v, s)
	if err != nil {
		return err
	}
	here, err := d.Chat.Present(v.Context)
	if err != nil {
		return err
	}
	t.Over = append(t.Over, frontend.Option{Text: s.Say("over.anybody")})
	for _, m := range members {
		if m.State == staff.Active && m.ID != s.sitting.me {
			t.Over = append(t.Over, frontend.Option{Value: string(m.ID), Text: named(s.Words, m, here)})
		}
	}
	byText(t.Over[1:])
	all, err := d.Staff.Users(v.Context)
	if err != nil {
		return err
	}
	for _, u := range all {
		if u.State == staff.Active && u.ID != s.sitting.me {
			t.Bring = append(t.Bring, frontend.Option{Value: string(u.ID), Text: named(s.Words, u, here)})
		}
	}
	byText(t.Bring)
	t.End = &EndForm{
		Words: s.Words, Base: t.Base,
		Note:  frontend.Field{Name: "end-note", Label: s.Say("talkend.note"), Help: s.Say("talkend.note.help"), Rows: 3, Optional: true},
		Topic: frontend.Field{Name: "topic", Label: s.Say("talkend.topic"), Help: s.Say("talkend.topic.help"), Value: s.sheet.Head.Facts.Topic, Optional: true, Spellcheck: true, Complete: "off"},
	}
	return nil
}

// named says beside a name whether they are here.
func named(w frontend.Words, u staff.User, here []chat.Colleague) string {
	i := slices.IndexFunc(here, func(c chat.Colleague) bool { return c.User == u.ID })
	if i < 0 || here[i].Presence == chat.Absent {
		return u.Name
	}
	return u.Name + " · " + w.Say("duty."+string(here[i].Presence))
}

// guests are the single readers of a ticket, whom any member may send away.
func (s *showing) guests() []GuestRow {
	var out []GuestRow
	for _, r := range s.sheet.Readers {
		if r.Kind == "user" {
			out = append(out, GuestRow{User: r.Reader, Name: s.colleague(r.Reader), Until: s.Say("ticket.until", s.Near(r.Until))})
		}
	}
	return out
}

// over hands a talk to a colleague, or to whoever is free.
func (d *desk) over(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	table, err := d.ownTable(v)
	if err != nil {
		return err
	}
	var to helpdesk.ID
	if chosen := v.Form.Value("to"); chosen != "" {
		if to, err = helpdesk.ParseID(chosen); err != nil {
			return err
		}
	}
	if err := d.Chat.HandOver(v.Context, v.Session, table, to, v.Form.Value("how") == "warm"); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "over"))
}

// bring lets a colleague or an interpreter read along for a time.
func (d *desk) bring(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	user, err := helpdesk.ParseID(v.Form.Value("user"))
	if err != nil {
		return err
	}
	long := time.Duration(0)
	for _, s := range stays {
		if v.Form.Value("stay") == s.name {
			long = s.long
		}
	}
	if long == 0 {
		return helpdesk.Refuse("reader.until")
	}
	table, err := d.ownTable(v)
	if err != nil {
		return err
	}
	if err := d.Chat.Bring(v.Context, v.Session, table, user, v.Form.Value("role"), v.Now().Add(long)); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "brought"))
}

// part ends what bring began.
func (d *desk) part(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	user, err := helpdesk.ParseID(v.Form.Value("user"))
	if err != nil {
		return err
	}
	if err := d.Tickets.RemoveReader(v.Context, v.Session, id, user); err != nil {
		return err
	}
	if user == v.Session.User.ID {
		return v.Go(told("/w/chats", "parted")) // the ticket is closed to them now
	}
	return v.Go(told(ticketPath(id), "parted"))
}

// endTalk ends a talk with its note and topic. The conversation stays open.
func (d *desk) endTalk(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	table, err := d.ownTable(v)
	if err != nil {
		return err
	}
	end := chat.Close{Note: strings.TrimSpace(v.Form.Value("end-note")), Topic: strings.TrimSpace(v.Form.Value("topic"))}
	if err := d.Chat.End(v.Context, v.Session, table, end); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "talked"))
}

// about changes what we know of the person: that a child is alone, how they
// want their answers, and that what made us wait is over.
func (d *desk) about(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	change, err := factChange(v.Form)
	if err != nil {
		return err
	}
	if err := d.Chat.Learn(v.Context, v.Session, id, change); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "saved"))
}

func factChange(f frontend.Form) (func(*tickets.Facts), error) {
	switch value := f.Value("value"); f.Value("fact") {
	case "alone":
		if value == "alone" || value == "parents" || value == "" {
			return func(f *tickets.Facts) { f.Alone = value }, nil
		}
	case "left":
		return func(f *tickets.Facts) { f.LeftQuickly = false }, nil
	case "secure":
		switch value {
		case "":
			return func(f *tickets.Facts) { f.Secure = nil }, nil
		case "yes", "no":
			secure := value == "yes"
			return func(f *tickets.Facts) { f.Secure = &secure }, nil
		}
	}
	return nil, helpdesk.ErrNotFound
}
