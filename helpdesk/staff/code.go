package staff

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// A recovery code is 28 letters of the alphabet's 26, 131 bits, in groups of
// four. Letters alone, because typed secrets are compared as letters alone.
const (
	codeLetters = 28
	codeGroup   = 4
)

// codeCost is small: 131 bits need no help against guessing.
var codeCost = vault.Cost{MiB: 1, Passes: 1}

func codePlace(id helpdesk.ID) vault.Context { return vault.At("staff.user.code", id) }

func byCode(u *userRow) lock { return lock{u.codeLocked, u.codeSalt, codeCost, codePlace(u.id)} }

// newCode draws letters, in groups.
func newCode(letters int) string {
	const fair = 256 / 26 * 26 // bytes from here on would favour some letters
	var code strings.Builder
	var b [1]byte
	for n := 0; n < letters; {
		rand.Read(b[:])
		if b[0] >= fair {
			continue
		}
		if n > 0 && n%codeGroup == 0 {
			code.WriteByte('-')
		}
		code.WriteByte('a' + b[0]%26)
		n++
	}
	return code.String()
}

// RecoveryCode makes the user a code that opens their keys when the words are
// lost, so that nobody has to admit them again. It is shown once, to be
// printed and kept away from the computer; an earlier code ends. ErrProof as
// Remove.
func (d *Desk) RecoveryCode(ctx context.Context, s *Session) (code string, err error) {
	if s.own == nil || outside(string(s.User.Kind)) {
		return "", fmt.Errorf("make a recovery code: %w", helpdesk.ErrDenied)
	}
	if err := s.Proof(); err != nil {
		return "", err
	}
	code = newCode(codeLetters)
	err = d.db.Write(ctx, "make a recovery code", func(tx *store.Tx) error {
		u, err := d.user(ctx, tx, s.User.ID)
		if err != nil {
			return err
		}
		if u.generation != s.own.ID().Version {
			return fmt.Errorf("make a recovery code for %s: %w", u.id, helpdesk.ErrConflict)
		}
		again := u.codeLocked != nil
		u.codeSalt = make([]byte, 16)
		rand.Read(u.codeSalt)
		u.codeLocked = d.secrets.LockWithWords(s.own, code, u.codeSalt, codeCost, codePlace(u.id))
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		if again {
			d.afterSecret(ctx, tx, u)
		}
		return d.changed(ctx, tx, u.id, u, VerbCode)
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// SignInWithCode opens a session with a recovery code, in a browser that keeps a
// Mark or "", and returns six new words, shown once; the old ones end. Its refusals
// are those of SignIn.
func (d *Desk) SignInWithCode(ctx context.Context, mark, login, code string) (words, cookie string, err error) {
	cookie, s, err := d.enter(ctx, mark, login, code, byCode, "") // of the new words they are told
	if err != nil {
		return "", "", err
	}
	if words, err = d.NewWords(ctx, s); err != nil {
		return "", "", err
	}
	return words, cookie, nil
}
