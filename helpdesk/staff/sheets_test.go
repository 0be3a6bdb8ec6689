package staff_test

import (
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// The last member of a team is gone. What is written afterwards is sealed to the
// team all the same, nobody reads it, and two sheets give it to who comes next,
// with all that was written before.
func TestTheLastMemberOfATeamGoneTwoSheetsGiveItToWhoComesNext(t *testing.T) {
	each(t, func(w *world) {
		place := vault.At("test", 1)
		seal := func(text string) []byte {
			key, err := w.desk.TeamKey(w.ctx, w.db, w.team)
			w.must(err)
			sealed, err := key.Seal(place, []byte(text))
			w.must(err)
			return sealed
		}
		before := seal("before")
		bo := w.accepted("bo", w.team)
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), w.init.User, w.team))
		after := seal("after")
		if w.ada().Member(w.team) || w.open(bo.cookie).Member(w.team) {
			t.Fatal("somebody is still in")
		}
		w.must(w.desk.Recover(w.ctx, w.init.Sheets[0], w.init.Sheets[1], bo.id, w.team))
		s := w.open(bo.cookie)
		now, err := s.TeamPair(w.team, 0)
		w.must(err)
		if plain, err := now.Open(place, after); err != nil || string(plain) != "after" {
			t.Errorf("what was written while nobody was in: %v", err)
		}
		w.must(w.desk.RecoverOlder(w.ctx, w.init.Sheets[0], w.init.Sheets[1], w.team))
		older, err := w.open(bo.cookie).TeamPair(w.team, 1)
		w.must(err)
		if plain, err := older.Open(place, before); err != nil || string(plain) != "before" {
			t.Errorf("what was written before: %v", err)
		}
	})
}

// Sheets that were used are replaced: the old ones open nothing, the new ones
// every version of every team, and the secrets.
func TestTwoSheetsMakeThreeNewOnesAndTheOldOpenNothing(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), bo.id, w.team)) // a second version
		dropped := errors.New("the line dropped")
		w.fails(w.desk.RenewSheets(w.ctx, w.init.Sheets[1], w.init.Sheets[2], func([3]string, string) error { return dropped }), dropped)
		var fresh [3]string
		var fingerprint string
		w.must(w.desk.RenewSheets(w.ctx, w.init.Sheets[1], w.init.Sheets[2], func(sheets [3]string, of string) error {
			fresh, fingerprint = sheets, of
			return nil
		}))
		if fingerprint == w.init.Fingerprint || fresh == w.init.Sheets {
			t.Error("the recovery key is the old one")
		}
		cy := w.accepted("cy", w.team)
		w.refused(w.desk.Recover(w.ctx, w.init.Sheets[0], w.init.Sheets[1], cy.id, w.team), "recovery.foreign")
		w.refused(w.desk.RenewSheets(w.ctx, w.init.Sheets[0], w.init.Sheets[1], func([3]string, string) error {
			t.Error("the old sheets made others")
			return nil
		}), "recovery.foreign")
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), w.init.User, w.team)) // a version made after it
		w.must(w.desk.Recover(w.ctx, fresh[2], fresh[0], cy.id, w.team))
		if !w.open(cy.cookie).Member(w.team) {
			t.Error("the new sheets let nobody in")
		}
		_, err := staff.LostSecrets(w.ctx, w.db, w.init.Sheets[0], w.init.Sheets[1])
		w.refused(err, "recovery.foreign")
		_, err = staff.LostSecrets(w.ctx, w.db, fresh[0], fresh[1])
		w.must(err)
	})
}

func TestServerSecretsLostComeBackWithTwoSheets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		bo := w.hire("bo")
		w.secrets = vault.NewSecrets() // of another house: theirs are gone
		w.restart()
		_, err := w.desk.SignIn(w.ctx, "bo", bo.words)
		w.refused(err, "staff.wrong")
		w.secrets, err = staff.LostSecrets(w.ctx, db, w.init.Sheets[0], w.init.Sheets[2])
		w.must(err)
		w.restart()
		if _, s := w.signIn("bo", bo.words); !s.Member(w.team) {
			t.Error("the secrets are back, and the team is not")
		}

		// A copy that somebody else put there is none.
		stranger := vault.NewSecrets()
		row := vault.NewPair(vault.KeyID{Kind: vault.Recovery, Owner: "recovery", Version: 1})
		sheets, wraps := vault.NewSheets(row)
		copied, err := stranger.CopyFor(row.Public())
		w.must(err)
		w.exec(`UPDATE staff_recovery SET public = $1, sheet_a = $2, sheet_b = $3, sheet_c = $4, secrets = $5`,
			row.Public().Public, wraps[0], wraps[1], wraps[2], copied)
		if _, err := staff.LostSecrets(w.ctx, db, sheets[0], sheets[1]); err == nil {
			t.Error("a stranger's copy is taken for ours")
		}
	})
}

// Once a year the secrets are drawn anew. What the old ones made verifies and
// opens, and the copy for recovery holds the new ones, too.
func TestSecretsAreDrawnAnewEveryYearAndWhatOldOnesMadeStands(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		w.asks()
		p, _ := w.enrol("bo", bo.words)
		code := p.spares[0]
		for year := range 3 {
			w.clock.Pass(365 * 24 * time.Hour)
			for _, purpose := range vault.Yearly {
				w.must(w.secrets.Rotate(purpose))
			}
			copied := func() string {
				return storetest.Rows(w.t, w.db, `SELECT secrets FROM staff_recovery`)[0]["secrets"]
			}
			before := copied()
			w.must(w.desk.KeepCopy(w.ctx)) // whoever drew them was cut off before the copy
			after := copied()
			w.must(w.desk.KeepCopy(w.ctx)) // and once is enough
			if after == before || copied() != after {
				t.Errorf("year %d: the copy was made %t, and again %t", year+1, after != before, copied() != after)
			}
			cookie, err := w.enter("bo", bo.words, w.shows(p))
			w.must(err)
			if !w.open(cookie).Member(w.team) {
				t.Errorf("after %d years no member", year+1)
			}
			back, err := staff.LostSecrets(w.ctx, w.db, w.init.Sheets[0], w.init.Sheets[1])
			w.must(err)
			place := vault.At("test", year)
			if !back.Vouched(w.secrets.Vouch(place), place) {
				t.Errorf("the copy of year %d lacks the new secrets", year+1)
			}
		}
		_, err := w.enter("bo", bo.words, code)
		w.must(err)
		if w.log.String() != "" && len(w.alarmVerbs()) > 0 {
			t.Errorf("alarms: %v", w.alarmVerbs())
		}
	})
}

func (w *world) alarmVerbs() []string {
	w.t.Helper()
	w.must(w.book.Chain(w.ctx))
	rows, err := w.db.Query(w.ctx, `SELECT verb FROM journal_entry WHERE verb LIKE 'alarm.%'`)
	w.must(err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var verb string
		w.must(rows.Scan(&verb))
		all = append(all, verb)
	}
	return all
}
