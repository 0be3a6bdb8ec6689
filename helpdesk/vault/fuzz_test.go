package vault

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"returnsupport/helpdesk"
)

func FuzzParseSecrets(f *testing.F) {
	s := NewSecrets()
	f.Add(s.Marshal())
	f.Add([]byte(`{"format":"returnsupport secrets 1","secrets":{"index":{"current":"00","all":{"00":"AA=="}}}}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSecrets(b)
		if err != nil {
			if !errors.Is(err, ErrMalformed) || s != nil {
				t.Fatalf("%v", err)
			}
			return
		}
		again, err := ParseSecrets(s.Marshal())
		if err != nil || !bytes.Equal(again.Marshal(), s.Marshal()) {
			t.Fatalf("does not come back: %v", err)
		}
		if !again.Vouched(s.Vouch(place), place) || !again.VerifyLedger(nil, s.SignLedger(nil)) {
			t.Fatal("parsed secrets do not work")
		}
	})
}

// What is not the very bytes that were sealed opens nothing, whoever tries.
func FuzzOpeners(f *testing.F) {
	all := forms(f)
	for _, form := range all {
		f.Add(form.sealed)
		f.Add(form.sealed[:headLen])
	}
	f.Add([]byte{})
	r, s := NewPair(recoveryID), NewSecrets()
	sheets, _ := NewSheets(r)
	f.Fuzz(func(t *testing.T, b []byte) {
		Blind(b)
		if s.Vouched(b, place, content) || s.VerifyLedger(content, b) {
			t.Fatal("a forgery verifies")
		}
		if _, err := OpenWithSheets(sheets[0], sheets[1], [3][]byte{b, b, b}, recoveryID); err == nil {
			t.Fatal("a forged wrap opens")
		}
		if _, err := SecretsFromCopy(r, b); err == nil {
			t.Fatal("a forged copy opens")
		}
		for _, form := range all {
			if form.scheme == schemeWords && (len(b) == 0 || b[0] != byte(schemeWords)) {
				continue // each try costs an Argon2id
			}
			err := form.open(place, b)
			if err == nil && !isOneOf(all, b) {
				t.Fatalf("%s opens a forgery", form.name)
			}
			if err != nil && !errors.Is(err, ErrNotOpened) {
				t.Fatalf("%s: %v", form.name, err)
			}
		}
	})
}

func isOneOf(all []form, b []byte) bool {
	for _, f := range all {
		if bytes.Equal(f.sealed, b) {
			return true
		}
	}
	return false
}

func FuzzChunkReader(f *testing.F) {
	k := NewKey()
	a, b := k.SealChunk(place, 0, false, content), k.SealChunk(place, 1, true, content)
	f.Add(a, b)
	f.Add(b, a)
	f.Add(a, []byte{})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		got, err := openFile(k, place, [][]byte{first, second})
		if err == nil && (!bytes.Equal(first, a) || !bytes.Equal(second, b)) {
			t.Fatalf("read %d bytes to the end", len(got))
		}
		if err != nil && !errors.Is(err, ErrNotOpened) {
			t.Fatal(err)
		}
	})
}

func FuzzReadSheet(f *testing.F) {
	sheets, wraps := NewSheets(NewPair(recoveryID))
	for _, s := range sheets {
		f.Add(s)
	}
	f.Add("A")
	f.Add("B 00000-00000-00000-00000-00000-00000-00000")
	f.Add("C ſſſſſ-ıııı")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := readSheet(text, 1)
		if err != nil {
			var r helpdesk.Refusal
			if !errors.As(err, &r) || !strings.HasPrefix(r.Key, "recovery.") {
				t.Fatal(err)
			}
			return
		}
		again, err := readSheet(printSheet(s.letter, s.secret), 1)
		if err != nil || again.letter != s.letter || !bytes.Equal(again.secret, s.secret) {
			t.Fatalf("does not come back: %v", err)
		}
		if _, err := OpenWithSheets(text, sheets[2], wraps, recoveryID); err == nil && printSheet(s.letter, s.secret) != sheets[0] && printSheet(s.letter, s.secret) != sheets[1] {
			t.Fatal("a forged sheet opens")
		}
	})
}

func FuzzParseSessionKey(f *testing.F) {
	f.Add(NewSessionKey().Cookie())
	f.Add(strings.Repeat("A", 43))
	f.Add(strings.Repeat("A", 42) + "\n")
	f.Fuzz(func(t *testing.T, cookie string) {
		s, err := ParseSessionKey(cookie)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if s.Cookie() != cookie {
			t.Fatal("two cookies are one session")
		}
	})
}

func FuzzParseLinkKey(f *testing.F) {
	f.Add(NewLinkKey().Fragment())
	f.Add(strings.Repeat("A", 22))
	f.Add(strings.Repeat("A", 21) + "B") // bits beyond the last byte
	f.Add(strings.Repeat("A", 21) + "\n")
	f.Fuzz(func(t *testing.T, fragment string) {
		l, err := ParseLinkKey(fragment)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if l.Fragment() != fragment {
			t.Fatal("two fragments are one link")
		}
	})
}

func FuzzKeyFrom(f *testing.F) {
	f.Add(NewKey().Bytes())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := KeyFrom(b)
		if (err == nil) != (len(b) == 32) {
			t.Fatal(err)
		}
		if err == nil && !bytes.Equal(k.Bytes(), b) {
			t.Fatal("another key")
		}
		p, err := PairFromSeed(userID, b)
		if (err == nil) != (len(b) == 32) {
			t.Fatal(err)
		}
		if err == nil {
			p.Fingerprint() // any 32 bytes are a seed
		}
	})
}

func FuzzNormalWords(f *testing.F) {
	f.Add("Sommarstuga havshatt")
	f.Add("o\u0308la\u030ada İı ſß")
	f.Fuzz(func(t *testing.T, s string) {
		n := NormalWords(s)
		if NormalWords(n) != n {
			t.Fatalf("%q is not normal yet", n)
		}
	})
}
