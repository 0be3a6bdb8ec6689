package journal_test

import (
	"strings"
	"testing"

	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/vault"
)

var tables = []string{"journal_entry", "journal_detail", "journal_link", "journal_signature", "journal_head"}

// TestDatabaseWriter: each row of the book is changed, removed, exchanged,
// added or cut off, and Verify names the first bad one.
func TestDatabaseWriter(t *testing.T) {
	at := func(w *world, n int) string {
		var id string
		w.must(w.db.QueryRow(w.ctx, `SELECT entry FROM journal_link WHERE number = $1`, n).Scan(&id))
		return id
	}
	cases := []struct {
		name   string
		change func(w *world)
		want   journal.Kind
		number int64
	}{
		{"a verb is changed", func(w *world) {
			w.exec(`UPDATE journal_entry SET verb = 'other' WHERE id = $1`, at(w, 5))
		}, journal.Changed, 5},
		{"a time is changed", func(w *world) {
			w.exec(`UPDATE journal_entry SET at = at + 1 WHERE id = $1`, at(w, 5))
		}, journal.Changed, 5},
		{"details are changed", func(w *world) {
			w.exec(`UPDATE journal_detail SET sealed = $1 WHERE entry = $2`, []byte("other"), at(w, 5))
		}, journal.Changed, 5},
		{"details and their hash are changed", func(w *world) {
			w.exec(`UPDATE journal_entry SET details = $1 WHERE id = $2`, []byte("hash"), at(w, 5))
		}, journal.Changed, 5},
		{"a MAC is copied from another entry", func(w *world) {
			w.exec(`UPDATE journal_entry SET mac = (SELECT mac FROM journal_entry WHERE id = $1) WHERE id = $2`, at(w, 6), at(w, 5))
		}, journal.Changed, 5},
		{"an entry is removed", func(w *world) { w.exec(`DELETE FROM journal_entry WHERE id = $1`, at(w, 5)) }, journal.Removed, 5},
		{"a link is removed", func(w *world) { w.exec(`DELETE FROM journal_link WHERE number = 5`) }, journal.Removed, 5},
		{"an entry and its link are removed and the rest moves up", func(w *world) {
			id := at(w, 1005)
			w.exec(`DELETE FROM journal_link WHERE number = 1005`)
			w.exec(`DELETE FROM journal_entry WHERE id = $1`, id)
			w.exec(`UPDATE journal_link SET number = -number WHERE number > 1005`)
			w.exec(`UPDATE journal_link SET number = -number - 1 WHERE number < 0`)
		}, journal.Swapped, 1005},
		{"two entries are exchanged", func(w *world) {
			five, six := at(w, 5), at(w, 6)
			w.exec(`UPDATE journal_link SET entry = 'x' WHERE number = 5`)
			w.exec(`UPDATE journal_link SET entry = $1 WHERE number = 6`, five)
			w.exec(`UPDATE journal_link SET entry = $1 WHERE number = 5`, six)
		}, journal.Swapped, 5},
		{"a link is another", func(w *world) {
			w.exec(`UPDATE journal_link SET link = $1 WHERE number = 5`, make([]byte, 32))
		}, journal.Swapped, 5},
		{"a signature is removed", func(w *world) { w.exec(`DELETE FROM journal_signature`) }, journal.Changed, 1000},
		{"an entry is added and linked", func(w *world) {
			w.exec(`INSERT INTO journal_entry (id, at, actor, verb, object, mac) SELECT 'forged', at, actor, verb, object, mac FROM journal_entry WHERE id = $1`, at(w, 5))
			w.exec(`INSERT INTO journal_link (number, entry, link) VALUES (1011, 'forged', $1)`, make([]byte, 32))
		}, journal.Appended, 1011},
		{"an entry is added beside the chain", func(w *world) {
			w.exec(`INSERT INTO journal_entry (id, at, actor, verb, object, mac) SELECT 'forged', at, actor, verb, object, mac FROM journal_entry WHERE id = $1`, at(w, 5))
		}, journal.Appended, 0},
		{"the last link is taken away and its entry stays", func(w *world) {
			w.exec(`DELETE FROM journal_link WHERE number = 1010`)
		}, journal.Cut, 1010},
		{"the tail is cut off", func(w *world) {
			w.exec(`DELETE FROM journal_entry WHERE id IN (SELECT entry FROM journal_link WHERE number > 1002)`)
			w.exec(`DELETE FROM journal_link WHERE number > 1002`)
		}, journal.Cut, 1003},
		{"the head is lowered to the cut without our signature", func(w *world) {
			w.exec(`DELETE FROM journal_link WHERE number > 1002`)
			w.exec(`UPDATE journal_head SET number = 1002, link = (SELECT link FROM journal_link WHERE number = 1002)`)
		}, journal.Changed, 0},
		{"the head is taken away", func(w *world) { w.exec(`DELETE FROM journal_head`) }, journal.Appended, 1},
	}
	each(t, func(w *world) {
		w.write(1003)
		w.chain()
		w.write(7)
		w.chain()
		if w.good().Head.Number != 1010 {
			w.t.Fatal("not 1,010 links")
		}
		w.disarm()
		for _, table := range tables {
			w.exec(`CREATE TABLE kept_` + table + ` AS SELECT * FROM ` + table)
		}
		engine := w.t
		for _, c := range cases {
			engine.Run(c.name, func(t *testing.T) {
				w.t = t
				defer func() { w.t = engine }()
				c.change(w)
				r := w.verify()
				if r.Bad == nil || r.Bad.Kind != c.want || r.Bad.Number != c.number {
					t.Errorf("want %s at %d, got %+v", c.want, c.number, r.Bad)
				}
				for _, table := range tables {
					w.exec(`DELETE FROM ` + table)
					w.exec(`INSERT INTO ` + table + ` SELECT * FROM kept_` + table)
				}
				w.good()
			})
		}
	})
}

