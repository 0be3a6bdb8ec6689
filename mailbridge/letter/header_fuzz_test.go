package letter

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzHeader: whatever stands in a header field, what is read of it is clean
// text, costs no more than its length, and is the same with every line end.
func FuzzHeader(f *testing.F) {
	for _, s := range []string{
		"=?utf-8?q?J=C3=B6rg?= <j@example.org>", "=?iso-2022-jp?B?GyRCJDMbKEI=?=", "=?utf-8?b?=?=", "=?utf-7?q?+AOk-?=", "=?x?q?=E4?= =?x?q?=F6?=",
		"J\xf6rg <j@x>", "a\r b", "a\r\n\tb", "a\x00b", "text/plain; charset*0*=utf-8''%c3; charset*1=%b6", "Tue, 3 Feb 2026 10:30:00 +0100 (a (b))",
		strings.Repeat("=?utf-8?q?", 50), strings.Repeat("\"", 99), "<a@b> <c@d", "group: a@b, c@d;", "\ufeff\u202eabc",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if len(value) > 8<<10 {
			return
		}
		start := time.Now()
		v := string(value)
		raw := "From: " + v + "\nTo: " + v + "\nSubject: " + v + "\nReferences: " + v + "\nDate: " + v + "\nContent-Type: " + v +
			"\nContent-Disposition: " + v + "\nAuthentication-Results: " + v + "\nX-Failed-Recipients: " + v + "\n\nwords\n"
		l, err := Parse(context.Background(), []byte(raw), DefaultLimits())
		if err != nil {
			t.Fatalf("a short header made it unreadable: %v", err)
		}
		texts := append([]string{l.Subject, l.MessageID, l.AutoSubmitted, l.ReportType}, l.References...)
		texts = append(texts, l.AuthResults...)
		texts = append(texts, l.Failed...)
		for _, list := range [][]Address{l.From, l.To} {
			for _, a := range list {
				texts = append(texts, a.Name, a.Addr, a.Key())
			}
		}
		for _, h := range Headers([]byte(raw), 1<<20) {
			if !utf8.ValidString(h.Value) {
				t.Fatalf("field %s is not clean: %q", h.Name, h.Value)
			}
		}
		for _, s := range texts {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r\n") {
				t.Fatalf("header text is not clean: %q", s)
			}
		}
		if !l.Date.IsZero() && absurd(l.Date) {
			t.Fatalf("an absurd date: %s", l.Date)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Fatalf("%d bytes took %s", len(value), took)
		}
	})
}
