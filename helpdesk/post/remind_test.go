package post

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// TestARemindersBytesTellNothing lets dates come, pass and be overdue, with the
// real words of both languages, and reads every byte that leaves.
func TestARemindersBytesTellNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		words, err := locale.Load()
		h.must(err)
		h.post.words = words
		room := tasks.New(tasks.House{
			DB: db, Secrets: h.secrets, Office: h.office, Staff: h.staff, Tickets: h.tickets, Remind: h.post, Now: h.clock.Now, Log: h.post.log,
		})
		token, err := h.staff.Invite(h.ctx, h.staff.Console(), "stina", "Stina Kanariefågel", "stina@staff.example", staff.Counsellor, h.teams[0].ID)
		h.must(err)
		_, cookie, err := h.staff.Accept(h.ctx, token, "sv")
		h.must(err)
		stina, err := h.staff.Session(h.ctx, cookie, false)
		h.must(err)
		h.must(h.staff.Admit(h.ctx, h.session(), stina.User.ID, h.teams[0].ID))

		h.receive("a", "From: KANARIE <amina@person.example>\r\nTo: a@desk.example\r\nMessage-ID: <m@person.example>\r\nSubject: KANARIE subject\r\n\r\nKANARIE text\r\n")
		h.deliverAll()
		h.server.taken = nil // what a person's own letter is answered with is no reminder
		s, ticket := h.session(), h.ticket(1)
		today, err := room.Today(h.ctx)
		h.must(err)
		_, err = room.Decision(h.ctx, s, ticket, today.Add(-11)) // ten days are left
		h.must(err)
		_, err = room.Promise(h.ctx, s, ticket, today.Add(2), "KANARIE promise", true)
		h.must(err)
		_, err = room.Add(h.ctx, s, ticket, tasks.Plan{Kind: tickets.DateTravel, Day: today.Add(5), At: "06:00", Note: "KANARIE journey"})
		h.must(err)
		h.must(h.tickets.Take(h.ctx, s, ticket, 0))
		for range 14 * 8 {
			h.must(room.Round(h.ctx))
			h.deliverAll()
			h.clock.Pass(3 * time.Hour)
		}

		subjects := map[string]int{}
		for _, out := range h.server.taken {
			if len(out.to) != 1 || !slices.Contains([]string{"kim@staff.example", "stina@staff.example"}, out.to[0]) {
				t.Errorf("a reminder went to %v", out.to)
			}
			l, err := letter.Parse(h.ctx, out.raw, letter.DefaultLimits())
			h.must(err)
			subjects[out.to[0]+": "+l.Subject]++
			said := l.Subject
			for _, b := range l.Bodies {
				said += "\n" + b.Text
			}
			raw := strings.ToLower(string(out.raw) + said)
			for _, word := range []string{
				"kanarie", "amina", "person.example", "appeal", "överklag", "promis", "löft", "travel", "resa", "journey", "06:00", "http", "return", "återvänd",
				string(ticket), "#1", "ticket", "ärende", today.Add(2).String(), today.Add(5).String(), today.Add(10).String(), "the desk",
			} {
				if strings.Contains(raw, word) {
					t.Errorf("%q is in a reminder:\n%s", word, out.raw)
				}
			}
		}
		for _, want := range []string{
			"kim@staff.example: Something on your list comes near", "kim@staff.example: Something on your list has passed", "kim@staff.example: Somebody waits",
			"stina@staff.example: Något på din lista närmar sig", "stina@staff.example: Något på din lista har passerat",
		} {
			if subjects[want] == 0 {
				t.Errorf("nobody heard %q: %v", want, subjects)
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM post_outbox WHERE LENGTH(mail) > 0`); n != 0 {
			t.Errorf("%d reminders are kept", n)
		}
	})
}

func TestNoReminderGoesToAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		for _, address := range []string{"amina@person.example", "", "kim@staff.example.org"} {
			err := db.Write(h.ctx, "test", func(tx *store.Tx) error {
				return h.post.Remind(h.ctx, tx, staff.User{ID: "u", Address: address, Locale: "sv"}, tasks.NoticeDue)
			})
			if !errors.Is(err, helpdesk.ErrDenied) {
				t.Errorf("%q: %v", address, err)
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM post_outbox`); n != 0 {
			t.Errorf("%d letters", n)
		}
	})
}
