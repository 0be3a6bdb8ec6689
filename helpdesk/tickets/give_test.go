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

func TestAHandOverIsReadableToTheNewTeamAndClosedToTheOld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna, bo := h.session(t, a), h.session(t, b)
		c := h.arrive(t, a, "one")
		h.clock.pass(time.Minute)
		h.later(t, c.ID, h.letter("two, blind"))
		h.clock.pass(time.Minute)
		_, err := h.desk.Note(t.Context(), anna, c.Ticket, "a note", "n")
		h.ok(t, err)
		h.clock.pass(time.Minute)
		h.reply(t, anna, c.ID, "three")
		h.clock.pass(time.Minute)
		sheet := h.page(t, anna, c.Ticket)
		if _, err := h.desk.Page(t.Context(), bo, c.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Fatalf("the other team before: %v", err)
		}
		h.ok(t, h.desk.Give(t.Context(), anna, c.Ticket, sheet.Ticket.Version, tickets.To{Team: b}))
		if _, err := h.desk.Page(t.Context(), anna, c.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("the old team after: %v", err)
		}
		want := []string{"one", "two, blind", "a note", "three", tickets.SystemTeam, tickets.SystemGiven}
		sheet = h.page(t, bo, c.Ticket)
		same(t, "the new team reads", texts(sheet.Messages), want)
		same(t, "head", sheet.Head.Title, "about one")
		same(t, "readers", sheet.Readers, []tickets.Reader{{Kind: "team", Reader: b}})
		same(t, "args", sheet.Messages[5].Content.Args, []helpdesk.ID{a, b})
		for _, m := range sheet.Messages {
			if !m.Proven {
				t.Errorf("message %d is not proven", m.Number)
			}
		}
		// What comes after is under the new key.
		h.clock.pass(time.Minute)
		h.later(t, c.ID, h.letter("four"))
		h.clock.pass(time.Minute)
		h.reply(t, bo, c.ID, "five")
		h.ok(t, h.desk.Settle(t.Context(), bo, h.page(t, bo, c.Ticket).Settle))
		sheet = h.page(t, bo, c.Ticket)
		same(t, "afterwards", texts(sheet.Messages), append(want, "four", "five"))
		if !sheet.Settle.Empty() {
			t.Error("something is left to settle")
		}

		// And back, without leaving this time.
		h.ok(t, h.desk.Give(t.Context(), bo, c.Ticket, sheet.Ticket.Version, tickets.To{Team: a, Stay: true}))
		h.clock.pass(time.Minute)
		h.later(t, c.ID, h.letter("six"))
		for _, s := range []*tickets.Sheet{h.page(t, anna, c.Ticket), h.page(t, bo, c.Ticket)} {
			same(t, "messages", len(s.Messages), 11)
			same(t, "readers", len(s.Readers), 2)
			same(t, "the last", texts(s.Messages)[10], "six")
		}
	})
}

func TestATicketIsGivenToAMemberOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna, ada, bo := h.session(t, a), h.session(t, a), h.session(t, b)
		c := h.arrive(t, a, "one")
		f, err := h.desk.Facts(t.Context(), anna, c.Ticket)
		h.ok(t, err)
		h.ok(t, h.desk.Give(t.Context(), anna, c.Ticket, f.Version, tickets.To{User: ada.User.ID}))
		same(t, "owner's list", len(h.queue(t, ada, tickets.QueueMine).Rows), 1)
		var refusal helpdesk.Refusal
		err = h.desk.Give(t.Context(), anna, c.Ticket, f.Version+1, tickets.To{User: bo.User.ID})
		if !errors.As(err, &refusal) || refusal.Key != "give.stranger" {
			t.Errorf("to a stranger: %v", err)
		}
		if err := h.desk.Give(t.Context(), anna, c.Ticket, f.Version, tickets.To{}); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("at an old version: %v", err)
		}
		h.ok(t, h.desk.Give(t.Context(), anna, c.Ticket, f.Version+1, tickets.To{Team: b, User: bo.User.ID}))
		same(t, "the stranger's list", len(h.queue(t, bo, tickets.QueueMine).Rows), 1)
		same(t, "the owner's list after", len(h.queue(t, ada, tickets.QueueMine).Rows), 0)
	})
}

func TestALetterThatCrossesAHandOverIsReadByTheNewTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		both := h.session(t, a, b)
		bo, anna := h.session(t, b), h.session(t, a)
		for range 10 {
			c := h.arrive(t, a, "one")
			f, err := h.desk.Facts(t.Context(), both, c.Ticket)
			h.ok(t, err)
			done := make(chan error, 2)
			go func() {
				done <- db.Write(background, "test", func(tx *store.Tx) error {
					c, err := h.desk.Blind(background, tx, c.ID)
					if err != nil {
						return err
					}
					_, err = c.Append(background, tx, h.letter("crossing"))
					return err
				})
			}()
			go func() {
				err := h.desk.Give(background, both, c.Ticket, f.Version, tickets.To{Team: b})
				if errors.Is(err, helpdesk.ErrConflict) { // the letter was first
					err = h.desk.Give(background, both, c.Ticket, f.Version+1, tickets.To{Team: b})
				}
				done <- err
			}()
			h.ok(t, <-done)
			h.ok(t, <-done)
			got := 0
			for _, text := range texts(h.page(t, bo, c.Ticket).Messages) {
				if text == "one" || text == "crossing" {
					got++
				}
			}
			same(t, "letters the new team reads", got, 2)
			if _, err := h.desk.Page(t.Context(), anna, c.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("the old team: %v", err)
			}
		}
	})
}
