package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const (
	factorStep  = 30 * time.Second // RFC 6238, section 5.2
	factorSlack = 1                // steps that a clock may be off, either way
	factorTries = 5                // wrong ones in a window
	factorPause = 15 * time.Minute // the window
	factorMost  = 50               // wrong ones since the last right one; then only a reissue helps
	toldAfter   = 3                // wrong ones in a window, or words before the right ones
)

var factorOpts = totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

func factorPlace(u *userRow) vault.Context { return vault.At("staff.factor", u.id, u.generation) }

const factorSize = 20 // bytes, RFC 4226, section 4

// newFactor draws a seed: what an authenticator reads, and what somebody types
// into one.
func newFactor(issuer, login string) (uri, secret string, err error) {
	k, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: login, SecretSize: factorSize, Rand: rand.Reader})
	if err != nil {
		return "", "", fmt.Errorf("draw a second factor: %w", err)
	}
	return k.URL(), k.Secret(), nil
}

// matched finds the step whose code was typed, not before a given one. All
// steps are compared, in constant time each.
func matched(secret, code string, now time.Time, after int64) (int64, bool) {
	step, found := now.Unix()/int64(factorStep/time.Second), int64(0)
	for at := step - factorSlack; at <= step+factorSlack; at++ {
		want, err := totp.GenerateCodeCustom(secret, time.Unix(at*int64(factorStep/time.Second), 0), factorOpts)
		if err != nil {
			return 0, false
		}
		if at > after && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && found == 0 {
			found = at
		}
	}
	return found, found != 0
}

// FactorCode is what an authenticator with this secret shows at an instant: for
// the demo, for measurements and tests, where nobody holds a telephone.
func FactorCode(secret string, at time.Time) (string, error) {
	return totp.GenerateCodeCustom(secret, at, factorOpts)
}

// attempts counts tries at a second factor: step is the last half minute whose
// code was used; wrong counts those that failed since an instant, failed those
// since the last right one.
type attempts struct {
	step   int64
	wrong  int
	since  int64
	failed int
}

// judge says whether a code that was counted already is right.
func (a *attempts) judge(secret, code string, now time.Time) error {
	if a.failed > factorMost {
		return helpdesk.Refuse("staff.code_wait")
	}
	if now.Sub(time.UnixMicro(a.since)) >= factorPause {
		a.since, a.wrong = now.UnixMicro(), 1
	}
	if a.wrong > factorTries {
		return helpdesk.Refuse("staff.code_wait")
	}
	step, ok := matched(secret, code, now, a.step)
	if !ok {
		return helpdesk.Refuse("staff.wrong")
	}
	*a = attempts{step: step, since: a.since}
	return nil
}

// counter is where the tries of a kind of user are counted.
type counter struct{ try, settle string }

var (
	ourCounter     = counter{tryOwnFactor, settleOwnFactor}
	outsideCounter = counter{tryFactor, settleFactor}
)

// second checks the second factor of somebody whose words were right, and
// counts the try first: whoever knows the words may guess five codes in a
// quarter of an hour and fifty in all. A code that was used before, or lies
// before one that was, is wrong. The Refusals are staff.wrong and
// staff.code_wait.
func (d *Desk) second(ctx context.Context, at counter, user helpdesk.ID, secret, code string) error {
	now := d.now()
	var verdict error
	err := d.db.Write(ctx, "try a second factor", func(tx *store.Tx) error {
		var a attempts
		if err := tx.QueryRow(ctx, at.try, string(user)).Scan(&a.step, &a.wrong, &a.since, &a.failed); err != nil {
			return fmt.Errorf("try the second factor of %s: %w", user, err)
		}
		verdict = a.judge(secret, code, now)
		var no helpdesk.Refusal
		if errors.As(verdict, &no) && no.Key == "staff.wrong" {
			if err := d.journal.Write(ctx, tx, journal.Entry{At: now, Actor: user, Verb: VerbWrongCode, Object: user}); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, at.settle, a.step, a.wrong, a.since, a.failed, string(user)); err != nil {
			return fmt.Errorf("try the second factor of %s: %w", user, err)
		}
		if verdict == nil || a.wrong != toldAfter { // once in a window
			return nil
		}
		return d.tried(ctx, tx, user)
	})
	if err != nil {
		return err
	}
	return verdict
}

// tried tells a user that several tries at their second factor were wrong.
func (d *Desk) tried(ctx context.Context, tx *store.Tx, user helpdesk.ID) error {
	u, err := d.user(ctx, tx, user)
	if err != nil {
		return err
	}
	return d.noteAndTell(ctx, tx, user, u, VerbTried, ToldTried)
}

// secondInside checks the second factor of somebody who is in. What is wrong
// counts against their session alone, which the sixth in a quarter of an hour ends
// (ErrDenied): whoever guesses at a desk that was left open keeps its owner out
// nowhere. A code counts once here, too.
func (d *Desk) secondInside(ctx context.Context, at counter, in *entered, secret, code string) (right bool, err error) {
	now, user, tries := d.now(), in.row.user, string(in.row.id)+" code"
	if d.delays.failure(tries) > factorTries { // counted first: many may try at once
		if err := d.endGuessed(ctx, in); err != nil {
			return false, err
		}
		return false, fmt.Errorf("prove session %s: %w", in.row.id, helpdesk.ErrDenied)
	}
	err = d.db.Write(ctx, "try a second factor again", func(tx *store.Tx) error {
		var a attempts
		if err := tx.QueryRow(ctx, at.try, string(user)).Scan(&a.step, &a.wrong, &a.since, &a.failed); err != nil {
			return fmt.Errorf("try the second factor of %s: %w", user, err)
		}
		a.wrong, a.failed = a.wrong-1, a.failed-1 // as they were: the door counts its own
		var step int64
		if step, right = matched(secret, code, now, a.step); right {
			a.step = step
		} else if err := d.journal.Write(ctx, tx, journal.Entry{At: now, Actor: user, Verb: VerbWrongCode, Object: user}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, at.settle, a.step, a.wrong, a.since, a.failed, string(user)); err != nil {
			return fmt.Errorf("try the second factor of %s: %w", user, err)
		}
		return nil
	})
	if right = right && err == nil; right {
		d.delays.success(tries)
	}
	return right, err
}

// endGuessed ends the session in which somebody guessed, and tells its user.
func (d *Desk) endGuessed(ctx context.Context, in *entered) error {
	return d.db.Write(ctx, "end a session", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, deleteSession, string(in.row.id), string(in.row.user))
		if err != nil || n == 0 {
			return err
		}
		d.ringEnded(tx, in.row.id)
		return d.tried(ctx, tx, in.row.user)
	})
}

// digits takes a code as people type it: blanks and hyphens do not count.
func digits(s string) (string, error) {
	var out []byte
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			out = append(out, byte(r))
		case r == ' ' || r == '-' || r == '\u00a0':
		default:
			return "", errors.New("not a code")
		}
	}
	if len(out) != 6 {
		return "", errors.New("not a code")
	}
	return string(out), nil
}
