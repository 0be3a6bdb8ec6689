package tickets_test

import (
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestASearchForOnesOwnSurnameIsNotedWithoutItsWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		anna.User.Name = "Anna-Karin Öberg Lindström"
		h.arrive(t, team, "one")
		lines := func(verb string) int {
			return int(h.number(t, `SELECT COUNT(*) FROM journal_entry WHERE verb = $1`, verb))
		}
		for _, c := range []struct {
			words string
			own   int
		}{
			{"", 0}, {"Berg", 0}, {"Anna Karin", 0}, {"li", 0}, {"ström", 0},
			{"please LINDSTR", 1}, {"lindströms", 2}, {"öberg", 3}, {"Öb", 3},
		} {
			h.clock.pass(16 * time.Minute)
			searches := lines(tickets.VerbSearch)
			for range 2 { // a second time within a quarter of an hour says nothing new
				if _, err := h.desk.Queue(t.Context(), anna, tickets.Filter{Queue: tickets.QueueTeam, Words: c.words}, "", 10); err != nil {
					t.Fatal(err)
				}
				if _, err := h.desk.Count(t.Context(), anna, tickets.Filter{Queue: tickets.QueueTeam, Words: c.words}); err != nil {
					t.Fatal(err)
				}
			}
			if got := lines(journal.VerbOwnName); got != c.own {
				t.Errorf("%q: %d searches for the own name, want %d", c.words, got, c.own)
			}
			if searches += min(len(c.words), 1); lines(tickets.VerbSearch) != searches {
				t.Errorf("%q: %d searches, want %d", c.words, lines(tickets.VerbSearch), searches)
			}
		}
		if n := h.number(t, `SELECT COUNT(*) FROM journal_entry WHERE verb LIKE 'search.%' AND (object <> '' OR details IS NOT NULL OR actor <> $1)`, anna.User.ID); n != 0 {
			t.Errorf("%d lines say more than that somebody searched", n)
		}
	})
}

func TestAFileAndAPersonsPageAreInTheBook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "one")
		message := h.page(t, anna, c.Ticket).Messages[0].ID
		if _, _, err := h.desk.File(t.Context(), anna, message, 0); err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
			t.Fatal(err)
		}
		if _, err := h.desk.Person(t.Context(), anna, c.Ticket); err != nil {
			t.Fatal(err)
		}
		for verb, object := range map[string]helpdesk.ID{tickets.VerbFile: c.ID, tickets.VerbPerson: c.Ticket, journal.VerbOpened: c.ID} {
			if n := h.number(t, `SELECT COUNT(*) FROM journal_entry WHERE verb = $1 AND object = $2 AND actor = $3`, verb, object, anna.User.ID); n != 1 {
				t.Errorf("%s: %d lines", verb, n)
			}
		}
	})
}

func TestTheJournalNamesNoTicketOfARestrictedTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team, other, closed := h.team(t), h.team(t), h.closedTeam(t)
		anna, bo, eva := h.session(t, team), h.session(t, other), h.session(t, team, closed)
		c, secret := h.arrive(t, team, "one"), h.arrive(t, closed, "two")
		moved := h.arrive(t, team, "three")
		number := h.facts(t, anna, moved.Ticket).Number
		h.ok(t, h.desk.Give(t.Context(), eva, moved.Ticket, h.facts(t, eva, moved.Ticket).Version, tickets.To{Team: closed}))
		boss := h.staff.Console()
		for name, w := range map[string]struct {
			s    *staff.Session
			open bool
		}{"a coordinator": {boss, true}, "a member": {anna, true}, "a member of both": {eva, true}, "a stranger": {bo, false}} {
			for _, object := range []helpdesk.ID{c.ID, c.Ticket} {
				named, err := h.desk.Called(t.Context(), w.s, object, secret.Ticket, secret.ID, moved.Ticket, moved.ID, "nothing", "")
				h.ok(t, err)
				if _, ok := named[object]; ok != w.open || len(named) > 1 {
					t.Errorf("%s: %+v", name, named)
				}
			}
			mine := h.facts(t, anna, c.Ticket).Number
			if all, err := h.desk.BookObjects(t.Context(), w.s, mine); w.open != (err == nil) || w.open && len(all) < 2 {
				t.Errorf("%s: %v %v", name, all, err)
			}
			var drawn int64
			h.ok(t, db.QueryRow(t.Context(), `SELECT number FROM tickets_ticket WHERE id = $1`, secret.Ticket).Scan(&drawn))
			for _, n := range []int64{number, drawn, 999} {
				if _, err := h.desk.BookObjects(t.Context(), w.s, n); !errors.Is(err, helpdesk.ErrNotFound) {
					t.Errorf("%s by number %d: %v", name, n, err)
				}
			}
		}
	})
}
