package mailbridge

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

// TestBeforeALetterIsNamedEveryNoIsATroubleOfOurs: up to the sign-in a server
// speaks of us and not of the letter, which waits; the code says what to put right.
func TestBeforeALetterIsNamedEveryNoIsATroubleOfOurs(t *testing.T) {
	type refusal struct {
		at   mailtest.Step
		said string
	}
	var no atomic.Pointer[refusal] // the server's goroutine reads it
	server := &mailtest.SMTPScript{Offers: []string{"STARTTLS", "AUTH PLAIN LOGIN"}, Answer: func(s mailtest.Step, _ string) string {
		if r := no.Load(); s == r.at {
			return r.said
		}
		return ""
	}}
	address := server.Test(t)
	for _, code := range []int{421, 432, 454, 500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 550, 554} {
		for _, step := range []mailtest.Step{mailtest.AtGreeting, mailtest.AtEHLO, mailtest.AtStartTLS, mailtest.AtAuth} {
			srv := at(address)
			srv.Scheme = "smtp" // plain, to loopback
			d := hasty
			if step == mailtest.AtStartTLS {
				srv.Host, d.Dial = "mail.example.test", to(address)
			}
			no.Store(&refusal{step, fmt.Sprint(code, " by order of the test")})
			got, err := d.Deliver(context.Background(), srv, "house@return.test", []string{"a@p.test"}, mail("x"))
			want := Declined
			switch {
			case step == mailtest.AtAuth && code >= 500:
				want = SignIn
			case step == mailtest.AtEHLO && (code == 500 || code == 502):
				want = SignInMethod // HELO offers none
			}
			if CodeOf(err) != want || got["a@p.test"] != (Outcome{State: Deferred, Reason: NoConnection}) {
				t.Errorf("%d at %s: %v, %+v; want %s", code, step, err, got["a@p.test"], want)
			}
		}
	}
	if n := len(server.Filed()) + server.Asked(mailtest.AtMail); n != 0 {
		t.Errorf("%d letters were named", n)
	}
}

// TestAYesIsAYesWhateverItsNumber: taking 251 for a no would send the letter again.
func TestAYesIsAYesWhateverItsNumber(t *testing.T) {
	for _, step := range []mailtest.Step{mailtest.AtMail, mailtest.AtRcpt, mailtest.AtDot} {
		for _, yes := range []string{"200 yes", "251 yes", "252 yes", "299 yes", "250-a\r\n250-b\r\n250 c"} {
			server := &mailtest.SMTPScript{Answer: func(s mailtest.Step, _ string) string {
				if s == step {
					return yes
				}
				return ""
			}}
			if step == mailtest.AtRcpt && yes[:2] != "25" {
				continue // no server says so, and RCPT knows 250, 251 and 252 (RFC 5321 section 4.3.2)
			}
			outcomes(t, deliver(t, smtpAt(server.Test(t)), mail("x"), "a@p.test"), map[string]Outcome{"a@p.test": fine})
			if n := len(server.Filed()); n != 1 {
				t.Errorf("%q at %s: filed %d times", yes, step, n)
			}
		}
	}
}

// TestNobodyWaitsForAGoodbye: the letter is accepted, and that must be written down
// before anything can happen to us.
func TestNobodyWaitsForAGoodbye(t *testing.T) {
	server := &mailtest.SMTPScript{Answer: func(s mailtest.Step, _ string) string {
		if s == mailtest.AtQuit {
			return mailtest.Hang
		}
		return ""
	}}
	d := Sender{Timeout: time.Minute}
	began := time.Now()
	got, err := d.Deliver(context.Background(), smtpAt(server.Test(t)), "house@return.test", []string{"a@p.test"}, mail("x"))
	if took := time.Since(began); err != nil || got["a@p.test"] != fine || took > 2*farewell {
		t.Errorf("%+v, %v after %v", got, err, took)
	}
}

// TestAConnectionLostAtEveryByteOfADeliveryIsNeverTakenForAYesOrANo: whatever byte
// of the server's the line breaks at, the letter waits or was accepted, and what
// was accepted was filed.
func TestAConnectionLostAtEveryByteOfADeliveryIsNeverTakenForAYesOrANo(t *testing.T) {
	deliverThrough := func(fault mailtest.Fault) (Outcome, *mailtest.World, *mailtest.Proxy) {
		w := world(t, mailtest.Options{})
		p := mailtest.TestProxy(t, w.SMTPAddr(), func(int) mailtest.Script { return mailtest.Script{Fault: fault} })
		d := Sender{Timeout: 150 * time.Millisecond, Final: 150 * time.Millisecond}
		got, _ := d.Deliver(context.Background(), smtpAt(p.Addr()), "house@return.test", []string{"a@p.test"}, mail("x"))
		return got["a@p.test"], w, p
	}
	_, w, p := deliverThrough(mailtest.Fault{})
	w.Close()
	p.Close()
	whole := p.Longest()
	if whole < 100 {
		t.Fatalf("a session of %d bytes", whole)
	}
	step := int64(1)
	if testing.Short() { // the race detector looks at what happens, not at every byte
		step = 16
	}
	for after := int64(0); after < whole; after += step {
		for _, f := range []mailtest.Fault{{Do: mailtest.Cut, After: after}, {Do: mailtest.Cut, After: after, Client: true}, {Do: mailtest.Flood, After: after, Text: "250-more\r\n"}} {
			o, w, p := deliverThrough(f)
			filed := len(w.Outbox())
			switch {
			case o.State == Refused, o.State == Accepted && filed != 1, o.State == Deferred && filed > 0 && !o.Unknown:
				t.Errorf("%+v: %+v, filed %d times", f, o, filed)
			}
			p.Close()
			w.Close()
		}
	}
}
