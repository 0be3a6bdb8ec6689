package hours

import (
	"sync"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/se"
)

// The years for which holidays are known. Dates in texts must lie in them.
const firstYear, lastYear = 2000, 2100

// holidays are Sweden's public holidays (lag 1989:253), Sundays aside, and the
// key under which catalogues name each ("hours.day." before it).
var holidays = []struct {
	key string
	day *cal.Holiday
}{
	{"new_years_day", se.Nyarsdagen},
	{"epiphany", se.TrettondedagJul},
	{"good_friday", se.Langfredagen},
	{"easter_day", se.Paskdagen},
	{"easter_monday", se.AnnandagPask},
	{"first_of_may", se.ForstaMaj},
	{"ascension_day", se.KristiHimmelfardsdag},
	{"pentecost", se.Pingstdagen},
	{"national_day", se.Nationaldagen},
	{"midsummer_day", se.Midsommardagen},
	{"all_saints_day", se.AllaHelgonsDag},
	{"christmas_day", se.Juldagen},
	{"boxing_day", se.AnnandagJul},
}

// eves are the days before that many workplaces close on; which of them count
// here is the plan's to say.
var eves = []struct {
	key    string
	day    *cal.Holiday
	before int // days before it
}{
	{"epiphany_eve", se.TrettondedagJul, 1},
	{"maundy_thursday", se.Langfredagen, 1},
	{"easter_eve", se.Paskdagen, 1},
	{"walpurgis_eve", se.ForstaMaj, 1},
	{"pentecost_eve", se.Pingstdagen, 1},
	{"midsummer_eve", se.Midsommardagen, 1},
	{"all_saints_eve", se.AllaHelgonsDag, 1},
	{"christmas_eve", se.Juldagen, 1},
	{"new_years_eve", se.Nyarsafton, 0},
}

// Eves lists the keys of all eves a plan may count.
func Eves() []string {
	keys := make([]string, len(eves))
	for i, e := range eves {
		keys[i] = e.key
	}
	return keys
}

// named holds every holiday and eve of the known years; made once.
var named = sync.OnceValue(func() (all struct{ holiday, eve map[Date]string }) {
	all.holiday, all.eve = map[Date]string{}, map[Date]string{}
	put := func(m map[Date]string, t time.Time, before int, key string) {
		// The library says midnight in the machine's zone, which may be one that
		// skips a midnight: its noon is surely on the day. Where two fall on one
		// day the first in the list names it.
		if d := DateOf(t.Add(12 * time.Hour)).Add(-before); m[d] == "" {
			m[d] = key
		}
	}
	for year := firstYear; year <= lastYear; year++ {
		for _, h := range holidays {
			actual, _ := h.day.Calc(year)
			put(all.holiday, actual, 0, h.key)
		}
		for _, e := range eves {
			actual, _ := e.day.Calc(year)
			put(all.eve, actual, e.before, e.key)
		}
	}
	return all
})

// Holiday is the key of the public holiday, or of the eve that counts here, on
// a day; "" on others.
func (p Plan) Holiday(d Date) string {
	if key := named().holiday[d]; key != "" {
		return key
	}
	eve := named().eve[d]
	for _, key := range p.Eves {
		if key == eve {
			return eve
		}
	}
	return ""
}
