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

// answer sends what was written to the person, unless something came in that
// its author has not seen.
func (d *desk) answer(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	back := d.typed(v)
	switch {
	case v.Form.Value("all") != "":
		return d.showTicket(v, 200, id, back)
	case strings.TrimSpace(back.Text) == "" && len(v.Form.Files) == 0:
		back.wrongText = v.Say("composer.empty")
		return d.showTicket(v, 422, id, back)
	case len(back.To) == 0:
		back.wrongTo = v.Say("composer.nobody")
		return d.showTicket(v, 422, id, back)
	}
	if back.how == byHere {
		return d.answerHere(v, id, back)
	}
	sent, err := d.Post.Reply(v.Context, v.Session, post.Answer{
		Ticket: id, To: back.To, Cc: back.Cc, Subject: back.Subject, Text: back.Text, Files: files(v),
		Seen: back.seen, Anyway: v.Form.Value("anyway") != "", ClientID: back.client, Secure: back.how == bySecure,
		Beside: back.Beside,
	})
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.refused(v, id, back, no)
	}
	if err != nil {
		return err
	}
	if sent.Again {
		return v.Go(told(ticketPath(id), "sent.again"))
	}
	return v.Go(ticketPath(id) + "?" + url.Values{
		"undo": {string(sent.Outbox)}, "until": {strconv.FormatInt(sent.UndoUntil.UnixMilli(), 10)},
	}.Encode())
}

// answerHere puts an answer where the person reads it when they come back.
func (d *desk) answerHere(v *frontend.Visit, id helpdesk.ID, back *typed) error {
	_, words := d.spokenForm(v)
	_, err := d.Chat.Tell(v.Context, v.Session, id, words)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		back.wrongText = v.Say(no.Key, no.Args...)
		return d.showTicket(v, 422, id, back)
	}
	if err != nil {
		return err
	}
	if err := d.Tickets.DropDraft(v.Context, v.Session, id, tickets.KindAnswer); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "told"))
}

// refused shows the page again with all that was typed, the reason where it
// belongs, and the draft saved: nothing is lost by being refused.
func (d *desk) refused(v *frontend.Visit, id helpdesk.ID, back *typed, no helpdesk.Refusal) error {
	back.Kind = tickets.KindAnswer
	if saved, err := d.Tickets.SaveDraft(v.Context, v.Session, id, back.Draft); err != nil {
		return err
	} else {
		back.Version = saved.Version
	}
	if no.Key == "reply.newer" {
		back.stop = &frontend.Notice{Kind: "warn", Text: v.Say("composer.stop"), More: v.Say("composer.stop.more")}
	} else if strings.HasPrefix(no.Key, "beside.") {
		back.wrongText = v.Say(no.Key, no.Args...)
	} else {
		back.wrongTo = v.Say(no.Key, no.Args...)
	}
	return d.showTicket(v, 422, id, back)
}

func (d *desk) typed(v *frontend.Visit) *typed {
	f := v.Form
	back := &typed{client: f.Value("client")}
	back.To, back.Cc = recipients(f.Value("to")), recipients(f.Value("cc"))
	back.Subject, back.Text = f.Value("subject"), f.Value("text")
	back.Beside = besideTyped(f)
	back.seen, _ = strconv.ParseInt(f.Value("seen"), 10, 64) // nonsense counts as nothing seen
	switch how := f.Value("how"); how {
	case byMail, bySecure, byHere:
		back.how = how
	}
	if all := f.Value("others"); f.Value("all") != "" {
		back.Cc = append(back.Cc, recipients(all)...)
	}
	return back
}

func files(v *frontend.Visit) []post.File {
	var out []post.File
	for _, f := range v.Form.Files {
		out = append(out, post.File{Name: f.Name, Type: f.Type, Bytes: f.Body})
	}
	return out
}

// draft keeps what somebody is typing, and says when.
func (d *desk) draft(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	back := d.typed(v)
	back.Kind = tickets.KindAnswer
	if v.Form.Value("kind") == string(tickets.KindNote) {
		back.Draft = tickets.Draft{Kind: tickets.KindNote, Text: v.Form.Value("note")}
	}
	back.Version, _ = strconv.ParseInt(v.Form.Value("draft-version"), 10, 64) // 0: never saved
	saved, err := d.Tickets.SaveDraft(v.Context, v.Session, id, back.Draft)
	if err != nil {
		return err
	}
	v.Header("X-Draft-Version", strconv.FormatInt(saved.Version, 10))
	return v.Text(v.Say("composer.saved", v.Page("").Clock(v.Now())))
}
