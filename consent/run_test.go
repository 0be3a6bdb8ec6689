package consent

import (
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// TestTheHeadOfTheBookIsLoggedEachHourAndMailedOnceADay: and what was logged is
// what `verify --against` takes.
func TestTheHeadOfTheBookIsLoggedEachHourAndMailedOnceADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.mailbox()
		maria := w.hire("maria", w.team) // a counsellor gets none
		if logEvery != time.Hour || mailEvery > 24*time.Hour {
			t.Errorf("every %v, %v", logEvery, mailEvery)
		}
		w.must(w.Anchor(w.ctx))
		if n := w.mails(); n != 0 || strings.Contains(w.log.String(), "ledger:") {
			t.Errorf("%d mails about an empty book", n)
		}
		_, ticket := w.comes()
		w.asked(maria, w.share(ticket, w.organisation("Shelter", "partner", "SE")))
		before := w.mails()
		second := w.door(w.DB, w.Secrets, w.Bus) // of two processes, one mails
		for hour := range 24 {
			w.must(w.Anchor(w.ctx))
			w.must(second.Anchor(w.ctx))
			w.clock.Pass(time.Hour)
			days := 1
			if hour >= 14 { // it was ten in the morning
				days = 2
			}
			if n := w.mails() - before; n != days {
				t.Fatalf("after %d hours %d mails to one coordinator", hour+1, n)
			}
		}
		heads := headMark.FindAllString(w.log.String(), -1)
		if len(heads) != 48 {
			t.Errorf("logged %d times", len(heads))
		}
		known, err := w.ReadKnown([]byte(heads[0]))
		w.must(err)
		if r, err := w.Verify(w.ctx, known); err != nil || r.Bad != nil {
			t.Errorf("against what was logged: %+v %v", r.Bad, err)
		}
		_, err = w.ReadKnown([]byte("no head stands here"))
		var no helpdesk.Refusal
		if !errors.As(err, &no) {
			t.Error(err)
		}
	})
}
