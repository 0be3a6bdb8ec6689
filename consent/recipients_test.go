package consent

import (
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestRecipientsAreToldThatSomethingTheyHadIsErased(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.mailbox()
		maria := w.hire("maria", w.team)
		shelter, other := w.organisation("Shelter", "partner", "SE"), w.organisation("Elsewhere", "partner", "SE")
		w.account(shelter, "pia")
		w.account(other, "otto")
		g, ticket := w.comes()
		w.sent(maria, g, ticket, shelter)
		_, untouched := w.comes()
		stop := func(ticket helpdesk.ID) (told int) {
			before := w.mails()
			w.must(w.write(func(tx *store.Tx) error { return w.Stop(w.ctx, tx, []helpdesk.ID{ticket}) }))
			return w.mails() - before
		}
		if n := stop(untouched); n != 0 {
			t.Errorf("%d mails about what never left", n)
		}
		if n := stop(ticket); n != 1 {
			t.Errorf("%d mails, of which one is the recipient's and none another's", n)
		}
	})
}
