package main

import (
	"testing"
	"time"
)

func TestTheNightWorkBeginsAtThreeAlsoWhenClocksChange(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, stockholm)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for now, want := range map[string]time.Duration{
		"2026-11-22 02:59": time.Minute,
		"2026-11-22 03:00": 24 * time.Hour,
		"2026-11-22 14:00": 13 * time.Hour,
		"2026-10-24 12:00": 16 * time.Hour, // the night of 25 hours
		"2026-03-28 12:00": 14 * time.Hour, // the night of 23
	} {
		if got := untilThree(at(now)); got != want {
			t.Errorf("from %s: %s, want %s", now, got, want)
		}
	}
}
