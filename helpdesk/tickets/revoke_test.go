package tickets_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// However far a request has come when somebody is removed, or leaves: the query
// that reads the messages asks once more, and the keys in hand are worth
// nothing.
func TestRevokeBeatsOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team, elsewhere := h.team(t), h.team(t)
		ctx := t.Context()
		for name, revoke := range map[string]func(lender, reader *staff.Session, ticket helpdesk.ID){
			"the colleague it was lent to is removed": func(lender, reader *staff.Session, ticket helpdesk.ID) {
				h.ok(t, h.desk.RemoveReader(ctx, lender, ticket, reader.User.ID))
			},
			"their session ends": func(_, reader *staff.Session, _ helpdesk.ID) { h.ok(t, h.staff.SignOut(ctx, reader)) },
			"their time is over": func(*staff.Session, *staff.Session, helpdesk.ID) { h.clock.pass(25 * time.Minute) },
		} {
			t.Run(name, func(t *testing.T) {
				anna, bo := h.session(t, team), h.session(t, elsewhere)
				c := h.arrive(t, team, "one")
				h.ok(t, h.desk.AddReader(ctx, anna, c.Ticket, bo.User.ID, h.clock.now().Add(20*time.Minute)))
				got, err := tickets.Between(ctx, h.desk, bo, c.Ticket, func() {})
				h.ok(t, err)
				if len(got) < 1 || got[0].Content.Text != "one" {
					t.Fatalf("with rights: %v", texts(got))
				}
				message := got[0].ID
				got, err = tickets.Between(ctx, h.desk, bo, c.Ticket, func() { revoke(anna, bo, c.Ticket) })
				if err != nil || len(got) != 0 {
					t.Errorf("without: %v, %v", texts(got), err)
				}
				for what, err := range map[string]error{
					"message": second(h.desk.Message(ctx, bo, message)),
					"spoken":  second(h.desk.Spoken(ctx, bo, c.Ticket, 0, 5)),
				} {
					if !errors.Is(err, helpdesk.ErrNotFound) {
						t.Errorf("%s: %v, want not found", what, err)
					}
				}
			})
		}
		t.Run("a member leaves the team", func(t *testing.T) {
			anna := h.session(t, team)
			c := h.arrive(t, team, "one")
			got, err := tickets.Between(ctx, h.desk, anna, c.Ticket, func() {
				h.ok(t, h.staff.Remove(ctx, h.staff.Console(), anna.User.ID, team))
			})
			if err != nil || len(got) != 0 {
				t.Errorf("read %v, %v", texts(got), err)
			}
		})
		t.Run("a person leaves", func(t *testing.T) {
			p := h.begin(t, team, "hello")
			same(t, "before", h.heard(t, p, 0), []string{"hello"})
			h.ok(t, h.people.Leave(ctx, p.cookie))
			if _, _, err := h.desk.Heard(ctx, p.Guest, p.talk.ID, 0, 5); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("after: %v", err)
			}
			err := db.Write(ctx, "test", func(tx *store.Tx) error { _, err := h.desk.AsPerson(ctx, tx, p.Guest, p.talk.ID); return err })
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("the door after: %v", err)
			}
			err = db.Write(ctx, "test", func(tx *store.Tx) error { return third(h.desk.Word(ctx, tx, p.Guest, p.talk.ID, word("still here"))) })
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("a word after: %v", err)
			}
			mine, err := h.desk.Mine(ctx, p.Guest)
			h.ok(t, err)
			same(t, "mine after", len(mine), 0)
		})
		t.Run("while many read", func(t *testing.T) {
			// The reading goes on with keys opened long ago; not one look that
			// begins after the leave brings anything.
			p := h.begin(t, team, "hello")
			for range 20 {
				h.say(t, p, "more")
			}
			left := make(chan struct{})
			var readers sync.WaitGroup
			for range 4 {
				readers.Go(func() {
					for {
						after := false
						select {
						case <-left:
							after = true
						default:
						}
						said, _, err := h.desk.Heard(context.WithoutCancel(ctx), p.Guest, p.talk.ID, 0, 50)
						switch {
						case after && !errors.Is(err, helpdesk.ErrNotFound):
							t.Errorf("after the leave: %d messages, %v", len(said), err)
							return
						case after:
							return
						case err == nil && len(said) != 21:
							t.Errorf("a torn look: %d messages", len(said))
							return
						}
					}
				})
			}
			h.ok(t, h.people.Leave(ctx, p.cookie))
			close(left)
			readers.Wait()
		})
	})
}

func third[A, B any](_ A, _ B, err error) error { return err }

