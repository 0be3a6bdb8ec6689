package consent

import (
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestADatabasePutBackWithoutItsAftermathOpensNothingToOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		shelter := w.organisation("Shelter", "partner", "SE")
		w.account(shelter, "pia")
		g, ticket := w.comes()
		id, _ := w.sent(maria, g, ticket, shelter)
		n, err := w.CloseOutside(w.ctx)
		w.must(err)
		open, err := w.book.Handed(w.ctx, db)
		w.must(err)
		if n != 1 || len(open) > 0 {
			t.Errorf("%d closed, %d still open", n, len(open))
		}
		r, err := w.book.Load(w.ctx, db, id)
		w.must(err)
		if at := r.At(w.clock.Now()); at.Live() {
			t.Error("the referral still lives")
		}
	})
}
