package chat_test

import (
	"testing"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestAGlanceSaysWhatTheListsHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		far := w.hire(t, "far") // of no team
		look := func(when string) {
			t.Helper()
			for _, s := range []*staff.Session{maria, bo, far} {
				g, err := w.room.Glance(t.Context(), s)
				w.ok(t, err)
				present, err := w.room.Presence(t.Context(), s)
				w.ok(t, err)
				calls, err := w.room.Calls(t.Context(), s)
				w.ok(t, err)
				want := chat.Glance{Presence: present, Waiting: len(w.waiting(t, s))}
				for _, c := range calls {
					if c.Who != s.User.ID {
						want.Calls++
					}
				}
				want.Hard = g.Hard // a long day has a story at the desk
				if g != want {
					t.Errorf("%s: %s sees %+v, and there is %+v", when, s.User.Login, g, want)
				}
			}
		}
		look("at first")
		b, g := w.start(t, chat.First{})
		w.ok(t, w.room.Sit(t.Context(), g, b.Conversation))
		other, o := w.start(t, chat.First{})
		w.ok(t, w.room.Sit(t.Context(), o, other.Conversation))
		look("two wait")
		table := w.waiting(t, maria)[0]
		w.ok(t, w.room.Take(t.Context(), maria, table.ID))
		look("one is taken")
		w.ok(t, w.room.HandOver(t.Context(), maria, table.ID, bo.User.ID, true))
		look("a colleague is asked")
		w.ok(t, w.room.Danger(t.Context(), maria, b.Ticket, chat.Emergency, "", "d1"))
		look("a second person is called")
		w.ok(t, w.room.Attend(t.Context(), bo, chat.Absent))
		look("one is away")
	})
}
