package staff_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
)

func TestAHouseBeginsOnceWithSheetsWordsAndTeams(t *testing.T) {
	each(t, func(w *world) {
		if n := len(strings.Fields(w.init.Words)); n != 6 {
			t.Errorf("%d words", n)
		}
		for _, sheet := range w.init.Sheets {
			if sheet == "" {
				t.Error("an empty sheet")
			}
		}
		fingerprint, err := w.office.Setting(w.ctx, "recovery_fingerprint")
		w.must(err)
		if fingerprint != w.init.Fingerprint || fingerprint == "" {
			t.Errorf("the settings say %q, the result %q", fingerprint, w.init.Fingerprint)
		}
		_, err = w.desk.Init(w.ctx, staff.InitOptions{Login: "eve", Name: "Eve", Address: "eve@x.example"})
		w.refused(err, "staff.initialised")
		s := w.ada()
		if !s.Coordinator() || !s.Member(w.team) || len(s.Teams()) != 1 || s.Teams()[0].Name != "Canaryteam" {
			t.Errorf("Ada's session: coordinator %v, teams %d", s.Coordinator(), len(s.Teams()))
		}
	})
}

func TestAnInvitedCounsellorWaitsForAMemberAndThenReadsWhatWasSealedBefore(t *testing.T) {
	each(t, func(w *world) {
		place := vault.At("test", 1)
		key, err := w.desk.TeamKey(w.ctx, w.db, w.team)
		w.must(err)
		sealed, err := key.Seal(place, []byte("older"))
		w.must(err)

		h := w.accepted("bo", w.team)
		s := w.open(h.cookie)
		if s.User.State != staff.Waiting || s.Member(w.team) || len(s.Teams()) != 0 {
			t.Fatalf("before admission: state %s, member %v", s.User.State, s.Member(w.team))
		}
		_, err = s.TeamPair(w.team, 0)
		w.fails(err, helpdesk.ErrDenied)
		_, _, err = w.desk.Accept(w.ctx, h.token, "en")
		w.refused(err, "staff.invitation")
		w.fails(w.desk.Admit(w.ctx, s, h.id, w.team), helpdesk.ErrDenied)
		w.fails(w.desk.Admit(w.ctx, w.desk.Console(), h.id, w.team), helpdesk.ErrDenied)

		ada := w.ada()
		waiting, err := w.desk.Waiting(w.ctx, ada)
		w.must(err)
		if len(waiting) != 1 || waiting[0].User.ID != h.id || !waiting[0].ForMeToSay || waiting[0].Team.Name != "Canaryteam" {
			t.Fatalf("who waits: %d", len(waiting))
		}
		w.must(w.desk.Admit(w.ctx, ada, h.id, w.team))
		w.fails(w.desk.Admit(w.ctx, ada, h.id, w.team), helpdesk.ErrNotFound)

		s = w.open(h.cookie)
		if s.User.State != staff.Active || !s.Member(w.team) {
			t.Fatalf("after admission: state %s", s.User.State)
		}
		pair, err := s.TeamPair(w.team, 0)
		w.must(err)
		plain, err := pair.Open(place, sealed)
		w.must(err)
		if string(plain) != "older" {
			t.Errorf("opened %q", plain)
		}
		_, again := w.signIn("bo", h.words)
		if !again.Member(w.team) {
			t.Error("no member after signing in with the words")
		}
		if w.forms(h.id) != "settled" {
			t.Errorf("the membership is %s", w.forms(h.id))
		}
	})
}

func (w *world) forms(user helpdesk.ID) string {
	w.t.Helper()
	rows, err := w.db.Query(w.ctx, `SELECT form FROM staff_member WHERE user_id = $1`, string(user))
	w.must(err)
	defer rows.Close()
	var forms []string
	for rows.Next() {
		var f string
		w.must(rows.Scan(&f))
		forms = append(forms, f)
	}
	return strings.Join(forms, " ")
}

