package staff_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
)

func (w *world) program(by *staff.Session, scopes []staff.Scope, teams ...helpdesk.ID) (helpdesk.ID, string) {
	w.t.Helper()
	id, token, err := w.desk.MakeProgram(w.ctx, by, staff.NewProgram{Name: "Canaryname system", Scopes: scopes, Teams: teams, Until: w.clock.Now().AddDate(0, 3, 0)})
	w.must(err)
	return id, token
}

var readsTickets = []staff.Scope{staff.ReadTickets}

func TestATokenIsAReaderWithItsTeamsKeysUntilItEnds(t *testing.T) {
	each(t, func(w *world) {
		ada := w.ada()
		id, token := w.program(ada, readsTickets, w.team)
		p, err := w.desk.ByToken(w.ctx, token)
		w.must(err)
		if !p.Member(w.team) || !p.May(staff.ReadTickets) || p.May(staff.WriteTickets) || p.Coordinator() || !p.Granted(staff.ReadTickets) || ada.Granted(staff.ReadTickets) {
			t.Errorf("it may %v and is in %v", p.Scopes, p.Teams())
		}
		first, err := p.TeamPair(w.team, 0)
		w.must(err)

		// It is nobody who works here.
		users, err := w.desk.Users(w.ctx)
		w.must(err)
		members, err := w.desk.Members(w.ctx, w.team)
		w.must(err)
		colleagues, err := w.desk.Colleagues(w.ctx, ada)
		w.must(err)
		if len(users) != 1 || len(members) != 1 || len(colleagues) != 1 {
			t.Errorf("among people: %d users, %d members, %d colleagues", len(users), len(members), len(colleagues))
		}
		if _, err := w.desk.UserKey(w.ctx, w.db, id); err == nil {
			t.Error("something can be lent to it")
		}
		if w.desk.Names(w.ctx, id)[id] != "Canaryname system" {
			t.Error("the journal cannot name it")
		}

		// It never is idle, and a colleague who leaves takes no key from it.
		bo := w.hire("bo")
		w.clock.Pass(26 * time.Hour)
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), bo.id, w.team))
		w.restart()
		if p, err = w.desk.ByToken(w.ctx, token); err != nil || !p.Member(w.team) {
			t.Fatalf("the next day: %v", err)
		}
		older, err := p.TeamPair(w.team, 1)
		if err != nil || !bytes.Equal(older.Fingerprint(), first.Fingerprint()) {
			t.Errorf("what was sealed before: %v", err)
		}

		// Ended, it opens nothing, and the team's key is another one.
		before := p.Teams()[0].Version
		replica := w.desk
		w.restart()
		w.must(w.desk.EndProgram(w.ctx, w.ada(), id))
		w.must(w.desk.EndProgram(w.ctx, w.ada(), id))
		for _, d := range []*staff.Desk{w.desk, replica} {
			_, err = d.ByToken(w.ctx, token)
			w.fails(err, helpdesk.ErrDenied)
		}
		if now := w.ada().Teams()[0].Version; now != before+1 {
			t.Errorf("version %d after %d", now, before)
		}
		all, err := w.desk.Programs(w.ctx, w.ada())
		w.must(err)
		if len(all) != 1 || all[0].Opens || len(all[0].Teams) != 0 || all[0].Used.IsZero() {
			t.Errorf("listed as %+v", all)
		}
	})
}

func TestATokenExpiresByItself(t *testing.T) {
	each(t, func(w *world) {
		_, token := w.program(w.ada(), readsTickets, w.team)
		w.clock.Pass(85 * 24 * time.Hour)
		if _, err := w.desk.ByToken(w.ctx, token); err != nil {
			t.Fatal(err)
		}
		before := w.ada().Teams()[0].Version
		w.clock.Pass(7 * 24 * time.Hour)
		_, err := w.desk.ByToken(w.ctx, token)
		w.fails(err, helpdesk.ErrDenied)
		w.must(staff.EndDue(w.ctx, w.desk))
		if now := w.ada().Teams()[0].Version; now != before+1 {
			t.Errorf("its team keeps version %d", now)
		}
	})
}

