package retention

import (
	"testing"
	"time"
)

func TestStepsGrowWhileNobodyNoticesAndShrinkBeforeAnybodyWaits(t *testing.T) {
	for _, c := range []struct {
		at      pace
		tickets int
		took    time.Duration
		want    pace
	}{
		{100, 100, 5 * time.Millisecond, 200},
		{200, 200, 5 * time.Millisecond, 400},
		{400, 400, 5 * time.Millisecond, 400},
		{200, 200, 30 * time.Millisecond, 200},
		{200, 200, 60 * time.Millisecond, 100},
		{100, 100, time.Second, 100},
		{200, 3, time.Millisecond, 200}, // the last of a team
	} {
		if got := c.at.after(c.tickets, c.took); got != c.want {
			t.Errorf("%d after %d in %s: %d, want %d", c.at, c.tickets, c.took, got, c.want)
		}
	}
}
