package main

import (
	"testing"
	"time"
)

func TestTheDesksPagesAreWeighedWithAllTheyBring(t *testing.T) {
	b := fewFor(t)
	i := b.install("pages", "")
	r := i.open(time.Now)
	r.hire(1)
	r.close()
	run := i.serve()
	defer run.kill()
	w := b.signIn(run, i)
	page, size, err := w.fetch("/w/queue")
	if err != nil {
		t.Fatal(err)
	}
	text, err := page.text()
	if err != nil || len(text) <= size {
		t.Fatalf("%d bytes on the wire, %d of text, %v", size, len(text), err)
	}
	again, same, err := b.bareShelf(map[string]shelved{"/w/queue": page}).fetch("/w/queue")
	if err != nil || same != size || again.encoding != page.encoding {
		t.Errorf("the bare handler sends %d bytes instead of %d, %v", same, size, err)
	}
	if got := plainPath("/w/t/abcdefghijklmnopqrstuvwx23/person"); got != "/w/t/:id/person" {
		t.Error(got)
	}
}
