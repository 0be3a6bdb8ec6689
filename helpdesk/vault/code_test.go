package vault

import (
	"bytes"
	"errors"
	"runtime"
	"testing"
	"time"
)

func TestACodeIsFoundAndOpensWhatItLocked(t *testing.T) {
	s, p, inner := NewSecrets(), NewPair(userID), NewKey()
	k := s.CodeKey("return", digits, cheap)
	if len(k.Lookup()) != 16 || len(k.Lookups()) != 1 || !bytes.Equal(k.Lookup(), k.Lookups()[0]) {
		t.Errorf("%d bytes, %d places", len(k.Lookup()), len(k.Lookups()))
	}
	again := s.CodeKey("return", digits, cheap)
	if !bytes.Equal(again.Lookup(), k.Lookup()) {
		t.Error("not found again")
	}
	got, err := again.Unlock(place, userID, k.Lock(place, p))
	if err := samePair(got, p, err); err != nil {
		t.Error(err)
	}
	key, err := again.Unwrap(place, k.Wrap(place, inner))
	if err != nil || !key.Equal(inner) {
		t.Error(err)
	}
	if _, err := again.Unlock(place, teamID, k.Lock(place, p)); !errors.Is(err, ErrNotOpened) {
		t.Errorf("as somebody else's: %v", err)
	}
}

func TestACodeTellsDigitsUsesCostsAndHousesApart(t *testing.T) {
	s, p := NewSecrets(), NewPair(userID)
	k := s.CodeKey("return", digits, cheap)
	locked := k.Lock(place, p)
	other := digits[:19] + "5"
	for name, o := range map[string]CodeKey{
		"other digits": s.CodeKey("return", other, cheap), "no digits": s.CodeKey("return", "", cheap), "other use": s.CodeKey("link", digits, cheap),
		"other cost": s.CodeKey("return", digits, Cost{1, 2}), "other house": NewSecrets().CodeKey("return", digits, cheap),
	} {
		if bytes.Equal(o.Lookup(), k.Lookup()) {
			t.Errorf("%s: found", name)
		}
		if _, err := o.Unlock(place, userID, locked); !errors.Is(err, ErrNotOpened) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What lies in the database under a code says nothing without the pepper, also
// to who tries all digits: the index secret alone (the salt) is not enough.
func TestACodeNeedsThePepper(t *testing.T) {
	s, p := NewSecrets(), NewPair(userID)
	k := s.CodeKey("return", digits, cheap)
	locked := k.Lock(place, p)
	stolen, err := ParseSecrets(s.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	stolen.rings[Pepper] = NewSecrets().rings[Pepper]
	guess := stolen.CodeKey("return", digits, cheap)
	if bytes.Equal(guess.Lookup(), k.Lookup()) {
		t.Error("found")
	}
	if _, err := guess.Unlock(place, userID, locked); !errors.Is(err, ErrNotOpened) {
		t.Error(err)
	}
}

func TestACodeIsFoundUnderAnOlderPepper(t *testing.T) {
	s, p := NewSecrets(), NewPair(userID)
	old := s.CodeKey("return", digits, cheap)
	locked := old.Lock(place, p)
	for range 3 {
		if err := s.Rotate(Pepper); err != nil {
			t.Fatal(err)
		}
	}
	k := s.CodeKey("return", digits, cheap)
	if bytes.Equal(k.Lookup(), old.Lookup()) {
		t.Error("still made under the old pepper")
	}
	found := 0
	for i, l := range k.Lookups() {
		if bytes.Equal(l, old.Lookup()) {
			found++
		}
		if i == 0 && !bytes.Equal(l, k.Lookup()) {
			t.Error("the present one does not come first")
		}
	}
	if found != 1 || len(k.Lookups()) != 4 {
		t.Errorf("found %d times in %d", found, len(k.Lookups()))
	}
	got, err := k.Unlock(place, userID, locked)
	if err := samePair(got, p, err); err != nil {
		t.Error(err)
	}
	if got := k.Lock(place, p); bytes.Equal(got[:headLen], locked[:headLen]) {
		t.Error("locked under the old pepper")
	}
}

// A guess takes one core, so that a line of one guess at a time takes no more.
func TestAGuessAtACodeTakesOneCore(t *testing.T) {
	if codeLanes != 1 {
		t.Errorf("%d lanes", codeLanes)
	}
	if CodeCost != (Cost{19, 2}) || !CodeCost.sane() {
		t.Errorf("%+v: with another cost no code is found again", CodeCost)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	NewSecrets().CodeKey("return", digits, CodeCost)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got < 18 {
		t.Errorf("a guess took %d MiB", got)
	}
	if took < 5*time.Millisecond {
		t.Errorf("a guess took %v", took)
	}
}

func TestACodeRefusesAMadCost(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("stretched")
		}
	}()
	NewSecrets().CodeKey("return", digits, Cost{1 << 20, 1})
}
