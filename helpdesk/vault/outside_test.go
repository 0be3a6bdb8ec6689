package vault

import (
	"bytes"
	"errors"
	"testing"
)

func TestAPartnerOpensWhatWasSealedToTheirVersion(t *testing.T) {
	pair := NewPair(KeyID{Kind: Partner, Owner: "red crescent", Version: 2})
	out := OutsideKey{ID: pair.ID(), Public: pair.Public().Public}
	inner := NewKey()
	sealed, err := out.Wrap(place, inner)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pair.Unwrap(place, sealed); err != nil || !got.Equal(inner) {
		t.Fatal(err)
	}
	if !Blind(sealed) || !out.Same(pair.Fingerprint()) {
		t.Error("not the form, or not the key, that was meant")
	}
	if _, err := pair.Unwrap(At("elsewhere", "x"), sealed); !errors.Is(err, ErrNotOpened) {
		t.Error("opened in another place")
	}
	for name, id := range map[string]KeyID{
		"another version": {Kind: Partner, Owner: "red crescent", Version: 1},
		"another partner": {Kind: Partner, Owner: "blue crescent", Version: 2},
	} {
		other, err := PairFromSeed(id, pair.seed()[:])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Unwrap(place, sealed); !errors.Is(err, ErrNotOpened) {
			t.Errorf("%s opened it", name)
		}
		if out.Same(other.Fingerprint()) {
			t.Errorf("%s has the same fingerprint", name)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if i%97 == 0 {
			if _, err := pair.Unwrap(place, bad); !errors.Is(err, ErrNotOpened) {
				t.Fatalf("byte %d changed, and it opened", i)
			}
		}
	}
}

func TestWhoIsOutsideIsNeverSealedToAsInside(t *testing.T) {
	partner := NewPair(KeyID{Kind: Partner, Owner: "p", Version: 1})
	if _, err := partner.Public().Wrap(place, NewKey()); !errors.Is(err, ErrMalformed) {
		t.Error("a key was wrapped")
	}
	if _, err := partner.Public().Seal(place, []byte("x")); !errors.Is(err, ErrMalformed) {
		t.Error("words were sealed")
	}
	if _, err := partner.Public().WrapPair(place, partner); !errors.Is(err, ErrMalformed) {
		t.Error("a pair was wrapped")
	}
	for _, kind := range []OwnerKind{User, Team, Branch, Person, Recovery, ""} {
		pair := NewPair(KeyID{Kind: kind, Owner: "x", Version: 1})
		if _, err := (OutsideKey{pair.ID(), pair.Public().Public}).Wrap(place, NewKey()); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q is outside", kind)
		}
	}
	for name, id := range map[string]KeyID{"nobody": {Kind: Partner, Version: 1}, "version 0": {Kind: Partner, Owner: "p"}} {
		if _, err := (OutsideKey{id, partner.Public().Public}).Wrap(place, NewKey()); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s is outside", name)
		}
	}
	if _, err := (OutsideKey{partner.ID(), []byte("no key")}).Wrap(place, NewKey()); !errors.Is(err, ErrMalformed) {
		t.Error("sealed to what is no key")
	}
}

func TestNeitherLinkNorDigitsOpenAlone(t *testing.T) {
	s, cheap := NewSecrets(), Cost{1, 1}
	pair := NewPair(KeyID{Kind: Partner, Owner: "guest", Version: 1})
	link := NewLinkKey()
	locked := s.WithCode(link, "123456789012", cheap)[0].Lock(place, pair)

	again, err := ParseLinkKey(link.Fragment())
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.WithCode(again, "123456789012", cheap)[0].Unlock(place, pair.ID(), locked)
	if err != nil || !bytes.Equal(got.Fingerprint(), pair.Fingerprint()) {
		t.Fatal(err)
	}
	for name, k := range map[string]LinkCode{
		"another code":   s.WithCode(link, "123456789013", cheap)[0],
		"no code":        s.WithCode(link, "", cheap)[0],
		"another link":   s.WithCode(NewLinkKey(), "123456789012", cheap)[0],
		"another pepper": NewSecrets().WithCode(link, "123456789012", cheap)[0],
		"another cost":   s.WithCode(link, "123456789012", Cost{2, 1})[0],
	} {
		if _, err := k.Unlock(place, pair.ID(), locked); !errors.Is(err, ErrNotOpened) {
			t.Errorf("%s opens", name)
		}
	}
	if _, err := link.Unwrap(place, locked); !errors.Is(err, ErrNotOpened) {
		t.Error("the link alone opens")
	}
}
