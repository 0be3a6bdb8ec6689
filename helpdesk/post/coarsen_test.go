package post

import (
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestOfAClosedTicketNoMinuteIsLeftInThePostroom(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		for number, who := range []string{"anna", "bo"} {
			h.receive("a", write("from:"+who+" id:"+who, nil))
			h.reply(number+1, "hello", who+"@x.example")
		}
		h.clock.pass(time.Minute)
		h.deliverAll()
		closed := h.page(1).Ticket
		h.must(h.tickets.CloseTicket(h.ctx, h.session(), closed.ID, closed.Version))
		h.must(h.post.Coarsen(h.ctx))
		exact := func(number int) int {
			id := h.ticket(number)
			return h.count(`SELECT COUNT(*) FROM post_thread WHERE ticket = $1 AND at % 86400000000 <> 0`, id) +
				h.count(`SELECT COUNT(*) FROM post_outbox WHERE ticket = $1 AND made % 86400000000 + hold % 86400000000 <> 0`, id) +
				h.count(`SELECT COUNT(*) FROM post_delivery WHERE at % 86400000000 <> 0 AND outbox IN (SELECT id FROM post_outbox WHERE ticket = $1)`, id)
		}
		if n := exact(1); n != 0 {
			t.Errorf("%d exact times of the closed ticket", n)
		}
		if n := exact(2); n < 4 {
			t.Errorf("%d exact times of the open one", n)
		}
		// The thread still leads back.
		h.receive("a", write("from:anna id:m3 irt:anna", nil))
		if got := h.became("a"); got != "1" {
			t.Errorf("the next letter became %s", got)
		}
	})
}
