package post

import (
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge"
)

func TestALetterThatComesAheadLeavesTheBookmarkToTheOlderOnes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		box := string(h.boxes["a"])
		offer := func(uid uint32, words string, ahead bool) string {
			t.Helper()
			raw := write(words, nil)
			h.must(h.post.Receive(h.ctx, box, mailbridge.Arrival{Mark: mailbridge.Mark{UIDValidity: 1, UID: uid}, Raw: []byte(raw), Internal: h.clock.Now(), Size: int64(len(raw)), Ahead: ahead}))
			outcome, _ := h.newest("a", 1, uid)
			return outcome
		}
		at := func(want uint32) {
			t.Helper()
			if mark, err := h.post.Bookmark(h.ctx, box); err != nil || mark.UID != want {
				t.Fatalf("the bookmark stands at %d, want %d: %v", mark.UID, want, err)
			}
		}
		offer(9, "from:anna id:m9", true)
		offer(10, "from:anna id:m10 auto:auto-replied", true)
		at(0)
		offer(1, "from:bo id:m1", false)
		at(1)
		// Killed here, the process offers again what came ahead.
		for uid, words := range map[uint32]string{9: "from:anna id:m9", 10: "from:anna id:m10 auto:auto-replied"} {
			offer(uid, words, true)
		}
		at(1)
		if n := h.count(`SELECT COUNT(*) FROM tickets_ticket`); n != 2 {
			t.Errorf("%d tickets, want 2", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM post_aside`); n != 1 {
			t.Errorf("%d letters set aside, want 1", n)
		}
		h.must(h.post.Begin(h.ctx, box, mailbridge.Mark{UIDValidity: 1, UID: 10}))
		at(10)
	})
}
