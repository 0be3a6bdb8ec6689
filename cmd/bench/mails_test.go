package main

import "testing"

// TestTheMailsAreAsLargeAsTheFiguresSay keeps 5,000 mails near 230 MB.
func TestTheMailsAreAsLargeAsTheFiguresSay(t *testing.T) {
	m, sum := newMailMix("samtal@stod.example", 46_000), 0
	const n = 500
	for i := range n {
		sum += len(m.letter(i))
	}
	if mean := sum / n; mean < 43_000 || mean > 49_000 {
		t.Errorf("mean size %d bytes, want about 46,000", mean)
	}
}
