package people_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestTheHouseSaysHowLongSomebodyMayDoNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.idle = func(context.Context) (people.Idle, error) {
			return people.Idle{Own: 30 * time.Minute, Shared: 2 * time.Minute}, nil
		}
		w.restart()
		cookie, _ := w.begin(false)
		shared, _ := w.begin(true)
		w.clock.pass(3 * time.Minute)
		if _, err := w.people.Guest(t.Context(), shared, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("a shared computer after three minutes: %v", err)
		}
		w.clock.pass(26 * time.Minute)
		if _, err := w.people.Guest(t.Context(), cookie, false); err != nil {
			t.Errorf("after 29 minutes: %v", err)
		}
	})
}
