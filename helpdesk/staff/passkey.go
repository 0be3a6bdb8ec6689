package staff

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

const (
	mostPasskeys = 8
	mostAnswer   = 32 << 10 // bytes that a browser answers with
)

// passkey is one of somebody's (WebAuthn level 3). It lies with their second
// factor, sealed under their own key: who writes to the database adds none and
// takes none away.
type passkey struct {
	ID, Public []byte // Public is the COSE key
	Name       string
	Host       string // where it was made, and works
	Count      uint32 // of its signatures; 0 for those that do not count
	Synced     bool   // may be copied between its owner's devices; never changes
	Transports []protocol.AuthenticatorTransport
	Made, Used time.Time // days
}

// Passkey is one as its owner sees it in the list.
type Passkey struct {
	ID     string
	Name   string
	Host   string
	Made   time.Time // the day
	Used   time.Time // the last day; the zero time before its first use
	Synced bool
	Opens  bool // in place of the six words
}

// Passkeys lists those of a session's user, oldest first.
func (d *Desk) Passkeys(ctx context.Context, s *Session) ([]Passkey, error) {
	if s.own == nil || !s.factored {
		return nil, nil
	}
	u, f, err := d.factorOf(ctx, d.db, s)
	if err != nil {
		return nil, err
	}
	opens, err := unlocksOf(u)
	if err != nil {
		return nil, err
	}
	var all []Passkey
	for _, k := range f.Passkeys {
		all = append(all, Passkey{
			ID: passkeyID(k.ID), Name: k.Name, Host: k.Host, Made: k.Made, Used: k.Used, Synced: k.Synced,
			Opens: opens.of(d, k.ID) >= 0,
		})
	}
	return all, nil
}

func passkeyID(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// RemovePasskey takes one from its owner. ErrProof as Remove; ErrNotFound for one
// that is not theirs; Refusal staff.passkey_last: without it they had spare codes
// alone.
func (d *Desk) RemovePasskey(ctx context.Context, s *Session, id string) error {
	if err := s.Proof(); err != nil {
		return err
	}
	return d.stepping(ctx, "remove a passkey", func(tx *store.Tx) error {
		u, f, err := d.factorOf(ctx, tx, s)
		if err != nil {
			return err
		}
		opens, err := unlocksOf(u)
		if err != nil {
			return err
		}
		raw, err := base64.RawURLEncoding.DecodeString(id)
		at := f.passkey(raw)
		switch {
		case err != nil || at < 0:
			return fmt.Errorf("remove a passkey of %s: %w", u.id, helpdesk.ErrNotFound)
		case f.Secret == "" && len(f.Passkeys) == 1:
			return helpdesk.Refuse("staff.passkey_last")
		}
		f.Passkeys = append(f.Passkeys[:at:at], f.Passkeys[at+1:]...)
		if i := opens.of(d, raw); i >= 0 {
			opens = append(opens[:i:i], opens[i+1:]...)
		}
		if err := opens.keep(u); err != nil {
			return err
		}
		if err := f.seal(u, s.own); err != nil {
			return err
		}
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		d.afterSecret(ctx, tx, u)
		return d.changed(ctx, tx, u.id, u, VerbPasskeyGone)
	})
}

// passkey finds one by the id its authenticator gave it; -1 for none.
func (f *factor) passkey(id []byte) int {
	for i, k := range f.Passkeys {
		if string(k.ID) == string(id) {
			return i
		}
	}
	return -1
}

// AskPasskey is what the browser of a session, whole or halfway, asks its
// authenticator (PublicKeyCredentialRequestOptions, as JSON). The answer is for
// GiveFactor and Prove. site is where the page stands, "https://help.example".
func (d *Desk) AskPasskey(ctx context.Context, cookie, site string) ([]byte, error) {
	in, err := d.enterSession(ctx, cookie, true, ours)
	if err != nil {
		return nil, err
	}
	if in.user.factor == nil {
		return nil, fmt.Errorf("ask for a passkey of %s: %w", in.user.id, helpdesk.ErrNotFound)
	}
	f, err := d.openFactor(ctx, in.user, in.own)
	if err != nil {
		return nil, err
	}
	host, err := hostOf(site)
	if err != nil {
		return nil, err
	}
	challenge, err := d.ask(askProve, asked{Session: in.row.id, Site: site})
	if err != nil {
		return nil, err
	}
	options := protocol.PublicKeyCredentialRequestOptions{
		Challenge: challenge, Timeout: int(askedTime.Milliseconds()), RelyingPartyID: host, UserVerification: protocol.VerificationRequired,
	}
	for _, k := range f.Passkeys {
		if k.Host == host {
			options.AllowedCredentials = append(options.AllowedCredentials, k.described())
		}
	}
	if options.AllowedCredentials == nil {
		return nil, fmt.Errorf("ask for a passkey of %s: %w", in.user.id, helpdesk.ErrNotFound)
	}
	return encoded(options)
}

func (k passkey) described() protocol.CredentialDescriptor {
	return protocol.CredentialDescriptor{Type: protocol.PublicKeyCredentialType, CredentialID: k.ID, Transport: k.Transports}
}

func encoded(options any) ([]byte, error) {
	b, err := json.Marshal(options)
	if err != nil {
		return nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	return b, nil
}

// hostOf is what a passkey is bound to: the name people reach the site by. An
// address of numbers is none (WebAuthn level 3, section 5.1.3): Refusal
// staff.passkey_address.
func hostOf(site string) (string, error) {
	u, err := url.Parse(site)
	if err != nil || protocol.ValidateRPID(u.Hostname()) != nil {
		return "", helpdesk.Refuse("staff.passkey_address")
	}
	return u.Hostname(), nil
}

// relying is us, as who checks an answer sees it.
func relying(site string) (*webauthn.WebAuthn, error) {
	host, err := hostOf(site)
	if err != nil {
		return nil, err
	}
	party, err := webauthn.New(&webauthn.Config{
		RPID: host, RPOrigins: []string{site},
		// What a browser adds unasked proves nothing, and is not looked at.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, helpdesk.Refuse("staff.passkey_address")
	}
	return party, nil
}

// holder is a user as the library sees them. Their handle is our random id: it
// comes back from an authenticator that is asked for nobody by name.
type holder struct {
	id   helpdesk.ID
	keys []passkey
}

func (h holder) WebAuthnID() []byte          { return []byte(h.id) }
func (h holder) WebAuthnName() string        { return "" }
func (h holder) WebAuthnDisplayName() string { return "" }

func (h holder) WebAuthnCredentials() []webauthn.Credential {
	var all []webauthn.Credential
	for _, k := range h.keys {
		all = append(all, webauthn.Credential{
			ID: k.ID, PublicKey: k.Public, Transport: k.Transports,
			Flags: webauthn.CredentialFlags{BackupEligible: k.Synced}, Authenticator: webauthn.Authenticator{SignCount: k.Count},
		})
	}
	return all
}

// signed tells what a script of ours wrote into the field of a code from what
// somebody typed there.
func signed(code string) bool { return strings.HasPrefix(code, "{") }

// day is as exactly as we remember when a passkey was used.
func (d *Desk) day() time.Time { return d.now().UTC().Truncate(24 * time.Hour) }
