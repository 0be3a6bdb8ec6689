package people

import (
	"strings"
	"testing"
	"unicode"
)

// in writes digits in the script whose zero is given.
func in(zero rune, code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return zero + r - '0'
		}
		return r
	}, code)
}

var scripts = map[string]rune{
	"Arabic-Indic": '٠', "Persian and Pashto": '۰', "Devanagari": '०', "Bengali": '০', "Burmese": '၀', "Khmer": '០',
	"Mongolian": '᠐', "fullwidth": '０', "Thai": '๐', "Tibetan": '༠', "NKo": '߀', "Adlam": '𞥐', "mathematical": '𝟘',
}

func TestACodeIsReadInEveryScriptsDigits(t *testing.T) {
	code := NewDigits()
	for name, zero := range scripts {
		got, ok := Digits(in(zero, code))
		if !ok || got != code {
			t.Errorf("%s: %v", name, ok)
		}
		if !HoldsCode("min kod: " + in(zero, Groups(code))) {
			t.Errorf("%s: not found in a text", name)
		}
	}
	// Two hands wrote it.
	if got, ok := Digits(in('٠', code[:8]) + " " + code[8:]); !ok || got != code {
		t.Error("two scripts in one code")
	}
}

// Every digit Unicode knows has its value: the ranges hold whole tens.
func TestEveryDecimalDigitHasItsValue(t *testing.T) {
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.Is(unicode.Nd, r) {
			continue
		}
		// Digits come in tens, zero first: where a ten begins the value is 0,
		// and beside its neighbour it is one more.
		if v, kind := look(r); kind != digit || v != byte(n%10) {
			t.Fatalf("%U has value %d, want %d", r, v, n%10)
		}
		n++
	}
	if n%10 != 0 || n < 600 {
		t.Errorf("%d digits", n)
	}
}

func TestACodeIsReadHoweverItWasWritten(t *testing.T) {
	code := NewDigits()
	for name, typed := range map[string]string{
		"grouped": Groups(code), "bare": code, "dashes": strings.ReplaceAll(Groups(code), " ", "-"),
		"long dashes": strings.ReplaceAll(Groups(code), " ", " – "), "two lines": code[:10] + "\r\n" + code[10:],
		"hard spaces": strings.ReplaceAll(Groups(code), " ", "\u00a0"), "direction marks": "\u202a\u200e" + code + "\u202c\u200f",
		"spaces around": "  " + code + "\t\n", "one by one": strings.Join(strings.Split(code, ""), " . "),
		"keycaps": strings.Join(strings.Split(code, ""), "\ufe0f\u20e3") + "\ufe0f\u20e3",
	} {
		if got, ok := Digits(typed); !ok || got != code {
			t.Errorf("%s: %v", name, ok)
		}
	}
	for name, typed := range map[string]string{
		"empty": "", "one too few": code[:19], "one too many": code + "0", "a letter": "O" + code[1:], "words": "kod " + code,
		"Roman": "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅠⅠⅡⅢⅣⅤⅥⅦⅧⅨⅠ", "superscript": strings.Repeat("²", 20), "not UTF-8": code[:19] + "\xff",
		"long": code + strings.Repeat(" ", maxTyped),
	} {
		if got, ok := Digits(typed); ok || got != "" {
			t.Errorf("%s was taken for a code", name)
		}
	}
}

func TestGroups(t *testing.T) {
	if got := Groups("12345678901234567890"); got != "1234 5678 9012 3456 7890" {
		t.Errorf("%q", got)
	}
}

func TestTheCheckDigitShowsEveryCommonMistake(t *testing.T) {
	for range 200 {
		code := NewDigits()
		if got, ok := Digits(code); !ok || got != code {
			t.Fatal("a drawn code does not fit itself")
		}
		for i := range code {
			for d := byte('0'); d <= '9'; d++ {
				wrong := code[:i] + string(d) + code[i+1:]
				if _, ok := Digits(wrong); ok != (wrong == code) {
					t.Fatalf("digit %d wrong: %v", i, ok)
				}
			}
			if i > 0 && code[i] != code[i-1] {
				wrong := code[:i-1] + string(code[i]) + string(code[i-1]) + code[i+1:]
				if _, ok := Digits(wrong); ok {
					t.Fatalf("digits %d and %d exchanged", i-1, i)
				}
			}
		}
	}
}

func TestDrawnCodesAreDrawn(t *testing.T) {
	seen := map[string]bool{}
	var counts [10]int
	const n = 3000
	for range n {
		code := NewDigits()
		if len(code) != codeDigits || seen[code] {
			t.Fatal("a code of another length, or twice the same")
		}
		seen[code] = true
		for _, d := range code[:codeDigits-1] {
			counts[d-'0']++
		}
	}
	// 57,000 digits, 5,700 of each, standard deviation 72.
	for d, c := range counts {
		if c < 5200 || c > 6200 {
			t.Errorf("digit %d was drawn %d times of %d", d, c, n*19)
		}
	}
}

func TestATextThatHoldsACodeIsNoticed(t *testing.T) {
	code := NewDigits()
	for name, text := range map[string]string{
		"alone": code, "grouped": Groups(code), "in a sentence": "Hej, min kod är " + Groups(code) + ". Tack!",
		"in brackets": "(" + code + ")", "on two lines": code[:12] + "\n" + code[12:], "after a list's number": "1. " + Groups(code),
		"before a number": Groups(code) + " 2", "in Arabic": "الرمز هو " + in('٠', Groups(code)) + " شكرا",
		"after a word": "kod" + code, "dashes": strings.ReplaceAll(Groups(code), " ", " - "),
		"behind an unbroken number": "2026-11-22 " + Groups(code), "groups of five": code[:5] + " " + code[5:10] + " " + code[10:15] + " " + code[15:],
	} {
		if !HoldsCode(text) {
			t.Errorf("%s: not noticed", name)
		}
	}
	wrong := []byte(code)
	wrong[7] = '0' + (wrong[7]-'0'+1)%10
	for name, text := range map[string]string{
		"nothing": "", "words": "Jag fick avslag i går.", "wrong check": string(wrong), "nineteen": code[:19],
		"a longer number": "7" + code + "8", "far apart": code[:10] + "     " + code[10:], "broken by a word": code[:10] + " och " + code[10:],
		"a phone number": "+46 70 123 45 67",
	} {
		if HoldsCode(text) {
			t.Errorf("%s: taken for a code", name)
		}
	}
}

func TestALongTextCostsLittle(t *testing.T) {
	if HoldsCode(strings.Repeat("1 ", 4)+strings.Repeat("x", 10)) || HoldsCode(strings.Repeat("1", 100000)) {
		t.Error("found a code")
	}
	HoldsCode(strings.Repeat("1 ", 1_000_000)) // quadratic, it would not end
}
