package main

import (
	"testing"
	"time"
)

func TestThreeHundredWaitingMailsHoldUpNoNewOne(t *testing.T) {
	b := fewFor(t)
	run := b.backlogOn("SQLite", 300)
	if run.lost != 0 || run.doubled != 0 {
		t.Errorf("%d lost, %d doubled", run.lost, run.doubled)
	}
	for _, d := range run.visible {
		if d > 5*time.Second {
			t.Errorf("a new mail was visible after %v", d)
		}
	}
}