func TestMembersLetATokenInAsTheyDoAColleague(t *testing.T) {
	each(t, func(w *world) {
		ada := w.ada()
		boss := w.boss("kim")
		kim := w.open(boss.cookie)
		id, token := w.program(kim, readsTickets, w.team)
		p, err := w.desk.ByToken(w.ctx, token)
		w.must(err)
		if p.Member(w.team) {
			t.Fatal("a coordinator without the key gave it")
		}
		waits, err := w.desk.Waiting(w.ctx, ada)
		w.must(err)
		if len(waits) != 1 || !waits[0].ForMeToSay || waits[0].User.Name != "Canaryname system" {
			t.Fatalf("the member is asked %+v", waits)
		}
		w.must(w.desk.Admit(w.ctx, ada, id, w.team))
		if p, err = w.desk.ByToken(w.ctx, token); err != nil || !p.Member(w.team) {
			t.Errorf("after the member's yes: %v", err)
		}
	})
}

func TestWhatNoTokenIsMadeFor(t *testing.T) {
	each(t, func(w *world) {
		ada := w.ada()
		closed, err := w.desk.AddTeam(w.ctx, w.desk.Console(), staff.NewTeam{Name: "closed", Restricted: true}, ada.User.ID)
		w.must(err)
		ada = w.ada()
		good := staff.NewProgram{Name: "x", Scopes: readsTickets, Teams: []helpdesk.ID{w.team}, Until: w.clock.Now().AddDate(1, 0, 0)}
		for key, change := range map[string]func(*staff.NewProgram){
			"program.name":       func(n *staff.NewProgram) { n.Name = " " },
			"program.scopes":     func(n *staff.NewProgram) { n.Scopes = []staff.Scope{"everything"} },
			"program.until":      func(n *staff.NewProgram) { n.Until = w.clock.Now().AddDate(1, 1, 0) },
			"program.teams":      func(n *staff.NewProgram) { n.Teams = nil },
			"program.restricted": func(n *staff.NewProgram) { n.Teams = []helpdesk.ID{closed.ID} },
		} {
			n := good
			change(&n)
			_, _, err := w.desk.MakeProgram(w.ctx, ada, n)
			w.refused(err, key)
		}
		bo := w.hire("bo")
		_, _, err = w.desk.MakeProgram(w.ctx, w.open(bo.cookie), good)
		w.fails(err, helpdesk.ErrDenied)
		w.fails(w.desk.EndProgram(w.ctx, ada, bo.id), helpdesk.ErrNotFound)

		// Nor does what is made become somebody who signs in.
		id, token, err := w.desk.MakeProgram(w.ctx, ada, good)
		w.must(err)
		w.refused(w.desk.Propose(w.ctx, ada, id, closed.ID), "staff.kind")
		_, err = w.desk.Reissue(w.ctx, ada, id)
		w.refused(err, "staff.kind")
		_, err = w.desk.Session(w.ctx, strings.TrimPrefix(token, "rst_"), false)
		w.fails(err, helpdesk.ErrDenied)
		_, err = w.desk.ByToken(w.ctx, "rst_"+bo.cookie)
		w.fails(err, helpdesk.ErrDenied)
		_, err = w.desk.ByToken(w.ctx, strings.TrimPrefix(token, "rst_"))
		w.fails(err, helpdesk.ErrDenied)
		// Who has not proven who they are makes none.
		w.clock.Pass(6 * time.Minute)
		_, _, err = w.desk.MakeProgram(w.ctx, ada, good)
		w.fails(err, staff.ErrProof)
	})
}

