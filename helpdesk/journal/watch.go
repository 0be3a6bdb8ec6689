package journal

import (
	"cmp"
	"slices"
	"time"

	"returnsupport/helpdesk"
)

// VerbOwnName is a search for the searcher's own surname. The words themselves
// are written nowhere.
const VerbOwnName = "search.own_name"

// Reason is why a line is pointed out to the coordinators.
type Reason string

// The reasons, the gravest first. None is an accusation: each is worth a
// question.
const (
	OwnName Reason = "own_name" // searched for their own surname: perhaps a relative
	Many    Reason = "many"     // opened far more in an hour than they usually do
	Foreign Reason = "foreign"  // opened tickets of a team they are not in: it was lent to them
	Others  Reason = "others"   // opened several that colleagues look after, and did nothing in them
	Hours   Reason = "hours"    // at a time when they usually do not work
)

var reasons = []Reason{OwnName, Many, Foreign, Others, Hours}

// Deed is one line as the watch looks at it: an opening, or a search.
type Deed struct {
	At      time.Time
	Actor   helpdesk.ID
	Object  helpdesk.ID // what counts as one; "" for a search
	Search  bool        // for their own surname
	Others  bool        // of a ticket that a colleague looks after, in which they did nothing
	Foreign bool        // of a team they are not in
}

// Unusual is something pointed out.
type Unusual struct {
	Reason  Reason
	Actor   helpdesk.ID
	At      time.Time     // the first of it
	Count   int           // different objects, or searches
	Usual   int           // of Many: in the busiest hour of a usual day; 0 while nobody knows
	Objects []helpdesk.ID // in the order of their opening
}

// What the watch goes by. Days are those on which somebody opened anything.
const (
	usualDays  = 28 // before the day that is looked at
	knownDays  = 5  // from so many on a colleague's usual is known
	manyLeast  = 10 // in an hour, where the usual is known
	manyTimes  = 3  // as many as usual
	manyAlways = 20 // in an hour, where it is not
	othersMost = 2  // a look at a colleague's ticket or two is daily work
	hoursSeen  = 3  // days with work at about that hour make it usual
	dayBegins  = 7
	dayEnds    = 20
)

// UsualBefore is how far before the first day of interest the deeds must reach.
const UsualBefore = usualDays * 24 * time.Hour

// Watch points out what is unusual since an instant. The deeds should reach
// back UsualBefore: what a colleague did then is their usual. Days and hours
// are those of zone.
func Watch(deeds []Deed, since time.Time, zone *time.Location) []Unusual {
	deeds = slices.Clone(deeds)
	slices.SortStableFunc(deeds, func(a, b Deed) int { return a.At.Compare(b.At) })
	of := map[helpdesk.ID][]Deed{}
	for _, d := range deeds {
		if d.Actor != "" {
			of[d.Actor] = append(of[d.Actor], d)
		}
	}
	var out []Unusual
	for _, all := range of {
		out = append(out, watchOne(all, since, zone)...)
	}
	slices.SortFunc(out, func(a, b Unusual) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(slices.Index(reasons, a.Reason), slices.Index(reasons, b.Reason)), cmp.Compare(a.Actor, b.Actor))
	})
	return out
}

// workDay is what somebody did on one date.
type workDay struct {
	date    time.Time // midnight
	deeds   []Deed
	busiest busy
}

func (d *workDay) weekend() bool {
	return d.date.Weekday() == time.Saturday || d.date.Weekday() == time.Sunday
}

