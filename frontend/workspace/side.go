package workspace

import (
	"regexp"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// side is what surrounds a ticket: who writes, and what else came from them.
func (d *desk) side(v *frontend.Visit, s *showing) (Side, error) {
	t, head := s.sheet.Ticket, s.sheet.Head
	out := Side{
		Words: s.Words, Base: ticketPath(t.ID), Version: t.Version, Name: firstOf(head.Name, s.Say("queue.unknown")), Address: head.Address,
		Language: s.language(t.Language), Opened: s.Exact(t.OpenedAt), HasWriter: t.Writer != "",
	}
	var err error
	if out.HasWriter {
		if out.Shared, err = d.Tickets.Shared(v.Context, v.Session, t.ID); err != nil {
			return Side{}, err
		}
	}
	others, err := d.Tickets.SamePerson(v.Context, v.Session, t.ID)
	if err != nil {
		return Side{}, err
	}
	shown := map[helpdesk.ID]bool{t.ID: true}
	for _, j := range s.sheet.Joined {
		shown[j.ID] = true
		out.Joined = append(out.Joined, Other{ID: j.ID, Number: number(j.Number)})
	}
	for _, r := range others {
		if !shown[r.Ticket.ID] && r.Ticket.JoinedInto == "" {
			out.Others = append(out.Others, Other{
				ID: r.Ticket.ID, Href: ticketPath(r.Ticket.ID), Number: number(r.Ticket.Number),
				Title: firstOf(r.Head.Title, s.Say("queue.untitled")), When: s.Near(r.Ticket.LastAt),
			})
		}
	}
	if out.Earlier, err = d.earlier(v, s, shown); err != nil {
		return Side{}, err
	}
	out.Forwarded = s.forwarded()
	out.About = s.known()
	out.About.Code = s.codeForm(v)
	if out.Person, err = d.personLink(v, s); err != nil {
		return Side{}, err
	}
	if d.Consent != nil {
		out.Agreed = ConsentCard{Words: s.Words, Base: out.Base}
	}
	twins, err := d.Post.Twins(v.Context, v.Session, t.ID)
	if err != nil {
		return Side{}, err
	}
	for _, twin := range twins {
		if name := s.teams[twin.Team]; name != "" {
			out.Twins = append(out.Twins, name)
		}
	}
	return out, nil
}

// earlier are the conversations of the same person, but for those shown.
func (d *desk) earlier(v *frontend.Visit, s *showing, shown map[helpdesk.ID]bool) ([]Other, error) {
	rows, err := d.Tickets.Earlier(v.Context, v.Session, s.sheet.Ticket.ID)
	if err != nil {
		return nil, err
	}
	var out []Other
	for _, r := range rows {
		if !shown[r.Ticket.ID] {
			out = append(out, Other{
				ID: r.Ticket.ID, Href: ticketPath(r.Ticket.ID), Number: number(r.Ticket.Number),
				Title: firstOf(r.Head.Facts.Topic, r.Head.Title, s.Say("queue.untitled")), When: s.Near(r.Ticket.LastAt),
			})
		}
	}
	return out, nil
}

func (s *showing) language(tag string) string { return languageName(s.Words, tag) }

func languageName(w frontend.Words, tag string) string {
	for _, known := range []string{"sv", "en", "ar", "fa", "prs", "ps", "ckb", "kmr", "so", "ti", "sq", "ru", "uz", "ka", "mn", "es"} {
		if tag == known {
			return w.Say("language." + tag)
		}
	}
	return w.Say("language.unknown")
}

// senderLine is the From line of a forwarded letter's header block, in the
// languages the mail programs around us write it in.
var senderLine = regexp.MustCompile(`(?im)^[\s>*]*(?:från|from|von|de|fra|van|от|من)\**\s*:\**\s*(.+@.+)$`)

// forwarded offers the first letter whose header block names a sender that the
// ticket does not belong to already. post reads it again, with care, when a
// colleague has looked and pressed.
func (s *showing) forwarded() *Forwarded {
	for _, m := range s.sheet.Messages {
		if m.Kind != tickets.KindLetter {
			continue
		}
		found := senderLine.FindStringSubmatch(m.Content.Text)
		if found == nil {
			return nil
		}
		address := anyAddress.FindString(found[1])
		key := letter.Address{Addr: address}.Key()
		if address == "" || key == (letter.Address{Addr: s.sheet.Head.Address}).Key() || s.ours(key) {
			return nil
		}
		return &Forwarded{m.ID, strings.TrimSpace(found[1])}
	}
	return nil
}

func (s *showing) ours(key string) bool {
	for _, b := range s.boxes {
		if (letter.Address{Addr: b.Address}).Key() == key {
			return true
		}
	}
	return false
}

var anyAddress = regexp.MustCompile(`[^\s<>()\[\]",;:]+@[^\s<>()\[\]",;:]+`)
