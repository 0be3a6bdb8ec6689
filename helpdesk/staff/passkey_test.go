package staff_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// keeps makes a passkey in a session and returns it with the session's cookie.
func (w *world) keeps(cookie string, opens bool) (*chip, []string, string) {
	w.t.Helper()
	c := w.chip()
	options, err := w.desk.MakePasskey(w.ctx, cookie, here, "Desk")
	w.must(err)
	answer, output := c.makes(options)
	if !opens {
		output = nil
	}
	spares, fresh, err := w.desk.KeepPasskey(w.ctx, cookie, staff.Made{Name: "Canaryphone", Answer: answer, Output: output})
	w.must(err)
	return c, spares, fresh
}

// answers has a session's passkey sign what it is asked.
func (w *world) answers(c *chip, cookie string) string {
	w.t.Helper()
	options, err := w.desk.AskPasskey(w.ctx, cookie, here)
	w.must(err)
	answer, _ := c.signs(options)
	return string(answer)
}

func (w *world) opensDoor(c *chip) (string, error) {
	w.t.Helper()
	options, err := w.desk.OpenByPasskey(here)
	w.must(err)
	answer, output := c.signs(options)
	return w.desk.SignInByPasskey(w.ctx, answer, output)
}

func TestAPasskeyStandsBesideTheWordsInPlaceOfATelephone(t *testing.T) {
	each(t, func(w *world) {
		staff.NoDelays(w.desk)
		w.asks()
		half, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.must(err)
		c, spares, whole := w.keeps(half, false)
		if len(spares) != staff.SpareCodes {
			t.Errorf("%d spare codes with the first factor", len(spares))
		}
		w.open(whole)

		w.clock.Pass(time.Minute)
		half, err = w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.must(err)
		_, err = w.desk.Session(w.ctx, half, false)
		w.fails(err, staff.ErrFactor)
		at, err := w.desk.Halfway(w.ctx, half)
		w.must(err)
		if !at.Ways.Passkeys || at.Ways.Codes {
			t.Errorf("asked for %+v", at.Ways)
		}
		_, err = w.desk.GiveFactor(w.ctx, half, "123456")
		w.refused(err, "staff.factor_wrong") // an authenticator without a seed has no codes
		answer := w.answers(c, half)
		whole, err = w.desk.GiveFactor(w.ctx, half, answer)
		w.must(err)
		list, err := w.desk.Passkeys(w.ctx, w.open(whole))
		w.must(err)
		if len(list) != 1 || list[0].Name != "Canaryphone" || list[0].Opens || !list[0].Used.Equal(w.clock.Now().Truncate(24*time.Hour)) {
			t.Errorf("listed as %+v", list)
		}

		w.clock.Pass(6 * time.Minute)
		w.fails(w.open(whole).Proof(), staff.ErrProof)
		w.refused(w.desk.Prove(w.ctx, whole, answer), "staff.asked")
		w.must(w.desk.Prove(w.ctx, whole, w.answers(c, whole)))
		w.must(w.open(whole).Proof())
		if _, err := w.opensDoor(c); err == nil {
			t.Error("a passkey that may not open the door does")
		}
	})
}

