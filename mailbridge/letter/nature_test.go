package letter

import (
	"context"
	"strings"
	"testing"
	"time"
)

func parsed(t *testing.T, raw string) *Letter {
	t.Helper()
	l, err := Parse(context.Background(), []byte(raw), DefaultLimits())
	if err != nil {
		t.Fatalf("%v: %.200q", err, raw)
	}
	return l
}

func TestNatureIsToldByTheHeader(t *testing.T) {
	for header, want := range map[string]Nature{
		"From: anna@example.org":                                                                      Person,
		"From: anna@example.org\nAuto-Submitted: no":                                                  Person,
		"From: anna@example.org\nAuto-Submitted: No (really)":                                         Person,
		"From: anna@example.org\nAuto-Submitted: no; owner=x":                                         Person,
		"From: anna@example.org\nX-Auto-Response-Suppress: All":                                       Person,
		"From: anna@example.org\nAuto-Submitted: auto-replied":                                        Automatic,
		"From: anna@example.org\nAuto-Submitted: auto-generated; x=y":                                 Automatic,
		"From: anna@example.org\nAuto-Submitted: auto-replied\nList-Id: <l.example>":                  Automatic,
		"From: anna@example.org\nX-Autoreply: yes":                                                    Automatic,
		"From: anna@example.org\nPrecedence: auto_reply":                                              Automatic,
		"From: shop@example.org\nPrecedence: bulk":                                                    Automatic,
		"Return-Path: <>\nFrom: anna@example.org":                                                     Automatic,
		"Return-Path: <anna@example.org>\nFrom: anna@example.org":                                     Person,
		"Return-Path: <>\nFrom: MAILER-DAEMON@example.org":                                            Bounce,
		"From: Mail Delivery System <Mailer-Daemon@example.org>":                                      Bounce,
		"From: anna@example.org\nList-Id: Returners <r.lists.example>":                                List,
		"From: anna@example.org\nPrecedence: list":                                                    List,
		"From: x@y\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b": Report,
		"From: x@y\nContent-Type: multipart/report; report-type=\"Feedback-Report\"; boundary=b":      Report,
		"From: x@y\nContent-Type: multipart/report; report-type=delivery-status; boundary=b":          Bounce,
	} {
		if got := parsed(t, header+"\n\ntext\n").Nature(); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

const bounceMail = `Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: help@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status;
	boundary="b"

--b
Content-Type: text/plain

This is the mail system.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Tue, 3 Feb 2026 10:30:00 +0100

Final-Recipient: rfc822; anna@example.net
Original-Recipient: rfc822;Anna@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <anna@example.net>:
    User unknown

Final-Recipient: rfc822; bo@example.net
Action: Delayed
Status: 4.4.1 (no answer)

--b
Content-Type: text/rfc822-headers

From: help@example.org
Message-ID: <1.2@example.org>
--b--
`

func TestABounceSaysWhoAndWhich(t *testing.T) {
	l := parsed(t, bounceMail)
	if l.Nature() != Bounce || l.Delivery == nil {
		t.Fatalf("%s, delivery %v", l.Nature(), l.Delivery)
	}
	if l.Delivery.Original != "1.2@example.org" {
		t.Errorf("original %q", l.Delivery.Original)
	}
	want := []Recipient{
		{"anna@example.net", "failed", "5.1.1", "550 5.1.1 <anna@example.net>: User unknown"},
		{"bo@example.net", "delayed", "4.4.1", ""},
	}
	if len(l.Delivery.Recipients) != 2 || l.Delivery.Recipients[0] != want[0] || l.Delivery.Recipients[1] != want[1] {
		t.Errorf("recipients %+v, want %+v", l.Delivery.Recipients, want)
	}
	if !want[0].Permanent() || want[1].Permanent() {
		t.Error("failed is permanent, delayed is not")
	}
	if _, _, ok := ForwardedOriginal(l); ok {
		t.Error("a bounce is no forwarded mail")
	}
}

func TestTheEnvelopeAndIdsAreRead(t *testing.T) {
	l := parsed(t, "Delivered-To: <return@example.org>\nX-Original-To: all@example.org\nReturn-Path: <bo@x.example>\n"+
		"Authentication-Results: mx.example.org;\n dkim=pass header.d=x.example;\n\tspf=pass\nAuthentication-Results: other; none\n"+
		"From: bo@x.example\nDate: Tue, 3 Feb 2026 10:30:00 +0100\nMessage-ID: < 1.2@x.example >\nIn-Reply-To: Your mail of Tuesday <a@b>\n"+
		"References: <r@b>\n <a@b>\nContent-Language: sv, en\n\nhej\n")
	if strings.Join(l.DeliveredTo, " ") != "return@example.org all@example.org" {
		t.Errorf("delivered to %v", l.DeliveredTo)
	}
	if len(l.AuthResults) != 2 || l.AuthResults[0] != "mx.example.org; dkim=pass header.d=x.example; spf=pass" {
		t.Errorf("authentication results %q", l.AuthResults)
	}
	if l.MessageID != "1.2@x.example" || strings.Join(l.InReplyTo, " ") != "a@b" || strings.Join(l.References, " ") != "r@b a@b" {
		t.Errorf("ids %q %q %q", l.MessageID, l.InReplyTo, l.References)
	}
	if l.ReturnPath != "bo@x.example" || l.Language != "sv" || !l.Date.Equal(time.Date(2026, 2, 3, 9, 30, 0, 0, time.UTC)) {
		t.Errorf("%q %q %s", l.ReturnPath, l.Language, l.Date)
	}
}

func TestDatesThatPeopleSend(t *testing.T) {
	want := time.Date(2026, 2, 3, 9, 30, 0, 0, time.UTC)
	for _, s := range []string{
		"Tue, 3 Feb 2026 10:30:00 +0100", "3 Feb 2026 09:30 GMT", "Tue, 03 Feb 2026 10:30:00 +0100 (CET)", "Tue Feb  3 09:30:00 2026",
		"2026-02-03 10:30:00 +0100", "2026-02-03T09:30:00Z", "Tue, 3 Feb 26 09:30:00 +0000", "Wrong, 3 Feb 2026 09:30:00 +0000",
		"Tue Feb 03 2026 10:30:00 GMT+0100 (Central European Standard Time)", "2026/02/03 09:30:00", "3-Feb-2026 09:30:00 +0000", "2026-02-03T10:30:00+0100",
		"Tuesday, February 3, 2026 9:30 AM", "February 3, 2026 09:30", "tis, 3 feb 2026 10:30:00 +0100", "Tue, 3 Feb 2026 10.30.00 +0100",
		"Tue, 03 Feb 2026 10:30:00 +01:00", "Tue Feb  3 10:30:00 +0100 2026", "Tue, 3 Feb 2026 10:30:00 +0100 (W. Europe Standard Time)",
	} {
		if got := parseDate(s); !got.Equal(want) {
			t.Errorf("%q: %s", s, got)
		}
	}
	if got := parseDate("ons, 6 maj 2026 10:30:00 +0200"); !got.Equal(time.Date(2026, 5, 6, 8, 30, 0, 0, time.UTC)) {
		t.Errorf("in May: %s", got)
	}
	for _, s := range []string{"", "yesterday", "Tue, 3 Feb 0026 10:30:00 +0100", "Thu, 1 Jan 1970 00:00:00 +0000", "Tue, 3 Feb 2999 10:30:00 +0100", strings.Repeat("1", 5000)} {
		if got := parseDate(s); !got.IsZero() {
			t.Errorf("%.40q: %s, want none", s, got)
		}
	}
}

func TestAddressesAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]string{
		`anna@example.org`: ` <anna@example.org>`,
		`"Müller, Jörg" <j@example.org>, b@example.org`:         `Müller, Jörg <j@example.org>| <b@example.org>`,
		`Müller, Jörg <j@example.org>`:                          `Müller, Jörg <j@example.org>`,
		`anna@example.org (Anna (the first))`:                   `Anna (the first) <anna@example.org>`,
		`Friends: a@b.example, "B" <b@b.example>;, c@c.example`: ` <a@b.example>|B <b@b.example>| <c@c.example>`,
		`undisclosed-recipients:;`:                              ``,
		`"anna@example.org" <anna@example.org>`:                 `anna@example.org <anna@example.org>`,
		`'Anna' <anna@example.org>`:                             `Anna <anna@example.org>`,
		`=?utf-8?q?J=C3=B6rg?= <j@example.org>`:                 `Jörg <j@example.org>`,
		"J\xf6rg <j@example.org>":                               `Jörg <j@example.org>`,
		`<@relay.example:anna@example.org>`:                     ` <anna@example.org>`,
		`Anna <anna@example.org`:                                `Anna <anna@example.org>`,
		`"a b"@example.org`:                                     ` <"a b"@example.org>`,
		`Anna`:                                                  `Anna <>`,
		`,,;,`:                                                  ``,
		`<>`:                                                    ``,
	} {
		list, _ := parseAddresses(in)
		if got := strings.Join(addresses(list), "|"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestKeysCompareAddresses(t *testing.T) {
	for in, want := range map[string]string{
		" Anna.B+x@EXAMPLE.org ":  "anna.b+x@example.org",
		"a@Müller.example":        "a@xn--mller-kva.example",
		"a@xn--mller-kva.example": "a@xn--mller-kva.example",
		"A@example.org.":          "a@example.org",
		"anna":                    "anna",
	} {
		if got := (Address{Addr: in}).Key(); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestFoldedTextFindsItsTwin(t *testing.T) {
	for in, want := range map[string]string{"STRASSE": "strasse", "Straße": "strasse", "A\u030AR": "år", "ÅR": "år", "ΣΑΣ": "σασ", "": "", "Ab1": "ab1"} {
		if got := FoldText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
