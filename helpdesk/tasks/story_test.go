package tasks_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

func TestAnAppealsLastDayIsProposedAndConfirmedByALawyer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2028-02-10")
		anna, lena := w.hire("anna"), w.hire("lena")
		w.ok(w.office.Set(w.ctx, "", office.Profiles, string(lena.ID)+" | sv | "+tasks.SkillLawyer+"\n"+string(anna.ID)+" | sv | children\n"))
		a := w.as(anna)
		id := w.arrive("a refusal", anna.ID, tickets.Facts{})
		_, err := w.room.Decision(w.ctx, a, id, on("2028-02-11"))
		w.refused(err, "task.future")
		p, err := w.room.Decision(w.ctx, a, id, on("2028-02-08"))
		w.ok(err)
		w.same("proposed", p.Day, "2028-02-29")

		list, err := w.room.Due(w.ctx, a, tasks.Scope{Mine: true})
		w.ok(err)
		first := list.Items[0]
		if first.Kind != tickets.DateAppeal || first.Days != 19 || len(first.Hints) != 1 || first.Hints[0].Key != "task.hint.unconfirmed" || first.Why.Key != "task.why.appeal_last_day" {
			t.Errorf("on top: %+v %v", first.Date, first.Hints)
		}
		last := first.Date
		w.refused(w.room.Confirm(w.ctx, a, id, last.ID, on("2028-03-01")), "task.lawyer")
		w.refused(w.room.Move(w.ctx, a, id, last.ID, tasks.Plan{Day: on("2028-03-10")}), "task.lawyer")
		w.refused(w.room.Done(w.ctx, a, id, last.ID), "task.lawyer")
		w.refused(w.room.Snooze(w.ctx, a, id, last.ID, on("2028-03-10")), "task.snooze.never")
		w.same("nothing of it happened", w.dateOf(a, id, tickets.DateAppeal), last)

		w.ok(w.room.Confirm(w.ctx, w.as(lena), id, last.ID, on("2028-03-01")))
		d := w.dateOf(a, id, tickets.DateAppeal)
		if d.Day != "2028-03-01" || d.Proposed || d.Confirmed != lena.ID || d.Received != "2028-02-08" {
			t.Errorf("confirmed: %+v", d)
		}
		// The same day said again changes nothing; another makes it doubtful, and
		// the earlier of both stands until a lawyer has looked.
		_, err = w.room.Decision(w.ctx, a, id, on("2028-02-08"))
		w.ok(err)
		w.same("still confirmed", w.dateOf(a, id, tickets.DateAppeal).Confirmed, lena.ID)
		_, err = w.room.Decision(w.ctx, a, id, on("2028-02-10"))
		w.ok(err)
		d = w.dateOf(a, id, tickets.DateAppeal)
		if d.Day != "2028-03-01" || !d.Proposed || d.Confirmed != "" {
			t.Errorf("after another decision's day: %+v", d)
		}
		w.ok(w.room.Confirm(w.ctx, w.as(lena), id, d.ID, on("2028-03-02")))
		w.ok(w.room.Done(w.ctx, a, id, d.ID)) // confirmed once, anybody of the team may say that it went in
		ticket, _ := w.facts(a, id)
		w.same("due", ticket.DueDay.IsZero(), true)
		w.same("priority", ticket.Priority, 0)
		w.ok(w.room.Undone(w.ctx, a, id, d.ID))
		ticket, _ = w.facts(a, id)
		w.same("due again", ticket.DueDay.Format(time.DateOnly), "2028-03-02")
	})
}

func TestAFinalDecisionGivesTwoOrFourWeeks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-20")
		a := w.as(w.ada)
		id := w.arrive("final", w.ada.ID, tickets.Facts{})
		_, err := w.room.Final(w.ctx, a, id, on("2026-03-16"), 3)
		w.refused(err, "task.weeks")
		_, err = w.room.Final(w.ctx, a, id, on("2026-03-16"), 0)
		w.ok(err)
		w.same("the shorter until somebody says", w.dateOf(a, id, tickets.DateLeaveBy).Day, "2026-03-30") // over the clocks going forward
		_, err = w.room.Final(w.ctx, a, id, on("2026-03-17"), 4)
		w.ok(err)
		d := w.dateOf(a, id, tickets.DateLeaveBy)
		w.same("four weeks", d.Day, "2026-04-14")
		w.ok(w.room.Confirm(w.ctx, a, id, d.ID, on("2026-04-14"))) // no appeal hangs on it: no lawyer is needed
	})
}

