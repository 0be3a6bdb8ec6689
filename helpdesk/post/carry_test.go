package post

import (
	"testing"
	"time"

	"returnsupport/helpdesk/store/storetest"
)

// A mailbox row nobody vouches for is as good as none: the letter waits, and
// after two days its author hears of it.
func TestALetterFromAMailboxThatWasTamperedWithIsGivenUpAfterTwoDays(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1", nil))
	h.reply(1, "hello", "anna@x.example")
	h.tamper(`UPDATE office_mailbox SET mac = $1 WHERE id = $2`, []byte{1}, h.boxes["a"])
	h.clock.Pass(10 * time.Second)
	h.deliverAll()
	if o := h.outbox()[0]; o.State != Waiting || o.Again != 0 || o.Deliveries[0].Code != CodeNoServer {
		t.Fatalf("%s, again %d, code %q", o.State, o.Again, o.Deliveries[0].Code)
	}
	h.clock.Pass(giveUp)
	h.deliverAll()
	if m := h.page(1).Messages; m[len(m)-1].Content.Key != SystemUndelivered {
		t.Error("the author does not hear of it")
	}
}

func TestAPlaceThatCannotBeEndsNoWorker(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1", nil))
	h.reply(1, "hello", "anna@x.example")
	h.tamper(`UPDATE post_delivery SET position = -1`)
	h.clock.Pass(time.Minute)
	h.deliverAll()
	if len(h.server.taken) != 0 || h.outbox()[0].State != Failed {
		t.Errorf("%d left, %s", len(h.server.taken), h.outbox()[0].State)
	}
}