func TestAChainPutBackAsAWholeIsNoticedByWhoKnowsItsHead(t *testing.T) {
	each(t, func(w *world) {
		w.write(3)
		w.chain()
		w.disarm()
		w.exec(`CREATE TABLE kept_head AS SELECT * FROM journal_head`)
		w.write(2)
		w.chain()
		known := w.good().Head
		if r := w.verify(known); r.Bad != nil {
			t.Fatalf("the known head is right: %+v", r.Bad)
		}
		w.exec(`DELETE FROM journal_entry WHERE id IN (SELECT entry FROM journal_link WHERE number > 3)`)
		w.exec(`DELETE FROM journal_link WHERE number > 3`)
		w.exec(`DELETE FROM journal_head`)
		w.exec(`INSERT INTO journal_head SELECT * FROM kept_head`)
		w.good() // the database alone can't tell: an honest limit
		if r := w.verify(known); r.Bad == nil || r.Bad.Kind != journal.Cut || r.Bad.Number != 4 {
			t.Errorf("with the known head: %+v", r.Bad)
		}
		// The chainer of this process has seen more, and says so.
		w.write(1)
		w.chain()
		w.chain()
		if w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = 'alarm.journal_back'`) != 1 {
			t.Error("the running house did not notice")
		}
	})
}

func TestTheChainerBuildsOnNothingForged(t *testing.T) {
	each(t, func(w *world) {
		w.write(2)
		w.chain()
		w.disarm()
		w.exec(`INSERT INTO journal_entry (id, at, actor, verb, object, mac) SELECT 'forged', at, actor, verb, object, mac FROM journal_entry LIMIT 1`)
		w.exec(`INSERT INTO journal_waiting (entry) VALUES ('forged')`)
		w.exec(`INSERT INTO journal_waiting (entry) VALUES ('nowhere')`)
		w.write(1)
		w.chain()
		w.chain()
		if n := w.count(`SELECT COUNT(*) FROM journal_link WHERE entry = 'forged'`); n != 0 {
			t.Error("the forged entry was linked")
		}
		if n := w.count(`SELECT COUNT(*) FROM journal_link`); n != 4 {
			t.Errorf("%d links: ours, and the alarm, should be there", n)
		}
		if r := w.verify(); r.Bad == nil || r.Bad.Kind != journal.Appended || r.Bad.Entry != "forged" {
			t.Errorf("Verify says %+v", r.Bad)
		}
		w.exec(`UPDATE journal_head SET link = $1`, make([]byte, 32))
		w.write(1)
		if err := w.book.Chain(w.ctx); err == nil {
			t.Error("it built on a forged head")
		}
		if !strings.Contains(w.log.String(), "code=journal_head") {
			t.Error("no alarm about the head")
		}
	})
}

func TestAnotherHousesSignatureIsNotOurs(t *testing.T) {
	each(t, func(w *world) {
		w.write(1)
		w.chain()
		w.secrets = vault.NewSecrets()
		r, err := w.another().Verify(w.ctx)
		w.must(err)
		if r.Bad == nil {
			t.Error("it verified under other secrets")
		}
	})
}
