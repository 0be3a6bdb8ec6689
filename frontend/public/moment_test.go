package public

import (
	"slices"
	"testing"
	"time"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/hours"
)

func TestMomentsAreSaidAsPeopleSayThem(t *testing.T) {
	c, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 4, 11, 30, 0, 0, zone) // a Wednesday
	w := c.Words("en", now, zone)
	for _, row := range []struct {
		at   time.Time
		want string
	}{
		{now.Add(2 * time.Hour), "today at 13:30"},
		{now.AddDate(0, 0, 1), "tomorrow at 11:30"},
		{now.AddDate(0, 0, 2), "Friday at 11:30"},
		{now.AddDate(0, 0, 6), "Tuesday at 11:30"},
		{now.AddDate(0, 0, 7), "Wednesday 11 Mar at 11:30"},
		{now.Add(-26 * time.Hour), "Tuesday 3 Mar at 09:30"},
		{time.Date(2026, 3, 5, 0, 15, 0, 0, zone), "tomorrow at 00:15"},
		// The night the clocks go forward has 23 hours and is one day.
		{time.Date(2026, 3, 29, 3, 0, 0, 0, zone), "Sunday 29 Mar at 03:00"},
	} {
		if got := moment(w, row.at.UTC()); got != row.want {
			t.Errorf("%v: %q, want %q", row.at, got, row.want)
		}
	}
	night := c.Words("en", time.Date(2026, 3, 28, 23, 30, 0, 0, zone), zone)
	if got := moment(night, time.Date(2026, 3, 29, 22, 30, 0, 0, zone)); got != "tomorrow at 22:30" {
		t.Error(got)
	}
}

func TestAWeekJoinsDaysThatAreAlike(t *testing.T) {
	c, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := hours.Read(hours.Default)
	if err != nil {
		t.Fatal(err)
	}
	zone := plan.Zone("general_line")
	monday := time.Date(2026, 3, 2, 8, 0, 0, 0, zone)
	w := c.Words("en", monday, zone)
	for line, want := range map[string][]string{
		"advice_phone":  {"Wednesday 09:00–12:00"},
		"general_line":  {"Monday–Friday 10:00–12:00, 13:00–16:00"},
		"chat_detained": {"Monday–Sunday 18:00–21:00"},
	} {
		if got := w.Week(plan.Week(line, monday)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	// Asked on a Thursday, the week begins there.
	if got := w.Week(plan.Week("general_line", monday.AddDate(0, 0, 3))); len(got) != 2 {
		t.Errorf("%q", got)
	}
}
