package staff_test

import (
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
)

// helper is a volunteer with an account.
type helper struct{ guest }

func (w *world) volunteerOf(org helpdesk.ID, login string) helpdesk.ID {
	w.t.Helper()
	all, err := w.desk.Volunteers(w.ctx, org)
	w.must(err)
	for _, v := range all {
		if v.User.Login == login {
			return v.User.ID
		}
	}
	w.t.Fatal("no volunteer " + login)
	return ""
}

func (w *world) lead(org helpdesk.ID, login string) helper {
	w.t.Helper()
	token, err := w.desk.InviteBranchLead(w.ctx, w.desk.Console(), org, login, login+" Canaryname", login+"@canary.example", "sv", w.clock.Now().AddDate(0, 6, 0))
	w.must(err)
	return w.enrolHelper(org, login, token)
}

func (w *world) enrolHelper(org helpdesk.ID, login, token string) helper {
	w.t.Helper()
	h := helper{guest{login: login, token: token, org: org, id: w.volunteerOf(org, login)}}
	var err error
	h.Enrolment, err = w.desk.AcceptVolunteer(w.ctx, token, "sv", "Desk")
	w.must(err)
	return h
}

func (w *world) helperIn(h helper) (string, *staff.Outsider) {
	w.t.Helper()
	w.clock.Pass(31 * time.Second)
	cookie, err := w.desk.SignInVolunteer(w.ctx, h.login, h.Words, w.code(h.guest))
	w.must(err)
	o, err := w.desk.Volunteer(w.ctx, cookie, false)
	w.must(err)
	return cookie, o
}

func TestABranchLeadInvitesTheVolunteersOfTheirOwnBranchAlone(t *testing.T) {
	each(t, func(w *world) {
		org, other := helpdesk.NewID(), helpdesk.NewID()
		until := w.clock.Now().AddDate(0, 3, 0)
		_, err := w.desk.InviteBranchLead(w.ctx, w.open(w.hire("bo").cookie), org, "x", "x", "x@canary.example", "sv", until)
		w.fails(err, helpdesk.ErrDenied)

		lena, leo := w.lead(org, "lena"), w.lead(other, "leo")
		cookie, l := w.helperIn(lena)
		if l.User.Kind != staff.Volunteer || !l.Lead || l.Org != org {
			t.Fatal("who leads the branch is not its lead")
		}
		for _, wrong := range []time.Time{w.clock.Now(), w.clock.Now().AddDate(0, 13, 0)} {
			_, err = w.desk.InviteVolunteer(w.ctx, l, "vera", "Vera Canaryname", "vera@canary.example", "sv", wrong)
			w.refused(err, "staff.until")
		}
		token, err := w.desk.InviteVolunteer(w.ctx, l, "vera", "Vera Canaryname", "vera@canary.example", "sv", until)
		w.must(err)
		vera := w.enrolHelper(org, "vera", token)
		if !vera.Waits {
			t.Fatal("the second waits for somebody of the branch")
		}
		_, v := w.helperIn(vera)
		if v.Lead {
			t.Error("a volunteer leads")
		}
		_, err = w.desk.InviteVolunteer(w.ctx, v, "y", "y", "y@canary.example", "sv", until)
		w.fails(err, helpdesk.ErrDenied)

		// Nobody of another branch admits, renews or ends, or learns that she is there.
		_, o := w.helperIn(leo)
		w.fails(w.desk.AdmitPartner(w.ctx, o, vera.id), helpdesk.ErrDenied)
		w.fails(w.desk.RenewVolunteer(w.ctx, o, vera.id, until), helpdesk.ErrNotFound)
		w.fails(w.desk.EndVolunteer(w.ctx, o, vera.id), helpdesk.ErrNotFound)
		w.fails(w.desk.RenewVolunteer(w.ctx, v, vera.id, until), helpdesk.ErrNotFound)
		w.must(w.desk.AdmitPartner(w.ctx, l, vera.id))
		if _, v = w.helperIn(vera); v.User.State != staff.Active {
			t.Fatal("admitted, and waits")
		}

		// No door but the branches' own.
		if _, err := w.desk.Session(w.ctx, cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("a colleague's session: %v", err)
		}
		if _, err := w.desk.Outsider(w.ctx, cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("a partner's session: %v", err)
		}
		_, err = w.desk.SignIn(w.ctx, "lena", lena.Words)
		w.refused(err, "staff.wrong")
		w.clock.Pass(31 * time.Second)
		_, err = w.desk.SignInPartner(w.ctx, "lena", lena.Words, w.code(lena.guest))
		w.refused(err, "staff.wrong")
		pia := w.enrolled(helpdesk.NewID(), "pia")
		_, err = w.desk.SignInVolunteer(w.ctx, "pia", pia.Words, w.code(pia))
		w.refused(err, "staff.wrong")
		_, err = w.desk.InvitePartner(w.ctx, w.desk.Console(), org, "z", "z", "z@canary.example", "en")
		w.refused(err, "staff.kind") // an organisation is one or the other

		// Nothing of ours is sealed to them, and they are listed nowhere else.
		if _, err := w.desk.UserKey(w.ctx, w.db, vera.id); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a ticket could be lent to her: %v", err)
		}
		users, err := w.desk.Users(w.ctx)
		w.must(err)
		mates, err := w.desk.PartnerUsers(w.ctx)
		w.must(err)
		for _, u := range users {
			if u.Kind == staff.Volunteer {
				t.Error("a volunteer among those who work here")
			}
		}
		for _, p := range mates {
			if p.User.Kind == staff.Volunteer {
				t.Error("a volunteer among the partners")
			}
		}
	})
}

