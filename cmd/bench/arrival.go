package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"returnsupport/mailbridge/mailtest"
	"returnsupport/mailbridge/mailtest/dovecot"
)

const arrivals = 200

// arrival measures from the instant a letter lies in its mailbox until an open
// queue page shows it: bell, fetch, the subject in the answer.
func arrival(b *bench) {
	world, err := mailtest.Start(mailtest.Options{})
	b.check(err)
	b.Cleanup(world.Close)
	b.check(world.AddUser("samtal@stod.example", "bench"))
	memory := b.arrivals("memory", "imap://samtal@stod.example@"+world.IMAPAddr(), "bench", func(raw []byte) {
		b.check(world.Append("samtal@stod.example", "INBOX", raw, nil, time.Now()))
	})
	row("mail world in memory", spread(memory), "p99 ≤ 60 ms")

	account := dovecot.Fresh(b)
	real := b.arrivals("dovecot", "imap://"+strings.ReplaceAll(account.User, "@", "%40")+"@"+account.Addr, account.Password, func(raw []byte) {
		account.Deliver(b, raw)
	})
	row("Dovecot", spread(real), "p50 ≤ 300 ms, p99 ≤ 900 ms")
}

func (b *bench) arrivals(name, imap, password string, deliver func([]byte)) []time.Duration {
	i := b.install("arrival-"+name, "")
	i.addMailbox("samtal@stod.example", imap, "smtp://127.0.0.1:9", password, "leave")
	r := i.serve()
	defer r.kill()
	w := b.signIn(r, i)
	rings := w.bell()
	var all []time.Duration
	for n := range arrivals + 5 {
		// Dovecot looks at intervals of its own: meet them at any phase.
		time.Sleep(time.Duration(50+rand.IntN(250)) * time.Millisecond)
		subject := fmt.Sprintf("arrival-%d-of-the-bench", n)
		raw := fmt.Appendf(nil, "From: <p%d@post.example>\r\nTo: <samtal@stod.example>\r\nSubject: %s\r\nMessage-ID: <%s@post.example>\r\nDate: %s\r\n\r\nHello\r\n",
			n, subject, subject, time.Now().Format(time.RFC1123Z))
		began := time.Now()
		deliver(raw)
		w.until(rings, subject)
		if n >= 5 { // the first ones wait for the connection to the mail server
			all = append(all, time.Since(began))
		}
		// The page shows what waits longest first: take it off the list by
		// closing, so that the next one fits on the first page.
		w.closeAll()
	}
	return all
}

// until fetches the page at each ring until it shows the subject.
func (w *browser) until(rings <-chan struct{}, subject string) {
	late := time.After(30 * time.Second)
	for {
		select {
		case <-rings:
		case <-late:
			w.b.Fatal("no ring within 30 s for ", subject)
		}
		page, err := w.get("/w/queue")
		w.b.check(err)
		if strings.Contains(page, subject) {
			return
		}
	}
}

func (w *browser) closeAll() {
	page, err := w.get("/w/queue")
	w.b.check(err)
	for _, m := range ticketLink.FindAllStringSubmatch(page, -1) {
		ticket, err := w.get(m[1])
		w.b.check(err)
		if form := fields(ticket, m[1]+"/close"); form.Has("version") {
			_, _, err := w.post(m[1]+"/close", form)
			w.b.check(err)
		}
	}
}
