package vault

import (
	"errors"
	"testing"
)

// What an authenticator computes opens nothing without the server's pepper, and
// goes on opening after a new one is drawn.
func TestAnAuthenticatorAloneOpensNothing(t *testing.T) {
	s, other, p := NewSecrets(), NewSecrets(), NewPair(userID)
	locked, err := s.LockWithPRF(p, fixed(8), place)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.UnlockWithPRF(userID, locked, fixed(8), place); !errors.Is(err, ErrNotOpened) {
		t.Errorf("without the pepper: %v", err)
	}
	next := userID
	next.Version++
	if _, err := s.UnlockWithPRF(next, locked, fixed(8), place); !errors.Is(err, ErrNotOpened) {
		t.Errorf("as the user's next key: %v", err)
	}
	if err := s.Rotate(Pepper); err != nil {
		t.Fatal(err)
	}
	got, err := s.UnlockWithPRF(userID, locked, fixed(8), place)
	if err := samePair(got, p, err); err != nil {
		t.Errorf("after a new pepper: %v", err)
	}
}

func TestAnOutputOfAnotherLengthLocksNothing(t *testing.T) {
	s, p := NewSecrets(), NewPair(userID)
	for _, n := range []int{0, 16, 31, 33, 64} {
		if _, err := s.LockWithPRF(p, make([]byte, n), place); !errors.Is(err, ErrMalformed) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