func TestAVolunteersScreenLocksAfterFiveMinutes(t *testing.T) {
	each(t, func(w *world) {
		lena := w.lead(helpdesk.NewID(), "lena")
		cookie, o := w.helperIn(lena)
		if !o.Locks.Equal(w.clock.Now().Add(5 * time.Minute)) {
			t.Errorf("locks at %v", o.Locks)
		}
		w.clock.Pass(4 * time.Minute)
		_, err := w.desk.Volunteer(w.ctx, cookie, true) // a quiet look moves nothing
		w.must(err)
		w.clock.Pass(time.Minute)
		_, err = w.desk.Volunteer(w.ctx, cookie, true)
		w.fails(err, staff.ErrLocked)
		_, err = w.desk.Volunteer(w.ctx, cookie, false)
		w.fails(err, staff.ErrLocked)
		w.refused(w.desk.Unlock(w.ctx, cookie, "not her words"), "staff.wrong")
		w.must(w.desk.Unlock(w.ctx, cookie, lena.Words))
		again, err := w.desk.Volunteer(w.ctx, cookie, false)
		w.must(err)
		if again.ID != o.ID {
			t.Error("another session")
		}

		w.must(w.desk.Lock(w.ctx, again))
		_, err = w.desk.Volunteer(w.ctx, cookie, false)
		w.fails(err, staff.ErrLocked)
		w.clock.Pass(31 * time.Minute)
		w.fails(w.desk.Unlock(w.ctx, cookie, lena.Words), helpdesk.ErrDenied)
		if _, err = w.desk.Volunteer(w.ctx, cookie, false); errors.Is(err, staff.ErrLocked) {
			t.Error("locked, and not over, after half an hour")
		}
	})
}

