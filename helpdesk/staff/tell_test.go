package staff_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/mailtest"
)

// ear hears who is told what about their sign-in.
type ear struct {
	mu    sync.Mutex
	heard []string
	deaf  error
}

func (e *ear) SignIn(_ context.Context, _ *store.Tx, to staff.User, what staff.Told) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if to.Address != to.Login+"@canary.example" {
		return fmt.Errorf("told at another address than theirs")
	}
	if e.deaf == nil {
		e.heard = append(e.heard, to.Login+" "+string(what))
	}
	return e.deaf
}

// listens makes a house in which the ear is told, without delays.
func (w *world) listens() *ear {
	e := &ear{}
	w.teller = e
	w.restart()
	staff.NoDelays(w.desk)
	return e
}

// hears wants exactly this to be told since it was asked last.
func (w *world) hears(e *ear, why string, want ...string) {
	w.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Equal(e.heard, want) {
		w.t.Errorf("%s: told %q, want %q", why, e.heard, want)
	}
	e.heard = nil
}

func TestWhoseSignInIsChangedIsTold(t *testing.T) {
	each(t, func(w *world) {
		e := w.listens()
		bo := w.accepted("bo", w.team)
		w.hears(e, "a first sign-in", "bo changed")
		_, s := w.signIn("ada", w.init.Words)
		mark := w.desk.Mark(s)
		w.hears(e, "a browser that is new", "ada new")
		_, err := w.desk.SignInAt(w.ctx, mark, "ada", w.init.Words)
		w.must(err)
		w.hears(e, "one that is known")

		_, err = w.desk.NewWords(w.ctx, s)
		w.must(err)
		w.hears(e, "new words", "ada changed")
		code, err := w.desk.RecoveryCode(w.ctx, s)
		w.must(err)
		w.hears(e, "a recovery code", "ada changed")
		words, _, err := w.desk.SignInWithCode(w.ctx, "", "ada", code)
		w.must(err)
		w.hears(e, "recovered", "ada changed")

		p, cookie := w.enrol("ada", words)
		w.hears(e, "a second factor", "ada new", "ada changed")
		_, err = w.desk.NewSpares(w.ctx, w.open(cookie))
		w.must(err)
		w.hears(e, "spare codes", "ada changed")
		w.clock.Pass(31 * time.Second)
		_, err = w.enter("ada", words, w.shows(p))
		w.must(err)
		w.hears(e, "words and a code", "ada new") // once, and by the words
		c, _, _ := w.keeps(cookie, true)
		w.hears(e, "a passkey", "ada changed")
		_, err = w.opensDoor(c)
		w.must(err)
		w.hears(e, "a passkey opens")
		list, err := w.desk.Passkeys(w.ctx, w.open(cookie))
		w.must(err)
		w.must(w.desk.RemovePasskey(w.ctx, w.open(cookie), list[0].ID))
		w.hears(e, "a passkey removed", "ada changed")

		_, err = w.desk.Reissue(w.ctx, w.open(cookie), bo.id)
		w.must(err)
		w.hears(e, "invited anew", "bo changed")

		org := helpdesk.NewID()
		pia := w.enrolled(helpdesk.NewID(), "pia")
		lena := w.lead(org, "lena")
		w.hears(e, "accounts outside", "pia changed", "lena changed")
		w.outsider(pia)
		w.helperIn(lena)
		w.hears(e, "who comes in from outside")
		_, err = w.desk.InviteAgain(w.ctx, w.desk.Console(), lena.id, w.clock.Now().AddDate(0, 1, 0))
		w.must(err)
		w.hears(e, "invited again", "lena changed")

		// What can't be told is not done.
		e.deaf = errors.New("nobody to tell")
		if _, err := w.desk.NewWords(w.ctx, w.open(cookie)); err == nil {
			t.Error("changed, and nobody told")
		}
		e.deaf = nil
		_, err = w.desk.SignIn(w.ctx, "ada", words)
		w.must(err)
	})
}

