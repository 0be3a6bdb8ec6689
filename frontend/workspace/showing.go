package workspace

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// showing is a ticket on its way to a page: what it needs beside itself.
type showing struct {
	frontend.Words
	sheet  *tickets.Sheet
	names  map[helpdesk.ID]string // of colleagues
	teams  map[helpdesk.ID]string
	boxes  []office.Mailbox              // of the ticket's team
	former []tickets.Former              // addresses the person gave up; for the composer
	team   []staff.User                  // the ticket's, once members was asked
	copies map[helpdesk.ID]post.Outgoing // what became of our messages

	sitting sitting // the talk in it, if there is one
	across  across
}

func (d *desk) showing(v *frontend.Visit, w frontend.Words, sheet *tickets.Sheet) (*showing, error) {
	s := &showing{Words: w, sheet: sheet}
	ids := []helpdesk.ID{sheet.Ticket.Owner}
	for _, m := range sheet.Messages {
		ids = append(ids, m.Author, m.Content.Asks)
		ids = append(ids, m.Content.Named...)
		if len(m.Content.Args) > 0 && slices.Contains(aboutSomebody, m.Content.Key) {
			ids = append(ids, helpdesk.ID(m.Content.Args[0]))
		}
	}
	for _, r := range sheet.Readers {
		if r.Kind == "user" {
			ids = append(ids, r.Reader)
		}
	}
	s.names = d.names(v, ids...)
	s.across = d.acrossOf(v, sheet)
	var err error
	if s.teams, err = d.teamNames(v); err != nil {
		return nil, err
	}
	boxes, err := d.Office.Mailboxes(v.Context)
	if err != nil {
		return nil, err
	}
	for _, b := range boxes {
		if b.Team == sheet.Ticket.Team {
			s.boxes = append(s.boxes, b)
		}
	}
	if len(s.boxes) == 0 {
		// A team without a mailbox answers from the one the letter came to.
		s.boxes = cameTo(boxes, sheet.Messages)
	}
	if s.copies, err = d.Post.Deliveries(v.Context, sheet.Messages); err != nil {
		return nil, err
	}
	s.sitting, err = d.sitting(v, sheet.Ticket.ID)
	return s, err
}

func cameTo(boxes []office.Mailbox, messages []tickets.Opened) []office.Mailbox {
	var out []office.Mailbox
	for _, b := range boxes {
		if slices.ContainsFunc(messages, func(m tickets.Opened) bool { return m.Content.Source != nil && m.Content.Source.Mailbox == b.ID }) {
			out = append(out, b)
		}
	}
	return out
}

// message is one message as the page shows it.
func (s *showing) message(m tickets.Opened) Message {
	out := Message{
		Words: s.Words, ID: m.ID, At: s.Near(m.At), Exact: s.Exact(m.At), Machine: s.Machine(m.At),
		Look: string(m.Kind), Withdrawn: m.Withdrawn, Broken: m.Broken,
	}
	if !m.Proven && !m.Withdrawn {
		out.Notices = append(out.Notices, frontend.Notice{Kind: "danger", Text: s.Say("message.unproven"), More: s.Say("message.unproven.more")})
	}
	switch m.Kind {
	case tickets.KindSystem:
		out.What = s.system(m)
		return out
	case tickets.KindNote:
		out.Icon, out.What, out.Who = "sticky-note", s.Say("message.note"), s.colleague(m.Author)
	case tickets.KindCall:
		s.callHead(&out, m)
	case tickets.KindChat:
		s.chatHead(&out, m)
	case tickets.KindAnswer:
		out.Icon, out.What, out.Who = "send", s.Say("message.answer"), s.colleague(m.Author)
	default:
		out.Look, out.Icon, out.What = "letter", "mail", s.Say("message.letter")
		if len(m.Content.From) > 0 {
			out.Who = firstOf(m.Content.From[0].Name, m.Content.From[0].Addr)
		}
	}
	switch {
	case m.Erased:
		out.Notices = append(out.Notices, frontend.Notice{Text: s.Say("message.erased")})
		return out
	case m.Withdrawn:
		out.Notices = append(out.Notices, frontend.Notice{Text: s.Say("message.withdrawn")})
		return out
	case m.Broken:
		out.Notices = append(out.Notices, frontend.Notice{Kind: "danger", Text: s.Say("message.broken"), More: s.Say("message.broken.more")})
		return out
	}
	s.letterHead(&out, m)
	s.toWhom(&out, m)
	s.body(&out, m)
	s.enclosed(&out, m)
	out.Beside = s.across.beside(s.Words, m)
	return out
}

// chatHead tells what the person said from what we said, by words and by side.
func (s *showing) chatHead(out *Message, m tickets.Opened) {
	if m.Direction == tickets.In {
		out.Look, out.Icon, out.What = "chat in", "message-circle", s.Say("message.said")
		return
	}
	out.Look, out.Icon, out.What, out.Who = "chat out", "message-circle", s.Say("message.told"), s.colleague(m.Author)
	out.Offers = m.Content.Offers
}

func (s *showing) colleague(id helpdesk.ID) string {
	return firstOf(s.names[id], s.Say("message.inside"))
}

// carries are what a letter may carry that a reader is told of.
var carries = []letter.Carried{
	letter.PGPEncrypted, letter.PGPSigned, letter.SMIMEEncrypted, letter.SMIMESigned, letter.SMIMEOpaque, letter.TNEF, letter.Calendar, letter.AttachedMail,
}

