package letter

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// freeBounces are what servers write that do not keep to RFC 3464, each with
// who was not reached and how, and the letter it is about.
var freeBounces = map[string]struct{ raw, want string }{
	"qmail": {`Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: help@desk.example
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<anna@example.net>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

Return-Path: <help@desk.example>
Received: (qmail 27535 invoked by uid 0); 3 Feb 2026 10:30:00 -0000
Message-ID: <1.2@desk.example>
To: anna@example.net, other@example.net
`, "anna@example.net failed 5.1.1 hard <1.2@desk.example>"},
	"exim": {`Return-path: <>
X-Failed-Recipients: anna@example.net, bo@example.net
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example.net>
To: help@desk.example
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  anna@example.net
    host mx.example.net [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<anna@example.net>:
    552 mailbox full
  bo@example.net
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

Return-path: <help@desk.example>
Message-Id: <1.2@desk.example>
`, "anna@example.net failed 5.2.2 soft, bo@example.net failed 5.0.0 hard <1.2@desk.example>"},
	"exim waits": {`Return-path: <>
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example.net>
Subject: Warning: message 1sabcd-000abc delayed 24 hours

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mail.example.net.

The message identifier is:     1sabcd-000abc
The address to which the message has not yet been delivered is:

  anna@example.net
    Delay reason: Connection timed out

No action is required on your part.
`, "anna@example.net delayed 4.0.0 soft <>"},
	"Exchange": {`From: System Administrator <postmaster@corp.example>
To: help@desk.example
Subject: Undeliverable: Re: Fraga
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Your message did not reach some or all of the intended recipients.

      Subject:	Re: Fraga
      Sent:	2/3/2026 10:30 AM

The following recipient(s) could not be reached:

      'anna@corp.example' on 2/3/2026 10:31 AM
            The e-mail account does not exist at the organization this message was sent to.
            <mx.corp.example #5.1.1>

--b
Content-Type: message/rfc822

From: help@desk.example
Message-ID: <1.2@desk.example>

words
--b--
`, "anna@corp.example failed 5.1.1 hard <1.2@desk.example>"},
	"Yahoo": {`Return-Path: <>
From: MAILER-DAEMON@mail.example.com
To: help@desk.example
Subject: Failure Notice

Sorry, we were unable to deliver your message to the following address.

<anna@example.com>:
554: delivery error: dd This user doesn't have an account (anna@example.com) [0] - mta1.mail.example.com

--- Below this line is a copy of the message.

Message-ID: <1.2@desk.example>
`, "anna@example.com failed 5.0.0 hard <1.2@desk.example>"},
	"GMX": {`Return-Path: <>
From: "GMX Mailer Daemon" <mailer-daemon@gmx.example>
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

<anna@gmx.example>:
Quota exceeded. The recipient's mailbox is full.

--- The header of the original message is following. ---

Received: from desk.example
Message-ID: <1.2@desk.example>
`, "anna@gmx.example failed 5.2.2 soft <1.2@desk.example>"},
	"Gmail": {`Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>
X-Failed-Recipients: anna@gmail.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
In-Reply-To: <1.2@desk.example>

** Address not found **

Your message wasn't delivered to anna@gmail.example because the address couldn't be found, or is unable to receive mail.

The response from the remote server was:
550 5.1.1 The email account that you tried to reach does not exist.
`, "anna@gmail.example failed 5.1.1 hard <>"},
	"a server that names nobody": {`Return-Path: <>
From: postmaster@isp.example
Subject: Returned mail

Your mail could not be delivered: 450 try later

----- Original message -----
Message-ID: <1.2@desk.example>
`, " failed 4.0.0 soft <1.2@desk.example>"},
	"no mailer by its name": {`Return-Path: <>
From: "E-mail gateway" <gateway@corp.example>
Subject: Non-delivery report

Not known here: anna@corp.example (550)
`, "anna@corp.example failed 5.0.0 hard <>"},
	"a report without a recipient": {`Return-Path: <>
From: postmaster@corp.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

anna@corp.example is not known: 550 5.1.1
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; corp.example

--b
Content-Type: text/rfc822-headers

Message-ID: <1.2@desk.example>
--b--
`, "anna@corp.example failed 5.1.1 hard <1.2@desk.example>"},
}

func spoken(d *Delivery) string {
	if d == nil {
		return "none"
	}
	var all []string
	for _, r := range d.Recipients {
		how := "hard"
		if r.Soft() {
			how = "soft"
		}
		all = append(all, r.Addr+" "+r.Action+" "+r.Status+" "+how)
	}
	return strings.Join(all, ", ") + " <" + d.Original + ">"
}