func TestOneDueListOrderedByWhatIsLost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		anna := w.hire("anna")
		a := w.as(anna)
		one, two, three := w.arrive("one", anna.ID, tickets.Facts{}), w.arrive("two", "", tickets.Facts{}), w.arrive("three", anna.ID, tickets.Facts{})
		for _, id := range []helpdesk.ID{one, two, three} {
			w.answered(a, id)
		}
		w.add(a, one, tickets.DateFollowUp, "2026-02-27")
		w.add(a, one, tickets.DateAppeal, "2026-04-20")
		w.add(a, two, tickets.DateTravel, "2026-03-03")
		w.add(a, two, tickets.DateTalk, "2026-03-30")
		w.add(a, three, tickets.DateReporting, "2026-03-05")
		promised, err := w.room.Promise(w.ctx, a, three, on("2026-03-05"), "call the lawyer", true)
		w.ok(err)

		w.same("the team's", w.due(a, tasks.Scope{}), "appeal_last_day 49 #1, travel 1 #2, follow_up -3 #1, reporting 3 #3, promise 3 #3")
		w.same("mine", w.due(a, tasks.Scope{Mine: true}), "appeal_last_day 49 #1, follow_up -3 #1, reporting 3 #3, promise 3 #3")
		bo := w.hire("bo")
		w.same("mine and nobody's", w.due(a, tasks.Scope{Mine: true, Unowned: true}), w.due(a, tasks.Scope{}))
		w.same("a colleague's, and nobody's", w.due(w.as(bo), tasks.Scope{Mine: true, Unowned: true}), "travel 1 #2")
		w.same("a month", w.due(a, tasks.Scope{Ahead: 30}), "appeal_last_day 49 #1, travel 1 #2, follow_up -3 #1, reporting 3 #3, promise 3 #3, return_talk 28 #2")
		list, err := w.room.Due(w.ctx, a, tasks.Scope{Team: w.team})
		w.ok(err)
		w.same("later", list.Later, 1)
		w.same("why", list.Items[1].Why.Key, "task.why.travel")
		w.same("when", list.Items[1].When.Key, "task.when.tomorrow")
		w.same("overdue", list.Items[2].When, "{task.when.overdue [3]}")
		w.same("nobody has it", list.Items[1].Hints[0].Key, "task.hint.nobody")
		if _, err := w.room.Due(w.ctx, a, tasks.Scope{Team: helpdesk.NewID()}); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a foreign team: %v", err)
		}

		// Put off: what is only in order to do, and no promise.
		w.refused(w.room.Snooze(w.ctx, a, three, promised, on("2026-03-20")), "task.snooze.never")
		w.refused(w.room.Snooze(w.ctx, a, one, "", on("2026-03-02")), "task.past")
		w.ok(w.room.Snooze(w.ctx, a, one, "", on("2026-03-06")))
		w.same("put off", w.due(a, tasks.Scope{Mine: true, Ahead: 3}), "appeal_last_day 49 #1, reporting 3 #3, promise 3 #3")
		w.clock.Set(noon("2026-03-06"))
		a = w.as(anna)
		w.same("back", w.due(a, tasks.Scope{Mine: true, Ahead: 3}), "appeal_last_day 45 #1, reporting -1 #3, promise -1 #3, follow_up 0 #1, snooze 0 #1")

		items, _, err := w.room.Of(w.ctx, list.Items[0].Ticket, list.Items[0].Head)
		w.ok(err)
		w.same("on the ticket's page", len(items), 2)
	})
}

func TestAPromiseIsOneTheRosterCanKeep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02") // a Monday
		a := w.as(w.ada)
		id := w.arrive("x", w.ada.ID, tickets.Facts{})
		today, err := w.room.Today(w.ctx)
		w.ok(err)
		thursday := tasks.Next(today, time.Thursday)
		_, err = w.room.Promise(w.ctx, a, id, thursday, "an answer", false)
		w.refused(err, "task.promise.roster")
		w.ok(w.office.Set(w.ctx, "", office.Roster, "shift "+string(w.ada.ID)+" mail fri 10:00-16:00\n"))
		_, err = w.room.Promise(w.ctx, a, id, thursday, "an answer", false)
		w.refused(err, "task.promise.roster")
		w.ok(w.office.Set(w.ctx, "", office.Roster, "shift "+string(w.ada.ID)+" mail thu 10:00-16:00\n"))
		_, err = w.room.Promise(w.ctx, a, id, thursday, "an answer", false)
		w.ok(err)
		_, err = w.room.Promise(w.ctx, a, id, today.Add(-1), "yesterday", true)
		w.refused(err, "task.past")
		d := w.dateOf(a, id, tickets.DatePromise)
		w.same("promised", d.Day+" "+d.Note, "2026-03-05 an answer")
	})
}

