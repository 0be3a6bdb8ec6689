package main

import "testing"

func TestGarbageIsBoundedByBytesAndNotByItsShare(t *testing.T) {
	for _, c := range []struct {
		live, stacks uint64 // MB
		want         int
	}{
		{0, 0, 400}, {4, 0, 400}, {8, 0, 400}, {31, 1, 100}, {99, 1, 100}, {256, 0, 50}, {1024, 0, 25},
		{60, 20, 40},  // fifteen thousand open lines
		{200, 50, 25}, // thirty-five thousand
	} {
		if got := collectAt(c.live<<20, c.stacks<<20); got != c.want {
			t.Errorf("over %d MB and %d of stacks: %d, not %d", c.live, c.stacks, got, c.want)
		}
	}
}
