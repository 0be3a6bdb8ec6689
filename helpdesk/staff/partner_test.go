package staff_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// guest is somebody of a partner organisation.
type guest struct {
	id              helpdesk.ID
	login, token    string
	staff.Enrolment // words and seed
	org             helpdesk.ID
}

func (w *world) partner(org helpdesk.ID, login string) guest {
	w.t.Helper()
	token, err := w.desk.InvitePartner(w.ctx, w.desk.Console(), org, login, login+" Canaryname", login+"@canary.example", "en")
	w.must(err)
	all, err := w.desk.PartnerUsers(w.ctx)
	w.must(err)
	g := guest{login: login, token: token, org: org}
	for _, p := range all {
		if p.User.Login == login {
			g.id = p.User.ID
		}
	}
	return g
}

func (w *world) enrolled(org helpdesk.ID, login string) guest {
	w.t.Helper()
	g := w.partner(org, login)
	var err error
	g.Enrolment, err = w.desk.AcceptPartner(w.ctx, g.token, "en", "Desk")
	w.must(err)
	return g
}

func (w *world) code(g guest) string {
	w.t.Helper()
	c, err := totp.GenerateCode(g.Secret, w.clock.Now())
	w.must(err)
	return c
}

func (w *world) outsider(g guest) (string, *staff.Outsider) {
	w.t.Helper()
	w.clock.Pass(31 * time.Second) // a code is used once
	cookie, err := w.desk.SignInPartner(w.ctx, g.login, g.Words, w.code(g))
	w.must(err)
	o, err := w.desk.Outsider(w.ctx, cookie, false)
	w.must(err)
	return cookie, o
}

func TestAPartnerHoldsTheKeyOfTheirOrganisationAndNothingElse(t *testing.T) {
	each(t, func(w *world) {
		org, other := helpdesk.NewID(), helpdesk.NewID()
		_, _, err := w.desk.PartnerKey(w.ctx, w.db, org)
		w.fails(err, helpdesk.ErrNotFound)

		pia := w.enrolled(org, "pia")
		if pia.Waits {
			t.Fatal("the first of an organisation waits for nobody")
		}
		id, public, err := w.desk.PartnerKey(w.ctx, w.db, org)
		w.must(err)
		if id != (vault.KeyID{Kind: vault.Partner, Owner: org, Version: 1}) {
			t.Fatalf("key of %v", id)
		}
		cookie, o := w.outsider(pia)
		pair, ok := o.Pair(1)
		if !ok || o.Org != org || !bytes.Equal(pair.Public().Public, public) {
			t.Fatal("she does not hold the key that is sealed to")
		}

		// Neither door opens with what belongs to the other.
		if _, err := w.desk.Session(w.ctx, cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("a colleague's session from a partner's cookie: %v", err)
		}
		bo := w.hire("bo")
		if _, err := w.desk.Outsider(w.ctx, bo.cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("a partner's session from a colleague's cookie: %v", err)
		}
		_, err = w.desk.SignIn(w.ctx, "pia", pia.Words)
		w.refused(err, "staff.wrong")
		_, _, err = w.desk.SignInWithCode(w.ctx, "", "pia", pia.Words)
		w.refused(err, "staff.wrong")
		_, err = w.desk.SignInPartner(w.ctx, "bo", bo.words, "123456")
		w.refused(err, "staff.wrong")

		// Nothing of ours is ever given or sealed to her.
		if _, err := w.desk.UserKey(w.ctx, w.db, pia.id); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a ticket could be lent to her: %v", err)
		}
		w.refused(w.desk.Propose(w.ctx, w.ada(), pia.id, w.team), "staff.kind")
		_, err = w.desk.AddTeam(w.ctx, w.ada(), staff.NewTeam{Name: "x"}, pia.id)
		w.refused(err, "staff.no_keys")
		_, err = w.desk.Invite(w.ctx, w.ada(), "x", "x", "x@canary.example", staff.Partner)
		w.refused(err, "staff.kind")
		users, err := w.desk.Users(w.ctx)
		w.must(err)
		for _, u := range users {
			if u.ID == pia.id {
				t.Error("she is listed among those who work here")
			}
		}
		if ours, err := w.desk.StaffAddress(w.ctx, w.db, "pia@canary.example"); err != nil || ours {
			t.Error("her address counts as one of ours", err)
		}
		if all, err := w.desk.PartnerAddresses(w.ctx, org); err != nil || len(all) != 1 || all[0].Address != "pia@canary.example" {
			t.Error(all, err)
		}

		// Another organisation's staff hold another key.
		olga := w.enrolled(other, "olga")
		_, oo := w.outsider(olga)
		if theirs, ok := oo.Pair(1); !ok || bytes.Equal(theirs.Fingerprint(), pair.Fingerprint()) {
			t.Error("two organisations share a key")
		}
		w.must(w.desk.SignOutPartner(w.ctx, o))
		if _, err := w.desk.Outsider(w.ctx, cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("signed out: %v", err)
		}
	})
}

