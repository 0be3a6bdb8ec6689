package consent

import (
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// TestWhoWritesToTheDatabaseIsSentNothing: rows of referrals that are moved,
// copied, put back or made up release nothing, and the operator is told.
func TestWhoWritesToTheDatabaseIsSentNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		shelter, other := w.organisation("Shelter", "partner", "SE"), w.organisation("Other", "partner", "SE")
		pia, olga := w.enters(w.account(shelter, "pia")), w.enters(w.account(other, "olga"))
		g, ticket := w.comes()
		g2, ticket2 := w.comes()
		id, _ := w.sent(maria, g, ticket, shelter)
		id2, out2 := w.sent(maria, g2, ticket2, shelter)
		w.must(w.Agree(w.ctx, pia, id))
		w.must(w.Agree(w.ctx, pia, id2))
		for _, a := range []struct {
			name    string
			change  []string
			back    []string
			o       *Outside
			alarmed string
		}{
			{"handed to another organisation", []string{`UPDATE referrals_referral SET target = (SELECT x.target FROM referrals_referral x WHERE x.id = $ID) WHERE id = $ID`,
				`UPDATE referrals_referral SET expires = expires + 1 WHERE id = $ID`}, []string{`UPDATE referrals_referral SET expires = expires - 1 WHERE id = $ID`}, pia, "referral_row"},
			{"made to last", []string{`UPDATE referrals_referral SET expires = expires * 2 WHERE id = $ID`}, []string{`UPDATE referrals_referral SET expires = expires / 2 WHERE id = $ID`}, pia, "referral_row"},
			{"a wrap of another", []string{`UPDATE referrals_wrap SET wrap = (SELECT x.wrap FROM referrals_wrap x WHERE x.referral = $TWO), mac = (SELECT x.mac FROM referrals_wrap x WHERE x.referral = $TWO) WHERE referral = $ID`}, nil, pia, "referral_wrap"},
		} {
			run := func(queries []string) {
				for _, q := range queries {
					w.exec(fill(q, string(id), string(id2)))
				}
			}
			run(a.change)
			if r, err := w.Released(w.ctx, a.o, id); err == nil && !r.Ended {
				t.Errorf("%s: released", a.name)
			}
			run(a.back)
			if !contains(w.log.String(), a.alarmed) {
				t.Errorf("%s: no alarm", a.name)
			}
		}
		if _, err := w.Released(w.ctx, olga, id2); err == nil {
			t.Error("released to a stranger")
		}

		// What was taken back stays taken, also for who keeps a copy of the wrap
		// and puts it where it was: the consent says no.
		w.must(w.write(func(tx *store.Tx) error {
			_, err := tx.Exec(w.ctx, `CREATE TABLE kept AS SELECT * FROM referrals_wrap WHERE referral = $1`, id2)
			return err
		}))
		w.must(w.write(func(tx *store.Tx) error {
			_, err := tx.Exec(w.ctx, `CREATE TABLE keptrow AS SELECT * FROM referrals_referral WHERE id = $1`, id2)
			return err
		}))
		w.must(w.Withdraw(w.ctx, g2, out2.Consent, Web))
		w.exec(`INSERT INTO referrals_wrap SELECT * FROM kept`)
		w.ended(pia, id2, "the wrap put back")
		w.exec(fill(`DELETE FROM referrals_referral WHERE id = $ID`, string(id2), ""), `INSERT INTO referrals_referral SELECT * FROM keptrow`)
		w.ended(pia, id2, "wrap and row put back")

		// A pair made up for the organisation opens nothing that is sealed to it,
		// and nothing is sealed to it.
		g3, ticket3 := w.comes()
		id3, out3 := w.asks(maria, ticket3, w.package3(maria, ticket3, shelter))
		w.saysYes(g3, out3)
		attacker := vault.NewPair(vault.KeyID{Kind: vault.Partner, Owner: shelter.ID, Version: 1})
		w.must(w.write(func(tx *store.Tx) error {
			_, err := tx.Exec(w.ctx, `UPDATE staff_partnerkey SET public = $1 WHERE org = $2`, attacker.Public().Public, string(shelter.ID))
			return err
		}))
		if _, err := w.Send(w.ctx, maria, id3, w.referral(maria, id3).Version, Way{}); err == nil {
			t.Error("sealed to a key that is nobody's")
		}
	})
}