func TestWhoIsTriedIsTold(t *testing.T) {
	each(t, func(w *world) {
		e := w.listens()
		_, s := w.signIn("ada", w.init.Words)
		mark := w.desk.Mark(s)
		w.hears(e, "new", "ada new")
		wrong := func(times int) {
			t.Helper()
			for range times {
				_, err := w.desk.SignInAt(w.ctx, mark, "ada", "none of her words")
				w.refused(err, "staff.wrong")
			}
		}
		right := func() {
			t.Helper()
			_, err := w.desk.SignInAt(w.ctx, mark, "ada", w.init.Words)
			w.must(err)
		}
		wrong(2)
		right()
		w.hears(e, "mistyped twice")
		wrong(3)
		w.hears(e, "who knows no words makes nobody be told")
		right()
		w.hears(e, "in after three wrong tries", "ada tried")
		right()
		w.hears(e, "and once")
		wrong(3)
		w.clock.Pass(16 * time.Minute)
		right()
		w.hears(e, "they were long ago")

		p, _ := w.enrol("ada", w.init.Words)
		w.hears(e, "enrolled", "ada new", "ada changed")
		half, err := w.desk.SignInAt(w.ctx, mark, "ada", w.init.Words)
		w.must(err)
		for n := range 5 {
			_, err := w.desk.GiveFactor(w.ctx, half, "000000")
			w.refused(err, "staff.factor_wrong")
			if n < 2 {
				w.hears(e, "a code mistyped")
			}
		}
		w.hears(e, "right words and wrong codes", "ada tried")
		whole, err := w.desk.GiveFactor(w.ctx, half, p.spares[0])
		w.must(err)
		w.hears(e, "a spare code", "ada changed")
		for range 5 {
			w.refused(w.desk.Prove(w.ctx, whole, "000000"), "staff.factor_wrong")
		}
		w.hears(e, "a proof mistyped")
		w.fails(w.desk.Prove(w.ctx, whole, "000000"), helpdesk.ErrDenied)
		w.hears(e, "guessed at an open desk", "ada tried")

		lena := w.lead(helpdesk.NewID(), "lena")
		w.hears(e, "enrolled", "lena changed")
		w.clock.Pass(31 * time.Second)
		for range 3 {
			_, err := w.desk.SignInVolunteer(w.ctx, "lena", lena.Words, "000000")
			w.refused(err, "staff.wrong")
		}
		w.hears(e, "a volunteer's right words and wrong codes", "lena tried")
		w.helperIn(lena)
		w.hears(e, "in after three wrong tries", "lena tried")
		if strings.Contains(w.log.String(), "canary.example") {
			t.Error("an address is in the log")
		}
	})
}

func TestACopiedPasskeyIsTold(t *testing.T) {
	each(t, func(w *world) {
		e := w.listens()
		cookie, _ := w.signIn("ada", w.init.Words)
		c, _, cookie := w.keeps(cookie, true)
		w.hears(e, "made", "ada new", "ada changed")
		for range 2 {
			w.must(w.desk.Prove(w.ctx, cookie, w.answers(c, cookie)))
		}
		c.count = 1
		w.refused(w.desk.Prove(w.ctx, cookie, w.answers(c, cookie)), "staff.passkey_copied")
		w.hears(e, "two are about", "ada tried")
	})
}

func TestALinkToAnOrganisationsSignInIsTold(t *testing.T) {
	organisation(t, func(w *world, _ *mailtest.Issuer) {
		e := w.listens()
		_, whole := w.linked("ada", w.init.Words)
		w.hears(e, "linked", "ada new", "ada changed", "ada changed")
		w.must(w.desk.UnlinkSSO(w.ctx, w.open(whole)))
		w.hears(e, "unlinked", "ada changed")
	})
}

// One's own page lists what one was told, newest first, and nothing of others.
func TestTheNewsOfASignInAreItsOwners(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		_, s := w.signIn("ada", w.init.Words)
		w.clock.Pass(time.Minute)
		_, err := w.desk.NewWords(w.ctx, s)
		w.must(err)
		w.clock.Pass(time.Minute)
		_, err = w.desk.RecoveryCode(w.ctx, s)
		w.must(err)
		told := func(s *staff.Session) (verbs []string) {
			t.Helper()
			news, err := w.desk.SignInNews(w.ctx, s)
			w.must(err)
			for _, n := range news {
				verbs = append(verbs, n.Verb)
			}
			return verbs
		}
		if got := told(s); len(got) < 3 || got[0] != staff.VerbCode || got[1] != staff.VerbWords || !slices.Contains(got, staff.VerbNewBrowser) {
			t.Errorf("ada reads %q", got)
		}
		if got := told(w.open(bo.cookie)); !slices.Equal(got, []string{staff.VerbAccepted}) {
			t.Errorf("bo reads %q", got)
		}
	})
}
