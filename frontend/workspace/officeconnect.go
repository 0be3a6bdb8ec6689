package workspace

import (
	"context"
	"errors"
	"net/http"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// MailConnection signs a mailbox in at the issuer of its tokens.
type MailConnection interface {
	// Begin answers where the browser goes; the issuer sends it to back.
	Begin(ctx context.Context, by, box helpdesk.ID, back string) (address string, err error)
	// Finish takes what the issuer sent the browser back with. The mailbox is
	// known even where the issuer refused.
	Finish(ctx context.Context, by helpdesk.ID, state, code, back string) (box helpdesk.ID, err error)
}

// connectedAt is where issuers send browsers back to. Organisations register
// it at their issuer, so it never changes.
const connectedAt = "/w/office/connected"

// connectMailbox shows the way to the issuer. It is a link and not a redirect:
// our pages let no form lead anywhere but here.
func (d *desk) connectMailbox(v *frontend.Visit) error {
	if err := v.Session.Proof(); err != nil {
		return err
	}
	b, err := d.mailboxOf(v)
	if err != nil {
		return err
	}
	if d.Connect == nil {
		return helpdesk.ErrNotFound
	}
	address, err := d.Connect.Begin(v.Context, v.Session.User.ID, b.ID, v.Site()+connectedAt)
	if err != nil {
		return err
	}
	return d.showMailboxGoing(v, http.StatusOK, b, nil, address)
}

// mailboxConnected is where the issuer sends the browser. It counts once, for
// the coordinator who began, so a link that somebody was tricked into does
// nothing.
func (d *desk) mailboxConnected(v *frontend.Visit) error {
	if d.Connect == nil {
		return helpdesk.ErrNotFound
	}
	id, err := d.Connect.Finish(v.Context, v.Session.User.ID, v.Query("state"), v.Query("code"), v.Site()+connectedAt)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		b, err := d.Office.Mailbox(v.Context, id)
		if err != nil {
			return err
		}
		return d.showMailbox(v, http.StatusUnprocessableEntity, b, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...), More: v.Say("office.mail.connect.again.text")})
	}
	if err != nil {
		return err
	}
	return v.Go(told("/w/office/mailboxes/"+string(id), "connected"))
}
