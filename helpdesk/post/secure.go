package post

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// composeSecure composes an answer whose words stay here: the mail says only
// that a message waits, and how to open it once. Whoever reads along at the
// mail provider learns that, and could open it first; the person then sees that
// the link is used. Cc would be a second reader of one link: refused with
// "post.secure.one", as is more than one recipient. "post.secure.nowhere": this
// house serves no pages.
func (p *Postroom) composeSecure(ctx context.Context, d draft) (*composed, error) {
	switch {
	case len(d.to)+len(d.cc) != 1:
		return nil, helpdesk.Refuse("post.secure.one")
	case p.links == nil:
		return nil, helpdesk.Refuse("post.secure.nowhere")
	}
	c, err := p.compose(ctx, d)
	if err != nil {
		return nil, err
	}
	if c.link, err = p.tickets.NewLink(ctx); err != nil {
		return nil, err
	}
	if c.raw, err = p.secureMail(c.box, d.to, d.lang, c.link, c.id, c.content.Date); err != nil {
		return nil, err
	}
	c.content.Text, c.content.Secure = d.text, true
	return c, nil
}

// secureMail says that a message waits and how to open it once: neither the
// subject of before nor a name that may say what we are.
func (p *Postroom) secureMail(box *mailbox, to []letter.Address, lang string, l *tickets.Link, id string, at time.Time) ([]byte, error) {
	link, typed := p.links(lang, l.Fragment())
	until := at.Add(tickets.LinkTime).Format(time.DateOnly)
	var text, subject string
	for _, in := range p.understood(lang) {
		if text != "" {
			text, subject = text+"\n", subject+" · "
		}
		subject += p.words.Say(in, "letter.secure.subject")
		text += p.words.Say(in, "letter.secure.body") + "\n\n" + link + "\n\n" +
			p.words.Say(in, "letter.secure.typed", typed) + "\n\n" + people.Groups(l.Digits()) + "\n\n" +
			p.words.Say(in, "letter.secure.until", until) + "\n\n" + p.words.Say(in, "letter.secure.end") + "\n"
	}
	raw, err := letter.Build(letter.Outgoing{
		From: letter.Address{Addr: box.address}, To: to, Subject: subject,
		Text: text, MessageID: id, Date: at, Language: lang,
	})
	if err != nil {
		return nil, fmt.Errorf("build a notice of an answer: %w", err)
	}
	return raw, nil
}

// understood are the languages to write in: the person's, or, where we do not
// know it or have no words of it, the two most of our readers get by in.
func (p *Postroom) understood(lang string) []string {
	const known = "letter.secure.body"
	if lang == "en" || p.words.Say(lang, known) != p.words.Say("en", known) {
		return []string{lang}
	}
	return []string{"sv", "en"}
}

// original is what is kept with the message: of a secure answer nothing, for
// its mail holds the link.
func (c *composed) original() []byte {
	if c.link != nil {
		return nil
	}
	return c.raw
}
