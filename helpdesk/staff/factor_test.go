package staff_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
)

// phone is an authenticator that somebody holds.
type phone struct {
	secret string
	spares []string
}

func (w *world) shows(p phone) string {
	w.t.Helper()
	code, err := staff.FactorCode(p.secret, w.clock.Now())
	w.must(err)
	return code
}

// asks turns the second factor on, as it is from the start in a real house.
func (w *world) asks() {
	w.must(w.office.Set(w.ctx, w.init.User, office.SecondFactor, "yes"))
}

// enrol signs somebody in with words and makes their second factor.
func (w *world) enrol(login, words string) (phone, string) {
	w.t.Helper()
	cookie, err := w.desk.SignIn(w.ctx, login, words)
	w.must(err)
	seed, err := staff.NewSeed("Desk", login)
	w.must(err)
	p := phone{secret: seed.Secret}
	p.spares, cookie, err = w.desk.KeepFactor(w.ctx, cookie, seed.Secret, w.shows(p))
	w.must(err)
	return p, cookie
}

// enter signs somebody in with words and a code.
func (w *world) enter(login, words, code string) (string, error) {
	w.t.Helper()
	cookie, err := w.desk.SignIn(w.ctx, login, words)
	w.must(err)
	return w.desk.GiveFactor(w.ctx, cookie, code)
}

func TestWordsAloneOpenNothingInAHouseThatAsksForASecondFactor(t *testing.T) {
	each(t, func(w *world) {
		w.asks()
		cookie, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.must(err)
		_, err = w.desk.Session(w.ctx, cookie, false)
		w.fails(err, staff.ErrFactor)
		w.fails(err, helpdesk.ErrDenied)
		w.fails(w.desk.Prove(w.ctx, cookie, w.init.Words), staff.ErrFactor)
		_, err = w.desk.GiveFactor(w.ctx, cookie, "000000")
		w.fails(err, helpdesk.ErrDenied) // there is none to give
		half, err := w.desk.Halfway(w.ctx, cookie)
		w.must(err)
		if half.Made || half.User.Login != "ada" {
			t.Errorf("halfway is %v", half.Made)
		}

		p, whole := w.enrol("ada", w.init.Words)
		if w.open(whole).User.Login != "ada" || len(p.spares) != 8 {
			t.Error("a second factor was made, and the session is not whole")
		}
		// The door that was open before it was made does not make a second one.
		seed, err := staff.NewSeed("Desk", "ada")
		w.must(err)
		_, _, err = w.desk.KeepFactor(w.ctx, cookie, seed.Secret, w.shows(phone{secret: seed.Secret}))
		w.fails(err, staff.ErrFactor)

		w.clock.Pass(time.Minute)
		half2, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.must(err)
		_, err = w.desk.Session(w.ctx, half2, false)
		w.fails(err, staff.ErrFactor)
		_, _, err = w.desk.KeepFactor(w.ctx, half2, seed.Secret, w.shows(phone{secret: seed.Secret}))
		w.fails(err, staff.ErrFactor) // words alone replace nobody's telephone
		again, err := w.desk.GiveFactor(w.ctx, half2, w.shows(p))
		w.must(err)
		w.open(again)
		_, err = w.desk.Session(w.ctx, half2, false)
		if err == nil || again == half2 {
			t.Error("the cookie from before the second factor still opens something")
		}
	})
}

func TestWhoHasASecondFactorIsAskedForItEvenWhereTheHouseAsksNobody(t *testing.T) {
	each(t, func(w *world) {
		cookie, _ := w.signIn("ada", w.init.Words)
		w.open(cookie)
		w.enrol("ada", w.init.Words)
		cookie, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.must(err)
		_, err = w.desk.Session(w.ctx, cookie, false)
		w.fails(err, staff.ErrFactor)
	})
}

