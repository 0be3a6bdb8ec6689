package main

import (
	"context"
	"flag"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// ledgerAppends is how many steps are written one by one.
const ledgerAppends = 300

var ledgerFlag = flag.Int("steps", 1_000_000, "ledger: steps in the long book")

// ledgerScenario has the program verify a long book and measures what one step
// more costs in a short and in a long one.
func ledgerScenario(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		if *onFlag != "" && !strings.HasPrefix(strings.ToLower(engine), *onFlag) {
			continue
		}
		i := b.install("ledger-"+engine, b.fresh(engine))
		r := i.open(time.Now)
		short := r.steps()
		bare := r.bareSteps()
		began := time.Now()
		r.fillLedger(*ledgerFlag)
		filled := time.Since(began)
		long := r.steps()
		row(engine+": a step written, in an empty book", spread(short), "be flat")
		row(engine+fmt.Sprintf(": a step written, after %d", *ledgerFlag), spread(long), "be flat")
		also(engine+": long beside short", fmt.Sprintf("%.2f times", ratio(long, short, 50)))
		also(engine+": beside one commit of one row and a head", fmt.Sprintf("%.2f times (%s)", ratio(long, bare, 50), spread(bare)))
		also(engine+": the book was laid out in", filled.Round(time.Second).String())

		var whole, plain []time.Duration
		peak := 0.0
		for range 3 {
			d, mb := i.verify()
			whole, peak = append(whole, d), max(peak, mb)
			plain = append(plain, r.bareRead())
		}
		d := percentile(whole, 50)
		row(engine+fmt.Sprintf(": verify %d steps", *ledgerFlag), fmt.Sprintf("%.1f s", d.Seconds()), "be ≤ 20 s")
		row(engine+": its memory at most", fmt.Sprintf("%.0f MB", peak), "be ≤ 100 MB")
		also(engine+": beside reading the rows and SHA-256 over them", fmt.Sprintf("%.2f times (%.1f s)", ratio(whole, plain, 50), percentile(plain, 50).Seconds()))
		r.close()
	}
}

// steps lets people say yes and stop it: each stop is one step written.
func (r *rooms) steps() []time.Duration {
	ctx := context.Background()
	words, err := locale.Load()
	r.b.check(err)
	secrets := r.i.secrets()
	door := consent.New(consent.House{DB: r.db, Secrets: secrets, Bus: bus.InProcess(), Journal: journal.New(r.db, secrets, r.now, r.log()),
		Office: r.office, Staff: r.staff, People: r.people, Tickets: r.tickets, Words: words, Now: r.now, Log: r.log()})
	s := r.session(r.signIn(r.i.login, r.i.words))
	teams, err := r.staff.Teams(ctx)
	r.b.check(err)
	var all []time.Duration
	for range ledgerAppends {
		g, id := r.asked(door, s, teams[0].ID)
		r.b.check(door.Answer(ctx, g, id, consent.Reply{State: consent.Given, Method: consent.Web, Alone: true}))
		began := time.Now()
		r.b.check(door.Withdraw(ctx, g, id, consent.Web))
		all = append(all, time.Since(began))
	}
	return all
}

// asked is a question put to somebody who has just come.
func (r *rooms) asked(door *consent.Door, s *staff.Session, team helpdesk.ID) (*people.Guest, helpdesk.ID) {
	ctx := context.Background()
	var g *people.Guest
	var id helpdesk.ID
	var c *tickets.Conversation
	r.b.check(r.db.Write(ctx, "somebody comes", func(tx *store.Tx) error {
		var err error
		if _, g, err = r.people.Begin(ctx, tx, false); err != nil {
			return err
		}
		if c, err = r.tickets.Open(ctx, tx, tickets.Opening{Team: team, Channel: "chat", Person: g.Person, Readers: []*vault.Pair{g.Pair()}}); err != nil {
			return err
		}
		_, err = c.Append(ctx, tx, tickets.Message{Kind: tickets.KindChat, Direction: tickets.In, Content: tickets.Content{Text: "Hello"}})
		return err
	}))
	r.b.check(r.db.Write(ctx, "ask", func(tx *store.Tx) error {
		var err error
		id, err = door.Ask(ctx, tx, s, consent.Draft{Ticket: c.Ticket, Purpose: consent.FollowUp, Day: "2027-01-01", Language: "en"})
		return err
	}))
	return g, id
}

// bareSteps writes a row and moves a head, a commit each.
func (r *rooms) bareSteps() []time.Duration {
	ctx := context.Background()
	exec := func(query string, args ...any) {
		r.b.check(r.db.Write(ctx, "bare", func(tx *store.Tx) error { _, err := tx.Exec(ctx, query, args...); return err }))
	}
	kind := "BYTEA"
	if r.db.Engine() == store.SQLite {
		kind = "BLOB"
	}
	exec(`CREATE TABLE bare_event (seq BIGINT PRIMARY KEY, event ` + kind + ` NOT NULL)`)
	exec(`CREATE TABLE bare_head (id BIGINT PRIMARY KEY, seq BIGINT NOT NULL)`)
	exec(`INSERT INTO bare_head (id, seq) VALUES (1, 0)`)
	event := make([]byte, 700)
	var all []time.Duration
	for n := range ledgerAppends {
		began := time.Now()
		r.b.check(r.db.Write(ctx, "bare", func(tx *store.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE bare_head SET seq = $1 WHERE id = 1`, n); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO bare_event (seq, event) VALUES ($1, $2)`, n, event)
			return err
		}))
		all = append(all, time.Since(began))
	}
	return all
}

// verify runs the program's own command and tells how long it took and how much
// memory it had at most, in MB.
func (i *installation) verify() (time.Duration, float64) {
	cmd := exec.Command(i.binary, "verify")
	cmd.Env = i.env()
	var out strings.Builder
	cmd.Stdout = &out
	began := time.Now()
	i.b.check(cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	peak := 0.0
	for {
		select {
		case err := <-done:
			if err != nil {
				i.b.Fatal("verify: ", err, out.String())
			}
			return time.Since(began), peak
		case <-time.After(20 * time.Millisecond):
			peak = max(peak, memory(cmd.Process.Pid, "VmHWM"))
		}
	}
}
