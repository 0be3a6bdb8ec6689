package post

import (
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// tablesOf lists the tables of the rooms that a letter or an answer touches.
func (h *house) tablesOf(rooms ...string) []string {
	h.t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if h.db.Engine() == store.Postgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	rows, err := h.db.Query(h.ctx, query)
	h.must(err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var n string
		h.must(rows.Scan(&n))
		for _, room := range rooms {
			if strings.HasPrefix(n, room+"_") {
				out = append(out, n)
			}
		}
	}
	return out
}

// breaking makes every write of that kind to the table fail until the returned
// function mends it.
func (h *house) breaking(table, verb string) func() {
	h.t.Helper()
	run := func(queries ...string) {
		h.must(h.db.Write(h.ctx, "break a table", func(tx *store.Tx) error {
			for _, q := range queries {
				if _, err := tx.Exec(h.ctx, q); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	if h.db.Engine() == store.Postgres {
		run(`CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''broken''; END'`,
			fmt.Sprintf(`CREATE TRIGGER breaking BEFORE %s ON %s FOR EACH ROW EXECUTE FUNCTION broken()`, verb, table))
		return func() { run(`DROP TRIGGER breaking ON ` + table) }
	}
	run(fmt.Sprintf(`CREATE TRIGGER breaking BEFORE %s ON %s BEGIN SELECT RAISE(ABORT, 'broken'); END`, verb, table))
	return func() { run(`DROP TRIGGER breaking`) }
}

// rows counts everything in the rooms' tables.
func (h *house) rows(tables []string) string {
	h.t.Helper()
	var b strings.Builder
	for _, table := range tables {
		query := `SELECT COUNT(*) FROM ` + table
		if table == "tickets_tally" { // how many rows hold a count is chance; what they add up to is not
			query = `SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM ` + table
		}
		if n := h.count(query); n > 0 && table != "journal_once" {
			fmt.Fprintf(&b, "%s %d\n", table, n)
		}
	}
	return b.String()
}

// Whatever statement a letter breaks off at, nothing of it stays, and the next
// time it comes it is there once.
func TestALetterBrokenOffAnywhereIsThereOnceTheNextTime(t *testing.T) {
	letters := []struct{ name, mail string }{
		{"first letter", "from:new id:n1 subject:Help"},
		{"answer", "from:anna id:n2 irt:R cc:bo"},
		{"parent that was waited for", "from:anna id:m0"},
		{"automatic answer", "from:anna id:n3 irt:R auto:auto-replied"},
		{"bounce", "from:mailer-daemon return:<> report:bounce about:R failed:anna id:n4"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		tables := h.tablesOf("post", "tickets", "people")
		broken := map[string]int{}
		for _, l := range letters {
			t.Run(l.name, func(t *testing.T) {
				h.t = t
				want := ""
				for _, table := range tables {
					for _, verb := range []string{"INSERT", "UPDATE"} {
						h.forget()
						h.receive("a", write("from:anna id:m1 irt:m0", nil))
						_, id, _ := h.reply(1, "hello", "anna@x.example")
						h.clock.Pass(11e9)
						h.deliverAll()
						named := map[string]string{"R": id}
						before := h.rows(tables)
						mark, _ := h.post.Bookmark(h.ctx, string(h.boxes["a"]))

						mend := h.breaking(table, verb)
						a := h.arrival("a", write(l.mail, named))
						err := h.post.Receive(h.ctx, string(h.boxes["a"]), a)
						mend()
						if err != nil {
							broken[l.name]++
							if after := h.rows(tables); after != before {
								t.Fatalf("%s of %s: something stayed:\n%sbefore:\n%s", verb, table, after, before)
							}
							if now, _ := h.post.Bookmark(h.ctx, string(h.boxes["a"])); now != mark {
								t.Fatalf("%s of %s: the bookmark moved", verb, table)
							}
							h.must(h.post.Receive(h.ctx, string(h.boxes["a"]), a))
						}
						h.must(h.post.Receive(h.ctx, string(h.boxes["a"]), a)) // and once more, as after a lost answer
						after := h.rows(tables)
						if want == "" {
							want = after
						}
						if after != want {
							t.Fatalf("%s of %s: it is not there once:\n%swant:\n%s", verb, table, after, want)
						}
						h.whole()
					}
				}
			})
		}
		for _, l := range letters {
			if broken[l.name] < 5 {
				t.Errorf("%s: only %d writes could be broken; the test breaks too little", l.name, broken[l.name])
			}
		}
	})
}

func TestAnAnswerBrokenOffAnywhereIsThereOnceTheNextTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		tables := h.tablesOf("post", "tickets")
		broken := 0
		for _, table := range tables {
			for _, verb := range []string{"INSERT", "UPDATE"} {
				h.forget()
				h.receive("a", write("from:anna id:m1", nil))
				sheet := h.page(1)
				before := h.rows(tables)
				a := Answer{Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: "yes", Seen: sheet.Ticket.Last, ClientID: "c"}
				mend := h.breaking(table, verb)
				_, err := h.post.Reply(h.ctx, h.session(), a)
				mend()
				if err != nil {
					broken++
					if after := h.rows(tables); after != before {
						t.Fatalf("%s of %s: something stayed:\n%sbefore:\n%s", verb, table, after, before)
					}
				}
				for range 2 {
					_, err := h.post.Reply(h.ctx, h.session(), a)
					h.must(err)
				}
				if m := h.count(`SELECT COUNT(*) FROM tickets_message`); m != 2 {
					t.Fatalf("%s of %s: %d messages", verb, table, m)
				}
				if n := h.count(`SELECT COUNT(*) FROM post_outbox`); n != 1 {
					t.Fatalf("%s of %s: %d letters in the outbox", verb, table, n)
				}
			}
		}
		if broken < 8 {
			t.Errorf("only %d writes could be broken", broken)
		}
	})
}
