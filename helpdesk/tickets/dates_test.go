package tickets_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func date(kind tickets.DateKind, on string) tickets.Date {
	return tickets.Date{ID: helpdesk.NewID(), Kind: kind, Day: on}
}

// setDates adds dates to a ticket.
func (h *house) setDates(t testing.TB, s *staff.Session, ticket helpdesk.ID, dates ...tickets.Date) {
	t.Helper()
	h.ok(t, h.changeDates(t, s, ticket, func(f *tickets.Facts) { f.Dates = append(f.Dates, dates...) }))
}

func (h *house) changeDates(t testing.TB, s *staff.Session, ticket helpdesk.ID, change func(*tickets.Facts)) error {
	return h.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		return h.desk.SetFacts(t.Context(), tx, s, ticket, change)
	})
}

// end marks a date as done.
func end(id helpdesk.ID, at time.Time) func(*tickets.Facts) {
	return func(f *tickets.Facts) {
		for i := range f.Dates {
			if f.Dates[i].ID == id {
				f.Dates[i].Done = at
			}
		}
	}
}

func TestOnlyTheEarliestOpenDayStandsInPlain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "a refusal")
		look := func() tickets.Ticket {
			facts, err := h.desk.Facts(t.Context(), anna, c.Ticket)
			h.ok(t, err)
			return facts
		}
		appeal, call := date(tickets.DateAppeal, "2028-02-29"), date(tickets.DatePromise, "2028-02-24")
		call.Note = "call her lawyer"
		h.setDates(t, anna, c.Ticket, date(tickets.DateDecision, "2028-02-08"), appeal, call)
		same(t, "due", look().DueDay, day("2028-02-24"))
		same(t, "priority", look().Priority, tickets.MaxPriority)

		h.ok(t, h.changeDates(t, anna, c.Ticket, end(call.ID, monday)))
		same(t, "due once the promise is kept", look().DueDay, day("2028-02-29"))
		if err := h.desk.Prioritise(t.Context(), anna, c.Ticket, look().Version, 1, look().DueDay); !errors.As(err, new(helpdesk.Refusal)) {
			t.Errorf("an appeal was put behind others: %v", err)
		}
		h.ok(t, h.changeDates(t, anna, c.Ticket, end(appeal.ID, monday)))
		same(t, "due after the appeal", look().DueDay, time.Time{})
		same(t, "priority after the appeal", look().Priority, 0)

		// Nothing of it stands anywhere in plain.
		sheet := h.page(t, anna, c.Ticket)
		same(t, "dates", len(sheet.Head.Facts.Dates), 3)
		dump := storetest.Dump(t, db)
		for _, word := range []string{"appeal_last_day", "decision_received", "call her lawyer", "2028-02"} {
			if strings.Contains(h.log.String(), word) || bytes.Contains(dump, []byte(word)) {
				t.Errorf("%q lies in the database or the log", word)
			}
		}
	})
}

func TestADayByHandIsADateAmongTheOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arriveAs(t, tickets.Opening{Team: team, Title: "x", DueDay: day("2026-03-20")}, h.letter("x"))
		due := func(want string) tickets.Ticket {
			t.Helper()
			facts, err := h.desk.Facts(t.Context(), anna, c.Ticket)
			h.ok(t, err)
			if want == "" {
				same(t, "due", facts.DueDay, time.Time{})
			} else {
				same(t, "due", facts.DueDay, day(want))
			}
			return facts
		}
		h.ok(t, h.desk.Prioritise(t.Context(), anna, c.Ticket, due("2026-03-20").Version, 1, day("2026-03-10")))
		due("2026-03-10")
		h.setDates(t, anna, c.Ticket, date(tickets.DateTravel, "2026-03-15"))
		h.ok(t, h.desk.Prioritise(t.Context(), anna, c.Ticket, due("2026-03-10").Version, 1, time.Time{}))
		due("2026-03-15") // the journey stands, whoever cleared the field

		// From before tickets had dates: a plain day without one is adopted.
		other := h.arrive(t, team, "old")
		h.exec(t, `UPDATE tickets_ticket SET due_day = $1 WHERE id = $2`, day("2026-04-01").UnixMicro(), other.Ticket)
		h.setDates(t, anna, other.Ticket, date(tickets.DateTravel, "2026-05-01"))
		facts, err := h.desk.Facts(t.Context(), anna, other.Ticket)
		h.ok(t, err)
		same(t, "adopted", facts.DueDay, day("2026-04-01"))
	})
}

func TestWhatIsNoDayIsRefused(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	team := h.team(t)
	anna := h.session(t, team)
	c := h.arrive(t, team, "x")
	long := date(tickets.DateOther, "2026-03-10")
	long.Note = strings.Repeat("ñ", 301)
	for _, d := range []tickets.Date{
		date(tickets.DateAppeal, "2027-02-29"), date(tickets.DateAppeal, ""), date(tickets.DateAppeal, "2026-3-1"), date("birthday", "2026-03-10"),
		{Kind: tickets.DateOther, Day: "2026-03-10"}, {ID: "x", Kind: tickets.DateOther, Day: "2026-03-10", At: "25:00"},
		{ID: "x", Kind: tickets.DateOther, Day: "2026-03-10", Until: "later"}, long,
	} {
		err := h.changeDates(t, anna, c.Ticket, func(f *tickets.Facts) { f.Dates = append(f.Dates, d) })
		if !errors.As(err, new(helpdesk.Refusal)) {
			t.Errorf("%s %s %s: %v", d.Kind, d.Day, d.Until, err)
		}
	}
	sheet := h.page(t, anna, c.Ticket)
	same(t, "dates", len(sheet.Head.Facts.Dates), 0)
}

