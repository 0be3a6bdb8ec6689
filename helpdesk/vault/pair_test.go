package vault

import (
	"bytes"
	"errors"
	"sync"
	"testing"
)

func TestOneSeedIsOnePair(t *testing.T) {
	p := NewPair(teamID)
	again, err := PairFromSeed(teamID, p.seed()[:])
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(p.Fingerprint(), again.Fingerprint()) || !bytes.Equal(p.Public().Public, again.Public().Public) {
		t.Error("another public half")
	}
	k := NewKey()
	got, err := again.Unwrap(place, p.Wrap(place, k))
	if err != nil || !got.Equal(k) {
		t.Errorf("another content key: %v", err)
	}
	for _, n := range []int{0, 31, 33} {
		if _, err := PairFromSeed(teamID, make([]byte, n)); !errors.Is(err, ErrMalformed) {
			t.Errorf("a seed of %d bytes: %v", n, err)
		}
	}
}

// A seed presented as another owner's or another version's is another key, in
// both forms.
func TestASeedIsBoundToItsOwnerAndVersion(t *testing.T) {
	p, k := NewPair(teamID), NewKey()
	settled, blind := p.Wrap(place, k), must2(t)(p.Public().Wrap(place, k))
	for _, id := range []KeyID{{User, "team-a", 3}, {Team, "team-b", 3}, {Team, "team-a", 2}} {
		q, err := PairFromSeed(id, p.seed()[:])
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(p.Fingerprint(), q.Fingerprint()) {
			t.Errorf("%v has the same fingerprint", id)
		}
		for _, sealed := range [][]byte{settled, blind} {
			if _, err := q.Unwrap(place, sealed); !errors.Is(err, ErrNotOpened) {
				t.Errorf("%v opens it: %v", id, err)
			}
		}
	}
}

func TestAWrappedPairOpensUnderItsOwnNameOnly(t *testing.T) {
	member, team := NewPair(userID), NewPair(teamID)
	blind := must2(t)(member.Public().WrapPair(place, team))
	for _, sealed := range [][]byte{member.WrapPair(place, team), blind} {
		for _, id := range []KeyID{{User, "team-a", 3}, {Team, "team-b", 3}, {Team, "team-a", 2}} {
			if _, err := member.UnwrapPair(place, id, sealed); !errors.Is(err, ErrNotOpened) {
				t.Errorf("opens as %v: %v", id, err)
			}
		}
	}
}

// The content key has to do without parsing the private half.
func TestSettledNeedsNoHPKE(t *testing.T) {
	p := pairOf(teamID, random(secretLen))
	if _, err := p.Unwrap(place, p.Wrap(place, NewKey())); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Open(place, p.Seal(place, content)); err != nil {
		t.Fatal(err)
	}
	if p.private != nil {
		t.Error("parsed, though nothing blind was opened")
	}
}

func TestAKeyThatIsNoneIsSaidSo(t *testing.T) {
	good := NewPair(teamID).Public()
	for name, public := range map[string][]byte{"none": nil, "short": good.Public[1:], "zeros off the curve": bytes.Repeat([]byte{0xff}, len(good.Public))} {
		bad := InsideKey{ID: teamID, Public: public}
		if _, err := bad.Wrap(place, NewKey()); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: wrap: %v", name, err)
		}
		if _, err := bad.WrapPair(place, NewPair(userID)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: wrap pair: %v", name, err)
		}
		if _, err := bad.Seal(place, content); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: seal: %v", name, err)
		}
	}
}

func TestThePublicHalfCanNotBeChangedFromOutside(t *testing.T) {
	p := NewPair(teamID)
	p.Public().Public[0] ^= 1
	sealed := must2(t)(p.Public().Wrap(place, NewKey()))
	if _, err := p.Unwrap(place, sealed); err != nil {
		t.Error(err)
	}
}

func TestPairsAndKeysAreSharedByGoroutines(t *testing.T) {
	p, k := NewPair(teamID), NewKey()
	public := NewPair(teamID).Public()
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			sealed, err := p.Public().Wrap(place, k)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := p.Unwrap(place, sealed); err != nil || !got.Equal(k) {
				t.Error(err)
			}
			if _, err := k.Open(place, k.Seal(place, content)); err != nil {
				t.Error(err)
			}
			if _, err := public.Wrap(place, k); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestKeysComeBackFromTheirBytes(t *testing.T) {
	k := NewKey()
	again, err := KeyFrom(k.Bytes())
	if err != nil || !again.Equal(k) || k.Equal(NewKey()) {
		t.Errorf("%v", err)
	}
	k.Bytes()[0] ^= 1
	if !again.Equal(k) {
		t.Error("the key was changed from outside")
	}
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := KeyFrom(make([]byte, n)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
