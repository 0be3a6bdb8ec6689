package mailbridge

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// Issuer gives tokens for mailboxes: a person signs in there once (RFC 6749
// section 4.1, with the proof of RFC 7636), and we renew what we were given.
type Issuer struct {
	AuthorizeURL string // where the person's browser goes
	TokenURL     string // where we ask
	ClientID     string
	ClientSecret Secret // "" for a public client
	Scopes       []string
	Offline      bool // it hands out a lasting token only when asked to (Google)
	HTTP         *http.Client
}

// Grant is what an issuer gave: Access signs in until Expires, Refresh brings
// the next one.
type Grant struct {
	Access, Refresh Secret
	Expires         time.Time
}

// Microsoft is Microsoft 365's issuer for an organisation: its tenant's name or
// id. The signing in needs the permissions IMAP.AccessAsUser.All and SMTP.Send.
func Microsoft(tenant string) Issuer {
	base := "https://login.microsoftonline.com/" + url.PathEscape(tenant) + "/oauth2/v2.0/"
	return Issuer{AuthorizeURL: base + "authorize", TokenURL: base + "token",
		Scopes: []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access"}}
}

// Google is Google Workspace's issuer.
func Google() Issuer {
	return Issuer{AuthorizeURL: "https://accounts.google.com/o/oauth2/v2/auth", TokenURL: "https://oauth2.googleapis.com/token",
		Scopes: []string{"https://mail.google.com/"}, Offline: true}
}

// SafeAddress tells whether an issuer's address may be asked: by TLS, or on this
// very machine.
func SafeAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && ip != nil && ip.IsLoopback()
}

// issuerPatience is for one question, whatever the issuer does.
const issuerPatience = 20 * time.Second

// issuerClient follows nobody elsewhere: what is posted holds secrets.
var issuerClient = &http.Client{Timeout: issuerPatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (i Issuer) config(back string) *oauth2.Config {
	return &oauth2.Config{ClientID: i.ClientID, ClientSecret: string(i.ClientSecret), RedirectURL: back, Scopes: i.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: i.AuthorizeURL, TokenURL: i.TokenURL, AuthStyle: oauth2.AuthStyleInParams}}
}

// Verifier is a fresh secret that proves to the issuer that who began is who
// ends (RFC 7636 section 4.1).
func Verifier() string { return oauth2.GenerateVerifier() }

// Ask is the address at which somebody signs in for a mailbox. The issuer sends
// them to back, with state and a code.
func (i Issuer) Ask(user, state, verifier, back string) string {
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("login_hint", user)}
	if i.Offline {
		options = append(options, oauth2.AccessTypeOffline, oauth2.SetAuthURLParam("prompt", "consent"))
	}
	return i.config(back).AuthCodeURL(state, options...)
}

// Redeem exchanges the code that came back for a grant.
func (i Issuer) Redeem(ctx context.Context, code, verifier, back string) (Grant, error) {
	ctx, done := i.context(ctx)
	defer done()
	token, err := i.config(back).Exchange(ctx, code, oauth2.VerifierOption(verifier))
	return granted(token, "", err)
}

// Renew asks for the next access token. An issuer may exchange the refresh
// token, too (RFC 6749 section 6): what it returns counts from now on.
func (i Issuer) Renew(ctx context.Context, refresh Secret) (Grant, error) {
	ctx, done := i.context(ctx)
	defer done()
	token, err := i.config("").TokenSource(ctx, &oauth2.Token{RefreshToken: string(refresh)}).Token()
	return granted(token, refresh, err)
}

func (i Issuer) context(ctx context.Context) (context.Context, context.CancelFunc) {
	client := i.HTTP
	if client == nil {
		client = issuerClient
	}
	return context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, client), issuerPatience)
}

// shortest is how long a token counts whose issuer does not say.
const shortest = 5 * time.Minute

// granted reduces an answer to what we keep, and a refusal to a code: what an
// issuer says may name people.
func granted(token *oauth2.Token, refresh Secret, err error) (Grant, error) {
	var no *oauth2.RetrieveError
	switch {
	case errors.As(err, &no) && (no.Response == nil || no.Response.StatusCode/100 != 5 && no.Response.StatusCode != http.StatusTooManyRequests):
		return Grant{}, trouble(TokenRefused, errors.New("the issuer said no"))
	case err != nil:
		return Grant{}, trouble(TokenLater, errors.New("the issuer can't be asked"))
	}
	g := Grant{Access: Secret(token.AccessToken), Refresh: Secret(token.RefreshToken), Expires: token.Expiry}
	if g.Refresh == "" {
		g.Refresh = refresh
	}
	if g.Refresh == "" {
		return Grant{}, trouble(TokenRefused, errors.New("the issuer gave nothing that lasts"))
	}
	if g.Expires.IsZero() {
		g.Expires = time.Now().Add(shortest)
	}
	return g, nil
}

// NotNow is the Trouble of a token that can't be had at this moment.
func NotNow(err error) error { return trouble(TokenLater, err) }

// NotConnected is the Trouble of a mailbox for which nobody has signed in yet.
func NotConnected() error { return trouble(TokenRefused, errors.New("not connected")) }
