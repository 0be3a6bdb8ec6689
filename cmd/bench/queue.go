package main

import (
	"flag"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Of the queue and the claims alone: to try them at less than the whole size.
var (
	ticketsFlag = flag.Int("tickets", 1_000_000, "queue: tickets in all; one in fifty is open")
	claimsFlag  = flag.Int("claims", 2_000, "claim: tickets to take")
)

// fewTickets is the size a page at the whole size is compared with.
const fewTickets = 4_000

// queue measures standing queues as a browser gets them (session, query, titles
// opened, template, over loopback), and filters as the desk answers them, at a
// few thousand tickets and at a million.
func queue(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		if *onFlag != "" && !strings.HasPrefix(strings.ToLower(engine), *onFlag) {
			continue
		}
		var small time.Duration
		for _, size := range slices.Compact([]int{fewTickets, max(*ticketsFlag, fewTickets)}) {
			i := b.install(fmt.Sprintf("queue-%s-%d", engine, size), b.fresh(engine))
			h := b.fillQueue(i, size)
			name := fmt.Sprintf("%s, %d tickets", engine, size)
			also(name+": filled in", h.took.Round(time.Second).String())
			blind, settled := b.standing(i)
			row(name+": a page settled", spread(settled), "p50 ≤ 12 ms, p99 ≤ 40 ms")
			row(name+": first blind page", ms(percentile(blind, 50))+", worst "+ms(percentile(blind, 100)), "≤ 80 ms")
			if small == 0 {
				small = percentile(settled, 50)
			} else {
				row(engine+": a page beside that of "+fmt.Sprint(fewTickets), fmt.Sprintf("%.2f times", float64(percentile(settled, 50))/float64(small)), "≤ 1.5 times")
			}
			h.filters(name)
			h.r.close()
		}
	}
}

func (b *bench) standing(i *installation) (blind, settled []time.Duration) {
	r := i.serve()
	defer r.kill()
	return b.pages(b.signIn(r, i))
}

// pages turns twenty pages nobody has opened yet, and then the same ones and
// the first of each other queue again and again.
func (b *bench) pages(w *browser) (blind, settled []time.Duration) {
	paths := []string{"/w/queue?q=mine", "/w/queue?q=team", "/w/queue?q=waiting", "/w/queue?q=answered", "/w/queue?q=closed"}
	path := "/w/queue?q=unassigned"
	for range 20 {
		began := time.Now()
		page, err := w.get(path)
		b.check(err)
		blind = append(blind, time.Since(began))
		if n := len(ticketLink.FindAllString(page, -1)); n < 50 && len(blind) == 1 {
			b.Fatalf("a page of %d titles instead of 50", n)
		}
		if !strings.Contains(page, "title-of-ticket-") {
			b.Fatal("the page shows no titles")
		}
		paths = append(paths, path)
		next := nextPage.FindStringSubmatch(page)
		if next == nil {
			break // of few tickets
		}
		path, err = url.PathUnescape(strings.ReplaceAll(next[1], "&amp;", "&"))
		b.check(err)
	}
	time.Sleep(time.Second) // settling follows the response
	for range 25 {
		for _, p := range paths {
			began := time.Now()
			_, err := w.get(p)
			b.check(err)
			settled = append(settled, time.Since(began))
		}
	}
	return blind, settled
}
