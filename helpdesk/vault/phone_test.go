package vault

import (
	"bytes"
	"fmt"
	"testing"
)

func TestWhatWaitsOnAPhoneOpensForItsOwnerAndAtItsPlaceAlone(t *testing.T) {
	own, other := NewPair(KeyID{Kind: User, Owner: "a", Version: 1}), NewPair(KeyID{Kind: User, Owner: "b", Version: 1})
	at := At("test.phone", "one")
	p := NewPhonePair()
	if len(p.Public()) != 65 {
		t.Fatalf("a public half of %d bytes", len(p.Public()))
	}
	kept, err := p.Seal(at, own)
	if err != nil {
		t.Fatal(err)
	}
	blob, err := PhoneSeal(p.Public(), "info", []byte("five taps"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenPhonePair(at, own, kept)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open("info", blob); err != nil || string(got) != "five taps" {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := OpenPhonePair(at, other, kept); err == nil {
		t.Error("opens for another account")
	}
	if _, err := OpenPhonePair(At("test.phone", "two"), own, kept); err == nil {
		t.Error("opens at another place")
	}
	if _, err := again.Open("another", blob); err == nil {
		t.Error("opens under another key's name")
	}
	for i := range blob {
		bad := bytes.Clone(blob)
		bad[i] ^= 1
		if _, err := again.Open("info", bad); err == nil {
			t.Fatalf("byte %d may be changed", i)
		}
	}
	if got := fmt.Sprintf("%v %+v %#v", p, p, p); bytes.Contains([]byte(got), []byte("{")) {
		t.Errorf("a pair that prints: %s", got)
	}
	if _, err := PhoneSeal([]byte("no key"), "info", nil); err == nil {
		t.Error("seals to no key")
	}
}

func FuzzPhoneOpen(f *testing.F) {
	p := NewPhonePair()
	blob, _ := PhoneSeal(p.Public(), "info", []byte("x"))
	f.Add(blob)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := p.Open("info", b); err == nil && !bytes.Equal(b, blob) {
			t.Fatal("opened what nobody sealed")
		}
	})
}
