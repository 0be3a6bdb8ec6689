package staff

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// SpareCodes is how many are made at once.
const SpareCodes = 8

const spareLetters = 12 // 56 bits, tried one at a time

// factor is the second factor of who works here. It lies sealed under their own
// key: neither the server nor who writes to the database can make a code, nor
// take the factor away without our mark.
type factor struct {
	Secret   string    // of the authenticator; "" without one
	Spares   [][]byte  // keyed marks of the spare codes not used yet
	Passkeys []passkey `json:",omitempty"`
	SSO      *linked   `json:",omitempty"` // never without one of the others
}

func ownFactorPlace(u *userRow) vault.Context {
	return vault.At("staff.user.factor", u.id, u.generation)
}

func (d *Desk) openFactor(ctx context.Context, u *userRow, own *vault.Pair) (factor, error) {
	var f factor
	plain, err := own.Open(ownFactorPlace(u), u.factor)
	if err != nil {
		d.alarm(ctx, "factor_forged", u.id)
		return f, fmt.Errorf("second factor of %s: %w", u.id, errForged)
	}
	if json.Unmarshal(plain, &f) != nil {
		return f, fmt.Errorf("second factor of %s: not what was sealed", u.id)
	}
	return f, nil
}

func (f factor) seal(u *userRow, own *vault.Pair) error {
	plain, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("seal the second factor of %s: %w", u.id, err)
	}
	u.factor = own.Seal(ownFactorPlace(u), plain)
	return nil
}

// spareMark is what is kept of a spare code: without the server's secret nobody
// can even try one.
func (d *Desk) spareMark(user helpdesk.ID, code string) []byte {
	return d.secrets.Index("staff.spare", string(user)+" "+letters(code))
}

// letters leaves of a typed code what counts.
func letters(code string) string {
	return strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(code))
}

// draw fills in new spare codes; the old ones end.
func (f *factor) draw(d *Desk, user helpdesk.ID) (codes []string) {
	f.Spares = nil
	for range SpareCodes {
		code := newCode(spareLetters)
		codes = append(codes, code)
		f.Spares = append(f.Spares, d.spareMark(user, code))
	}
	return codes
}

// spare finds a spare code, in constant time each; -1 for none.
func (f *factor) spare(mark []byte) int {
	found := -1
	for i, m := range f.Spares {
		if subtle.ConstantTimeCompare(m, mark) == 1 {
			found = i
		}
	}
	return found
}

// proveFactor checks a code of the authenticator or what a passkey signed, or
// takes a spare code, which ends by it. Six digits are the first, what a script
// wrote the second, anything else the third. Nobody can be
// kept out by guessing: it takes their words to try at all, and a spare code is
// right however many others were wrong.
func (d *Desk) proveFactor(ctx context.Context, in *entered, code string) error {
	u, own := in.user, in.own
	f, err := d.openFactor(ctx, u, own)
	if err != nil {
		return err
	}
	if signed(code) {
		return d.provePasskey(ctx, in, []byte(code))
	}
	if typed, err := digits(code); err == nil && f.Secret != "" { // an empty secret has codes, too
		if in.row.halfway() {
			return asCode(d.second(ctx, ourCounter, u.id, f.Secret, typed))
		}
		right, err := d.secondInside(ctx, ourCounter, in, f.Secret, typed)
		if err == nil && !right {
			err = helpdesk.Refuse("staff.factor_wrong")
		}
		return err
	}
	at := string(u.login) + " spare"
	if err := d.delays.wait(ctx, at); err != nil {
		return err
	}
	mark := d.spareMark(u.id, code)
	err = d.stepping(ctx, "take a spare code", func(tx *store.Tx) error {
		now, err := d.user(ctx, tx, u.id)
		if err != nil {
			return err
		}
		if !bytes.Equal(now.public, u.public) {
			return fmt.Errorf("take a spare code of %s: %w", u.id, helpdesk.ErrDenied)
		}
		f, err := d.openFactor(ctx, now, own)
		if err != nil {
			return err
		}
		i := f.spare(mark)
		if i < 0 {
			return helpdesk.Refuse("staff.factor_wrong")
		}
		f.Spares = append(f.Spares[:i:i], f.Spares[i+1:]...)
		if err := f.seal(now, own); err != nil {
			return err
		}
		if err := d.saveUser(ctx, tx, now); err != nil {
			return err
		}
		return d.changed(ctx, tx, u.id, now, VerbSpare)
	})
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		d.delays.failure(at)
	}
	return err
}

// asCode says of a wrong code what a page says that asks for nothing else.
func asCode(err error) error {
	var no helpdesk.Refusal
	if !errors.As(err, &no) {
		return err
	}
	if no.Key == "staff.code_wait" {
		return helpdesk.Refuse("staff.factor_wait") // partners have no spare codes
	}
	return helpdesk.Refuse("staff.factor_wrong")
}

// Seed is a new second factor on its way into an authenticator. Nothing of it is
// kept until KeepFactor hears a first code of it.
type Seed struct {
	Secret string // to be typed
	URI    string // the same, as otpauth:// for a QR code
}

