package staff

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// InvitePartner makes an account for somebody of a partner organisation and
// returns the token of their first sign-in, valid once and for seven days. org
// is the directory's. Only a coordinator may, and says by it that the
// organisation named this person. ErrProof as Remove.
func (d *Desk) InvitePartner(ctx context.Context, by *Session, org helpdesk.ID, login, name, address, locale string) (token string, err error) {
	if !by.Coordinator() {
		return "", fmt.Errorf("invite a partner: %w", helpdesk.ErrDenied)
	}
	if err := by.Proof(); err != nil {
		return "", err
	}
	if org == "" {
		return "", fmt.Errorf("invite a partner: %w", helpdesk.ErrNotFound)
	}
	u, err := d.newUser(login, name, address, Partner, locale)
	if err != nil {
		return "", err
	}
	return d.inviteOutside(ctx, by.User.ID, u, belonging{user: u.id, org: org})
}

// inviteOutside makes an account without keys and the token of its first visit.
// An organisation is a partner or a branch, never both: they would share a key.
func (d *Desk) inviteOutside(ctx context.Context, by helpdesk.ID, u *userRow, b belonging) (token string, err error) {
	err = d.db.Write(ctx, "invite somebody outside", func(tx *store.Tx) error {
		var others int
		if err := tx.QueryRow(ctx, countOthers, string(b.org), u.kind).Scan(&others); err != nil {
			return fmt.Errorf("look who is of %s: %w", b.org, err)
		}
		if others > 0 {
			return helpdesk.Refuse("staff.kind")
		}
		free, err := d.addUser(ctx, tx, u)
		if err != nil {
			return err
		}
		if !free {
			return helpdesk.Refuse("staff.login_taken")
		}
		if _, err := tx.Exec(ctx, insertBelonging, string(u.id), string(b.org), b.lead, b.until, d.secrets.Vouch(b.origin(), nil)); err != nil {
			return fmt.Errorf("invite %s for partner %s: %w", u.id, b.org, err)
		}
		if token, err = d.addInvitation(ctx, tx, u); err != nil {
			return err
		}
		return d.note(ctx, tx, &Session{User: User{ID: by}}, VerbInvited, u.id)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// Enrolment is shown once and kept nowhere.
type Enrolment struct {
	Words  string // six, given
	Secret string // for an authenticator, to be typed
	URI    string // the same, as otpauth:// for a QR code
	// Waits: a colleague of theirs has to admit them before they read anything.
	Waits bool
}

// Format keeps words and seeds out of logs.
func (e Enrolment) Format(f fmt.State, _ rune) { fmt.Fprint(f, "enrolment ", sealedText) }

// AcceptPartner is a partner's first visit: it makes their keys and their second
// factor. Nobody is signed in by it; that takes the words and a first code. The
// first of an organisation makes its key pair; those after wait for one of
// theirs (AdmitPartner). issuer is what their authenticator shows, and should
// not say what we are. Refusal staff.invitation for any other token.
func (d *Desk) AcceptPartner(ctx context.Context, token, locale, issuer string) (Enrolment, error) {
	return d.acceptOutside(ctx, partners, token, locale, issuer)
}

func (d *Desk) acceptOutside(ctx context.Context, at door, token, locale, issuer string) (Enrolment, error) {
	i, u, err := d.invited(ctx, token)
	if err != nil {
		return Enrolment{}, err
	}
	if doorOf(u.kind) != at {
		return Enrolment{}, helpdesk.Refuse("staff.invitation")
	}
	shown, err := d.shown(u)
	if err != nil {
		return Enrolment{}, err
	}
	u.locale = known(locale)
	words, own, err := d.giveKeys(ctx, u)
	if err != nil {
		return Enrolment{}, err
	}
	out := Enrolment{Words: words}
	if out.URI, out.Secret, err = newFactor(issuer, shown.Login); err != nil {
		return Enrolment{}, err
	}
	seed := own.Seal(factorPlace(u), []byte(out.Secret))
	version := u.version
	err = d.stepping(ctx, "accept a partner's invitation", func(tx *store.Tx) error {
		u.version = version
		n, err := tx.Exec(ctx, takeInvitation, i.index, d.now().UnixMicro())
		if err != nil {
			return fmt.Errorf("accept the invitation of %s: %w", u.id, err)
		}
		if n == 0 {
			return helpdesk.Refuse("staff.invitation")
		}
		b, err := d.belongs(ctx, tx, u.id)
		if err != nil {
			return err
		}
		if b.over(d.now()) {
			return helpdesk.Refuse("staff.invitation")
		}
		if _, err := tx.Exec(ctx, saveSeed, seed, d.secrets.Vouch(b.origin(), seed), string(u.id)); err != nil {
			return fmt.Errorf("keep the second factor of %s: %w", u.id, err)
		}
		if out.Waits, err = d.joinPartner(ctx, tx, b.org, u, own); err != nil {
			return err
		}
		u.state = string(Active)
		if out.Waits {
			u.state = string(Waiting)
		}
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		if err := d.firstProfile(ctx, tx, u, own); err != nil {
			return err
		}
		d.ring(tx, u.id)
		return d.changed(ctx, tx, u.id, u, VerbAccepted)
	})
	if err != nil {
		return Enrolment{}, err
	}
	return out, nil
}

// joinPartner gives an organisation without anybody its next pair, in this
// user's hands; where somebody has one, the user waits for them.
func (d *Desk) joinPartner(ctx context.Context, tx *store.Tx, org helpdesk.ID, u *userRow, own *vault.Pair) (waits bool, err error) {
	p, err := d.holdPartner(ctx, tx, org)
	if err != nil {
		return false, err
	}
	members, err := d.partnerMembers(ctx, tx, org, p.version)
	if err != nil {
		return false, err
	}
	if len(members) > 0 {
		return true, nil
	}
	pair, err := d.nextPartnerKey(ctx, tx, p)
	if err != nil {
		return false, err
	}
	return false, d.addPartnerMember(ctx, tx, pair, u, own)
}

// invited finds whom a token was made for; Refusal staff.invitation for one that
// is unknown, used or expired.
func (d *Desk) invited(ctx context.Context, token string) (*invitationRow, *userRow, error) {
	i := invitationRow{index: d.secrets.Index("staff.invitation", token)}
	err := d.db.QueryRow(ctx, selectInvitation, i.index).Scan(&i.user, &i.generation, &i.expires, &i.mac)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil, nil, helpdesk.Refuse("staff.invitation")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("look up an invitation: %w", err)
	}
	if !d.secrets.Vouched(i.mac, i.origin()) {
		d.alarm(ctx, "invitation_forged", i.user)
		return nil, nil, helpdesk.Refuse("staff.invitation")
	}
	u, err := d.user(ctx, d.db, i.user)
	if err != nil {
		return nil, nil, err
	}
	if u.state != string(Invited) || u.generation != i.generation || i.expires <= d.now().UnixMicro() {
		return nil, nil, helpdesk.Refuse("staff.invitation")
	}
	return &i, u, nil
}

// AdmitPartner gives a waiting colleague every version of the organisation's
// pair that the session holds; also of a volunteer by one of their own branch.
// ErrDenied for anybody who is not of the same one.
func (d *Desk) AdmitPartner(ctx context.Context, by *Outsider, user helpdesk.ID) error {
	return d.stepping(ctx, "admit a partner's colleague", func(tx *store.Tx) error {
		b, err := d.belongs(ctx, tx, user)
		if err != nil {
			return err
		}
		if b.org != by.Org {
			return fmt.Errorf("admit %s: %w", user, helpdesk.ErrDenied)
		}
		p, err := d.holdPartner(ctx, tx, b.org)
		if err != nil {
			return err
		}
		if by.pairs[p.version] == nil {
			return fmt.Errorf("admit %s: %w", user, helpdesk.ErrDenied)
		}
		u, err := d.user(ctx, tx, user)
		if err != nil {
			return err
		}
		if u.state != string(Waiting) || !u.hasKeys() {
			return helpdesk.Refuse("staff.no_keys")
		}
		for _, pair := range by.pairs {
			if err := d.addPartnerMember(ctx, tx, pair, u, nil); err != nil {
				return err
			}
		}
		u.state = string(Active)
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		d.ring(tx, u.id)
		return d.note(ctx, tx, &Session{User: by.User}, VerbAdmitted, u.id)
	})
}
