package post

import (
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestErasedLettersAreKnownToGoOnTheMailServerWhereToldAndUntilAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1 subject:Help", nil))
		h.receive("b", write("from:bo id:m2 subject:Other", nil))
		h.receive("a2", write("from:carl id:m3 subject:Third", nil))
		forget := func(ticket helpdesk.ID) {
			h.must(db.Write(h.ctx, "test", func(tx *store.Tx) error { return h.post.Forget(h.ctx, tx, []helpdesk.ID{ticket}) }))
		}
		first, second := h.ticket(1), h.ticket(2)
		forget(second)
		gone, err := h.post.Gone(h.ctx)
		h.must(err)
		if !gone.None() {
			t.Error("nobody said that the mail server is to be asked")
		}
		h.must(h.office.Set(h.ctx, "", office.Retention,
			"tickets | keep\nmessages | keep\nattachments | keep\noriginals | keep\njournal | keep\nfigures | keep\nserver | erase"))
		forget(first)
		gone, err = h.post.Gone(h.ctx)
		h.must(err)
		var heads [][]byte
		for _, said := range []string{"from:anna id:m1", "from:bo id:m2", "from:carl id:m3"} {
			for line := range strings.Lines(write(said, nil)) {
				if strings.HasPrefix(strings.ToLower(line), "message-id:") {
					heads = append(heads, []byte(strings.TrimSpace(line)+"\r\n\r\n")) // as a server hands over the one field
				}
			}
		}
		if len(heads) != 3 {
			t.Fatalf("%d heads", len(heads))
		}
		which, err := gone.Are(h.ctx, append(heads, []byte("\r\n"), []byte("Message-ID: ???\r\n")))
		h.must(err)
		for i, want := range []bool{true, false, false, false, false} {
			if which[i] != want {
				t.Errorf("letter %d is gone: %t", i+1, which[i])
			}
		}
		h.must(gone.Done(h.ctx))
		if gone, err = h.post.Gone(h.ctx); err != nil || !gone.None() {
			t.Errorf("asked twice: %v", err)
		}
	})
}
