package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
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

const (
	dueTickets = 100_000
	// dueMessages are in each of them: a letter and its answer.
	dueMessages = 2
)

// retentionScenario lets a house's rules take 100,000 tickets at once, as they
// would in the first night after somebody saved them, while counsellors turn
// pages and take tickets.
func retentionScenario(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		if *onFlag != "" && !strings.HasPrefix(strings.ToLower(engine), *onFlag) {
			continue
		}
		i := b.install("retention-"+engine, b.fresh(engine))
		h := b.fillQueue(i, dueTickets+2_080)
		h.say()
		later := func() time.Time { return time.Now().AddDate(3, 0, 0) }
		room := h.r.letsGo(later)
		ctx := context.Background()
		var due int64
		b.check(h.r.db.QueryRow(ctx, `SELECT COUNT(*) FROM tickets_ticket WHERE state = 'closed'`).Scan(&due))

		quiet := h.turning(func() { time.Sleep(10 * time.Second) })
		began := time.Now()
		var report retention.Report
		busy := h.turning(func() {
			var err error
			report, err = room.Run(ctx)
			b.check(err)
		})
		took := time.Since(began)
		var left int64
		b.check(h.r.db.QueryRow(ctx, `SELECT COUNT(*) FROM tickets_ticket WHERE state = 'closed'`).Scan(&left))
		if left > 0 || report.Counts[office.KeepTickets] != due {
			b.Fatalf("bench: %d of %d went, %d are left", report.Counts[office.KeepTickets], due, left)
		}
		row(engine+fmt.Sprintf(": %d tickets due", due), fmt.Sprintf("%.1f s", took.Seconds()), "be ≤ 60 s")
		row(engine+": a queue's page meanwhile", spread(busy.pages), "be as without: "+spread(quiet.pages))
		row(engine+": taking a ticket meanwhile", spread(busy.takes), "be as without: "+spread(quiet.takes))
		began = time.Now()
		b.check(h.r.db.Scrub(ctx, tickets.ErasedTables()...))
		also(engine+": and no byte of them left in the files after", fmt.Sprintf("%.1f s", time.Since(began).Seconds()))
		h.r.close()
	}
}

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

// say gives every ticket its messages. Nobody opens them, so their bytes are
// drawn; what erasing them costs is the same.
func (h *filledQueue) say() {
	ctx, b := context.Background(), h.r.b
	talks, err := store.IDs(ctx, h.r.db, `SELECT id FROM tickets_conversation ORDER BY id`)
	b.check(err)
	drawn := func(n int) []byte {
		out := make([]byte, n)
		rand.Read(out)
		return out
	}
	const batch = 200
	for from := 0; from < len(talks); from += batch {
		var messages, folded, originals, threads []any
		for _, talk := range talks[from:min(from+batch, len(talks))] {
			for n := range dueMessages {
				id := helpdesk.NewID()
				messages = append(messages, id, talk, int64(n+1), int64(n+1), int64(1), "letter", "in", int64(0), "", "own", []byte{}, drawn(700), int64(512),
					drawn(32), "kept", "", int64(0), drawn(32))
				folded = append(folded, id, drawn(400))
				originals = append(originals, id, int64(0), drawn(2_000))
				threads = append(threads, drawn(32), drawn(32), talk, string(talk), "", 2, int64(0), drawn(32))
			}
		}
		b.check(h.r.db.Write(ctx, "fill", func(tx *store.Tx) error {
			for _, t := range []struct {
				into  string
				width int
				args  []any
			}{
				{`tickets_message (id, conversation, number, serial, epoch, kind, direction, at, author, form, keywrap, content, size, client_index, state, before_state, before_waiting, mac)`, 18, messages},
				{`tickets_folded (message, body)`, 2, folded},
				{`tickets_original (message, n, chunk)`, 3, originals},
				{`post_thread (id_index, address_index, conversation, ticket, team, kind, at, mac)`, 8, threads},
			} {
				if _, err := tx.Exec(ctx, "INSERT INTO "+t.into+" VALUES "+values(len(t.args)/t.width, t.width), t.args...); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	h.r.analyse()
}

// turned is how long pages and takings took.
type turned struct{ pages, takes []time.Duration }

// turning turns a queue's pages and takes tickets while something goes on.
func (h *filledQueue) turning(while func()) turned {
	ctx, b := context.Background(), h.r.b
	s := h.r.session(h.r.signIn(h.r.i.login, h.r.i.words))
	var out turned
	end := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-end:
				return
			case <-tick.C:
			}
			began := time.Now()
			page, err := h.r.tickets.Queue(ctx, s, tickets.Filter{Queue: tickets.QueueTeam, Team: h.teams[0]}, "", 50)
			b.check(err)
			out.pages = append(out.pages, time.Since(began))
			began = time.Now()
			b.check(h.r.tickets.Take(ctx, s, page.Rows[len(out.takes)%len(page.Rows)].Ticket.ID, page.Rows[len(out.takes)%len(page.Rows)].Ticket.Version))
			out.takes = append(out.takes, time.Since(began))
		}
	})
	while()
	close(end)
	group.Wait()
	return out
}
