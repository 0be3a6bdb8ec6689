package vault

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"returnsupport/helpdesk"
)

// A sheet reads "A 7Q2KM-…": its letter and seven groups of five characters of
// Crockford's base32 (no I, L, O, U). Four characters of a group carry data,
// the fifth is the group's check, so that a typo can be named. Of the 28 data
// characters 26 are the secret (128 bits) and two check letter and secret.
const (
	sheetSecretLen = 16
	sheetGroups    = 7
	groupLen       = 5
	crockford      = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

func printSheet(letter byte, secret []byte) string {
	var out strings.Builder
	out.WriteByte(letter)
	digits := append(toDigits(secret), sheetCheck(letter, secret)...)
	sep := byte(' ')
	for g := range sheetGroups {
		out.WriteByte(sep)
		sep = '-'
		group := digits[g*4 : g*4+4]
		for _, d := range group {
			out.WriteByte(crockford[d])
		}
		out.WriteByte(crockford[groupCheck(g, group)])
	}
	return out.String()
}

type sheet struct {
	letter byte
	secret []byte
}

// readSheet forgives case, spaces, hyphens, and what Crockford's letters forgive
// (O for 0, I and L for 1).
func readSheet(text string, nth int) (sheet, error) {
	var letter byte
	digits := make([]byte, 0, sheetGroups*groupLen)
	for _, r := range strings.ToUpper(text) {
		switch {
		case strings.ContainsRune(" \t\r\n-\u00a0\u2010\u2011\u2012\u2013\u2212.", r):
			continue
		case letter == 0 && r >= 'A' && r <= 'C':
			letter = byte(r)
			continue
		case letter == 0 || len(digits) == cap(digits):
			return sheet{}, helpdesk.Refuse("recovery.unreadable", nth)
		}
		digits = append(digits, crockfordDigit(r))
	}
	if len(digits) != sheetGroups*groupLen {
		return sheet{}, helpdesk.Refuse("recovery.unreadable", nth)
	}
	data := make([]byte, 0, sheetGroups*4)
	for g := range sheetGroups {
		group := digits[g*groupLen : (g+1)*groupLen]
		if !validGroup(g, group) {
			return sheet{}, helpdesk.Refuse("recovery.typo", string(letter), g+1)
		}
		data = append(data, group[:4]...)
	}
	secret, check := fromDigits(data)
	if subtle.ConstantTimeCompare(check, sheetCheck(letter, secret)) != 1 {
		return sheet{}, helpdesk.Refuse("recovery.swapped", string(letter))
	}
	return sheet{letter, secret}, nil
}

const notADigit = 0xff

func crockfordDigit(r rune) byte {
	switch r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	if i := strings.IndexRune(crockford, r); i >= 0 {
		return byte(i)
	}
	return notADigit
}

func validGroup(g int, group []byte) bool {
	for _, d := range group {
		if d == notADigit {
			return false
		}
	}
	return group[4] == groupCheck(g, group[:4])
}

// groupCheck is a Reed-Solomon check over GF(32), x^5+x^2+1: it finds every
// single wrong character and every pair of neighbours exchanged, and the
// group's place goes in, so that two groups exchanged are found too.
func groupCheck(g int, data []byte) byte {
	c := byte(g + 1)
	for _, d := range data {
		c = double(c) ^ d
	}
	return double(c)
}

func double(c byte) byte {
	c <<= 1
	if c&32 != 0 {
		c ^= 0b100101
	}
	return c
}

// sheetCheck is two digits (10 bits) over letter and secret.
func sheetCheck(letter byte, secret []byte) []byte {
	sum := sha256.Sum256(append([]byte{'r', 's', '1', letter}, secret...))
	return []byte{sum[0] & 31, sum[1] & 31}
}

// toDigits writes 128 bits as 26 base32 digits, the last two bits zero.
func toDigits(secret []byte) []byte {
	var out []byte
	acc, bits := uint(0), 0
	for _, b := range secret {
		acc, bits = acc<<8|uint(b), bits+8
		for bits >= 5 {
			bits -= 5
			out = append(out, byte(acc>>bits)&31)
		}
	}
	return append(out, byte(acc<<(5-bits))&31)
}

// fromDigits takes 28 digits apart into the secret and the sheet's check.
func fromDigits(digits []byte) (secret, check []byte) {
	acc, bits := uint(0), 0
	for _, d := range digits[:26] {
		acc, bits = acc<<5|uint(d), bits+5
		if bits >= 8 {
			bits -= 8
			secret = append(secret, byte(acc>>bits))
		}
	}
	return secret, digits[26:28]
}
