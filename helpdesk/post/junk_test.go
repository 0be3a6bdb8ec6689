package post

import (
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func (h *house) junk(number int) {
	h.t.Helper()
	t := h.page(number).Ticket
	h.must(h.post.MarkJunk(h.ctx, h.session(), t.ID, t.Version))
}

func TestJunkIsClosedStaysClosedAndIsTakenBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:shop id:m1 subject:Buy", nil))
		h.junk(1)
		h.junk(1) // twice is once
		list, err := h.post.Junks(h.ctx, h.session())
		h.must(err)
		if len(list) != 1 || list[0].Ticket != h.ticket(1) || h.page(1).Ticket.State != tickets.StateClosed {
			t.Fatalf("%+v", list)
		}
		// What comes to it is set aside and opens nothing; another matter of the
		// same writer is a letter like any other: nothing was learned of them.
		h.receive("a", write("from:shop id:m2 irt:m1", nil))
		h.receive("a", write("from:shop id:m3", nil))
		if got := len(h.asides(Unwanted)); got != 1 || h.page(1).Ticket.State != tickets.StateClosed || h.count(`SELECT COUNT(*) FROM tickets_ticket`) != 2 {
			t.Errorf("%d set aside", got)
		}
		// One of them was no junk after all.
		_, err = h.post.Recover(h.ctx, h.session(), h.asides(Unwanted)[0].ID)
		h.must(err)
		if n := len(h.page(1).Messages); n != 2 {
			t.Errorf("%d messages", n)
		}
		h.must(h.post.UnmarkJunk(h.ctx, h.session(), h.ticket(1)))
		h.receive("a", write("from:shop id:m4 irt:m1", nil))
		if junk, err := h.post.IsJunk(h.ctx, h.ticket(1)); junk || err != nil || h.page(1).Ticket.State != tickets.StateOpen || len(h.page(1).Messages) != 3 {
			t.Errorf("taken back: %v %v, %s", junk, err, h.page(1).Ticket.State)
		}
	})
}

func TestABlockedWritersLettersAreSetAsideUntilItEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := acknowledging(t, db)
		h.receive("a", write("from:angry id:m1", nil))
		h.told()
		b, err := h.post.Block(h.ctx, h.session(), h.ticket(1), 30)
		h.must(err)
		for _, words := range []string{"from:ANGRY@X.example id:m2", "from:angry id:m3 irt:m1"} {
			h.clock.Pass(time.Hour)
			h.receive("a", write(words, nil))
		}
		h.receive("b", write("from:angry to:b id:m4", nil)) // another team decides for itself
		h.receive("a", write("from:calm id:m5", nil))
		if got := h.asides(Unwanted); len(got) != 2 || got[0].From == "" {
			t.Fatalf("%+v", got)
		}
		if n := h.count(`SELECT COUNT(*) FROM tickets_ticket`); n != 3 {
			t.Errorf("%d tickets", n)
		}
		for _, l := range h.told() {
			if l.InReplyTo[0] != "m4@x.example" && l.InReplyTo[0] != "m5@x.example" {
				t.Errorf("a blocked writer was told: %v", l.InReplyTo)
			}
		}
		list, err := h.post.Blocks(h.ctx, h.session())
		h.must(err)
		if len(list) != 1 || list[0].ID != b.ID || list[0].Address != "angry@x.example" || !list[0].Until.After(h.clock.Now().AddDate(0, 0, 29)) {
			t.Fatalf("%+v", list)
		}
		dump := string(storetest.Dump(t, db))
		if strings.Contains(dump, "angry@x.example") {
			t.Error("the address lies in plain")
		}
		h.must(h.post.Unblock(h.ctx, h.session(), b.ID))
		h.receive("a", write("from:angry id:m6", nil))
		if got, _ := h.newest("a", 1, h.uid["a"]); got != becameMessage {
			t.Errorf("after unblocking it became %s", got)
		}
		_, err = h.post.Block(h.ctx, h.session(), h.ticket(1), 30)
		h.must(err)
		_, err = h.post.Block(h.ctx, h.session(), h.ticket(1), 2) // replaces it
		h.must(err)
		h.clock.Pass(4 * 24 * time.Hour)
		h.receive("a", write("from:angry id:m7", nil))
		if got, _ := h.newest("a", 1, h.uid["a"]); got != becameMessage {
			t.Errorf("after its end it became %s", got)
		}
		h.must(h.post.Coarsen(h.ctx))
		if n := h.count(`SELECT COUNT(*) FROM post_block`); n != 0 {
			t.Errorf("%d blocks are remembered", n)
		}
	})
}

func TestNobodyBlocksUsOrForAnotherTeamOrForEver(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:kim@staff.example id:m1", nil))
	h.receive("b", write("from:anna to:b id:m2", nil))
	lee := h.lee()
	var no helpdesk.Refusal
	for _, c := range []struct {
		number, days int
		key          string
	}{{1, 30, "block.ours"}, {1, 0, "block.days"}, {1, 366, "block.days"}} {
		if _, err := h.post.Block(h.ctx, h.session(), h.ticket(c.number), c.days); !errors.As(err, &no) || no.Key != c.key {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := h.post.Block(h.ctx, lee, h.ticket(2), 30); !isNotFound(err) {
		t.Errorf("another team's: %v", err)
	}
	if err := h.post.MarkJunk(h.ctx, lee, h.ticket(2), 1); !isNotFound(err) {
		t.Errorf("another team's: %v", err)
	}
	b, err := h.post.Block(h.ctx, h.session(), h.ticket(2), 30)
	h.must(err)
	if err := h.post.Unblock(h.ctx, lee, b.ID); !isNotFound(err) {
		t.Errorf("another team's: %v", err)
	}
	if list, err := h.post.Blocks(h.ctx, lee); err != nil || len(list) != 0 {
		t.Errorf("another team's: %v %v", list, err)
	}
}

// Who can write to the database must not draw a person's letters aside.
func TestAForgedBlockOrJunkMarkHidesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:shop id:m1", nil))
		h.receive("a", write("from:anna id:m2", nil))
		_, err := h.post.Block(h.ctx, h.session(), h.ticket(1), 30)
		h.must(err)
		h.junk(1)
		var anna []byte = h.post.blockIndex("anna@x.example")
		h.must(h.db.Write(h.ctx, "forge", func(tx *store.Tx) error {
			if _, err := tx.Exec(h.ctx, `UPDATE post_block SET address_index = $1`, anna); err != nil {
				return err
			}
			_, err := tx.Exec(h.ctx, `UPDATE post_junk SET ticket = $1`, h.ticket(2))
			return err
		}))
		h.receive("a", write("from:anna id:m3 irt:m2", nil))
		if got, _ := h.newest("a", 1, 3); got != becameMessage {
			t.Errorf("it became %s", got)
		}
		for _, alarm := range []string{"block_forged", "junk_forged"} {
			if !strings.Contains(h.log.String(), "code="+alarm) {
				t.Errorf("no alarm %s", alarm)
			}
		}
	})
}