func TestACodeIsGoodOnceAndWithinOneStep(t *testing.T) {
	each(t, func(w *world) {
		w.asks()
		p, _ := w.enrol("ada", w.init.Words)
		_, err := w.enter("ada", w.init.Words, w.shows(p))
		w.refused(err, "staff.factor_wrong") // the one it was made with

		w.clock.Pass(30 * time.Second)
		code := w.shows(p)
		_, err = w.enter("ada", w.init.Words, code)
		w.must(err)
		_, err = w.enter("ada", w.init.Words, code)
		w.refused(err, "staff.factor_wrong")

		w.clock.Pass(5 * time.Minute)
		code = w.shows(p)
		w.clock.Pass(61 * time.Second) // two steps late
		_, err = w.enter("ada", w.init.Words, code)
		w.refused(err, "staff.factor_wrong")
		code = w.shows(p)
		w.clock.Pass(30 * time.Second) // one step late
		_, err = w.enter("ada", w.init.Words, code[:3]+" "+code[3:])
		w.must(err)
	})
}

func TestASpareCodeOpensOnceAndAlsoAfterManyWrongOnes(t *testing.T) {
	each(t, func(w *world) {
		staff.NoDelays(w.desk)
		w.asks()
		p, _ := w.enrol("ada", w.init.Words)
		w.clock.Pass(time.Minute)
		for range 5 {
			_, err := w.enter("ada", w.init.Words, "123456")
			w.refused(err, "staff.factor_wrong")
		}
		_, err := w.enter("ada", w.init.Words, w.shows(p))
		w.refused(err, "staff.factor_wait")
		cookie, err := w.enter("ada", w.init.Words, strings.ToUpper(p.spares[3]))
		w.must(err)
		_, err = w.enter("ada", w.init.Words, p.spares[3])
		w.refused(err, "staff.factor_wrong")
		left, err := w.desk.SparesLeft(w.ctx, w.open(cookie))
		w.must(err)
		if left != 7 {
			t.Errorf("%d spare codes are left of eight", left)
		}
		fresh, err := w.desk.NewSpares(w.ctx, w.open(cookie))
		w.must(err)
		_, err = w.enter("ada", w.init.Words, p.spares[0])
		w.refused(err, "staff.factor_wrong")
		_, err = w.enter("ada", w.init.Words, fresh[0])
		w.must(err)
		for _, code := range append(fresh, p.spares...) {
			if strings.Contains(w.log.String(), code) {
				t.Error("a spare code is in the log")
			}
		}
	})
}

