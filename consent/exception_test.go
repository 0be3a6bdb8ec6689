package consent

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestAnExceptionHasItsReasonAndASecondPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria, per, other := w.hire("maria", w.team), w.hire("per", w.team), w.hire("other", w.other)
		_, ticket := w.comes()
		social := w.organisation("Social services", "authority", "SE")
		o := w.enters(w.account(social, "soc"))
		whole := Excepting{Ticket: ticket, Kind: "crime", Law: "OSL 10:24", Why: "a serious crime", WhyNot: "they could be hurt"}
		for _, c := range []struct {
			change func(*Excepting)
			key    string
		}{
			{func(x *Excepting) { x.Kind = "convenience" }, "excepted.kind"},
			{func(x *Excepting) { x.Law = " " }, "excepted.law"},
			{func(x *Excepting) { x.Why = "" }, "excepted.why"},
			{func(x *Excepting) { x.WhyNot = "" }, "excepted.informed"},
		} {
			bad := whole
			c.change(&bad)
			_, err := w.Except(w.ctx, maria, bad)
			w.refused(err, c.key)
		}
		_, err := w.Except(w.ctx, other, whole)
		w.fails(err, helpdesk.ErrNotFound)

		refer := func(need string) helpdesk.ID {
			f := w.package3(maria, ticket, social)
			f.Need, f.Again = need, true
			id, err := w.Refer(w.ctx, maria, ticket, f)
			w.must(err)
			return id
		}
		send := func(id helpdesk.ID) error {
			_, err := w.Send(w.ctx, maria, id, w.referral(maria, id).Version, Way{})
			return err
		}

		// What is no duty and can wait, waits for the second person.
		waits := refer("one")
		x := whole
		x.Referral = waits
		id, err := w.Except(w.ctx, maria, x)
		w.must(err)
		if s := w.referral(maria, waits).State; s != ReferralDraft {
			t.Errorf("%s before anybody looked", s)
		}
		w.fails(send(waits), helpdesk.ErrConflict)
		w.refused(w.Disclose(w.ctx, maria, id, "the police", "phone", "a name", time.Time{}), "refer.exception")
		w.refused(w.Review(w.ctx, maria, id, true, ""), "excepted.second")
		w.fails(w.Review(w.ctx, other, id, true, ""), helpdesk.ErrNotFound)
		w.must(w.Review(w.ctx, per, id, true, "I agree"))
		w.fails(w.Review(w.ctx, per, id, true, "again"), helpdesk.ErrConflict)
		w.must(send(waits))
		w.must(w.Agree(w.ctx, o, waits))
		if len(w.released(o, waits).Handed.Items) != 3 {
			t.Error("nothing was handed over")
		}

		w.clock.Pass(time.Minute)

		// A duty goes at once; a no comes too late to stop it, and is kept.
		duty := refer("two")
		x.Referral, x.Must = duty, true
		id, err = w.Except(w.ctx, maria, x)
		w.must(err)
		w.must(send(duty))
		w.refused(w.Review(w.ctx, per, id, false, ""), "excepted.why")
		w.must(w.Review(w.ctx, per, id, false, "I see no danger"))
		if w.released(o, duty).Ended {
			t.Error("a second person stopped a duty to report")
		}

		w.clock.Pass(time.Minute)

		// In an emergency one acts, and a no takes it back.
		urgent := refer("three")
		x.Referral, x.Must, x.Emergency, x.Kind = urgent, false, true, "vital"
		id, err = w.Except(w.ctx, maria, x)
		w.must(err)
		w.must(send(urgent))
		w.clock.Pass(24 * time.Hour)
		late, err := w.Unreviewed(w.ctx, w.ada())
		w.must(err)
		if len(late) != 1 || late[0].ID != id || !late[0].Late {
			t.Errorf("%d wait for a second look", len(late))
		}
		w.must(w.Agree(w.ctx, o, urgent))
		w.must(w.Review(w.ctx, per, id, false, "nobody was in danger"))
		w.ended(o, urgent, "a second person says no")

		// Told by phone, it is written down as well.
		x.Referral, x.Must = "", true
		id, err = w.Except(w.ctx, maria, x)
		w.must(err)
		w.must(w.Disclose(w.ctx, maria, id, "the police", "phone", "a name", w.Now()))
		all, err := w.Exceptions(w.ctx, per, ticket)
		w.must(err)
		if len(all) != 4 || all[1].Review != "I see no danger" || all[1].State != "disputed" || !all[1].Stands || all[0].Law != "OSL 10:24" {
			t.Errorf("%d exceptions", len(all))
		}
		if r := w.verified(); r.Bad != nil {
			t.Errorf("the book: %+v", r)
		}
	})
}

func TestARequestByAnAuthorityIsANoUntilTheCoordinatorDecides(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria, per := w.hire("maria", w.team), w.hire("per", w.team)
		q := Inquiry{Authority: "Police", Person: "officer 12", What: "where somebody is", Law: "PL", Channel: "phone", At: monday}
		_, err := w.Register(w.ctx, maria, Inquiry{Authority: "Police"})
		w.refused(err, "request.empty")
		id, err := w.Register(w.ctx, maria, q)
		w.must(err)
		if all, err := w.Requests(w.ctx, per); err != nil || len(all) != 0 {
			t.Error("a colleague reads what they did not register", err)
		}
		w.fails(w.Decide(w.ctx, maria, id, false, "no"), helpdesk.ErrDenied)
		ada := w.ada()
		all, err := w.Requests(w.ctx, ada)
		w.must(err)
		if len(all) != 1 || !all[0].Open || all[0].Inquiry != q || all[0].State != "open" {
			t.Fatalf("%d requests", len(all))
		}
		w.refused(w.Decide(w.ctx, ada, id, true, "a court said so"), "request.why")
		w.refused(w.Decide(w.ctx, ada, id, false, ""), "request.why")
		w.must(w.Decide(w.ctx, ada, id, false, "no court asked"))
		w.fails(w.Decide(w.ctx, ada, id, true, "changed my mind", "a name"), helpdesk.ErrConflict)
		if all, err = w.Requests(w.ctx, maria); err != nil || len(all) != 1 || all[0].State != "refused" || all[0].Why != "no court asked" {
			t.Error("who registered it does not learn what became of it", err)
		}
		w.clock.Pass(30 * 24 * time.Hour)
		second, err := w.Register(w.ctx, maria, q)
		w.must(err)
		w.clock.Pass(4 * 24 * time.Hour)
		for _, r := range func() []Inquired { a, err := w.Requests(w.ctx, ada); w.must(err); return a }() {
			if r.ID == second && !r.Late {
				t.Error("nobody is told that it waits")
			}
		}
		for _, step := range RequestPlaybook {
			if w.Words.Say("en", step) == step {
				t.Errorf("no words for %s", step)
			}
		}
	})
}
