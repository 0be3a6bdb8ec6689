package main

import "testing"

func TestASmallDirectoryIsSearchedAsABareTableIs(t *testing.T) {
	b := fewFor(t)
	got := b.directoryOn("SQLite", 300, 50) // fails where the two find differently many
	if got.hits == 0 || len(got.open) != 50 || len(got.busy) != 5 {
		t.Errorf("%d hits, %d searches by the hour, %d beside changes", got.hits, len(got.open), len(got.busy))
	}
}
