package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Of week alone.
var (
	seedFlag    = flag.Uint64("seed", 2027, "week: where chance begins")
	pictureFlag = flag.String("picture", "", "week: the file its picture (SVG) goes to")
)

// week lives through a service's year in simulated days, once with the evening
// hours for who is detained and once without: the same people ask, as many
// hours are worked. Hours and routing are the program's own; there is no
// database.
func week(b *bench) {
	began := time.Now()
	var evening, day *year
	var both sync.WaitGroup
	both.Go(func() { evening = livedYear(b, *seedFlag, true) })
	both.Go(func() { day = livedYear(b, *seedFlag, false) })
	both.Wait()
	took := time.Since(began)
	before := tenfold * 7 * 24 * 60
	fmt.Print(evening.table("usual weeks, with evening hours", before))
	fmt.Print(day.table("usual weeks, without evening hours", before))
	fmt.Print(evening.table("the whole year with its tenfold week, with evening hours", minutes))
	fmt.Print(day.table("the whole year with its tenfold week, without evening hours", minutes))
	fmt.Print(evening.after("with evening hours"), day.after("without evening hours"))
	fmt.Print(plot("letters waiting at the end of each week, with evening hours", evening.weekly()))
	fmt.Print(plot("letters waiting at the end of each week, without", day.weekly()))
	if *pictureFlag != "" {
		b.check(os.WriteFile(*pictureFlag, []byte(picture(evening, day)), 0o644))
		also("picture", *pictureFlag)
	}
	row("two years in simulated days", fmt.Sprintf("%.1f s", took.Seconds()), "≤ 10 s")
}

func livedYear(b *bench, seed uint64, evening bool) *year {
	w := newService(b, evening)
	y := &year{service: w}
	y.live(w.people(rand.New(rand.NewPCG(seed, 8))))
	return y
}

// The audiences and ways of the table.
var (
	weekAudiences = []string{"everyone", "detained", "child"}
	weekWays      = []string{"mail", "talk"}
)

// waits of one audience by one way, of those who asked before a minute.
func (y *year) waits(audience, way string, before int) []time.Duration {
	var all []time.Duration
	for _, p := range y.done {
		if p.asked < before && p.audience() == audience && p.way() == way {
			all = append(all, time.Duration(p.answered-p.asked)*time.Minute)
		}
	}
	return all
}

func (y *year) table(name string, before int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "  %s\n  %-22s %9s %9s %14s %14s %14s\n", name, "audience, way", "contacts", "answered", "median wait", "90th percent.", "promises kept")
	for _, way := range weekWays {
		for _, audience := range weekAudiences {
			waits := y.waits(audience, way, before)
			promised, kept, asked := 0, 0, 0
			for _, p := range y.all {
				if p.asked >= before || p.audience() != audience || p.way() != way {
					continue
				}
				asked++
				if p.promised > 0 {
					promised++
					if p.answered > 0 && p.answered <= p.promised {
						kept++
					}
				}
			}
			share := "-"
			if promised > 0 {
				share = fmt.Sprintf("%.1f %%", 100*float64(kept)/float64(promised))
			}
			fmt.Fprintf(&s, "  %-22s %9d %9d %14s %14s %14s\n", audience+", "+way, asked, len(waits), long(percentile(waits, 50)), long(percentile(waits, 90)), share)
		}
	}
	return s.String() + "\n"
}

// after is what a table by audience cannot say.
func (y *year) after(name string) string {
	usual := slices.Clone(y.queue[:tenfold*7])
	slices.Sort(usual)
	return fmt.Sprintf("  %s: letters waiting at the end of a day usually %d, on nine days of ten at most %d; at most %d after the tenfold week, usual again after %s;\n"+
		"    talks nobody could take in time, which became letters: %d; who found no open line for a week and gave up: %d\n\n",
		name, usual[len(usual)/2], usual[len(usual)*9/10], slices.Max(y.queue), y.recovery(usual[len(usual)*9/10]), y.left, y.lost)
}

// recovery is how long after the tenfold week the queue is as it usually is.
func (y *year) recovery(usual int) string {
	for d := (tenfold + 1) * 7; d < len(y.queue); d++ {
		if y.queue[d] <= usual {
			return fmt.Sprintf("%d days", d-(tenfold+1)*7)
		}
	}
	return "more than the rest of the year"
}

func (y *year) weekly() []int {
	var all []int
	for d := 6; d < len(y.queue); d += 7 {
		all = append(all, y.queue[d])
	}
	return all
}

// long is a wait as people say it.
func long(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
	return fmt.Sprintf("%.1f days", d.Hours()/24)
}
