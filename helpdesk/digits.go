package helpdesk

import (
	"strings"
	"unicode"
)

// Isolated keeps a name from turning the line around it (UAX 9, 2.4.2).
func Isolated(s string) string {
	if s == "" {
		return ""
	}
	return "\u2068" + s + "\u2069"
}

// Digit is the value of a digit of any script. Unicode keeps the ten digits of a
// script side by side and in order, so it is the distance from where its range
// begins.
func Digit(r rune) (value byte, ok bool) {
	if r >= '0' && r <= '9' {
		return byte(r - '0'), true
	}
	for _, in := range unicode.Nd.R16 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return byte((r - rune(in.Lo)) % 10), true
		}
	}
	for _, in := range unicode.Nd.R32 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return byte((r - rune(in.Lo)) % 10), true
		}
	}
	return 0, false
}

// Parts tells whether people put a rune between the digits of a code: spaces,
// dashes, dots, the marks that turn writing round (Cf), and what a phone hangs on
// a digit to paint it as a picture (M).
func Parts(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf, unicode.M) || strings.ContainsRune(".,·/_|،٬−", r)
}

// Latin turns the digits of any script into 0 to 9 and leaves out what parts
// them. What is no digit stays: no code then, and whoever compares says so.
func Latin(typed string) string {
	var out strings.Builder
	for _, r := range typed {
		if d, ok := Digit(r); ok {
			out.WriteByte('0' + d)
		} else if !Parts(r) {
			out.WriteRune(r)
		}
	}
	return out.String()
}
