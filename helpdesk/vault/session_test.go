package vault

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestACookieIsOneSession(t *testing.T) {
	s := NewSessionKey()
	again, err := ParseSessionKey(s.Cookie())
	if err != nil || !bytes.Equal(again.RowID(), s.RowID()) || again.Cookie() != s.Cookie() {
		t.Fatalf("%v", err)
	}
	p := NewPair(userID)
	got, err := again.Open(place, userID, s.Seal(place, p))
	if err := samePair(got, p, err); err != nil {
		t.Error(err)
	}
	if _, err := again.Open(place, teamID, s.Seal(place, p)); !errors.Is(err, ErrNotOpened) {
		t.Errorf("as somebody else: %v", err)
	}
	if len(s.RowID()) != 32 || bytes.Equal(s.RowID(), NewSessionKey().RowID()) || bytes.Contains(s.RowID(), s.secret()[:8]) {
		t.Error("the row's id")
	}
}

func TestAMalformedCookieIsNoSession(t *testing.T) {
	good := NewSessionKey().Cookie()
	for name, bad := range map[string]string{
		"empty": "", "short": good[1:], "long": good + "A", "padded": good[:42] + "=", "foreign letter": "+" + good[1:],
		"line break": good[:20] + "\n" + good[21:], "spare bits set": good[:42] + "B", "not ASCII": strings.Repeat("å", 21) + "A",
	} {
		if _, err := ParseSessionKey(bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATokenIsForOneSessionAndPurpose(t *testing.T) {
	s := NewSessionKey()
	token := s.Token("POST /w/reply")
	if !s.TokenFits(token, "POST /w/reply") {
		t.Fatal("does not fit where it belongs")
	}
	if s.TokenFits(token, "POST /w/close") || NewSessionKey().TokenFits(token, "POST /w/reply") ||
		s.TokenFits("", "POST /w/reply") || s.TokenFits(token[:42], "POST /w/reply") {
		t.Error("fits elsewhere")
	}
}
