package main

import "testing"

func TestGarbageIsBoundedByBytesAndNotByItsShare(t *testing.T) {
	for live, want := range map[uint64]int{0: 400, 4 << 20: 400, 8 << 20: 400, 32 << 20: 100, 100 << 20: 100, 256 << 20: 50, 1 << 30: 25} {
		if got := collectAt(live); got != want {
			t.Errorf("over %d MB: %d, not %d", live>>20, got, want)
		}
	}
}
