package people

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/vault"
)

func FuzzDigits(f *testing.F) {
	code := NewDigits()
	f.Add(code)
	f.Add(Groups(in('٠', code)))
	f.Add("1️⃣2️⃣ \u202e" + code[:18])
	f.Add(strings.Repeat("0", 20))
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, typed string) {
		got, ok := Digits(typed)
		if !ok {
			if got != "" {
				t.Fatal("refused, and given back")
			}
			return
		}
		if len(got) != codeDigits || strings.Trim(got, "0123456789") != "" || check([]byte(got)) != 0 {
			t.Fatalf("%q is no code", got)
		}
		if again, ok := Digits(Groups(got)); !ok || again != got {
			t.Fatal("does not come back")
		}
		if n := utf8.RuneCountInString(typed); n < codeDigits {
			t.Fatalf("%d characters were twenty digits", n)
		}
	})
}

func FuzzHoldsCode(f *testing.F) {
	code := "0000 0000 0000 0000 0000"
	f.Add("min kod är ", code, " tack")
	f.Add("", in('۰', code), "")
	f.Add("7", code, "8")
	f.Fuzz(func(t *testing.T, before, middle, after string) {
		HoldsCode(before + middle + after)
		// Whatever stands around it: a code between words is seen.
		if got, ok := Digits(middle); ok && !HoldsCode(before+" kod "+got+" slut "+after) {
			t.Fatal("a code was not seen")
		}
	})
}

func FuzzNotice(f *testing.F) {
	f.Add(ByMail, "a@b.se", 8, 20, "sv")
	f.Add(ByPhone, "+46 (0)70-123", 22, 6, "ckb")
	f.Add(ByMail, "a@b.se\r\nBcc: c@d.se", 0, 0, "")
	f.Fuzz(func(t *testing.T, kind, address string, from, to int, language string) {
		n := Notice{Kind: kind, Address: address, From: from, To: to, Language: language}
		if err := n.fit(); err != nil {
			var r helpdesk.Refusal
			if !errors.As(err, &r) || !strings.HasPrefix(r.Key, "notice.") {
				t.Fatal(err)
			}
			return
		}
		if strings.ContainsAny(address, "\r\n\x00") || len(address) > 254 {
			t.Fatalf("%q could be used", address)
		}
		for hour := range 24 {
			n.Safe(hour)
		}
	})
}

// A cookie is whatever a browser says it is.
func FuzzGuest(f *testing.F) {
	p := New(House{Secrets: vault.NewSecrets(), Now: time.Now})
	f.Add("")
	f.Add(strings.Repeat("A", 42))
	f.Add(strings.Repeat("A", 42) + "=")
	f.Add(strings.Repeat("A", 43) + "\r\n")
	f.Fuzz(func(t *testing.T, cookie string) {
		if _, err := vault.ParseSessionKey(cookie); err == nil {
			return // would be looked up
		}
		if _, err := p.Guest(t.Context(), cookie, false); !errors.Is(err, helpdesk.ErrDenied) {
			t.Fatal(err)
		}
		if _, err := p.Author(t.Context(), cookie); !errors.Is(err, helpdesk.ErrDenied) {
			t.Fatal(err)
		}
		if err := p.Leave(t.Context(), cookie); err != nil {
			t.Fatal(err)
		}
	})
}
