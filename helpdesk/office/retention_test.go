package office_test

import (
	"maps"
	"testing"

	"returnsupport/helpdesk/office"
)

func TestRulesOfKeepingFromBeforeAKindWasThereKeepIt(t *testing.T) {
	each(t, func(w *world) {
		w.refused(w.office.Set(w.ctx, "actor", office.Retention, "tickets | 12\nattachments | 6\njournal | 60"), "setting.retention_all")
		w.must(w.office.Set(w.ctx, "actor", office.Retention,
			"tickets | 12\nmessages | keep\nattachments | 6\noriginals | 2\njournal | 60\nfigures | 9\nserver | erase"))
		keep, err := w.office.Retention(w.ctx)
		w.must(err)
		want := map[string]int{office.KeepTickets: 12, office.KeepMessages: 0, office.KeepAttachments: 6, office.KeepOriginals: 2, office.KeepJournal: 60, office.KeepFigures: 9}
		if !maps.Equal(keep.Months, want) || !keep.AtServer || !keep.Decided {
			t.Errorf("%+v", keep)
		}
	})
}
