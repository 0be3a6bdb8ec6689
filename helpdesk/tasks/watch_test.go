package tasks_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

// TestTheAppealEscalates goes through the days at every hour, also through the
// one that has 23 and the one that has 25 of them, and over 29 February.
func TestTheAppealEscalates(t *testing.T) {
	for _, c := range []struct{ begin, last string }{
		{"2026-03-18", "2026-03-29"}, // the clocks go forward on the last day
		{"2026-03-20", "2026-03-30"}, // and the day before it
		{"2026-10-14", "2026-10-25"}, // the clocks go back on the last day
		{"2026-10-16", "2026-10-26"},
		{"2028-02-18", "2028-02-29"},
		{"2028-02-20", "2028-03-01"},
	} {
		t.Run(c.last, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t), c.begin)
			anna := w.hire("anna")
			id := w.arrive("x", anna.ID, tickets.Facts{})
			a := w.as(anna)
			w.answered(a, id)
			w.add(a, id, tickets.DateAppeal, c.last)
			heard := map[int]string{}
			for end := noon(c.last).AddDate(0, 0, 3); w.clock.Now().Before(end); w.clock.Pass(time.Hour) {
				if rung := w.round(); rung != "" {
					now := w.clock.Now().In(stockholm)
					if now.Hour() < 7 {
						t.Errorf("mail at %v", now)
					}
					days := tasks.Days(on(now.Format(time.DateOnly)), on(c.last))
					if heard[days] != "" {
						t.Errorf("twice on one day: %v", now)
					}
					heard[days] = rung
				}
			}
			w.same("heard", heard, map[int]string{
				7: "anna due", 3: "anna due", 1: "ada due, anna due", 0: "ada due, anna due",
				-1: "ada overdue, anna overdue", -2: "ada overdue, anna overdue", -3: "ada overdue, anna overdue",
			})
		})
	}
}

func TestWhatBecameDueWhileTheHouseWasDownIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		anna := w.hire("anna")
		a := w.as(anna)
		long, short, past := w.arrive("a", anna.ID, tickets.Facts{}), w.arrive("b", anna.ID, tickets.Facts{}), w.arrive("c", anna.ID, tickets.Facts{})
		for _, id := range []helpdesk.ID{long, short, past} {
			w.answered(a, id)
		}
		w.add(a, long, tickets.DateAppeal, "2026-03-20")
		w.add(a, short, tickets.DateFollowUp, "2026-03-10")
		w.add(a, past, tickets.DateTravel, "2026-03-16")
		w.same("far away", w.round(), "")
		// Nobody ran from the 2nd to the 18th.
		w.clock.Set(noon("2026-03-18"))
		w.room = w.replica()
		w.same("all at once, in one mail each", w.round(), "ada overdue, anna overdue")
		w.same("told rows", w.tellings(), 2+2+1)
		w.room = w.replica() // the memory of a process is no part of it
		w.same("and no more today", w.round(), "")
	})
}

