package vault

import (
	"bytes"
	"testing"

	"returnsupport/helpdesk"
)

func TestPartsOfOneMeaningAreOnePlace(t *testing.T) {
	type state string
	type epoch int64
	want := At("k", "open", 7)
	for name, got := range map[string]Context{
		"id":            At("k", helpdesk.ID("open"), 7),
		"derived types": At("k", state("open"), epoch(7)),
		"int64":         At("k", "open", int64(7)),
		"uint32":        At("k", "open", uint32(7)),
	} {
		if !bytes.Equal(got.parts, want.parts) {
			t.Errorf("%s is another place", name)
		}
	}
}

func TestNoTwoPlacesMeet(t *testing.T) {
	places := []Context{
		At("a"), At("ab"), At("a", ""), At("a", "", ""), At("a", "b"), At("a", "b", ""), At("a", 0), At("a", int64(-1)),
		At("a", []byte{}), At("a", []byte("b")), At("a", false), At("a", true), At("a", "1"), At("a", "bn"), At("a", "b", "n"),
		At("a", KeyID{}), At("a", KeyID{Kind: User}), At("a", KeyID{Owner: "user"}), At("a", KeyID{Version: 1}),
	}
	for i, a := range places {
		for j, b := range places {
			if i != j && bytes.Equal(a.bind(1, keyID{}), b.bind(1, keyID{})) {
				t.Errorf("places %d and %d are one", i, j)
			}
		}
	}
}

// The bytes are stored in nobody's table but decide whether every row opens.
func TestTheContextIsWrittenAsItAlwaysWas(t *testing.T) {
	got := At("k", "ab", 1, []byte{9}).bind(schemeSealed, keyID{1, 2, 3, 4, 5, 6, 7, 8})
	want := "rs1\x01\x01\x02\x03\x04\x05\x06\x07\x08t\x00\x00\x00\x01kt\x00\x00\x00\x02abn\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x01b\x00\x00\x00\x01\x09"
	if string(got) != want {
		t.Errorf("got %q", got)
	}
}

func TestAPlaceMustBeNamed(t *testing.T) {
	k := NewKey()
	for name, do := range map[string]func(){
		"no kind":       func() { At("") },
		"odd part":      func() { At("k", 1.5) },
		"nil part":      func() { At("k", nil) },
		"zero, sealing": func() { k.Seal(Context{}, nil) },
		"zero, pair":    func() { NewPair(userID).WrapPair(Context{}, NewPair(userID)) },
		"zero, opening": func() { k.Open(Context{}, k.Seal(place, nil)) },
		"zero, vouch":   func() { NewSecrets().Vouch(Context{}) },
		"large chunk":   func() { k.SealChunk(place, 0, true, make([]byte, ChunkSize+1)) },
		"mad cost":      func() { NewSecrets().LockWithWords(NewPair(userID), "w", NewSalt(), Cost{4096, 3}, place) },
		"no salt":       func() { NewSecrets().LockWithWords(NewPair(userID), "w", nil, cheap, place) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("went on")
				}
			}()
			do()
		})
	}
}
