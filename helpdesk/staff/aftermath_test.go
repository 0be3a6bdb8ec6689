package staff_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// noted is a book outside the database.
type noted struct{ lines []string }

func (n *noted) Ends(_ context.Context, _ *store.Tx, lines ...string) {
	n.lines = append(n.lines, lines...)
}

func (n *noted) Ended(_ context.Context, tx *store.Tx, lines ...string) {
	tx.After(func() { n.lines = append(n.lines, lines...) })
}

// replay is what a start does with the book; it returns whom it shut out.
func (w *world) replay(n *noted) []string {
	w.t.Helper()
	since, err := w.desk.Departures(w.ctx)
	w.must(err)
	for _, line := range n.lines {
		since.Line(strings.Fields(line))
	}
	out, err := w.desk.Replay(w.ctx, since)
	w.must(err)
	var logins []string
	for _, u := range out {
		logins = append(logins, u.Login)
	}
	return logins
}

// aside keeps the room's rows as a backup does, and back puts them in the place
// of what is there by then, but for sessions, which are in no backup.
var inABackup = []string{"staff_user", "staff_team", "staff_teamkey", "staff_member", "staff_candidate", "staff_partner", "staff_partnerkey", "staff_partnermember", "staff_partneruser"}

func (w *world) aside() {
	w.t.Helper()
	for _, table := range inABackup {
		w.run(fmt.Sprintf(`CREATE TABLE aside_%[1]s AS SELECT * FROM %[1]s`, table))
	}
}

func (w *world) back() {
	w.t.Helper()
	for _, table := range append([]string{"staff_session", "staff_invitation"}, inABackup...) {
		w.run(`DELETE FROM ` + table)
	}
	for _, table := range inABackup {
		w.run(fmt.Sprintf(`INSERT INTO %[1]s SELECT * FROM aside_%[1]s`, table))
	}
	w.restart() // another process: this one remembers newer rows
}

func (w *world) run(query string) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "test", func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, query)
		return err
	}))
}

// A backup is put back that is older than what became of eight people. The book
// says so, and each is where they were when it burnt; nobody else is touched.
func TestABackupBringsBackNobodyWhoLeftAndNoWordsThatWereReplaced(t *testing.T) {
	each(t, func(w *world) {
		book := &noted{}
		w.after = book
		w.restart()
		console := w.desk.Console()
		bo, cy, di, ed, fay := w.hire("bo"), w.hire("cy"), w.hire("di"), w.hire("ed"), w.hire("fay")
		code, err := w.desk.RecoveryCode(w.ctx, w.open(ed.cookie))
		w.must(err)
		lead, volunteer := w.branch()
		w.aside()

		book.lines = nil
		w.must(w.desk.Disable(w.ctx, console, bo.id))
		w.must(w.desk.Remove(w.ctx, console, cy.id, w.team))
		_, err = w.desk.NewWords(w.ctx, w.open(di.cookie))
		w.must(err)
		_, err = w.desk.RecoveryCode(w.ctx, w.open(ed.cookie))
		w.must(err)
		_, err = w.desk.Reissue(w.ctx, console, fay.id)
		w.must(err)
		w.must(w.desk.EndVolunteer(w.ctx, console, volunteer.id))
		if len(book.lines) != 6 {
			t.Fatalf("the book says %q", book.lines)
		}
		lines := book.lines

		w.back()
		book.lines = lines
		for _, h := range []hired{bo, cy, di, fay} {
			if _, s := w.signIn(h.login, h.words); !s.Member(w.team) {
				t.Fatalf("%s is not in the backup: the test would prove nothing", h.login)
			}
		}
		before := w.version(w.team)
		shut := w.replay(book)
		if len(shut) != 5 {
			t.Errorf("shut out are %v", shut)
		}
		for _, h := range []hired{bo, di, fay, ed} {
			_, err := w.desk.SignIn(w.ctx, h.login, h.words)
			w.refused(err, "staff.wrong")
		}
		_, _, err = w.desk.SignInWithCode(w.ctx, "", ed.login, code)
		w.refused(err, "staff.wrong")
		if _, s := w.signIn(cy.login, cy.words); s.Member(w.team) {
			t.Error("cy is in the team again")
		}
		if now := w.version(w.team); now <= before {
			t.Error("the team's key is still the one they hold")
		}
		if !w.ada().Member(w.team) {
			t.Error("who stayed is out")
		}
		if all, err := w.desk.Volunteers(w.ctx, ""); err != nil || len(all) != 2 || stateOf(all, volunteer.id) != staff.Disabled || stateOf(all, lead.id) != staff.Active {
			t.Errorf("the branch is %v, %v", all, err)
		}

		// The lines are of the past now: another start does nothing, and who is
		// invited anew stays.
		if again := w.replay(book); len(again) > 0 {
			t.Errorf("shut out a second time: %v", again)
		}
		token, err := w.desk.Reissue(w.ctx, console, di.id)
		w.must(err)
		words, _, err := w.desk.Accept(w.ctx, token, "en")
		w.must(err)
		if again := w.replay(book); len(again) > 0 {
			t.Errorf("shut out after they were invited anew: %v", again)
		}
		w.signIn(di.login, words)
	})
}