func TestAThiefOfTheDiskHasNoToken(t *testing.T) {
	each(t, func(w *world) {
		_, token := w.program(w.ada(), readsTickets, w.team)
		_, err := w.desk.ByToken(w.ctx, token)
		w.must(err)
		dump := bytes.ToLower(append(storetest.Dump(t, w.db), w.log.String()...))
		for _, c := range [][]byte{[]byte(token), []byte(strings.TrimPrefix(token, "rst_")), raw(t, strings.TrimPrefix(token, "rst_")), []byte("anaryname")} {
			if bytes.Contains(dump, bytes.ToLower(c)) {
				t.Errorf("found %q", c)
			}
		}
	})
}

// Who writes to the database widens no scope and prolongs nothing, not even with
// a token of their own in hand.
func TestAWriterToTheDatabaseGivesNoTokenMore(t *testing.T) {
	each(t, func(w *world) {
		id, token := w.program(w.ada(), []staff.Scope{staff.ReadDirectory})
		rich, _ := w.program(w.ada(), readsTickets, w.team)
		for name, change := range map[string]func(){
			"scopes": func() {
				w.exec(`UPDATE staff_program SET scopes = $1 WHERE user_id = $2`, "directory:write", string(id))
			},
			"both": func() {
				w.exec(`UPDATE staff_program SET scopes = $1 WHERE user_id = $2`, "directory:write", string(id))
				w.exec(`UPDATE staff_session SET factor = $1 WHERE user_id = $2`, "program directory:write", string(id))
			},
			"expiry": func() {
				w.exec(`UPDATE staff_program SET expires = expires + 1 WHERE user_id = $1`, string(id))
				w.exec(`UPDATE staff_session SET expires = expires + 1 WHERE user_id = $1`, string(id))
			},
			"another's": func() {
				w.exec(`UPDATE staff_program SET scopes = $1, session = (SELECT session FROM staff_program WHERE user_id = $2) WHERE user_id = $3`, "tickets:read", string(rich), string(id))
			},
			"a key": func() { w.exec(`UPDATE staff_member SET user_id = $1 WHERE user_id = $2`, string(id), string(rich)) },
		} {
			w.keep("k")
			change()
			p, err := w.desk.ByToken(w.ctx, token)
			if err == nil && (p.Member(w.team) || !p.May(staff.ReadDirectory) || len(p.Scopes) != 1) {
				t.Errorf("%s: it may %v in %v", name, p.Scopes, p.Teams())
			}
			if err == nil && name != "a key" {
				t.Errorf("%s: it still opens", name)
			}
			w.putBack("k")
			for _, table := range tables {
				w.must(w.drop("k_" + table))
			}
		}
		w.alarmed("program_forged")
		w.alarmed("member_forged")
		if _, err := w.desk.ByToken(w.ctx, token); err != nil {
			t.Errorf("as it was: %v", err)
		}
	})
}

// A team whose last person left has nobody, whatever programs read there: it
// lets nobody in, and two sheets do.
func TestAProgramIsNoLastMemberOfATeam(t *testing.T) {
	each(t, func(w *world) {
		_, token := w.program(w.ada(), readsTickets, w.team)
		bo := w.accepted("bo", w.team)
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), w.init.User, w.team))
		left, err := w.desk.Members(w.ctx, w.team)
		w.must(err)
		if len(left) != 0 {
			t.Errorf("%d are left", len(left))
		}
		p, err := w.desk.ByToken(w.ctx, token)
		w.must(err)
		w.fails(w.desk.Admit(w.ctx, p.Session, bo.id, w.team), helpdesk.ErrDenied)
		if w.open(bo.cookie).Member(w.team) {
			t.Fatal("a program let somebody in")
		}
		_, err = w.desk.Waiting(w.ctx, p.Session)
		w.fails(err, helpdesk.ErrDenied)
		w.must(w.desk.Recover(w.ctx, w.init.Sheets[0], w.init.Sheets[1], bo.id, w.team))
		if !w.open(bo.cookie).Member(w.team) {
			t.Error("two sheets did not")
		}
	})
}
