package staff

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"returnsupport/mailbridge"
)

// SSO is an organisation's own sign-in (OpenID Connect Core 1.0, with the proof of
// RFC 7636): a second factor for who works here. It opens nothing. What is sealed
// opens with the six words alone, so it stands beside them and never in their
// place, and whoever runs it can let nobody in.
type SSO struct {
	Name         string // what colleagues call it; "" for none
	Issuer       string // "https://login.organisation.example"
	ClientID     string
	ClientSecret string
	HTTP         *http.Client // nil: one that follows nobody and waits twenty seconds
}

// Check reports what could not work. The zero SSO does: it is none.
func (s SSO) Check() error {
	switch {
	case s.Issuer == "" && s.Name == "" && s.ClientID == "" && s.ClientSecret == "":
		return nil
	case !mailbridge.SafeAddress(s.Issuer):
		return errors.New("the issuer of the organisation's sign-in has to be reached by https")
	case s.Name == "" || s.ClientID == "":
		return errors.New("the organisation's sign-in needs a name and a client id")
	}
	return nil
}

// LogValue keeps the secret out of logs.
func (s SSO) LogValue() slog.Value { return slog.StringValue(s.Issuer) }

// Format keeps it out of fmt, too.
func (s SSO) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sign-in ", sealedText) }

// linked is who somebody is at the organisation's sign-in. It lies with their
// second factor, sealed under their own key.
type linked struct{ Issuer, Subject string }

const (
	issuerPatience = 20 * time.Second
	issuerMost     = 1 << 20   // bytes of one answer
	issuerKept     = time.Hour // how long we believe what it says of itself
	clocksDiffer   = time.Minute
)

// sso asks the issuer.
type sso struct {
	SSO

	mu       sync.Mutex // never held while the issuer is asked
	provider *oidc.Provider
	until    time.Time
	asking   *inquiry // nil: nobody asks at this moment
}

// inquiry is one question what the issuer says of itself, for all who need it
// meanwhile.
type inquiry struct {
	done     chan struct{}
	provider *oidc.Provider
	err      error
}

// knows tells whether somebody is linked to the issuer there is now.
func (s *sso) knows(l *linked) bool { return s.Issuer != "" && l != nil && l.Issuer == s.Issuer }

// Why an issuer's answer counts for nothing. What it says may name people: it goes
// no further.
var (
	errIssuerAway  = errors.New("the issuer can't be asked")
	errIssuerWrong = errors.New("the issuer's answer does not hold")
)

func (s *sso) context(ctx context.Context) context.Context {
	client := s.HTTP
	if client == nil {
		client = &http.Client{
			Timeout: issuerPatience, Transport: bounded{http.DefaultTransport},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // what is posted holds secrets
		}
	}
	return oidc.ClientContext(ctx, client)
}

// bounded ends an answer that does not.
type bounded struct{ by http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.by.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, issuerMost), answer.Body}
	}
	return answer, err
}

// at is the issuer as it describes itself (OpenID Connect Discovery 1.0). It is
// asked once for all who wait: one that is silent keeps a morning's colleagues as
// long as it keeps one.
func (s *sso) at(ctx context.Context, now time.Time) (*oidc.Provider, error) {
	s.mu.Lock()
	if s.provider != nil && now.Before(s.until) {
		defer s.mu.Unlock()
		return s.provider, nil
	}
	q := s.asking
	if q == nil {
		q = &inquiry{done: make(chan struct{})}
		s.asking = q
		go s.ask(context.WithoutCancel(ctx), q, now) // whoever asked first may leave
	}
	s.mu.Unlock()
	select {
	case <-q.done:
		return q.provider, q.err
	case <-ctx.Done():
		return nil, errIssuerAway
	}
}

func (s *sso) ask(ctx context.Context, q *inquiry, now time.Time) {
	q.provider, q.err = s.describe(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asking = nil; q.err == nil {
		s.provider, s.until = q.provider, now.Add(issuerKept)
	}
	close(q.done)
}

func (s *sso) describe(ctx context.Context) (*oidc.Provider, error) {
	ctx, done := context.WithTimeout(s.context(ctx), issuerPatience)
	defer done()
	p, err := oidc.NewProvider(ctx, s.Issuer)
	if err != nil {
		return nil, errIssuerAway
	}
	var also struct {
		Keys string `json:"jwks_uri"` // who may change what comes from there signs in as anybody
	}
	if p.Claims(&also) != nil {
		return nil, errIssuerWrong
	}
	for _, address := range []string{p.Endpoint().AuthURL, p.Endpoint().TokenURL, also.Keys} {
		if !mailbridge.SafeAddress(address) {
			return nil, errIssuerWrong
		}
	}
	return p, nil
}

func (s *sso) config(p *oidc.Provider, back string) *oauth2.Config {
	return &oauth2.Config{ClientID: s.ClientID, ClientSecret: s.ClientSecret, RedirectURL: back, Endpoint: p.Endpoint(), Scopes: []string{oidc.ScopeOpenID}}
}

// address is where somebody signs in. Nothing but that they are who they are is
// asked for, and that they show it now.
func (s *sso) address(p *oidc.Provider, state, nonce, verifier, back string) string {
	return s.config(p, back).AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier),
		oauth2.SetAuthURLParam("max_age", fmt.Sprint(int(provenFor.Seconds()))))
}

// identity is who an issuer says came, and when they last showed it there; the
// zero time when it does not say.
type identity struct {
	linked
	shown time.Time
}

// redeem exchanges the code that came back, and holds what it brings against what
// was asked (OpenID Connect Core 1.0, section 3.1.3.7).
func (s *sso) redeem(ctx context.Context, p *oidc.Provider, code, nonce, verifier, back string, now time.Time) (identity, error) {
	ctx, done := context.WithTimeout(s.context(ctx), issuerPatience)
	defer done()
	token, err := s.config(p, back).Exchange(ctx, code, oauth2.VerifierOption(verifier))
	var no *oauth2.RetrieveError
	switch {
	case errors.As(err, &no) && no.Response != nil && no.Response.StatusCode/100 == 4:
		return identity{}, errIssuerWrong
	case err != nil:
		return identity{}, errIssuerAway
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return identity{}, errIssuerWrong
	}
	// The issuer's own list says by what it signs; "none" and shared secrets are
	// never among what the library takes from it.
	id, err := p.Verifier(&oidc.Config{ClientID: s.ClientID, Now: func() time.Time { return now }}).Verify(ctx, raw)
	if err != nil || id.Subject == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return identity{}, errIssuerWrong
	}
	var also struct {
		Shown int64  `json:"auth_time"`
		For   string `json:"azp"`
	}
	if id.Claims(&also) != nil {
		return identity{}, errIssuerWrong
	}
	if also.For != s.ClientID && (also.For != "" || len(id.Audience) != 1) { // a token that names others besides us was made for one of them
		return identity{}, errIssuerWrong
	}
	who := identity{linked: linked{s.Issuer, id.Subject}}
	if also.Shown > 0 {
		who.shown = time.Unix(also.Shown, 0)
		if who.shown.After(now.Add(clocksDiffer)) {
			return identity{}, errIssuerWrong
		}
	}
	return who, nil
}
