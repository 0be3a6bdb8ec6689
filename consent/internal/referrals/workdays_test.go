package referrals

import (
	"testing"
	"time"
)

func TestAnAnswerIsDueInTheRecipientsWorkingDays(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	holiday := func(day time.Time) bool { return day.Month() == time.January && day.Day() == 6 }
	for _, c := range []struct {
		name, country string
		p             Priority
		asked, due    string
	}{
		{"a Tuesday, a day", "SE", Emergency, "2026-03-03 10:00", "2026-03-04 10:00"},
		{"a Friday, a day", "SE", Emergency, "2026-03-06 15:00", "2026-03-09 15:00"},
		{"a Saturday, a day", "SE", Emergency, "2026-03-07 15:00", "2026-03-10 00:00"},
		{"a Thursday in Baghdad", "IQ", Emergency, "2026-03-05 15:00", "2026-03-08 15:00"},
		{"a Wednesday in Kabul", "AF", Emergency, "2026-03-04 15:00", "2026-03-07 15:00"},
		{"three days over a weekend", "SE", Urgent, "2026-03-05 09:00", "2026-03-10 09:00"},
		{"fourteen working days", "SE", Normal, "2026-03-02 09:00", "2026-03-20 09:00"},
		{"a holiday does not count", "SE", Emergency, "2026-01-05 12:00", "2026-01-07 12:00"},
		{"the clocks go forward", "SE", Emergency, "2026-03-27 12:00", "2026-03-30 12:00"},
	} {
		if got := AnswerDue(c.p, at(c.asked), c.country, zone, holiday); !got.Equal(at(c.due)) {
			t.Errorf("%s: %s, want %s", c.name, got.In(zone).Format("2006-01-02 15:04"), c.due)
		}
	}
	never := AnswerDue(Emergency, at("2026-03-03 10:00"), "SE", zone, func(time.Time) bool { return true })
	if never.Before(at("2027-03-03 10:00")) || never.After(at("2027-05-03 10:00")) {
		t.Errorf("a calendar that is always closed: %s", never)
	}
}
