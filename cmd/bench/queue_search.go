package main

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// filters measures saved filters over plain facts and over sealed ones.
func (h *filledQueue) filters(name string) {
	b, ctx := h.r.b, context.Background()
	me := h.s.User.ID
	plain := []tickets.Filter{
		{Queue: tickets.QueueLate}, {Queue: tickets.QueueDue}, {Queue: tickets.QueueMine, Language: "ti"},
		{Queue: tickets.QueueTeam, Language: "uz", Priority: 2}, {Queue: tickets.QueueTeam, Owner: tickets.Nobody, Waited: 24},
		{Queue: tickets.QueueTeam, DueFrom: "0", DueUntil: "7"}, {Queue: tickets.QueueAnswered, Owner: me},
		{Queue: tickets.QueueWaiting, Team: h.teams[3]}, {Queue: tickets.QueueClosed, Language: "ti"}, {Queue: tickets.QueueClosed, Team: h.teams[3]},
	}
	for n, f := range plain { // kept and read again, as a member finds them
		_, err := h.r.tickets.SaveFilter(ctx, h.s, tickets.SavedFilter{Name: fmt.Sprint(n), Filter: f})
		b.check(err)
	}
	var all, counts []time.Duration
	for range 30 {
		saved, err := h.r.tickets.Filters(ctx, h.s)
		b.check(err)
		if len(saved) != len(plain) {
			b.Fatalf("%d filters of %d", len(saved), len(plain))
		}
		for _, f := range saved {
			began := time.Now()
			page := h.page(h.s, f.Filter)
			all = append(all, time.Since(began))
			if len(page.Rows) == 0 && !page.Partly {
				b.Fatalf("%+v finds nothing", f.Filter)
			}
			began = time.Now()
			_, err := h.r.tickets.Count(ctx, h.s, f.Filter)
			b.check(err)
			counts = append(counts, time.Since(began))
		}
	}
	row(name+": a saved filter's page", spread(all), "p50 ≤ 12 ms, p99 ≤ 40 ms")
	also(name+": its count", spread(counts))
	for _, f := range []tickets.Filter{{Queue: tickets.QueueTeam}, {Queue: tickets.QueueChildren}} {
		for _, r := range h.page(h.stranger, f).Rows {
			if r.Ticket.Team == h.teams[3] {
				b.Fatal("a restricted ticket was shown")
			}
		}
	}

	sealed := []tickets.Filter{
		{Queue: tickets.QueueTeam, Topic: "readmission"}, {Queue: tickets.QueueChildren}, {Queue: tickets.QueueDetained},
		{Queue: tickets.QueueTeam, Tag: "papers"}, {Queue: tickets.QueueTeam, Words: "karimi ticket-77"}, {Queue: tickets.QueueTeam, Centre: "marsta"},
	}
	began := time.Now()
	first := h.page(h.s, sealed[0])
	also(name+": the first search of all", fmt.Sprintf("%s, %d not looked into", ms(time.Since(began)), first.Skipped))
	b.check(h.r.tickets.Settle(ctx, h.s, first.Settle))
	searches := 1
	for page := first; !page.Settle.Empty() && searches < h.open/100+10; searches++ {
		page = h.page(h.s, sealed[0])
		b.check(h.r.tickets.Settle(ctx, h.s, page.Settle))
		first = page
	}
	if first.Skipped > 0 {
		b.Fatalf("%d tickets do not open", first.Skipped)
	}
	also(name+": searches until every ticket was sifted", fmt.Sprint(searches))
	var took []time.Duration
	for range 10 {
		for _, f := range sealed {
			began := time.Now()
			page := h.page(h.s, f)
			took = append(took, time.Since(began))
			if len(page.Rows) == 0 || page.Skipped > 0 {
				b.Fatalf("%+v finds %d, and %d do not open", f, len(page.Rows), page.Skipped)
			}
		}
	}
	row(fmt.Sprintf("%s: sealed facts of %d open ones", name, h.open), spread(took)+", worst "+ms(percentile(took, 100)), "≤ 250 ms")
}

// page is a filter's first page, proven.
func (h *filledQueue) page(s *staff.Session, f tickets.Filter) tickets.Page {
	page, err := h.r.tickets.Queue(context.Background(), s, f, "", tickets.PageMost)
	h.r.b.check(err)
	for _, r := range page.Rows {
		if !r.Proven || r.Head.Title == "" {
			h.r.b.Fatal("a ticket does not open, or is not proven")
		}
	}
	return page
}
