package staff

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Refusals of what a browser answered. Why exactly it is wrong helps only who
// forges.
func wrongPasskey() error { return helpdesk.Refuse("staff.passkey_wrong") }

// assertion is what an authenticator signed, with the question it was asked.
type assertion struct {
	parsed    *protocol.ParsedCredentialAssertionData
	challenge []byte
}

// parseAssertion reads an answer (AuthenticationResponseJSON). Nothing in it is
// believed yet.
func parseAssertion(answer []byte) (assertion, error) {
	if len(answer) > mostAnswer {
		return assertion{}, wrongPasskey()
	}
	p, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return assertion{}, wrongPasskey()
	}
	challenge, err := base64.RawURLEncoding.DecodeString(p.Response.CollectedClientData.Challenge)
	if err != nil {
		return assertion{}, wrongPasskey()
	}
	return assertion{p, challenge}, nil
}

// heard is a user's second factor after one of their passkeys signed the answer to
// a question, and the authenticator knew its user by finger, face or number. It is
// not sealed again yet.
func (d *Desk) heard(ctx context.Context, u *userRow, own *vault.Pair, a assertion, q asked) (factor, error) {
	if !u.hasKeys() || u.generation != own.ID().Version || u.factor == nil {
		return factor{}, fmt.Errorf("hear a passkey of %s: %w", u.id, helpdesk.ErrDenied)
	}
	f, err := d.openFactor(ctx, u, own)
	if err != nil {
		return factor{}, err
	}
	party, err := relying(q.Site)
	if err != nil {
		return factor{}, err
	}
	at := f.passkey(a.parsed.RawID)
	if at < 0 || f.Passkeys[at].Host != party.Config.RPID {
		return factor{}, wrongPasskey()
	}
	got, err := party.ValidateLogin(holder{u.id, f.Passkeys}, webauthn.SessionData{
		Challenge: base64.RawURLEncoding.EncodeToString(a.challenge), RelyingPartyID: party.Config.RPID, UserID: []byte(u.id),
		AllowedCredentialIDs: [][]byte{a.parsed.RawID}, UserVerification: protocol.VerificationRequired,
	}, a.parsed)
	switch {
	case err != nil:
		return factor{}, wrongPasskey()
	case got.Authenticator.CloneWarning: // its counter stands where it stood, or before
		return factor{}, copiedPasskey
	}
	f.Passkeys[at].Count, f.Passkeys[at].Used = got.Authenticator.SignCount, d.day()
	return f, nil
}

// copiedPasskey: of one passkey two are about.
var copiedPasskey = helpdesk.Refuse("staff.passkey_copied")

// copied notes in the journal when that is why something was refused, and tells
// its owner.
func (d *Desk) copied(ctx context.Context, user helpdesk.ID, why error) error {
	var no helpdesk.Refusal
	if !errors.As(why, &no) || no.Key != "staff.passkey_copied" {
		return why
	}
	err := d.db.Write(ctx, "note a copied passkey", func(tx *store.Tx) error {
		u, err := d.user(ctx, tx, user)
		if err != nil {
			return err
		}
		return d.noteAndTell(ctx, tx, user, u, VerbCopied, ToldTried)
	})
	if err != nil {
		return err
	}
	return why
}

// provePasskey takes the answer to AskPasskey, once. Refusals staff.asked,
// staff.passkey_wrong, and staff.passkey_copied, which stands in the journal.
func (d *Desk) provePasskey(ctx context.Context, in *entered, answer []byte) error {
	a, err := parseAssertion(answer)
	if err != nil {
		return err
	}
	q, err := d.question(askProve, in.row.id, a.challenge)
	if err != nil {
		return err
	}
	err = d.stepping(ctx, "take what a passkey signed", func(tx *store.Tx) error {
		if err := d.spend(ctx, tx, a.challenge, q); err != nil { // first: an answer sent twice is no copied passkey
			return err
		}
		u, err := d.user(ctx, tx, in.row.user)
		if err != nil {
			return err
		}
		f, err := d.heard(ctx, u, in.own, a, q)
		if err != nil {
			return err
		}
		if err := f.seal(u, in.own); err != nil {
			return err
		}
		return d.saveUser(ctx, tx, u)
	})
	return d.copied(ctx, in.row.user, err)
}
