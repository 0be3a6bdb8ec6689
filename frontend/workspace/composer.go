package workspace

import (
	"errors"
	"slices"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// composer is the answer's form, filled with what was typed, else the draft,
// else what an answer to the last letter would be.
func (d *desk) composer(v *frontend.Visit, s *showing, back *typed) *Answer {
	t := s.sheet.Ticket
	box := s.box()
	if box == nil {
		return nil // no mailbox to write from
	}
	careful, err := d.Tickets.Careful(v.Context, v.Session, t.ID)
	s.former = careful.Former
	to, cc := s.replyTo()
	if err != nil && !errors.Is(err, helpdesk.ErrDenied) {
		to, cc = nil, nil // which address is still theirs nobody knows now: whoever writes says it
	}
	a := &Answer{Words: s.Words, Base: ticketPath(t.ID), Seen: t.Last, From: box.Address, Signature: d.signature(v, box), Client: string(helpdesk.NewID())}
	if len(cc) > 0 {
		a.ReplyAll = strings.Join(cc, ", ")
	}
	a.How, a.Beside = s.ways(box, back), besideField(s, back)
	draft := tickets.Draft{To: to}
	for _, saved := range s.sheet.Drafts {
		if saved.Kind == tickets.KindAnswer {
			draft, a.DraftVersion = saved, saved.Version
			a.Saved = s.Say("composer.saved", s.Clock(saved.Saved))
			// What was there when the draft was last saved was seen by then.
			a.Seen = s.seenAt(saved)
		}
	}
	if len(draft.To) == 0 {
		draft.To = to
	}
	if back != nil {
		draft = back.Draft
		a.Stop, a.Open = back.stop, back.wrongTo != ""
		if back.client != "" {
			a.Client = back.client
		}
	}
	if back != nil {
		a.Seen = t.Last // all of it stands on the page that is shown now
	}
	a.To = frontend.Field{Name: "to", Label: s.Say("composer.to"), Help: s.Say("composer.to.help"), Value: strings.Join(draft.To, ", "), Complete: "off"}
	a.Cc = frontend.Field{Name: "cc", Label: s.Say("composer.cc"), Value: strings.Join(draft.Cc, ", "), Complete: "off", Optional: true}
	a.Subject = frontend.Field{Name: "subject", Label: s.Say("composer.subject"), Value: firstOf(draft.Subject, s.subject()), Optional: true, Spellcheck: true, Complete: "off"}
	a.Text = frontend.Field{Name: "text", Label: s.Say("composer.text"), Value: draft.Text, Rows: 8, Key: "reply"}
	if back != nil {
		a.To.Wrong, a.Text.Wrong = back.wrongTo, back.wrongText
	}
	return a
}

// The ways an answer to a letter can go.
const (
	byMail   = "plain"
	bySecure = "secure" // the mail says only that a message waits
	byHere   = "here"   // into the conversation, where the person reads it
)

// ways lists them; chosen is what was typed, else how the last answer went where
// that kept it from plain mail, else the person's own choice, else the mailbox's.
func (s *showing) ways(box *office.Mailbox, back *typed) []frontend.Option {
	chosen := byMail
	if own := s.sheet.Head.Facts.Secure; own != nil && *own || own == nil && box.Secure {
		chosen = bySecure
	}
	ways := []string{byMail, bySecure}
	if slices.ContainsFunc(s.sheet.Readers, func(r tickets.Reader) bool { return r.Kind == "person" }) {
		ways = append(ways, byHere)
	}
	if last := s.lastWay(); slices.Contains(ways, last) {
		chosen = last
	}
	if back != nil && back.how != "" {
		chosen = back.how
	}
	var out []frontend.Option
	for _, w := range ways {
		out = append(out, frontend.Option{Value: w, Text: s.Say("composer.how." + w), Chosen: w == chosen})
	}
	return out
}

// lastWay is how the last answer went if not by plain mail: who once kept their
// words out of a mailbox does not put the next ones there by a slip.
func (s *showing) lastWay() string {
	for _, m := range slices.Backward(s.sheet.Messages) {
		switch {
		case m.Direction != tickets.Out || m.Withdrawn:
		case m.Kind == tickets.KindChat:
			return byHere
		case m.Kind == tickets.KindAnswer && m.Content.Secure:
			return bySecure
		case m.Kind == tickets.KindAnswer:
			return ""
		}
	}
	return ""
}

// seenAt is the newest serial of what had come when the draft was saved.
func (s *showing) seenAt(draft tickets.Draft) int64 {
	last := s.sheet.Ticket.Last
	for _, m := range s.sheet.Messages {
		if m.Kind == tickets.KindLetter && m.At.After(draft.Saved) && m.Serial <= last {
			last = m.Serial - 1
		}
	}
	return last
}

// box is the mailbox an answer goes from: the one the last letter came to, else
// the team's first.
func (s *showing) box() *office.Mailbox {
	if m := s.last(); m != nil && m.Content.Source != nil {
		for i := range s.boxes {
			if s.boxes[i].ID == m.Content.Source.Mailbox {
				return &s.boxes[i]
			}
		}
	}
	if len(s.boxes) > 0 {
		return &s.boxes[0]
	}
	return nil
}

// last is the newest letter that can be answered.
func (s *showing) last() *tickets.Opened {
	for i := len(s.sheet.Messages) - 1; i >= 0; i-- {
		if m := &s.sheet.Messages[i]; m.Kind == tickets.KindLetter && !m.Broken {
			return m
		}
	}
	return nil
}

// replyTo is whom an answer goes to, and who else had the letter. After the
// ticket was made another writer's, it goes to that one; never by itself to an
// address the person gave up, which may be anybody's by now.
func (s *showing) replyTo() (to, others []string) {
	ours := map[string]bool{}
	for _, b := range s.boxes {
		ours[letter.Address{Addr: b.Address}.Key()] = true
	}
	head := s.sheet.Head
	m := s.last()
	if m == nil {
		for _, sent := range s.sheet.Messages {
			if sent.Kind == tickets.KindAnswer && len(sent.Content.To) > 0 && !formerly(s.former, sent.Content.To[0].Addr) {
				return plain(sent.Content.To, map[string]bool{}), nil
			}
		}
		return plain([]tickets.Address{{Name: head.Name, Addr: head.Address}}, map[string]bool{}), nil
	}
	have := map[string]bool{}
	from := m.Content.ReplyTo
	if len(from) == 0 {
		from = m.Content.From
	}
	if head.Address != "" && len(m.Content.From) > 0 && (s.rewritten() || formerly(s.former, m.Content.From[0].Addr)) {
		from = []tickets.Address{{Name: head.Name, Addr: head.Address}}
	}
	to = plain(from, have)
	for k := range ours {
		have[k] = true
	}
	for _, f := range s.former {
		have[letter.Address{Addr: f.Address}.Key()] = true
	}
	others = append(plain(m.Content.To, have), plain(m.Content.Cc, have)...)
	return to, others
}

// rewritten: the ticket belongs to an address that wrote none of its letters,
// because a colleague forwarded it.
func (s *showing) rewritten() bool {
	key := letter.Address{Addr: s.sheet.Head.Address}.Key()
	for _, m := range s.sheet.Messages {
		for _, a := range m.Content.From {
			if m.Kind == tickets.KindLetter && (letter.Address{Addr: a.Addr}).Key() == key {
				return false
			}
		}
	}
	return true
}

// plain writes addresses for a field, each once.
func plain(all []tickets.Address, have map[string]bool) []string {
	var out []string
	for _, a := range all {
		key := letter.Address{Addr: a.Addr}.Key()
		if a.Addr == "" || have[key] {
			continue
		}
		have[key] = true
		out = append(out, a.Addr)
	}
	return out
}

// subject is the answer's: the letter's, with one Re in front.
func (s *showing) subject() string {
	subject := s.sheet.Head.Title
	if m := s.last(); m != nil && m.Content.Subject != "" {
		subject = m.Content.Subject
	}
	if subject == "" || strings.HasPrefix(strings.ToLower(subject), "re:") || strings.HasPrefix(strings.ToLower(subject), "sv:") {
		return subject
	}
	return "Re: " + subject
}

func (d *desk) signature(v *frontend.Visit, box *office.Mailbox) string {
	if box.Signature != "" {
		return box.Signature
	}
	text, err := d.Office.Setting(v.Context, office.Signature)
	if err != nil {
		return "" // a preview only: post reads it again, and fails there if it must
	}
	return text
}

func noteForm(v *frontend.Visit, s *showing) *NoteForm {
	n := &NoteForm{Words: s.Words, Base: ticketPath(s.sheet.Ticket.ID), Client: string(helpdesk.NewID()), Team: s.teams[s.sheet.Ticket.Team]}
	n.Text = frontend.Field{Name: "note", Label: s.Say("composer.note.text"), Rows: 3, Key: "note"}
	for _, saved := range s.sheet.Drafts {
		if saved.Kind == tickets.KindNote {
			n.Text.Value, n.DraftVersion, n.Saved = saved.Text, saved.Version, s.Say("composer.saved", s.Clock(saved.Saved))
		}
	}
	return n
}

// recipients cuts a field at commas, semicolons and line ends, but not inside
// quotes or angle brackets.
func recipients(field string) []string {
	var out []string
	start, quoted, angle := 0, false, false
	cut := func(end int) {
		if s := strings.TrimSpace(field[start:end]); s != "" {
			out = append(out, s)
		}
	}
	for i, r := range field {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '<' || r == '>':
			angle = r == '<'
		case !angle && (r == ',' || r == ';' || r == '\n'):
			cut(i)
			start = i + 1
		}
	}
	cut(len(field))
	return out
}
