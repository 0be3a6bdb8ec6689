package consent

import (
	"bytes"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// TestAThiefAfterwardsFindsNeitherWrapNorPackage steals the files before and
// after a withdrawal and an erasure: what was there before is in no file any
// more once the night has scrubbed them, so that keys that are stolen later open
// nothing of it.
func TestAThiefAfterwardsFindsNeitherWrapNorPackage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		shelter := w.organisation("Shelter", "partner", "SE")
		w.account(shelter, "pia")
		g, ticket := w.comes()
		id, out := w.sent(maria, g, ticket, shelter)
		one := func(query string, id helpdesk.ID) []byte {
			t.Helper()
			var b []byte
			w.must(db.QueryRow(w.ctx, query, id).Scan(&b))
			return b
		}
		wrap := one(`SELECT wrap FROM referrals_wrap WHERE referral = $1`, id)
		erased := [][]byte{
			one(`SELECT sealed FROM referrals_package WHERE referral = $1`, id), one(`SELECT body FROM referrals_referral WHERE id = $1`, id),
			one(`SELECT sealed FROM referrals_part WHERE referral = $1 ORDER BY position LIMIT 1`, id),
			one(`SELECT wrap FROM referrals_key WHERE subject = $1 ORDER BY kind, reader LIMIT 1`, id),
			one(`SELECT wrap FROM ledger_wrap WHERE subject = $1 ORDER BY kind, reader LIMIT 1`, out.Consent),
			one(`SELECT sealed FROM ledger_body WHERE subject = $1 ORDER BY seq LIMIT 1`, out.Consent),
			one(`SELECT mark FROM ledger_subject WHERE id = $1`, out.Consent),
		}
		stolen := func() []byte {
			t.Helper()
			w.must(db.Scrub(w.ctx, ErasedTables()...))
			return storetest.Dump(t, db)
		}
		// Long values lie on several pages: their last piece stands for them.
		tail := func(b []byte) []byte { return b[max(0, len(b)-24):] }
		before := stolen()
		for n, b := range append([][]byte{wrap}, erased...) {
			if !bytes.Contains(before, tail(b)) {
				t.Fatalf("number %d is not in the files before: the search would prove nothing", n)
			}
		}
		w.must(w.Withdraw(w.ctx, g, out.Consent, Web))
		if bytes.Contains(stolen(), tail(wrap)) {
			t.Error("the recipient's wrap outlives the withdrawal")
		}
		w.must(w.write(func(tx *store.Tx) error { return w.Forget(w.ctx, tx, []helpdesk.ID{ticket}) }))
		after := stolen()
		for n, b := range erased {
			if bytes.Contains(after, tail(b)) {
				t.Errorf("number %d outlives the erasure", n)
			}
		}
	})
}

// TestWhatWasFrozenAndOpenedStaysAsItWas: the database itself refuses.
func TestWhatWasFrozenAndOpenedStaysAsItWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		shelter := w.organisation("Shelter", "partner", "SE")
		o := w.enters(w.account(shelter, "pia"))
		g, ticket := w.comes()
		id, _ := w.sent(maria, g, ticket, shelter)
		w.must(w.Agree(w.ctx, o, id))
		for _, q := range []string{
			`UPDATE referrals_package SET frozen = 0`, `UPDATE referrals_part SET position = position + 10`, `UPDATE referrals_opening SET what = 'read'`,
			`UPDATE referrals_referral SET owner = ''`, `UPDATE referrals_referral SET due = 0`, `UPDATE referrals_referral SET state = 'somewhere'`,
			`UPDATE referrals_referral SET consent = '', permission = ''`, `UPDATE referrals_referral SET expires = 0`,
		} {
			if err := w.write(func(tx *store.Tx) error { _, err := tx.Exec(w.ctx, q); return err }); err == nil {
				t.Errorf("the database lets pass: %s", q)
			}
		}
	})
}

// TestWhoRefusesEverythingIsAnsweredAllTheSame: the service itself never depends
// on a yes (invariant 16).
func TestWhoRefusesEverythingIsAnsweredAllTheSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		before, err := w.Tickets.Facts(w.ctx, maria, ticket)
		w.must(err)
		shelter := w.organisation("Shelter", "partner", "SE")
		for _, p := range Purposes() {
			d := w.share(ticket, shelter)
			d.Purpose = p.Code
			switch {
			case p.Own == "authority":
				d.Recipients = []Recipient{w.organisation("Agency", "authority", "SE")}
			case p.Own == "origin":
				d.Recipients, d.FromCountry = []Recipient{w.organisation("Far away", "partner", "AF")}, "AF"
			}
			if !p.To {
				d.Recipients = nil
			}
			if !p.Items {
				d.Items = nil
			}
			if p.Months > 0 {
				d.Day = "2026-09-01"
			}
			id := w.asked(maria, d)
			w.must(w.Answer(w.ctx, g, id, Reply{State: Refused, Method: Web, Alone: true}))
		}
		after, err := w.Tickets.Facts(w.ctx, maria, ticket)
		w.must(err)
		if after.State != before.State || after.Priority != before.Priority || after.Owner != before.Owner {
			t.Errorf("the ticket is another: %+v, it was %+v", after, before)
		}
		// They write, they are answered, and they get a contact in their language.
		conversation, _, err := w.Tickets.PersonConversation(w.ctx, maria, ticket)
		w.must(err)
		w.must(w.write(func(tx *store.Tx) error {
			c, err := w.Tickets.AsPerson(w.ctx, tx, g, conversation)
			if err != nil {
				return err
			}
			_, err = c.Append(w.ctx, tx, tickets.Message{ID: helpdesk.NewID(), Kind: tickets.KindChat, Direction: tickets.In, Content: tickets.Content{Text: "I am still here"}})
			return err
		}))
		w.letter(maria, ticket, "We are, too")
		signpost, err := w.Refer(w.ctx, maria, ticket, Referring{Mode: Signpost, Target: shelter.ID, Priority: PriorityNormal, Need: "a bed", Likely: true, Agreed: true})
		w.must(err)
		out, err := w.Submit(w.ctx, maria, signpost, 1, Asking{Language: "fa"})
		w.must(err)
		if out.State != ReferralClosed || out.Card != shelter.ID {
			t.Errorf("no card: %+v", out)
		}
	})
}
