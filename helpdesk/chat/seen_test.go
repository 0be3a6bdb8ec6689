package chat_test

import (
	"testing"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestReadingMarksAreOffUntilTheHouseWantsThem(t *testing.T) {
	for _, on := range []string{"no", "yes"} {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			w := build(t, db)
			if on == "yes" {
				w.ok(t, w.office.Set(t.Context(), w.ada, office.ChatRead, on))
			}
			maria, _ := w.open(t)
			b, g := w.start(t, chat.First{Live: true})
			table := w.waiting(t, maria)[0].ID
			w.ok(t, w.room.Take(t.Context(), maria, table))
			n, err := w.room.Say(t.Context(), g, b.Conversation, chat.Words{ClientID: "g", Text: "are you there?"})
			w.ok(t, err)
			if w.seat(t, g, b.Conversation).Seen {
				t.Error("seen before it was")
			}
			w.ok(t, w.room.ReadTo(t.Context(), maria, table, n))
			if got := w.seat(t, g, b.Conversation).Seen; got != (on == "yes") {
				t.Errorf("marks %s: the person is told %v", on, got)
			}
			_, err = w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: "m", Text: "yes"})
			w.ok(t, err)
			w.texts(t, g, b.Conversation, n)
			if got := w.table(t, maria).Seen; got != (on == "yes") {
				t.Errorf("marks %s: the desk is told %v", on, got)
			}
		})
	}
}

func (w *world) table(t testing.TB, s *staff.Session) chat.Table {
	t.Helper()
	talks, err := w.room.Talks(t.Context(), s)
	w.ok(t, err)
	return talks[0]
}