func TestAColleagueOfTheirOwnAdmitsAPartner(t *testing.T) {
	each(t, func(w *world) {
		org := helpdesk.NewID()
		pia, per := w.enrolled(org, "pia"), w.enrolled(org, "per")
		olga := w.enrolled(helpdesk.NewID(), "olga")
		if !per.Waits {
			t.Fatal("the second does not wait")
		}
		_, waiting := w.outsider(per)
		if _, ok := waiting.Pair(1); ok {
			t.Fatal("who waits holds a key")
		}
		_, p := w.outsider(pia)
		_, o := w.outsider(olga)
		w.fails(w.desk.AdmitPartner(w.ctx, o, per.id), helpdesk.ErrDenied)
		w.fails(w.desk.AdmitPartner(w.ctx, waiting, per.id), helpdesk.ErrDenied)
		w.must(w.desk.AdmitPartner(w.ctx, p, per.id))
		for range 2 { // blind, then settled
			_, in := w.outsider(per)
			mine, ok := in.Pair(1)
			if theirs, _ := p.Pair(1); !ok || !bytes.Equal(mine.Fingerprint(), theirs.Fingerprint()) {
				t.Fatal("admitted, and without the key")
			}
		}

		// Who leaves keeps nothing; who stays reads old and new.
		w.must(w.desk.Disable(w.ctx, w.ada(), pia.id))
		id, _, err := w.desk.PartnerKey(w.ctx, w.db, org)
		w.must(err)
		if id.Version != 2 {
			t.Errorf("version %d after somebody left", id.Version)
		}
		_, in := w.outsider(per)
		_, old := in.Pair(1)
		_, now := in.Pair(2)
		if !old || !now {
			t.Errorf("who stayed holds old %v, new %v", old, now)
		}
		_, err = w.desk.SignInPartner(w.ctx, "pia", pia.Words, w.code(pia))
		w.refused(err, "staff.wrong")

		// The last one's words are lost: a new key, and nothing old.
		token, err := w.desk.Reissue(w.ctx, w.ada(), per.id)
		w.must(err)
		_, _, err = w.desk.PartnerKey(w.ctx, w.db, org)
		w.fails(err, helpdesk.ErrNotFound)
		per.Enrolment, err = w.desk.AcceptPartner(w.ctx, token, "en", "Desk")
		w.must(err)
		_, in = w.outsider(per)
		if _, held := in.Pair(2); held {
			t.Error("a new key pair opens what was sealed to the lost one")
		}
		if id, _, err = w.desk.PartnerKey(w.ctx, w.db, org); err != nil || id.Version != 4 {
			t.Error(id, err)
		}
	})
}

