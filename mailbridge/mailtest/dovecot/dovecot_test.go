package dovecot

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
)

const letter = "From: a@persons.test\r\nSubject: question\r\n\r\nhello\r\n"

func TestAFreshAccountTakesMailsBothWays(t *testing.T) {
	a, b := Fresh(t), Fresh(t)
	day := time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)
	a.Append(t, "INBOX", []imap.Flag{imap.FlagSeen}, day, []byte(letter))
	a.Deliver(t, []byte(letter), []byte(letter))
	got := a.Letters(t, "INBOX")
	if len(got) != 3 || !got[0].Internal.Equal(day) {
		t.Fatalf("%d letters, first of %v", len(got), got[0].Internal)
	}
	for _, l := range got {
		if string(l.Raw) != letter {
			t.Errorf("UID %d: %q", l.UID, l.Raw)
		}
	}
	if n := len(b.Letters(t, "INBOX")); n != 0 {
		t.Errorf("the other account has %d letters", n)
	}
}

func TestItsCertificateIsSignedByTheAuthorityHandedOut(t *testing.T) {
	a := Fresh(t)
	c, err := tls.Dial("tcp", a.TLSAddr, &tls.Config{RootCAs: a.Roots, ServerName: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestRenumberChangesUIDValidityAndKeepsTheMails(t *testing.T) {
	a := Fresh(t)
	a.Append(t, "INBOX", nil, time.Time{}, []byte(letter), []byte(letter))
	validity := func() uint32 {
		c := a.client(t)
		defer c.Close()
		sel, err := c.Select("INBOX", nil).Wait()
		if err != nil {
			t.Fatal(err)
		}
		return sel.UIDValidity
	}
	before := validity()
	a.Renumber(t)
	if after := validity(); after == before {
		t.Fatalf("UIDVALIDITY stayed %d", after)
	}
	if n := len(a.Letters(t, "INBOX")); n != 2 {
		t.Fatalf("%d letters left", n)
	}
}
