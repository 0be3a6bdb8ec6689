package post

import (
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// What our mark does not stand on may be looked at; made into a message, it
// would carry our mark.
func TestAForgedLetterSetAsideBecomesNoMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1 auto:auto-replied", nil))
		h.tamper(`UPDATE post_aside SET mac = $1`, []byte{1})
		a := h.asides("")[0]
		if a.Proven || a.Broken {
			t.Fatalf("proven %v, broken %v", a.Proven, a.Broken)
		}
		if _, _, err := h.post.AsideOriginal(h.ctx, h.session(), a.ID); err != nil {
			t.Errorf("not to be read: %v", err)
		}
		if _, err := h.post.Recover(h.ctx, h.session(), a.ID); refusal(err) != "ticket.unproven" {
			t.Errorf("recovered: %v", err)
		}
		if n := h.count(`SELECT COUNT(*) FROM tickets_message`); n != 0 {
			t.Errorf("%d messages", n)
		}
	})
}
