package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/mailbridge"
)

// boxTokens signs a mailbox in by what its issuer granted. Any process may
// renew that, one at a time.
type boxTokens struct {
	h   *house
	box helpdesk.ID
}

const (
	// early is how long before its end a token is renewed: clocks differ, and a
	// sign-in takes a while.
	early = 2 * time.Minute
	// renewalLook is how often somebody looks whether another process is done.
	renewalLook = 300 * time.Millisecond
)

// Token implements mailbridge.Tokens.
func (t boxTokens) Token(ctx context.Context, refused mailbridge.Secret) (mailbridge.Secret, error) {
	for {
		g, err := t.h.office.Grant(ctx, t.box)
		switch {
		case err != nil:
			return "", mailbridge.NotNow(err)
		case !g.Connected():
			return "", mailbridge.NotConnected()
		case g.Access != "" && mailbridge.Secret(g.Access) != refused && t.h.now().Add(early).Before(g.Expires):
			return mailbridge.Secret(g.Access), nil
		}
		switch mine, err := t.h.office.BeginRenewal(ctx, g); {
		case err == nil:
			return t.renew(ctx, mine)
		case !errors.Is(err, office.ErrRenewing):
			return "", mailbridge.NotNow(err)
		}
		select {
		case <-ctx.Done():
			return "", mailbridge.NotNow(ctx.Err())
		case <-time.After(renewalLook):
		}
	}
}

// renew asks the issuer. What it answered is kept even when who asked for it
// went away: an exchanged refresh token comes only once.
func (t boxTokens) renew(ctx context.Context, g office.Grant) (mailbridge.Secret, error) {
	box, err := t.h.office.Mailbox(ctx, t.box)
	if err != nil {
		return "", mailbridge.NotNow(err)
	}
	ctx = context.WithoutCancel(ctx)
	fresh, no := issuer(box.OAuth).Renew(ctx, mailbridge.Secret(g.Refresh))
	if no == nil {
		g.Access, g.Refresh, g.Expires = string(fresh.Access), string(fresh.Refresh), fresh.Expires
	}
	if err := t.h.office.EndRenewal(ctx, g); err != nil && no == nil {
		return "", mailbridge.NotNow(err)
	}
	return fresh.Access, no
}

// issuer is who gives the tokens.
func issuer(a office.OAuth) mailbridge.Issuer {
	var i mailbridge.Issuer
	switch a.Kind {
	case office.OAuthMicrosoft:
		i = mailbridge.Microsoft(a.Tenant)
	case office.OAuthGoogle:
		i = mailbridge.Google()
	default:
		i = mailbridge.Issuer{AuthorizeURL: a.AuthorizeURL, TokenURL: a.TokenURL, Scopes: strings.Fields(a.Scopes)}
	}
	i.ClientID, i.ClientSecret = a.ClientID, mailbridge.Secret(a.ClientSecret)
	return i
}

// tokens is what a mailbox signs in by instead of a password; nil for one that
// has a password.
func (h *house) tokens(m office.Mailbox) mailbridge.Tokens {
	if m.OAuth.Kind == "" {
		return nil
	}
	return boxTokens{h, m.ID}
}

// connection is how the pages let a coordinator sign in for a mailbox.
type connection struct{ *house }

// Begin answers where the browser goes; the issuer sends it to back.
func (c connection) Begin(ctx context.Context, by, box helpdesk.ID, back string) (address string, err error) {
	m, err := c.office.Mailbox(ctx, box)
	if err != nil {
		return "", err
	}
	if m.OAuth.Kind == "" {
		return "", helpdesk.ErrNotFound
	}
	verifier := mailbridge.Verifier()
	state, err := c.office.AskGrant(ctx, by, box, verifier)
	if err != nil {
		return "", err
	}
	return issuer(m.OAuth).Ask(m.Address, state, verifier, back), nil
}

// Finish takes what the issuer sent the browser back with, and answers which
// mailbox is connected now.
func (c connection) Finish(ctx context.Context, by helpdesk.ID, state, code, back string) (helpdesk.ID, error) {
	g, err := c.office.Asked(ctx, by, state)
	if err != nil {
		return "", err
	}
	m, err := c.office.Mailbox(ctx, g.Mailbox)
	if err != nil {
		return "", err
	}
	if code == "" {
		return g.Mailbox, helpdesk.Refuse("mailbox.oauth_refused") // they said no there
	}
	fresh, err := issuer(m.OAuth).Redeem(ctx, code, g.Verifier, back)
	switch mailbridge.CodeOf(err) {
	case mailbridge.TokenRefused:
		return g.Mailbox, helpdesk.Refuse("mailbox.oauth_refused")
	case mailbridge.TokenLater:
		return g.Mailbox, helpdesk.Refuse("mailbox.oauth_later")
	}
	g.Access, g.Refresh, g.Expires = string(fresh.Access), string(fresh.Refresh), fresh.Expires
	return g.Mailbox, c.office.Connect(ctx, by, g)
}
