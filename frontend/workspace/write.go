package workspace

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tickets"
)

func (d *desk) writePage(v *frontend.Visit) error {
	if again, err := helpdesk.ParseID(v.Query("again")); err == nil {
		first, err := d.Post.AskAgain(v.Context, v.Session, again)
		if err != nil {
			return err
		}
		back := typed{client: string(helpdesk.NewID())}
		back.To, back.Subject, back.Text = first.To, first.Subject, first.Text
		return d.showWrite(v, 200, string(first.Mailbox), back)
	}
	back := typed{client: string(helpdesk.NewID())}
	draft, err := d.Tickets.Draft(v.Context, v.Session, unopened, tickets.KindAnswer)
	switch {
	case err == nil:
		back.Draft = draft
	case !errors.Is(err, helpdesk.ErrNotFound):
		return err
	}
	return d.showWrite(v, 200, "", back)
}

// unopened is the ticket of a letter that has none yet.
const unopened helpdesk.ID = ""

func (d *desk) showWrite(v *frontend.Visit, status int, mailbox string, back typed) error {
	frame, err := d.frame(v, v.Say("write.title"), "write")
	if err != nil {
		return err
	}
	page := WriteFirst{Desk: frame, Client: back.client, DraftVersion: back.Version}
	if !back.Saved.IsZero() {
		page.Saved = v.Say("composer.saved", frame.Clock(back.Saved))
	}
	boxes, err := d.Office.Mailboxes(v.Context)
	if err != nil {
		return err
	}
	for _, b := range boxes {
		if v.Session.Member(b.Team) {
			page.Mailboxes = append(page.Mailboxes, frontend.Option{Value: string(b.ID), Text: b.Address, Chosen: string(b.ID) == mailbox})
		}
	}
	if len(page.Mailboxes) == 0 {
		return helpdesk.Refuse("post.mailbox")
	}
	page.To = frontend.Field{Name: "to", Label: v.Say("write.to"), Help: v.Say("composer.to.help"), Value: strings.Join(back.To, ", "), Complete: "off"}
	page.Cc = frontend.Field{Name: "cc", Label: v.Say("composer.cc"), Value: strings.Join(back.Cc, ", "), Complete: "off", Optional: true}
	page.Subject = frontend.Field{Name: "subject", Label: v.Say("write.subject"), Value: back.Subject, Spellcheck: true, Complete: "off"}
	page.Text = frontend.Field{Name: "text", Label: v.Say("write.body"), Value: back.Text, Rows: 10, Key: "reply"}
	if back.stop != nil {
		page.Problem = back.stop
	}
	return v.ShowAs(status, page)
}

// writeDraft keeps what somebody is typing in a letter nobody has yet.
func (d *desk) writeDraft(v *frontend.Visit) error {
	back := d.typed(v)
	back.Version, _ = strconv.ParseInt(v.Form.Value("draft-version"), 10, 64) // 0: never saved
	if err := d.keep(v, back); err != nil {
		return err
	}
	v.Header("X-Draft-Version", strconv.FormatInt(back.Version, 10))
	return v.Text(v.Say("composer.saved", v.Page("").Clock(v.Now())))
}

func (d *desk) keep(v *frontend.Visit, back *typed) error {
	back.Kind = tickets.KindAnswer
	saved, err := d.Tickets.SaveDraft(v.Context, v.Session, unopened, back.Draft)
	if err != nil {
		return err
	}
	back.Version, back.Saved = saved.Version, v.Now()
	return nil
}

// write sends a letter that begins a conversation.
func (d *desk) write(v *frontend.Visit) error {
	back := d.typed(v)
	box, err := helpdesk.ParseID(v.Form.Value("mailbox"))
	if err != nil {
		return err
	}
	sent, err := d.Post.Write(v.Context, v.Session, post.First{
		Mailbox: box, To: back.To, Cc: back.Cc, Subject: back.Subject, Text: back.Text, Files: files(v), ClientID: back.client,
	})
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		back.stop = &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...), More: v.Say("write.again")}
		if err := d.keep(v, back); err != nil {
			return err
		}
		return d.showWrite(v, 422, string(box), *back)
	}
	if err != nil {
		return err
	}
	if sent.Again {
		return v.Go(told(ticketPath(sent.Ticket), "sent.again"))
	}
	return v.Go(ticketPath(sent.Ticket) + "?" + url.Values{
		"undo": {string(sent.Outbox)}, "until": {strconv.FormatInt(sent.UndoUntil.UnixMilli(), 10)},
	}.Encode())
}