func TestAVolunteersAccountEndsOnItsDay(t *testing.T) {
	each(t, func(w *world) {
		org := helpdesk.NewID()
		lena := w.lead(org, "lena")
		_, l := w.helperIn(lena)
		end := w.clock.Now().Add(2 * time.Hour)
		token, err := w.desk.InviteVolunteer(w.ctx, l, "vera", "Vera Canaryname", "vera@canary.example", "sv", end)
		w.must(err)
		vera := w.enrolHelper(org, "vera", token)
		w.must(w.desk.AdmitPartner(w.ctx, l, vera.id))
		cookie, _ := w.helperIn(vera)

		// Nobody ran anything: the instant alone ends it.
		for w.clock.Now().Add(4 * time.Minute).Before(end) {
			w.clock.Pass(4 * time.Minute)
			_, err := w.desk.Volunteer(w.ctx, cookie, false)
			w.must(err)
		}
		w.clock.Pass(end.Sub(w.clock.Now()))
		_, err = w.desk.Volunteer(w.ctx, cookie, false)
		w.fails(err, helpdesk.ErrDenied)
		if errors.Is(err, staff.ErrLocked) {
			t.Error("locked, and not over")
		}
		_, err = w.desk.SignInVolunteer(w.ctx, "vera", vera.Words, w.code(vera.guest))
		w.refused(err, "staff.wrong")
		_, l = w.helperIn(lena)
		w.refused(w.desk.RenewVolunteer(w.ctx, l, vera.id, w.clock.Now().AddDate(0, 1, 0)), "staff.ended")

		// The house makes the branch a new key.
		w.must(staff.EndDue(w.ctx, w.desk))
		id, _, err := w.desk.PartnerKey(w.ctx, w.db, org)
		w.must(err)
		if id.Version != 2 {
			t.Errorf("version %d after an account ended", id.Version)
		}

		// She comes back as somebody new to them.
		again, err := w.desk.InviteAgain(w.ctx, l, vera.id, w.clock.Now().AddDate(0, 1, 0))
		w.must(err)
		vera = w.enrolHelper(org, "vera", again)
		_, v := w.helperIn(vera)
		if _, old := v.Pair(1); old || !vera.Waits {
			t.Error("what ended came back by itself")
		}
		_, l = w.helperIn(lena) // with the key that was made meanwhile
		w.must(w.desk.AdmitPartner(w.ctx, l, vera.id))
		w.must(w.desk.RenewVolunteer(w.ctx, w.ada(), vera.id, w.clock.Now().AddDate(0, 12, 0)))
		cookie, v = w.helperIn(vera)
		if !v.Until.Equal(w.clock.Now().Add(-31*time.Second).AddDate(0, 12, 0).Truncate(time.Microsecond)) {
			t.Errorf("until %v", v.Until)
		}

		// And the lead shows her the door.
		w.must(w.desk.EndVolunteer(w.ctx, l, vera.id))
		w.must(w.desk.EndVolunteer(w.ctx, l, vera.id))
		_, err = w.desk.Volunteer(w.ctx, cookie, true)
		w.fails(err, helpdesk.ErrDenied)
		if id, _, err = w.desk.PartnerKey(w.ctx, w.db, org); err != nil || id.Version != 3 {
			t.Error(id, err)
		}
	})
}

// Whoever writes to the database makes nobody a lead, and gives nobody more time.
func TestADatabaseWriterNeitherLeadsABranchNorProlongsAnAccount(t *testing.T) {
	each(t, func(w *world) {
		org := helpdesk.NewID()
		lena := w.lead(org, "lena")
		_, l := w.helperIn(lena)
		token, err := w.desk.InviteVolunteer(w.ctx, l, "vera", "Vera Canaryname", "vera@canary.example", "sv", w.clock.Now().AddDate(0, 1, 0))
		w.must(err)
		vera := w.enrolHelper(org, "vera", token)
		w.must(w.desk.AdmitPartner(w.ctx, l, vera.id))
		cookie, _ := w.helperIn(vera)
		for _, set := range []string{`lead = TRUE`, `until = until + 1`, `until = 0`, `org = '` + string(helpdesk.NewID()) + `'`} {
			var lead bool
			var until int64
			var of string
			w.must(w.db.QueryRow(w.ctx, `SELECT lead, until, org FROM staff_partneruser WHERE user_id = $1`, string(vera.id)).Scan(&lead, &until, &of))
			w.exec(`UPDATE staff_partneruser SET `+set+` WHERE user_id = $1`, string(vera.id))
			if _, err := w.desk.Volunteer(w.ctx, cookie, true); err == nil {
				t.Errorf("%s was believed", set)
			}
			w.exec(`UPDATE staff_partneruser SET lead = $1, until = $2, org = $3 WHERE user_id = $4`, lead, until, of, string(vera.id))
		}
		w.alarmed("partner_forged")
		if _, err := w.desk.Volunteer(w.ctx, cookie, true); err != nil {
			t.Error(err)
		}
		if id, public, err := w.desk.PartnerKey(w.ctx, w.db, org); err != nil || id.Kind != vault.Partner || len(public) == 0 {
			t.Error(id, err)
		}
	})
}
