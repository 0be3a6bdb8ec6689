package tickets_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func eachEngine(b *testing.B, bench func(b *testing.B, db *store.DB)) {
	b.Run(store.SQLite, func(b *testing.B) { bench(b, storetest.SQLite(b)) })
	b.Run(store.Postgres, func(b *testing.B) { bench(b, storetest.Postgres(b)) })
}

// BenchmarkAppend is what one letter costs here: a new ticket with a letter of
// 46 kB, and a later letter while nobody is signed in.
func BenchmarkAppend(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		h := build(b, db)
		team := h.team(b)
		m := h.letter(strings.Repeat("A sentence somebody wrote. ", 100))
		m.Original = []byte(strings.Repeat("raw mail ", 46_000/9))
		m.Files = []tickets.Upload{{Name: "a.jpg", Data: m.Original[:30_000]}}
		m.Folded = "folded"
		b.Run("first", func(b *testing.B) {
			for b.Loop() {
				h.arriveAs(b, tickets.Opening{Team: team, Title: "title"}, m)
			}
		})
		c := h.arriveAs(b, tickets.Opening{Team: team, Title: "title"}, m)
		b.Run("later", func(b *testing.B) {
			for b.Loop() {
				h.later(b, c.ID, m)
			}
		})
	})
}

// fill makes a house with many tickets by copying one, so that a benchmark
// needs no hour: rows and indexes are as many and as long as real ones, and
// the first hundred of the queue are real.
func fill(tb testing.TB, h *house, team helpdesk.ID, many int) {
	tb.Helper()
	for i := range 100 {
		h.clock.pass(time.Second)
		h.arriveAs(tb, tickets.Opening{Team: team, Title: fmt.Sprintf("title %d", i), Priority: 3}, h.letter("x"))
	}
	var wrap [1200]byte
	const step = 500
	for done := 100; done < many; done += step {
		h.write(tb, func(tx *store.Tx) error {
			for i := range min(step, many-done) {
				n := int64(done + i)
				ticket, conversation := helpdesk.NewID(), helpdesk.NewID()
				owner := helpdesk.ID("") // most open tickets are somebody's
				if n%32 != 0 {
					owner = h.ada
				}
				state, at := [...]string{"open", "waiting", "closed", "closed"}[n%4], monday.UnixMicro()+n
				if _, err := tx.Exec(background, `INSERT INTO tickets_ticket VALUES ($1, $2, $3, $4, $9, $5, 0, 0, 'mail', 'sv', '', '',
					$6, $6, $6, $7, 1, 1, '', '', $8)`, ticket, 1000+n, conversation, team, state, at, int64(3)<<60+at, wrap[:41], owner); err != nil {
					return err
				}
				if _, err := tx.Exec(background, `INSERT INTO tickets_conversation (id, ticket, kind, epoch, last_number, head, mac) VALUES ($1, $2, 'person', 1, 1, $3, $4)`,
					conversation, ticket, wrap[:200], wrap[:41]); err != nil {
					return err
				}
				if _, err := tx.Exec(background, `INSERT INTO tickets_reader VALUES ($1, 1, 'team', $2, 1, 'blind', $3, $4, 0)`,
					conversation, team, wrap[:1177], wrap[:41]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if h.db.Engine() == store.Postgres {
		h.exec(tb, "ANALYZE") // as the server does by itself after a while
	}
}

// BenchmarkQueue is a page of 50 sealed titles: blind, as the first session of
// a morning finds it, and settled.
func BenchmarkQueue(b *testing.B) {
	for _, many := range []int{4_000, 200_000} {
		b.Run(fmt.Sprint(many), func(b *testing.B) {
			eachEngine(b, func(b *testing.B, db *store.DB) {
				h := build(b, db)
				team := h.team(b)
				anna := h.session(b, team)
				fill(b, h, team, many)
				page := func(b *testing.B, s *staff.Session) tickets.Page {
					p, err := h.desk.Queue(background, s, tickets.Filter{Queue: tickets.QueueUnassigned}, "", tickets.PageMost)
					if err != nil || len(p.Rows) != 50 || p.Rows[49].Head.Title == "" {
						b.Fatalf("%d rows, %v", len(p.Rows), err)
					}
					return p
				}
				b.Run("blind", func(b *testing.B) {
					for b.Loop() {
						page(b, anna)
					}
				})
				h.ok(b, h.desk.Settle(background, anna, page(b, anna).Settle))
				b.Run("settled", func(b *testing.B) {
					for b.Loop() {
						page(b, anna)
					}
				})
				b.Run("deep", func(b *testing.B) {
					first := page(b, anna)
					for b.Loop() {
						if _, err := h.desk.Queue(background, anna, tickets.Filter{Queue: tickets.QueueUnassigned}, first.Next, 1); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		})
	}
}

// BenchmarkSearch is a search over the sealed heads of many open tickets, all
// settled.
func BenchmarkSearch(b *testing.B) {
	const many = 20_000
	eachEngine(b, func(b *testing.B, db *store.DB) {
		h := build(b, db)
		team := h.team(b)
		anna := h.session(b, team)
		sealed(b, h, anna, team, many)
		for range many/1_000 + 1 { // until every head has its sift
			p, err := h.desk.Queue(background, anna, tickets.Filter{Queue: tickets.QueueChildren}, "", 1)
			h.ok(b, err)
			h.ok(b, h.desk.Settle(background, anna, p.Settle))
		}
		for name, f := range map[string]tickets.Filter{
			"topic":    {Queue: tickets.QueueTeam, Topic: "readmission"},
			"words":    {Queue: tickets.QueueTeam, Words: "number 17"},
			"children": {Queue: tickets.QueueChildren},
		} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					p, err := h.desk.Queue(background, anna, f, "", tickets.PageMost)
					if err != nil || p.Skipped > 0 || len(p.Rows) == 0 || !p.Rows[0].Proven {
						b.Fatalf("%d rows, %d skipped, %v", len(p.Rows), p.Skipped, err)
					}
				}
			})
		}
	})
}

// sealed makes a house with many open tickets that really open, settled for the
// session's team: the rows are those Open and Settle leave behind.
func sealed(tb testing.TB, h *house, s *staff.Session, team helpdesk.ID, many int) {
	tb.Helper()
	topics := []string{"reintegration", "process", "authorities", "readmission"}
	pair, err := s.TeamPair(team, 0)
	h.ok(tb, err)
	const step = 500
	for from := 0; from < many; from += step {
		h.write(tb, func(tx *store.Tx) error {
			for n := from; n < min(from+step, many); n++ {
				err := tickets.InsertSettled(background, h.desk, tx, pair, n, tickets.Head{
					Title: fmt.Sprintf("about number %d", n), Name: "Amina Karimi", Address: fmt.Sprintf("a%d@example.org", n),
					Facts: tickets.Facts{Topic: topics[n%97%4], Spoken: "fa", Child: n%400 == 7},
				}, monday.Add(time.Duration(n)*time.Second))
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// BenchmarkVeiled is a page of a restricted team with many open tickets: looked
// through anew, and as the last look left it.
func BenchmarkVeiled(b *testing.B) {
	const many = 2_000
	eachEngine(b, func(b *testing.B, db *store.DB) {
		h := build(b, db)
		team := h.closedTeam(b)
		anna := h.session(b, team)
		for n := range many {
			h.arriveAs(b, tickets.Opening{Team: team, Title: fmt.Sprint("about number ", n), Priority: n % 4, Language: "fa"}, h.letter("x"))
		}
		page := func(d *tickets.Desk) tickets.Page {
			p, err := d.Queue(background, anna, tickets.Filter{Queue: tickets.QueueTeam}, "", tickets.PageMost)
			if err != nil || len(p.Rows) != 50 || !p.Rows[0].Proven {
				b.Fatalf("%d rows, %v", len(p.Rows), err)
			}
			return p
		}
		for range many/100 + 2 {
			h.ok(b, h.desk.Settle(background, anna, page(h.desk).Settle))
		}
		b.Run("anew", func(b *testing.B) {
			for b.Loop() {
				page(h.replica())
			}
		})
		b.Run("kept", func(b *testing.B) {
			for b.Loop() {
				page(h.desk)
			}
		})
	})
}
