package post

import (
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// A letter to a joined ticket counts for the one it was joined into: whoever
// still has the old page open must hear of it.
func TestAnAnswerOnAJoinedTicketsPageStopsWhenSomethingNewCameIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		h.receive("a", write("from:anna id:m2", nil))
		sheet := h.page(1)
		h.must(h.tickets.Join(h.ctx, h.session(), h.ticket(1), h.ticket(2)))
		h.receive("a", write("from:anna id:m3 irt:m1", nil))
		a := Answer{Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: "yes", Seen: sheet.Ticket.Last, ClientID: "c"}
		if _, err := h.post.Reply(h.ctx, h.session(), a); refusal(err) != "reply.newer" {
			t.Errorf("sent although something new came in: %v", err)
		}
		a.Anyway = true
		if _, err := h.post.Reply(h.ctx, h.session(), a); err != nil {
			t.Error(err)
		}
	})
}

// The browser's Back shows the form as it was, with its client id.
func TestAnAnswerTakenBackMayBeSentAfterAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		a := Answer{Ticket: h.ticket(1), To: []string{"anna@x.example"}, Text: "yes", Anyway: true, ClientID: "c"}
		first, err := h.post.Reply(h.ctx, h.session(), a)
		h.must(err)
		h.must(h.post.Undo(h.ctx, h.session(), first.Outbox))
		second, err := h.post.Reply(h.ctx, h.session(), a)
		h.must(err)
		third, err := h.post.Reply(h.ctx, h.session(), a)
		h.must(err)
		if second.Again || second.Outbox == first.Outbox || !third.Again || third.Outbox != second.Outbox {
			t.Errorf("%+v, %+v, %+v", first, second, third)
		}
		h.clock.Pass(time.Minute)
		h.deliverAll()
		if len(h.server.taken) != 1 {
			t.Errorf("%d letters left the house", len(h.server.taken))
		}
	})
}