func TestWhatAPasskeySignedCountsOnceAndWhereItWasAsked(t *testing.T) {
	each(t, func(w *world) {
		w.asks()
		half, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.must(err)
		c, _, _ := w.keeps(half, false)
		other := w.chip()
		other.id, other.handle, other.host = c.id, c.handle, c.host // its id, and another key
		words := func() string {
			cookie, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
			w.must(err)
			return cookie
		}
		for name, wrong := range map[string]struct {
			spoil func()
			by    *chip
			later time.Duration
			why   string
		}{
			"by another key":             {func() {}, other, 0, "staff.passkey_wrong"},
			"too late":                   {func() {}, c, 5 * time.Minute, "staff.asked"},
			"by who only touched it":     {func() { c.flags = 1 }, c, 0, "staff.passkey_wrong"},
			"without anybody":            {func() { c.flags = 4 }, c, 0, "staff.passkey_wrong"},
			"at another page":            {func() { c.site = "https://help.canary.example.net" }, c, 0, "staff.passkey_wrong"},
			"for another host":           {func() { c.host = "canary.example.net" }, c, 0, "staff.passkey_wrong"},
			"that may be copied at once": {func() { c.flags = 1 | 4 | 8 }, c, 0, "staff.passkey_wrong"},
		} {
			cookie := words()
			wrong.spoil()
			answer := w.answers(wrong.by, cookie)
			w.clock.Pass(wrong.later)
			if _, err := w.desk.GiveFactor(w.ctx, cookie, answer); err == nil {
				t.Errorf("%s it is taken", name)
			} else {
				w.refused(err, wrong.why)
			}
			c.flags, c.site, c.host = 1|4, here, "help.canary.example"
		}

		mine, another := words(), words()
		answer := w.answers(c, mine)
		_, err = w.desk.GiveFactor(w.ctx, another, answer)
		w.refused(err, "staff.asked") // asked of another session
		whole, err := w.desk.GiveFactor(w.ctx, mine, answer)
		w.must(err)
		w.refused(w.desk.Prove(w.ctx, whole, answer), "staff.asked")

		half = words()
		c.count = 1
		_, err = w.desk.GiveFactor(w.ctx, half, w.answers(c, half))
		w.refused(err, "staff.passkey_copied")
		w.must(w.book.Chain(w.ctx))
		var noted int
		w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM journal_entry WHERE verb = $1`, staff.VerbCopied).Scan(&noted))
		if noted != 1 {
			t.Errorf("a copied passkey stands %d times in the journal", noted)
		}
	})
}

// One that does not count signatures is told from a replay by the question alone;
// of many replicas that hear one answer at once, one takes it.
func TestOneAnswerAtManyReplicasAtOnceCountsOnce(t *testing.T) {
	each(t, func(w *world) {
		cookie, _ := w.signIn("ada", w.init.Words)
		c, _, whole := w.keeps(cookie, true)
		w.restart() // another process
		w.must(w.desk.Prove(w.ctx, whole, w.answers(c, whole)))
		options, err := w.desk.OpenByPasskey(here)
		w.must(err)
		c.count = 1 << 20
		answer, output := c.signs(options)
		var mu sync.Mutex
		var all sync.WaitGroup
		in := 0
		for range 6 {
			all.Go(func() {
				if _, err := w.desk.SignInByPasskey(w.ctx, answer, output); err == nil {
					mu.Lock()
					in++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if in != 1 {
			t.Errorf("%d entered with one answer", in)
		}
	})
}

func TestAnAnswerOfAPasskeyThatDoesNotCountIsGoodOnce(t *testing.T) {
	each(t, func(w *world) {
		cookie, _ := w.signIn("ada", w.init.Words)
		c, _, whole := w.keeps(cookie, true)
		options, err := w.desk.AskPasskey(w.ctx, whole, here)
		w.must(err)
		c.count-- // signs makes it 0 again, for ever
		answer, _ := c.signs(options)
		w.must(w.desk.Prove(w.ctx, whole, string(answer)))
		w.refused(w.desk.Prove(w.ctx, whole, string(answer)), "staff.asked")
	})
}

func TestAPasskeyOpensTheDoorInPlaceOfTheWords(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		w.asks()
		_, whole := w.enrol("ada", w.init.Words)
		c, spares, same := w.keeps(whole, true)
		if spares != nil || same != whole {
			t.Error("a second factor beside another draws new spare codes, or a new session")
		}
		cookie, err := w.opensDoor(c)
		w.must(err)
		s := w.open(cookie)
		w.must(s.Proof())
		if !s.Member(w.team) {
			t.Error("in, without the team's key")
		}

		// What it computes is what opens: the signature alone does not.
		options, err := w.desk.OpenByPasskey(here)
		w.must(err)
		answer, output := c.signs(options)
		_, err = w.desk.SignInByPasskey(w.ctx, answer, nil)
		w.refused(err, "staff.passkey_shut")
		output[0]++
		_, err = w.desk.SignInByPasskey(w.ctx, answer, output)
		w.refused(err, "staff.passkey_wrong")
		// Nor what was computed without the signature.
		output[0]--
		thief := w.chip()
		thief.id, thief.handle, thief.host, thief.count = c.id, c.handle, c.host, 100
		forged, _ := thief.signs(options)
		_, err = w.desk.SignInByPasskey(w.ctx, forged, output)
		w.refused(err, "staff.passkey_wrong")
		// Nor as somebody else.
		c.handle, thief.handle = []byte(bo.id), c.handle
		_, err = w.opensDoor(c)
		w.refused(err, "staff.passkey_wrong")
		c.handle = thief.handle

		// Other words change nothing, nor does a new pepper, nor another process.
		_, err = w.desk.NewWords(w.ctx, w.open(cookie))
		w.must(err)
		w.must(w.secrets.Rotate(vault.Pepper))
		w.restart()
		_, err = w.opensDoor(c)
		w.must(err)
		_, err = w.opensDoor(c) // under the new pepper by now
		w.must(err)

		w.clock.Pass(5 * time.Minute)
		late, err := w.desk.OpenByPasskey(here)
		w.must(err)
		w.clock.Pass(5 * time.Minute)
		answer, output = c.signs(late)
		_, err = w.desk.SignInByPasskey(w.ctx, answer, output)
		w.refused(err, "staff.asked")
	})
}

func TestAPasskeyThatWasTakenAwayOpensNothing(t *testing.T) {
	each(t, func(w *world) {
		w.asks()
		p, whole := w.enrol("ada", w.init.Words)
		c, _, _ := w.keeps(whole, true)
		kept, _, _ := w.keeps(whole, true)
		list, err := w.desk.Passkeys(w.ctx, w.open(whole))
		w.must(err)
		if len(list) != 2 || !list[0].Opens {
			t.Fatalf("listed as %+v", list)
		}
		w.clock.Pass(6 * time.Minute)
		w.fails(w.desk.RemovePasskey(w.ctx, w.open(whole), list[0].ID), staff.ErrProof)
		w.must(w.desk.Prove(w.ctx, whole, w.shows(p)))
		w.must(w.desk.RemovePasskey(w.ctx, w.open(whole), list[0].ID))
		w.fails(w.desk.RemovePasskey(w.ctx, w.open(whole), list[0].ID), helpdesk.ErrNotFound)
		_, err = w.opensDoor(c)
		w.refused(err, "staff.passkey_shut")
		half, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.must(err)
		options, err := w.desk.AskPasskey(w.ctx, half, here)
		w.must(err)
		answer, _ := c.signs(options)
		_, err = w.desk.GiveFactor(w.ctx, half, string(answer))
		w.refused(err, "staff.passkey_wrong")
		_, err = w.opensDoor(kept)
		w.must(err)

		// Another telephone leaves the passkey where it is.
		seed, err := staff.NewSeed("Desk", "ada")
		w.must(err)
		_, _, err = w.desk.KeepFactor(w.ctx, whole, seed.Secret, w.shows(phone{secret: seed.Secret}))
		w.must(err)
		_, err = w.opensDoor(kept)
		w.must(err)
	})
}

func TestTheLastFactorStays(t *testing.T) {
	each(t, func(w *world) {
		cookie, _ := w.signIn("ada", w.init.Words)
		_, _, whole := w.keeps(cookie, false)
		s := w.open(whole)
		list, err := w.desk.Passkeys(w.ctx, s)
		w.must(err)
		w.refused(w.desk.RemovePasskey(w.ctx, s, list[0].ID), "staff.passkey_last")
		w.keeps(whole, false)
		w.must(w.desk.RemovePasskey(w.ctx, s, list[0].ID))
	})
}

// Who is shown the door, and who is given a new first visit, keeps no passkey.
func TestAPasskeyEndsWithTheKeysItOpened(t *testing.T) {
	each(t, func(w *world) {
		bo, cy := w.hire("bo"), w.hire("cy")
		his, _, _ := w.keeps(bo.cookie, true)
		hers, _, _ := w.keeps(cy.cookie, true)
		var old []byte
		w.must(w.db.QueryRow(w.ctx, `SELECT unlocks FROM staff_user WHERE id = $1`, string(cy.id)).Scan(&old))
		w.must(w.desk.Disable(w.ctx, w.ada(), bo.id))
		token, err := w.desk.Reissue(w.ctx, w.ada(), cy.id)
		w.must(err)
		for _, c := range []*chip{his, hers} {
			if _, err := w.opensDoor(c); err == nil {
				t.Error("opens after its keys ended")
			}
		}
		_, _, err = w.desk.Accept(w.ctx, token, "en")
		w.must(err)
		_, err = w.opensDoor(hers)
		w.refused(err, "staff.passkey_wrong")
		var left int
		w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM staff_user WHERE unlocks IS NOT NULL`).Scan(&left))
		if left != 0 {
			t.Errorf("%d still have what a passkey opens", left)
		}
		w.exec(`UPDATE staff_user SET unlocks = $1 WHERE id = $2`, old, string(cy.id))
		_, err = w.opensDoor(hers)
		w.refused(err, "staff.passkey_wrong")
		w.alarmed("user_forged")
	})
}

