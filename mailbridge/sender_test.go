package mailbridge

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"strings"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

func smtpAt(address string) Server {
	s := at(address)
	s.Scheme, s.User, s.Password = "smtp", "", ""
	return s
}

var hasty = Sender{Timeout: 5 * time.Second, Final: 5 * time.Second}

func deliver(t *testing.T, srv Server, raw []byte, to ...string) map[string]Outcome {
	t.Helper()
	got, err := hasty.Deliver(context.Background(), srv, "house@return.test", to, raw)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func outcomes(t *testing.T, got, want map[string]Outcome) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

var fine = Outcome{State: Accepted, Code: 250}

func TestALetterReachesEachRecipientByteForByte(t *testing.T) {
	w := world(t, mailtest.Options{})
	for _, a := range []string{"a@persons.test", "b@persons.test"} {
		if err := w.AddUser(a, "x"); err != nil {
			t.Fatal(err)
		}
	}
	raw := []byte("Subject: answer\r\n\r\n.a line that begins with a dot\r\n..two\r\n")
	outcomes(t, deliver(t, smtpAt(w.SMTPAddr()), raw, "a@persons.test", "b@persons.test", "far@away.test"),
		map[string]Outcome{"a@persons.test": fine, "b@persons.test": fine, "far@away.test": fine})
	for _, a := range []string{"a@persons.test", "b@persons.test"} {
		if got := w.Mails(a, "INBOX"); len(got) != 1 || !bytes.Equal(got[0], raw) {
			t.Errorf("%s has %q", a, got)
		}
	}
	if out := w.Outbox(); len(out) != 1 || out[0].From != "house@return.test" {
		t.Errorf("outbox %+v", out)
	}
}

func TestEachRecipientHasAnOutcomeOfTheirOwn(t *testing.T) {
	w := world(t, mailtest.Options{})
	w.Greylist("grey@persons.test")
	w.RefuseRecipient("gone@persons.test", 550, mailtest.Forever)
	w.RefuseRecipient("full@persons.test", 552, mailtest.Forever)
	got := deliver(t, smtpAt(w.SMTPAddr()), mail("x"), "good@persons.test", "grey@persons.test", "gone@persons.test", "full@persons.test",
		"a>\r\nRCPT TO:<evil@x.test", "no address", "", "good@persons.test")
	outcomes(t, got, map[string]Outcome{
		"good@persons.test":          fine,
		"grey@persons.test":          {State: Deferred, Code: 451, Enhanced: "4.1.1"},
		"gone@persons.test":          {State: Refused, Code: 550, Enhanced: "5.1.1"},
		"full@persons.test":          {State: Deferred, Code: 552, Enhanced: "5.1.1"},
		"a>\r\nRCPT TO:<evil@x.test": {State: Refused, Reason: BadAddress},
		"no address":                 {State: Refused, Reason: BadAddress},
		"":                           {State: Refused, Reason: BadAddress},
	})
	if to := w.Outbox()[0].To; len(to) != 1 {
		t.Errorf("sent to %q", to)
	}
	outcomes(t, deliver(t, smtpAt(w.SMTPAddr()), mail("x"), "grey@persons.test"), map[string]Outcome{"grey@persons.test": fine})
	outcomes(t, deliver(t, smtpAt(w.SMTPAddr()), mail("x"), "gone@persons.test"), map[string]Outcome{"gone@persons.test": {State: Refused, Code: 550, Enhanced: "5.1.1"}})
	if n := len(w.Outbox()); n != 2 {
		t.Errorf("%d letters accepted", n)
	}
}

func TestAnAnswerToTheWholeLetterIsEverybodysOutcome(t *testing.T) {
	w := world(t, mailtest.Options{})
	for code, want := range map[int]Outcome{
		452: {State: Deferred, Code: 452, Enhanced: "4.1.1"},
		554: {State: Refused, Code: 554, Enhanced: "5.1.1"},
	} {
		w.RefuseData(code, 1)
		outcomes(t, deliver(t, smtpAt(w.SMTPAddr()), mail("x"), "a@p.test", "b@p.test"), map[string]Outcome{"a@p.test": want, "b@p.test": want})
	}
	small := world(t, mailtest.Options{MaxSize: 100})
	outcomes(t, deliver(t, smtpAt(small.SMTPAddr()), bytes.Repeat([]byte("x"), 200), "a@p.test"),
		map[string]Outcome{"a@p.test": {State: Refused, Code: 552, Enhanced: "5.3.4", Reason: LetterTooBig}})
}

func TestADropAfterTheLastByteIsDeferredAndMarkedUnknown(t *testing.T) {
	w := world(t, mailtest.Options{})
	w.DropAfterData(1)
	got, err := hasty.Deliver(context.Background(), smtpAt(w.SMTPAddr()), "house@return.test", []string{"a@p.test"}, mail("x"))
	if CodeOf(err) != Closed {
		t.Errorf("error %v", err)
	}
	outcomes(t, got, map[string]Outcome{"a@p.test": {State: Deferred, Reason: NoConnection, Unknown: true}})
	outcomes(t, deliver(t, smtpAt(w.SMTPAddr()), mail("x"), "a@p.test"), map[string]Outcome{"a@p.test": fine})
	if out := w.Outbox(); len(out) != 2 || !bytes.Equal(out[0].Raw, out[1].Raw) {
		t.Errorf("%d accepted", len(out))
	}
}

func TestSendingIsProtectedOrRefused(t *testing.T) {
	send := func(srv Server, address string) (Outcome, Code) {
		d := hasty
		d.Dial = to(address)
		got, err := d.Deliver(context.Background(), srv, "house@return.test", []string{"a@p.test"}, mail("x"))
		return got["a@p.test"], CodeOf(err)
	}
	deferred := Outcome{State: Deferred, Reason: NoConnection}
	w, bare := world(t, mailtest.Options{RequireAuth: true}), world(t, mailtest.Options{NoStartTLS: true})
	expired := world(t, mailtest.Options{Certificate: mailtest.ExpiredCertificate})
	wrong := world(t, mailtest.Options{Certificate: mailtest.WrongNameCertificate})
	strange := elsewhere("smtp", w)
	strange.RootCAs = bare.CertPool()
	guess := elsewhere("smtp", w)
	guess.Password = "guess"
	for _, c := range []struct {
		name    string
		srv     Server
		address string
		want    Outcome
		code    Code
	}{
		{"STARTTLS", elsewhere("smtp", w), w.SMTPAddr(), fine, ""},
		{"implicit TLS", elsewhere("smtps", w), w.SMTPSAddr(), fine, ""},
		{"STARTTLS cut out", elsewhere("smtp", bare), bare.SMTPAddr(), deferred, StartTLSMissing},
		{"plain by wish", elsewhere("smtp+insecure", bare), bare.SMTPAddr(), fine, ""},
		{"unknown authority", strange, w.SMTPAddr(), deferred, CertUntrusted},
		{"expired, STARTTLS", elsewhere("smtp", expired), expired.SMTPAddr(), deferred, CertExpired},
		{"expired, implicit", elsewhere("smtps", expired), expired.SMTPSAddr(), deferred, CertExpired},
		{"another's certificate, STARTTLS", elsewhere("smtp", wrong), wrong.SMTPAddr(), deferred, CertName},
		{"another's certificate, implicit", elsewhere("smtps", wrong), wrong.SMTPSAddr(), deferred, CertName},
		{"wrong password", guess, w.SMTPAddr(), deferred, SignIn},
		{"nobody there", elsewhere("smtp", w), "127.0.0.1:1", deferred, Unreachable},
	} {
		got, code := send(c.srv, c.address)
		if got != c.want || code != c.code {
			t.Errorf("%s: %+v %q, want %+v %q", c.name, got, code, c.want, c.code)
		}
	}
}

func TestForeignScriptsTravelWhereTheServerCanCarryThem(t *testing.T) {
	w := world(t, mailtest.Options{})
	outcomes(t, deliver(t, smtpAt(w.SMTPAddr()), mail("x"), "info@räksmörgås.test", "räksmörgås@persons.test"), map[string]Outcome{
		"info@räksmörgås.test":    fine,
		"räksmörgås@persons.test": {State: Refused, Reason: NeedsSMTPUTF8},
	})
	if to := w.Outbox()[0].To; len(to) != 1 || to[0] != "info@xn--rksmrgs-5wao1o.test" {
		t.Errorf("sent to %q", to)
	}
	w = world(t, mailtest.Options{UTF8: true})
	outcomes(t, deliver(t, smtpAt(w.SMTPAddr()), mail("x"), "räksmörgås@persons.test"), map[string]Outcome{"räksmörgås@persons.test": fine})
	if to := w.Outbox()[0].To[0]; to != "räksmörgås@persons.test" {
		t.Errorf("sent to %q", to)
	}
}

// smtpFake says its lines, one to each line it hears, and then nothing.
func smtpFake(t *testing.T, say func(c net.Conn, heard string)) Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				say(c, "")
				for lines := bufio.NewScanner(c); lines.Scan(); {
					say(c, lines.Text())
				}
			}()
		}
	}()
	return smtpAt(l.Addr().String())
}

