package post

import (
	"context"
	"fmt"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// AskAgain is a letter to whoever wrote what we could not open, ready to be read,
// changed and sent: it asks for the same in smaller pieces, in the writer's
// language as far as subject and headers tell it, else in both of the house's.
// Nothing is sent. ErrNotFound for another team's, and where nobody can be
// answered.
func (p *Postroom) AskAgain(ctx context.Context, s *staff.Session, aside helpdesk.ID) (First, error) {
	r, err := p.aside(ctx, p.db, s, aside)
	if err != nil {
		return First{}, err
	}
	laid, err := p.openAside(s, r)
	if err != nil {
		return First{}, err
	}
	from := contentOfUnreadable(laid.Summary, r.reason).From
	if AsideKind(r.kind) != Unreadable || len(from) == 0 {
		return First{}, fmt.Errorf("ask for letter %s again: %w", aside, helpdesk.ErrNotFound)
	}
	label := ""
	for _, h := range laid.Headers {
		if strings.EqualFold(h.Name, "Content-Language") {
			label = h.Value
		}
	}
	out := First{Mailbox: r.mailbox, To: []string{from[0].Addr}}
	if laid.Subject != "" {
		out.Subject = "Re: " + withoutRe(laid.Subject)
	}
	for _, lang := range writersLanguages(laid.Subject+"\n"+from[0].Name, label) {
		out.Text += p.words.Say(lang, "letter.again") + "\n\n"
	}
	out.Text = strings.TrimSpace(out.Text)
	return out, nil
}
