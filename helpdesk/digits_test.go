package helpdesk_test

import (
	"testing"
	"unicode"

	"returnsupport/helpdesk"
)

func TestADigitOfAnyScriptIsRead(t *testing.T) {
	n := 0
	for _, in := range unicode.Nd.R16 {
		for r := rune(in.Lo); r <= rune(in.Hi); r++ {
			if d, ok := helpdesk.Digit(r); !ok || int(d) != int(r-rune(in.Lo))%10 {
				t.Errorf("%c is %d", r, d)
			}
			n++
		}
	}
	for _, in := range unicode.Nd.R32 {
		for r := rune(in.Lo); r <= rune(in.Hi); r++ {
			if d, ok := helpdesk.Digit(r); !ok || int(d) != int(r-rune(in.Lo))%10 {
				t.Errorf("%c is %d", r, d)
			}
			n++
		}
	}
	if n < 600 {
		t.Fatalf("only %d digits", n)
	}
	for typed, want := range map[string]string{"12 34-5": "12345", "۱۲۳": "123", "١٢\u200f٣": "123", "१२३ ४": "1234", "1x2": "1x2", "1\ufe0f\u20e32": "12", "𝟙𝟚": "12", "": ""} {
		if got := helpdesk.Latin(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
	for _, r := range "x½Ⅷ十" {
		if _, ok := helpdesk.Digit(r); ok {
			t.Errorf("%c is no decimal digit", r)
		}
	}
	if helpdesk.Isolated("") != "" || helpdesk.Isolated("a") != "\u2068a\u2069" {
		t.Error("a name is not kept to itself")
	}
}
