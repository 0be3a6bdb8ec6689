package post

import (
	"fmt"
	"slices"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge"
)

// Of a mail too large or withheld the rest lies on the server alone: it must not
// be told to be here, for then a server's copy may be removed.
func TestOnlyWhatIsHereWholeIsSaidToBeReceived(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		box := string(h.boxes["a"])
		for n, words := range []string{"from:anna id:m1", "from:bo id:m2 auto:auto-replied", "from:eve id:m3", "from:dan id:m4", "from:anna id:m1"} {
			raw := []byte(write(words, nil))
			h.must(h.post.Receive(h.ctx, box, mailbridge.Arrival{Mark: mailbridge.Mark{UIDValidity: 7, UID: uint32(n + 1)}, Raw: raw,
				Internal: h.clock.Now(), Size: int64(len(raw)), TooLarge: n == 2, Withheld: n == 3}))
		}
		ask := func(mailbox string, validity, from, to uint32) string {
			t.Helper()
			uids, err := h.post.Received(h.ctx, mailbox, validity, from, to)
			h.must(err)
			slices.Sort(uids)
			return fmt.Sprint(uids)
		}
		for want, got := range map[string]string{
			"[1 2 5]": ask(box, 7, 1, 100), "[2]": ask(box, 7, 2, 4),
			"[]": ask(box, 8, 1, 100) + ask(string(h.boxes["b"]), 7, 1, 100),
		} {
			if got != want && got != want+want {
				t.Errorf("%s are said to be received, want %s", got, want)
			}
		}
	})
}
