package tickets_test

import (
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestJoinedTicketsAreReadAsOneAndTakenApartAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		into := h.arrive(t, team, "one")
		h.clock.pass(time.Minute)
		from := h.arriveAs(t, tickets.Opening{Team: team, Title: "other", Priority: 2}, h.letter("two"))
		h.clock.pass(time.Minute)
		h.reply(t, anna, into.ID, "three")
		h.clock.pass(time.Minute)
		h.ok(t, h.desk.Join(t.Context(), anna, from.Ticket, into.Ticket))

		sheet := h.page(t, anna, into.Ticket)
		same(t, "together", texts(sheet.Messages), []string{"one", "two", "three", tickets.SystemJoined})
		same(t, "joined", len(sheet.Joined), 1)
		same(t, "waits again, since the other letter", sheet.Ticket.WaitingSince, monday.Add(time.Minute))
		same(t, "priority", sheet.Ticket.Priority, 2)
		same(t, "queue", titles(h.queue(t, anna, tickets.QueueTeam)), []string{"about one"})

		same(t, "both are in the journal", h.number(t, "SELECT COUNT(*) FROM journal_entry WHERE verb = 'conversation.opened' AND object IN ($1, $2)", into.ID, from.ID), 2)

		// A letter to the joined conversation counts for the other ticket.
		h.clock.pass(time.Minute)
		h.reply(t, anna, into.ID, "four")
		seen := h.page(t, anna, into.Ticket).Ticket.Last
		h.clock.pass(time.Minute)
		h.later(t, from.ID, h.letter("five"))
		news, err := h.desk.Since(t.Context(), anna, into.Ticket, seen)
		h.ok(t, err)
		same(t, "news", texts(news.Messages), []string{"five"})
		same(t, "state", news.Ticket.State, tickets.StateOpen)
		if f, _ := h.desk.Facts(t.Context(), anna, from.Ticket); f.State != tickets.StateJoined || f.JoinedInto != into.Ticket {
			t.Errorf("the joined ticket %+v", f)
		}
		var refusal helpdesk.Refusal
		if err := h.desk.CloseTicket(t.Context(), anna, from.Ticket, 99); err == nil {
			t.Error("a joined ticket was closed by itself")
		}
		if err := h.desk.Join(t.Context(), anna, into.Ticket, from.Ticket); !errors.As(err, &refusal) {
			t.Errorf("a circle: %v", err)
		}

		h.ok(t, h.desk.Unjoin(t.Context(), anna, from.Ticket))
		same(t, "apart", texts(h.page(t, anna, from.Ticket).Messages), []string{"two", "five"})
		same(t, "the other", texts(h.page(t, anna, into.Ticket).Messages),
			[]string{"one", "three", tickets.SystemJoined, "four", tickets.SystemUnjoined})
		f, err := h.desk.Facts(t.Context(), anna, from.Ticket)
		h.ok(t, err)
		if f.State != tickets.StateOpen || !f.WaitingSince.Equal(monday.Add(5*time.Minute)) {
			t.Errorf("after taking apart %+v", f)
		}
		if err := h.desk.Unjoin(t.Context(), anna, from.Ticket); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("a second time: %v", err)
		}
	})
}

func TestTicketsOfTwoTeamsAreNotJoined(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		both := h.session(t, a, b)
		one, two := h.arrive(t, a, "one"), h.arrive(t, b, "two")
		var refusal helpdesk.Refusal
		if err := h.desk.Join(t.Context(), both, one.Ticket, two.Ticket); !errors.As(err, &refusal) || refusal.Key != "join.team" {
			t.Errorf("joining over teams: %v", err)
		}
		if err := h.desk.Join(t.Context(), both, one.Ticket, one.Ticket); !errors.As(err, &refusal) || refusal.Key != "join.self" {
			t.Errorf("joining with itself: %v", err)
		}
	})
}

func TestTheSamePersonIsOfferedAndNeverForAHelpersAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna := h.session(t, a)
		by := func(team helpdesk.ID, key, title string) *tickets.Conversation {
			var c *tickets.Conversation
			h.write(t, func(tx *store.Tx) error {
				w, err := h.people.Writer(t.Context(), tx, key)
				if err != nil {
					return err
				}
				if c, err = h.desk.Open(t.Context(), tx, tickets.Opening{Team: team, Title: title, Writer: w.ID}); err != nil {
					return err
				}
				_, err = c.Append(t.Context(), tx, h.letter(title))
				return err
			})
			return c
		}
		first := by(a, "amina@example.org", "first")
		by(a, "amina@example.org", "second")
		by(b, "amina@example.org", "elsewhere")
		by(a, "other@example.org", "stranger")
		offers := func() []string {
			rows, err := h.desk.SamePerson(t.Context(), anna, first.Ticket)
			h.ok(t, err)
			return titles(tickets.Page{Rows: rows})
		}
		same(t, "offers", offers(), []string{"second"})
		same(t, "nothing is shown for it", texts(h.page(t, anna, first.Ticket).Messages), []string{"first"})
		h.ok(t, h.desk.SetShared(t.Context(), anna, first.Ticket, true))
		same(t, "of a helper's address", len(offers()), 0)
		h.ok(t, h.desk.SetShared(t.Context(), anna, first.Ticket, false))

		// A colleague's forwarded mail becomes the original sender's.
		f, err := h.desk.Facts(t.Context(), anna, first.Ticket)
		h.ok(t, err)
		h.ok(t, h.desk.SetWriter(t.Context(), anna, first.Ticket, f.Version, tickets.Who{Key: "other@example.org", Name: "Other", Address: "Other@Example.org"}))
		same(t, "head", h.page(t, anna, first.Ticket).Head, tickets.Head{Title: "first", Name: "Other", Address: "Other@Example.org"})
		same(t, "offers afterwards", offers(), []string{"stranger"})
		h.ok(t, h.desk.Retitle(t.Context(), anna, first.Ticket, f.Version+1, "a better title"))
		same(t, "title", h.page(t, anna, first.Ticket).Head.Title, "a better title")
	})
}
