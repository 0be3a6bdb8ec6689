package tasks_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// TestAClockThatJumpsAnHourTellsNothingTwiceAndForgetsNoPromise.
func TestAClockThatJumpsAnHourTellsNothingTwiceAndForgetsNoPromise(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, "2026-03-02")
		anna := w.hire("anna")
		w.arrive("first", anna.ID, tickets.Facts{})
		w.clock.Set(noon("2026-03-03").Add(-2 * time.Hour)) // half an hour before the alarm
		w.same("too early", w.round(), "")
		w.clock.Pass(-time.Hour)
		w.same("set back before it is told", w.round(), "")
		w.clock.Pass(2 * time.Hour)
		w.same("set forward over it", w.round(), "anna waiting")
		w.clock.Pass(-time.Hour)
		w.same("set back after it was told", w.round(), "")
		w.clock.Pass(time.Hour)
		w.same("and again", w.round(), "")

		// What is promised later is told as ever.
		w.arrive("second", anna.ID, tickets.Facts{})
		w.clock.Set(noon("2026-03-04"))
		w.same("the next", w.round(), "anna waiting")
		w.same("told in all", w.tellings(), 2)
	})
}
