package main

import (
	"testing"
	"time"

	"returnsupport/helpdesk/bus/redistest"
	"returnsupport/helpdesk/store/storetest"
)

func TestPostgresAndRedisGoneLoseAndDoubleNothingAndPagesStayCalm(t *testing.T) {
	redistest.Require(t)
	storetest.PostgresAddress(t) // not installed: skipped with a sentence
	b := fewFor(t)
	o := b.outageOf(outageSize{
		chat:  cutsSize{talks: 3, each: 10, pause: 700 * time.Millisecond, cut: time.Hour, patience: 2 * time.Minute},
		mails: 60, answers: 4, every: 100 * time.Millisecond, calm: time.Second, away: 4 * time.Second,
	})
	for _, e := range o.ends {
		if e.otherwise > 0 || e.page == 0 || e.chat == 0 || e.mails == 0 {
			t.Errorf("%+v", *e)
		}
		if back := max(e.page, e.chat, e.mails); back > 15*time.Second { // three times what a quiet machine may take
			t.Errorf("%s was back, and all again after %v", e.service, back)
		}
	}
	if v := o.letters; v.lost+v.doubled+v.misplaced+v.half+v.wrong+v.twice > 0 {
		t.Errorf("letters: %+v", v.verdict)
	}
	if o.ended > 0 {
		t.Errorf("%d processes ended by themselves", o.ended)
	}
	o.talk.mustBeWhole(t)
}
