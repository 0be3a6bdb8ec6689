package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/retention"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

var dueFlag = flag.Int("due", 100_000, "retention: tickets that are due; -on says on which engine")

const (
	// dueMessages are in each of them: a letter and its answer.
	dueMessages = 2
	youngClosed = 2_000 // closed, and not due
	dueSeconds  = 60
	// What a page may take longer while it runs, at the 99th of a hundred.
	dueSlower = 50 * time.Millisecond
)

// retentionScenario lets a house's rules take 100,000 tickets at once, as they
// would in the first night after somebody saved them, while counsellors turn
// pages and take tickets.
func retentionScenario(b *bench) {
	var faults []fault
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		if *onFlag != "" && !strings.HasPrefix(strings.ToLower(engine), *onFlag) {
			continue
		}
		faults = append(faults, retentionOn(b, engine)...)
	}
	b.judged(faults...)
}

func retentionOn(b *bench, engine string) []fault {
	i := b.install("retention-"+engine, b.fresh(engine))
	began := time.Now()
	// Two thousand of a house this small are open.
	h := b.fillQueue(i, *dueFlag+youngClosed+2_000)
	defer h.r.close()
	h.youngest(youngClosed)
	h.say()
	open := h.openTickets(20)
	h.talk(open)
	also(engine+": filled", fmt.Sprintf("%.1f s", time.Since(began).Seconds()))

	room := h.r.letsGo(func() time.Time { return time.Now().AddDate(3, 0, 0) })
	ctx := context.Background()
	before := h.standing()
	quiet := h.turning(open, func() {
		time.Sleep(10 * time.Second)
	})
	began = time.Now()
	var report retention.Report
	busy := h.turning(open, func() {
		var err error
		report, err = room.Run(ctx)
		b.check(err)
	})
	took := time.Since(began)
	after := h.standing()
	went := report.Counts[office.KeepTickets]
	row(engine+fmt.Sprintf(": %d tickets due", before.due), fmt.Sprintf("%.1f s", took.Seconds()), fmt.Sprintf("be ≤ %d s", dueSeconds))
	pages := []struct {
		what        string
		quiet, busy []time.Duration
	}{{"a queue's page", quiet.pages, busy.pages}, {"a ticket's page", quiet.tickets, busy.tickets}, {"taking a ticket", quiet.takes, busy.takes}}
	for _, p := range pages {
		row(engine+": "+p.what+" meanwhile", spread(p.busy), "be as without: "+spread(p.quiet))
	}
	also(engine+": left of what was due, rows in all tables", fmt.Sprint(after.due+after.rows-before.kept))
	also(engine+": what was not due, rows before and after", fmt.Sprintf("%d, %d", before.kept, after.kept))
	began = time.Now()
	b.check(h.r.db.Scrub(ctx, tickets.ErasedTables()...))
	also(engine+": and no byte of them left in the files after", fmt.Sprintf("%.1f s", time.Since(began).Seconds()))

	faults := []fault{
		{took > dueSeconds*time.Second, engine + " takes too long"},
		{went != before.due || after.due != 0 || after.rows != before.kept, engine + " leaves some that were due"},
		{after.kept != before.kept, engine + " takes some that were not due"},
	}
	for _, p := range pages {
		faults = append(faults, fault{percentile(p.busy, 99) > percentile(p.quiet, 99)+dueSlower, engine + ": " + p.what + " waits"})
	}
	return faults
}

