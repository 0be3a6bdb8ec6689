package staff

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// SSOName is what colleagues call the organisation's own sign-in, "" where there
// is none.
func (d *Desk) SSOName() string { return d.sso.Name }

// LinkedSSO tells whether a session's user is known by the organisation's sign-in.
func (d *Desk) LinkedSSO(ctx context.Context, s *Session) (bool, error) {
	if d.sso.Issuer == "" || s.own == nil || !s.factored {
		return false, nil
	}
	_, f, err := d.factorOf(ctx, d.db, s)
	return d.sso.knows(f.SSO), err
}

// BeginSSO is the address at which somebody shows the organisation's sign-in who
// they are. Whoever gave their words halfway gives their second factor by it, whose
// session is whole proves anew who they are; with link who they are there is
// remembered, and they have proven within five minutes by a factor of their own
// (ErrProof). The issuer sends them to back, with state and code for FinishSSO;
// afterwards the page to is shown. ErrNotFound where there is no such sign-in, or
// it is none of theirs.
func (d *Desk) BeginSSO(ctx context.Context, cookie, back, to string, link bool) (address string, err error) {
	in, err := d.enterSession(ctx, cookie, false, ours)
	if err != nil {
		return "", err
	}
	if err := d.maySSO(ctx, in, link); err != nil {
		return "", err
	}
	p, err := d.sso.at(ctx, d.now())
	if err != nil {
		return "", ssoRefusal(err)
	}
	a := asked{Session: in.row.id, Site: back, To: to, Link: link, Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	state, err := d.ask(askSSO, a)
	if err != nil {
		return "", err
	}
	return d.sso.address(p, base64.RawURLEncoding.EncodeToString(state), a.Nonce, a.Verifier, back), nil
}

func (d *Desk) maySSO(ctx context.Context, in *entered, link bool) error {
	switch {
	case d.sso.Issuer == "" || in.user.factor == nil:
		return fmt.Errorf("sign in %s elsewhere: %w", in.user.id, helpdesk.ErrNotFound)
	case !link:
		w, err := d.ways(ctx, in)
		if err == nil && w.SSO == "" {
			err = fmt.Errorf("sign in %s elsewhere: %w", in.user.id, helpdesk.ErrNotFound)
		}
		return err
	case in.row.halfway():
		return fmt.Errorf("link %s: %w", in.user.id, ErrFactor)
	case !in.row.recently(d.now()):
		return fmt.Errorf("link %s: %w", in.user.id, ErrProof)
	}
	return nil
}

// ssoRefusal says of an issuer what a page can say.
func ssoRefusal(err error) error {
	if errors.Is(err, errIssuerAway) {
		return helpdesk.Refuse("staff.sso_later")
	}
	return helpdesk.Refuse("staff.sso_wrong")
}

// FinishSSO takes what the issuer sent the browser back with, once, and returns the
// page to go on with and the session's cookie: another where it was halfway and is
// whole now. Who signs in by an issuer that does not say when they showed there who
// they are has not proven it of late (Proof). Refusals: staff.asked, staff.sso_no
// when they said no there, staff.sso_later, staff.sso_wrong, staff.sso_other for
// somebody else than they are here, staff.sso_old where a proof was needed and
// theirs is older than five minutes, or of no age.
func (d *Desk) FinishSSO(ctx context.Context, cookie, state, code string) (to, fresh string, err error) {
	in, err := d.enterSession(ctx, cookie, false, ours)
	if err != nil {
		return "", "", err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(state) > mostAnswer {
		return "", "", helpdesk.Refuse("staff.asked")
	}
	q, err := d.question(askSSO, in.row.id, sealed)
	if err != nil {
		return "", "", err
	}
	if err := d.maySSO(ctx, in, q.Link); err != nil {
		return "", "", err
	}
	if code == "" {
		return "", "", helpdesk.Refuse("staff.sso_no")
	}
	now := d.now()
	p, err := d.sso.at(ctx, now)
	if err != nil {
		return "", "", ssoRefusal(err)
	}
	who, err := d.sso.redeem(ctx, p, code, q.Nonce, q.Verifier, q.Site, now)
	if err != nil {
		return "", "", ssoRefusal(err)
	}
	spend := func(tx *store.Tx) error { return d.spend(ctx, tx, sealed, q) }
	if q.Link {
		return q.To, cookie, d.link(ctx, in, who.linked, spend)
	}
	f, err := d.openFactor(ctx, in.user, in.own)
	if err != nil {
		return "", "", err
	}
	if f.SSO == nil || *f.SSO != who.linked {
		return "", "", helpdesk.Refuse("staff.sso_other")
	}
	if who.shown.After(now) {
		who.shown = now
	}
	if in.row.halfway() {
		fresh, err = d.whole(ctx, in, who.proven(), spend)
		return q.To, fresh, err
	}
	if !now.Before(who.shown.Add(provenFor)) {
		return "", "", helpdesk.Refuse("staff.sso_old")
	}
	err = d.db.Write(ctx, "prove a session elsewhere", func(tx *store.Tx) error {
		if err := spend(tx); err != nil {
			return err
		}
		return d.proven(ctx, tx, in, who.shown)
	})
	return q.To, cookie, err
}

// proven is since when they are believed to be who they are.
func (i identity) proven() time.Time {
	if i.shown.IsZero() {
		return time.UnixMicro(0)
	}
	return i.shown
}

// link remembers who somebody is at the organisation's sign-in.
func (d *Desk) link(ctx context.Context, in *entered, who linked, spend func(*store.Tx) error) error {
	return d.stepping(ctx, "link to an organisation's sign-in", func(tx *store.Tx) error {
		if err := spend(tx); err != nil {
			return err
		}
		return d.linkTo(ctx, tx, &Session{User: User{ID: in.user.id}, own: in.own}, &who, VerbLinked)
	})
}

// UnlinkSSO forgets it. ErrProof as Remove.
func (d *Desk) UnlinkSSO(ctx context.Context, s *Session) error {
	if err := s.Proof(); err != nil {
		return err
	}
	return d.stepping(ctx, "unlink from an organisation's sign-in", func(tx *store.Tx) error {
		return d.linkTo(ctx, tx, s, nil, VerbUnlinked)
	})
}

func (d *Desk) linkTo(ctx context.Context, tx *store.Tx, s *Session, who *linked, verb string) error {
	u, f, err := d.factorOf(ctx, tx, s)
	if err != nil {
		return err
	}
	f.SSO = who
	if err := f.seal(u, s.own); err != nil {
		return err
	}
	if err := d.saveUser(ctx, tx, u); err != nil {
		return err
	}
	return d.changed(ctx, tx, u.id, u, verb)
}
