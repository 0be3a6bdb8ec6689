package vault

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestSecretsSurviveTheirFile(t *testing.T) {
	s := NewSecrets()
	mac, sealed, sig := s.Vouch(place, content), s.SealOffice(place, content), s.SignLedger(content)
	again, err := ParseSecrets(s.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Index("address", "a@b.se"), s.Index("address", "a@b.se")) {
		t.Error("the index differs")
	}
	if !again.Vouched(mac, place, content) || !again.VerifyLedger(content, sig) {
		t.Error("what was vouched for or signed does not verify")
	}
	got, err := again.OpenOffice(place, sealed)
	if err := same(got, content, err); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(again.Marshal(), s.Marshal()) {
		t.Error("the file changes by being read")
	}
}

func TestOldSecretsStillVerifyButMakeNothing(t *testing.T) {
	s := NewSecrets()
	pair, salt := NewPair(userID), NewSalt()
	mac, sealed, sig := s.Vouch(place, content), s.SealOffice(place, content), s.SignLedger(content)
	notice := s.SealNotice(place, content)
	locked, public := s.LockWithWords(pair, "ord", salt, cheap, place), s.LedgerPublic()
	for _, p := range []Purpose{Origin, Pepper, Office, Notice, Ledger} {
		for range 2 {
			if err := s.Rotate(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, err := ParseSecrets(s.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.OpenOffice(place, sealed)
	if err := same(got, content, err); err != nil {
		t.Errorf("office: %v", err)
	}
	got, err = s.OpenNotice(place, notice)
	if err := same(got, content, err); err != nil {
		t.Errorf("notice: %v", err)
	}
	opened, err := s.UnlockWithWords(userID, locked, "ord", salt, cheap, place)
	if err := samePair(opened, pair, err); err != nil {
		t.Errorf("pepper: %v", err)
	}
	if !s.Vouched(mac, place, content) || !s.VerifyLedger(content, sig) {
		t.Error("an old MAC or signature does not verify")
	}
	for name, made := range map[string][2][]byte{
		"origin": {s.Vouch(place, content), mac}, "office": {s.SealOffice(place, content), sealed},
		"notice": {s.SealNotice(place, content), notice},
		"ledger": {s.SignLedger(content), sig}, "pepper": {s.LockWithWords(pair, "ord", salt, cheap, place), locked},
	} {
		if bytes.Equal(made[0][:headLen], made[1][:headLen]) {
			t.Errorf("%s: still made under the old secret", name)
		}
	}
	if bytes.Equal(s.LedgerPublic(), public) {
		t.Error("the ledger's public key did not change")
	}
	if s.Rotate(Index) == nil || s.Rotate("biscuit") == nil {
		t.Error("rotated what can not be")
	}
}

func TestADamagedSecretsFileIsRefused(t *testing.T) {
	s := NewSecrets()
	if err := s.Rotate(Office); err != nil {
		t.Fatal(err)
	}
	good := string(s.Marshal())
	for name, bad := range map[string]string{
		"empty": "", "null": "null", "list": "[]", "half": good[:len(good)/2], "twice": good + good,
		"other format":    strings.Replace(good, "secrets 1", "secrets 2", 1),
		"no pepper":       strings.Replace(good, `"pepper"`, `"salt"`, 1),
		"unknown purpose": strings.Replace(good, `"secrets": {`, `"secrets": {"salt": {},`, 1),
	} {
		if _, err := ParseSecrets([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Every character of an id or a secret counts.
	for i, r := range good {
		if strings.ContainsRune("\n {}:,", r) || r == '"' {
			continue
		}
		b := []byte(good)
		b[i] ^= 0x03
		if again, err := ParseSecrets(b); err == nil && !bytes.Equal(again.Marshal(), s.Marshal()) {
			t.Fatalf("character %d changed unnoticed", i)
		}
	}
}

func TestAnIndexTellsKindsAndValuesApart(t *testing.T) {
	s := NewSecrets()
	seen := [][]byte{s.Index("address", "a@b.se"), s.Index("token", "a@b.se"), s.Index("address", "A@b.se"),
		s.Index("addres", "sa@b.se"), s.Index("address", ""), NewSecrets().Index("address", "a@b.se")}
	for i, a := range seen {
		if len(a) != 32 {
			t.Errorf("%d bytes", len(a))
		}
		if slices.ContainsFunc(seen[i+1:], func(b []byte) bool { return bytes.Equal(a, b) }) {
			t.Errorf("index %d is another's too", i)
		}
	}
	if !bytes.Equal(seen[0], s.Index("address", "a@b.se")) {
		t.Error("a value is not found again")
	}
}

func TestAVouchedRowCanNotBeChangedOrMoved(t *testing.T) {
	s := NewSecrets()
	mac := s.Vouch(place, []byte("one"), []byte("two"))
	if !s.Vouched(mac, place, []byte("one"), []byte("two")) {
		t.Fatal("does not verify where it belongs")
	}
	for name, parts := range map[string][][]byte{
		"changed": {[]byte("one"), []byte("twO")}, "border moved": {[]byte("onet"), []byte("wo")}, "joined": {[]byte("onetwo")},
		"less": {[]byte("one")}, "more": {[]byte("one"), []byte("two"), nil}, "swapped": {[]byte("two"), []byte("one")}, "none": nil,
	} {
		if s.Vouched(mac, place, parts...) {
			t.Errorf("%s: still vouched for", name)
		}
	}
	for what, c := range elsewhere() {
		if s.Vouched(mac, c, []byte("one"), []byte("two")) {
			t.Errorf("%s: still vouched for", what)
		}
	}
	for i := range mac {
		b := bytes.Clone(mac)
		b[i] ^= 1
		if s.Vouched(b, place, []byte("one"), []byte("two")) {
			t.Errorf("byte %d of the MAC does not count", i)
		}
		if s.Vouched(mac[:i], place, []byte("one"), []byte("two")) {
			t.Errorf("%d bytes are MAC enough", i)
		}
	}
	if s.Vouched(nil, place) || NewSecrets().Vouched(mac, place, []byte("one"), []byte("two")) {
		t.Error("vouched for without our secret")
	}
	// What is part of the place is not what lies in the row.
	if bytes.Equal(s.Vouch(At("k", []byte("x"))), s.Vouch(At("k"), []byte("x"))) {
		t.Error("place and content are one")
	}
}

func TestALedgerSignatureIsForItsBytes(t *testing.T) {
	s := NewSecrets()
	sig := s.SignLedger(content)
	if !s.VerifyLedger(content, sig) || len(s.LedgerPublic()) != 32 {
		t.Fatal("does not verify")
	}
	if s.VerifyLedger(append(bytes.Clone(content), 0), sig) || s.VerifyLedger(nil, sig) || NewSecrets().VerifyLedger(content, sig) {
		t.Error("verifies for something else")
	}
	for i := range sig {
		b := bytes.Clone(sig)
		b[i] ^= 1
		if s.VerifyLedger(content, b) || s.VerifyLedger(content, sig[:i]) {
			t.Errorf("byte %d does not count", i)
		}
	}
}

func TestTheRecoveryKeyOpensACopyOfTheSecrets(t *testing.T) {
	s, r := NewSecrets(), NewPair(KeyID{Kind: Recovery, Version: 1})
	sealed := must2(t)(s.CopyFor(r.Public()))
	again, err := SecretsFromCopy(r, sealed)
	if err != nil || !bytes.Equal(again.Marshal(), s.Marshal()) {
		t.Errorf("not the same: %v", err)
	}
	if _, err := SecretsFromCopy(NewPair(r.ID()), sealed); !errors.Is(err, ErrNotOpened) {
		t.Errorf("another key: %v", err)
	}
}