// Format keeps it out of logs.
func (s Seed) Format(f fmt.State, _ rune) { fmt.Fprint(f, "seed ", sealedText) }

// NewSeed draws one. issuer is what their authenticator shows, and should not say
// what we are.
func NewSeed(issuer, login string) (Seed, error) {
	uri, secret, err := newFactor(issuer, login)
	return Seed{Secret: secret, URI: uri}, err
}

// KeepFactor makes a seed the second factor of a session's user, once a code of
// it is typed, and returns spare codes, shown once and kept nowhere, and the
// session's cookie: another where it was halfway and is whole now. Who has one
// already replaces it, but for their passkeys, and has proven who they are within five minutes (ErrProof).
// Refusal staff.factor_first for a code that does not fit.
func (d *Desk) KeepFactor(ctx context.Context, cookie, secret, code string) (spares []string, fresh string, err error) {
	in, err := d.enterSession(ctx, cookie, false, ours)
	if err != nil {
		return nil, "", err
	}
	if err := in.mayMake(d.now()); err != nil {
		return nil, "", err
	}
	if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret); err != nil || len(raw) != factorSize {
		return nil, "", fmt.Errorf("make a second factor: %w", helpdesk.ErrNotFound)
	}
	typed, err := digits(code)
	if err != nil {
		return nil, "", helpdesk.Refuse("staff.factor_first")
	}
	step, ok := matched(secret, typed, d.now(), 0)
	if !ok {
		return nil, "", helpdesk.Refuse("staff.factor_first")
	}
	fresh = cookie
	err = d.stepping(ctx, "keep a second factor", func(tx *store.Tx) error {
		u, err := d.user(ctx, tx, in.row.user)
		if err != nil {
			return err
		}
		f, err := d.factorToMake(ctx, in, u)
		if err != nil {
			return err
		}
		f.Secret = secret
		spares = f.draw(d, u.id)
		if err := f.seal(u, in.own); err != nil {
			return err
		}
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, settleOwnFactor, step, 0, 0, 0, string(u.id)); err != nil {
			return fmt.Errorf("make a second factor for %s: %w", u.id, err)
		}
		if in.row.factor != withFactor {
			if fresh, err = d.advance(ctx, tx, in, d.now()); err != nil {
				return err
			}
		}
		return d.changed(ctx, tx, u.id, u, VerbFactor)
	})
	if err != nil {
		return nil, "", err
	}
	return spares, fresh, nil
}

// mayMake tells whether a session may make a second factor: one that has none to
// give, or that was proven of late.
func (in *entered) mayMake(now time.Time) error {
	switch {
	case in.row.factor == factorMissing:
		return fmt.Errorf("make a second factor: %w", ErrFactor)
	case !in.row.halfway() && !in.row.recently(now):
		return fmt.Errorf("make a second factor: %w", ErrProof)
	}
	return nil
}

// factorToMake is what a user has of a second factor, to be added to.
func (d *Desk) factorToMake(ctx context.Context, in *entered, u *userRow) (factor, error) {
	switch {
	case !u.hasKeys() || u.generation != in.own.ID().Version:
		return factor{}, fmt.Errorf("make a second factor for %s: %w", u.id, helpdesk.ErrDenied)
	case u.factor == nil:
		return factor{}, nil
	case in.row.halfway():
		return factor{}, fmt.Errorf("make a second factor for %s: %w", u.id, ErrFactor) // made elsewhere meanwhile
	}
	return d.openFactor(ctx, u, in.own)
}

// NewSpares replaces the spare codes by new ones, shown once and kept nowhere.
// ErrProof as KeepFactor; ErrNotFound for who has no second factor.
func (d *Desk) NewSpares(ctx context.Context, s *Session) (spares []string, err error) {
	if err := s.Proof(); err != nil {
		return nil, err
	}
	err = d.stepping(ctx, "make spare codes", func(tx *store.Tx) error {
		u, f, err := d.factorOf(ctx, tx, s)
		if err != nil {
			return err
		}
		spares = f.draw(d, u.id)
		if err := f.seal(u, s.own); err != nil {
			return err
		}
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		return d.changed(ctx, tx, u.id, u, VerbSpares)
	})
	if err != nil {
		return nil, err
	}
	return spares, nil
}

func (d *Desk) factorOf(ctx context.Context, r store.Reader, s *Session) (*userRow, factor, error) {
	if s.own == nil {
		return nil, factor{}, fmt.Errorf("second factor: %w", helpdesk.ErrNotFound)
	}
	u, err := d.user(ctx, r, s.User.ID)
	if err != nil {
		return nil, factor{}, err
	}
	if u.factor == nil || u.generation != s.own.ID().Version {
		return nil, factor{}, fmt.Errorf("second factor of %s: %w", u.id, helpdesk.ErrNotFound)
	}
	f, err := d.openFactor(ctx, u, s.own)
	return u, f, err
}

// SparesLeft counts the spare codes a user has not used yet; ErrNotFound for who
// has no second factor.
func (d *Desk) SparesLeft(ctx context.Context, s *Session) (int, error) {
	_, f, err := d.factorOf(ctx, d.db, s)
	return len(f.Spares), err
}
