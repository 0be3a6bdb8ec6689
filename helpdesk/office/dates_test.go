package office_test

import (
	"slices"
	"testing"

	"returnsupport/helpdesk/office"
)

func TestDatesAreCountedByWhatTheHouseSays(t *testing.T) {
	each(t, func(w *world) {
		got, err := w.office.Dates(w.ctx)
		if err != nil || got.AppealDays != 21 || !slices.Equal(got.LeaveWeeks, []int{2, 4}) || got.ListenDays != 14 || got.AlarmPercent != 75 {
			w.t.Fatalf("%+v, %v", got, err)
		}
		for _, wrong := range []string{"", "4 2", "2  4", "two", "0", "02", "1 2 3 4", "2 2", "53"} {
			w.refused(w.office.Set(w.ctx, "", office.LeaveWeeks, wrong), "setting.invalid")
		}
		w.must(w.office.Set(w.ctx, "", office.LeaveWeeks, "3"))
		if got, err = w.office.Dates(w.ctx); err != nil || !slices.Equal(got.LeaveWeeks, []int{3}) {
			w.t.Errorf("%v, %v", got.LeaveWeeks, err)
		}
	})
}
