package workspace

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/post"
)

func (d *desk) writePage(v *frontend.Visit) error {
	return d.showWrite(v, 200, "", string(helpdesk.NewID()), typed{})
}

func (d *desk) showWrite(v *frontend.Visit, status int, mailbox, client string, back typed) error {
	frame, err := d.frame(v, v.Say("write.title"), "write")
	if err != nil {
		return err
	}
	page := WriteFirst{Desk: frame, Client: client}
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
		return d.showWrite(v, 422, string(box), back.client, *back)
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