func TestWhoLeavesATeamReadsNothingNewAndTheOthersReadEverything(t *testing.T) {
	each(t, func(w *world) {
		place := vault.At("test", 1)
		bo, cy := w.hire("bo"), w.hire("cy")
		boSession := w.open(bo.cookie)
		boPair, err := boSession.TeamPair(w.team, 1)
		w.must(err)
		older, err := w.desk.TeamKey(w.ctx, w.db, w.team)
		w.must(err)
		before, err := older.Seal(place, []byte("before"))
		w.must(err)

		w.fails(w.desk.Remove(w.ctx, w.open(cy.cookie), bo.id, w.team), helpdesk.ErrDenied)
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), bo.id, w.team))
		w.fails(w.desk.Remove(w.ctx, w.desk.Console(), bo.id, w.team), helpdesk.ErrNotFound)

		newer, err := w.desk.TeamKey(w.ctx, w.db, w.team)
		w.must(err)
		if newer.ID.Version != 2 || bytes.Equal(newer.Public, older.Public) {
			t.Fatalf("the key is still version %d", newer.ID.Version)
		}
		after, err := newer.Seal(place, []byte("after"))
		w.must(err)
		if _, err := boPair.Open(place, after); err == nil {
			t.Error("the removed member opens what came after")
		}
		if s := w.open(bo.cookie); s.Member(w.team) {
			t.Error("the removed member is still one")
		}
		for _, cookie := range []string{cy.cookie} {
			s := w.open(cookie)
			for version, sealed := range map[int][]byte{1: before, 2: after} {
				pair, err := s.TeamPair(w.team, version)
				w.must(err)
				if _, err := pair.Open(place, sealed); err != nil {
					t.Errorf("version %d: %v", version, err)
				}
			}
		}
		// Cy came by and wrapped the old under the new: no copy of it is left.
		var old int
		w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM staff_member WHERE version = 1`).Scan(&old))
		if old != 0 {
			t.Errorf("%d copies of the old version are left", old)
		}
		di := w.hire("di")
		s := w.open(di.cookie)
		pair, err := s.TeamPair(w.team, 1)
		w.must(err)
		if _, err := pair.Open(place, before); err != nil {
			t.Errorf("a later member can't read what is older: %v", err)
		}
	})
}

func TestSeveralLeaveBeforeAnybodySignsIn(t *testing.T) {
	each(t, func(w *world) {
		bo, cy := w.hire("bo"), w.hire("cy")
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), bo.id, w.team))
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), cy.id, w.team))
		s := w.ada()
		for version := 1; version <= 3; version++ {
			pair, err := s.TeamPair(w.team, version)
			w.must(err)
			if pair.ID().Version != version {
				t.Errorf("asked for %d, got %d", version, pair.ID().Version)
			}
		}
		_, err := s.TeamPair(w.team, 4)
		w.fails(err, helpdesk.ErrNotFound)
		di := w.hire("di")
		if _, err := w.open(di.cookie).TeamPair(w.team, 1); err != nil {
			t.Errorf("the chain of versions has a gap: %v", err)
		}
	})
}

func TestIntoARestrictedTeamTwoMembersReadmit(t *testing.T) {
	each(t, func(w *world) {
		bo, cy := w.hire("bo"), w.hire("cy")
		team, err := w.desk.AddTeam(w.ctx, w.desk.Console(), staff.NewTeam{Name: "children", Restricted: true}, bo.id, cy.id)
		w.must(err)
		di := w.accepted("di", team.ID)
		w.fails(w.desk.Admit(w.ctx, w.ada(), di.id, team.ID), helpdesk.ErrDenied)
		w.must(w.desk.Admit(w.ctx, w.open(bo.cookie), di.id, team.ID))
		if !w.open(di.cookie).Member(team.ID) {
			t.Fatal("one member is enough the first time")
		}
		token, err := w.desk.Reissue(w.ctx, w.desk.Console(), di.id)
		w.must(err)
		if _, err := w.desk.Session(w.ctx, di.cookie, true); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("the old session lives: %v", err)
		}
		_, err = w.desk.SignIn(w.ctx, "di", di.words)
		w.refused(err, "staff.wrong")
		_, cookie, err := w.desk.Accept(w.ctx, token, "en")
		w.must(err)
		w.must(w.desk.Admit(w.ctx, w.open(bo.cookie), di.id, team.ID))
		if w.open(cookie).Member(team.ID) {
			t.Fatal("one voice was enough")
		}
		w.refused(w.desk.Admit(w.ctx, w.open(bo.cookie), di.id, team.ID), "staff.second_member")
		w.must(w.desk.Admit(w.ctx, w.open(cy.cookie), di.id, team.ID))
		if !w.open(cookie).Member(team.ID) {
			t.Fatal("two voices were not enough")
		}
	})
}

// A yes was said of whoever held the keys then, by somebody who was in the team.
func TestAYesCountsForTheKeysItWasSaidOfAndWhileItsMemberIsThere(t *testing.T) {
	each(t, func(w *world) {
		console := w.desk.Console()
		bo, cy, eve := w.hire("bo"), w.hire("cy"), w.hire("eve")
		team, err := w.desk.AddTeam(w.ctx, console, staff.NewTeam{Name: "children", Restricted: true}, bo.id, cy.id, eve.id)
		w.must(err)
		di := w.accepted("di", team.ID)
		w.must(w.desk.Admit(w.ctx, w.open(bo.cookie), di.id, team.ID))
		reissue := func() {
			token, err := w.desk.Reissue(w.ctx, console, di.id)
			w.must(err)
			_, di.cookie, err = w.desk.Accept(w.ctx, token, "en")
			w.must(err)
		}
		yes := func(h hired, member bool) {
			w.t.Helper()
			w.must(w.desk.Admit(w.ctx, w.open(h.cookie), di.id, team.ID))
			if w.open(di.cookie).Member(team.ID) != member {
				w.t.Errorf("after the yes of %s Di is a member: %t", h.login, !member)
			}
		}
		reissue()
		yes(bo, false)
		reissue()
		yes(cy, false) // Bo's was said of the keys before
		w.must(w.desk.Remove(w.ctx, console, cy.id, team.ID))
		yes(eve, false) // Cy is no member any more
		yes(bo, true)
	})
}

func TestWhoWasInARestrictedTeamNeedsTwoHoweverTheyAreProposedAgain(t *testing.T) {
	each(t, func(w *world) {
		console := w.desk.Console()
		bo, cy := w.hire("bo"), w.hire("cy")
		closed, err := w.desk.AddTeam(w.ctx, console, staff.NewTeam{Name: "children", Restricted: true}, bo.id, cy.id)
		w.must(err)
		open, err := w.desk.AddTeam(w.ctx, console, staff.NewTeam{Name: "open"}, bo.id, cy.id)
		w.must(err)
		reissue := func(h *hired) {
			token, err := w.desk.Reissue(w.ctx, console, h.id)
			w.must(err)
			_, h.cookie, err = w.desk.Accept(w.ctx, token, "en")
			w.must(err)
		}
		for name, leave := range map[string]func(h *hired, team helpdesk.ID){
			"removed": func(h *hired, team helpdesk.ID) { w.must(w.desk.Remove(w.ctx, console, h.id, team)) },
			"reissued, and the candidacy taken back": func(h *hired, team helpdesk.ID) {
				reissue(h)
				w.must(w.desk.Remove(w.ctx, console, h.id, team))
			},
			"removed, then reissued": func(h *hired, team helpdesk.ID) {
				w.must(w.desk.Remove(w.ctx, console, h.id, team))
				reissue(h)
			},
			"disabled, then reissued": func(h *hired, _ helpdesk.ID) {
				w.must(w.desk.Disable(w.ctx, console, h.id))
				reissue(h)
			},
		} {
			for _, team := range []staff.Team{closed, open} {
				di := w.accepted("di-"+strings.ReplaceAll(name, " ", "-")+team.Name, team.ID)
				w.must(w.desk.Admit(w.ctx, w.open(bo.cookie), di.id, team.ID))
				leave(&di, team.ID)
				w.must(w.desk.Propose(w.ctx, console, di.id, team.ID))
				waiting, err := w.desk.Waiting(w.ctx, w.open(bo.cookie))
				w.must(err)
				if len(waiting) != 1 || waiting[0].NeedsTwo != team.Restricted {
					t.Errorf("%s: %d wait, and the list does not say how many voices are needed", name, len(waiting))
				}
				w.must(w.desk.Admit(w.ctx, w.open(bo.cookie), di.id, team.ID))
				if w.open(di.cookie).Member(team.ID) == team.Restricted {
					t.Errorf("%s, into a team that is restricted %t: one voice decided otherwise", name, team.Restricted)
				}
				if !team.Restricted {
					continue
				}
				w.refused(w.desk.Admit(w.ctx, w.open(bo.cookie), di.id, team.ID), "staff.second_member")
				w.must(w.desk.Admit(w.ctx, w.open(cy.cookie), di.id, team.ID))
				if !w.open(di.cookie).Member(team.ID) {
					t.Errorf("%s: two voices were not enough", name)
				}
			}
		}
	})
}

func TestWhoIsDisabledIsOutAtOnceAndTheLastCoordinatorStays(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		ada := w.ada()
		w.must(w.desk.Disable(w.ctx, ada, bo.id))
		if _, err := w.desk.Session(w.ctx, bo.cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("the session lives: %v", err)
		}
		_, err := w.desk.SignIn(w.ctx, "bo", bo.words)
		w.refused(err, "staff.wrong")
		key, err := w.desk.TeamKey(w.ctx, w.db, w.team)
		w.must(err)
		if key.ID.Version != 2 {
			t.Errorf("the team's key is version %d", key.ID.Version)
		}
		w.refused(w.desk.Disable(w.ctx, ada, w.init.User), "staff.last_coordinator")
		if !w.ada().Member(w.team) {
			t.Error("the refused attempt left traces")
		}
	})
}

func TestTwoSheetsAdmitToATeamWithoutMembers(t *testing.T) {
	each(t, func(w *world) {
		bo := w.accepted("bo", w.team)
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), w.init.User, w.team))
		w.must(w.desk.Recover(w.ctx, w.init.Sheets[2], w.init.Sheets[0], bo.id, w.team))
		s := w.open(bo.cookie)
		if !s.Member(w.team) {
			t.Fatal("no member after recovery")
		}
		if err := w.desk.Recover(w.ctx, w.init.Sheets[1], w.init.Sheets[1], bo.id, w.team); err == nil {
			t.Error("one sheet twice was enough")
		}
	})
}

func TestNewWordsReplaceTheOldAndKeepTheKeys(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		words, err := w.desk.NewWords(w.ctx, w.open(bo.cookie))
		w.must(err)
		_, err = w.desk.SignIn(w.ctx, "bo", bo.words)
		w.refused(err, "staff.wrong")
		if _, s := w.signIn(" BO ", strings.ToUpper(words)); !s.Member(w.team) {
			t.Error("no member after new words")
		}
	})
}

func TestASessionEndsByIdlenessAgeAndWish(t *testing.T) {
	each(t, func(w *world) {
		cookie, _ := w.signIn("ada", w.init.Words)
		for range 4 {
			w.clock.Pass(20 * time.Minute)
			w.open(cookie)
		}
		w.clock.Pass(20 * time.Minute)
		if _, err := w.desk.Session(w.ctx, cookie, true); err != nil {
			t.Fatalf("ended too early: %v", err)
		}
		w.clock.Pass(11 * time.Minute)
		if _, err := w.desk.Session(w.ctx, cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Fatalf("a poll kept the session alive: %v", err)
		}
		cookie, _ = w.signIn("ada", w.init.Words)
		for range 35 {
			w.clock.Pass(20 * time.Minute)
			w.open(cookie)
		}
		w.clock.Pass(20 * time.Minute)
		if _, err := w.desk.Session(w.ctx, cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Fatalf("older than 12 hours: %v", err)
		}
		cookie, s := w.signIn("ada", w.init.Words)
		other, _ := w.signIn("ada", w.init.Words)
		list, err := w.desk.Sessions(w.ctx, s)
		w.must(err)
		if len(list) != 2 {
			t.Fatalf("%d sessions", len(list))
		}
		bo := w.hire("bo")
		w.fails(w.desk.EndSession(w.ctx, w.open(bo.cookie), s.ID), helpdesk.ErrNotFound)
		for _, one := range list {
			if !one.This {
				w.must(w.desk.EndSession(w.ctx, s, one.ID))
			}
		}
		if _, err := w.desk.Session(w.ctx, other, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("the ended one lives: %v", err)
		}
		w.must(w.desk.SignOut(w.ctx, s))
		if _, err := w.desk.Session(w.ctx, cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("signed out and alive: %v", err)
		}
	})
}

func TestNamesAndAddressesOfStaffAreKnown(t *testing.T) {
	each(t, func(w *world) {
		names := w.desk.Names(w.ctx, w.init.User, "", helpdesk.NewID())
		if len(names) != 1 || names[w.init.User] != "Ada Canaryname" {
			t.Errorf("%d names", len(names))
		}
		for address, want := range map[string]bool{"ada@canary.example": true, "eve@canary.example": false} {
			got, err := w.desk.StaffAddress(w.ctx, w.db, address)
			w.must(err)
			if got != want {
				t.Errorf("%v for an address that is %v", got, want)
			}
		}
		_, err := w.desk.Invite(w.ctx, w.ada(), "Ada", "Other", "o@x.example", staff.Counsellor)
		w.refused(err, "staff.login_taken")
		bo := w.hire("bo")
		_, err = w.desk.Invite(w.ctx, w.open(bo.cookie), "eve", "Eve", "e@x.example", staff.Counsellor)
		w.fails(err, helpdesk.ErrDenied)
		w.must(w.desk.SetLocale(w.ctx, w.open(bo.cookie), "sv"))
		if got := w.open(bo.cookie).User.Locale; got != "sv" {
			t.Errorf("locale %s", got)
		}
	})
}

func TestARecoveryCodeGivesNewWordsAndNobodyHasToAdmitAgain(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		first, err := w.desk.RecoveryCode(w.ctx, w.open(bo.cookie))
		w.must(err)
		code, err := w.desk.RecoveryCode(w.ctx, w.open(bo.cookie))
		w.must(err)
		if len(code) != 34 || code == first {
			t.Fatalf("a code of %d characters", len(code))
		}
		for _, wrong := range []string{"", first, code[:33], bo.words} {
			_, _, err = w.desk.SignInWithCode(w.ctx, "", "bo", wrong)
			w.refused(err, "staff.wrong")
			w.clock.Pass(16 * time.Minute) // no delays here
		}
		_, err = w.desk.SignIn(w.ctx, "bo", code)
		w.refused(err, "staff.wrong")
		_, _, err = w.desk.SignInWithCode(w.ctx, "", "ada", code)
		w.refused(err, "staff.wrong")
		words, cookie, err := w.desk.SignInWithCode(w.ctx, "", "bo", strings.ToUpper(strings.ReplaceAll(code, "-", " ")))
		w.must(err)
		if !w.open(cookie).Member(w.team) {
			t.Error("no member after recovery")
		}
		_, err = w.desk.SignIn(w.ctx, "bo", bo.words)
		w.refused(err, "staff.wrong")
		if _, s := w.signIn("bo", words); !s.Member(w.team) {
			t.Error("no member with the new words")
		}
		w.must(w.desk.Disable(w.ctx, w.desk.Console(), bo.id))
		_, _, err = w.desk.SignInWithCode(w.ctx, "", "bo", code)
		w.refused(err, "staff.wrong")
	})
}