func TestAServerThatStallsOrFloodsIsLeft(t *testing.T) {
	d := Sender{Timeout: 150 * time.Millisecond, Final: 150 * time.Millisecond}
	polite := func(c net.Conn, heard string) {
		switch {
		case heard == "":
			fmt.Fprint(c, "220 hi\r\n")
		case strings.HasPrefix(heard, "EHLO"):
			fmt.Fprint(c, "250 hi\r\n")
		case heard == "DATA":
			fmt.Fprint(c, "354 go\r\n")
		case heard != "." && heard != "x":
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
	for name, c := range map[string]struct {
		say     func(net.Conn, string)
		want    Code
		unknown bool
	}{
		"silence":               {func(net.Conn, string) {}, TimedOut, false},
		"silence after the dot": {polite, TimedOut, true},
		"a flood of answers": {func(c net.Conn, heard string) {
			if heard == "" {
				repeat(c, "220-hello\r\n")
			}
		}, Hostile, false},
		"a goodbye at once": {func(c net.Conn, heard string) { c.Close() }, Closed, false},
		"a refusal at once": {func(c net.Conn, heard string) { io.WriteString(c, "554 no\r\n") }, Declined, false},
	} {
		began := time.Now()
		got, err := d.Deliver(context.Background(), smtpFake(t, c.say), "house@return.test", []string{"a@p.test"}, []byte("x"))
		o := got["a@p.test"]
		if CodeOf(err) != c.want || o.State != Deferred || o.Unknown != c.unknown {
			t.Errorf("%s: %q %+v", name, CodeOf(err), o)
		}
		if s := time.Since(began); s > 3*time.Second {
			t.Errorf("%s took %v", name, s)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	began := time.Now()
	hasty.Deliver(ctx, smtpFake(t, func(net.Conn, string) {}), "house@return.test", []string{"a@p.test"}, []byte("x"))
	if s := time.Since(began); s > 2*time.Second {
		t.Errorf("cancelled, it took %v", s)
	}
}

func TestDiagnoseSMTPNamesTheStepThatFails(t *testing.T) {
	w := world(t, mailtest.Options{})
	srv := smtpAt(w.SMTPAddr())
	srv.User, srv.Password = "house@return.test", "guess"
	steps := DiagnoseSMTP(context.Background(), srv)
	if last := steps[len(steps)-1]; len(steps) != 4 || last.Code != "sign_in" || last.Cause != SignIn {
		t.Errorf("%+v", steps)
	}
}
