package people_test

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

var tables = []string{"people_key", "people_guest", "people_late", "people_late_file", "people_notice", "people_voice"}

// keep copies all tables of the room, as somebody with a snapshot would.
func (w *world) keep(name string) {
	w.t.Helper()
	w.must(w.write(func(tx *store.Tx) error {
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
	w.must(w.write(func(tx *store.Tx) error {
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

// arena is a house with a person worth attacking, and Eve, who has a code of
// her own and writes to the database.
type arena struct {
	*world
	victim, eve         *people.Guest
	cookie, eves        string
	code, old, evesCode string
	team                helpdesk.ID // restricted
	bo, cy              *staff.Session
	attacker            *vault.Pair
	evesSecret          vault.SessionKey
	ended               string // the cookie of a session of the victim's that idleness ended
	erasing, readdr     *people.Guest
}

// attack is one thing a writer to the database does, and what must come of it.
type attack struct {
	name   string
	change func(a *arena)
	try    func(a *arena) error // must fail
	alarm  string
}

func (a *arena) seal() error {
	_, err := a.people.PersonKey(a.ctx, a.db, a.victim.Person)
	return err
}

func (a *arena) comeIn(code string) func(a *arena) error {
	return func(a *arena) error {
		_, _, _, err := a.people.Return(a.ctx, code, false)
		return err
	}
}

func enter(cookie func(a *arena) string) func(a *arena) error {
	return func(a *arena) error {
		_, err := a.people.Guest(a.ctx, cookie(a), true)
		return err
	}
}

func victims(a *arena) string { return a.cookie }
func eves(a *arena) string    { return a.eves }

func (a *arena) set(column string, value any) {
	a.exec(`UPDATE people_key SET `+column+` = $1 WHERE person = $2`, value, string(a.victim.Person))
}

// copyKey takes columns of Eve's key row over to the victim's.
func (a *arena) copyKey(columns ...string) {
	for _, c := range columns {
		a.exec(`UPDATE people_key SET `+c+` = (SELECT `+c+` FROM people_key WHERE person = $1) WHERE person = $2`,
			string(a.eve.Person), string(a.victim.Person))
	}
}

func (a *arena) late() error {
	late, err := a.people.Late(a.ctx, a.victim)
	if err == nil && (len(late) == 0 || len(late[0].Files) == 0) {
		return helpdesk.ErrNotFound
	}
	return err
}

func (a *arena) lateFiles() error {
	late, err := a.people.Late(a.ctx, a.victim)
	if err != nil {
		return err
	}
	if len(late) == 0 {
		return helpdesk.ErrNotFound
	}
	files, err := a.people.LateFiles(a.ctx, a.victim, late[0].ID)
	if err == nil && len(files) == 0 {
		return helpdesk.ErrNotFound
	}
	return err
}

func (a *arena) notice() error {
	_, _, err := a.people.Notice(a.ctx, a.victim.Person)
	return err
}

// second is cy's voice where bo's was forged: it must not be enough.
func (a *arena) second() error {
	r, err := a.tryReissue(a.cy, a.victim.Person, a.team)
	if err == nil && r.Noted {
		return helpdesk.ErrDenied
	}
	return err
}

func (a *arena) dueAt(after time.Duration) error {
	due, err := a.people.EraseDue(a.ctx, a.clock.now().Add(after))
	if err == nil && len(due) == 0 {
		return helpdesk.ErrNotFound
	}
	return err
}

var attacks = []attack{
	{"the person's public key is replaced", func(a *arena) { a.set("public", a.attacker.Public().Public) }, (*arena).seal, "person_forged"},
	{"another person's public key and MAC are copied over", func(a *arena) { a.copyKey("public", "mac") }, (*arena).seal, "person_forged"},
	{"a later generation is invented", func(a *arena) { a.set("generation", 2) }, (*arena).seal, "person_forged"},
	{"a key is invented for a person without one", func(a *arena) {
		a.exec(`INSERT INTO people_key SELECT 'nobody', generation, version, public, state, NULL, locked, shown, used, changed, notice, erase_at, mac, until FROM people_key WHERE person = $1`, string(a.eve.Person))
	}, func(a *arena) error {
		_, err := a.people.PersonKey(a.ctx, a.db, "nobody")
		return err
	}, "person_forged"},
	{"Eve's code is made to lead to the victim", func(a *arena) {
		a.exec(`UPDATE people_key SET lookup = NULL WHERE person = $1`, string(a.eve.Person))
		a.set("lookup", a.lookup(a.evesCode))
	}, func(a *arena) error { return a.comeIn(a.evesCode)(a) }, "person_forged"},
	{"the victim's lock is replaced by Eve's", func(a *arena) { a.copyKey("locked") }, func(a *arena) error { return a.comeIn(a.code)(a) }, "person_forged"},
	{"a code is made that says it was never changed", func(a *arena) { a.set("changed", 1) }, func(a *arena) error {
		_, err := a.people.CodeChanged(a.ctx, a.victim.Person)
		return err
	}, "person_forged"},
	{"a claim is called the person's own, so that its use keeps it", func(a *arena) {
		a.exec(`UPDATE people_key SET state = 'own' WHERE person = $1`, string(a.readdr.Person))
	}, func(a *arena) error {
		_, err := a.people.PersonKey(a.ctx, a.db, a.readdr.Person)
		return err
	}, "person_forged"},
	{"what is shown is another's", func(a *arena) { a.copyKey("shown") }, func(a *arena) error {
		_, _, err := a.people.Code(a.ctx, a.victim)
		return err
	}, "person_forged"},
	{"the times of use are hidden", func(a *arena) {
		a.exec(`UPDATE people_key SET used = NULL WHERE person = $1`, string(a.victim.Person))
	}, func(a *arena) error { return a.comeIn(a.code)(a) }, "person_forged"},
	{"somebody is to be erased", func(a *arena) { a.set("erase_at", a.clock.now().UnixMicro()) },
		func(a *arena) error { return a.dueAt(0) }, "person_forged"},
	{"an erasure is put forward", func(a *arena) {
		a.exec(`UPDATE people_key SET erase_at = 1 WHERE person = $1`, string(a.erasing.Person))
	}, func(a *arena) error { return a.dueAt(0) }, "person_forged"},
	{"an erasure is taken back", func(a *arena) {
		a.exec(`UPDATE people_key SET erase_at = 0 WHERE person = $1`, string(a.erasing.Person))
	}, func(a *arena) error { return a.forget(a.erasing.Person) }, "person_forged"},

	{"Eve's session is moved to the victim", func(a *arena) {
		a.exec(`UPDATE people_guest SET person = $1 WHERE id = $2`, string(a.victim.Person), string(a.eve.ID))
	}, enter(eves), "guest_forged"},
	{"Eve makes a session in the victim's name, with a seed of her own", func(a *arena) {
		seed := a.evesSecret.Seal(vault.At("people.guest", a.victim.ID, a.victim.Started.UnixMicro(), a.victim.Expires.UnixMicro(), false), a.attacker)
		a.exec(`UPDATE people_guest SET place = $1, seed = $2 WHERE id = $3`, a.evesSecret.RowID(), seed, string(a.victim.ID))
	}, enter(func(a *arena) string { return a.evesSecret.Cookie() }), "guest_forged"},
	{"a session is prolonged", func(a *arena) {
		a.exec(`UPDATE people_guest SET expires = expires + 1 WHERE id = $1`, string(a.victim.ID))
	}, enter(victims), "guest_forged"},
	{"a shared computer is called their own", func(a *arena) {
		a.exec(`UPDATE people_guest SET shared = $1 WHERE id = $2`, true, string(a.victim.ID))
	}, enter(victims), "guest_forged"},
	{"a session gets another's seed", func(a *arena) {
		a.exec(`UPDATE people_guest SET seed = (SELECT seed FROM people_guest WHERE id = $1) WHERE id = $2`, string(a.eve.ID), string(a.victim.ID))
	}, enter(victims), "guest_forged"},
	{"a session is said to be of another generation", func(a *arena) {
		a.exec(`UPDATE people_guest SET generation = 2 WHERE id = $1`, string(a.victim.ID))
	}, enter(victims), "guest_forged"},
	{"what somebody posts too late is turned to Eve", func(a *arena) {
		a.exec(`UPDATE people_guest SET person = $1 WHERE place = $2`, string(a.eve.Person), place(a.ended))
	}, func(a *arena) error {
		_, err := a.people.Author(a.ctx, a.ended)
		return err
	}, "guest_forged"},

	{"words are put into the victim's mouth", func(a *arena) {
		key, err := a.people.PersonKey(a.ctx, a.db, a.victim.Person)
		a.must(err)
		body, err := key.Seal(vault.At("people.late", "x", a.victim.Person), []byte("I take it all back."))
		a.must(err)
		a.exec(`UPDATE people_late SET id = 'x', body = $1 WHERE person = $2`, body, string(a.victim.Person))
	}, (*arena).late, "late_forged"},
	{"Eve's late text is moved to the victim", func(a *arena) {
		a.exec(`DELETE FROM people_late WHERE person = $1`, string(a.victim.Person))
		a.exec(`UPDATE people_late SET person = $1 WHERE person = $2`, string(a.victim.Person), string(a.eve.Person))
	}, (*arena).late, "late_forged"},
	{"a late text is dated anew", func(a *arena) {
		a.exec(`UPDATE people_late SET at = at + 1 WHERE person = $1`, string(a.victim.Person))
	}, (*arena).late, "late_forged"},

	{"Eve's late file is moved to the victim", func(a *arena) {
		a.exec(`DELETE FROM people_late_file WHERE person = $1`, string(a.victim.Person))
		a.exec(`UPDATE people_late_file SET late = (SELECT id FROM people_late WHERE person = $1), person = $1 WHERE person = $2`, string(a.victim.Person), string(a.eve.Person))
	}, (*arena).late, "late_forged"},
	{"a paper is put into the victim's hand", func(a *arena) {
		key, err := a.people.PersonKey(a.ctx, a.db, a.victim.Person)
		a.must(err)
		head, err := key.Seal(vault.At("people.late.file", "x", "y", a.victim.Person), []byte(`{"name":"x"}`))
		a.must(err)
		a.exec(`UPDATE people_late_file SET id = 'x', late = 'y', head = $1 WHERE person = $2`, head, string(a.victim.Person))
	}, (*arena).late, "late_forged"},
	{"a late file gets another's content", func(a *arena) {
		a.exec(`UPDATE people_late_file SET body = (SELECT body FROM people_late_file WHERE person = $1) WHERE person = $2`, string(a.eve.Person), string(a.victim.Person))
	}, (*arena).lateFiles, "late_forged"},

	{"notices are turned to Eve's address", func(a *arena) {
		a.exec(`UPDATE people_notice SET sealed = (SELECT sealed FROM people_notice WHERE person = $1) WHERE person = $2`,
			string(a.eve.Person), string(a.victim.Person))
	}, (*arena).notice, "notice_forged"},
	{"an address they gave up is put back", func(a *arena) { a.putBack("before", "people_notice") }, (*arena).notice, "notice_forged"},

	{"a first voice is invented", func(a *arena) {
		a.exec(`UPDATE people_voice SET person = $1 WHERE person = $2`, string(a.victim.Person), string(a.eve.Person))
	}, (*arena).second, "voice_forged"},
	{"a first voice is given to somebody else", func(a *arena) {
		a.exec(`UPDATE people_voice SET user_id = 'ada', person = $1`, string(a.victim.Person))
	}, (*arena).second, "voice_forged"},

	{"the key is put back to how it was before a new code", func(a *arena) { a.putBack("before", "people_key") },
		func(a *arena) error { return a.comeIn(a.old)(a) }, "person_back"},
}

// place is where a cookie's row lies.
func place(cookie string) []byte {
	s, err := vault.ParseSessionKey(cookie)
	if err != nil {
		panic(err)
	}
	return s.RowID()
}

// TestDatabaseWriter: whoever can write to the database can neither make us
// seal to them nor believe them, and is noticed.
func TestDatabaseWriter(t *testing.T) {
	each(t, func(w *world) {
		engine := w.t
		a := &arena{world: w, evesSecret: vault.NewSessionKey()}
		a.team, a.bo, a.cy = a.restricted()
		var err error
		a.ended, a.victim, a.old = a.withCode()
		a.end(a.ended)
		a.eves, a.eve, a.evesCode = a.withCode()
		a.cookie, a.victim, _ = a.comeBack(a.old)
		_, a.erasing, _ = a.withCode()
		a.must(a.askErase(a.erasing))
		_, a.readdr, _ = a.withCode()
		a.reissue(a.readdr.Person)
		a.attacker = vault.NewPair(a.victim.Pair().ID())
		a.must(a.people.KeepLate(a.ctx, a.victim.Person, "", "a", people.LateFile{Name: "a", Data: []byte("victim's")}))
		a.must(a.people.KeepLate(a.ctx, a.eve.Person, "", "b", people.LateFile{Name: "b", Data: []byte("Eve's")}))
		a.must(a.people.SetNotice(a.ctx, a.victim, evening))
		a.must(a.people.SetNotice(a.ctx, a.eve, evening))
		_, err = a.tryReissue(a.bo, a.eve.Person, a.team)
		a.must(err)
		a.keep("before")
		a.code, err = a.people.NewCode(a.ctx, a.victim)
		a.must(err)
		a.must(a.people.SetNotice(a.ctx, a.victim, people.Notice{Kind: people.ByMail, Address: "new@example.org"}))

		// Where nobody has written, everything works.
		for name, err := range map[string]error{
			"seal": a.seal(), "enter": enter(victims)(a), "Eve": enter(eves)(a), "late": a.late(), "late files": a.lateFiles(), "notice": a.notice(),
			"code": a.comeIn(a.code)(a), "due": a.dueAt(72 * time.Hour),
		} {
			if err != nil {
				t.Fatalf("%s before any attack: %v", name, err)
			}
		}
		a.keep("whole")
		for _, attack := range attacks {
			engine.Run(attack.name, func(t *testing.T) {
				a.t = t
				defer func() { a.t = engine }()
				a.putBack("whole")
				a.restart()
				a.clock.pass(16 * time.Minute) // an alarm is told once a quarter
				a.exec(`UPDATE people_guest SET touched = $1`, a.clock.now().UnixMicro())
				// What the house has seen is what it knows of the present.
				a.must(a.seal())
				a.must(enter(victims)(a))
				before, sealed := a.alarms(attack.alarm), a.count(`SELECT COUNT(*) FROM people_guest`)
				attack.change(a)
				if err := attack.try(a); err == nil {
					t.Error("it worked")
				}
				if n := a.alarms(attack.alarm); n != before+1 {
					t.Errorf("%d alarms %s", n-before, attack.alarm)
				}
				if !strings.Contains(a.log.String(), "code="+attack.alarm) {
					t.Errorf("no alarm %s in the log", attack.alarm)
				}
				if n := a.count(`SELECT COUNT(*) FROM people_guest`); n != sealed {
					t.Errorf("%d sessions, then %d", sealed, n)
				}
			})
		}
	})
}

// A voice counts once, whoever puts it back.
func TestAVoicePutBackDoesNotCountAgain(t *testing.T) {
	each(t, func(w *world) {
		team, bo, cy := w.restricted()
		_, g, _ := w.withCode()
		_, err := w.tryReissue(bo, g.Person, team)
		w.must(err)
		w.keep("voiced")
		r, err := w.tryReissue(cy, g.Person, team)
		if err != nil || r.Noted {
			t.Fatalf("two voices: %v, noted %v", err, r.Noted)
		}
		w.putBack("voiced", "people_voice")
		r, err = w.tryReissue(cy, g.Person, team)
		if err != nil || !r.Noted {
			t.Errorf("an old voice counts again: %v, noted %v", err, r.Noted)
		}
		if w.alarms("voice_forged") != 1 {
			t.Error("no alarm")
		}
	})
}

// A session that ended, put back whole, opens: that the row is gone is all
// that leaving is. But its time is up when it would have been.
func TestASessionPutBackLivesNoLongerThanItWould(t *testing.T) {
	each(t, func(w *world) {
		cookie, _ := w.begin(false)
		w.keep("in")
		w.must(w.people.Leave(w.ctx, cookie))
		w.denied(cookie)
		w.clock.pass(10 * time.Minute)
		w.putBack("in", "people_guest")
		w.denied(cookie)
	})
}

// After a re-issue, whoever knew the old code has nothing, also when the
// session row of before is put back.
func TestASessionOfAnOldGenerationIsNone(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, _ := w.withCode()
		w.keep("in")
		w.reissue(g.Person)
		w.putBack("in", "people_guest")
		w.denied(cookie)
	})
}
