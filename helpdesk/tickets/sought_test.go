package tickets_test

import (
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func (h *house) setFacts(t testing.TB, s *staff.Session, ticket helpdesk.ID, change func(*tickets.Facts)) {
	t.Helper()
	h.write(t, func(tx *store.Tx) error { return h.desk.SetFacts(t.Context(), tx, s, ticket, change) })
}

func TestSealedFactsAreFoundInTheSearchersSessionAlone(t *testing.T) {
	for _, scan := range []int{0, 1 << 30} { // all in one go, and one by one
		defer tickets.SetScan(scan)()
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			h := build(t, db)
			a, b := h.team(t), h.team(t)
			anna, eva := h.session(t, a, b), h.session(t, b)
			open := func(title string, team helpdesk.ID, f tickets.Facts) *tickets.Conversation {
				h.clock.pass(time.Minute)
				return h.arriveAs(t, tickets.Opening{Team: team, Title: title, Name: "Amina Karimi", Facts: f}, h.letter(title))
			}
			first := open("flight on Tuesday", a, tickets.Facts{Topic: "return_process", Audience: "detained", Centre: "marsta"})
			open("school papers", b, tickets.Facts{Topic: "reintegration", Child: true})
			open("my son", a, tickets.Facts{Audience: "child"})
			open("\u0633\u0644\u0627\u0645 child \U0001F9D2", b, tickets.Facts{Topic: "detained"})
			look := func(s *staff.Session, f tickets.Filter) []string {
				t.Helper()
				var got []string
				for range 2 { // from the heads, and from what they left behind
					got = h.list(t, s, f)
				}
				return got
			}
			team := tickets.QueueTeam
			for _, c := range []struct {
				who    *staff.Session
				filter tickets.Filter
				want   []string
			}{
				{anna, tickets.Filter{Queue: team, Topic: "return_process"}, []string{"flight on Tuesday"}},
				{anna, tickets.Filter{Queue: team, Topic: "return"}, nil},
				{anna, tickets.Filter{Queue: tickets.QueueDetained}, []string{"flight on Tuesday"}},
				{anna, tickets.Filter{Queue: tickets.QueueChildren}, []string{"school papers", "my son"}},
				{anna, tickets.Filter{Queue: team, Audience: "child"}, []string{"school papers", "my son"}},
				{eva, tickets.Filter{Queue: tickets.QueueChildren}, []string{"school papers"}},
				{eva, tickets.Filter{Queue: team, Centre: "marsta"}, nil},
				{anna, tickets.Filter{Queue: team, Centre: "marsta", Topic: "return_process"}, []string{"flight on Tuesday"}},
				{anna, tickets.Filter{Queue: team, Words: "TUESDAY  flight"}, []string{"flight on Tuesday"}},
				{anna, tickets.Filter{Queue: team, Words: "karimi papers"}, []string{"school papers"}},
				{anna, tickets.Filter{Queue: team, Words: "\u0633\u0644\u0627\u0645 \U0001F9D2"}, []string{"\u0633\u0644\u0627\u0645 child \U0001F9D2"}},
				{anna, tickets.Filter{Queue: tickets.QueueMine, Topic: "return_process"}, nil},
			} {
				same(t, describe(c.filter), look(c.who, c.filter), c.want)
			}

			// What changes is found as it is, and no more as it was.
			h.setFacts(t, anna, first.Ticket, func(f *tickets.Facts) { f.Topic = "law" })
			same(t, "as it was", h.list(t, anna, tickets.Filter{Queue: team, Topic: "return_process"}), []string(nil))
			same(t, "as it is", look(anna, tickets.Filter{Queue: team, Topic: "law"}), []string{"flight on Tuesday"})
			h.ok(t, h.desk.Tag(t.Context(), anna, first.Ticket, h.page(t, anna, first.Ticket).Ticket.Version, []string{"urgent-papers"}, nil))
			same(t, "by tag", look(anna, tickets.Filter{Queue: team, Tag: "urgent-papers"}), []string{"flight on Tuesday"})
			h.ok(t, h.desk.Tag(t.Context(), anna, first.Ticket, h.page(t, anna, first.Ticket).Ticket.Version, nil, []string{"urgent-papers"}))
			same(t, "no tag", look(anna, tickets.Filter{Queue: team, Tag: "urgent-papers"}), []string(nil))

			// What is handed over is the other team's to find.
			h.ok(t, h.desk.Give(t.Context(), anna, first.Ticket, h.page(t, anna, first.Ticket).Ticket.Version, tickets.To{Team: b}))
			same(t, "handed over", look(eva, tickets.Filter{Queue: team, Topic: "law"}), []string{"flight on Tuesday"})
			same(t, "in the team it left", look(anna, tickets.Filter{Queue: team, Team: a, Topic: "law"}), []string(nil))

			// What is closed leaves nothing behind.
			h.ok(t, h.desk.CloseTicket(t.Context(), eva, first.Ticket, h.page(t, eva, first.Ticket).Ticket.Version))
			same(t, "closed", look(eva, tickets.Filter{Queue: team, Topic: "law"}), []string(nil))
			same(t, "sifts of it", h.number(t, "SELECT COUNT(*) FROM tickets_sift WHERE ticket = $1", first.Ticket), 0)
		})
	}
}