// Of many who type the same spare code at the same moment one enters.
func TestASpareCodeTypedManyTimesAtOnceOpensOnce(t *testing.T) {
	each(t, func(w *world) {
		staff.NoDelays(w.desk)
		w.asks()
		p, _ := w.enrol("ada", w.init.Words)
		var halves []string
		for range 6 {
			cookie, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
			w.must(err)
			halves = append(halves, cookie)
		}
		var mu sync.Mutex
		var all sync.WaitGroup
		in := 0
		for _, half := range halves {
			all.Go(func() {
				if _, err := w.desk.GiveFactor(w.ctx, half, p.spares[0]); err == nil {
					mu.Lock()
					in++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if in != 1 {
			t.Errorf("%d entered with one spare code", in)
		}
	})
}

// Who writes to the database takes nobody's second factor away, and makes no
// session whole.
func TestASecondFactorTakenAwayInTheDatabaseIsAnAlarm(t *testing.T) {
	each(t, func(w *world) {
		w.asks()
		w.enrol("ada", w.init.Words)
		half, err := w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.must(err)
		w.exec(`UPDATE staff_session SET factor = 'words, factor' WHERE factor = 'words, not factor'`)
		_, err = w.desk.Session(w.ctx, half, false)
		w.fails(err, helpdesk.ErrDenied)
		w.alarmed("session_forged")

		w.exec(`UPDATE staff_user SET factor = NULL WHERE factor IS NOT NULL`)
		_, err = w.desk.SignIn(w.ctx, "ada", w.init.Words)
		w.refused(err, "staff.wrong")
		w.alarmed("user_forged")
	})
}

// A proof said to be later than it was opens nothing.
func TestAProofMovedForwardInTheDatabaseIsAnAlarm(t *testing.T) {
	each(t, func(w *world) {
		cookie, _ := w.signIn("ada", w.init.Words)
		w.clock.Pass(6 * time.Minute)
		w.fails(w.open(cookie).Proof(), staff.ErrProof)
		w.exec(`UPDATE staff_session SET proved = $1`, w.clock.Now().UnixMicro())
		_, err := w.desk.Session(w.ctx, cookie, false)
		w.fails(err, helpdesk.ErrDenied)
		w.alarmed("session_forged")
	})
}

// The factor and its spare codes lie sealed: with the server's secrets and the
// database nobody makes a code.
func TestASecondFactorIsSealedUnderItsOwnersKey(t *testing.T) {
	each(t, func(w *world) {
		w.asks()
		p, _ := w.enrol("ada", w.init.Words)
		var sealed []byte
		w.must(w.db.QueryRow(w.ctx, `SELECT factor FROM staff_user WHERE id = $1`, string(w.init.User)).Scan(&sealed))
		if strings.Contains(string(sealed), p.secret) {
			t.Error("the seed lies open")
		}
		if _, err := w.secrets.OpenOffice(vault.At("staff.user.factor", w.init.User, 1), sealed); err == nil {
			t.Error("the server opens it alone")
		}
	})
}

func TestWhatMattersNeedsAProofOfTheLastFiveMinutes(t *testing.T) {
	each(t, func(w *world) {
		staff.NoDelays(w.desk)
		w.asks()
		bo, ci := w.hireWhole("bo"), w.invite("ci", w.team).id
		p, cookie := w.enrol("ada", w.init.Words)
		shelter, north, until := helpdesk.NewID(), helpdesk.NewID(), w.clock.Now().AddDate(0, 3, 0)
		lo := w.lead(north, "lo")
		w.clock.Pass(6 * time.Minute)
		deeds := map[string]func(*staff.Session) error{
			"disable": func(s *staff.Session) error { return w.desk.Disable(w.ctx, s, bo) },
			"remove":  func(s *staff.Session) error { return w.desk.Remove(w.ctx, s, bo, w.team) },
			"invite": func(s *staff.Session) error {
				_, err := w.desk.Invite(w.ctx, s, "stranger", "Stranger", "stranger@canary.example", staff.Coordinator, w.team)
				return err
			},
			"propose": func(s *staff.Session) error { return w.desk.Propose(w.ctx, s, ci, w.team) },
			"admit":   func(s *staff.Session) error { return w.desk.Admit(w.ctx, s, ci, w.team) },
			"add a team": func(s *staff.Session) error {
				_, err := w.desk.AddTeam(w.ctx, s, staff.NewTeam{Name: "another"}, bo)
				return err
			},
			"reissue": func(s *staff.Session) error { _, err := w.desk.Reissue(w.ctx, s, bo); return err },
			"words":   func(s *staff.Session) error { _, err := w.desk.NewWords(w.ctx, s); return err },
			"code":    func(s *staff.Session) error { _, err := w.desk.RecoveryCode(w.ctx, s); return err },
			"spares":  func(s *staff.Session) error { _, err := w.desk.NewSpares(w.ctx, s); return err },
			"invite a partner": func(s *staff.Session) error {
				_, err := w.desk.InvitePartner(w.ctx, s, shelter, "pia", "Pia", "pia@canary.example", "en")
				return err
			},
			"invite a branch lead": func(s *staff.Session) error {
				_, err := w.desk.InviteBranchLead(w.ctx, s, north, "lena", "Lena", "lena@canary.example", "en", until)
				return err
			},
			"invite again": func(s *staff.Session) error {
				_, err := w.desk.InviteAgain(w.ctx, s, lo.id, until)
				return err
			},
			"renew a volunteer": func(s *staff.Session) error { return w.desk.RenewVolunteer(w.ctx, s, lo.id, until) },
			"end a volunteer":   func(s *staff.Session) error { return w.desk.EndVolunteer(w.ctx, s, lo.id) },
			"make a program": func(s *staff.Session) error {
				_, _, err := w.desk.MakeProgram(w.ctx, s, staff.NewProgram{Name: "system", Scopes: []staff.Scope{staff.ReadHours}, Until: until})
				return err
			},
			"another telephone": func(*staff.Session) error {
				_, _, err := w.desk.KeepFactor(w.ctx, cookie, p.secret, w.shows(p))
				return err
			},
		}
		for name, do := range deeds {
			if err := do(w.open(cookie)); err == nil {
				t.Errorf("%s without a proof", name)
			} else {
				w.fails(err, staff.ErrProof)
			}
		}
		w.refused(w.desk.Prove(w.ctx, cookie, w.init.Words), "staff.factor_wrong") // the words are no second factor
		w.refused(w.desk.Prove(w.ctx, cookie, "000000"), "staff.factor_wrong")
		w.must(w.desk.Prove(w.ctx, cookie, w.shows(p)))
		w.must(w.open(cookie).Proof())
		// Whoever proved it is not asked again for each.
		w.must(deeds["invite a partner"](w.open(cookie)))
		w.must(deeds["invite a branch lead"](w.open(cookie)))
		w.must(deeds["invite again"](w.open(cookie)))
		w.must(deeds["make a program"](w.open(cookie)))
		w.must(w.desk.Remove(w.ctx, w.open(cookie), bo, w.team))
		w.clock.Pass(5 * time.Minute)
		w.fails(w.open(cookie).Proof(), staff.ErrProof)
	})
}

// hireWhole is hire in a house that asks for the second factor; Ada has none yet.
func (w *world) hireWhole(login string) helpdesk.ID {
	w.t.Helper()
	w.must(w.office.Set(w.ctx, w.init.User, office.SecondFactor, "no"))
	h := w.hire(login)
	w.asks()
	return h.id
}

func TestWhoHasNoSecondFactorProvesWithTheirWords(t *testing.T) {
	each(t, func(w *world) {
		staff.NoDelays(w.desk)
		cookie, _ := w.signIn("ada", w.init.Words)
		w.clock.Pass(6 * time.Minute)
		w.fails(w.open(cookie).Proof(), staff.ErrProof)
		w.refused(w.desk.Prove(w.ctx, cookie, "six other words that are not theirs"), "staff.wrong_words")
		w.must(w.desk.Prove(w.ctx, cookie, w.init.Words))
		w.must(w.open(cookie).Proof())
	})
}

func TestOneEndsTheirOtherSessionsAndKeepsThis(t *testing.T) {
	each(t, func(w *world) {
		here, s := w.signIn("ada", w.init.Words)
		there, _ := w.signIn("ada", w.init.Words)
		bo := w.hire("bo")
		ended, stop := w.bus.Subscribe(staff.TopicSession)
		defer stop()
		w.must(w.desk.EndOtherSessions(w.ctx, s))
		_, err := w.desk.Session(w.ctx, there, false)
		w.fails(err, helpdesk.ErrDenied)
		w.open(here)
		w.open(bo.cookie)
		select {
		case e := <-ended:
			if e.Subject == s.ID {
				t.Error("this session was rung out")
			}
		case <-time.After(5 * time.Second):
			t.Error("the sockets of the others hear nothing")
		}
	})
}

// A lost telephone and no spare code: a coordinator gives them a new first visit,
// a member of the team lets them in again, and the old factor is worth nothing.
func TestALostPhoneWithoutSpareCodesIsReissuedByACoordinatorAndAMember(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		w.asks()
		lost, cookie := w.enrol("bo", bo.words)
		_, adas := w.enrol("ada", w.init.Words)
		token, err := w.desk.Reissue(w.ctx, w.open(adas), bo.id)
		w.must(err)
		_, err = w.desk.Session(w.ctx, cookie, false)
		w.fails(err, helpdesk.ErrDenied)
		words, half, err := w.desk.Accept(w.ctx, token, "en")
		w.must(err)
		_, err = w.desk.Session(w.ctx, half, false)
		w.fails(err, staff.ErrFactor)
		_, err = w.desk.GiveFactor(w.ctx, half, lost.spares[0])
		w.fails(err, helpdesk.ErrDenied)
		w.clock.Pass(time.Minute)
		_, whole := w.enrol("bo", words)
		if w.open(whole).Member(w.team) {
			t.Error("in the team before a member said so")
		}
		w.must(w.desk.Admit(w.ctx, w.open(adas), bo.id, w.team))
		if !w.open(whole).Member(w.team) {
			t.Error("let in, and not in")
		}
		var left int
		w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM staff_user WHERE id = $1 AND factor IS NOT NULL`, string(bo.id)).Scan(&left))
		if left != 1 {
			t.Error("no second factor after the new first visit")
		}
	})
}
