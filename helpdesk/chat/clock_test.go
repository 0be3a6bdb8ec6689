package chat_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// Somebody who left is not there for another hour because a clock went back:
// people would wait for them.
func TestAClockThatGoesBackShowsNobodyWhoLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		here := func() int {
			t.Helper()
			all, err := w.room.Present(t.Context())
			w.ok(t, err)
			return len(all)
		}
		w.ok(t, w.room.Attend(t.Context(), maria, chat.Here))
		w.ok(t, w.room.Attend(t.Context(), bo, chat.Here))
		w.clock.Pass(-time.Hour)
		if n := here(); n != 0 {
			t.Errorf("%d are here by a later clock", n)
		}
		w.ok(t, w.room.Attend(t.Context(), maria, chat.Here)) // her page says so again
		if n := here(); n != 1 {
			t.Errorf("%d are here, want 1", n)
		}
	})
}