func stateOf(all []staff.VolunteerUser, id helpdesk.ID) staff.State {
	for _, v := range all {
		if v.User.ID == id {
			return v.User.State
		}
	}
	return ""
}

func (w *world) version(team helpdesk.ID) int {
	w.t.Helper()
	key, err := w.desk.TeamKey(w.ctx, w.db, team)
	w.must(err)
	return key.ID.Version
}

// branch is one with a lead, and a volunteer whom the lead admitted.
func (w *world) branch() (lead, volunteer hired) {
	w.t.Helper()
	org, until := helpdesk.NewID(), w.clock.Now().AddDate(0, 6, 0)
	for i, login := range []string{"lead", "vera"} {
		token, err := w.desk.InviteBranchLead(w.ctx, w.desk.Console(), org, login, login, login+"@branch.example", "en", until)
		w.must(err)
		e, err := w.desk.AcceptVolunteer(w.ctx, token, "en", "Desk")
		w.must(err)
		w.clock.Pass(31 * time.Second) // a code counts once
		one := hired{login: login, words: e.Words}
		all, err := w.desk.Volunteers(w.ctx, org)
		w.must(err)
		for _, v := range all {
			if v.User.Login == login {
				one.id = v.User.ID
			}
		}
		if i == 0 {
			lead = one
			lead.token = e.Secret
			continue
		}
		volunteer = one
	}
	code, err := staff.FactorCode(lead.token, w.clock.Now())
	w.must(err)
	cookie, err := w.desk.SignInVolunteer(w.ctx, lead.login, lead.words, code)
	w.must(err)
	o, err := w.desk.Volunteer(w.ctx, cookie, false)
	w.must(err)
	w.must(w.desk.AdmitPartner(w.ctx, o, volunteer.id))
	return lead, volunteer
}

// A backup is put back that is older than the day on which the sheets were made
// anew: whoever restores is told that the replaced ones open it.
func TestABackupOlderThanTheSheetsSaysSo(t *testing.T) {
	each(t, func(w *world) {
		book := &noted{}
		w.after = book
		w.restart()
		old := func() bool {
			t.Helper()
			since, err := w.desk.Departures(w.ctx)
			w.must(err)
			for _, line := range book.lines {
				since.Line(strings.Fields(line))
			}
			old, err := w.desk.SheetsAreOld(w.ctx, since)
			w.must(err)
			return old
		}
		if old() {
			t.Error("nobody made sheets")
		}
		w.must(w.desk.RenewSheets(w.ctx, w.init.Sheets[0], w.init.Sheets[1], func([3]string, string) error { return nil }))
		if lines := fmt.Sprint(book.lines); lines != "[sheets 2]" || old() {
			t.Errorf("the book says %s", lines)
		}
		book.lines = []string{"sheets 3"} // of a database that went on
		if !old() {
			t.Error("the sheets of the backup are taken for the last")
		}
	})
}