// A session that read a head before it changed must not leave what it read.
func TestASlowSearchLeavesNothingOldBehind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arriveAs(t, tickets.Opening{Team: team, Title: "x", Facts: tickets.Facts{Topic: "old"}}, h.letter("x"))
		old := tickets.Filter{Queue: tickets.QueueTeam, Topic: "old"}
		for range 2 { // without a sift, and with an emptied one
			page, err := h.desk.Queue(t.Context(), anna, old, "", 5)
			h.ok(t, err)
			same(t, "found", len(page.Rows), 1)
			h.setFacts(t, anna, c.Ticket, func(f *tickets.Facts) { f.Topic = "new" })
			h.ok(t, h.desk.Settle(t.Context(), anna, page.Settle))
			same(t, "old", h.list(t, anna, old), []string(nil))
			same(t, "new", h.list(t, anna, tickets.Filter{Queue: tickets.QueueTeam, Topic: "new"}), []string{"x"})
			h.setFacts(t, anna, c.Ticket, func(f *tickets.Facts) { f.Topic = "old" })
		}
	})
}

func TestAMorningsBlindLettersAreSearchedAFewHundredAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		const night = 430
		for i := range night {
			h.arriveAs(t, tickets.Opening{Team: team, Title: fmt.Sprint(i), Facts: tickets.Facts{Topic: "law"}}, h.letter("x"))
		}
		f := tickets.Filter{Queue: tickets.QueueTeam, Topic: "law"}
		var found, skipped []int64
		for range 4 {
			page, err := h.desk.Queue(t.Context(), anna, f, "", 10)
			h.ok(t, err)
			found, skipped = append(found, page.Found.N), append(skipped, int64(page.Skipped))
			same(t, "more are waiting", page.Found.More, page.Skipped > 0)
			h.ok(t, h.desk.Settle(t.Context(), anna, page.Settle))
		}
		same(t, "found", found, []int64{200, 400, night, night})
		same(t, "said to be missing", skipped, []int64{night - 200, night - 400, 0, 0})
	})
}

// Somebody who writes to the database can neither plant a sift nor move one.
func TestAForgedSiftIsNotBelieved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer tickets.SetScan(0)()
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		one := h.arriveAs(t, tickets.Opening{Team: team, Title: "one", Facts: tickets.Facts{Topic: "law"}}, h.letter("x"))
		two := h.arriveAs(t, tickets.Opening{Team: team, Title: "two", Facts: tickets.Facts{Topic: "return"}}, h.letter("x"))
		law := tickets.Filter{Queue: tickets.QueueTeam, Topic: "law"}
		same(t, "before", h.list(t, anna, law), []string{"one"})
		same(t, "sifts", h.number(t, "SELECT COUNT(*) FROM tickets_sift WHERE team = $1", team), 2)
		h.exec(t, "UPDATE tickets_sift SET body = (SELECT body FROM tickets_sift WHERE ticket = $1) WHERE ticket = $2", one.Ticket, two.Ticket)
		same(t, "moved", h.list(t, anna, law), []string{"one"})
		public, err := h.staff.TeamKey(t.Context(), db, team)
		h.ok(t, err)
		blind, err := public.Seal(tickets.SiftPlace(two.Ticket, team, public.ID.Version), []byte(`{"facts":{"topic":"law"}}`))
		h.ok(t, err)
		h.exec(t, "UPDATE tickets_sift SET body = $1 WHERE ticket = $2", blind, two.Ticket)
		same(t, "planted", h.list(t, anna, law), []string{"one"})
	})
}
