package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
)

// wednesday is the day that is looked at; the watch begins at its midnight.
var wednesday = time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)

// opened are openings of different objects, a minute apart.
func opened(day, hour, n int) []journal.Deed {
	var out []journal.Deed
	for i := range n {
		at := wednesday.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour + time.Duration(i)*time.Minute)
		out = append(out, journal.Deed{At: at, Actor: "bea", Object: helpdesk.ID(fmt.Sprintf("%d-%d-%d", day, hour, i))})
	}
	return out
}

// usual is what somebody does on so many working days before.
func usual(days, hour, n int) []journal.Deed {
	var out []journal.Deed
	for d := -1; days > 0; d-- {
		if w := wednesday.AddDate(0, 0, d).Weekday(); w != time.Saturday && w != time.Sunday {
			out, days = append(out, opened(d, hour, n)...), days-1
		}
	}
	return out
}

func with(deeds []journal.Deed, change func(*journal.Deed)) []journal.Deed {
	for i := range deeds {
		change(&deeds[i])
	}
	return deeds
}

func others(d *journal.Deed)  { d.Others = true }
func foreign(d *journal.Deed) { d.Foreign = true }
func search(d *journal.Deed)  { d.Search, d.Object = true, "" }

func TestWhatIsUnusualIsPointedOut(t *testing.T) {
	saturday := 3
	for name, c := range map[string]struct {
		deeds []journal.Deed
		want  string // reason, count, usual
	}{
		"nothing":     {nil, ""},
		"a usual day": {append(usual(10, 9, 6), opened(0, 9, 6)...), ""},
		"three times as many as usual is a busy day":      {append(usual(10, 9, 6), opened(0, 9, 18)...), ""},
		"more than that is pointed out":                   {append(usual(10, 9, 6), opened(0, 9, 19)...), "many 19 6"},
		"nine are never many":                             {append(usual(10, 9, 1), opened(0, 9, 9)...), ""},
		"ten of somebody who opens one are":               {append(usual(10, 9, 1), opened(0, 9, 10)...), "many 10 1"},
		"who opens much opens much":                       {append(usual(10, 9, 30), opened(0, 9, 40)...), ""},
		"one busy day before makes no usual":              {append(append(usual(9, 9, 3), opened(-27, 9, 50)...), opened(0, 9, 12)...), "many 12 3"},
		"what was long ago is no usual":                   {append(with(usual(10, 9, 30), func(d *journal.Deed) { d.At = d.At.AddDate(0, 0, -60) }), opened(0, 9, 20)...), "many 20 0"},
		"of a newcomer nobody knows the usual":            {opened(0, 9, 19), ""},
		"but twenty in an hour are many":                  {opened(0, 9, 20), "many 20 0"},
		"twenty over a day are not":                       {append(opened(0, 9, 10), opened(0, 11, 10)...), ""},
		"an hour begins anywhere":                         {append(opened(0, 9, 30)[20:], opened(0, 10, 10)...), "many 20 0"},
		"the same one again is one":                       {with(opened(0, 9, 40), func(d *journal.Deed) { d.Object = "same" }), ""},
		"two tickets of colleagues are daily work":        {with(opened(0, 9, 2), others), ""},
		"three are not":                                   {with(opened(0, 9, 3), others), "others 3 0"},
		"the same one three times is":                     {with(with(opened(0, 9, 3), others), func(d *journal.Deed) { d.Object = "same" }), ""},
		"another team's, by what was lent":                {with(opened(0, 9, 1), foreign), "foreign 1 0"},
		"is not said twice":                               {with(with(opened(0, 9, 3), foreign), others), "foreign 3 0"},
		"their own name":                                  {with(opened(0, 9, 1), search), "own_name 1 0"},
		"searching is no opening":                         {with(opened(0, 2, 1), search), "own_name 1 0"},
		"at night":                                        {opened(0, 2, 2), "hours 2 0"},
		"seven in the morning is no night":                {opened(0, 7, 1), ""},
		"eight in the evening is":                         {opened(0, 20, 1), "hours 1 0"},
		"who works in the evening works in the evening":   {append(usual(3, 20, 2), opened(0, 21, 1)...), ""},
		"two such evenings are none":                      {append(usual(2, 20, 2), opened(0, 20, 1)...), "hours 1 0"},
		"around midnight counts as the same hour":         {append(usual(3, 23, 2), opened(0, 0, 1)...), ""},
		"at a weekend":                                    {opened(saturday, 11, 1), "hours 1 0"},
		"who works on weekdays does not work at weekends": {append(usual(10, 11, 1), opened(saturday, 11, 1)...), "hours 1 0"},
		"who works at weekends does":                      {append(append(opened(-4, 11, 1), append(opened(-3, 11, 1), opened(-11, 11, 1)...)...), opened(saturday, 11, 1)...), ""},
		"the house's own deeds are nobody's":              {with(opened(0, 2, 30), func(d *journal.Deed) { d.Actor = "" }), ""},
		"what was before is over":                         {with(opened(-1, 2, 30), foreign), ""},
		"two reasons are two":                             {with(opened(0, 3, 20), foreign), "many 20 0, foreign 20 0, hours 20 0"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, u := range journal.Watch(c.deeds, wednesday, time.UTC) {
				got = append(got, fmt.Sprintf("%s %d %d", u.Reason, u.Count, u.Usual))
				if u.Actor != "bea" || u.At.Before(wednesday) || len(u.Objects) != u.Count && u.Reason != journal.OwnName {
					t.Errorf("%+v", u)
				}
			}
			if got := strings.Join(got, ", "); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestOneColleaguesUsualIsNobodyElses(t *testing.T) {
	deeds := append(usual(10, 9, 30), with(append(usual(10, 9, 2), opened(0, 9, 15)...), func(d *journal.Deed) { d.Actor = "cleo" })...)
	got := journal.Watch(deeds, wednesday, time.UTC)
	if len(got) != 1 || got[0].Actor != "cleo" || got[0].Usual != 2 {
		t.Errorf("%+v", got)
	}
}

func TestTheWatchCountsHoursByTheClockOnTheWall(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	// 06:30 in Greenwich is 07:30 in Stockholm.
	if got := journal.Watch(with(opened(0, 6, 1), func(d *journal.Deed) { d.At = d.At.Add(30 * time.Minute) }), wednesday, zone); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
