package vault

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

func TestGivenWordsOpenWhatTheyLocked(t *testing.T) {
	s, p, salt := NewSecrets(), NewPair(userID), NewSalt()
	locked := s.LockWithWords(p, "Sommarstuga havshatt ölåda", salt, cheap, place)
	for _, typed := range []string{"sommarstuga havshatt ölåda", "SOMMARSTUGA-HAVSHATT-ÖLÅDA", norm.NFD.String("sommarstugahavshattölåda")} {
		got, err := s.UnlockWithWords(userID, locked, typed, salt, cheap, place)
		if err := samePair(got, p, err); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for name, try := range map[string]func() (*Pair, error){
		"other words": func() (*Pair, error) {
			return s.UnlockWithWords(userID, locked, "sommarstuga havshatt", salt, cheap, place)
		},
		"no words": func() (*Pair, error) { return s.UnlockWithWords(userID, locked, "", salt, cheap, place) },
		"other salt": func() (*Pair, error) {
			return s.UnlockWithWords(userID, locked, "sommarstuga havshatt ölåda", NewSalt(), cheap, place)
		},
		"other cost": func() (*Pair, error) {
			return s.UnlockWithWords(userID, locked, "sommarstuga havshatt ölåda", salt, Cost{1, 2}, place)
		},
		"other user": func() (*Pair, error) {
			return s.UnlockWithWords(teamID, locked, "sommarstuga havshatt ölåda", salt, cheap, place)
		},
		// With the database and the words, but not the server's secrets.
		"other pepper": func() (*Pair, error) {
			return NewSecrets().UnlockWithWords(userID, locked, "sommarstuga havshatt ölåda", salt, cheap, place)
		},
		"no cost": func() (*Pair, error) {
			return s.UnlockWithWords(userID, locked, "sommarstuga havshatt ölåda", salt, Cost{}, place)
		},
		"mad cost": func() (*Pair, error) {
			return s.UnlockWithWords(userID, locked, "sommarstuga havshatt ölåda", salt, Cost{1 << 20, 1}, place)
		},
	} {
		if _, err := try(); !errors.Is(err, ErrNotOpened) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An unknown login (nothing locked) must cost what a known one costs.
func TestNobodyLearnsByTheClockWhoExists(t *testing.T) {
	s, p, salt := NewSecrets(), NewPair(userID), NewSalt()
	cost := Cost{MiB: 16, Passes: 2}
	known := s.LockWithWords(p, "ord", salt, cost, place)
	fastest := func(locked []byte) time.Duration {
		best := time.Hour
		for range 5 {
			start := time.Now()
			if _, err := s.UnlockWithWords(userID, locked, "fel", salt, cost, place); !errors.Is(err, ErrNotOpened) {
				t.Fatal(err)
			}
			best = min(best, time.Since(start))
		}
		return best
	}
	// Half is generous to a busy machine; without the work it would be a
	// thousandth.
	if unknown, known := fastest(nil), fastest(known); unknown < known/2 {
		t.Errorf("unknown %v, known %v", unknown, known)
	}
}

func TestStaffCostIsRFC9106(t *testing.T) {
	if StaffCost != (Cost{64, 3}) || !StaffCost.sane() {
		t.Errorf("%+v: existing rows carry their cost, new ones must not be cheaper by accident", StaffCost)
	}
}