func TestDatesGoWithTheTicketThatIsJoinedAndComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		one, two := h.arrive(t, team, "one"), h.arrive(t, team, "two")
		appeal, travel := date(tickets.DateAppeal, "2026-03-20"), date(tickets.DateTravel, "2026-03-25")
		h.setDates(t, anna, one.Ticket, appeal)
		h.setDates(t, anna, two.Ticket, travel)
		look := func(id helpdesk.ID) (tickets.Ticket, []tickets.Date) {
			sheet := h.page(t, anna, id)
			return sheet.Ticket, sheet.Head.Facts.Dates
		}
		h.ok(t, h.desk.Join(t.Context(), anna, one.Ticket, two.Ticket))
		ticket, dates := look(two.Ticket)
		same(t, "due", ticket.DueDay, day("2026-03-20"))
		same(t, "dates", len(dates), 2)
		same(t, "priority", ticket.Priority, tickets.MaxPriority)
		err := h.changeDates(t, anna, one.Ticket, func(f *tickets.Facts) { f.Dates = append(f.Dates, travel) })
		if !errors.As(err, new(helpdesk.Refusal)) {
			t.Errorf("a date of a joined ticket, where nobody would see it: %v", err)
		}

		h.ok(t, h.desk.Unjoin(t.Context(), anna, one.Ticket))
		ticket, dates = look(one.Ticket)
		same(t, "due again", ticket.DueDay, day("2026-03-20"))
		if len(dates) != 1 || dates[0] != appeal {
			t.Errorf("came back as %+v", dates)
		}
		ticket, dates = look(two.Ticket)
		same(t, "due of the other", ticket.DueDay, day("2026-03-25"))
		same(t, "dates of the other", len(dates), 1)
	})
}

func TestAClosedTicketKeepsItsDatesInSight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team, elsewhere := h.team(t), h.team(t)
		anna, other := h.session(t, team), h.session(t, elsewhere)
		c := h.arrive(t, team, "x")
		h.arrive(t, team, "without dates")
		h.setDates(t, anna, c.Ticket, date(tickets.DateTravel, "2026-03-09"))
		facts, err := h.desk.Facts(t.Context(), anna, c.Ticket)
		h.ok(t, err)
		h.ok(t, h.desk.CloseTicket(t.Context(), anna, c.Ticket, facts.Version))

		for on, want := range map[string]int{"2026-03-08": 0, "2026-03-09": 1, "2026-03-10": 1} {
			watched, err := h.desk.DueBy(t.Context(), team, day(on), "")
			h.ok(t, err)
			same(t, "watched on "+on, len(watched), want)
		}
		some, err := h.desk.Dated(t.Context(), anna, "", tickets.OfAll, time.Time{}, 10)
		h.ok(t, err)
		if len(some.Rows) != 1 || some.Rows[0].Head.Facts.Dates[0].Kind != tickets.DateTravel || some.More {
			t.Errorf("dated: %+v", some)
		}
		mine, err := h.desk.Dated(t.Context(), anna, "", tickets.OfMine, time.Time{}, 10)
		h.ok(t, err)
		same(t, "mine", len(mine.Rows), 0)
		mine, err = h.desk.Dated(t.Context(), anna, "", tickets.OfMineOrNobody, time.Time{}, 10)
		h.ok(t, err)
		same(t, "mine and nobody's", len(mine.Rows), 1)
		none, err := h.desk.Dated(t.Context(), other, "", tickets.OfAll, time.Time{}, 10)
		h.ok(t, err)
		same(t, "another team's", len(none.Rows), 0)
		if _, err := h.desk.Dated(t.Context(), other, team, tickets.OfAll, time.Time{}, 10); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a foreign team: %v", err)
		}
		waits, err := h.desk.WaitingBefore(t.Context(), team, h.clock.now(), "")
		h.ok(t, err)
		same(t, "waiting", len(waits), 1) // the closed one waits for nothing
		some, err = h.desk.Waited(t.Context(), anna, team, tickets.OfAll, h.clock.now(), 10)
		h.ok(t, err)
		same(t, "waited", len(some.Rows), 1)
	})
}

func TestOnlyTheTicketsTeamDecidesItsDates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, guest := h.session(t, team), h.session(t)
		c := h.arrive(t, team, "x")
		h.ok(t, h.desk.AddReader(t.Context(), anna, c.Ticket, guest.User.ID, h.clock.now().Add(time.Hour)))
		err := h.changeDates(t, guest, c.Ticket, func(f *tickets.Facts) { f.Dates = append(f.Dates, date(tickets.DateTravel, "2026-03-09")) })
		if !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("who has it lent set a date: %v", err)
		}
	})
}