func TestBouncesInFreeFormSayWhoAndWhich(t *testing.T) {
	for name, c := range freeBounces {
		for _, ends := range []string{"\n", "\r\n"} {
			l := parsed(t, strings.ReplaceAll(c.raw, "\n", ends))
			if l.Nature() != Bounce {
				t.Errorf("%s is a %s", name, l.Nature())
			}
			if got := spoken(l.Delivery); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
	}
}

func TestAPersonWhoWritesOfABounceIsAPerson(t *testing.T) {
	for _, header := range []string{
		"From: anna@example.org\nSubject: Fwd: failure notice",
		"From: anna@example.org\nSubject: Undelivered mail to you?",
		"From: anna@example.org\nReturn-Path: <anna@example.org>\nSubject: Re: Automatic reply: Hello",
		"From: anna@example.org\nSubject: Automatic replyers are bad",
	} {
		if got := parsed(t, header+"\n\nbo@example.org: 550 5.1.1\n").Nature(); got != Person {
			t.Errorf("%q: %s", header, got)
		}
	}
}

func TestAutomaticAnswersWithoutHeadersAreKnownByTheirSubject(t *testing.T) {
	for _, subject := range []string{"Automatic reply: Hello", "Autosvar: Hej", "Out of Office", "Автоответ: привет", "رد تلقائي: مرحبا"} {
		if got := parsed(t, "From: a@b.example\nSubject: "+subject+"\n\naway\n").Nature(); got != Automatic {
			t.Errorf("%q: %s", subject, got)
		}
		if got := parsed(t, "From: a@b.example\nAuto-Submitted: no\nSubject: "+subject+"\n\naway\n").Nature(); got != Person {
			t.Errorf("%q with Auto-Submitted: no is %s", subject, got)
		}
	}
}

// What servers and absent people's programs say in the languages of those we
// write to.
func TestSubjectsOfServersAreKnownInManyLanguages(t *testing.T) {
	for subject, want := range map[string]Nature{
		"Olevererbart: Ditt ärende": Bounce, "Unzustellbar: Ihre Anfrage": Bounce, "Non remis : Votre demande": Bounce, "Não é possível entregar: x": Bounce,
		"Niet te bezorgen: x": Bounce, "Recapito non riuscito: x": Bounce, "Teslim edilemedi: x": Bounce, "Не удалось доставить: x": Bounce,
		"Не вдалося доставити: x": Bounce, "تعذر التسليم: x": Bounce, "Ei voida toimittaa: x": Bounce, "Niedostarczone: x": Bounce,
	} {
		l := parsed(t, "Return-Path: <>\nFrom: Mail <post@x.example>\nSubject: "+subject+"\n\nx\n")
		if got := l.Nature(); got != want {
			t.Errorf("%q is %s, want %s", subject, got, want)
		}
	}
	for _, subject := range []string{"Autosvar: x", "Автоматична відповідь: x", "رد تلقائي: x", "Resposta automática: x", "Përgjigje automatike: x"} {
		if got := parsed(t, "From: a@x.example\nSubject: "+subject+"\n\nx\n").Nature(); got != Automatic {
			t.Errorf("%q is %s", subject, got)
		}
		if got := parsed(t, "From: a@x.example\nSubject: Re: "+subject+"\n\nx\n").Nature(); got != Person {
			t.Errorf("an answer to %q is %s", subject, got)
		}
	}
}

func TestAFiltersWordIsRead(t *testing.T) {
	for header, want := range map[string]bool{
		"X-Spam-Flag: YES": true, "X-Spam-Flag: NO": false, "X-Spam-Status: Yes, score=9.1 required=5": true, "X-Spam-Status: No, score=1": false,
		"X-MS-Exchange-Organization-SCL: 6": true, "X-MS-Exchange-Organization-SCL: 1": false, "X-MS-Exchange-Organization-SCL: -1": false,
		"X-Forefront-Antispam-Report: CIP:1.2.3.4;CTRY:;SFV:SPM;": true, "X-Forefront-Antispam-Report: SFV:NSPM;": false,
		"X-Barracuda-Spam-Flag: yes": true, "X-Spam-Score: 20": false, "Subject: X-Spam-Flag: YES": false,
	} {
		if got := parsed(t, "From: a@b\n"+header+"\n\nx\n").Spam; got != want {
			t.Errorf("%s: %v", header, got)
		}
	}
}

// FuzzBounce: whatever a bounce says, what is read of it is clean and bounded.
func FuzzBounce(f *testing.F) {
	for _, c := range freeBounces {
		f.Add([]byte(c.raw))
	}
	f.Add([]byte(bounceMail))
	f.Add([]byte("Return-Path: <>\nFrom: mailer-daemon@x\n\n" + strings.Repeat("a@b.c ", 400)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		start := time.Now()
		l, err := Parse(context.Background(), append([]byte("Return-Path: <>\nFrom: mailer-daemon@x.example\n"), raw...), DefaultLimits())
		if took := time.Since(start); took > 4*time.Second {
			t.Fatalf("%d bytes took %s", len(raw), took)
		}
		if err != nil || l.Delivery == nil {
			return
		}
		if len(l.Delivery.Recipients) > maxRecipients*2 {
			t.Fatalf("%d recipients", len(l.Delivery.Recipients))
		}
		for _, r := range l.Delivery.Recipients {
			if text := fmt.Sprint(r); strings.ContainsAny(text, "\x00\r\n") {
				t.Fatalf("not clean: %q", text)
			}
		}
	})
}
