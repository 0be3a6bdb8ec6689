package staff_test

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

var tables = []string{
	"staff_user", "staff_team", "staff_teamkey", "staff_member", "staff_candidate",
	"staff_session", "staff_invitation", "staff_recovery",
	"staff_partner", "staff_partnerkey", "staff_partnermember", "staff_partneruser", "staff_program",
}

// keep copies all tables of the room, as somebody with a snapshot would.
func (w *world) keep(name string) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "snapshot", func(tx *store.Tx) error {
		for _, table := range tables {
			if _, err := tx.Exec(w.ctx, `CREATE TABLE `+name+`_`+table+` AS SELECT * FROM `+table); err != nil {
				return err
			}
		}
		return nil
	}))
}

// putBack overwrites tables with the snapshot.
func (w *world) putBack(name string, only ...string) {
	w.t.Helper()
	if only == nil {
		only = tables
	}
	w.must(w.db.Write(w.ctx, "put a snapshot back", func(tx *store.Tx) error {
		for _, table := range only {
			if _, err := tx.Exec(w.ctx, `DELETE FROM `+table); err != nil {
				return err
			}
			if _, err := tx.Exec(w.ctx, `INSERT INTO `+table+` SELECT * FROM `+name+`_`+table); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (w *world) alarms(code string) int {
	w.t.Helper()
	w.must(w.book.Chain(w.ctx))
	var n int
	w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM journal_entry WHERE verb = $1`, "alarm."+code).Scan(&n))
	return n
}

// attack is one thing a writer to the database does, and what must come of it.
type attack struct {
	name   string
	change func(a *arena)
	try    func(a *arena) error // must fail
	alarm  string
}

// arena is a world with people in every state.
type arena struct {
	*world
	bo, cy, eve, new hired // two members, somebody of another team, one invited
	waiting          hired // one with keys who waits
	other            helpdesk.ID
	attacker         *vault.Pair
}

func (a *arena) signInBo() error {
	_, err := a.desk.SignIn(a.ctx, "bo", a.bo.words)
	return err
}

// memberOf fails unless bo's living session is a member of the team.
func (a *arena) memberOf(cookie string, team helpdesk.ID) error {
	s, err := a.desk.Session(a.ctx, cookie, false)
	if err != nil {
		return err
	}
	if !s.Member(team) {
		return helpdesk.ErrDenied
	}
	return nil
}

func (a *arena) seal() error {
	_, err := a.desk.TeamKey(a.ctx, a.db, a.team)
	return err
}

func (a *arena) admitWaiting() error {
	return a.desk.Admit(a.ctx, a.ada(), a.waiting.id, a.team)
}

var attacks = []attack{
	{"the team's public key is replaced", func(a *arena) {
		a.exec(`UPDATE staff_teamkey SET public = $1 WHERE team = $2`, a.attacker.Public().Public, string(a.team))
	}, (*arena).seal, "team_key_forged"},
	{"another team's key is copied over", func(a *arena) {
		a.exec(`UPDATE staff_teamkey SET public = (SELECT public FROM staff_teamkey WHERE team = $1), mac = (SELECT mac FROM staff_teamkey WHERE team = $1) WHERE team = $2`, string(a.other), string(a.team))
	}, (*arena).seal, "team_key_forged"},
	{"a newer version is invented", func(a *arena) {
		a.exec(`INSERT INTO staff_teamkey (team, version, public, mac, recovery, recovery_mac) SELECT team, 2, $1, mac, recovery, recovery_mac FROM staff_teamkey WHERE team = $2`, a.attacker.Public().Public, string(a.team))
		a.exec(`UPDATE staff_team SET version = 2 WHERE id = $1`, string(a.team))
	}, (*arena).seal, "team_forged"},
	{"a team is made unrestricted", func(a *arena) {
		a.exec(`UPDATE staff_team SET restricted = $1 WHERE id = $2`, false, string(a.other))
	}, func(a *arena) error {
		_, err := a.desk.TeamKey(a.ctx, a.db, a.other)
		return err
	}, "team_forged"},
	{"a membership is copied to somebody else", func(a *arena) {
		a.exec(`INSERT INTO staff_member (team, user_id, version, form, wrap, mac) SELECT team, $1, version, form, wrap, mac FROM staff_member WHERE user_id = $2 AND team = $3`, string(a.eve.id), string(a.bo.id), string(a.team))
	}, func(a *arena) error { return a.memberOf(a.eve.cookie, a.team) }, "member_forged"},
	{"a membership is made with the attacker's pair", func(a *arena) {
		var public []byte
		a.must(a.db.QueryRow(a.ctx, `SELECT public FROM staff_user WHERE id = $1`, string(a.eve.id)).Scan(&public))
		inside := vault.InsideKey{ID: vault.KeyID{Kind: vault.User, Owner: a.eve.id, Version: 1}, Public: public}
		wrap, err := inside.WrapPair(vault.At("staff.member", a.team, a.eve.id, 1), a.attacker)
		a.must(err)
		a.exec(`INSERT INTO staff_member (team, user_id, version, form, wrap, mac) SELECT team, $1, version, 'blind', $2, mac FROM staff_member WHERE user_id = $3 AND team = $4`, string(a.eve.id), wrap, string(a.bo.id), string(a.team))
	}, func(a *arena) error { return a.memberOf(a.eve.cookie, a.team) }, "member_forged"},
	{"a settled membership is called blind", func(a *arena) {
		a.exec(`UPDATE staff_member SET form = 'blind' WHERE user_id = $1`, string(a.bo.id))
	}, func(a *arena) error { return a.memberOf(a.bo.cookie, a.team) }, "member_forged"},
	{"memberships of two teams are exchanged", func(a *arena) {
		a.exec(`UPDATE staff_member SET wrap = (SELECT wrap FROM staff_member WHERE user_id = $1 AND team = $2), mac = (SELECT mac FROM staff_member WHERE user_id = $1 AND team = $2) WHERE user_id = $1 AND team = $3`, string(a.eve.id), string(a.other), string(a.team))
	}, func(a *arena) error { return a.memberOf(a.eve.cookie, a.team) }, "member_forged"},
	{"a candidate's public key is swapped before admission", func(a *arena) {
		a.exec(`UPDATE staff_user SET public = $1 WHERE id = $2`, a.attacker.Public().Public, string(a.waiting.id))
	}, (*arena).admitWaiting, "user_forged"},
	{"another user's public key and MAC are copied to a candidate", func(a *arena) {
		a.exec(`UPDATE staff_user SET public = (SELECT public FROM staff_user WHERE id = $1), mac = (SELECT mac FROM staff_user WHERE id = $1) WHERE id = $2`, string(a.bo.id), string(a.waiting.id))
	}, (*arena).admitWaiting, "user_forged"},
	{"somebody is made a candidate", func(a *arena) {
		a.exec(`INSERT INTO staff_candidate (team, user_id, again, voice, mac) SELECT team, $1, again, voice, mac FROM staff_candidate WHERE user_id = $2`, string(a.eve.id), string(a.waiting.id))
	}, func(a *arena) error { return a.desk.Admit(a.ctx, a.ada(), a.eve.id, a.team) }, "candidate_forged"},
	{"a first voice is invented", func(a *arena) {
		a.exec(`UPDATE staff_candidate SET voice = $1 WHERE user_id = $2`, string(a.cy.id), string(a.waiting.id))
	}, (*arena).admitWaiting, "candidate_forged"},
	{"somebody makes themselves a coordinator", func(a *arena) {
		a.exec(`UPDATE staff_user SET kind = 'coordinator' WHERE id = $1`, string(a.bo.id))
	}, func(a *arena) error { return a.memberOf(a.bo.cookie, a.team) }, "user_forged"},
	{"somebody's lock is replaced by one with known words", func(a *arena) {
		a.exec(`UPDATE staff_user SET locked = (SELECT locked FROM staff_user WHERE id = $1), salt = (SELECT salt FROM staff_user WHERE id = $1) WHERE id = $2`, string(a.eve.id), string(a.bo.id))
	}, func(a *arena) error {
		_, err := a.desk.SignIn(a.ctx, "bo", a.eve.words)
		return err
	}, "user_forged"},
	{"somebody's recovery code is replaced by a known one", func(a *arena) {
		_, eve := a.signIn(a.eve.login, a.eve.words)
		_, err := a.desk.RecoveryCode(a.ctx, eve)
		a.must(err)
		a.exec(`UPDATE staff_user SET code_locked = (SELECT code_locked FROM staff_user WHERE id = $1), code_salt = (SELECT code_salt FROM staff_user WHERE id = $1) WHERE id = $2`, string(a.eve.id), string(a.bo.id))
	}, (*arena).signInBo, "user_forged"},
	{"that somebody was in a team is taken from their row", func(a *arena) {
		a.must(a.desk.Remove(a.ctx, a.desk.Console(), a.eve.id, a.other))
		a.exec(`UPDATE staff_user SET former = '' WHERE id = $1`, string(a.eve.id))
	}, func(a *arena) error { return a.desk.Propose(a.ctx, a.desk.Console(), a.eve.id, a.other) }, "user_forged"},
	{"a guess is made to take all memory", func(a *arena) {
		a.exec(`UPDATE staff_user SET mib = 1000 WHERE id = $1`, string(a.bo.id))
	}, (*arena).signInBo, "user_forged"},
	{"two logins are exchanged", func(a *arena) {
		a.exec(`UPDATE staff_user SET login_index = $1 WHERE id = $2`, []byte("elsewhere"), string(a.bo.id))
		a.exec(`UPDATE staff_user SET login_index = $1 WHERE id = $2`, a.secrets.Index("staff.login", "bo"), string(a.eve.id))
	}, func(a *arena) error {
		_, err := a.desk.SignIn(a.ctx, "bo", a.eve.words)
		return err
	}, "user_forged"},
	{"an invitation is prolonged", func(a *arena) {
		a.exec(`UPDATE staff_invitation SET expires = expires + 1 WHERE user_id = $1`, string(a.new.id))
	}, func(a *arena) error {
		_, _, err := a.desk.Accept(a.ctx, a.new.token, "en")
		return err
	}, "invitation_forged"},
	{"an invitation is turned to another user", func(a *arena) {
		a.exec(`UPDATE staff_invitation SET user_id = $1 WHERE user_id = $2`, string(a.bo.id), string(a.new.id))
	}, func(a *arena) error {
		_, _, err := a.desk.Accept(a.ctx, a.new.token, "en")
		return err
	}, "invitation_forged"},
	{"a session is moved to another user", func(a *arena) {
		a.exec(`UPDATE staff_session SET user_id = $1 WHERE user_id = $2`, string(a.init.User), string(a.eve.id))
	}, func(a *arena) error { return a.memberOf(a.eve.cookie, a.other) }, "session_forged"},
	{"a session is prolonged", func(a *arena) {
		a.exec(`UPDATE staff_session SET expires = expires + 1 WHERE user_id = $1`, string(a.eve.id))
	}, func(a *arena) error { return a.memberOf(a.eve.cookie, a.other) }, "session_forged"},
	{"a session gets another's seed", func(a *arena) {
		a.exec(`UPDATE staff_session SET seed = (SELECT seed FROM staff_session WHERE user_id = $1 ORDER BY id LIMIT 1) WHERE user_id = $2`, string(a.bo.id), string(a.eve.id))
	}, func(a *arena) error { return a.memberOf(a.eve.cookie, a.other) }, "session_forged"},
	{"the recovery key is replaced", func(a *arena) {
		a.exec(`UPDATE staff_recovery SET public = $1`, a.attacker.Public().Public)
	}, func(a *arena) error { return a.desk.Remove(a.ctx, a.desk.Console(), a.bo.id, a.team) }, "recovery_forged"},
	{"what recovery holds of a team is replaced", func(a *arena) {
		a.exec(`UPDATE staff_teamkey SET recovery = (SELECT recovery FROM staff_teamkey WHERE team = $1) WHERE team = $2`, string(a.other), string(a.team))
	}, func(a *arena) error {
		return a.desk.Recover(a.ctx, a.init.Sheets[0], a.init.Sheets[1], a.waiting.id, a.team)
	}, "team_key_forged"},
	{"what a member remembers is taken away", func(a *arena) {
		a.exec(`UPDATE staff_user SET profile = NULL WHERE id = $1`, string(a.bo.id))
	}, (*arena).signInBo, "profile_forged"},
	{"what a member remembers is another's", func(a *arena) {
		a.exec(`UPDATE staff_user SET profile = (SELECT profile FROM staff_user WHERE id = $1) WHERE id = $2`, string(a.eve.id), string(a.bo.id))
	}, (*arena).signInBo, "profile_forged"},
	{"a team vanishes that a member remembers", func(a *arena) {
		a.exec(`DELETE FROM staff_teamkey WHERE team = $1`, string(a.team))
	}, (*arena).signInBo, "pin_back"},
}

// TestDatabaseWriter: whoever can write to the database can neither make us
// seal to them nor believe them, and is noticed.
func TestDatabaseWriter(t *testing.T) {
	each(t, func(w *world) {
		engine := w.t
		a := &arena{world: w, bo: w.hire("bo"), cy: w.hire("cy"), attacker: vault.NewPair(vault.KeyID{Kind: vault.Team, Owner: w.team, Version: 1})}
		a.eve = a.hire("eve")
		other, err := a.desk.AddTeam(a.ctx, a.desk.Console(), staff.NewTeam{Name: "other", Restricted: true}, a.eve.id)
		a.must(err)
		a.other = other.ID
		a.must(a.memberOf(a.eve.cookie, a.other))
		// Eve is in the first team for the exchange; everywhere else she is not.
		a.must(a.memberOf(a.eve.cookie, a.team))
		a.waiting, a.new = a.accepted("wim", a.team), a.invite("new", a.team)
		a.must(a.signInBo())
		a.keep("whole")
		a.must(a.desk.Remove(a.ctx, a.desk.Console(), a.eve.id, a.team))
		for _, attack := range attacks {
			engine.Run(attack.name, func(t *testing.T) {
				a.t = t
				defer func() { a.t = engine }()
				a.putBack("whole")
				a.restart()
				if strings.Contains(attack.name, "copied to somebody else") || strings.Contains(attack.name, "attacker's pair") {
					a.exec(`DELETE FROM staff_member WHERE user_id = $1 AND team = $2`, string(a.eve.id), string(a.team))
				}
				members := a.count(`SELECT COUNT(*) FROM staff_member`)
				a.clock.Pass(16 * time.Minute)
				a.exec(`UPDATE staff_session SET touched = $1`, a.clock.Now().UnixMicro())
				before := a.alarms(attack.alarm)
				attack.change(a)
				changed := a.count(`SELECT COUNT(*) FROM staff_member`)
				if err := attack.try(a); err == nil {
					t.Error("it worked")
				}
				if a.alarms(attack.alarm) != before+1 || !strings.Contains(a.log.String(), "code="+attack.alarm) {
					t.Errorf("no alarm %s", attack.alarm)
				}
				if n := a.count(`SELECT COUNT(*) FROM staff_member`); n != changed {
					t.Errorf("%d memberships, then %d, then %d: something was sealed", members, changed, n)
				}
			})
		}
	})
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	w.must(w.db.QueryRow(w.ctx, query, args...).Scan(&n))
	return n
}

func TestAForgedMemberGetsNoneOfTheNextKey(t *testing.T) {
	each(t, func(w *world) {
		bo, cy := w.hire("bo"), w.hire("cy")
		di, eve := w.accepted("di", w.team), w.accepted("eve")
		w.must(w.desk.Admit(w.ctx, w.ada(), di.id, w.team))
		w.exec(`INSERT INTO staff_member (team, user_id, version, form, wrap, mac) SELECT team, $1, version, form, wrap, mac FROM staff_member WHERE user_id = $2`, string(eve.id), string(bo.id))
		w.exec(`UPDATE staff_user SET public = (SELECT public FROM staff_user WHERE id = $1) WHERE id = $2`, string(eve.id), string(di.id))
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), bo.id, w.team))
		w.alarmed("member_forged")
		w.alarmed("user_forged")
		got := map[helpdesk.ID]bool{}
		rows, err := w.db.Query(w.ctx, `SELECT user_id FROM staff_member WHERE version = 2`)
		w.must(err)
		defer rows.Close()
		for rows.Next() {
			var id helpdesk.ID
			w.must(rows.Scan(&id))
			got[id] = true
		}
		if len(got) != 2 || !got[w.init.User] || !got[cy.id] {
			t.Errorf("the new key went to %d people", len(got))
		}
	})
}

func TestATeamPutBackToAnOlderKeyIsNoticed(t *testing.T) {
	each(t, func(w *world) {
		bo, cy := w.hire("bo"), w.hire("cy")
		w.keep("old")
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), bo.id, w.team))
		w.signIn("cy", cy.words)
		w.putBack("old", "staff_team", "staff_teamkey", "staff_member")
		if _, err := w.desk.TeamKey(w.ctx, w.db, w.team); err == nil {
			t.Error("the running house seals to the old key")
		}
		w.alarmed("team_key_back")
		_, err := w.desk.SignIn(w.ctx, "cy", cy.words)
		w.refused(err, "staff.stopped")

		// A house started anew has seen nothing; its members have.
		w.restart()
		_, err = w.desk.SignIn(w.ctx, "cy", cy.words)
		w.refused(err, "staff.stopped")
		w.alarmed("pin_back")
	})
}

func TestAKeyOfTheSameVersionButNotTheSameIsNoticed(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		w.signIn("bo", bo.words)
		// Somebody who has taken the origin secret as well vouches for a key of
		// their own: the server believes it, the member does not.
		evil := vault.NewPair(vault.KeyID{Kind: vault.Team, Owner: w.team, Version: 1})
		public := evil.Public().Public
		w.exec(`UPDATE staff_teamkey SET public = $1, mac = $2 WHERE team = $3`,
			public, w.secrets.Vouch(vault.At("staff.teamkey.origin", w.team, 1), public), string(w.team))
		w.restart()
		_, err := w.desk.SignIn(w.ctx, "bo", bo.words)
		w.refused(err, "staff.stopped")
		w.alarmed("pin_differs")
	})
}

func TestAnOldRowDoesNotLetSomebodyBackIn(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		w.open(bo.cookie)
		w.keep("old")
		w.must(w.desk.Disable(w.ctx, w.desk.Console(), bo.id))
		_, err := w.desk.SignIn(w.ctx, "bo", bo.words)
		w.refused(err, "staff.wrong")
		w.putBack("old", "staff_user", "staff_session")
		_, err = w.desk.SignIn(w.ctx, "bo", bo.words)
		w.refused(err, "staff.wrong")
		_, err = w.desk.Session(w.ctx, bo.cookie, false)
		w.fails(err, helpdesk.ErrDenied)
		w.alarmed("user_back")

		// Also where nobody remembers, the old row holds no living key.
		w.restart()
		w.exec(`INSERT INTO staff_member SELECT * FROM old_staff_member WHERE user_id = $1`, string(bo.id))
		s := w.open(bo.cookie)
		if s.Member(w.team) || len(s.Teams()) != 0 {
			t.Error("an old membership counts")
		}
		_, err = s.TeamPair(w.team, 1)
		w.fails(err, helpdesk.ErrDenied)
	})
}

func TestRubbishUnderANewerKeyCostsNobodyTheOlder(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), bo.id, w.team))
		w.exec(`UPDATE staff_teamkey SET previous = $1 WHERE version = 2`, []byte("rubbish"))
		s := w.ada()
		if _, err := s.TeamPair(w.team, 1); err != nil {
			t.Error(err)
		}
		w.alarmed("team_key_forged")
		if _, err := w.ada().TeamPair(w.team, 1); err != nil {
			t.Errorf("the second time: %v", err)
		}
	})
}