func (w *world) tellings() int {
	w.t.Helper()
	var n int
	w.ok(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM tasks_reminder WHERE ticket <> ''`).Scan(&n))
	return n
}

// TestADateBehindAnotherIsNotForgotten: the plain day is that of the first
// date, and nobody settles it.
func TestADateBehindAnotherIsNotForgotten(t *testing.T) {
	for _, first := range []string{"2026-03-04", "2026-03-10", "2026-03-19", "2026-03-20"} {
		w := newWorld(t, storetest.SQLite(t), "2026-03-02")
		a := w.as(w.ada)
		id := w.arrive("x", w.ada.ID, tickets.Facts{})
		w.answered(a, id)
		w.add(a, id, tickets.DateFollowUp, first)
		w.add(a, id, tickets.DateAppeal, "2026-03-20")
		var told []string
		for ; w.clock.Now().Before(noon("2026-03-21")); w.clock.Pass(24 * time.Hour) {
			if w.round() != "" {
				told = append(told, w.clock.Now().In(stockholm).Format("02"))
			}
		}
		last := told[len(told)-1]
		if last != "20" {
			t.Errorf("behind %s: told on %v and not on the last day", first, told)
		}
	}
}

func TestTwoWorkersTellEachOnce(t *testing.T) {
	w := newWorld(t, storetest.Postgres(t), "2026-03-02")
	anna := w.hire("anna")
	w.hire("bo")
	a := w.as(anna)
	for i := range 30 {
		owner := anna.ID
		if i%3 == 0 {
			owner = ""
		}
		id := w.arrive(fmt.Sprint(i), owner, tickets.Facts{})
		if i%5 != 0 {
			w.answered(a, id)
		}
		w.add(a, id, tickets.DateAppeal, fmt.Sprintf("2026-03-%02d", 2+i%10))
	}
	for day := 3; day <= 14; day++ {
		w.clock.Set(noon(fmt.Sprintf("2026-03-%02d", day)))
		rooms := []*tasks.Room{w.replica(), w.replica(), w.replica(), w.replica()}
		var all sync.WaitGroup
		for _, r := range rooms {
			all.Add(1)
			go func() {
				defer all.Done()
				for range 2 {
					if err := r.Round(w.ctx); err != nil {
						t.Error(err)
					}
				}
			}()
		}
		all.Wait()
		seen := map[string]bool{}
		for _, rung := range strings.Split(w.bell.heard(), ", ") {
			if seen[rung] {
				t.Errorf("on the %dth: %s twice", day, rung)
			}
			seen[rung] = rung != ""
		}
		if !seen["anna overdue"] && day > 3 {
			t.Errorf("on the %dth anna heard nothing of what has passed: %v", day, seen)
		}
	}
}

func TestAReminderThatFailsIsTriedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		a := w.as(w.ada)
		id := w.arrive("x", w.ada.ID, tickets.Facts{})
		w.answered(a, id)
		w.add(a, id, tickets.DateTravel, "2026-03-02")
		w.bell.fails = errors.New("no outbox")
		if err := w.room.Round(w.ctx); err == nil || !strings.Contains(err.Error(), "no outbox") {
			t.Errorf("round: %v", err)
		}
		w.same("noted", w.tellings(), 0)
		w.bell.fails = nil
		w.same("again", w.round(), "ada due")
	})
}

func TestWhoIsAwayOrGoneIsStoodInForByTheTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		anna, bo := w.hire("anna"), w.hire("bo")
		id := w.arrive("x", anna.ID, tickets.Facts{})
		a := w.as(anna)
		w.answered(a, id)
		w.add(a, id, tickets.DateFollowUp, "2026-03-02")
		w.ok(w.office.Set(w.ctx, "", office.Roster, fmt.Sprintf("absent %s 2026-03-01..2026-03-03\n", anna.ID)))
		w.same("away", w.round(), "ada due, anna due, bo due")
		w.ok(w.office.Set(w.ctx, "", office.Roster, ""))

		second := w.arrive("y", bo.ID, tickets.Facts{})
		w.answered(a, second)
		w.add(a, second, tickets.DateFollowUp, "2026-03-02")
		w.ok(w.staff.Disable(w.ctx, w.staff.Console(), bo.ID))
		w.same("gone", w.round(), "ada due, anna due")

		w.ok(w.staff.Disable(w.ctx, w.staff.Console(), anna.ID))
		w.clock.Pass(24 * time.Hour)
		w.same("who is left", w.round(), "ada overdue")
	})
}

func TestASubstituteStandsInAndQuietHoursAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		anna, bo, cilla := w.hire("anna"), w.hire("bo"), w.hire("cilla")
		profiles := fmt.Sprintf("%s | sv | - | - | - | - | %s\n%s | sv | - | - | - | - | - | quiet 09:00-14:00\n%s | sv | - | - | - | - | - | never\n",
			anna.ID, bo.ID, bo.ID, cilla.ID)
		w.ok(w.office.Set(w.ctx, "", office.Profiles, profiles))
		w.ok(w.office.Set(w.ctx, "", office.Leave, fmt.Sprintf("%s | 2026-03-02 | 2026-03-02\n", anna.ID)))
		hers, never := w.arrive("x", anna.ID, tickets.Facts{}), w.arrive("y", cilla.ID, tickets.Facts{})
		a := w.as(anna)
		w.answered(a, hers)
		w.answered(a, never)
		w.add(a, hers, tickets.DateFollowUp, "2026-03-02")
		w.same("bo stands in, and it is his quiet hour", w.round(), "")
		w.clock.Pass(2 * time.Hour)
		w.same("after it", w.round(), "bo due")

		w.add(a, never, tickets.DateFollowUp, "2026-03-02")
		w.same("for who wants no notice the others are told", w.round(), "ada due, anna due, bo due")
		w.clock.Set(noon("2026-03-03").Add(3 * time.Hour))
		w.same("back", w.round(), "ada overdue, anna overdue, bo overdue")
	})
}

func TestTheAlarmComesBeforeThePromiseIsBroken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02") // Monday; asked at 12:00, due on Tuesday at 12:00
		anna, bo := w.hire("anna"), w.hire("bo")
		w.ok(w.office.Set(w.ctx, "", office.Roster, fmt.Sprintf("shift %s mail daily 08:00-18:00\n", bo.ID)))
		w.arrive("nobody's", "", tickets.Facts{})
		mine := w.arrive("anna's", anna.ID, tickets.Facts{})
		w.clock.Set(noon("2026-03-03").Add(-91 * time.Minute))
		w.same("too early", w.round(), "")
		w.clock.Pass(time.Minute)
		w.same("at 75 percent", w.round(), "anna waiting, bo waiting")
		w.same("once", w.round(), "")

		// A second letter is a new wait, on the same day too.
		a := w.as(anna)
		w.answered(a, mine)
		w.clock.Pass(time.Hour)
		conversation, _, err := w.tickets.PersonConversation(w.ctx, a, mine)
		w.ok(err)
		w.ok(w.db.Write(w.ctx, "test", func(tx *store.Tx) error {
			c, err := w.tickets.Blind(w.ctx, tx, conversation)
			if err != nil {
				return err
			}
			_, err = c.Append(w.ctx, tx, tickets.Message{Kind: tickets.KindLetter, Direction: tickets.In, Content: tickets.Content{Text: "And?"}})
			return err
		}))
		w.clock.Set(noon("2026-03-04"))
		w.same("the second wait", w.round(), "anna waiting")

		// Many at once are not many mails, and none is forgotten for that.
		for range 5 {
			w.arrive("more", anna.ID, tickets.Facts{})
		}
		w.clock.Set(noon("2026-03-05"))
		w.same("together", w.round(), "anna waiting")
		w.arrive("late", anna.ID, tickets.Facts{})
		w.clock.Set(noon("2026-03-06"))
		w.same("the next day", w.round(), "anna waiting")
	})
}

func TestNotMoreThanOneAlarmAnHour(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		anna := w.hire("anna")
		for range 6 { // every ten minutes from 12:00 on
			w.arrive("x", anna.ID, tickets.Facts{})
			w.clock.Pass(10 * time.Minute)
		}
		w.clock.Set(noon("2026-03-03").Add(-90 * time.Minute)) // 10:30, the first alarm
		mails := 0
		for range 12 {
			if w.round() != "" {
				mails++
			}
			w.clock.Pass(10 * time.Minute)
		}
		w.same("mails in three hours of the clock", mails, 3)
		w.same("told", w.tellings(), 6)
	})
}

// TestOnlyIdsDayAndStepStandInPlain looks into the bytes of the database, the
// log and the rows of the watch.
func TestOnlyIdsDayAndStepStandInPlain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		a := w.as(w.ada)
		w.ok(w.office.Set(w.ctx, "", office.Profiles, string(w.ada.ID)+" | sv | "+tasks.SkillLawyer+"\n"))
		id := w.arrive("about KANARIE", w.ada.ID, tickets.Facts{})
		_, err := w.room.Decision(w.ctx, a, id, on("2026-02-16"))
		w.ok(err)
		w.ok(w.room.Confirm(w.ctx, a, id, w.dateOf(a, id, tickets.DateAppeal).ID, on("2026-03-09")))
		_, err = w.room.Promise(w.ctx, a, id, on("2026-03-04"), "ring KANARIE", true)
		w.ok(err)
		w.ok(w.room.AppealBy(w.ctx, a, id, "KANARIE"))
		w.ok(w.room.Papers(w.ctx, a, id, tickets.PapersPart))
		w.clock.Set(noon("2026-03-05"))
		if w.round() == "" {
			t.Error("nobody was told")
		}
		dump := storetest.Dump(t, db)
		for _, word := range []string{"KANARIE", "appeal", "promise", "decision_received", "2026-03-0"} {
			if bytes.Contains(dump, []byte(word)) || strings.Contains(w.log.String(), word) {
				t.Errorf("%q stands in plain", word)
			}
		}
		rows, err := db.Query(w.ctx, `SELECT ticket, day, step, wait, who, told FROM tasks_reminder`)
		w.ok(err)
		defer rows.Close()
		n := 0
		for rows.Next() {
			var ticket, who helpdesk.ID
			var day, told int64
			var step int
			var wait []byte
			w.ok(rows.Scan(&ticket, &day, &step, &wait, &who, &told))
			const aDay = 24 * 60 * 60 * 1_000_000
			if ticket != id && ticket != "" || who != w.ada.ID || day%aDay != 0 || told%aDay != 0 || len(wait) != 0 && len(wait) != 32 {
				t.Errorf("a row tells more: %s %d %d %x %s %d", ticket, day, step, wait, who, told)
			}
			n++
		}
		w.ok(rows.Err())
		w.same("rows", n > 1, true)
	})
}

func TestOldTellingsAndThoseOfErasedTicketsGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		a := w.as(w.ada)
		one, two := w.arrive("one", w.ada.ID, tickets.Facts{}), w.arrive("two", w.ada.ID, tickets.Facts{})
		for _, id := range []helpdesk.ID{one, two} {
			w.answered(a, id)
			w.add(a, id, tickets.DateTravel, "2026-03-02")
		}
		w.round()
		w.same("told", w.tellings(), 2)
		w.ok(db.Write(w.ctx, "test", func(tx *store.Tx) error {
			_, err := tx.Exec(w.ctx, `DELETE FROM tickets_ticket WHERE id = $1`, one)
			return err
		}))
		w.clock.Pass(24 * time.Hour)
		w.round()
		w.same("the other's, of two days", w.tellings(), 2)
		w.clock.Set(noon("2026-04-05"))
		w.round() // tells of today, and lets go what is older than 30 days
		w.same("within 30 days", w.tellings(), 1)
	})
}
