package tickets_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestAMonthEndsOnItsOwnDateOrTheLastThereIs(t *testing.T) {
	for asked, want := range map[string]string{
		"2026-11-22": "2026-12-22", "2026-12-31": "2027-01-31", "2026-01-31": "2026-02-28", "2028-01-30": "2028-02-29",
		"2026-10-31": "2026-11-30", "2026-02-28": "2026-03-28",
	} {
		if got := tickets.RightDay(day(asked)).Format(time.DateOnly); got != want {
			t.Errorf("asked on %s it is due on %s, want %s", asked, got, want)
		}
	}
}

func TestWhatAPersonAsksForByLawIsDueWithinAMonth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "hello")
		ask := func(on string) {
			t.Helper()
			h.ok(t, h.desk.AskRight(t.Context(), p.Guest, p.talk.ID, tickets.DateNotes, day(on)))
		}
		asked := func() []tickets.Date {
			t.Helper()
			_, facts, err := h.desk.FactsAsPerson(t.Context(), p.Guest, p.talk.ID)
			h.ok(t, err)
			return facts.Dates
		}
		ask("2026-03-02")
		ask("2026-03-09") // again, while it is open: the first day counts
		dates := asked()
		if len(dates) != 1 || dates[0].Kind != tickets.DateNotes || dates[0].Received != "2026-03-02" || dates[0].Day != "2026-04-02" {
			t.Fatalf("asked twice: %+v", dates)
		}
		some, err := h.desk.Dated(t.Context(), anna, team, tickets.OfAll, time.Time{}, 10)
		h.ok(t, err)
		if len(some.Rows) != 1 || !some.Rows[0].Ticket.DueDay.Equal(day("2026-04-02")) {
			t.Fatalf("the desk has %+v", some.Rows)
		}
		h.ok(t, h.changeDates(t, anna, p.talk.Ticket, end(dates[0].ID, h.clock.now())))
		if d := asked(); len(d) != 1 || d[0].Done.IsZero() {
			t.Errorf("answered, they see %+v", d)
		}
		ask("2026-05-31")
		if d := asked(); len(d) != 2 || d[1].Day != "2026-06-30" {
			t.Errorf("asked anew: %+v", d)
		}
		if err := h.desk.AskRight(t.Context(), p.Guest, p.talk.ID, tickets.DateTravel, day("2026-05-31")); err == nil {
			t.Error("a person sets a date of ours")
		}
	})
}

func TestWhoCameByALinkAsksForTheirRightsToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "a letter")
		_, link := h.secure(t, anna, c.ID, "behind a link")
		g, conversation, _, err := h.follow(t.Context(), link.Fragment())
		h.ok(t, err)
		h.ok(t, h.desk.AskRight(t.Context(), g, conversation, tickets.DateNotes, day("2026-03-02")))
		facts, err := h.desk.Facts(t.Context(), anna, c.Ticket)
		h.ok(t, err)
		if !facts.DueDay.Equal(day("2026-04-02")) {
			t.Errorf("due on %v", facts.DueDay)
		}
	})
}

func TestARightAskedInATicketThatIsShownInAnotherIsDueThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "hello")
		root := h.arrive(t, team, "the same matter, by mail").Ticket
		h.ok(t, h.changeDates(t, anna, root, func(f *tickets.Facts) { f.Dates = append(f.Dates, date(tickets.DateTravel, "2026-06-01")) }))
		h.ok(t, h.desk.Join(t.Context(), anna, p.talk.Ticket, root))
		due := func(ticket helpdesk.ID) string {
			t.Helper()
			facts, err := h.desk.Facts(t.Context(), anna, ticket)
			h.ok(t, err)
			return facts.DueDay.Format(time.DateOnly)
		}
		for _, on := range []string{"2026-03-02", "2026-03-09"} { // again, while it is open: the first day counts
			h.ok(t, h.desk.AskRight(t.Context(), p.Guest, p.talk.ID, tickets.DateNotes, day(on)))
			same(t, "due where it is shown", due(root), "2026-04-02")
		}
		some, err := h.desk.Dated(t.Context(), anna, team, tickets.OfAll, time.Time{}, 10)
		h.ok(t, err)
		same(t, "on the list", len(some.Rows), 1)

		// What a colleague does with other dates does not lose it.
		h.ok(t, h.changeDates(t, anna, root, func(f *tickets.Facts) { f.Dates = append(f.Dates, date(tickets.DateAppeal, "2026-05-04")) }))
		same(t, "due after another date", due(root), "2026-04-02")
		h.ok(t, h.desk.Unjoin(t.Context(), anna, p.talk.Ticket))
		same(t, "due when it is taken out", due(p.talk.Ticket), "2026-04-02")
	})
}