func (s *showing) letterHead(out *Message, m tickets.Opened) {
	c := m.Content
	if m.Kind == tickets.KindLetter {
		if !c.Proven {
			out.Doubt = &frontend.Notice{Kind: "warn", Text: s.Say("message.sender"), More: s.Say("message.sender.more")}
		}
		s.mended(out, c.Problems)
		for _, carried := range c.Carries {
			if key := "message.carries." + carried; slices.Contains(carries, letter.Carried(carried)) {
				out.Notices = append(out.Notices, frontend.Notice{Text: s.Say(key), More: s.Say(key + ".more")})
			}
		}
		out.Ways = append(out.Ways, Fact{s.Say("message.from"), addresses(c.From)})
	}
	if m.Kind != tickets.KindNote && m.Kind != tickets.KindCall && m.Kind != tickets.KindChat {
		out.Ways = append(out.Ways, Fact{s.Say("message.to"), addresses(c.To)})
		if len(c.Cc) > 0 {
			out.Ways = append(out.Ways, Fact{s.Say("message.cc"), addresses(c.Cc)})
		}
		if c.Subject != "" && c.Subject != s.sheet.Head.Title {
			out.Ways = append(out.Ways, Fact{s.Say("message.subject"), c.Subject})
		}
	}
	if c.Secure {
		out.Ways = append(out.Ways, Fact{s.Say("message.way"), s.Say("message.secure")})
	}
	for _, copy := range s.copies[m.ID].Deliveries {
		out.Deliveries = append(out.Deliveries, s.copyChip(m, copy))
	}
}

// mended says what was mended, and what of the letter is in its original alone.
func (s *showing) mended(out *Message, problems []string) {
	said := map[string]bool{}
	for _, p := range problems {
		key := "message.mended"
		switch p {
		case string(letter.ProblemTorn), string(letter.ProblemCut), post.ProblemPlain:
			key = "message." + p
		}
		if !said[key] {
			out.Notices = append(out.Notices, frontend.Notice{Text: s.Say(key)})
		}
		said[key] = true
	}
}

func addresses(all []tickets.Address) string {
	var out []string
	for _, a := range all {
		if a.Name != "" && a.Addr != "" {
			// The isolates (UAX 9) keep a right-to-left name before its address.
			out = append(out, "\u2068"+a.Name+"\u2069 <"+a.Addr+">")
		} else {
			out = append(out, firstOf(a.Addr, a.Name))
		}
	}
	return strings.Join(out, ", ")
}

// body folds quotes and signatures under a word and cuts nothing.
func (s *showing) body(out *Message, m tickets.Opened) {
	c := m.Content
	if c.HTML != "" {
		// post made it harmless before it was sealed; all that is added here is
		// where its own pictures are.
		out.HTML = template.HTML(post.Inline(c.HTML, func(cid string) string {
			for i, f := range c.Files {
				if f.CID == cid && frontend.IsPicture(f.Type) {
					return "/w/m/" + string(m.ID) + "/picture/" + strconv.Itoa(i)
				}
			}
			return ""
		}))
		out.HTMLOnly = strings.TrimSpace(c.Text) == ""
	}
	switch {
	case out.HTMLOnly:
	case m.Kind == tickets.KindChat && strings.TrimSpace(c.Text) == "" && len(c.Files) > 0:
	case m.Kind == tickets.KindNote, m.Kind == tickets.KindCall, m.Kind == tickets.KindChat:
		out.Pieces = []Piece{{Text: strings.Trim(c.Text, "\n")}}
	case strings.TrimSpace(c.Text) == "":
		out.Pieces = []Piece{{Text: s.Say("message.empty")}}
	default:
		for _, b := range letter.Fold(c.Text) {
			out.Pieces = s.add(out.Pieces, b)
		}
	}
}

func (s *showing) add(pieces []Piece, b letter.Block) []Piece {
	text := strings.Trim(b.Text, "\n")
	if text == "" {
		return pieces
	}
	fold := ""
	if b.Folded {
		fold = s.Say("message.quote")
		if b.Kind == letter.Signature {
			fold = s.Say("message.signature")
		}
	}
	if n := len(pieces); n > 0 && pieces[n-1].Fold == fold {
		pieces[n-1].Text += "\n" + text
		return pieces
	}
	return append(pieces, Piece{Text: text, Fold: fold})
}

// enclosed lists the files and the original, all as downloads. A picture that
// stands in the text is listed too: not every reader sees it there.
func (s *showing) enclosed(out *Message, m tickets.Opened) {
	for i, f := range m.Content.Files {
		name := firstOf(f.Name, s.Say("message.unnamed"))
		out.Files = append(out.Files, frontend.Attachment{
			Name: name, Size: s.Size(f.Size),
			// Without the name: addresses end up in the logs of proxies.
			Href: "/w/m/" + string(m.ID) + "/file/" + strconv.Itoa(i),
		})
		if post.Suspicious(f.Name, f.Type) {
			// As text: who needs it finds it in the original.
			out.Files[len(out.Files)-1].Href = ""
			out.Notices = append(out.Notices, frontend.Notice{Kind: "warn", Text: s.Say("message.suspicious", "\u2068"+name+"\u2069"), More: s.Say("message.suspicious.more")})
		}
		if f.Tells {
			// Isolated (UAX 9): a right-to-left name turns nothing around it.
			out.Notices = append(out.Notices, frontend.Notice{Text: s.Say("message.tells", "\u2068"+name+"\u2069"), More: s.Say("message.tells.more")})
		}
	}
	if m.OriginalSize >= 0 && m.Kind != tickets.KindNote {
		out.Original = "/w/m/" + string(m.ID) + "/original.eml"
	}
}
