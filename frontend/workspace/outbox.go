package workspace

import (
	"errors"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

// outbox lists our letters that are on their way or did not arrive.
func (d *desk) outbox(v *frontend.Visit) error {
	all, err := d.Post.Outbox(v.Context, v.Session)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("outbox.title"), "outbox")
	if err != nil {
		return err
	}
	var authors []helpdesk.ID
	for _, o := range all {
		authors = append(authors, o.Author)
	}
	names := d.names(v, authors...)
	page := Outbox{Desk: frame}
	for _, o := range all {
		row, err := d.outboxRow(v, page.Words, o)
		if err != nil {
			return err
		}
		row.Author = v.Say("outbox.author", firstOf(names[o.Author], v.Say("message.inside")))
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "send", Title: v.Say("outbox.empty.title"), Text: v.Say("outbox.empty.text")}
	}
	return v.Show(page)
}

func (d *desk) outboxRow(v *frontend.Visit, w frontend.Words, o post.Outgoing) (OutboxRow, error) {
	row := OutboxRow{
		ID: o.ID, Href: ticketPath(o.Ticket) + "#m-" + string(o.Message), Title: w.Say("outbox.letter"),
		Made: w.Near(o.Made), Exact: w.Exact(o.Made), Machine: w.Machine(o.Made), State: letterChip(w, o.State),
		CanUndo: o.State == post.Held && o.Author == v.Session.User.ID, CanNote: o.State == post.Failed,
	}
	if o.State == post.Waiting && !o.Next.IsZero() && o.Attempts > 0 {
		row.Next = w.Say("outbox.next", w.Near(o.Next))
	}
	// Whom it goes to stands in the message alone, sealed; the outbox's own copy
	// is erased when it is delivered.
	m, err := d.Tickets.Message(v.Context, v.Session, o.Message)
	if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		return OutboxRow{}, err
	}
	if m.Content.Subject != "" {
		row.Title = m.Content.Subject
	}
	for _, c := range o.Deliveries {
		r := Recipient{Address: recipientAt(m.Content, c.Position), Chip: letterChip(w, c.State)}
		if r.Address == "" {
			r.Address = w.Say("queue.unknown")
		}
		if c.Code != "" && c.State != post.Accepted {
			r.Why = w.Say(why(c.Code))
		}
		row.People = append(row.People, r)
	}
	return row, nil
}

// recipientAt is whom a position of a letter's recipients names: To, then Cc.
func recipientAt(c tickets.Content, n int) string {
	all := append(append([]tickets.Address{}, c.To...), c.Cc...)
	if n < 0 || n >= len(all) {
		return ""
	}
	return all[n].Addr
}

func letterChip(w frontend.Words, s post.State) frontend.Chip {
	c := frontend.Chip{Text: w.Say("outbox.state." + string(s))}
	switch s {
	case post.Held, post.Sending, post.Waiting:
		c.Kind, c.Icon = "accent", "hourglass"
	case post.Gone, post.Accepted:
		c.Kind, c.Icon = "ok", "check"
	case post.Failed, post.Refused:
		c.Kind, c.Icon = "danger", "mail-x"
	case post.Undone:
		c.Icon = "undo-2"
	}
	return c
}

func (s *showing) copyChip(m tickets.Opened, copy post.Delivery) frontend.Chip {
	c := letterChip(s.Words, copy.State)
	if to := recipientAt(m.Content, copy.Position); to != "" {
		c.Text = to + ": " + c.Text
	}
	if copy.Code != "" && copy.State != post.Accepted {
		c.Title = s.Say(why(copy.Code))
	}
	return c
}

// why is the key that says a delivery's code in words: one of our own words,
// an SMTP reply (RFC 5321 section 4.2) or an enhanced status (RFC 3463).
func why(code string) string {
	switch code {
	case "expired":
		return "outbox.why.expired"
	case "no-server", "no-mail":
		return "outbox.why.noserver"
	case "auth", "535", "5.7.8":
		return "outbox.why.auth"
	}
	switch {
	case strings.HasSuffix(code, ".2.2"), code == "552", code == "452":
		return "outbox.why.full"
	case strings.HasPrefix(code, "5.1."), code == "550", code == "551", code == "553":
		return "outbox.why.nobody"
	case strings.HasPrefix(code, "5"):
		return "outbox.why.refused"
	case strings.HasPrefix(code, "4"):
		return "outbox.why.later"
	}
	return "outbox.why.link"
}

