package tickets_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// list is a page of a filter's titles, after settling what it found.
func (h *house) list(t testing.TB, s *staff.Session, f tickets.Filter) []string {
	t.Helper()
	page, err := h.desk.Queue(t.Context(), s, f, "", tickets.PageMost)
	h.ok(t, err)
	same(t, "skipped", page.Skipped, 0)
	h.ok(t, h.desk.Settle(t.Context(), s, page.Settle))
	return titles(page)
}

func (h *house) close(t testing.TB, s *staff.Session, ticket helpdesk.ID) {
	t.Helper()
	h.ok(t, h.desk.CloseTicket(t.Context(), s, ticket, h.version(t, s, ticket)))
}

func (h *house) version(t testing.TB, s *staff.Session, ticket helpdesk.ID) int64 {
	t.Helper()
	f, err := h.desk.Facts(t.Context(), s, ticket)
	h.ok(t, err)
	return f.Version
}

func TestAQueueIsFilteredByWhatStandsInPlain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna := h.session(t, a, b)
		stranger := h.session(t, h.team(t))
		open := func(o tickets.Opening) *tickets.Conversation {
			h.clock.pass(time.Hour)
			if o.Team == "" {
				o.Team = a
			}
			return h.arriveAs(t, o, h.letter(o.Title))
		}
		day := func(n int) time.Time { return monday.AddDate(0, 0, n) }
		open(tickets.Opening{Title: "late", DueDay: day(-3)})
		open(tickets.Opening{Title: "later", DueDay: day(-1), Team: b})
		open(tickets.Opening{Title: "today", DueDay: day(0)})
		open(tickets.Opening{Title: "today too", DueDay: day(0), Priority: 3})
		open(tickets.Opening{Title: "next week", DueDay: day(6), Language: "ti"})
		open(tickets.Opening{Title: "chat", Channel: "chat", Language: "ti"})
		closed := open(tickets.Opening{Title: "closed", DueDay: day(-2), Language: "ti"})
		h.close(t, anna, closed.Ticket)
		mine := open(tickets.Opening{Title: "mine", Language: "ti"})
		h.ok(t, h.desk.Take(t.Context(), anna, mine.Ticket, 1))

		for _, c := range []struct {
			filter tickets.Filter
			want   []string
		}{
			{tickets.Filter{Queue: tickets.QueueLate}, []string{"late", "later"}},
			{tickets.Filter{Queue: tickets.QueueLate, Team: b}, []string{"later"}},
			{tickets.Filter{Queue: tickets.QueueDue}, []string{"today too", "today"}},
			{tickets.Filter{Queue: tickets.QueueTeam, Language: "ti"}, []string{"next week", "chat", "mine"}},
			{tickets.Filter{Queue: tickets.QueueTeam, Language: "ti", Channel: "chat"}, []string{"chat"}},
			{tickets.Filter{Queue: tickets.QueueTeam, Owner: tickets.Me}, []string{"mine"}},
			{tickets.Filter{Queue: tickets.QueueTeam, Owner: anna.User.ID}, []string{"mine"}},
			{tickets.Filter{Queue: tickets.QueueTeam, Owner: tickets.Nobody, Language: "ti"}, []string{"next week", "chat"}},
			{tickets.Filter{Queue: tickets.QueueMine, Owner: tickets.Nobody}, nil},
			{tickets.Filter{Queue: tickets.QueueTeam, Priority: 2}, []string{"today too"}},
			{tickets.Filter{Queue: tickets.QueueTeam, DueFrom: "0", DueUntil: "+7"}, []string{"today too", "today", "next week"}},
			{tickets.Filter{Queue: tickets.QueueTeam, DueUntil: "2026-03-01"}, []string{"late", "later"}},
			{tickets.Filter{Queue: tickets.QueueWaiting, Waited: 6}, []string{"late", "later"}},
			{tickets.Filter{Queue: tickets.QueueClosed, Language: "ti"}, []string{"closed"}},
			{tickets.Filter{Queue: tickets.QueueClosed, Language: "sv"}, nil},
		} {
			same(t, describe(c.filter), h.list(t, anna, c.filter), c.want)
			n, err := h.desk.Count(t.Context(), anna, c.filter)
			h.ok(t, err)
			same(t, "count of "+describe(c.filter), n, tickets.Count{N: int64(len(c.want))})
			same(t, "a stranger's "+describe(c.filter), len(h.list(t, stranger, tickets.Filter{Queue: c.filter.Queue})), 0)
			var paged []string
			var at tickets.Cursor
			for {
				page, err := h.desk.Queue(t.Context(), anna, c.filter, at, 1)
				h.ok(t, err)
				paged = append(paged, titles(page)...)
				if at = page.Next; at == "" {
					break
				}
			}
			same(t, "paged "+describe(c.filter), paged, c.want)
		}
		_, err := h.desk.Queue(t.Context(), stranger, tickets.Filter{Queue: tickets.QueueDue, Team: a}, "", 5)
		if !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("another's team: %v", err)
		}
		for _, f := range []tickets.Filter{
			{Queue: tickets.QueueTeam, DueFrom: "tomorrow"}, {Queue: tickets.QueueTeam, DueUntil: "2026-02-30"},
			{Queue: tickets.QueueClosed, Topic: "readmission"}, {Queue: tickets.QueueTeam, Priority: 4}, {Queue: "everything"},
		} {
			if _, err := h.desk.Queue(t.Context(), anna, f, "", 5); err == nil {
				t.Errorf("%+v was accepted", f)
			}
		}
	})
}

