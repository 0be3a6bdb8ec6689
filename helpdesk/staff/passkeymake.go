package staff

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// MakePasskey is what the browser of a session asks its authenticator, to make a
// passkey for its user (PublicKeyCredentialCreationOptions, as JSON). issuer is
// what authenticators show, and should not say what we are. Who has a second
// factor has proven who they are within five minutes (ErrProof), as in KeepFactor.
func (d *Desk) MakePasskey(ctx context.Context, cookie, site, issuer string) ([]byte, error) {
	in, err := d.enterSession(ctx, cookie, true, ours)
	if err != nil {
		return nil, err
	}
	if err := in.mayMake(d.now()); err != nil {
		return nil, err
	}
	host, err := hostOf(site)
	if err != nil {
		return nil, err
	}
	shown, err := d.shown(in.user)
	if err != nil {
		return nil, err
	}
	f, err := d.factorToMake(ctx, in, in.user)
	if err != nil {
		return nil, err
	}
	challenge, err := d.ask(askMake, asked{Session: in.row.id, Site: site})
	if err != nil {
		return nil, err
	}
	options := protocol.PublicKeyCredentialCreationOptions{
		RelyingParty: protocol.RelyingPartyEntity{ID: host, CredentialEntity: protocol.CredentialEntity{Name: issuer}},
		User: protocol.UserEntity{
			ID: protocol.URLEncodedBase64(in.user.id), DisplayName: shown.Login, CredentialEntity: protocol.CredentialEntity{Name: shown.Login},
		},
		Challenge: challenge, Parameters: webauthn.CredentialParametersRecommendedL3(), Timeout: int(askedTime.Milliseconds()),
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationRequired},
		Attestation:            protocol.PreferNoAttestation, // whose make it is is not our business
		Extensions:             protocol.AuthenticationExtensions{PRF: d.computed()},
	}
	for _, k := range f.Passkeys {
		if k.Host == host {
			options.CredentialExcludeList = append(options.CredentialExcludeList, k.described())
		}
	}
	return encoded(options)
}

// Made is what a browser brings back of a passkey it made.
type Made struct {
	Name   string // what its owner calls it
	Answer []byte // RegistrationResponseJSON
	Output []byte // what it computes for us (prf); empty when it may not open, or can't
}

// Format keeps it out of logs.
func (m Made) Format(f fmt.State, _ rune) { fmt.Fprint(f, "passkey ", sealedText) }

// KeepPasskey keeps a passkey that a session's user made when MakePasskey asked,
// and returns spare codes where it is their first factor, shown once and kept
// nowhere, and the session's cookie: another where it was halfway and is whole now.
// With an Output it opens the door in place of the six words from now on. ErrProof
// as MakePasskey; Refusals staff.asked, staff.passkey_wrong, staff.passkey_name,
// staff.passkey_again for one they have and staff.passkey_many.
func (d *Desk) KeepPasskey(ctx context.Context, cookie string, made Made) (spares []string, fresh string, err error) {
	in, err := d.enterSession(ctx, cookie, false, ours)
	if err != nil {
		return nil, "", err
	}
	if err := in.mayMake(d.now()); err != nil {
		return nil, "", err
	}
	if made.Name = strings.TrimSpace(made.Name); !fitting(made.Name, 60) {
		return nil, "", helpdesk.Refuse("staff.passkey_name")
	}
	reg, err := parseRegistration(made.Answer)
	if err != nil {
		return nil, "", err
	}
	q, err := d.question(askMake, in.row.id, reg.challenge)
	if err != nil {
		return nil, "", err
	}
	key, err := reg.verify(q, in.user.id)
	if err != nil {
		return nil, "", err
	}
	key.Name, key.Made = made.Name, d.day()
	fresh = cookie
	err = d.stepping(ctx, "keep a passkey", func(tx *store.Tx) error {
		u, err := d.user(ctx, tx, in.row.user)
		if err != nil {
			return err
		}
		f, err := d.factorToMake(ctx, in, u)
		if err != nil {
			return err
		}
		switch {
		case f.passkey(key.ID) >= 0:
			return helpdesk.Refuse("staff.passkey_again")
		case len(f.Passkeys) == mostPasskeys:
			return helpdesk.Refuse("staff.passkey_many", mostPasskeys)
		}
		f.Passkeys = append(f.Passkeys, key)
		spares = nil
		if u.factor == nil {
			spares = f.draw(d, u.id)
		}
		if err := f.seal(u, in.own); err != nil {
			return err
		}
		if len(made.Output) > 0 {
			if err := d.letOpen(u, in.own, key.ID, made.Output); err != nil {
				return err
			}
		}
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		if err := d.spend(ctx, tx, reg.challenge, q); err != nil {
			return err
		}
		if in.row.factor != withFactor {
			if fresh, err = d.advance(ctx, tx, in, d.now()); err != nil {
				return err
			}
		}
		return d.changed(ctx, tx, u.id, u, VerbPasskey)
	})
	if err != nil {
		return nil, "", err
	}
	return spares, fresh, nil
}

// registration is what a browser says of a passkey it made, with the question it
// was asked.
type registration struct {
	parsed    *protocol.ParsedCredentialCreationData
	challenge []byte
}

// parseRegistration reads an answer (RegistrationResponseJSON). Nothing in it is
// believed yet.
func parseRegistration(answer []byte) (registration, error) {
	if len(answer) > mostAnswer {
		return registration{}, wrongPasskey()
	}
	p, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return registration{}, wrongPasskey()
	}
	challenge, err := base64.RawURLEncoding.DecodeString(p.Response.CollectedClientData.Challenge)
	if err != nil {
		return registration{}, wrongPasskey()
	}
	return registration{p, challenge}, nil
}

// verify checks that it was made for this question, where its page stood, by an
// authenticator that knew its user by finger, face or number.
func (r registration) verify(q asked, u helpdesk.ID) (passkey, error) {
	party, err := relying(q.Site)
	if err != nil {
		return passkey{}, err
	}
	got, err := party.CreateCredential(holder{id: u}, webauthn.SessionData{
		Challenge: base64.RawURLEncoding.EncodeToString(r.challenge), RelyingPartyID: party.Config.RPID, UserID: []byte(u),
		UserVerification: protocol.VerificationRequired, CredParams: webauthn.CredentialParametersRecommendedL3(),
	}, r.parsed)
	if err != nil || len(got.ID) == 0 || len(got.ID) > 1023 { // WebAuthn level 3, section 4
		return passkey{}, wrongPasskey()
	}
	return passkey{
		ID: got.ID, Public: got.PublicKey, Host: party.Config.RPID,
		Count: got.Authenticator.SignCount, Synced: got.Flags.BackupEligible, Transports: transports(got.Transport),
	}, nil
}

// transports keeps the hints we know; whatever else a browser says is not
// remembered.
func transports(said []protocol.AuthenticatorTransport) (known []protocol.AuthenticatorTransport) {
	for _, t := range []protocol.AuthenticatorTransport{protocol.Internal, protocol.USB, protocol.NFC, protocol.BLE, protocol.Hybrid} {
		for _, s := range said {
			if s == t {
				known = append(known, t)
				break
			}
		}
	}
	return known
}
