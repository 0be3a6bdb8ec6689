package staff_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// unproven passes more than five minutes in which a volunteer was never idle.
func (w *world) unproven(cookie string) *staff.Outsider {
	w.t.Helper()
	w.clock.Pass(4 * time.Minute)
	_, err := w.desk.Volunteer(w.ctx, cookie, false)
	w.must(err)
	w.clock.Pass(2 * time.Minute)
	return w.volunteer(cookie)
}

func (w *world) volunteer(cookie string) *staff.Outsider {
	w.t.Helper()
	o, err := w.desk.Volunteer(w.ctx, cookie, false)
	w.must(err)
	return o
}

func TestWhatABranchLeadDecidesNeedsAProofOfTheLastFiveMinutes(t *testing.T) {
	each(t, func(w *world) {
		org := helpdesk.NewID()
		lena, leo := w.lead(org, "lena"), w.lead(helpdesk.NewID(), "leo")
		cookie, l := w.helperIn(lena)
		until := w.clock.Now().AddDate(0, 3, 0).Truncate(time.Hour)
		token, err := w.desk.InviteVolunteer(w.ctx, l, "vera", "Vera Canaryname", "vera@canary.example", "sv", until)
		w.must(err)
		vera := w.enrolHelper(org, "vera", token)
		w.must(w.desk.AdmitPartner(w.ctx, l, vera.id))

		later := until.AddDate(0, 1, 0)
		deeds := []struct {
			name string
			do   func(*staff.Outsider) error
		}{
			{"invite", func(o *staff.Outsider) error {
				_, err := w.desk.InviteVolunteer(w.ctx, o, "viv", "Viv Canaryname", "viv@canary.example", "sv", later)
				return err
			}},
			{"renew", func(o *staff.Outsider) error { return w.desk.RenewVolunteer(w.ctx, o, vera.id, later) }},
			{"invite again", func(o *staff.Outsider) error { _, err := w.desk.InviteAgain(w.ctx, o, vera.id, later); return err }},
			{"end", func(o *staff.Outsider) error { return w.desk.EndVolunteer(w.ctx, o, vera.id) }},
		}
		w.must(w.volunteer(cookie).Proof())
		l = w.unproven(cookie)
		w.fails(l.Proof(), staff.ErrProof)
		for _, d := range deeds {
			if err := d.do(l); err == nil {
				t.Errorf("%s without a proof", d.name)
			} else {
				w.fails(err, staff.ErrProof)
			}
		}
		all, err := w.desk.Volunteers(w.ctx, org)
		w.must(err)
		for _, v := range all {
			if v.User.Login == "viv" || v.User.ID == vera.id && (v.User.State != staff.Active || !v.Until.Equal(until)) {
				t.Errorf("refused, and done: %s is %s", v.User.Login, v.User.State)
			}
		}

		// Who may not is told that, and is asked for nothing.
		other, _ := w.helperIn(leo)
		w.fails(w.desk.EndVolunteer(w.ctx, w.unproven(other), vera.id), helpdesk.ErrNotFound)
		hers, _ := w.helperIn(vera)
		_, err = w.desk.InviteVolunteer(w.ctx, w.unproven(hers), "x", "x", "x@canary.example", "sv", later)
		w.fails(err, helpdesk.ErrDenied)
		if err == nil || err.Error() == staff.ErrProof.Error() {
			t.Error("a volunteer is asked for a proof of what she may not do")
		}

		cookie, _ = w.helperIn(lena)
		w.unproven(cookie)
		// The words open a locked screen, and prove nothing; nor does a code that was used.
		w.must(w.desk.Unlock(w.ctx, cookie, lena.Words))
		w.fails(w.volunteer(cookie).Proof(), staff.ErrProof)
		for _, wrong := range []string{lena.Words, "", "000000"} {
			w.refused(w.desk.ProveVolunteer(w.ctx, cookie, wrong), "staff.code_wrong")
		}
		code := w.code(lena.guest)
		w.must(w.desk.ProveVolunteer(w.ctx, cookie, code))
		w.refused(w.desk.ProveVolunteer(w.ctx, cookie, code), "staff.code_wrong")
		l = w.volunteer(cookie)
		for _, d := range deeds { // once, and not again for each
			if err := d.do(l); err != nil {
				t.Errorf("%s with a proof: %v", d.name, err)
			}
		}
		w.fails(w.unproven(cookie).Proof(), staff.ErrProof)

		// A partner's session knows it, too, and the branches' door is not theirs.
		pia := w.enrolled(helpdesk.NewID(), "pia")
		theirs, p := w.outsider(pia)
		w.must(p.Proof())
		w.fails(w.desk.ProveVolunteer(w.ctx, theirs, w.code(pia)), helpdesk.ErrDenied)
		w.clock.Pass(6 * time.Minute)
		p, err = w.desk.Outsider(w.ctx, theirs, false)
		w.must(err)
		w.fails(p.Proof(), staff.ErrProof)
	})
}

// A proof said to be later than it was opens nothing.
func TestAnOutsidersProofMovedForwardInTheDatabaseIsAnAlarm(t *testing.T) {
	each(t, func(w *world) {
		cookie, _ := w.helperIn(w.lead(helpdesk.NewID(), "lena"))
		w.unproven(cookie)
		w.exec(`UPDATE staff_session SET proved = $1`, w.clock.Now().UnixMicro())
		_, err := w.desk.Volunteer(w.ctx, cookie, false)
		w.fails(err, helpdesk.ErrDenied)
		w.alarmed("session_forged")
	})
}

// Whoever guesses codes at a desk that was left open loses that desk; its owner
// comes in everywhere else, at once.
func TestGuessingAtAnOpenDeskEndsItsSessionAndKeepsItsOwnerOutNowhere(t *testing.T) {
	each(t, func(w *world) {
		staff.NoDelays(w.desk)
		lena := w.lead(helpdesk.NewID(), "lena")
		open, _ := w.helperIn(lena)
		own, _ := w.helperIn(lena)
		for range 5 {
			w.refused(w.desk.ProveVolunteer(w.ctx, open, "000000"), "staff.code_wrong")
		}
		w.clock.Pass(31 * time.Second)
		w.fails(w.desk.ProveVolunteer(w.ctx, open, w.code(lena.guest)), helpdesk.ErrDenied)
		_, err := w.desk.Volunteer(w.ctx, open, false)
		w.fails(err, helpdesk.ErrDenied)
		w.must(w.desk.ProveVolunteer(w.ctx, own, w.code(lena.guest)))
		w.helperIn(lena)

		w.asks()
		p, first := w.enrol("ada", w.init.Words)
		for range 5 {
			w.refused(w.desk.Prove(w.ctx, first, "000000"), "staff.factor_wrong")
		}
		w.clock.Pass(31 * time.Second)
		w.fails(w.desk.Prove(w.ctx, first, w.shows(p)), helpdesk.ErrDenied)
		_, err = w.desk.Session(w.ctx, first, false)
		w.fails(err, helpdesk.ErrDenied)
		cookie, err := w.enter("ada", w.init.Words, w.shows(p))
		w.must(err)
		w.open(cookie)
	})
}
