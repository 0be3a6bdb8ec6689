package tasks_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestWhoIsNamedIsToldOnceAndNotAtNight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-18")
		anna, bo, cem := w.hire("anna"), w.hire("bo"), w.hire("cem")
		w.ok(w.office.Set(w.ctx, "", office.Profiles, string(bo.ID)+" | sv | - | - | - | - | - | quiet 11:00-13:00\n"+string(cem.ID)+" | sv | - | - | - | - | - | never\n"))
		id := w.arrive("x", anna.ID, tickets.Facts{})
		a := w.as(anna)
		_, err := w.tickets.Note(w.ctx, a, id, "@ada @bo @cem kanin", "1", w.ada.ID, bo.ID, cem.ID)
		w.ok(err)
		w.same("at noon", w.round(), "ada named")
		w.same("a second look", w.round(), "")
		w.clock.Pass(70 * time.Minute)
		w.same("after quiet hours", w.round(), "bo named")
		a = w.as(anna)
		w.ok(w.tickets.Consult(w.ctx, a, id, tickets.Question{User: w.ada.ID, Text: "kanin", Until: w.clock.Now().Add(24 * time.Hour)}))
		w.ok(w.tickets.AskDebrief(w.ctx, a, bo.ID, tickets.DebriefNow, ""))
		w.same("asked", w.round(), "ada named, bo named")
		w.same("and no more", w.round(), "")
	})
}
