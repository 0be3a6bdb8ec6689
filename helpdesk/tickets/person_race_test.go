package tickets_test

import (
	"sync"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// The person's own request settles like a colleague's, and either may die at
// any point of it.
func TestSettleRaceWithThePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		other := h.replica()
		const letters = 4
		blind := func() *someone {
			p := h.begin(t, team, "one")
			for range letters - 1 {
				h.later(t, p.talk.ID, h.letter("more"))
			}
			return p
		}
		readable := func(p *someone, when string) {
			t.Helper()
			same(t, when+", the person", h.heardQuietly(t, p), letters)
			sheet, err := other.Page(t.Context(), anna, p.talk.Ticket)
			h.ok(t, err)
			same(t, when+", the colleague", len(sheet.Messages), letters)
			for _, m := range sheet.Messages {
				if m.Broken || !m.Proven {
					t.Fatalf("%s: message %d is broken or not proven", when, m.Number)
				}
			}
		}
		deaths := 0
		for n := int64(0); n < 400; n += 3 {
			p := blind()
			_, theirs, err := h.desk.Heard(t.Context(), p.Guest, p.talk.ID, 0, 50)
			h.ok(t, err)
			ours, err := other.Page(t.Context(), anna, p.talk.Ticket)
			h.ok(t, err)
			ctx := diesAfter(n)
			killed := h.desk.SettleHeard(ctx, p.Guest, theirs)
			ctx.cancel()
			if killed != nil {
				deaths++
			}
			readable(p, "after the death")
			h.ok(t, other.Settle(t.Context(), anna, ours.Settle))
			readable(p, "after the colleague")
			h.ok(t, h.desk.SettleHeard(t.Context(), p.Guest, theirs))
			readable(p, "after a late one")
			if killed == nil {
				break
			}
		}
		if deaths < 3 {
			t.Fatalf("the replica died %d times, so nothing was tested", deaths)
		}

		var all []*someone
		var both sync.WaitGroup
		for range 20 {
			p := blind()
			all = append(all, p)
			_, theirs, err := h.desk.Heard(t.Context(), p.Guest, p.talk.ID, 0, 50)
			h.ok(t, err)
			ours, err := other.Page(t.Context(), anna, p.talk.Ticket)
			h.ok(t, err)
			both.Go(func() {
				if err := h.desk.SettleHeard(background, p.Guest, theirs); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() {
				if err := other.Settle(background, anna, ours.Settle); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		for _, p := range all {
			readable(p, "after both at once")
		}
		same(t, "blind letters left", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE form = 'blind'"), 0)
		same(t, "blind wraps left", h.number(t, "SELECT COUNT(*) FROM tickets_letterkey"), 0)
	})
}

func (h *house) heardQuietly(t testing.TB, p *someone) (n int) {
	t.Helper()
	said, _, err := h.desk.Heard(t.Context(), p.Guest, p.talk.ID, 0, tickets.HeardMost)
	h.ok(t, err)
	for _, m := range said {
		if m.Broken || !m.Proven {
			t.Fatalf("message %d is broken or not proven", m.Number)
		}
	}
	return len(said)
}

// What a colleague found before somebody asked for erasure gives nobody a wrap
// back when it is stored after.
func TestALateSettleBringsNothingBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "hello")
		h.later(t, p.talk.ID, h.letter("blind"))
		sheet := h.page(t, anna, p.talk.Ticket)
		if sheet.Settle.Empty() {
			t.Fatal("nothing to settle, so nothing was tested")
		}
		code, err := h.people.NewCode(t.Context(), p.Guest)
		h.ok(t, err)
		h.eraseAll(t, p.Guest)
		h.ok(t, h.desk.Settle(t.Context(), anna, sheet.Settle))
		same(t, "wraps of the house", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE kind <> 'person'"), 0)
		same(t, "letter keys of the house", h.number(t, "SELECT COUNT(*) FROM tickets_letterkey WHERE kind <> 'person'"), 0)
		p.Guest = h.comeBack(t, code)
		same(t, "the person reads", h.heard(t, p, 0), []string{"hello", "blind"})
		h.write(t, func(tx *store.Tx) error {
			if err := h.people.UndoErase(t.Context(), tx, p.Guest); err != nil {
				return err
			}
			return h.desk.UndoErase(t.Context(), tx, p.Guest)
		})
		same(t, "we read again", texts(h.page(t, anna, p.talk.Ticket).Messages), []string{"hello", "blind"})
	})
}

// Both sides write at once, with a reader lent and taken back meanwhile: all
// of it is there once, in one order, and everybody who may reads all of it.
func TestManyWriteWhileReadersComeAndGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, h.team(t))
		p := h.begin(t, team, "hello")
		const each = 15
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				for range each {
					h.say(t, p, "said")
				}
			})
			all.Go(func() {
				for range each {
					h.tell(t, anna, p.talk.ID, "told")
				}
			})
		}
		all.Go(func() {
			for range 5 {
				h.ok(t, h.desk.AddReader(background, anna, p.talk.Ticket, bo.User.ID, h.clock.now().Add(tickets.LookingFor)))
				h.ok(t, h.desk.RemoveReader(background, anna, p.talk.Ticket, bo.User.ID))
			}
		})
		all.Wait()
		same(t, "the person hears", h.heardQuietly(t, p), 1+4*each)
		sheet := h.page(t, anna, p.talk.Ticket)
		same(t, "we read", len(sheet.Messages), 1+4*each+10)
		same(t, "numbers", h.number(t, "SELECT MAX(number) - COUNT(*) FROM tickets_message WHERE conversation = $1", p.talk.ID), 0)
		same(t, "ticket", sheet.Ticket.Person, p.Person)
		wrong := h.number(t, `SELECT COUNT(*) FROM (
			SELECT team, owner, state, SUM(n) FROM tickets_tally GROUP BY team, owner, state HAVING SUM(n) <> 0
			EXCEPT SELECT team, owner, state, COUNT(*) FROM tickets_ticket GROUP BY team, owner, state) AS x`)
		same(t, "wrong counts", wrong, 0)
	})
}