// youngest makes some of the closed tickets younger than the rule says, by what
// a queue is sorted by.
func (h *filledQueue) youngest(many int) {
	ctx := context.Background()
	h.r.b.check(h.r.db.Write(ctx, "fill", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE tickets_ticket SET rank = $1 WHERE id IN
			(SELECT id FROM tickets_ticket WHERE state = 'closed' AND channel <> '' ORDER BY id LIMIT $2)`,
			youngRank(), many)
		return err
	}))
}

// youngRank is the place of a ticket that was closed in two and a half years.
func youngRank() int64 { return 1<<62 - time.Now().AddDate(2, 6, 0).UnixMicro() }

// stood are the rows of tickets, conversations, wraps, messages and what hangs
// on them: of tickets that are due, of others, and in all.
type stood struct{ due, kept, rows int64 }

func (h *filledQueue) standing() (s stood) {
	ctx, b := context.Background(), h.r.b
	const due = `SELECT id FROM tickets_ticket WHERE state = 'closed' AND rank > $1`
	year := 1<<62 - time.Now().AddDate(1, 0, 0).UnixMicro()
	b.check(h.r.db.QueryRow(ctx, `SELECT COUNT(*) FROM (`+due+`) AS d`, year).Scan(&s.due))
	for table, of := range map[string]string{
		"tickets_ticket": "id", "tickets_conversation": "ticket", "post_thread": "ticket",
		"tickets_reader": talksOf, "tickets_message": talksOf, "tickets_folded": messagesOf, "tickets_original": messagesOf,
	} {
		var all, gone int64
		b.check(h.r.db.QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&all))
		where := of + ` IN (` + due + `)`
		if strings.Contains(of, "%s") {
			where = fmt.Sprintf(of, due)
		}
		b.check(h.r.db.QueryRow(ctx, `SELECT COUNT(*) FROM `+table+` WHERE `+where, year).Scan(&gone))
		s.rows, s.kept = s.rows+all, s.kept+all-gone
	}
	return s
}

const (
	talksOf    = `conversation IN (SELECT id FROM tickets_conversation WHERE ticket IN (%s))`
	messagesOf = `message IN (SELECT id FROM tickets_message WHERE ` + talksOf + `)`
)

// letsGo is the room that goes through the rules, by a clock of its own.
func (r *rooms) letsGo(now func() time.Time) *retention.Room {
	log := slog.New(slog.DiscardHandler)
	book := journal.New(r.db, r.secrets, now, log)
	letters := post.New(post.House{DB: r.db, Secrets: r.secrets, Journal: book, Office: r.office, Staff: r.staff, People: r.people, Tickets: r.tickets, Now: now, Log: log})
	r.b.check(r.office.Set(context.Background(), "", office.Retention,
		"tickets | 24\nmessages | keep\nattachments | 12\noriginals | 12\njournal | keep\nfigures | keep\nserver | keep"))
	return retention.New(retention.House{DB: r.db, Secrets: r.secrets, Journal: book, Office: r.office, Staff: r.staff, People: r.people,
		Tickets: r.tickets, Post: letters, Chat: r.chat, Others: nothingOutside{letters}, Now: now, Log: log})
}

// nothingOutside is a house from which nothing was handed on.
type nothingOutside struct{ *post.Postroom }

func (nothingOutside) Running(context.Context, store.Reader, []helpdesk.ID) ([]helpdesk.ID, error) {
	return nil, nil
}

// say gives every closed ticket its messages. Nobody opens them, so their bytes
// are drawn; what erasing them costs is the same. They come in the order of the
// tickets' numbers, as they did: what is old lies together.
func (h *filledQueue) say() {
	ctx, b := context.Background(), h.r.b
	talks, err := store.IDs(ctx, h.r.db, `SELECT c.id FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket WHERE t.state = 'closed' ORDER BY t.number`)
	b.check(err)
	of, err := h.ticketsOf()
	b.check(err)
	drawn := func(n int) []byte {
		out := make([]byte, n)
		rand.Read(out)
		return out
	}
	const batch, atOnce = 50, 40
	insert := func(tx *store.Tx, talks []helpdesk.ID) error {
		var messages, folded, originals, threads, letters []any
		for _, talk := range talks {
			first := helpdesk.NewID()
			for n := range dueMessages {
				id := first
				if n > 0 {
					id = helpdesk.NewID()
				}
				messages = append(messages, id, talk, int64(n+1), int64(n+1), int64(1), "letter", "in", int64(0), "", "own", []byte{}, drawn(700), int64(512),
					drawn(32), "kept", "", int64(0), drawn(32))
				folded = append(folded, id, drawn(400))
				originals = append(originals, id, int64(0), drawn(2_000))
				threads = append(threads, drawn(32), drawn(32), talk, of[talk], "", 2, int64(0), drawn(32))
			}
			letters = append(letters, drawn(32), h.teams[0], first, talk, of[talk])
		}
		for _, t := range []struct {
			into  string
			width int
			args  []any
		}{
			{`tickets_message (id, conversation, number, serial, epoch, kind, direction, at, author, form, keywrap, content, size, client_index, state, before_state, before_waiting, mac)`, 18, messages},
			{`tickets_folded (message, body)`, 2, folded},
			{`tickets_original (message, n, chunk)`, 3, originals},
			{`post_thread (id_index, address_index, conversation, ticket, team, kind, at, mac)`, 8, threads},
			{`post_letter (identity, team, object, conversation, ticket)`, 5, letters},
		} {
			if _, err := tx.Exec(ctx, "INSERT INTO "+t.into+" VALUES "+values(len(t.args)/t.width, t.width), t.args...); err != nil {
				return err
			}
		}
		return nil
	}
	for from := 0; from < len(talks); from += batch * atOnce {
		b.check(h.r.db.Write(ctx, "fill", func(tx *store.Tx) error {
			for part := range slices.Chunk(talks[from:min(from+batch*atOnce, len(talks))], batch) {
				if err := insert(tx, part); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	h.r.analyse()
}

// ticketsOf says of each conversation what it calls its ticket in the postroom.
func (h *filledQueue) ticketsOf() (map[helpdesk.ID]helpdesk.ID, error) {
	rows, err := h.r.db.Query(context.Background(), `SELECT id, ticket FROM tickets_conversation`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[helpdesk.ID]helpdesk.ID{}
	for rows.Next() {
		var talk, ticket helpdesk.ID
		if err := rows.Scan(&talk, &ticket); err != nil {
			return nil, err
		}
		out[talk] = ticket
	}
	return out, rows.Err()
}

// openTickets are some that stay.
func (h *filledQueue) openTickets(many int) []helpdesk.ID {
	ids, err := store.IDs(context.Background(), h.r.db, `SELECT id FROM tickets_ticket WHERE team = $1 AND state = 'open' ORDER BY rank LIMIT $2`, h.teams[0], many)
	h.r.b.check(err)
	return ids
}

// talk writes into them what a page opens.
func (h *filledQueue) talk(all []helpdesk.ID) {
	for _, ticket := range all {
		for n := range 5 {
			_, err := h.r.tickets.Note(context.Background(), h.s, ticket, strings.Repeat("as was said before ", 30), fmt.Sprint(n))
			h.r.b.check(err)
		}
	}
}

// turned is how long pages and takings took.
type turned struct{ pages, tickets, takes []time.Duration }

// turning turns a queue's pages and tickets' and takes tickets while something
// goes on.
func (h *filledQueue) turning(open []helpdesk.ID, while func()) turned {
	ctx, b := context.Background(), h.r.b
	s := h.r.session(h.r.signIn(h.r.i.login, h.r.i.words))
	var out turned
	end := make(chan struct{})
	var group sync.WaitGroup
	timed := func(all *[]time.Duration, do func() error) {
		began := time.Now()
		b.check(do())
		*all = append(*all, time.Since(began))
	}
	group.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-end:
				return
			case <-tick.C:
			}
			var page tickets.Page
			timed(&out.pages, func() (err error) {
				page, err = h.r.tickets.Queue(ctx, s, tickets.Filter{Queue: tickets.QueueTeam, Team: h.teams[0]}, "", 50)
				return err
			})
			timed(&out.tickets, func() error {
				_, err := h.r.tickets.Page(ctx, s, open[n%len(open)])
				return err
			})
			t := page.Rows[n%len(page.Rows)].Ticket
			timed(&out.takes, func() error { return h.r.tickets.Take(ctx, s, t.ID, t.Version) })
		}
	})
	while()
	close(end)
	group.Wait()
	return out
}
