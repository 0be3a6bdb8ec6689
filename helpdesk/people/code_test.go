package people_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/vault"
)

func TestAPersonComesBackByTheirCodeAlone(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, code := w.withCode()
		w.must(w.people.Leave(w.ctx, cookie))
		w.clock.pass(20 * 24 * time.Hour)
		_, back, last, err := w.people.Return(w.ctx, people.Groups(code), true)
		w.must(err)
		if !same(g, back) || !last.IsZero() || back.Code != people.OwnCode || back.MustShowCode || !back.Shared {
			t.Errorf("came back as %+v, last %v", back, last)
		}
		if _, used, err := w.people.LastUsed(w.ctx, back); err != nil || used {
			t.Errorf("used before: %v, %v", used, err)
		}
		first := w.clock.now()
		w.clock.pass(time.Hour)
		cookie, again, last := w.comeBack(strings.Map(persian, code))
		if !same(g, again) || !last.Equal(first) {
			t.Errorf("last used %v, want %v", last, first)
		}
		// Also on the next page, which has only the cookie.
		w.clock.pass(time.Minute)
		if last, used, err := w.people.LastUsed(w.ctx, w.guest(cookie)); err != nil || !used || !last.Equal(first) {
			t.Errorf("last used %v, %v, %v; want %v", last, used, err, first)
		}
	})
}

// A clock that runs: what is noted at the beginning of coming back lies before
// what is noted at its end.
func TestTheFirstUseOfACodeIsNoEarlierOne(t *testing.T) {
	each(t, func(w *world) {
		_, _, code := w.withCode()
		w.clock.step = time.Millisecond
		cookie, _, _ := w.comeBack(code)
		if at, used, err := w.people.LastUsed(w.ctx, w.guest(cookie)); err != nil || used {
			t.Errorf("used before at %v: %v, %v", at, used, err)
		}
	})
}

func persian(r rune) rune { return '۰' + r - '0' }

func TestTheCodeIsShownAgain(t *testing.T) {
	each(t, func(w *world) {
		cookie, g := w.begin(false)
		if _, ok, err := w.people.Code(w.ctx, g); ok || err != nil {
			t.Errorf("a code before any was made: %v, %v", ok, err)
		}
		code, err := w.people.NewCode(w.ctx, g)
		w.must(err)
		if g.Code != people.OwnCode || w.guest(cookie).Code != people.OwnCode {
			t.Error("the session does not know of its code")
		}
		_, back, _ := w.comeBack(code)
		for _, g := range []*people.Guest{g, back} {
			if got, ok, err := w.people.Code(w.ctx, g); got != code || !ok || err != nil {
				t.Errorf("shown: %v, %v", ok, err)
			}
		}
	})
}

func TestANewCodeReplacesTheOld(t *testing.T) {
	each(t, func(w *world) {
		_, g, old := w.withCode()
		if at, err := w.people.CodeChanged(w.ctx, g.Person); err != nil || !at.IsZero() {
			t.Errorf("the first code counts as a change: %v, %v", at, err)
		}
		w.clock.pass(time.Hour)
		code, err := w.people.NewCode(w.ctx, g)
		w.must(err)
		_, _, _, err = w.people.Return(w.ctx, old, false)
		w.refused(err, "code.wrong")
		_, back, _ := w.comeBack(code)
		if !same(g, back) {
			t.Error("somebody else came back")
		}
		if at, err := w.people.CodeChanged(w.ctx, g.Person); err != nil || !at.Equal(w.clock.now()) {
			t.Errorf("changed %v, %v", at, err)
		}
	})
}

func TestAWrongCodeIsRefused(t *testing.T) {
	each(t, func(w *world) {
		_, _, code := w.withCode()
		for _, typo := range []string{"", "hej", code[:19], code[:18] + string(code[19]) + string(code[18]) + "1", code + "1"} {
			_, _, _, err := w.people.Return(w.ctx, typo, false)
			w.refused(err, "code.typo")
		}
		_, _, _, err := w.people.Return(w.ctx, "00000000000000000000", false)
		w.refused(err, "code.wrong")
		if n := w.count(`SELECT COUNT(*) FROM people_guest`); n != 1 {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestWhoWantsNoCodeIsNotAskedAgain(t *testing.T) {
	each(t, func(w *world) {
		cookie, g := w.begin(false)
		w.must(w.people.DeclineCode(w.ctx, g))
		if g.Code != people.DeclinedCode || w.guest(cookie).Code != people.DeclinedCode {
			t.Error("not remembered")
		}
		code, err := w.people.NewCode(w.ctx, g) // they may think again
		w.must(err)
		w.must(w.people.DeclineCode(w.ctx, g)) // from a page that was still open
		if g.Code != people.OwnCode {
			t.Error("the code is given up")
		}
		w.comeBack(code)
	})
}

func TestACodeOutlivesTheChangeOfThePepper(t *testing.T) {
	each(t, func(w *world) {
		_, g, code := w.withCode()
		for _, p := range []vault.Purpose{vault.Pepper, vault.Origin, vault.Pepper} {
			w.must(w.secrets.Rotate(p))
		}
		w.restart()
		if n := w.count(`SELECT COUNT(*) FROM people_key WHERE lookup = $1`, w.lookup(code)); n != 0 {
			t.Error("found under the new pepper already")
		}
		_, back, _ := w.comeBack(code)
		if !same(g, back) {
			t.Error("somebody else came back")
		}
		// Its use brought it under the new one.
		if n := w.count(`SELECT COUNT(*) FROM people_key WHERE lookup = $1`, w.lookup(code)); n != 1 {
			t.Error("still under the old pepper")
		}
		w.comeBack(code)
	})
}

func (w *world) lookup(code string) []byte {
	return w.secrets.CodeKey("return", code, w.cost).Lookup()
}

func TestTwoWhoComeBackAtOnceBothDo(t *testing.T) {
	each(t, func(w *world) {
		_, _, code := w.withCode()
		errs := make([]error, 4)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, _, _, errs[i] = w.people.Return(w.ctx, code, false) })
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestASessionOfAPersonPrintsNothing(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, code := w.withCode()
		c, err := w.people.DrawClaim(w.ctx)
		w.must(err)
		n := people.Notice{Kind: people.ByMail, Address: "canary@example.org"}
		d := people.Draft{Text: "canary"}
		printed := fmt.Sprintf("%v %+v %#v %s %v %+v %v %+v %v", g, g, g, g, *c, c, n, n, []people.Notice{n})
		w.people.LogAll(w.ctx, g, c, n, d)
		printed += w.log.String()
		for _, canary := range []string{string(g.Person), cookie, code, "canary"} {
			if strings.Contains(printed, canary) {
				t.Errorf("printed: %q", printed)
			}
		}
		if !strings.Contains(w.log.String(), string(g.ID)) {
			t.Error("the session's id does not show in the log")
		}
	})
}

func TestACodeOfAnEarlierPairIsNotTouched(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		w.reissue(g.Person)
		_, err := w.people.NewCode(w.ctx, g) // a request that was under way
		w.fails(err, helpdesk.ErrConflict)
		_, _, err = w.people.Code(w.ctx, g)
		w.fails(err, helpdesk.ErrConflict)
	})
}
