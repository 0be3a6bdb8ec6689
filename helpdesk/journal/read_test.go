package journal_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
)

func TestTheBookIsReadByWhoWhatWhenAndHow(t *testing.T) {
	each(t, func(w *world) {
		begin := w.clock.Now()
		for _, e := range []journal.Entry{
			{Actor: "a", Verb: "ticket.take", Object: "one"}, {Actor: "b", Verb: "ticket.take", Object: "two"},
			{Actor: "b", Verb: "staff.removed", Object: "a"}, {Actor: "a", Verb: "search.own_name"}, {Actor: "a", Verb: "ticketless", Object: "one"},
		} {
			w.clock.Pass(time.Minute)
			e.At = w.clock.Now()
			w.must(w.db.Write(w.ctx, "an entry", func(tx *store.Tx) error { return w.book.Write(w.ctx, tx, e) }))
		}
		for name, c := range map[string]struct {
			q    journal.Query
			want string
		}{
			"all":        {journal.Query{}, "ticketless search.own_name staff.removed ticket.take ticket.take"},
			"who":        {journal.Query{Actor: "b"}, "staff.removed ticket.take"},
			"one's own":  {journal.Query{Own: "a"}, "ticketless search.own_name staff.removed ticket.take"},
			"what":       {journal.Query{Objects: []helpdesk.ID{"one", "two"}}, "ticketless ticket.take ticket.take"},
			"how":        {journal.Query{Verbs: []string{"ticket.", "staff.removed"}}, "staff.removed ticket.take ticket.take"},
			"when":       {journal.Query{From: begin.Add(2 * time.Minute), Until: begin.Add(4 * time.Minute)}, "staff.removed ticket.take"},
			"altogether": {journal.Query{Own: "a", Objects: []helpdesk.ID{"one"}, Verbs: []string{"ticket."}, Until: begin.Add(time.Hour)}, "ticket.take"},
			"none":       {journal.Query{Actor: "c"}, ""},
		} {
			// A page of one line, and of all, tell the same.
			for _, most := range []int{1, 100} {
				var got []string
				for q := c.q; ; {
					lines, place, err := w.book.Read(w.ctx, q, most)
					w.must(err)
					if len(lines) > most {
						t.Errorf("%d lines", len(lines))
					}
					for _, e := range lines {
						got = append(got, e.Verb)
					}
					if q.Behind = place; place == "" {
						break
					}
				}
				if got := strings.Join(got, " "); got != c.want {
					t.Errorf("%s, %d a page: %q, want %q", name, most, got, c.want)
				}
			}
		}
		for _, place := range []journal.Place{"x", "1", "1.x", ".", "1." + journal.Place(strings.Repeat("'", 26))} {
			if _, _, err := w.book.Read(w.ctx, journal.Query{Behind: place}, 1); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%q: %v", place, err)
			}
		}
	})
}

func TestALineThatIsNotOursIsNotRead(t *testing.T) {
	each(t, func(w *world) {
		w.write(2)
		w.exec(`INSERT INTO journal_entry (id, at, actor, verb, object, mac) VALUES ($1, $2, 'x', 'test.forged', '', $3)`, string(helpdesk.NewID()), w.clock.Now().UnixMicro(), []byte("no mac"))
		lines, _, err := w.book.Read(w.ctx, journal.Query{}, 10)
		w.must(err)
		if len(lines) != 2 || !strings.Contains(w.log.String(), "alarm") {
			t.Errorf("%+v\n%s", lines, w.log.String())
		}
	})
}

func TestWhatIsReadAgainWithinAQuarterOfAnHourIsOneLine(t *testing.T) {
	each(t, func(w *world) {
		note := func(session, actor helpdesk.ID, verb string, object helpdesk.ID) {
			w.must(w.book.Noted(w.ctx, session, actor, verb, object))
		}
		for range 3 {
			note("s1", "a", "file.opened", "one")
		}
		note("s1", "a", "file.opened", "two")
		note("s1", "a", "person.opened", "one")
		note("s2", "a", "file.opened", "one")
		w.clock.Pass(15 * time.Minute)
		note("s1", "a", "file.opened", "one")
		if n := w.count(`SELECT COUNT(*) FROM journal_entry`); n != 5 {
			t.Errorf("%d lines", n)
		}
	})
}