// Who writes to the database puts no passkey beside somebody's name, and takes none
// away, unnoticed.
func TestAPasskeyMovedInTheDatabaseIsAnAlarm(t *testing.T) {
	for name, tamper := range map[string]string{
		"taken away":       `UPDATE staff_user SET unlocks = NULL WHERE id = $1`,
		"both taken away":  `UPDATE staff_user SET unlocks = NULL, factor = NULL WHERE id = $1`,
		"given to another": `UPDATE staff_user SET unlocks = (SELECT o.unlocks FROM staff_user o WHERE o.id = $1), factor = (SELECT o.factor FROM staff_user o WHERE o.id = $1) WHERE id <> $1`,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				bo := w.hire("bo")
				cookie, _ := w.signIn("ada", w.init.Words)
				c, _, _ := w.keeps(cookie, true)
				w.exec(tamper, string(w.init.User))
				if name == "given to another" {
					c.handle = []byte(bo.id)
				}
				_, err := w.opensDoor(c)
				w.refused(err, "staff.passkey_wrong")
				w.alarmed("user_forged")
			})
		})
	}
}

// A session can be asked, and answer, only where it stands; making a passkey is for
// who proved who they are.
func TestMakingAPasskeyNeedsAProof(t *testing.T) {
	each(t, func(w *world) {
		staff.NoDelays(w.desk)
		w.asks()
		p, whole := w.enrol("ada", w.init.Words)
		half, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.must(err)
		_, err = w.desk.MakePasskey(w.ctx, half, here, "Desk")
		w.fails(err, staff.ErrFactor)
		options, err := w.desk.MakePasskey(w.ctx, whole, here, "Desk")
		w.must(err)
		c := w.chip()
		answer, _ := c.makes(options)
		_, _, err = w.desk.KeepPasskey(w.ctx, half, staff.Made{Name: "x", Answer: answer})
		w.fails(err, staff.ErrFactor)
		w.clock.Pass(4*time.Minute + 59*time.Second)
		_, _, err = w.desk.KeepPasskey(w.ctx, whole, staff.Made{Name: "", Answer: answer})
		w.refused(err, "staff.passkey_name")
		_, _, err = w.desk.KeepPasskey(w.ctx, whole, staff.Made{Name: "x", Answer: answer, Output: []byte("short")})
		w.refused(err, "staff.passkey_wrong")
		_, _, err = w.desk.KeepPasskey(w.ctx, whole, staff.Made{Name: "x", Answer: answer})
		w.must(err)
		_, _, err = w.desk.KeepPasskey(w.ctx, whole, staff.Made{Name: "x", Answer: answer})
		w.refused(err, "staff.passkey_again")
		w.clock.Pass(2 * time.Second)
		_, err = w.desk.MakePasskey(w.ctx, whole, here, "Desk")
		w.fails(err, staff.ErrProof)
		_, _, err = w.desk.KeepPasskey(w.ctx, whole, staff.Made{Name: "x", Answer: answer})
		w.fails(err, staff.ErrProof)
		w.must(w.desk.Prove(w.ctx, whole, w.shows(p)))
		_, err = w.desk.MakePasskey(w.ctx, whole, "http://127.0.0.1:8080", "Desk")
		w.refused(err, "staff.passkey_address")
		for n := 1; n < 8; n++ {
			w.keeps(whole, false)
		}
		options, err = w.desk.MakePasskey(w.ctx, whole, here, "Desk")
		w.must(err)
		answer, _ = w.chip().makes(options)
		_, _, err = w.desk.KeepPasskey(w.ctx, whole, staff.Made{Name: "x", Answer: answer})
		w.refused(err, "staff.passkey_many")
	})
}

// Names, keys and who is linked lie sealed; what a browser brought is in no log.
func TestAPasskeyIsSealedUnderItsOwnersKey(t *testing.T) {
	each(t, func(w *world) {
		cookie, _ := w.signIn("ada", w.init.Words)
		c, _, _ := w.keeps(cookie, true)
		_, err := w.opensDoor(c)
		w.must(err)
		var no helpdesk.Refusal
		if _, err := w.desk.SignInByPasskey(w.ctx, []byte(`{"id":"Canaryphone"}`), nil); !errors.As(err, &no) {
			t.Errorf("an answer that is none: %v", err)
		}
		dump := string(storetest.Dump(t, w.db)) + w.log.String()
		for _, canary := range []string{"Canaryphone", "help.canary.example", string(c.id), text64(c.id), string(c.secret)} {
			if strings.Contains(dump, canary) {
				t.Errorf("%q lies open", canary)
			}
		}
	})
}
