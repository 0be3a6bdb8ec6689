package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/mailtest"
)

var waitingFlag = flag.Int("waiting", 50_000, "backlog: mails that wait; -on says on which engine")

// backlog starts the program before a mailbox in which letters of weeks lie, and
// measures how long one that arrives now takes until the page of its ticket
// shows it, from the first second to the last letter.
func backlog(b *bench) {
	engine := "PostgreSQL"
	if *onFlag == "sqlite" {
		engine = "SQLite"
	}
	run := b.backlogOn(engine, *waitingFlag)
	run.print(engine)
	p := run.peaks()
	b.judged(fault{percentile(run.visible, 100) > 5*time.Second, "a new mail waited too long"}, fault{run.lost+run.doubled != 0, "mails are lost or doubled"},
		fault{p[2] > 1.25*max(p[0], p[1]), "memory grows to the end"})
}

// backlogRun is what one run saw.
type backlogRun struct {
	waiting       int
	took          time.Duration
	visible       []time.Duration // of each new letter
	rss           []float64       // MB, each second
	lost, doubled int
}

func (b *bench) backlogOn(engine string, waiting int) (run backlogRun) {
	run.waiting = waiting
	world, err := mailtest.Start(mailtest.Options{})
	b.check(err)
	b.Cleanup(world.Close)
	b.check(world.AddUser(house, "bench"))
	i := b.install("backlog-"+engine, b.fresh(engine))
	i.addMailbox(house, "imap://"+house+"@"+world.IMAPAddr(), "smtp://127.0.0.1:9", "bench", "leave")
	deliver := func(id, from, text, more string) {
		b.check(world.Append(house, "INBOX", fmt.Appendf(nil, "From: <%s@post.example>\r\nTo: <%s>\r\nSubject: A question\r\nMessage-ID: <%s@post.example>\r\nDate: %s\r\n%s\r\n%s\r\n",
			from, house, id, time.Now().Format(time.RFC1123Z), more, text), nil, time.Now()))
	}
	// One person has written before; what they write now goes to their ticket.
	deliver("first", "anna", "hello", "")
	r := i.serve()
	ticket := b.ticketOf(b.signIn(r, i))
	r.kill()
	filler := strings.Repeat("A line of what somebody wrote to us some time ago.\r\n", 30)
	for n := range waiting {
		deliver(fmt.Sprintf("waits-%d", n), fmt.Sprintf("p%d", n%5000), filler, "")
	}
	r = i.serve()
	defer func() { r.kill() }()
	w := b.signIn(r, i)
	db, err := store.Open(context.Background(), i.address(), slog.New(slog.DiscardHandler))
	b.check(err)
	defer db.Close()
	count := func(query string) (n int) {
		b.check(db.QueryRow(context.Background(), query).Scan(&n))
		return n
	}
	began, told := time.Now(), time.Now()
	for n := 0; ; n++ {
		seen := count(`SELECT COUNT(*) FROM post_seen`)
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			fmt.Fprintf(os.Stderr, "  … %s: %d of %d taken, last new one after %v\n", time.Since(began).Round(time.Second), seen, waiting, last(run.visible).Round(time.Millisecond))
		}
		if seen >= waiting+1+n {
			run.took = time.Since(began)
			break
		}
		run.rss = append(run.rss, memory(r.Process.Pid, "VmRSS"))
		mark := fmt.Sprintf("arrives-now-%d-of-the-bench", n)
		sent := time.Now()
		deliver(mark, "anna", mark, "In-Reply-To: <first@post.example>\r\n")
		for !b.shows(w, ticket, mark) {
			if time.Since(sent) > time.Minute {
				b.Fatal("not visible after a minute: ", mark)
			}
			time.Sleep(50 * time.Millisecond)
		}
		run.visible = append(run.visible, time.Since(sent))
		time.Sleep(time.Until(sent.Add(time.Second)))
	}
	// Every mail is a letter of its own, and each once.
	run.lost = waiting + 1 + len(run.visible) - count(`SELECT COUNT(*) FROM post_letter`)
	run.doubled = count(`SELECT COUNT(*) FROM tickets_message`) - waiting - 1 - len(run.visible)
	return run
}

// ticketOf waits for the one letter there is.
func (b *bench) ticketOf(w *browser) string {
	for range 600 {
		page, err := w.get("/w/queue?q=unassigned")
		b.check(err)
		if m := ticketLink.FindStringSubmatch(page); m != nil {
			return m[1]
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Fatal("the first letter did not come")
	return ""
}

func (b *bench) shows(w *browser, path, mark string) bool {
	page, err := w.get(path)
	b.check(err)
	return strings.Contains(page, mark)
}

func last(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1]
}

// peaks are the highest figures of the first, the middle and the last third.
func (r backlogRun) peaks() (p [3]float64) {
	for i, mb := range r.rss {
		third := min(3*i/len(r.rss), 2)
		p[third] = max(p[third], mb)
	}
	return p
}

func (r backlogRun) print(engine string) {
	p := r.peaks()
	row(engine+": a new mail visible, worst / p99", fmt.Sprintf("%s / %s", ms(percentile(r.visible, 100)), ms(percentile(r.visible, 99))), "≤ 5 s")
	row(engine+": peak memory at start / middle / end", fmt.Sprintf("%.0f / %.0f / %.0f MB", p[0], p[1], p[2]), "flat")
	row(engine+": lost / doubled", fmt.Sprintf("%d / %d", r.lost, r.doubled), "0 / 0")
	also(engine+": waiting, new ones meanwhile, took, mails a second", fmt.Sprintf("%d, %d, %s, %.0f", r.waiting, len(r.visible), r.took.Round(time.Second), float64(r.waiting)/r.took.Seconds()))
}
