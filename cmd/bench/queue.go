package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// queue measures the whole page as a browser gets it: session, query, titles
// opened, template, over loopback.
func queue(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		var small time.Duration
		for _, size := range []int{4_000, 200_000} {
			i := b.install(fmt.Sprintf("queue-%s-%d", engine, size), b.fresh(engine))
			b.fill(i, size)
			r := i.serve()
			w := b.signIn(r, i)
			blind, settled := b.pages(w)
			r.kill()
			name := fmt.Sprintf("%s, %d tickets", engine, size)
			row(name+": a page settled", spread(settled), "p50 ≤ 10 ms, p99 ≤ 30 ms")
			row(name+": first blind page", ms(percentile(blind, 50))+", worst "+ms(percentile(blind, 100)), "≤ 80 ms")
			if small == 0 {
				small = percentile(settled, 50)
				continue
			}
			row(engine+": 200,000 beside 4,000", fmt.Sprintf("%.2f times", float64(percentile(settled, 50))/float64(small)), "≤ 1.5 times")
		}
	}
}

// pages turns twenty pages nobody has opened yet, and then the same ones again
// and again.
func (b *bench) pages(w *browser) (blind, settled []time.Duration) {
	var paths []string
	path := "/w/queue?q=unassigned"
	for range 20 {
		began := time.Now()
		page, err := w.get(path)
		b.check(err)
		blind = append(blind, time.Since(began))
		if n := len(ticketLink.FindAllString(page, -1)); n < 50 {
			b.Fatalf("a page of %d titles instead of 50", n)
		}
		if !strings.Contains(page, "title-of-ticket-") {
			b.Fatal("the page shows no titles")
		}
		paths = append(paths, path)
		next := nextPage.FindStringSubmatch(page)
		if next == nil {
			b.Fatal("the page has no next one")
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

// fill writes tickets as letters would, with keys wrapped blind to the team,
// many in one transaction.
func (b *bench) fill(i *installation, size int) {
	ctx := context.Background()
	began := time.Now().Add(-30 * 24 * time.Hour)
	clock := began
	r := i.open(func() time.Time { return clock })
	defer r.close()
	teams, err := r.staff.Teams(ctx)
	b.check(err)
	const batch = 250
	for from := 0; from < size; from += batch {
		b.check(r.db.Write(ctx, "fill", func(tx *store.Tx) error {
			for n := from; n < min(from+batch, size); n++ {
				clock = began.Add(time.Duration(n) * time.Second)
				c, err := r.tickets.Open(ctx, tx, tickets.Opening{Team: teams[0].ID, Title: fmt.Sprintf("title-of-ticket-%d", n),
					Name: "Person", Address: fmt.Sprintf("p%d@post.example", n), Priority: n % 4})
				if err != nil {
					return err
				}
				if _, err := c.Append(ctx, tx, tickets.Message{ID: helpdesk.NewID(), Kind: tickets.KindLetter, Direction: tickets.In, At: clock,
					Content: tickets.Content{Subject: fmt.Sprintf("title-of-ticket-%d", n), Text: "Hello"}, ClientID: fmt.Sprint(n)}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	r.analyse()
}