func TestWhatIsLentIsReadAndWrittenUntilItEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, elsewhere := h.team(t), h.team(t)
		anna, interpreter := h.session(t, team), h.session(t, elsewhere)
		p := h.begin(t, team, "hello")
		h.later(t, p.talk.ID, h.letter("blind"))
		_, err := h.desk.Note(ctx, anna, p.talk.Ticket, "a note", "1")
		h.ok(t, err)
		if err := h.desk.AddReader(ctx, interpreter, p.talk.Ticket, interpreter.User.ID, h.clock.now().Add(time.Hour)); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a stranger lends it to themselves: %v", err)
		}
		for _, until := range []time.Time{h.clock.now(), h.clock.now().Add(91 * 24 * time.Hour)} {
			if err := h.desk.AddReader(ctx, anna, p.talk.Ticket, interpreter.User.ID, until); err == nil {
				t.Errorf("lent until %v", until)
			}
		}
		h.ok(t, h.desk.AddReader(ctx, anna, p.talk.Ticket, interpreter.User.ID, h.clock.now().Add(time.Hour)))
		sheet := h.page(t, interpreter, p.talk.Ticket)
		same(t, "reads", texts(sheet.Messages), []string{"hello", "blind", tickets.SystemLent})
		same(t, "readers", len(sheet.Readers), 3)
		lent, err := h.desk.Lent(ctx, interpreter)
		h.ok(t, err)
		if len(lent.Rows) != 1 || lent.Rows[0].Head.Title != "chat" || !lent.Rows[0].Proven {
			t.Errorf("lent: %+v", lent.Rows)
		}
		h.tell(t, interpreter, p.talk.ID, "ሰላም")
		h.later(t, p.talk.ID, h.letter("blind later"))
		same(t, "the person hears", h.heard(t, p, 3), []string{"ሰላም", "blind later"})
		same(t, "reads on", texts(h.page(t, interpreter, p.talk.Ticket).Messages)[3:], []string{"ሰላም", "blind later"})
		// They decide nothing.
		f, err := h.desk.Facts(ctx, interpreter, p.talk.Ticket)
		h.ok(t, err)
		for what, err := range map[string]error{
			"take":  h.desk.Take(ctx, interpreter, f.ID, f.Version),
			"close": h.desk.CloseTicket(ctx, interpreter, f.ID, f.Version),
			"give":  h.desk.Give(ctx, interpreter, f.ID, f.Version, tickets.To{Team: elsewhere}),
			"note":  second(h.desk.Note(ctx, interpreter, f.ID, "x", "2")),
			"lend":  h.desk.AddReader(ctx, interpreter, f.ID, interpreter.User.ID, h.clock.now().Add(48*time.Hour)),
			"join":  h.desk.Join(ctx, interpreter, h.arrive(t, elsewhere, "own").Ticket, f.ID),
		} {
			if !errors.Is(err, helpdesk.ErrDenied) {
				t.Errorf("%s: %v, want denied", what, err)
			}
		}

		old := h.number(t, "SELECT epoch FROM tickets_conversation WHERE id = $1", p.talk.ID)
		h.clock.pass(90 * time.Minute)
		anna, interpreter = h.signInAgain(t, anna), h.signInAgain(t, interpreter)
		if _, err := h.desk.Page(ctx, interpreter, p.talk.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("after their time: %v", err)
		}
		if err := h.telling(t, interpreter, p.talk.ID, "late"); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("writing after their time: %v", err)
		}
		h.ok(t, h.desk.Lapse(ctx))
		same(t, "wraps left", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE kind = 'user'"), 0)
		same(t, "epoch", h.number(t, "SELECT epoch FROM tickets_conversation WHERE id = $1", p.talk.ID), old+1)
		h.ok(t, h.desk.Lapse(ctx))
		same(t, "epoch, lapsed again", h.number(t, "SELECT epoch FROM tickets_conversation WHERE id = $1", p.talk.ID), old+1)
		h.tell(t, anna, p.talk.ID, "we go on")
		same(t, "they go on", h.heard(t, p, 5), []string{"we go on"})
		same(t, "the queue still opens", h.queue(t, anna, tickets.QueueTeam).Rows[0].Head.Title, "chat")

		// Removed by hand: another key at once.
		h.ok(t, h.desk.AddReader(ctx, anna, p.talk.Ticket, interpreter.User.ID, h.clock.now().Add(time.Hour)))
		h.ok(t, h.desk.AddReader(ctx, anna, p.talk.Ticket, interpreter.User.ID, h.clock.now().Add(2*time.Hour))) // prolonged
		h.page(t, interpreter, p.talk.Ticket)
		h.ok(t, h.desk.RemoveReader(ctx, interpreter, p.talk.Ticket, interpreter.User.ID)) // by themselves
		if err := h.desk.RemoveReader(ctx, anna, p.talk.Ticket, interpreter.User.ID); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
		h.say(t, p, "and on")
		same(t, "all of it, to the team", texts(h.page(t, anna, p.talk.Ticket).Messages),
			[]string{"hello", "blind", "a note", tickets.SystemLent, "ሰላም", "blind later", "we go on",
				tickets.SystemLent, tickets.SystemLent, tickets.SystemEnded, "and on"})
	})
}

func TestWhoLeftTheHouseKeepsNobodyFromGoingOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna, bo := h.session(t, team, other), h.session(t, other)
		p := h.begin(t, team, "hello")
		h.ok(t, h.desk.AddReader(ctx, anna, p.talk.Ticket, bo.User.ID, h.clock.now().Add(time.Hour)))
		h.ok(t, h.staff.Disable(ctx, h.staff.Console(), bo.User.ID))
		if _, err := h.desk.Page(ctx, bo, p.talk.Ticket); err == nil {
			if got, err := h.desk.Spoken(ctx, bo, p.talk.Ticket, 0, 5); err == nil {
				t.Errorf("who left reads %v", texts(got.Messages))
			}
		}
		anna = h.signInAgain(t, anna)
		h.ok(t, h.desk.Give(ctx, anna, p.talk.Ticket, h.page(t, anna, p.talk.Ticket).Ticket.Version, tickets.To{Team: other}))
		h.later(t, p.talk.ID, h.letter("by mail"))
		same(t, "the person hears", h.heard(t, p, 0), []string{"hello", tickets.SystemTeam, "by mail"})
		same(t, "wraps of who left, of the new key", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE reader = $1 AND epoch > 1", bo.User.ID), 0)
		if err := h.desk.AddReader(ctx, anna, p.talk.Ticket, bo.User.ID, h.clock.now().Add(time.Hour)); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("lent to who left: %v", err)
		}
	})
}