func TestACodeCountsOnce(t *testing.T) {
	each(t, func(w *world) {
		pia := w.enrolled(helpdesk.NewID(), "pia")
		try := func(code string) error {
			_, err := w.desk.SignInPartner(w.ctx, "pia", pia.Words, code)
			return err
		}
		first := w.code(pia)
		w.must(try(first[:3] + " " + first[3:]))
		w.refused(try(first), "staff.wrong")
		w.clock.Pass(30 * time.Second)
		w.refused(try(first), "staff.wrong") // still within the slack, and used
		second := w.code(pia)
		w.must(try(second))
		w.clock.Pass(30 * time.Second)
		w.refused(try(second), "staff.wrong")
		for _, bad := range []string{"", "12345", "1234567", "12345a", "١٢٣٤٥٦"} {
			w.refused(try(bad), "staff.wrong")
		}
		// Two at once with one code: one gets in.
		w.clock.Pass(time.Hour)
		code, in := w.code(pia), 0
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if try(code) == nil {
					mu.Lock()
					in++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if in != 1 {
			t.Errorf("%d came in by one code", in)
		}
	})
}

func TestGuessingACodeEnds(t *testing.T) {
	each(t, func(w *world) {
		pia := w.enrolled(helpdesk.NewID(), "pia")
		wrong := func() error {
			bad := "000000"
			if w.code(pia) == bad {
				bad = "000001"
			}
			_, err := w.desk.SignInPartner(w.ctx, "pia", pia.Words, bad)
			return err
		}
		quick := func() { staff.NoDelays(w.desk) }
		quick()
		for range 5 {
			w.refused(wrong(), "staff.wrong")
		}
		w.refused(wrong(), "staff.code_wait")
		_, err := w.desk.SignInPartner(w.ctx, "pia", pia.Words, w.code(pia))
		w.refused(err, "staff.code_wait") // the right one, too late
		w.clock.Pass(16 * time.Minute)
		w.restart() // another process counts on
		quick()
		_, err = w.desk.SignInPartner(w.ctx, "pia", pia.Words, w.code(pia))
		w.must(err)

		for range 60 {
			w.clock.Pass(16 * time.Minute)
			if err := wrong(); err == nil {
				t.Fatal("a wrong code came in")
			}
		}
		w.clock.Pass(time.Hour)
		_, err = w.desk.SignInPartner(w.ctx, "pia", pia.Words, w.code(pia))
		w.refused(err, "staff.code_wait") // after fifty only a reissue helps
		var n int
		w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM journal_entry WHERE verb = $1`, staff.VerbWrongCode).Scan(&n))
		if n < 50 {
			t.Errorf("%d wrong codes in the journal", n)
		}
	})
}

func TestAThiefLearnsNothingOfAPartner(t *testing.T) {
	each(t, func(w *world) {
		pia := w.enrolled(helpdesk.NewID(), "pia")
		cookie, o := w.outsider(pia)
		fmt.Fprintf(w.log, "%v %+v %#v %v %+v", o, o, o.User, pia.Enrolment, pia.Enrolment)
		dump := bytes.ToLower(append(storetest.Dump(t, w.db), w.log.String()...))
		six := strings.Fields(pia.Words)
		for _, c := range []string{"anaryname", "canary.example", pia.Secret, pia.token, cookie, six[0] + " " + six[1], six[4] + six[5]} {
			if bytes.Contains(dump, []byte(strings.ToLower(c))) {
				t.Errorf("found %q", c)
			}
		}
	})
}

func TestWhoWritesToTheDatabaseBecomesNoPartner(t *testing.T) {
	each(t, func(w *world) {
		org, target := helpdesk.NewID(), helpdesk.NewID()
		pia := w.enrolled(org, "pia")
		w.enrolled(target, "olga")
		attacker := vault.NewPair(vault.KeyID{Kind: vault.Partner, Owner: target, Version: 1})

		w.exec(`UPDATE staff_partneruser SET org = $1 WHERE user_id = $2`, string(target), string(pia.id))
		w.clock.Pass(time.Minute)
		if _, err := w.desk.SignInPartner(w.ctx, "pia", pia.Words, w.code(pia)); err == nil {
			t.Error("moved to another organisation")
		}
		w.alarmed("partner_forged")
		w.exec(`UPDATE staff_partneruser SET org = $1 WHERE user_id = $2`, string(org), string(pia.id))

		w.exec(`UPDATE staff_partnerkey SET public = $1 WHERE org = $2`, attacker.Public().Public, string(target))
		if _, _, err := w.desk.PartnerKey(w.ctx, w.db, target); err == nil {
			t.Error("a key was put in place of theirs")
		}
		w.alarmed("partner_key_forged")

		w.exec(`DELETE FROM staff_partnermember WHERE user_id = $1`, string(pia.id))
		w.exec(`UPDATE staff_partnermember SET org = $1 WHERE org = $2`, string(org), string(target))
		w.exec(`UPDATE staff_partnermember SET user_id = $1 WHERE user_id <> $1`, string(pia.id))
		_, o := w.outsider(pia)
		if p, ok := o.Pair(1); ok && p.ID().Owner != org {
			t.Error("a wrap was moved, and it opened")
		}
		w.exec(`UPDATE staff_user SET kind = 'counsellor' WHERE id = $1`, string(pia.id))
		if _, err := w.desk.SignIn(w.ctx, "pia", pia.Words); err == nil {
			t.Error("a partner made themselves a colleague")
		}
	})
}
