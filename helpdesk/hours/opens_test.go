package hours_test

import (
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk/hours"
)

// A page may say "opens on Friday" only when Friday is rostered.
func TestAnOpeningIsNamedOnlyWhenTheRosterKeepsIt(t *testing.T) {
	p := plan(t)
	stockholm := p.Zone("")
	at := func(day, clock string) time.Time {
		got, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, stockholm)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	from := at("2026-11-23", "17:00") // a Monday evening
	for name, row := range map[string]struct {
		roster, line string
		want         time.Time
	}{
		"nobody":           {"", "chat_everyone", time.Time{}},
		"one of two":       {fmt.Sprintf("shift %s chat_everyone mon-fri 10:00-16:00", anna), "chat_everyone", time.Time{}},
		"both on Friday":   {fmt.Sprintf("shift %s chat_everyone mon-fri 10:00-16:00\nshift %s chat_everyone fri 10:00-12:00", anna, bilal), "chat_everyone", at("2026-11-27", "10:00")},
		"the second later": {fmt.Sprintf("shift %s chat_everyone mon-fri 10:00-16:00\nshift %s chat_everyone tue 13:00-16:00", anna, bilal), "chat_everyone", at("2026-11-24", "13:00")},
		"away on that day": {fmt.Sprintf("shift %[1]s chat_everyone tue 10:00-16:00\nshift %[2]s chat_everyone tue 10:00-16:00\nabsent %[2]s 2026-11-24..2026-11-24", anna, bilal), "chat_everyone", at("2026-12-01", "10:00")},
		"needs nobody":     {"", "always", from},
		"no such line":     {"", "nowhere", time.Time{}},
		"in the evening":   {fmt.Sprintf("shift %s chat_detained daily 18:00-21:00\nshift %s chat_detained daily 18:00-21:00", anna, bilal), "chat_detained", at("2026-11-23", "18:00")},
	} {
		roster, err := hours.ReadRoster(row.roster)
		if err != nil {
			t.Fatal(name, err)
		}
		p.Roster = roster
		got, ok := p.Opens(row.line, from)
		if !got.Equal(row.want) || ok != !row.want.IsZero() {
			t.Errorf("%s: opens %v, %v; want %v", name, got, ok, row.want)
		}
	}
}
