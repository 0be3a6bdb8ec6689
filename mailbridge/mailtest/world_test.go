package mailtest

import (
	"bytes"
	"net"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const letter = "From: a@persons.test\r\nTo: house@return.test\r\nSubject: question\r\n\r\nhello\r\n"

func people(t *testing.T, o Options) *World {
	t.Helper()
	w := Test(t, o)
	for _, a := range []string{"house@return.test", "a@persons.test"} {
		if err := w.AddUser(a, "secret"); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestALetterSentBySMTPLiesInTheHousesInbox(t *testing.T) {
	w := people(t, Options{})
	err := smtp.SendMail(w.SMTPAddr(), nil, "a@persons.test", []string{"House@Return.test", "stranger@far.test"}, []byte(letter))
	// The standard client insists on STARTTLS with a known authority when it is offered.
	if err == nil {
		t.Fatal("an unknown authority was believed")
	}
	plain := people(t, Options{NoStartTLS: true})
	if err := smtp.SendMail(plain.SMTPAddr(), nil, "a@persons.test", []string{"House@Return.test", "stranger@far.test"}, []byte(letter)); err != nil {
		t.Fatal(err)
	}
	got := plain.Mails("house@return.test", "INBOX")
	if len(got) != 1 || !bytes.Equal(got[0], []byte(letter)) {
		t.Fatalf("inbox holds %d mails", len(got))
	}
	if out := plain.Outbox(); len(out) != 1 || len(out[0].To) != 2 || out[0].From != "a@persons.test" {
		t.Fatalf("outbox: %+v", out)
	}
}

func TestWhoIdlesIsWokenByASentLetter(t *testing.T) {
	w := people(t, Options{})
	woken := make(chan uint32, 4)
	c, err := imapclient.DialInsecure(w.IMAPAddr(), &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				woken <- *d.NumMessages
			}
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("HOUSE@return.test", "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	idle, err := c.Idle()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Send("a@persons.test", []string{"house@return.test"}, []byte(letter)); err != nil {
		t.Fatal(err)
	}
	select {
	case n := <-woken:
		if n != 1 {
			t.Fatalf("EXISTS %d", n)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nobody rang")
	}
	if err := idle.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAWrongPasswordIsRefused(t *testing.T) {
	w := people(t, Options{})
	c, err := imapclient.DialInsecure(w.IMAPAddr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("house@return.test", "guess").Wait(); err == nil {
		t.Fatal("signed in with a guess")
	}
}

func TestRenumberChangesUIDValidityAndKeepsTheMails(t *testing.T) {
	w := people(t, Options{})
	day := time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)
	for range 3 {
		if err := w.Append("house@return.test", "INBOX", []byte(letter), []string{`\Seen`}, day); err != nil {
			t.Fatal(err)
		}
	}
	before := validity(t, w)
	if err := w.Renumber("house@return.test", "INBOX"); err != nil {
		t.Fatal(err)
	}
	if after := validity(t, w); after == before {
		t.Fatalf("UIDVALIDITY stayed %d", after)
	}
	got, err := w.Letters("house@return.test", "INBOX")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || !got[0].Internal.Equal(day) || len(got[0].Flags) != 1 {
		t.Fatalf("after: %+v", got)
	}
}

func TestRelocateGivesANewUID(t *testing.T) {
	w := people(t, Options{})
	if err := w.Append("a@persons.test", "INBOX", []byte(letter), nil, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for _, step := range [][2]string{{"INBOX", "Archive"}, {"Archive", "INBOX"}} {
		if err := w.Relocate("a@persons.test", step[0], 1, step[1]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := w.Letters("a@persons.test", "INBOX")
	if err != nil || len(got) != 1 || got[0].UID != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
}

func validity(t *testing.T, w *World) uint32 {
	t.Helper()
	c, err := imapclient.DialInsecure(w.IMAPAddr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("house@return.test", "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	sel, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return sel.UIDValidity
}

func TestFaultsAreSpentAndThenForgotten(t *testing.T) {
	w := people(t, Options{NoStartTLS: true})
	w.Greylist("house@return.test")
	send := func() error {
		return smtp.SendMail(w.SMTPAddr(), nil, "a@persons.test", []string{"house@return.test"}, []byte(letter))
	}
	if err := send(); err == nil || !strings.HasPrefix(err.Error(), "451") {
		t.Fatalf("greylisting: %v", err)
	}
	w.RefuseData(554, 1)
	if err := send(); err == nil || !strings.HasPrefix(err.Error(), "554") {
		t.Fatalf("refused data: %v", err)
	}
	w.DropAfterData(1)
	if err := send(); err == nil {
		t.Fatal("a dropped connection looked like success")
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	if n := len(w.Mails("house@return.test", "INBOX")); n != 2 {
		t.Fatalf("%d mails, want the dropped one and the good one", n)
	}
}

func TestCloseLeavesNoPortOpen(t *testing.T) {
	w, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	for _, a := range []string{w.IMAPAddr(), w.IMAPSAddr(), w.SMTPAddr(), w.SMTPSAddr()} {
		if c, err := net.DialTimeout("tcp", a, time.Second); err == nil {
			c.Close()
			t.Errorf("%s still answers", a)
		}
	}
}
