package people_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

func (w *world) tryReissue(by *staff.Session, person helpdesk.ID, teams ...helpdesk.ID) (people.Reissued, error) {
	w.t.Helper()
	c, err := w.people.DrawClaim(w.ctx)
	w.must(err)
	var r people.Reissued
	err = w.write(func(tx *store.Tx) (err error) {
		r, err = w.people.Reissue(w.ctx, tx, by, person, teams, c)
		return err
	})
	return r, err
}

// reissue has Ada give somebody a new code.
func (w *world) reissue(person helpdesk.ID) people.Reissued {
	w.t.Helper()
	r, err := w.tryReissue(w.ada(), person, w.team)
	w.must(err)
	return r
}

func TestALostCodeIsReplacedByOneToClaim(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, old := w.withCode()
		key := vault.NewKey()
		wrap := g.Pair().Wrap(vault.At("test"), key)
		heard := w.ended()
		w.clock.pass(time.Minute)
		r := w.reissue(g.Person)
		if r.Noted || r.Key.ID.Version != 2 || len(r.Code) != 20 {
			t.Errorf("re-issued: noted %v, version %d", r.Noted, r.Key.ID.Version)
		}
		if at, err := w.people.CodeChanged(w.ctx, g.Person); err != nil || !at.Equal(w.clock.now()) {
			t.Errorf("consent rests from %v, %v", at, err)
		}
		// Nothing old opens any more.
		w.denied(cookie)
		_, _, _, err := w.people.Return(w.ctx, old, false)
		w.refused(err, "code.wrong")
		if got := heard(); !slices.Equal(got, []helpdesk.ID{g.ID}) {
			t.Errorf("ended: %v", got)
		}
		now, err := w.people.PersonKey(w.ctx, w.db, g.Person)
		w.must(err)
		if !bytes.Equal(now.Fingerprint(), r.Key.Fingerprint()) {
			t.Error("what is written now goes to another key")
		}

		w.clock.pass(time.Hour)
		cookie, back, last := w.comeBack(r.Code)
		if back.Person != g.Person || !back.MustShowCode || back.Code != people.OwnCode || !last.IsZero() {
			t.Errorf("came back as %+v", back)
		}
		if _, err := back.Pair().Unwrap(vault.At("test"), wrap); err == nil {
			t.Error("the new pair opens what the old one sealed")
		}
		// Its first use replaced it: who handed it over has nothing.
		_, _, _, err = w.people.Return(w.ctx, r.Code, false)
		w.refused(err, "code.wrong")
		if at, err := w.people.CodeChanged(w.ctx, g.Person); err != nil || !at.Equal(w.clock.now()) {
			t.Errorf("consent rests from %v, %v", at, err)
		}
		// The page that follows still knows that the new one is to be shown.
		back = w.guest(cookie)
		code, ok, err := w.people.Code(w.ctx, back)
		if !back.MustShowCode || !ok || err != nil || code == r.Code {
			t.Errorf("to be shown: %v, %v, %v", back.MustShowCode, ok, err)
		}
		w.must(w.people.CodeShown(w.ctx, back))
		if back.MustShowCode || w.guest(cookie).MustShowCode {
			t.Error("to be shown for ever")
		}
		_, again, _ := w.comeBack(code)
		if !same(back, again) || again.MustShowCode {
			t.Error("the new code leads elsewhere, or is replaced again")
		}
	})
}

func TestAClaimIsUsedOnce(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		r := w.reissue(g.Person)
		errs := make([]error, 5)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, _, _, errs[i] = w.people.Return(w.ctx, r.Code, false) })
		}
		all.Wait()
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
			} else {
				w.refused(err, "code.wrong")
			}
		}
		if in != 1 {
			t.Errorf("%d came in by one claim", in)
		}
	})
}

func TestSomebodyKnownByMailIsHandedAFirstCode(t *testing.T) {
	each(t, func(w *world) {
		var person helpdesk.ID
		w.must(w.write(func(tx *store.Tx) (err error) {
			person, err = w.people.NewPerson(w.ctx, tx)
			return err
		}))
		r := w.reissue(person)
		_, g, _ := w.comeBack(r.Code)
		if r.Key.ID.Version != 1 || g.Person != person || !g.MustShowCode {
			t.Errorf("version %d, came back as %+v", r.Key.ID.Version, g)
		}
		_, err := w.tryReissue(w.ada(), helpdesk.NewID(), w.team)
		w.fails(err, helpdesk.ErrNotFound)
	})
}

