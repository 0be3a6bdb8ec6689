package consent

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// TestAReferralFollowsItsTicketToAnotherTeam: it is underway there, its owner is
// one of them as soon as one of them looks, and who handed it over is not told of
// what they may not open.
func TestAReferralFollowsItsTicketToAnotherTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.mailbox()
		maria, olle := w.hire("maria", w.team), w.hire("olle", w.other)
		shelter := w.organisation("Shelter", "partner", "SE")
		w.account(shelter, "pia")
		g, ticket := w.comes()
		id, _ := w.sent(maria, g, ticket, shelter)
		facts, err := w.Tickets.Facts(w.ctx, maria, ticket)
		w.must(err)
		w.must(w.HandOver(w.ctx, maria, ticket, w.other))
		w.must(w.Tickets.Give(w.ctx, maria, ticket, facts.Version, giveTo(w.other)))
		if all, err := w.Underway(w.ctx, maria); err != nil || len(all) != 0 {
			t.Errorf("%d underway for who handed it over, %v", len(all), err)
		}
		w.clock.Pass(4 * 24 * time.Hour)
		before := w.mails()
		w.must(w.Watch(w.ctx))
		if n := w.mails() - before; n != 1 {
			t.Errorf("%d mails that it is late, want the coordinator's", n)
		}
		if all, err := w.Underway(w.ctx, olle); err != nil || len(all) != 1 {
			t.Errorf("%d underway in the team that has it, %v", len(all), err)
		}
		w.must(w.FollowReferrals(w.ctx, olle, ticket))
		r := w.referral(olle, id)
		if r.Owner != olle.User.ID {
			t.Error("the owner is somebody who may not open it")
		}
		w.must(w.FollowReferrals(w.ctx, olle, ticket))
		if again := w.referral(olle, id); again.Version != r.Version {
			t.Error("given once more")
		}
		w.must(w.TakeBack(w.ctx, g, id))
	})
}

// TestWhatCameBackIsFoundByAnIndex: it is asked for on every page of what is
// underway, and every five minutes.
func TestWhatCameBackIsFoundByAnIndex(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	for _, query := range []string{"owner = 'x' AND state = 'returned' AND turned > 5", "state = 'returned' AND turned >= 5"} {
		rows, err := w.DB.Query(w.ctx, `EXPLAIN QUERY PLAN SELECT id FROM referrals_referral WHERE `+query+` ORDER BY turned DESC, id LIMIT 100`)
		w.must(err)
		var plan strings.Builder
		for rows.Next() {
			var a, b, c int
			var text string
			w.must(rows.Scan(&a, &b, &c, &text))
			plan.WriteString(text + "; ")
		}
		w.must(rows.Err())
		rows.Close()
		if !strings.Contains(plan.String(), "referrals_referral_returned") {
			t.Errorf("%s: %s", query, plan.String())
		}
	}
}
