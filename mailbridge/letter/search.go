package letter

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// FoldText makes text comparable for search: Unicode NFC and case folding, so
// that "STRASSE" finds "Straße" and a composed letter its decomposed twin.
func FoldText(s string) string {
	if ascii := asciiLower(s); ascii != "" || s == "" {
		return ascii
	}
	// A Caser keeps state, so each call has its own.
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
}

// asciiLower is s in lower case when s is ASCII only, else "".
func asciiLower(s string) string {
	b := make([]byte, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x80 {
			return ""
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		b[i] = c
	}
	return string(b)
}
