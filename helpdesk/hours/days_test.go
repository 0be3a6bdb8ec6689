package hours_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/hours"
)

// TestHolidaysOfTwoYears: the dates as printed calendars have them.
func TestHolidaysOfTwoYears(t *testing.T) {
	every := hours.Plan{Eves: hours.Eves()}
	for year, want := range map[int]string{
		2026: `01-01 new_years_day
01-05 epiphany_eve
01-06 epiphany
04-02 maundy_thursday
04-03 good_friday
04-04 easter_eve
04-05 easter_day
04-06 easter_monday
04-30 walpurgis_eve
05-01 first_of_may
05-14 ascension_day
05-23 pentecost_eve
05-24 pentecost
06-06 national_day
06-19 midsummer_eve
06-20 midsummer_day
10-30 all_saints_eve
10-31 all_saints_day
12-24 christmas_eve
12-25 christmas_day
12-26 boxing_day
12-31 new_years_eve
`,
		2027: `01-01 new_years_day
01-05 epiphany_eve
01-06 epiphany
03-25 maundy_thursday
03-26 good_friday
03-27 easter_eve
03-28 easter_day
03-29 easter_monday
04-30 walpurgis_eve
05-01 first_of_may
05-06 ascension_day
05-15 pentecost_eve
05-16 pentecost
06-06 national_day
06-25 midsummer_eve
06-26 midsummer_day
11-05 all_saints_eve
11-06 all_saints_day
12-24 christmas_eve
12-25 christmas_day
12-26 boxing_day
12-31 new_years_eve
`,
	} {
		var got strings.Builder
		for d := (hours.Date{Year: year, Month: time.January, Day: 1}); d.Year == year; d = d.Add(1) {
			if key := every.Holiday(d); key != "" {
				fmt.Fprintf(&got, "%02d-%02d %s\n", d.Month, d.Day, key)
			}
		}
		if got.String() != want {
			t.Errorf("%d:\n%s", year, got.String())
		}
	}
}

func TestAnEveCountsOnlyWhereThePlanSaysSo(t *testing.T) {
	d := hours.Date{Year: 2026, Month: time.June, Day: 19}
	if key := (hours.Plan{}).Holiday(d); key != "" {
		t.Errorf("%s counts unasked", key)
	}
	if key := (hours.Plan{Eves: []string{"christmas_eve"}}).Holiday(d); key != "" {
		t.Errorf("%s counts for another", key)
	}
	if key := (hours.Plan{Eves: []string{"midsummer_eve"}}).Holiday(d); key != "midsummer_eve" {
		t.Errorf("%q", key)
	}
}
