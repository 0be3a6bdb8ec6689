package main

import (
	"os"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if beChild() {
		return
	}
	os.Exit(m.Run())
}

func TestIdleSocketsStayOpenHereAndAtTheBareParts(t *testing.T) {
	b := fewFor(t)
	cookies, i := b.quietPersons(8)
	if _, open := b.houseIdle(i, cookies, time.Second); open != len(cookies) {
		t.Errorf("%d of %d stayed open", open, len(cookies))
	}
	b.bareIdle(8)
}