func TestAnAnswerThatWillBeLateIsOnTheList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		w.arrive("x", w.ada.ID, tickets.Facts{})
		w.clock.Set(noon("2026-03-03").Add(-2 * time.Hour)) // 4 of 6 open hours
		a := w.as(w.ada)
		w.same("in time", w.due(a, tasks.Scope{}), "")
		w.clock.Pass(30 * time.Minute) // 10:30
		w.same("75 percent", w.due(a, tasks.Scope{}), "answer 0 #1")
		list, err := w.room.Due(w.ctx, a, tasks.Scope{})
		w.ok(err)
		w.same("when", list.Items[0].When.Key, "task.when.answer")
		w.clock.Pass(2 * time.Hour)
		list, err = w.room.Due(w.ctx, a, tasks.Scope{})
		w.ok(err)
		if i := list.Items[0]; i.When.Key != "task.when.late" || i.Step != tasks.StepOverdue || i.Wait.Open != 6*time.Hour+30*time.Minute {
			t.Errorf("late: %v %s %v", i.When, i.Step, i.Wait)
		}
	})
}

func TestPapersAndWhoLooksAfterTheAppeal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-29")
		a := w.as(w.ada)
		id := w.arrive("x", w.ada.ID, tickets.Facts{})
		w.refused(w.room.Papers(w.ctx, a, id, "some"), "task.papers.wrong")
		w.ok(w.room.Papers(w.ctx, a, id, tickets.PapersPart))
		w.refused(w.room.AppealBy(w.ctx, a, id, strings.Repeat("ب", 201)), "task.name")
		w.ok(w.room.AppealBy(w.ctx, a, id, "وکیل نوری 🌱"))
		_, err := w.room.Decision(w.ctx, a, id, on("2026-03-15"))
		w.ok(err)
		_, f := w.facts(a, id)
		l, err := w.room.Listen(w.ctx, f)
		w.ok(err)
		if !l.First || l.Left != 0 || l.Appeal.Key != "task.appeal.unconfirmed" || l.Appeal.Args[1] != "وکیل نوری 🌱" {
			t.Errorf("%v %d %s", l.First, l.Left, l.Appeal.Key)
		}
		if warning, warns := tasks.Advice(f, true); !warns || warning.Key != "task.papers.part" {
			t.Error("no warning before legal advice on a part of the papers")
		}
		w.clock.Set(noon("2026-03-30"))
		l, err = w.room.Listen(w.ctx, f)
		w.ok(err)
		w.same("fifteen days after", l.First, false)
	})
}

func TestDatesOfAJoinedTicketAreThoseOfTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		a := w.as(w.ada)
		one, two := w.arrive("one", w.ada.ID, tickets.Facts{}), w.arrive("two", w.ada.ID, tickets.Facts{})
		w.ok(w.tickets.Join(w.ctx, a, one, two))
		id := w.add(a, one, tickets.DateTravel, "2026-03-05")
		w.same("listed once", w.due(a, tasks.Scope{}), "travel 3 #2")
		w.ok(w.room.Done(w.ctx, a, one, id))
		if err := w.room.Done(w.ctx, a, two, helpdesk.NewID()); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a date that is not there: %v", err)
		}
		w.same("settled", w.due(a, tasks.Scope{}), "")
	})
}

func TestManySettledDatesMakeRoom(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), "2026-03-02")
	a := w.as(w.ada)
	id := w.arrive("x", w.ada.ID, tickets.Facts{})
	for range 50 {
		w.ok(w.room.Done(w.ctx, a, id, w.add(a, id, tickets.DateFollowUp, "2026-03-05")))
	}
	_, f := w.facts(a, id)
	w.same("kept", len(f.Dates), 40)
	_, err := w.room.Add(w.ctx, a, id, tasks.Plan{Kind: tickets.DatePromise, Day: on("2026-03-05")})
	w.refused(err, "task.kind")
}
