package post

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestWhoIsForgottenIsNotRevivedByTheSameMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		mail := write("from:anna id:m1 subject:Help", nil)
		h.receive("a", mail)
		h.receive("b", write("from:bo id:m2 subject:Other", nil))
		h.reply(1, "on its way", "anna@x.example")
		ticket := h.ticket(1)
		h.must(db.Write(h.ctx, "test", func(tx *store.Tx) error { return h.post.Stop(h.ctx, tx, []helpdesk.ID{ticket}) }))
		h.clock.Pass(time.Minute)
		h.deliverAll()
		if len(h.server.taken) != 0 {
			t.Error("a letter left after its ticket was to be erased")
		}
		h.must(db.Write(h.ctx, "test", func(tx *store.Tx) error { return h.post.Forget(h.ctx, tx, []helpdesk.ID{ticket}) }))
		h.receive("a", mail)
		if n := h.count(`SELECT COUNT(*) FROM tickets_ticket`); n != 2 {
			t.Errorf("%d tickets after the same mail came again", n)
		}
		for table, others := range map[string]int{"post_letter": 1, "post_thread": 1, "post_outbox": 0, "post_delivery": 0} {
			query := `SELECT COUNT(*) FROM ` + table
			if table == "post_letter" {
				query += ` WHERE object <> ''`
			}
			if n := h.count(query); n != others {
				t.Errorf("%d rows in %s, %d are another ticket's", n, table, others)
			}
		}
	})
}
