package people

import (
	"crypto/rand"
	"strings"

	"returnsupport/helpdesk"
)

// A return code is twenty decimal digits: nineteen drawn, 63 bits, and one
// that shows a mistake in copying.
const (
	codeDigits = 20
	codeGroup  = 4
	// maxTyped bounds what is looked at: twenty digits, however they are
	// parted, need no more.
	maxTyped = 400
	// maxBetween is how many spaces and dashes may part two digits inside a
	// text for them to belong together.
	maxBetween = 3
)

// damm is the totally anti-symmetric quasigroup of order ten from H. M. Damm's
// dissertation (Marburg 2004): a wrong digit or two exchanged neighbours never
// leave the check at zero.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// check is zero for digits (ASCII) that end in their check digit.
func check(digits []byte) byte {
	var c byte
	for _, d := range digits {
		c = damm[c][d-'0']
	}
	return c
}

// NewDigits draws twenty digits: a return code, or the typed form of a mail
// link.
func NewDigits() string {
	const fair = 250 // bytes from here on would favour some digits
	code := make([]byte, 0, codeDigits)
	var b [1]byte
	for len(code) < codeDigits-1 {
		rand.Read(b[:]) // never fails since Go 1.24: the program stops instead
		if b[0] < fair {
			code = append(code, '0'+b[0]%10)
		}
	}
	return string(append(code, '0'+check(code)))
}

// Groups sets a code in five groups of four, to be read aloud and copied.
func Groups(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%codeGroup == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Digits reads what somebody typed: twenty digits of any script, parted by
// spaces, dashes, dots, or marks nobody sees. It returns them as ASCII, and
// false when there are not twenty or the check digit does not fit.
func Digits(typed string) (string, bool) {
	if len(typed) > maxTyped {
		return "", false
	}
	code := make([]byte, 0, codeDigits)
	for _, r := range typed {
		d, kind := look(r)
		switch {
		case kind == between:
		case kind == other, len(code) == codeDigits:
			return "", false
		default:
			code = append(code, '0'+d)
		}
	}
	if len(code) != codeDigits || check(code) != 0 {
		return "", false
	}
	return string(code), true
}

// HoldsCode tells whether a text holds twenty digits that may be a return
// code: right by their check digit and not part of a longer unbroken number.
// One in ten of other numbers of twenty digits does, too.
func HoldsCode(text string) bool {
	var (
		run  []byte     // the digits since the last thing that is no number
		ends = []int{0} // where in the run a number may begin or end
		gap  int        // what parts the next digit from the run
	)
	closed := func() bool {
		ends = append(ends, len(run))
		from := 0
		for _, to := range ends {
			for to-ends[from] > codeDigits {
				from++
			}
			if to-ends[from] == codeDigits && check(run[ends[from]:to]) == 0 {
				return true
			}
		}
		return false
	}
	for _, r := range text {
		d, kind := look(r)
		if kind == between {
			gap++
			continue
		}
		if kind == other || gap > maxBetween {
			if closed() {
				return true
			}
			run, ends, gap = run[:0], ends[:1], 0
		}
		if kind == other {
			continue
		}
		if gap > 0 {
			ends, gap = append(ends, len(run)), 0
		}
		run = append(run, '0'+d)
	}
	return closed()
}

type kindOfRune int

const (
	digit kindOfRune = iota
	between
	other
)

// look tells what a rune is within a code.
func look(r rune) (byte, kindOfRune) {
	if d, ok := helpdesk.Digit(r); ok {
		return d, digit
	}
	if helpdesk.Parts(r) {
		return 0, between
	}
	return 0, other
}