func TestOnlyAColleagueOfTheTeamMakesANewCode(t *testing.T) {
	each(t, func(w *world) {
		_, g, code := w.withCode()
		stranger := w.hire("stranger")
		for name, by := range map[string]*staff.Session{"no member": stranger, "the console": w.staff.Console()} {
			if _, err := w.tryReissue(by, g.Person, w.team); err == nil {
				t.Errorf("%s may", name)
			} else {
				w.fails(err, helpdesk.ErrDenied)
			}
		}
		_, err := w.tryReissue(w.ada(), g.Person) // of no team at all
		w.fails(err, helpdesk.ErrDenied)
		if _, err := w.tryReissue(w.ada(), g.Person, w.team, helpdesk.NewID()); err == nil {
			t.Error("a team nobody knows was passed over")
		}
		w.comeBack(code)
	})
}

// restricted makes a team that is delicate to be in, with two members.
func (w *world) restricted() (team helpdesk.ID, bo, cy *staff.Session) {
	w.t.Helper()
	bo, cy = w.hire("bo"), w.hire("cy")
	made, err := w.staff.AddTeam(w.ctx, w.staff.Console(), staff.NewTeam{Name: "quiet", Restricted: true}, bo.User.ID, cy.User.ID)
	w.must(err)
	open := func(s *staff.Session) *staff.Session {
		// The membership is new; a request of now sees it.
		words, err := w.staff.NewWords(w.ctx, s)
		w.must(err)
		return w.signIn(s.User.Login, words)
	}
	return made.ID, open(bo), open(cy)
}

func TestARestrictedTeamNeedsASecondCounsellor(t *testing.T) {
	each(t, func(w *world) {
		team, bo, cy := w.restricted()
		_, g, code := w.withCode()
		// Ada is of one of the person's teams, and not of the restricted one.
		_, err := w.tryReissue(w.ada(), g.Person, w.team, team)
		w.fails(err, helpdesk.ErrDenied)

		for range 2 { // the same one twice is still one
			r, err := w.tryReissue(bo, g.Person, w.team, team)
			if err != nil || !r.Noted || r.Code != "" {
				t.Fatalf("the first: %v, noted %v", err, r.Noted)
			}
		}
		w.comeBack(code) // nothing has changed yet
		r, err := w.tryReissue(cy, g.Person, w.team, team)
		w.must(err)
		if r.Noted || r.Code == "" {
			t.Error("the second changed nothing")
		}
		_, _, _, err = w.people.Return(w.ctx, code, false)
		w.refused(err, "code.wrong")
		w.comeBack(r.Code)
		// The next time begins with a first again.
		r, err = w.tryReissue(cy, g.Person, team)
		if err != nil || !r.Noted {
			t.Errorf("the next time: %v, noted %v", err, r.Noted)
		}
	})
}

func TestAFirstVoiceFadesInAWeek(t *testing.T) {
	each(t, func(w *world) {
		team, bo, cy := w.restricted()
		_, g, _ := w.withCode()
		_, err := w.tryReissue(bo, g.Person, team)
		w.must(err)
		w.clock.pass(7*24*time.Hour + time.Second)
		r, err := w.tryReissue(cy, g.Person, team)
		if err != nil || !r.Noted {
			t.Errorf("after a week: %v, noted %v", err, r.Noted)
		}
		w.must(w.people.Sweep(w.ctx))
		if n := w.count(`SELECT COUNT(*) FROM people_voice`); n != 1 {
			t.Errorf("%d voices", n)
		}
	})
}

func TestANewCodeIsInTheJournal(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		w.comeBack(w.reissue(g.Person).Code)
		w.must(w.book.Chain(w.ctx))
		for verb, want := range map[string]int{people.VerbCode: 2, people.VerbReissued: 1} {
			if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = $1 AND object = $2`, verb, string(g.Person)); n != want {
				t.Errorf("%s: %d lines, want %d", verb, n, want)
			}
		}
	})
}
