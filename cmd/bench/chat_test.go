package main

import (
	"testing"
	"time"
)

// fewFor is a bench whose failures are the test's.
func fewFor(t *testing.T) *bench {
	t.Helper()
	b := newBench()
	b.TB = t
	t.Cleanup(b.end)
	return b
}

func TestWhatPersonsSayArrivesOnTheirCounsellorsScreens(t *testing.T) {
	b := fewFor(t)
	got := b.chatOn("few", b.install("chat", ""), "", 1, chatSize{talks: 5, rounds: 1, lap: 2 * time.Second, settling: time.Second})
	if got.said < 5 || len(got.ours) == 0 || len(got.bare) == 0 {
		t.Errorf("said %d, arrived %d, bare %d", got.said, len(got.ours), len(got.bare))
	}
}