// undo takes a letter back while it is still in the house.
func (d *desk) undo(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := d.Post.Undo(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told(firstOf(frontend.OwnPath(v.Form.Value("back")), "/w/outbox"), "undone"))
}

// noted ticks an undelivered letter off.
func (d *desk) noted(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := d.Post.Noted(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told("/w/outbox", "saved"))
}

// mailState says in the frame whether letters come in.
func (d *desk) mailState(v *frontend.Visit) MailState {
	if d.Mail == nil {
		return MailState{Text: v.Say("mail.unknown"), Title: v.Say("mail.unknown")}
	}
	bad, all := 0, d.Mail(v.Context)
	for _, b := range all {
		if !b.Connected {
			bad++
		}
	}
	text := v.Say("mail.ok")
	switch {
	case len(all) == 0:
		text = v.Say("mail.none")
	case bad > 0:
		text = v.Say("mail.bad", bad)
	}
	return MailState{Bad: bad > 0, Text: text, Title: text}
}

// mail lists the mailboxes of the session's teams.
func (d *desk) mail(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("mail.title"), "mail")
	if err != nil {
		return err
	}
	boxes, err := d.Office.Mailboxes(v.Context)
	if err != nil {
		return err
	}
	teams, err := d.teamNames(v)
	if err != nil {
		return err
	}
	states := map[helpdesk.ID]Mailbox{}
	if d.Mail != nil {
		for _, b := range d.Mail(v.Context) {
			states[b.ID] = b
		}
	}
	alarms, err := d.Tasks.Alarms(v.Context)
	if err != nil {
		return err
	}
	page := Mail{Desk: frame, Bus: ringing(frame.Words, d.site.Bus.Health())}
	for _, b := range boxes {
		if v.Session.Member(b.Team) || v.Session.Coordinator() {
			state, known := states[b.ID]
			row := mailRow(page.Words, b.Address, teams[b.Team], state, known)
			row.Alarms = standing(page.Words, alarms[b.ID])
			page.Rows = append(page.Rows, row)
		}
	}
	if err := d.hooksAlarm(v, &page); err != nil {
		return err
	}
	if page.Overdue, err = d.overdue(v); err != nil {
		return err
	}
	page.Ailing = d.ailing(v, page.Words)
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "plug", Title: v.Say("mail.empty.title"), Text: v.Say("mail.empty.text")}
	}
	return v.Show(page)
}

// fewWaiting are taken before anybody could read that they wait.
const fewWaiting = 64

// progress says how far a mailbox is with what waited in it.
func progress(w frontend.Words, b Mailbox) string {
	all := b.Taken + b.Waiting
	switch {
	case b.Begun.IsZero() || b.Waiting == 0 || all < fewWaiting:
		return ""
	case b.Left < time.Minute:
		return w.Say("mail.backlog", b.Taken, all, w.Near(b.Begun))
	}
	return w.Say("mail.backlog.left", b.Taken, all, w.Near(b.Begun), w.Span(b.Left))
}

func mailRow(w frontend.Words, address, team string, b Mailbox, known bool) MailRow {
	row := MailRow{Address: address, Team: team, Progress: progress(w, b), State: frontend.Chip{Text: w.Say("mail.unknown")}}
	key := ""
	switch {
	case !known:
		return row
	case b.Connected:
		row.State, key = frontend.Chip{Kind: "ok", Icon: "plug"}, "mail.connected"
		if !b.Since.IsZero() {
			key = "mail.since"
		}
	default:
		row.State, key = frontend.Chip{Kind: "danger", Icon: "unplug"}, "mail.lost"
		if !b.Since.IsZero() {
			key = "mail.lost.since"
		}
	}
	row.State.Text, row.State.Title = w.Say(key, w.Near(b.Since)), w.Exact(b.Since)
	if b.Trouble != "" {
		row.Why = w.Say("mail.why." + b.Trouble)
	}
	return row
}

// standing says what stands still, since when, what to do, and whether a mail
// could tell the coordinators.
func standing(w frontend.Words, alarms []tasks.Alarm) []frontend.Notice {
	var out []frontend.Notice
	for _, a := range alarms {
		more := w.Say("post.alarm.do." + a.Do())
		if a.Mailed {
			more += " " + w.Say("mail.alarm.mailed")
		} else {
			more += " " + w.Say("mail.alarm.unmailed")
		}
		out = append(out, frontend.Notice{Kind: "danger", Text: w.Say("mail.alarm."+string(a.Way), w.Near(a.Since)), More: more})
	}
	return out
}
