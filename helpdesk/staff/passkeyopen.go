package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// unlock is a user's seed under what one of their passkeys computes for us, found
// by a mark of its id. The row's mark speaks for all of them, and a new generation
// of the user's key leaves none that opens.
type unlock struct{ Of, Locked []byte }

type unlocks []unlock

func unlocksOf(u *userRow) (unlocks, error) {
	var all unlocks
	if u.unlocks != nil && json.Unmarshal(u.unlocks, &all) != nil {
		return nil, fmt.Errorf("passkeys that open for %s: not what was kept", u.id)
	}
	return all, nil
}

func (all unlocks) keep(u *userRow) error {
	u.unlocks = nil
	if len(all) == 0 {
		return nil
	}
	b, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("keep the passkeys that open for %s: %w", u.id, err)
	}
	u.unlocks = b
	return nil
}

// of finds the unlock of a passkey; -1 for none.
func (all unlocks) of(d *Desk, id []byte) int {
	mark := d.passkeyMark(id)
	for i, one := range all {
		if string(one.Of) == string(mark) {
			return i
		}
	}
	return -1
}

func (d *Desk) passkeyMark(id []byte) []byte { return d.secrets.Index("staff.passkey", string(id)) }

func passkeyPlace(u helpdesk.ID, id []byte) vault.Context {
	return vault.At("staff.user.passkey", u, id)
}

// computed asks an authenticator to compute what is ours alone (WebAuthn level 3,
// section 10.1.4). What it computes from is the same for all of a house and no
// secret: each passkey makes something else of it.
func (d *Desk) computed() *protocol.PRFInputs {
	return &protocol.PRFInputs{Eval: protocol.PRFValues{First: d.secrets.Index("staff.prf", "")}}
}

// letOpen lets a passkey open a user's keys, under the present pepper.
func (d *Desk) letOpen(u *userRow, own *vault.Pair, id, output []byte) error {
	all, err := unlocksOf(u)
	if err != nil {
		return err
	}
	locked, err := d.secrets.LockWithPRF(own, output, passkeyPlace(u.id, id))
	if err != nil {
		return wrongPasskey()
	}
	one := unlock{d.passkeyMark(id), locked}
	if i := all.of(d, id); i >= 0 {
		all[i] = one
	} else {
		all = append(all, one)
	}
	return all.keep(u)
}

// OpenByPasskey is what a browser without a session asks its authenticator, so
// that a passkey opens the door in place of login and words. It asks for nobody by
// name: the authenticator shows whom it knows here.
func (d *Desk) OpenByPasskey(site string) ([]byte, error) {
	host, err := hostOf(site)
	if err != nil {
		return nil, err
	}
	challenge, err := d.ask(askOpen, asked{Site: site})
	if err != nil {
		return nil, err
	}
	return encoded(protocol.PublicKeyCredentialRequestOptions{
		Challenge: challenge, Timeout: int(askedTime.Milliseconds()), RelyingPartyID: host, UserVerification: protocol.VerificationRequired,
		Extensions: protocol.AuthenticationExtensions{PRF: d.computed()},
	})
}

// SignInByPasskey opens a session with the answer to OpenByPasskey and what the
// authenticator computed beside it, and returns the cookie. The session is whole:
// they hold the passkey, and it knew them by finger, face or number. Nothing is
// opened by the signature alone: what was computed opens their keys, and under
// those lies what the signature is held against. Refusals staff.asked,
// staff.passkey_wrong, staff.passkey_copied, staff.passkey_shut for one that may
// not open, and staff.stopped as SignIn.
func (d *Desk) SignInByPasskey(ctx context.Context, answer, output []byte) (cookie string, err error) {
	a, err := parseAssertion(answer)
	if err != nil {
		return "", err
	}
	q, err := d.question(askOpen, "", a.challenge)
	if err != nil {
		return "", err
	}
	u, own, err := d.openBy(ctx, a, output)
	if err != nil {
		return "", err
	}
	cookie, _, err = d.begin(ctx, u, own, withFactor, func(tx *store.Tx, now *userRow) error {
		if err := d.spend(ctx, tx, a.challenge, q); err != nil { // first: an answer sent twice is no copied passkey
			return err
		}
		f, err := d.heard(ctx, now, own, a, q)
		if err != nil {
			return err
		}
		if err := f.seal(now, own); err != nil {
			return err
		}
		if err := d.letOpen(now, own, a.parsed.RawID, output); err != nil { // anew, under the present pepper
			return err
		}
		return d.saveUser(ctx, tx, now)
	})
	if err != nil {
		return "", d.copied(ctx, u.id, err)
	}
	return cookie, nil
}

// openBy opens the keys of whom an authenticator names, by what it computed.
func (d *Desk) openBy(ctx context.Context, a assertion, output []byte) (*userRow, *vault.Pair, error) {
	id, err := helpdesk.ParseID(string(a.parsed.Response.UserHandle))
	if err != nil {
		return nil, nil, wrongPasskey()
	}
	u, err := d.user(ctx, d.db, id)
	if errors.Is(err, helpdesk.ErrNotFound) || errors.Is(err, errForged) {
		return nil, nil, wrongPasskey()
	}
	if err != nil {
		return nil, nil, err
	}
	fresh, err := d.fresh(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	if !fresh || !u.hasKeys() || u.factor == nil || doorOf(u.kind) != ours {
		return nil, nil, wrongPasskey()
	}
	all, err := unlocksOf(u)
	if err != nil {
		return nil, nil, err
	}
	at := all.of(d, a.parsed.RawID)
	if at < 0 || len(output) == 0 {
		return nil, nil, helpdesk.Refuse("staff.passkey_shut")
	}
	own, err := d.secrets.UnlockWithPRF(u.key(), all[at].Locked, output, passkeyPlace(u.id, a.parsed.RawID))
	if err != nil {
		return nil, nil, wrongPasskey()
	}
	return u, own, nil
}