func describe(f tickets.Filter) string {
	return string(f.Queue) + " " + string(f.Owner) + " " + f.Channel + " " + f.Language + " " + string(f.DueFrom) + string(f.DueUntil) + f.Topic + f.Tag + f.Centre + f.Audience + f.Words
}

// The two clock changes and a leap day: a due day is a date, not an instant.
func TestLateIsADateOfTheCounsellorsCalendar(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		for _, c := range []struct {
			due   string
			now   string
			queue tickets.Queue
		}{
			{"2026-03-29", "2026-03-28T22:59:00Z", ""}, // still the 28th in Stockholm
			{"2026-03-29", "2026-03-28T23:00:00Z", tickets.QueueDue},
			{"2026-03-29", "2026-03-29T21:59:00Z", tickets.QueueDue},
			{"2026-03-29", "2026-03-29T22:00:00Z", tickets.QueueLate},
			{"2026-10-25", "2026-10-24T22:00:00Z", tickets.QueueDue},
			{"2026-10-25", "2026-10-25T22:59:00Z", tickets.QueueDue},
			{"2026-10-25", "2026-10-25T23:00:00Z", tickets.QueueLate},
			{"2028-02-29", "2028-02-29T12:00:00Z", tickets.QueueDue},
			{"2028-02-29", "2028-03-01T00:00:00Z", tickets.QueueLate},
		} {
			due, err := time.Parse(time.DateOnly, c.due)
			h.ok(t, err)
			now, err := time.Parse(time.RFC3339, c.now)
			h.ok(t, err)
			h.clock.pass(now.Sub(h.clock.now()))
			anna = h.signInAgain(t, anna)
			opened := h.arriveAs(t, tickets.Opening{Team: team, Title: c.due, DueDay: due}, h.letter("x"))
			for _, q := range []tickets.Queue{tickets.QueueDue, tickets.QueueLate} {
				same(t, c.now+" "+string(q), slices.Contains(h.list(t, anna, tickets.Filter{Queue: q}), c.due), q == c.queue)
			}
			h.close(t, anna, opened.Ticket)
		}
	})
}

func TestTheArchiveIsLookedThroughInSteps(t *testing.T) {
	defer tickets.SetStep(3)()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna := h.session(t, a, b)
		var want []string
		for i := range 20 {
			h.clock.pass(24 * time.Hour)
			anna = h.signInAgain(t, anna)
			o := tickets.Opening{Team: []helpdesk.ID{a, b}[i%2], Title: monday.AddDate(0, 0, i).Format(time.DateOnly), Language: "sv"}
			if i%7 == 0 {
				o.Language = "ti"
				want = append([]string{o.Title}, want...)
			}
			c := h.arriveAs(t, o, h.letter("x"))
			h.close(t, anna, c.Ticket)
		}
		f := tickets.Filter{Queue: tickets.QueueClosed, Language: "ti"}
		var got []string
		var at tickets.Cursor
		partly := 0
		for {
			page, err := h.desk.Queue(t.Context(), anna, f, at, 2)
			h.ok(t, err)
			got = append(got, titles(page)...)
			if page.Partly {
				partly++
			}
			if at = page.Next; at == "" {
				break
			}
		}
		same(t, "found", got, want)
		if partly == 0 {
			t.Error("the whole archive was looked through at once")
		}
		n, err := h.desk.Count(t.Context(), anna, f)
		h.ok(t, err)
		same(t, "the count says that it ends early", n.More, true)
	})
}

// The writer keeps the counts of the standing queues; of others as many are
// counted as anybody reads.
func TestWhatIsCountedAnewIsExactToAThousandAndThenSaysMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		h.arriveAs(t, tickets.Opening{Team: team, Title: "late", Language: "ti", DueDay: h.clock.now().AddDate(0, 0, -1)}, h.letter("x"))
		const rest = `, team, owner, state, priority, due_day, channel, language, writer, person, opened_at, waiting_since, last_at,
			rank, serial, version, joined_into, joined_state, mac`
		for n := int64(1); n < 1_024; n *= 2 { // as many again
			h.exec(t, `INSERT INTO tickets_ticket (id, number, conversation`+rest+`)
				SELECT id || $1, number + $2, conversation || $1`+rest+` FROM tickets_ticket`, fmt.Sprint("-", n), n)
		}
		for _, c := range []struct {
			there int64
			want  tickets.Count
		}{{1_024, tickets.Count{N: 1_000, More: true}}, {1_001, tickets.Count{N: 1_000, More: true}}, {1_000, tickets.Count{N: 1_000}}, {999, tickets.Count{N: 999}}} {
			h.exec(t, "DELETE FROM tickets_ticket WHERE number > $1", c.there)
			got, err := h.desk.Count(t.Context(), anna, tickets.Filter{Queue: tickets.QueueTeam, Language: "ti"})
			h.ok(t, err)
			same(t, fmt.Sprint("a filter of ", c.there), got, c.want)
			over, err := h.desk.Overview(t.Context(), anna)
			h.ok(t, err)
			same(t, fmt.Sprint("late of ", c.there), over.Late, c.want)
		}
	})
}
