package registers_test

import (
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/registers"
)

func TestARequestHasAMonthAndTwoMoreWithAReason(t *testing.T) {
	each(t, func(w *world) {
		for day, want := range map[string][2]string{
			"2026-03-03": {"2026-04-03", "2026-06-03"}, "2026-01-31": {"2026-02-28", "2026-04-30"}, "2025-11-30": {"2025-12-30", "2026-02-28"},
		} {
			asked, err := time.Parse(time.DateOnly, day)
			w.must(err)
			w.at = asked.Add(12 * time.Hour)
			id, err := w.room.Ask(w.ctx, w.bea, registers.Asked{Kind: "access", Who: "Nadia", What: "all", Channel: "letter", Day: asked})
			w.must(err)
			find := func() registers.Request {
				all, err := w.room.Requests(w.ctx, w.ada)
				w.must(err)
				for _, q := range all {
					if q.ID == id {
						return q
					}
				}
				w.Fatal("not in the register")
				return registers.Request{}
			}
			if q := find(); q.Due.Format(time.DateOnly) != want[0] || q.Late || q.Who != "Nadia" {
				t.Errorf("%s: due %s", day, q.Due)
			}
			w.refused(w.room.Extend(w.ctx, w.ada, id, " "), "right.why")
			w.must(w.room.Extend(w.ctx, w.ada, id, "many conversations"))
			w.refused(w.room.Extend(w.ctx, w.ada, id, "more"), "right.done")
			if q := find(); q.Due.Format(time.DateOnly) != want[1] || q.State != registers.RequestExtended {
				t.Errorf("%s: longer until %s", day, q.Due)
			}
			if err := w.room.Answer(w.ctx, w.bea, id, true, "sent"); !errors.Is(err, helpdesk.ErrDenied) {
				t.Error(err)
			}
			w.must(w.room.Answer(w.ctx, w.cora, id, true, "sent"))
			w.refused(w.room.Answer(w.ctx, w.cora, id, false, "no"), "right.done")
			if q := find(); !q.Due.IsZero() || q.Answer != "sent" || q.State != registers.RequestAnswered {
				t.Errorf("%s: %s", day, q.State)
			}
		}
	})
}

func TestARequestIsLateWhenItsLastDayIsOverInStockholm(t *testing.T) {
	each(t, func(w *world) {
		id, err := w.room.Ask(w.ctx, w.bea, registers.Asked{Kind: "erasure", Who: "x", What: "y", Channel: "phone", Day: w.at})
		w.must(err)
		for at, late := range map[string]int{"2026-04-04T21:59:59Z": 0, "2026-04-04T22:00:00Z": 1} {
			w.at, err = time.Parse(time.RFC3339, at)
			w.must(err)
			if got, err := w.room.Late(w.ctx); err != nil || got.Requests != late {
				t.Errorf("%s: %+v %v", at, got, err)
			}
		}
		w.at = w.at.AddDate(0, 1, 0)
		w.refused(w.room.Extend(w.ctx, w.ada, id, "too late"), "right.late")
		w.must(w.room.Answer(w.ctx, w.ada, id, false, "not ours"))
		_, err = w.room.Ask(w.ctx, w.bea, registers.Asked{Kind: "erasure", Who: "x", What: "y", Channel: "phone", Day: w.at.AddDate(0, 0, 2)})
		w.refused(err, "right.day")
		_, err = w.room.Ask(w.ctx, w.bea, registers.Asked{Kind: "everything", Who: "x", What: "y", Channel: "phone", Day: w.at})
		w.refused(err, "right.empty")
	})
}

// A request is pointed out from two weeks before its last day is over until it
// is, and not once it is answered. An incident has its own clock.
func TestARequestIsSoonDueForItsLastTwoWeeks(t *testing.T) {
	each(t, func(w *world) {
		w.incident(w.bea)
		day := time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
		w.at = day.Add(12 * time.Hour)
		id, err := w.room.Ask(w.ctx, w.bea, registers.Asked{Kind: "access", Who: "Nadia", What: "all", Channel: "letter", Day: day})
		w.must(err)
		over := time.Date(2026, 4, 3, 22, 0, 0, 0, time.UTC) // midnight of 3 April in Stockholm
		soon := func(at time.Time, want int) {
			t.Helper()
			w.at = at
			if n, err := w.room.Soon(w.ctx); err != nil || n != want {
				t.Errorf("at %s: %d %v", at, n, err)
			}
		}
		soon(day.Add(12*time.Hour), 0)
		soon(over.AddDate(0, 0, -registers.SoonDays).Add(-time.Minute), 0)
		soon(over.AddDate(0, 0, -registers.SoonDays), 1)
		soon(over.Add(-time.Minute), 1)
		soon(over, 0)
		w.at = over.Add(-time.Hour)
		w.must(w.room.Answer(w.ctx, w.ada, id, true, "sent a copy"))
		soon(w.at, 0)
	})
}
