package office

import (
	"log/slog"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/mailbridge"
)

// The issuers of OAuth we know by name, and any other.
const (
	OAuthMicrosoft = "microsoft"
	OAuthGoogle    = "google"
	OAuthOther     = "other"
)

// OAuth is how a mailbox signs in where its servers take no password (RFC
// 6749). Kind is "" for a password.
type OAuth struct {
	Kind         string
	Tenant       string // of Microsoft: the organisation's domain or id there
	ClientID     string // what the issuer calls our program
	ClientSecret string
	AuthorizeURL string // of another issuer
	TokenURL     string
	Scopes       string // separated by spaces
}

// LogValue keeps it out of logs.
func (OAuth) LogValue() slog.Value { return slog.StringValue(sealedText) }

// String and GoString keep it out of fmt, too.
func (OAuth) String() string   { return sealedText }
func (OAuth) GoString() string { return sealedText }

// check refuses what could not work; what another kind had is forgotten.
func (a *OAuth) check() error {
	switch a.Kind {
	case "":
		*a = OAuth{}
		return nil
	case OAuthMicrosoft:
		a.AuthorizeURL, a.TokenURL, a.Scopes = "", "", ""
		if a.Tenant = strings.TrimSpace(a.Tenant); a.Tenant == "" || strings.ContainsAny(a.Tenant, "/?#@ ") {
			return helpdesk.Refuse("mailbox.oauth_tenant")
		}
	case OAuthGoogle:
		a.Tenant, a.AuthorizeURL, a.TokenURL, a.Scopes = "", "", "", ""
	case OAuthOther:
		a.Tenant = ""
		if !mailbridge.SafeAddress(a.AuthorizeURL) || !mailbridge.SafeAddress(a.TokenURL) {
			return helpdesk.Refuse("mailbox.oauth_address")
		}
	default:
		return helpdesk.Refuse("mailbox.oauth")
	}
	if a.ClientID = strings.TrimSpace(a.ClientID); a.ClientID == "" {
		return helpdesk.Refuse("mailbox.oauth_client")
	}
	return nil
}

// sameIssuer tells whether a client secret goes to the same.
func (a OAuth) sameIssuer(b OAuth) bool {
	return a.Kind == b.Kind && a.Tenant == b.Tenant && a.AuthorizeURL == b.AuthorizeURL && a.TokenURL == b.TokenURL
}

// same tells whether what one was granted is good for the other.
func (a OAuth) same(b OAuth) bool {
	a.ClientSecret, b.ClientSecret = "", ""
	return a == b
}
