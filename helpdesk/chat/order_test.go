package chat_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// Who says a word holds the conversation and then wants its table. Whoever
// changes the table first and writes into the conversation then would wait for
// them, and they for it, until PostgreSQL breaks one off after a second.
func TestWhoSpeaksAndWhoEndsDoNotWaitForEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if db.Engine() != store.Postgres {
			return // one writer at a time
		}
		w := build(t, db)
		maria, _ := w.open(t)
		const talks = 6
		guests, begun, tables := make([]*people.Guest, talks), make([]chat.Begun, talks), make([]helpdesk.ID, talks)
		for i := range talks {
			begun[i], guests[i] = w.start(t, chat.First{Live: true})
			tables[i] = w.waiting(t, maria)[0].ID
			w.ok(t, w.room.Take(t.Context(), maria, tables[i]))
		}
		var all sync.WaitGroup
		for i := range talks {
			for k := range 4 {
				all.Go(func() {
					_, err := w.room.Say(t.Context(), guests[i], begun[i].Conversation, chat.Words{ClientID: fmt.Sprint(i, k), Text: "wait"})
					w.ok(t, err)
				})
			}
			all.Go(func() { w.ok(t, w.room.End(t.Context(), maria, tables[i], chat.Close{})) })
		}
		all.Wait()
		// What a connection counts it tells a second later at the latest.
		time.Sleep(1200 * time.Millisecond)
		w.ok(t, w.room.Attend(t.Context(), maria, chat.Here))
		var deadlocks int
		w.ok(t, db.QueryRow(t.Context(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&deadlocks))
		if deadlocks > 0 {
			t.Errorf("%d times PostgreSQL had to break one off", deadlocks)
		}
	})
}
