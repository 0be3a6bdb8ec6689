package workspace

import (
	"testing"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
)

// TestATicketDueTodayIsNotLate: a due day is a date, and the counsellors' own
// midnight ends it.
func TestATicketDueTodayIsNotLate(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC)
	for now, want := range map[string]string{
		"2026-12-02T12:00:00Z": "warn",
		"2026-12-03T08:00:00Z": "warn",
		"2026-12-03T22:59:00Z": "warn",
		"2026-12-03T23:01:00Z": "danger", // past midnight in Stockholm
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		w := frontend.Words{Words: words.Words("en", at, stockholm)}
		if got := dueChip(w, day).Kind; got != want {
			t.Errorf("at %s: %s, want %s", now, got, want)
		}
	}
}
