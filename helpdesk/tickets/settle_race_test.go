package tickets_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// dying is the context of a process that is killed at the nth thing it does
// with the database: database/sql asks Done before and during each statement.
type dying struct {
	context.Context
	cancel context.CancelFunc
	left   *atomic.Int64
}

func diesAfter(n int64) *dying {
	ctx, cancel := context.WithCancel(background)
	d := &dying{Context: ctx, cancel: cancel, left: &atomic.Int64{}}
	d.left.Store(n)
	return d
}

func (d *dying) Done() <-chan struct{} {
	if d.left.Add(-1) < 0 {
		d.cancel()
	}
	return d.Context.Done()
}

func TestSettleRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		other := h.replica()
		const letters = 4
		var made []*tickets.Conversation
		// blind makes a ticket of which everything is to be settled.
		blind := func() helpdesk.ID {
			c := h.arrive(t, team, "one")
			for range letters - 1 {
				h.later(t, c.ID, h.letter("more"))
			}
			made = append(made, c)
			return c.Ticket
		}
		readable := func(ticket helpdesk.ID, when string) {
			t.Helper()
			sheet, err := other.Page(t.Context(), bo, ticket)
			h.ok(t, err)
			same(t, when+": messages", len(sheet.Messages), letters)
			for _, m := range sheet.Messages {
				if m.Broken || !m.Proven {
					t.Fatalf("%s: message %d is broken or not proven", when, m.Number)
				}
			}
		}

		// One replica dies at every point of its write while the other, which
		// found the same wraps, goes on.
		deaths := 0
		for n := int64(0); n < 400; n += 3 {
			ticket := blind()
			mine, err := h.desk.Page(t.Context(), anna, ticket)
			h.ok(t, err)
			theirs, err := other.Page(t.Context(), bo, ticket)
			h.ok(t, err)
			ctx := diesAfter(n)
			killed := h.desk.Settle(ctx, anna, mine.Settle)
			ctx.cancel()
			if killed != nil {
				deaths++
			}
			readable(ticket, "after the death")
			h.ok(t, other.Settle(t.Context(), bo, theirs.Settle))
			readable(ticket, "after the other")
			h.ok(t, h.desk.Settle(t.Context(), anna, mine.Settle)) // and again, late
			readable(ticket, "after a late one")
			if killed == nil {
				break
			}
		}
		if deaths < 3 {
			t.Fatalf("the replica died %d times, so nothing was tested", deaths)
		}

		// Both at once, over many tickets.
		made = nil
		var both sync.WaitGroup
		for range 20 {
			ticket := blind()
			for _, who := range []struct {
				desk *tickets.Desk
				page *tickets.Sheet
			}{{h.desk, h.page(t, anna, ticket)}, {other, h.page(t, bo, ticket)}} {
				both.Go(func() {
					if err := who.desk.Settle(background, anna, who.page.Settle); err != nil {
						t.Error(err)
					}
				})
			}
		}
		both.Wait()
		for _, c := range made {
			readable(c.Ticket, "after both at once")
		}
		same(t, "blind letters left", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE form = 'blind'"), 0)
		same(t, "blind wraps left", h.number(t, "SELECT COUNT(*) FROM tickets_letterkey"), 0)
		same(t, "blind readers left", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE form = 'blind'"), 0)
	})
}

func TestOneRequestSettlesTwoHundredAtMost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "one")
		for range 230 {
			h.later(t, c.ID, h.letter("more"))
		}
		h.ok(t, h.desk.Settle(t.Context(), anna, h.page(t, anna, c.Ticket).Settle))
		// The conversation's own wrap was one of them.
		same(t, "left", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE form = 'blind'"), 230-199)
		h.ok(t, h.desk.Settle(t.Context(), anna, h.page(t, anna, c.Ticket).Settle))
		same(t, "left", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE form = 'blind'"), 0)
	})
}
