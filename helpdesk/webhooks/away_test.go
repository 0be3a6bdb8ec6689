package webhooks_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/webhooks"
)

// renames takes a table away from the room, and gives it back.
func (w *world) renames(from, to string) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "rename", func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, `ALTER TABLE `+from+` RENAME TO `+to)
		return err
	}))
}

func waitFor(t *testing.T, what string, there func() bool) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); !there(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestADatabaseThatIsAwayIsSaidOnceAndNothingIsRung(t *testing.T) {
	each(t, func(w *world) {
		w.hook(webhooks.TicketNew)
		w.comes(w.team)
		_, err := w.rooms.Share(w.ctx)
		w.must(err) // one bell is due
		w.renames("webhooks_change", "elsewhere")
		ctx, stop := context.WithCancel(w.ctx)
		over := make(chan error, 1)
		go func() { over <- w.rooms.Run(ctx) }()
		waitFor(t, "the log says it", func() bool { return strings.Contains(w.log.String(), "webhooks wait") })
		time.Sleep(2500 * time.Millisecond)
		if n := len(w.sys.all()); n != 0 {
			t.Errorf("%d rung meanwhile", n)
		}
		w.renames("elsewhere", "webhooks_change")
		waitFor(t, "it is rung", func() bool { return len(w.sys.all()) == 1 })
		stop()
		w.must(<-over)
		said := w.log.String()
		if strings.Count(said, "webhooks wait") != 1 || strings.Count(said, "webhooks have") != 1 || strings.Count(said, "level=ERROR") != 1 {
			t.Errorf("said:\n%s", said)
		}
	})
}
