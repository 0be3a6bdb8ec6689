package chat_test

import (
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// A restricted team's talk stands in the plain while it lasts and on its day: who
// sits down is to be found, and a hard day is to be seen. On the next day nothing
// is left of it that could tell its ticket from others, and whoever sat there
// comes back to what was said.
func TestOnTheNextDayNothingOfARestrictedTalkIsLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		made, err := w.staff.AddTeam(t.Context(), w.signIn(t, "ada", w.words), staff.NewTeam{Name: "safe", Restricted: true}, w.ada)
		w.ok(t, err)
		ada := w.signIn(t, "ada", w.words)
		w.attend(t, ada)
		talk := func(team helpdesk.ID) chat.Begun {
			t.Helper()
			w.ok(t, w.office.Set(t.Context(), w.ada, office.ChatTeam, string(team)))
			b, _ := w.start(t, chat.First{Live: true})
			return b
		}
		open, closed, missed := talk(w.team), talk(made.ID), talk(made.ID)
		code, err := w.people.NewCode(t.Context(), w.guest(t, closed.Cookie))
		w.ok(t, err)
		for _, c := range w.waiting(t, ada) {
			if c.Ticket == missed.Ticket {
				continue
			}
			w.ok(t, w.room.Take(t.Context(), ada, c.ID))
			w.ok(t, w.room.Bring(t.Context(), ada, c.ID, maria.User.ID, "colleague", w.clock.Now().Add(72*time.Hour)))
			_, err := w.room.Tell(t.Context(), ada, c.Ticket, chat.Words{ClientID: "told", Text: "Good evening"})
			w.ok(t, err)
			w.ok(t, w.room.End(t.Context(), ada, c.ID, chat.Close{}))
		}
		left := func(b chat.Begun) (out string) {
			t.Helper()
			for _, query := range []string{
				`SELECT COUNT(*) FROM chat_table WHERE ticket = $1 OR conversation = $2 OR team = $3`,
				`SELECT COUNT(*) FROM chat_call WHERE ticket = $1 OR ticket = $2 OR team = $3`,
				`SELECT COUNT(*) FROM chat_guest WHERE sitting IN (SELECT id FROM chat_table WHERE ticket = $1 OR ticket = $2 OR team = $3)`,
			} {
				team := made.ID
				if b.Ticket == open.Ticket {
					team = ""
				}
				var n int
				w.ok(t, db.QueryRow(t.Context(), query, b.Ticket, b.Conversation, team).Scan(&n))
				out += fmt.Sprint(n, " ")
			}
			return out
		}
		if got := left(closed); got != "2 0 0 " {
			t.Errorf("on its day: %s", got)
		}
		w.clock.Set(wednesday.Truncate(24*time.Hour).AddDate(0, 0, 1).Add(time.Minute))
		w.ok(t, w.room.Round(t.Context())) // whom nobody came to is told so
		w.ok(t, w.room.Sweep(t.Context()))
		if got := left(closed); got != "0 0 0 " {
			t.Errorf("on the next day: %s", got)
		}
		if got := left(open); got != "1 0 0 " {
			t.Errorf("of another team's, the figures: %s", got)
		}
		_, g, _, err := w.people.Return(t.Context(), code, false)
		w.ok(t, err)
		if s := w.seat(t, g, closed.Conversation); s.State != chat.None {
			t.Errorf("they sit as %q", s.State)
		}
		if got := w.texts(t, g, closed.Conversation, 0); len(got) < 3 {
			t.Errorf("what was said: %q", got)
		}
	})
}
