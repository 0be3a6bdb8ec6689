package consent

import (
	"strings"
	"testing"
	"time"

	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// TestWhatLeftWithoutAYesIsTheirsToReadOnceTheyAreTold: what was told by phone,
// and what was sent, stands on their page from then on; why does not.
func TestWhatLeftWithoutAYesIsTheirsToReadOnceTheyAreTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		other, _ := w.comes()
		social := w.organisation("Social services", "authority", "SE")
		w.account(social, "soc")
		sees := func(g *people.Guest, when string, phoned, sent int) {
			t.Helper()
			told, err := w.MyDisclosures(w.ctx, g)
			w.must(err)
			mine, err := w.MyReferrals(w.ctx, g)
			w.must(err)
			if len(told) != phoned || len(mine) != sent {
				t.Errorf("%s: %d told and %d sent are shown, want %d and %d", when, len(told), len(mine), phoned, sent)
			}
			for _, d := range told {
				if d.Recipient.Name == "" || d.Note == "" || d.At.IsZero() {
					t.Errorf("%s: %+v says nothing", when, d.Disclosed)
				}
			}
		}
		x := Excepting{Ticket: ticket, Kind: "child", Must: true, Law: "SoL 19:1", Why: "the Kanariewhy", WhyNot: "danger"}
		phoned, err := w.Except(w.ctx, maria, x)
		w.must(err)
		w.must(w.Disclose(w.ctx, maria, phoned, "the police", "phone", "a name", time.Time{}))
		w.clock.Pass(time.Minute)
		x.Referral, err = w.Refer(w.ctx, maria, ticket, w.package3(maria, ticket, social))
		w.must(err)
		sent, err := w.Except(w.ctx, maria, x)
		w.must(err)
		_, err = w.Send(w.ctx, maria, x.Referral, w.referral(maria, x.Referral).Version, Way{})
		w.must(err)
		w.must(w.FollowReferrals(w.ctx, maria, ticket))
		sees(g, "told of nothing", 0, 0)

		w.must(w.Disclose(w.ctx, maria, phoned, "112", "phone", "an address", w.Now()))
		sees(g, "told of the calls", 2, 0)
		w.must(w.Inform(w.ctx, maria, sent))
		w.must(w.Inform(w.ctx, maria, sent))
		sees(g, "told of both", 2, 1)
		sees(other, "another", 0, 0)
		all, err := w.Exceptions(w.ctx, maria, ticket)
		w.must(err)
		if len(all) != 2 || !all[0].Informed || !all[1].Informed || len(all[0].Disclosed) != 2 || all[0].Disclosed[0].Recipient.Name != "the police" {
			t.Errorf("a colleague reads %+v", all)
		}

		// Their key opens what left, and nothing of why.
		keys, err := w.book.Keys(w.ctx, w.DB, phoned)
		w.must(err)
		e, err := w.book.Exception(w.ctx, w.DB, phoned)
		w.must(err)
		for _, k := range keys {
			if k.Reader != g.Person {
				continue
			}
			key, err := g.Pair().Unwrap(referrals.KeyAt(phoned, k.KeyID()), k.Wrap)
			w.must(err)
			if _, err := key.Open(referrals.BodyAt(phoned), e.Body); err == nil {
				t.Error("the person's key opens why")
			}
		}
		if steps := w.states(phoned); !strings.HasSuffix(steps, "informed") {
			t.Errorf("the book does not say that they were told: %s", steps)
		}
		w.must(w.write(func(tx *store.Tx) error { return w.Forget(w.ctx, tx, []helpdesk.ID{ticket}) }))
		sees(g, "forgotten", 0, 0)
		if r := w.verified(); r.Bad != nil {
			t.Errorf("the book: %+v", r.Bad)
		}
	})
}

// states are what the book says became of something.
func (w *world) states(subject helpdesk.ID) string {
	w.t.Helper()
	steps, err := w.ledger.Events(w.ctx, w.DB, subject)
	w.must(err)
	var out []string
	for _, s := range steps {
		out = append(out, string(s.Kind)+" "+s.State+" "+s.Outcome)
	}
	return strings.Join(out, ", ")
}
