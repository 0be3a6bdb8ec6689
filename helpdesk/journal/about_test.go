package journal_test

import (
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestWhatWasDoneToOneThingIsReadInItsOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		for _, e := range []journal.Entry{
			{Actor: "a", Verb: "ticket.take", Object: "one"}, {Actor: "b", Verb: "ticket.take", Object: "other"},
			{Actor: "b", Verb: "ticket.give", Object: "one"}, {Actor: "a", Verb: "ticket.close", Object: "part"},
		} {
			w.clock.Pass(1000)
			e.At = w.clock.Now()
			if err := db.Write(w.ctx, "an entry", func(tx *store.Tx) error { return w.book.Write(w.ctx, tx, e) }); err != nil {
				t.Fatal(err)
			}
		}
		told := func(most int, objects ...helpdesk.ID) string {
			all, err := w.book.About(w.ctx, most, objects...)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, e := range all {
				out = append(out, string(e.Actor)+" "+e.Verb)
			}
			return strings.Join(out, ", ")
		}
		for _, c := range []struct {
			most int
			of   []helpdesk.ID
			want string
		}{
			{10, []helpdesk.ID{"one", "part"}, "a ticket.take, b ticket.give, a ticket.close"},
			{2, []helpdesk.ID{"one", "part"}, "b ticket.give, a ticket.close"},
			{10, []helpdesk.ID{"nothing"}, ""},
			{10, nil, ""},
		} {
			if got := told(c.most, c.of...); got != c.want {
				t.Errorf("%v: %q, want %q", c.of, got, c.want)
			}
		}
	})
}
