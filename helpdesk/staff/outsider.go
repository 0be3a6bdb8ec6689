package staff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Outsider is somebody of a partner organisation or of a local branch (User.Kind
// says which), signed in with words and second factor, with the keys they hold,
// for one request. It is no Session on purpose: what rooms do for colleagues can
// not be asked with it.
type Outsider struct {
	ID      helpdesk.ID // names the session; opens nothing
	User    User
	Org     helpdesk.ID
	Started time.Time
	Expires time.Time
	// Lead: of a branch, and may invite its volunteers. Until: a volunteer's
	// account ends then. Locks: when the screen locks if they do nothing more; zero
	// for who is not locked out so soon.
	Lead  bool
	Until time.Time
	Locks time.Time

	desk   *Desk
	proved time.Time // when they last proved who they are
	own    *vault.Pair
	cookie vault.SessionKey
	pairs  map[int]*vault.Pair // by version; none while they wait
}

// Format keeps keys and names out of fmt.
func (o *Outsider) Format(f fmt.State, _ rune) { fmt.Fprint(f, "outsider ", sealedText) }

// Pair is the organisation's of a version; false when they do not hold it.
func (o *Outsider) Pair(version int) (*vault.Pair, bool) {
	p, ok := o.pairs[version]
	return p, ok
}

// Newest is the organisation's pair of the latest version they hold; false while
// they wait.
func (o *Outsider) Newest() (*vault.Pair, bool) {
	best := 0
	for version := range o.pairs {
		best = max(best, version)
	}
	return o.Pair(best)
}

// Own is the user's own pair.
func (o *Outsider) Own() *vault.Pair { return o.own }

// Token proves that a form for this purpose was painted for this session.
func (o *Outsider) Token(purpose string) string { return o.cookie.Token(purpose) }

// TokenFits checks a token in constant time.
func (o *Outsider) TokenFits(token, purpose string) bool { return o.cookie.TokenFits(token, purpose) }

// outsideFactor is what they sign in by; it is bound into their sessions.
const outsideFactor = "words+totp"

// SignInPartner opens a partner's session with login, six words and the code of
// their authenticator, and returns the cookie. Everything that is wrong is one
// Refusal, staff.wrong, at one price; staff.code_wait after five wrong codes
// behind right words; staff.busy and staff.stopped as in SignIn.
func (d *Desk) SignInPartner(ctx context.Context, login, words, code string) (cookie string, err error) {
	return d.signInOutside(ctx, partners, login, words, code)
}

func (d *Desk) signInOutside(ctx context.Context, door door, login, words, code string) (cookie string, err error) {
	index := d.loginIndex(login)
	at := string(index)
	if err := d.delays.wait(ctx, at); err != nil {
		return "", err
	}
	u, err := d.byLogin(ctx, index, door)
	if err != nil {
		return "", err
	}
	own, err := d.unlock(ctx, d.gate, at, u, words, byWords)
	typed, shape := digits(code)
	if errors.Is(err, vault.ErrNotOpened) || err == nil && shape != nil {
		d.wrong(ctx, at, u)
		return "", helpdesk.Refuse("staff.wrong")
	}
	if err != nil {
		return "", err
	}
	b, err := d.belongs(ctx, d.db, u.id)
	if err != nil {
		return "", err
	}
	seed, err := own.Open(factorPlace(u), b.seed)
	if err != nil {
		d.alarm(ctx, "factor_forged", u.id)
		return "", fmt.Errorf("second factor of %s: %w", u.id, errForged)
	}
	if err := d.second(ctx, outsideCounter, u.id, string(seed), typed); err != nil {
		d.delays.failure(at)
		return "", err
	}
	if b.over(d.now()) {
		return "", helpdesk.Refuse("staff.wrong")
	}
	failed := d.delays.success(at)
	key, row := d.newSession(u, outsideFactor)
	err = d.db.Write(ctx, "sign a partner in", func(tx *store.Tx) error {
		// Asked again inside: they may have been shown the door meanwhile.
		now, err := d.user(ctx, tx, u.id)
		if err != nil {
			return err
		}
		if !now.hasKeys() || now.generation != u.generation {
			return helpdesk.Refuse("staff.wrong")
		}
		if err := d.saveSession(ctx, tx, key, row, own); err != nil {
			return err
		}
		if failed >= toldAfter {
			if err := d.noteAndTell(ctx, tx, u.id, now, VerbTried, ToldTried); err != nil {
				return err
			}
		}
		return d.note(ctx, tx, &Session{User: User{ID: u.id}}, VerbSignedIn, u.id)
	})
	if err != nil {
		return "", err
	}
	return key.Cookie(), nil
}

// Outsider opens a partner's session for one request, or reports ErrDenied. quiet
// is as in Session.
func (d *Desk) Outsider(ctx context.Context, cookie string, quiet bool) (*Outsider, error) {
	return d.outsider(ctx, cookie, quiet, partners)
}

func (d *Desk) outsider(ctx context.Context, cookie string, quiet bool, at door) (*Outsider, error) {
	in, err := d.enterSession(ctx, cookie, quiet, at)
	if err != nil {
		return nil, err
	}
	b, err := d.belongs(ctx, d.db, in.user.id)
	if err != nil {
		return nil, fmt.Errorf("open session %s: %w", in.row.id, err)
	}
	if b.over(d.now()) {
		return nil, fmt.Errorf("open session %s: %w", in.row.id, helpdesk.ErrDenied)
	}
	shown, err := d.shown(in.user)
	if err != nil {
		return nil, err
	}
	o := &Outsider{
		ID: in.row.id, User: shown, Org: b.org, Started: time.UnixMicro(in.row.created), Expires: time.UnixMicro(in.row.expires),
		Lead: b.lead, desk: d, proved: time.UnixMicro(in.row.proved), own: in.own, cookie: in.key, pairs: map[int]*vault.Pair{},
	}
	if at == volunteers {
		o.Until, o.Locks = time.UnixMicro(b.until), time.UnixMicro(in.row.touched).Add(lockTime)
	}
	blinds, err := d.partnerPairs(ctx, o, in.own)
	if err != nil {
		return nil, err
	}
	return o, d.settlePartner(ctx, in.own, blinds)
}

// partnerPairs opens what the user holds. What is forged counts for nothing.
func (d *Desk) partnerPairs(ctx context.Context, o *Outsider, own *vault.Pair) (blinds []partnerMemberRow, err error) {
	if o.User.State != Active {
		return nil, nil
	}
	rows, err := d.db.Query(ctx, selectHeldByPartner, string(o.User.ID))
	if err != nil {
		return nil, fmt.Errorf("read the keys of %s: %w", o.User.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		var m partnerMemberRow
		var k keyRow
		var current int
		if err := rows.Scan(append(append(m.dest(), k.dest()...), &current)...); err != nil {
			return nil, fmt.Errorf("read the keys of %s: %w", o.User.ID, err)
		}
		if m.team != o.Org || m.version > current || !d.secrets.Vouched(m.mac, m.origin(), m.wrap) ||
			!d.secrets.Vouched(k.mac, partnerKeyOrigin(m.team, k.version), k.public) {
			d.alarm(ctx, "partner_forged", o.Org)
			continue
		}
		id := partnerKeyID(m.team, m.version)
		pair, err := own.UnwrapPair(m.place(), id, m.wrap)
		named := vault.InsideKey{ID: id, Public: k.public}
		if err != nil || m.form == blind && !bytes.Equal(pair.Fingerprint(), named.Fingerprint()) {
			d.alarm(ctx, "partner_key_forged", o.Org)
			continue
		}
		o.pairs[m.version] = pair
		if m.form == blind {
			blinds = append(blinds, m)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the keys of %s: %w", o.User.ID, err)
	}
	for i := range blinds {
		m := &blinds[i]
		m.form = settled
		m.wrap = own.WrapPair(m.place(), o.pairs[m.version])
	}
	return blinds, nil
}

func (d *Desk) settlePartner(ctx context.Context, own *vault.Pair, blinds []partnerMemberRow) error {
	if len(blinds) == 0 {
		return nil
	}
	return d.db.Write(ctx, "settle a partner's keys", func(tx *store.Tx) error {
		for _, m := range blinds {
			if _, err := tx.Exec(ctx, settlePartnerMember, m.form, m.wrap, d.secrets.Vouch(m.origin(), m.wrap), string(m.team), string(m.user), m.version); err != nil {
				return fmt.Errorf("settle the keys of %s: %w", m.user, err)
			}
		}
		return nil
	})
}

// SignOutPartner ends the session, a volunteer's too: its row is deleted.
func (d *Desk) SignOutPartner(ctx context.Context, o *Outsider) error {
	return d.db.Write(ctx, "end a partner's session", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, deleteSession, string(o.ID), string(o.User.ID)); err != nil {
			return fmt.Errorf("end session %s: %w", o.ID, err)
		}
		d.ringEnded(tx, o.ID)
		return d.journal.Write(ctx, tx, journal.Entry{Actor: o.User.ID, Verb: VerbSignedOut, Object: o.User.ID})
	})
}