// watchOne looks at one colleague's deeds, in their order.
func watchOne(deeds []Deed, since time.Time, zone *time.Location) []Unusual {
	var days []*workDay
	for _, d := range deeds {
		y, m, day := d.At.In(zone).Date()
		date := time.Date(y, m, day, 0, 0, 0, 0, zone)
		if len(days) == 0 || !days[len(days)-1].date.Equal(date) {
			days = append(days, &workDay{date: date})
		}
		days[len(days)-1].deeds = append(days[len(days)-1].deeds, d)
	}
	for _, d := range days {
		d.busiest = busiestHour(d.deeds)
	}
	var out []Unusual
	for n, day := range days {
		if day.deeds[len(day.deeds)-1].At.Before(since) {
			continue
		}
		before := days[:n]
		for len(before) > 0 && before[0].date.Before(day.date.AddDate(0, 0, -usualDays)) {
			before = before[1:]
		}
		out = append(out, ownName(day)...)
		out = append(out, many(day, before)...)
		out = append(out, marked(day, Foreign, 0, func(d Deed) bool { return d.Foreign })...)
		out = append(out, marked(day, Others, othersMost, func(d Deed) bool { return d.Others && !d.Foreign })...)
		out = append(out, marked(day, Hours, 0, func(d Deed) bool { return !d.Search && oddHour(d.At.In(zone).Hour(), day, before, zone) })...)
	}
	return slices.DeleteFunc(out, func(u Unusual) bool { return u.At.Before(since) })
}

func ownName(day *workDay) []Unusual {
	var out []Unusual
	for _, d := range day.deeds {
		if d.Search {
			out = append(out, Unusual{Reason: OwnName, Actor: d.Actor, At: d.At, Count: 1})
		}
	}
	return out
}

// busy is an hour and what was opened in it.
type busy struct {
	at      time.Time
	objects []helpdesk.ID
}

// busiestHour is the hour, beginning with an opening, in which most different
// objects were opened.
func busiestHour(deeds []Deed) busy {
	var out busy
	for i, first := range deeds {
		if first.Search {
			continue
		}
		in := busy{at: first.At}
		for _, d := range deeds[i:] {
			if d.At.Sub(first.At) >= time.Hour {
				break
			}
			if !d.Search && !slices.Contains(in.objects, d.Object) {
				in.objects = append(in.objects, d.Object)
			}
		}
		if len(in.objects) > len(out.objects) {
			out = in
		}
	}
	return out
}

// many compares a day's busiest hour with those of the days before: with the
// one in their middle, so that a single busy day makes no usual.
func many(day *workDay, before []*workDay) []Unusual {
	var hours []int
	for _, d := range before {
		if n := len(d.busiest.objects); n > 0 {
			hours = append(hours, n)
		}
	}
	n, usual := len(day.busiest.objects), 0
	if len(hours) >= knownDays {
		slices.Sort(hours)
		usual = hours[len(hours)/2]
	}
	if usual == 0 && n < manyAlways || usual > 0 && (n < manyLeast || n <= manyTimes*usual) {
		return nil
	}
	return []Unusual{{Reason: Many, Actor: day.deeds[0].Actor, At: day.busiest.at, Count: n, Usual: usual, Objects: day.busiest.objects}}
}

// marked are the openings of a day that something is said of, as one, where
// they are more than so many.
func marked(day *workDay, why Reason, most int, of func(Deed) bool) []Unusual {
	u := Unusual{Reason: why, Actor: day.deeds[0].Actor}
	for _, d := range day.deeds {
		if d.Search || !of(d) || slices.Contains(u.Objects, d.Object) {
			continue
		}
		if len(u.Objects) == 0 {
			u.At = d.At
		}
		u.Objects = append(u.Objects, d.Object)
	}
	if u.Count = len(u.Objects); u.Count <= most {
		return nil
	}
	return []Unusual{u}
}

// oddHour: at night or at a weekend, and not as they usually do.
func oddHour(hour int, day *workDay, before []*workDay, zone *time.Location) bool {
	if !day.weekend() && hour >= dayBegins && hour < dayEnds {
		return false
	}
	seen := 0
	for _, b := range before {
		if b.weekend() == day.weekend() && slices.ContainsFunc(b.deeds, func(d Deed) bool {
			away := (d.At.In(zone).Hour() - hour + 24) % 24
			return away <= 1 || away == 23
		}) {
			seen++
		}
	}
	return seen < hoursSeen
}
