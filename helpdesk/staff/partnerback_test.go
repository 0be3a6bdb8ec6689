package staff_test

import (
	"testing"

	"returnsupport/helpdesk"
)

// Somebody left an organisation, and whoever writes to the database puts its old
// key back, which they still hold: nothing is sealed to it.
func TestAPartnerPutBackToAnOlderKeyIsNoticed(t *testing.T) {
	each(t, func(w *world) {
		org := helpdesk.NewID()
		pia, per := w.enrolled(org, "pia"), w.enrolled(org, "per")
		_, p := w.outsider(pia)
		w.must(w.desk.AdmitPartner(w.ctx, p, per.id))
		w.keep("old")
		w.must(w.desk.Disable(w.ctx, w.ada(), pia.id))
		if id, _, err := w.desk.PartnerKey(w.ctx, w.db, org); err != nil || id.Version != 2 {
			t.Fatal(id, err)
		}
		w.putBack("old", "staff_partner", "staff_partnerkey", "staff_partnermember")
		if id, _, err := w.desk.PartnerKey(w.ctx, w.db, org); err == nil {
			t.Errorf("sealed to version %d again", id.Version)
		}
		w.alarmed("partner_key_back")
	})
}
